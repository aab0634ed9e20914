/** From what a person asks for to rows of a code map: what cannot be meant is refused, with the field at fault. */
import { randomUUID } from "node:crypto";
import type { CodeMapRow } from "../../connectors/connector";
import { isDay } from "../../platform/clock";
import { HubError } from "../../platform/errors";
import { clinicalTests } from "../../schema/codes/clinical-tests";
import { vaccineOf } from "../../schema/codes/vaccines";
import type { StatedCodeMap } from "../../store/code-maps";
import type { CodeMapChange } from "../../store/replays";
import { competenceNamed } from "./propose";

export interface CodeProposal {
  readonly organisation: string;
  readonly list: string;
  readonly code: string;
  readonly value: string;
  readonly from: string | undefined;
  readonly to: string | undefined;
}

/** By the name under which a refusal names the list. */
const lists: Readonly<Record<string, (value: string) => string | undefined>> = {
  vaccines: (value) => vaccineOf(value)?.code,
  "clinical tests": (value) => clinicalTests.find(({ code }) => code === value)?.code,
  competences: competenceNamed,
};
export const mappableLists: readonly string[] = Object.keys(lists);

/** The code of our list, or undefined when the list has none such. */
export const valueOfList = (list: string, value: string): string | undefined =>
  Object.hasOwn(lists, list) ? lists[list]!(value.trim()) : undefined;

const invalid = (field: string, expected: string) =>
  new HubError({ code: "CODE_MAP_INVALID", class: "settings", detail: { field, expected } });

/** `inForce`: rows of the configuration and stated ones. A code means one thing on a day. */
export function proposeCodeMap(proposal: CodeProposal, inForce: readonly CodeMapRow[]): CodeMapChange {
  const { organisation, list, from, to } = proposal;
  const code = proposal.code.trim();
  if (!mappableLists.includes(list)) throw invalid("list", `one of ${mappableLists.join(", ")}`);
  if (code === "" || code.length > 400) throw invalid("code", "the code as the refusal shows it");
  const value = valueOfList(list, proposal.value);
  if (value === undefined) throw invalid("value", `a code of our list of ${list}`);
  if (from !== undefined && !isDay(from)) throw invalid("from", "a day as YYYY-MM-DD");
  if (to !== undefined && !isDay(to)) throw invalid("to", "a day as YYYY-MM-DD");
  if (from !== undefined && to !== undefined && to < from) throw invalid("to", "a day that is not before the first one");
  const overlaps = (row: CodeMapRow) => (row.from ?? "") <= (to ?? "9999") && (from ?? "") <= (row.to ?? "9999");
  if (inForce.some((row) => row.list === list && row.code === code && overlaps(row)))
    throw new HubError({ code: "CODE_MAPPED_ALREADY", class: "settings", detail: { code, organisation, field: "code" } });
  const days = { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
  return { organisation, add: [{ id: randomUUID(), list, code, value, ...days }], end: [] };
}

/** Rows that trusts have stated; those of the configuration are changed where they stand. */
export function proposeCodeEnding(organisation: string, ids: readonly string[], stated: readonly StatedCodeMap[]): CodeMapChange {
  const end = [...new Set(ids)].map((id) => {
    const row = stated.find((one) => one.id === id && one.organisation === organisation);
    if (!row) throw new HubError({ code: "CODE_MAP_NOT_FOUND", class: "settings", detail: { organisation, field: "codeMaps" } });
    const { list, code, value, from, to } = row;
    return { id, list, code, value, ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
  });
  if (end.length === 0) throw new HubError({ code: "CODE_MAP_NOT_FOUND", class: "settings", detail: { organisation, field: "codeMaps" } });
  return { organisation, add: [], end };
}
