/** Every connector of the catalogue keeps the contract over our own vendors, or has a written gap that has not run out. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";
import { catalog } from "../../connectors/catalog";
import { checks, pushedChecks } from "../../connectors/kit/contract/checks/all";
import { runContract } from "../../connectors/kit/contract/contract";
import { gapsOf } from "../../connectors/kit/contract/gaps";
import { today } from "../../platform/clock";
import { csvKept, esrKept, pushKept } from "./subjects/file-vendors";
import { fhirKept, moodleKept, workforceKept } from "./subjects/http-vendors";
import { clock, type Kept, subjectOver } from "./subjects/made";
import { xapiKept } from "./subjects/xapi-vendor";

const kept: readonly Kept[] = [esrKept, moodleKept, workforceKept, fhirKept, csvKept, pushKept, xapiKept];
const gaps = parse(readFileSync(path.join(__dirname, "gaps.yaml"), "utf8")) as Record<string, unknown>;
const ids = checks.map(({ id }) => id);

test("every connector of the catalogue is held to the contract", () => {
  expect(kept.map(({ connector }) => connector.name).sort()).toEqual(Object.keys(catalog).sort());
});

test.each(kept.map((one) => [one.connector.name, one] as const))(
  "%s keeps the contract",
  async (name, one) => {
    const { subject, started } = await subjectOver(one);
    try {
      const accepted = gapsOf(gaps[name], ids, today(clock));
      const report = await runContract(subject, one.connector.poll ? checks : pushedChecks, { kind: one.kind, gaps: accepted, most: 6 });
      const failed = report.findings.filter(({ outcome, gap }) => outcome === "fail" && gap === undefined);
      expect(failed.map(({ id, says }) => `${id}: ${says}`)).toEqual([]);
      // A gap that has been closed is taken out.
      expect(accepted.filter(({ check }) => !report.findings.some(({ id, gap }) => id === check && gap)).map(({ check }) => check)).toEqual(
        [],
      );
      expect(report.ok).toBe(true);
      expect(report.findings.filter(({ outcome }) => outcome === "pass").length).toBeGreaterThan(8);
    } finally {
      await started.close();
    }
  },
  180_000,
);
