import type { AnyConnector } from "./connector";
import { csv } from "./csv/connector";
import { esr } from "./esr/connector";
import { fhir } from "./fhir/connector";
import { moodle } from "./moodle/connector";
import { push } from "./push/connector";
import { workforceApi } from "./workforce-api/connector";
import { xapi } from "./xapi/connector";

/** Every source product the hub can read: one line each. The contract suite, the schedule and the settings read this list. */
export const catalog: Readonly<Record<string, AnyConnector>> = {
  esr,
  moodle,
  "workforce-api": workforceApi,
  fhir,
  xapi,
  csv,
  push,
};
