import { parseCompetenceName } from "../../schema/codes/competences";
import { engagementOf, professionalBodyOf, registrationNumber, staffGroupOf } from "../../schema/codes/organisation-lists";
import type { EngagementKind } from "../../schema/staff/assignment";
import type { Identifier, IdentifierScheme, Normalised, RecordKind } from "../connector";
import { goDay, slashDay } from "../kit/dates";
import { type AddType, deletes, endOfTime, registrationTypes } from "./layouts";
import type { Raw, RawOf } from "./vendor";

const kinds: Readonly<Record<AddType, RecordKind>> = {
  PRA: "personal-details",
  ASA: "assignment",
  POA: "position",
  ORA: "organisational-unit",
  LCA: "location",
  CDA: "competence-definition",
  CMA: "competence-award",
  ETA: "professional-registration",
};

/**
 * The order of versions is the order of the files, because ESR's files are strictly sequential. A row's own last update
 * date is not used: a deleted row that is sent again carries its old date and would lose against its own deletion.
 */
const versionOf = (raw: { fileAt: string; fileOrder: number }) => ({ changedAt: raw.fileAt, sequence: raw.fileOrder });

export function normalise(raw: Raw): readonly Normalised[] {
  switch (raw.row) {
    case "not-read":
      return [{ ignored: "row-type-not-read" }];
    case "PRA":
      return [person(raw)];
    case "ASA":
      return [assignment(raw)];
    case "POA":
      return [position(raw)];
    case "ORA":
      return [
        {
          kind: "organisational-unit",
          sourceId: raw.organisationId!,
          sourceVersion: versionOf(raw),
          facts: { name: raw.name ?? "", type: raw.type, nacsCode: raw.nacsCode, parentSourceId: raw.parentId },
        },
      ];
    case "LCA":
      return [
        {
          kind: "location",
          sourceId: raw.locationId!,
          sourceVersion: versionOf(raw),
          facts: {
            code: raw.code ?? "",
            description: raw.description,
            town: raw.town,
            siteCode: raw.siteCode,
            inactiveOn: day(raw.inactiveDate),
          },
        },
      ];
    case "CDA":
      return [definition(raw)];
    case "CMA":
      return [award(raw)];
    case "ETA":
      return [registration(raw)];
    default:
      return [{ kind: kinds[deletes[raw.row]], sourceId: raw.id, sourceVersion: versionOf(raw), withdrawn: true }];
  }
}

function day(text: string | undefined): string | undefined {
  const found = text === undefined ? undefined : goDay(text);
  return found === endOfTime ? undefined : found;
}

function refusal(kind: RecordKind, sourceId: string, refused: string, pointer: string, expected: string, got: string): Normalised {
  return { kind, sourceId, refused, pointer, expected, got };
}

/** Date-tracked rows are segments of one record: without a first day there is no saying which. */
function segment(from: string | undefined, to: string | undefined): { validFrom: string; validTo?: string } | undefined {
  const validFrom = day(from);
  return validFrom === undefined ? undefined : { validFrom, validTo: day(to) };
}

function identifiers(pairs: readonly (readonly [IdentifierScheme, string | undefined])[]): Identifier[] {
  return pairs.flatMap(([scheme, value]) => (value === undefined ? [] : [{ scheme, value }]));
}

const present = (values: readonly (string | undefined)[]): string[] => values.filter((value) => value !== undefined);

