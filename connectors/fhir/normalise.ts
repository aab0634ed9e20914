/** FHIR -> our words. Pure: the same resource gives the same facts for ever. */
import { createHash } from "node:crypto";
import type { Claim, FactsOfKind, Identifier, NormaliseContext, Normalised } from "../connector";
import { dayOf, partialDayOf } from "../kit/days";
import {
  contradicts,
  interpretationOf,
  keepsValue,
  mappedTest,
  mappedVaccine,
  sentCodeOf,
  testOfCodings,
  unknownCodeOf,
  vaccineOf,
} from "./codes";
import type { FhirSettings } from "./settings";
import type { FhirRecord, ImmunizationResource, ObservationResource, PatientResource } from "./vendor";

const odsSystem = "https://fhir.nhs.uk/Id/ods-organization-code";

type Context = NormaliseContext<FhirSettings>;
type Read = ImmunizationResource | ObservationResource;

const finalStatuses = new Set(["final", "amended", "corrected"]);

/** ODS codes that the chosen field names. */
function statedOrganisations(raw: Read, from: string): (string | undefined)[] {
  if (from === "performer")
    return (raw.performer ?? []).filter((one) => one.identifier?.system === odsSystem).map((one) => one.identifier?.value);
  if (from === "managingOrganization") {
    const organisation = patientIn(raw)?.managingOrganization?.identifier;
    return organisation?.system === odsSystem ? [organisation.value] : [];
  }
  if (from === "location") {
    const location = raw.resourceType === "Immunization" ? raw.location?.identifier : undefined;
    return location?.system === odsSystem ? [location.value] : [];
  }
  const system = from.slice("meta.tag:".length);
  return (raw.meta?.tag ?? []).filter((tag) => tag.system === system).map((tag) => tag.code);
}

/** Whose row it is: one of the connection's organisations, or nobody we may speak for. */
function organisationOf(raw: Read, { settings, organisations }: Context): { organisation?: string } | undefined {
  if (settings.organisationFrom === undefined) return organisations.length === 1 ? {} : undefined;
  const stated = new Set(statedOrganisations(raw, settings.organisationFrom).map((code) => code?.trim().toUpperCase()));
  const ours = organisations.filter(({ odsCode }) => stated.has(odsCode));
  // Two of ours in one row is as unclear as none.
  return ours.length === 1 ? { organisation: ours[0]?.odsCode } : undefined;
}

const referenceOf = (raw: Read) => (raw.resourceType === "Immunization" ? raw.patient : raw.subject);

function patientIn(raw: Read): PatientResource | undefined {
  const reference = referenceOf(raw)?.reference;
  if (reference?.startsWith("#")) return raw.contained?.find((one) => one.id === reference.slice(1) || one.id === reference);
  return raw.resolvedPatient;
}

function staffNumbers(raw: Read, patient: PatientResource | undefined, settings: FhirSettings): string[] {
  const all = [...(patient?.identifier ?? []), referenceOf(raw)?.identifier];
  const values = all.filter((one) => one?.system === settings.staffIdentifierSystem).map((one) => one?.value?.trim() ?? "");
  return [...new Set(values)].filter((value) => value !== "");
}

/**
 * The patient's key: `Patient/<id>` on this server, the whole address on another. Every server counts from its own 1, and
 * two people must not become one because their records stand under the same number.
 */
function referenceKey(reference: string | undefined, baseUrl: string): string | undefined {
  const at = /(?:^|\/)Patient\/[A-Za-z0-9.-]{1,64}(?:$|\/_history\/)/.exec(reference ?? "");
  if (!at) return undefined;
  const start = at.index + (at[0].startsWith("/") ? 1 : 0);
  const base = reference!.slice(0, start);
  const local = reference!.slice(start, at.index + at[0].length).replace(/\/_history\/$/, "");
  return base === "" || base.replace(/\/+$/, "") === baseUrl.replace(/\/+$/, "") ? local : `${base}${local}`;
}

