/** A pushed item -> our words. Pure. Every refusal points into the vendor's own item and says what kind of value was there. */
import { competenceOf, identityOfCoreSkill, nationalFrameworks, parseCompetenceName } from "../../schema/codes/competences";
import { professionalBodyOf, registrationNumber } from "../../schema/codes/organisation-lists";
import type { Mapping } from "../../schema/learning/achievement";
import type { ProvenanceFacts } from "../../schema/provenance";
import type {
  Claim,
  Identifier,
  IdentifierScheme,
  NormaliseContext,
  Normalised,
  NormalisedRecord,
  NormalisedRefusal,
  NormalisedWithdrawal,
  RecordKind,
} from "../connector";
import { dayOf } from "../kit/days";
import type { PushSettings } from "./settings";
import type { Raw } from "./vendor";

type Context = NormaliseContext<PushSettings>;
type Fault = Pick<NormalisedRefusal, "refused" | "pointer" | "got" | "expected">;
const isFault = (value: unknown): value is Fault => typeof value === "object" && value !== null && "refused" in value;

/** The kind of a value, never the value. */
const kindOf = (value: string | undefined): string => (value === undefined ? "nothing" : `text of ${value.length} characters`);
const invalid = (pointer: string, expected: string, value: string | undefined): Fault => ({
  refused: "RECORD_INVALID",
  pointer,
  expected,
  got: kindOf(value),
});

/** A name of a training is no person's; it is what somebody needs to add it to the list. */
const longestShown = 120;

export function normalise(raw: Raw, context: Context): readonly Normalised[] {
  const kind: RecordKind = raw.course ? "achievement" : "competence-award";
  const refuse = (fault: Fault & { readonly claim?: Claim }, organisation?: string): readonly Normalised[] => [
    { ...fault, kind, sourceId: raw.id, organisation },
  ];

  const organisation = organisationOf(raw, context);
  if (isFault(organisation)) return refuse(organisation);
  const changedAt = raw.changedAt === undefined ? undefined : instantIn(raw.changedAt);
  if (raw.changedAt !== undefined && changedAt === undefined)
    return refuse(invalid("/changedAt", "an instant with its zone, for example 2026-11-22T09:30:00Z", raw.changedAt), organisation);
  const claim = claimOf(raw, organisation, context.settings);
  if (isFault(claim)) return refuse(claim, organisation);
  const version = changedAt === undefined ? {} : { sourceVersion: { changedAt } };
  if (raw.attainmentStatus !== undefined && raw.attainmentStatus.toUpperCase() !== "ACHIEVED" && !raw.withdrawn)
    return [{ ignored: "not-achieved", ends: { personKey: claim.personKey, ...version } }];

  const base = { organisation, claim, ...version };
  const skill = saysSkill(raw) ? skillOf(raw, organisation, context.maps) : undefined;
  if (isFault(skill)) return refuse({ ...skill, claim }, organisation);
  const course = raw.course ? courseOf(raw, organisation, skill !== undefined, context) : undefined;
  if (isFault(course)) return refuse(course, organisation);
  if (!skill && !course) return refuse(invalid("/competencyName", "a core skill, or a course", undefined), organisation);

  const found: NormalisedRecord[] = [];
  if (course) found.push({ ...base, kind: "achievement", sourceId: raw.id, facts: course.facts });
  if (skill) found.push({ ...base, kind: "competence-award", sourceId: raw.id, ...skill });
  for (const competence of course?.competences ?? []) {
    const facts = { competence, name: course!.name, awardedOn: course!.facts.completedOn, attainment: "ACHIEVED" };
    found.push({ ...base, kind: "competence-award", sourceId: `${raw.id}|${competence}`, facts });
  }
  return raw.withdrawn ? found.map(withdrawalOf) : found;
}

/** A withdrawal repeats the item: so it says which records it takes back. */
function withdrawalOf(one: NormalisedRecord): NormalisedWithdrawal {
  const { kind, sourceId, organisation, sourceVersion } = one;
  return { kind, sourceId, organisation, withdrawn: true, ...(sourceVersion ? { sourceVersion } : {}) };
}

function organisationOf(raw: Raw, { organisations }: Context): string | Fault {
  const codes = organisations.map(({ odsCode }) => odsCode);
  if (raw.organisation === undefined && codes.length === 1) return codes[0]!;
  const named = codes.find((code) => code === raw.organisation?.toUpperCase());
  return (
    named ?? {
      refused: "OTHER_ORGANISATION",
      pointer: "/organisation",
      got: raw.organisation === undefined ? "nothing" : "another organisation",
      expected: codes.join(", "),
    }
  );
}

function claimOf(raw: Raw, organisation: string, settings: PushSettings): Claim | Fault {
  const person = raw.person ?? {};
  if (person.staffNumber === undefined)
    return { refused: "NO_STAFF_KEY", pointer: "/person/staffNumber", got: "nothing", expected: "a staff number" };
  const birthDate = person.birthDate === undefined ? undefined : dayOf(person.birthDate);
  if (person.birthDate !== undefined && birthDate === undefined) return invalid("/person/birthDate", "YYYY-MM-DD", person.birthDate);
  const identifiers: Identifier[] = [{ scheme: settings.staffKey as IdentifierScheme, value: person.staffNumber }];
  if (person.registration?.body !== undefined && person.registration.number !== undefined) {
    const body = professionalBodyOf(person.registration.body);
    if (!body) return invalid("/person/registration/body", "a professional body, for example GMC", person.registration.body);
    const number = registrationNumber(body.code, person.registration.number);
    if (number === undefined) return invalid("/person/registration/number", `a number of ${body.code}`, person.registration.number);
    if (body.scheme) identifiers.push({ scheme: body.scheme as IdentifierScheme, value: number });
  }
  return {
    // A staff number means nothing outside the organisation that gave it.
    personKey: `${organisation}|${person.staffNumber}`,
    ...(person.givenName === undefined ? {} : { givenName: person.givenName }),
    ...(person.familyName === undefined ? {} : { familyName: person.familyName }),
    ...(birthDate === undefined ? {} : { birthDate }),
    identifiers,
  };
}

