import type { ClearedForRole, ExposureProneClearance } from "../../schema/health/clearance";
import type { IdentifierScheme, NormaliseContext, Normalised } from "../connector";
import { dayOf } from "../kit/days";
import type { CsvSettings } from "./settings";
import type { ClearanceRow } from "./vendor";

const outcomes: Readonly<Record<string, string>> = { yes: "YES", conditional: "CONDITIONAL", pending: "PENDING" };
const exposureProne: Readonly<Record<string, string>> = {
  cleared: "CLEARED",
  "not cleared": "NOT_CLEARED",
  not_cleared: "NOT_CLEARED",
  restricted: "RESTRICTED",
  pending: "PENDING",
};
const known = (words: Readonly<Record<string, string>>, value: string): string | undefined =>
  Object.hasOwn(words, value.toLowerCase()) ? words[value.toLowerCase()] : undefined;

/** One row, one clearance. Natural key: organisation | staff number | role | day decided. */
export function normaliseClearance(raw: ClearanceRow, { settings, organisations }: NormaliseContext<CsvSettings>): readonly Normalised[] {
  const stated = settings.organisationFrom
    ? raw.organisation?.toUpperCase()
    : raw.organisation === undefined
      ? organisations[0]?.odsCode
      : raw.organisation.toUpperCase();
  const organisation = organisations.find(({ odsCode }) => odsCode === stated)?.odsCode;
  const role = raw.role?.toLowerCase().replace(/\s+/g, " ");
  const sourceId = [stated ?? "", raw.staff_number ?? "", role ?? "", raw.decided_on ?? ""].join("|").slice(0, 500);
  const refuse = (refused: string, pointer: string, expected: string, value: string | undefined): readonly Normalised[] => [
    { kind: "clearance", sourceId, organisation, refused, pointer, expected, got: value === undefined ? "nothing" : "something else" },
  ];
  if (organisation === undefined)
    return refuse("OTHER_ORGANISATION", "/organisation", "an organisation of this connection", raw.organisation);
  if (raw.staff_number === undefined) return refuse("NO_STAFF_KEY", "/staff_number", "a staff number", undefined);
  const outcome = raw.cleared_for_role === undefined ? undefined : known(outcomes, raw.cleared_for_role);
  if (outcome === undefined) return refuse("RECORD_INVALID", "/cleared_for_role", "yes, conditional or pending", raw.cleared_for_role);
  const exposure = raw.exposure_prone === undefined ? undefined : known(exposureProne, raw.exposure_prone);
  if (raw.exposure_prone !== undefined && exposure === undefined)
    return refuse("RECORD_INVALID", "/exposure_prone", "cleared, not cleared, restricted or pending", raw.exposure_prone);
  const days: Record<string, string | undefined> = {};
  for (const column of ["date_of_birth", "decided_on", "valid_until"] as const) {
    const value = raw[column];
    days[column] = value === undefined ? undefined : dayOf(value);
    if (value !== undefined && days[column] === undefined) return refuse("RECORD_INVALID", `/${column}`, "YYYY-MM-DD", value);
  }
  return [
    {
      kind: "clearance",
      sourceId,
      organisation,
      claim: {
        personKey: `${organisation}|${raw.staff_number}`,
        givenName: raw.given_name,
        familyName: raw.family_name,
        birthDate: days.date_of_birth,
        identifiers: [{ scheme: settings.staffKey as IdentifierScheme, value: raw.staff_number }],
      },
      facts: {
        clearedForRole: outcome as ClearedForRole,
        role: raw.role,
        decidedOn: days.decided_on,
        validUntil: days.valid_until,
        exposureProne: exposure as ExposureProneClearance | undefined,
      },
    },
  ];
}