/** How the record names its person, or undefined when it names nobody. */
function claimOf(raw: Read, settings: FhirSettings): Claim | undefined {
  const patient = patientIn(raw);
  const numbers = staffNumbers(raw, patient, settings);
  const names = patient?.name ?? [];
  const former = names.filter((name) => name.use === "maiden" || name.use === "old");
  const chosen =
    names.find((name) => name.use === "official") ??
    names.find((name) => name.use === "usual") ??
    names.find((name) => !former.includes(name)) ??
    names[0];
  const birthDate = patient?.birthDate === undefined ? undefined : dayOf(patient.birthDate);
  const familyName = chosen?.family;
  const givenName = chosen?.given?.[0];

  const literal = referenceKey(referenceOf(raw)?.reference, settings.baseUrl);
  let personKey = literal ?? (numbers.length > 0 ? `staff:${numbers[0]}` : undefined);
  if (personKey === undefined && familyName !== undefined && birthDate !== undefined) {
    // A person who exists inside the record only: the same words are the same person at this connection.
    personKey = `named:${createHash("sha256")
      .update([familyName, givenName ?? "", birthDate].join("\n").toLowerCase())
      .digest("hex")
      .slice(0, 24)}`;
  }
  if (personKey === undefined) return undefined;

  const otherGivenNames = [
    ...(chosen?.given ?? []).slice(1),
    ...names.filter((name) => name.use === "nickname").flatMap((name) => name.given ?? []),
  ];
  const otherFamilyNames = [
    ...new Set(former.map((name) => name.family).filter((name): name is string => name !== undefined && name !== familyName)),
  ];
  const identifiers: Identifier[] = numbers.map((value) => ({ scheme: settings.staffIdentifier, value }));
  return {
    personKey,
    ...(givenName === undefined ? {} : { givenName }),
    ...(familyName === undefined ? {} : { familyName }),
    ...(otherGivenNames.length > 0 ? { otherGivenNames } : {}),
    ...(otherFamilyNames.length > 0 ? { otherFamilyNames } : {}),
    ...(birthDate === undefined ? {} : { birthDate }),
    ...(identifiers.length > 0 ? { identifiers } : {}),
  };
}

/** What the trust has said that a code of its system's own means. */
function mappedCode({ maps, organisations }: Context, whose: { organisation?: string }, list: string, code: string | undefined) {
  const organisation = whose.organisation ?? organisations[0]?.odsCode;
  return code === undefined || organisation === undefined ? undefined : maps.codeOf?.(organisation, list, code);
}

function immunisation(raw: ImmunizationResource, context: Context): Normalised {
  const base = { kind: "immunisation", sourceId: `Immunization/${raw.id}` } as const;
  if (raw.status === "not-done") return { ignored: "not-done" };
  const whose = organisationOf(raw, context);
  if (!whose) return { ...base, refused: "OTHER_ORGANISATION", pointer: `/${context.settings.organisationFrom ?? "organisationFrom"}` };
  const sourceVersion = raw.meta?.lastUpdated === undefined ? {} : { changedAt: raw.meta.lastUpdated };
  const claim = claimOf(raw, context.settings);
  if (raw.status === "entered-in-error") return { ...base, ...whose, ...(claim ? { claim } : {}), sourceVersion, withdrawn: true };
  if (raw.status !== "completed") return { ignored: "not-completed" };

  const unknown = unknownCodeOf(raw);
  const found = vaccineOf(raw) ?? mappedVaccine(mappedCode(context, whose, "vaccines", unknown.got));
  if (!found) {
    return { ...base, ...whose, claim, refused: "CODE_UNKNOWN", pointer: unknown.pointer, got: unknown.got, expected: "vaccines" };
  }
  if (contradicts(raw, found.vaccine)) {
    return {
      ...base,
      ...whose,
      refused: "RECORD_INVALID",
      pointer: "/protocolApplied/0/targetDisease",
      got: "diseases of another vaccine",
      expected: "the diseases of the vaccination procedure",
    };
  }
  const givenOn = raw.occurrenceDateTime === undefined ? undefined : partialDayOf(raw.occurrenceDateTime);
  if (givenOn === undefined) {
    const pointer = raw.occurrenceDateTime === undefined && raw.occurrenceString ? "/occurrenceString" : "/occurrenceDateTime";
    const got = pointer === "/occurrenceString" ? "a text" : raw.occurrenceDateTime === undefined ? "nothing" : "something else";
    return { ...base, ...whose, refused: "DATE_AMBIGUOUS", pointer, got, expected: "FHIR dateTime" };
  }
  if (!claim) return { ...base, ...whose, refused: "NO_PERSON", pointer: "/patient" };
  const protocol = raw.protocolApplied?.[0];
  const dose =
    protocol?.doseNumberPositiveInt ?? (protocol?.doseNumberString === undefined ? undefined : Number(protocol.doseNumberString));
  const sentCode = sentCodeOf(found) ?? (vaccineOf(raw) ? undefined : unknown.got);
  const facts: FactsOfKind<"immunisation"> = {
    vaccine: found.vaccine.code,
    diseases: found.vaccine.diseases,
    givenOn,
    ...(dose === undefined || dose < 1 ? {} : { dose }),
    ...(sentCode === undefined ? {} : { sentCode }),
  };
  const pedigree = raw.primarySource === undefined ? {} : { provenance: { pedigree: raw.primarySource ? "Authoritative" : "Sourced" } };
  return { ...base, ...whose, claim, sourceVersion, ...pedigree, facts };
}

