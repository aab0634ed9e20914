import { parseCompetenceName } from "../../schema/codes/competences";
import type { Mapping } from "../../schema/learning/achievement";
import type { Claim, NormaliseContext, Normalised, NormalisedRefusal } from "../connector";
import { instantOf } from "../kit/dates";
import { dayIn, layoutOf, wallClockOf } from "./dates";
import type { MoodleSettings } from "./settings";
import type { Account, Raw, RawCourse } from "./vendor";

type Context = NormaliseContext<MoodleSettings>;

export function normalise(raw: Raw, context: Context): readonly Normalised[] {
  if (!raw.account) return [{ ignored: "row-without-person" }];
  if (isDeleted(raw.account)) return [{ ignored: "account-deleted" }];
  return raw.record === "account" ? personalDetails(raw.account, context) : completion(raw.account, raw, context);
}

/**
 * A deleted account still comes back: its user name is then `<e-mail>.<time of deletion>`, its number is gone, and nothing
 * says "deleted". What the person had completed stays held.
 */
function isDeleted(account: Account): boolean {
  return /@.*\.\d{10}$/.test(account.username);
}

function personalDetails(account: Account, context: Context): readonly Normalised[] {
  // Moodle shows names only to accounts with the right to see them, and a record of somebody needs at least a family name.
  if (account.lastname === undefined) return [{ ignored: "names-not-shown" }];
  const organisation = organisationOf(account, context);
  if (organisation && "refused" in organisation) return [{ ...organisation.refused, kind: "personal-details", sourceId: account.username }];
  return [
    {
      kind: "personal-details",
      sourceId: account.username,
      ...organisation?.stated,
      claim: claimOf(account, context),
      facts: { givenName: account.firstname, familyName: account.lastname },
      provenance: { pedigree: "Sourced" },
    },
  ];
}

/**
 * The user name is the key of the person: the report has no user id, and the staff number is neither unique nor always
 * there. Two accounts of one person are two source persons; matching binds both.
 */
function claimOf(account: Account, { settings }: Context): Claim {
  const scheme = settings.staffKey === "email" ? "EMAIL" : settings.staffIdentifier;
  return {
    personKey: account.username,
    ...(account.firstname === undefined ? {} : { givenName: account.firstname }),
    ...(account.lastname === undefined ? {} : { familyName: account.lastname }),
    ...(account.staffKey === undefined ? {} : { identifiers: [{ scheme, value: account.staffKey }] }),
  };
}

type Refused = { readonly refused: Pick<NormalisedRefusal, "refused" | "pointer" | "expected"> };

function organisationOf(
  account: Account,
  { settings, organisations }: Context,
): { stated: { organisation: string } } | Refused | undefined {
  if (settings.organisationFrom === undefined) return undefined;
  const named = account.organisation;
  if (named !== undefined && organisations.some((one) => one.odsCode === named)) return { stated: { organisation: named } };
  return {
    refused: {
      refused: "OTHER_ORGANISATION",
      pointer: "/account/organisation",
      expected: organisations.map((one) => one.odsCode).join(", "),
    },
  };
}

type CompletionRaw = Exclude<Raw, { record: "account" }>;
interface Finished {
  readonly completedOn: string;
  readonly completedAt: string;
}

function completion(account: Account, raw: CompletionRaw, context: Context): readonly Normalised[] {
  const { course } = raw;
  const when = raw.record === "report-row" ? whenOfRow(raw, context.settings) : whenOfStatus(raw, context.settings);
  if ("ignored" in when) return [when];
  const sourceId = `${account.username}|${course.id ?? course.shortname}`;
  const refuse = (refusal: Refused["refused"] & { got?: string }): readonly Normalised[] => [{ ...refusal, kind: "achievement", sourceId }];
  if ("refused" in when) return refuse(when);
  if (course.id === undefined || !course.fullname) {
    return refuse({ refused: "COURSE_NOT_LISTED", pointer: "/course", expected: "a course that the account may see" });
  }
  const organisation = organisationOf(account, context);
  if (organisation && "refused" in organisation) return refuse(organisation.refused);
  const { mapping, competences } = competencesOf(course, organisation?.stated.organisation, when.completedOn, context);
  const claim = claimOf(account, context);
  return [
    {
      kind: "achievement",
      sourceId,
      ...organisation?.stated,
      claim,
      facts: {
        title: course.fullname,
        courseSourceId: String(course.id),
        courseCode: course.idnumber || course.shortname,
        completedOn: when.completedOn,
        completedAt: when.completedAt,
        mapping,
      },
    },
    ...competences.map(
      (competence): Normalised => ({
        kind: "competence-award",
        sourceId: `${sourceId}|${competence}`,
        ...organisation?.stated,
        claim,
        facts: { competence, name: course.idnumber || course.fullname, awardedOn: when.completedOn, attainment: "ACHIEVED" },
      }),
    ),
  ];
}

