import type { NormaliseContext, Normalised } from "../connector";
import { dayOf } from "../kit/days";
import type { CsvSettings } from "./settings";
import { notInPost, type OwnRow } from "./vendor";

const odsCode = /^[A-Z0-9]{3,10}$/;
const stands = new Set([undefined, "1", "4"]);
const withdrawn = "2";
const nobodyInIt = "5";

/**
 * One row, one placement. Its controller is the lead employer who sends the feed; a row of another lead employer is refused.
 * Natural key: the feed's placement id.
 */
export function normalisePlacement(raw: OwnRow, { organisations }: NormaliseContext<CsvSettings>): readonly Normalised[] {
  const sourceId = ("placement_id" in raw && raw.placement_id) || "a row without an id";
  const refuse = (refused: string, pointer: string, expected: string, value: string | undefined, organisation?: string) => [
    {
      kind: "placement" as const,
      sourceId: sourceId.slice(0, 500),
      organisation,
      refused,
      pointer,
      expected,
      got: value === undefined ? "nothing" : "something else",
    },
  ];
  if (!("placement_id" in raw)) return refuse("RECORD_INVALID", "/placement_id", "a placement id", undefined);
  const stated = raw.lead_employer?.toUpperCase();
  const organisation = organisations.find(({ odsCode: code }) => code === stated)?.odsCode;
  if (organisation === undefined)
    return refuse("OTHER_ORGANISATION", "/lead_employer", "an organisation of this connection", raw.lead_employer);
  if (raw.notification === nobodyInIt && raw.gmc_number === undefined) return [{ ignored: "vacant-post" }];
  if (raw.gmc_number === undefined) return refuse("NO_STAFF_KEY", "/gmc_number", "a GMC number", undefined, organisation);
  const days: Record<string, string | undefined> = {};
  for (const column of ["date_of_birth", "start_date", "end_date"] as const) {
    const value = raw[column];
    days[column] = value === undefined ? undefined : dayOf(value);
    if (value !== undefined && days[column] === undefined) return refuse("RECORD_INVALID", `/${column}`, "YYYY-MM-DD", value, organisation);
  }
  const gmc = raw.gmc_number.toUpperCase().replace(/\s+/g, "");
  const claim = {
    personKey: `GMC|${gmc}`,
    givenName: raw.given_name,
    familyName: raw.family_name,
    birthDate: days.date_of_birth,
    identifiers: [{ scheme: "GMC" as const, value: gmc }],
  };
  const base = { kind: "placement" as const, sourceId, organisation, claim };
  if (raw.notification === withdrawn) return [{ ...base, withdrawn: true }];
  if (!stands.has(raw.notification) && raw.notification !== nobodyInIt)
    return refuse("RECORD_INVALID", "/notification", "1, 2, 4 or 5", raw.notification, organisation);
  // Somebody who is away is not at the host; the row stays out, with no word of why.
  if (raw.placement_type === notInPost) return [{ ignored: "not-in-post" }];
  const host = raw.host_organisation?.toUpperCase();
  if (host === undefined || !odsCode.test(host))
    return refuse("RECORD_INVALID", "/host_organisation", "an ODS code", raw.host_organisation, organisation);
  const { start_date: startsOn, end_date: endsOn } = days;
  if (startsOn === undefined) return refuse("RECORD_INVALID", "/start_date", "YYYY-MM-DD", undefined, organisation);
  if (endsOn !== undefined && endsOn < startsOn)
    return refuse("RECORD_INVALID", "/end_date", "a day that is not before the start", raw.end_date, organisation);
  return [
    {
      ...base,
      facts: {
        hostOrganisation: host,
        leadEmployer: organisation,
        postNumber: raw.national_post_number,
        grade: raw.grade,
        specialty: raw.specialty,
        placementType: raw.placement_type,
        startsOn,
        endsOn,
      },
    },
  ];
}