function clinicalTest(raw: ObservationResource, context: Context): Normalised {
  const base = { kind: "clinical-test", sourceId: `Observation/${raw.id}` } as const;
  const whose = organisationOf(raw, context);
  if (!whose) return { ...base, refused: "OTHER_ORGANISATION", pointer: `/${context.settings.organisationFrom ?? "organisationFrom"}` };
  const sourceVersion = raw.meta?.lastUpdated === undefined ? {} : { changedAt: raw.meta.lastUpdated };
  const claim = claimOf(raw, context.settings);
  if (raw.status === "entered-in-error") return { ...base, ...whose, ...(claim ? { claim } : {}), sourceVersion, withdrawn: true };
  if (!finalStatuses.has(raw.status)) return { ignored: "not-final" };

  const unknown = unknownCodeOf(raw);
  const test = testOfCodings(raw.code?.coding) ?? mappedTest(mappedCode(context, whose, "clinical tests", unknown.got));
  if (!test) {
    return { ...base, ...whose, claim, refused: "CODE_UNKNOWN", pointer: unknown.pointer, got: unknown.got, expected: "clinical tests" };
  }
  const outcome = interpretationOf([raw.valueCodeableConcept, ...(raw.interpretation ?? [])]);
  const quantity = keepsValue(test) ? raw.valueQuantity : undefined;
  if (outcome === "unknown") {
    // The code of a result is the result: it is not repeated in the refusal.
    return { ...base, ...whose, refused: "CODE_UNKNOWN", pointer: "/valueCodeableConcept", got: "(not shown)", expected: "outcomes" };
  }
  if (outcome === undefined && quantity?.value === undefined) return { ignored: "no-outcome" };
  const stated = raw.effectiveDateTime ?? raw.effectiveInstant ?? raw.effectivePeriod?.start;
  const testedOn = stated === undefined ? undefined : partialDayOf(stated);
  if (stated !== undefined && testedOn === undefined) {
    return {
      ...base,
      ...whose,
      refused: "DATE_AMBIGUOUS",
      pointer: "/effectiveDateTime",
      got: "something else",
      expected: "FHIR dateTime",
    };
  }
  if (!claim) return { ...base, ...whose, refused: "NO_PERSON", pointer: "/subject" };
  const laboratory = raw.performer?.find((one) => one.display !== undefined)?.display;
  const unit = quantity?.unit ?? quantity?.code;
  const facts: FactsOfKind<"clinical-test"> = {
    test: test.code,
    name: test.name,
    ...(testedOn === undefined ? {} : { testedOn }),
    ...(outcome === undefined ? {} : { interpretation: outcome }),
    ...(quantity?.value === undefined
      ? {}
      : {
          value: quantity.value,
          ...(quantity.comparator === undefined ? {} : { comparator: quantity.comparator }),
          ...(unit === undefined ? {} : { unit }),
        }),
    ...(laboratory === undefined ? {} : { laboratory }),
  };
  return { ...base, ...whose, claim, sourceVersion, facts };
}

export function normaliseFhir(raw: FhirRecord, context: Context): Normalised[] {
  if ("notRead" in raw) return [{ ignored: "resource-not-read" }];
  if (!("id" in raw)) return [{ ignored: "result-never-held" }];
  return [raw.resourceType === "Immunization" ? immunisation(raw, context) : clinicalTest(raw, context)];
}