function person(raw: RawOf<"PRA">): Normalised {
  const sourceId = raw.personId!;
  const valid = segment(raw.effectiveStart, raw.effectiveEnd);
  if (!valid)
    return refusal(
      "personal-details",
      sourceId,
      "RECORD_INVALID",
      "/effectiveStart",
      "YYYYMMDD",
      raw.effectiveStart === undefined ? "nothing" : "something else",
    );
  const birthDate = day(raw.birthDate);
  return {
    kind: "personal-details",
    sourceId,
    sourceVersion: versionOf(raw),
    ...valid,
    claim: {
      personKey: sourceId,
      givenName: raw.firstName,
      familyName: raw.lastName,
      otherGivenNames: present([raw.middleNames, raw.preferredName]),
      otherFamilyNames: present([raw.maidenName, raw.previousLastName]),
      birthDate,
      identifiers: identifiers([
        ["ESR_PERSON_ID", sourceId],
        ["ESR_EMPLOYEE_NUMBER", raw.employeeNumber],
        ["NI_NUMBER", raw.niNumber],
        ["NHS_CRS_UUID", raw.crsUuid],
        ["EMAIL", raw.email],
      ]),
    },
    facts: {
      title: raw.title,
      givenName: raw.firstName,
      middleNames: raw.middleNames,
      familyName: raw.lastName ?? "",
      maidenName: raw.maidenName,
      previousFamilyName: raw.previousLastName,
      preferredName: raw.preferredName,
      birthDate,
      email: raw.email,
      personType: raw.systemPersonType,
      hiredOn: day(raw.hireDate),
      terminatedOn: day(raw.terminationDate),
    },
  };
}

function assignment(raw: RawOf<"ASA">): Normalised {
  const sourceId = raw.assignmentId!;
  const valid = segment(raw.effectiveStart, raw.effectiveEnd);
  if (!valid)
    return refusal(
      "assignment",
      sourceId,
      "RECORD_INVALID",
      "/effectiveStart",
      "YYYYMMDD",
      raw.effectiveStart === undefined ? "nothing" : "something else",
    );
  if (raw.personId === undefined) return { kind: "assignment", sourceId, refused: "NO_PERSON", pointer: "/personId" };
  return {
    kind: "assignment",
    sourceId,
    sourceVersion: versionOf(raw),
    ...valid,
    claim: { personKey: raw.personId, identifiers: identifiers([["ESR_ASSIGNMENT_NUMBER", raw.number]]) },
    facts: {
      number: raw.number ?? "",
      type: raw.type,
      status: raw.systemStatus,
      engagement: engagementOf({
        assignmentType: raw.type,
        employeeCategory: raw.employeeCategory,
        assignmentCategory: raw.assignmentCategory,
      }) as EngagementKind,
      isPrimary: raw.primary === undefined ? undefined : /^y/i.test(raw.primary),
      employeeCategory: raw.employeeCategory,
      startsOn: day(raw.earliestStart),
      endsOn: day(raw.assignmentEnd) ?? day(raw.contractEnd),
      projectedHireOn: day(raw.projectedHire),
      positionSourceId: raw.positionId,
      unitSourceId: raw.organisationId,
      locationSourceId: raw.locationId,
    },
  };
}

function position(raw: RawOf<"POA">): Normalised {
  const sourceId = raw.positionId!;
  const valid = segment(raw.effectiveFrom, raw.effectiveTo);
  if (!valid)
    return refusal(
      "position",
      sourceId,
      "RECORD_INVALID",
      "/effectiveFrom",
      "YYYYMMDD",
      raw.effectiveFrom === undefined ? "nothing" : "something else",
    );
  return {
    kind: "position",
    sourceId,
    sourceVersion: versionOf(raw),
    ...valid,
    facts: {
      number: raw.number,
      name: raw.name ?? "",
      staffGroup: raw.staffGroup === undefined ? undefined : staffGroupOf(raw.staffGroup),
      jobRole: raw.jobRole,
      occupationCode: raw.occupationCode,
      hiringStatus: raw.hiringStatus,
      unitSourceId: raw.organisationId,
    },
  };
}

function renewalMonths(frequency: string | undefined, units: string | undefined): number | undefined {
  const count = Number(frequency);
  if (!Number.isInteger(count) || count < 1 || units === undefined) return undefined;
  return /^years?$/i.test(units) ? count * 12 : /^months?$/i.test(units) ? count : undefined;
}