const saysSkill = (raw: Raw) => raw.competencyName !== undefined || raw.subjectName !== undefined || raw.competencyFramework !== undefined;

function skillOf(raw: Raw, organisation: string, maps: Context["maps"]) {
  const framework = raw.competencyFramework?.toUpperCase();
  if (framework === undefined || !(nationalFrameworks as readonly string[]).includes(framework))
    return invalid("/competencyFramework", `one of ${nationalFrameworks.join(", ")}`, raw.competencyFramework);
  const subjectName = raw.subjectName ?? raw.competencyName;
  if (subjectName === undefined) return invalid("/subjectName", "the subject of the core skill", undefined);
  const named = identityOfCoreSkill({
    framework,
    subjectName,
    // The contract: "If the core skill has no subject level, it defaults to 1."
    subjectLevel: raw.subjectLevel ?? "1",
    competencyName: raw.competencyName ?? subjectName,
  });
  const got = (raw.competencyName ?? subjectName).slice(0, longestShown);
  const competence = competenceOf(named) ? named : maps.codeOf?.(organisation, "competences", got, raw.dateLastAwarded);
  // Stricter than for what is polled: who pushes is told at once, and can correct it.
  if (competence === undefined) {
    const pointer = raw.competencyName === undefined ? "/subjectName" : "/competencyName";
    return { refused: "CODE_UNKNOWN", pointer, got, expected: "competences" } satisfies Fault;
  }
  const awardedOn = raw.dateLastAwarded === undefined ? undefined : dayOf(raw.dateLastAwarded);
  if (awardedOn === undefined) return invalid("/dateLastAwarded", "a day, YYYY-MM-DD", raw.dateLastAwarded);
  const statedEndsOn = raw.dateTo === undefined ? undefined : dayOf(raw.dateTo);
  if (raw.dateTo !== undefined && statedEndsOn === undefined) return invalid("/dateTo", "a day, YYYY-MM-DD", raw.dateTo);
  const awardedBy = raw.awardingOrganisation?.toUpperCase();
  if (awardedBy !== undefined && !/^[A-Z0-9]{3,10}$/.test(awardedBy))
    return invalid("/awardingOrganisation", "an ODS code", raw.awardingOrganisation);
  const provenance: ProvenanceFacts = {
    ...(framework === "CSTF" ? { assurancePolicy: "Core Skills Training Framework (CSTF)", assuranceOutcome: "CSTF applied" } : {}),
    ...(awardedBy === undefined
      ? {}
      : awardedBy === organisation
        ? { pedigree: "Authoritative" }
        : { provider: awardedBy, pedigree: "Sourced" }),
  };
  return {
    facts: {
      competence,
      name: raw.competencyName ?? subjectName,
      awardedOn,
      ...(statedEndsOn === undefined ? {} : { statedEndsOn }),
      ...(raw.attainmentStatus === undefined ? {} : { attainment: raw.attainmentStatus.toUpperCase() }),
      ...(raw.proficiencyLevel === undefined ? {} : { proficiency: raw.proficiencyLevel }),
      ...(awardedBy === undefined ? {} : { awardedBy }),
    },
    provenance,
  };
}

/** The course's own code names its competence; else the item's core skill, else the organisation's course map, which may name several. */
function courseOf(raw: Raw, organisation: string, hasSkill: boolean, { maps }: Context) {
  const { code, title } = raw.course ?? {};
  if (code === undefined) return invalid("/course/code", "the code of the course", undefined);
  if (title === undefined) return invalid("/course/title", "the title of the course", undefined);
  const completedOn = raw.completedOn === undefined ? undefined : dayOf(raw.completedOn);
  if (completedOn === undefined) {
    if (raw.completedOn !== undefined) return invalid("/completedOn", "a day, YYYY-MM-DD", raw.completedOn);
    return { refused: "COMPLETION_WITHOUT_DATE", pointer: "/completedOn", got: "nothing", expected: "a day, YYYY-MM-DD" } satisfies Fault;
  }
  const named = parseCompetenceName(code)?.identity;
  const mapped = hasSkill || named !== undefined ? undefined : maps.coursesToCompetences(organisation, [code], completedOn);
  const competences = hasSkill ? [] : named !== undefined ? [named] : Array.isArray(mapped) ? [...new Set(mapped as string[])] : [];
  const mapping = hasSkill || competences.length > 0 ? "MAPPED" : mapped === "local" ? "LOCAL" : "UNMAPPED";
  return {
    facts: { title, courseSourceId: code, courseCode: code, completedOn, mapping: mapping as Mapping },
    competences,
    name: named === undefined ? title : code,
  };
}

/** With its zone: an instant without one would reorder versions. */
function instantIn(text: string): string | undefined {
  if (!/^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d([.,]\d{1,9})?)?(Z|[+-]\d\d:?\d\d)$/i.test(text)) return undefined;
  const instant = new Date(text.replace(" ", "T").replace(",", "."));
  return Number.isNaN(instant.getTime()) ? undefined : text;
}