/** The course's own ID number names its competence; else the organisation's course map, which may name several. */
function competencesOf(
  course: RawCourse,
  stated: string | undefined,
  on: string,
  { maps, organisations }: Context,
): { mapping: Mapping; competences: readonly string[] } {
  const named = identityNamedBy(course.idnumber);
  if (named !== undefined) return { mapping: "MAPPED" as Mapping, competences: [named] };
  const organisation = stated ?? (organisations.length === 1 ? organisations[0]?.odsCode : undefined);
  const keys = [course.idnumber, course.shortname, `id:${course.id}`].filter((key) => key !== "");
  const mapped = organisation === undefined ? undefined : maps.coursesToCompetences(organisation, keys, on);
  if (mapped === "local") return { mapping: "LOCAL" as Mapping, competences: [] };
  if (mapped === undefined || mapped.length === 0) return { mapping: "UNMAPPED" as Mapping, competences: [] };
  return { mapping: "MAPPED" as Mapping, competences: [...new Set(mapped)] };
}

/** A site has some hundred courses and some hundred thousand completions: each name is taken apart once. */
const identities = new Map<string, string | undefined>();
const mostIdentities = 2000;

function identityNamedBy(idnumber: string): string | undefined {
  if (!identities.has(idnumber)) {
    if (identities.size >= mostIdentities) identities.clear();
    identities.set(idnumber, parseCompetenceName(idnumber)?.identity);
  }
  return identities.get(idnumber);
}

type When = Finished | { readonly ignored: string } | (Refused["refused"] & { got?: string });

function whenOfRow(raw: Extract<Raw, { record: "report-row" }>, settings: MoodleSettings): When {
  const said = raw.completed.trim().toLowerCase();
  const time = raw.timeCompleted.trim();
  if (time === "" && (said === "" || said === "no")) return { ignored: "not-completed" };
  if (said !== "" && said !== "yes" && said !== "no") {
    return { refused: "DATE_AMBIGUOUS", pointer: "/completed", expected: "Yes or No: the language en", got: layoutOf(raw.completed) };
  }
  if (raw.repeated) return { ignored: "second-enrolment" };
  if (time === "") return { refused: "COMPLETION_WITHOUT_DATE", pointer: "/timeCompleted", expected: "a day" };
  const wallClock = wallClockOf(time);
  // Half past one on the last Sunday of October happens twice: the earlier one counts.
  const completedAt = wallClock && instantOf(wallClock, settings.timeZone, "from");
  if (!wallClock || !completedAt) {
    return { refused: "DATE_AMBIGUOUS", pointer: "/timeCompleted", expected: "the language en", got: layoutOf(time) };
  }
  return { completedOn: wallClock.slice(0, 10), completedAt };
}

function whenOfStatus(raw: Extract<Raw, { record: "status" }>, settings: MoodleSettings): When {
  if (raw.why !== undefined) return { ignored: raw.why };
  if (!raw.completed) return { ignored: "not-completed" };
  if (raw.criteriaTimes.length === 0) return { refused: "COMPLETION_WITHOUT_DATE", pointer: "/criteriaTimes", expected: "a day" };
  // All criteria (1): complete with the last one. Any (2): with the first; what is met later changes nothing.
  const at = raw.aggregation === 2 ? Math.min(...raw.criteriaTimes) : Math.max(...raw.criteriaTimes);
  return { completedOn: dayIn(settings.timeZone, at), completedAt: new Date(at * 1000).toISOString() };
}