function definition(raw: RawOf<"CDA">): Normalised {
  const sourceId = raw.competenceId!;
  const name = parseCompetenceName(raw.name ?? "");
  if (!name)
    return refusal(
      "competence-definition",
      sourceId,
      "CODE_UNKNOWN",
      "/name",
      "competence names (AUTHORITY|TYPE|TITLE|QUALIFIER)",
      "a name in another form",
    );
  return {
    kind: "competence-definition",
    sourceId,
    sourceVersion: versionOf(raw),
    facts: {
      name: raw.name!,
      competence: name.identity,
      startsOn: day(raw.from),
      endsOn: day(raw.to),
      renewalMonths: renewalMonths(raw.renewalFrequency, raw.renewalUnits),
    },
  };
}

/**
 * Awards only: the same rows also hold what a position requires and what is merely planned. A person's row that is changed
 * into "not achieved" takes back the award that it was; in a full file what is not an award is simply not listed as one.
 */
function award(raw: RawOf<"CMA">): Normalised {
  if (raw.type !== "PERSONAL") return { ignored: "competence-not-personal" };
  const sourceId = raw.elementId!;
  const noAward = (reason: string): Normalised =>
    raw.isChange ? { kind: "competence-award", sourceId, sourceVersion: versionOf(raw), withdrawn: true } : { ignored: reason };
  if (raw.status !== "ACHIEVED") return noAward("competence-not-achieved");
  // Date From is the day it was awarded; Certification Date is left empty by most and says when it was checked.
  if (raw.from === undefined) return noAward("competence-without-date");
  const awardedOn = day(raw.from);
  if (awardedOn === undefined) return refusal("competence-award", sourceId, "RECORD_INVALID", "/from", "YYYYMMDD", "something else");
  // The stated end is provenance only (the receiving organisation's period decides): an unreadable one is left out.
  if (raw.personId === undefined) return { kind: "competence-award", sourceId, refused: "NO_PERSON", pointer: "/personId" };
  const name = parseCompetenceName(raw.name ?? "");
  if (!name)
    return refusal(
      "competence-award",
      sourceId,
      "CODE_UNKNOWN",
      "/name",
      "competence names (AUTHORITY|TYPE|TITLE|QUALIFIER)",
      "a name in another form",
    );
  return {
    kind: "competence-award",
    sourceId,
    sourceVersion: versionOf(raw),
    claim: { personKey: raw.personId },
    facts: {
      competence: name.identity,
      name: raw.name,
      awardedOn,
      statedEndsOn: day(raw.to) ?? day(raw.nextCertification),
      attainment: raw.status,
      proficiency: raw.proficiency,
    },
  };
}

function registration(raw: RawOf<"ETA">): Normalised {
  if (!registrationTypes.has(raw.informationType ?? "") && !registrationTypes.has(raw.category ?? ""))
    return { ignored: "information-type-not-read" };
  const sourceId = raw.extraId!;
  if (raw.personId === undefined) return { kind: "professional-registration", sourceId, refused: "NO_PERSON", pointer: "/personId" };
  const body = professionalBodyOf(raw.body ?? "");
  if (!body)
    return refusal(
      "professional-registration",
      sourceId,
      "CODE_UNKNOWN",
      "/body",
      "professional bodies",
      raw.body === undefined ? "nothing" : "another body",
    );
  const number = registrationNumber(body.code, raw.number ?? "");
  if (number === undefined)
    return refusal(
      "professional-registration",
      sourceId,
      "RECORD_INVALID",
      "/number",
      `a number of ${body.code}`,
      raw.number === undefined ? "nothing" : "something else",
    );
  // A day of expiry that cannot be read must not read as "never expires".
  if (raw.expiresOn !== undefined && slashDay(raw.expiresOn) === undefined)
    return refusal("professional-registration", sourceId, "RECORD_INVALID", "/expiresOn", "DD/MM/YYYY", "something else");
  return {
    kind: "professional-registration",
    sourceId,
    sourceVersion: versionOf(raw),
    claim: { personKey: raw.personId, identifiers: [{ scheme: body.scheme, value: number }] },
    facts: { body: body.code, number, registeredOn: slash(raw.registeredOn), expiresOn: slash(raw.expiresOn) },
  };
}

const slash = (text: string | undefined): string | undefined => (text === undefined ? undefined : slashDay(text));
