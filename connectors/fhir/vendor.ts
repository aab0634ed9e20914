/**
 * FHIR R4, in FHIR's words, reduced to what may be used. Everything else is dropped at the door: lot numbers, sites,
 * practitioners, notes, addresses, genders, every free text. NHS numbers are in no shape below, on purpose.
 */
import { z } from "zod";
import { isDeniedObservation, keepsValue, mappedTest, testOfCodings, unknownCodeOf, vaccineOf } from "./codes";

/** Ways in which systems write "this identifier is an NHS number". */
const nhsNumberSystem = /nhs-?number|2\.16\.840\.1\.113883\.2\.1\.4\.1/i;

const vaccinationProcedureUrl = /\/Extension-UKCore-VaccinationProcedure$/i;

const instantText = z.string().max(40);
const token = z.string().max(200);
const coding = z.object({ system: token.optional(), code: token.optional() });
const concept = z.object({ coding: z.array(coding).max(50).optional() });
const identifier = z.object({ system: token.optional(), value: token.optional() });
const withoutNhsNumbers = z
  .array(identifier)
  .max(50)
  .transform((all) => all.filter((one) => one.system !== undefined && !nhsNumberSystem.test(one.system)));

const organisationReference = z.object({ identifier: identifier.optional() });
const personReference = z.object({
  reference: z.string().max(500).optional(),
  identifier: identifier.transform((one) => (one.system !== undefined && !nhsNumberSystem.test(one.system) ? one : undefined)).optional(),
});

/** A null stands where a name has only an extension. */
const givenNames = z
  .array(z.unknown())
  .max(20)
  .transform((all) => all.filter((name): name is string => typeof name === "string" && name.length <= 200));

const patientResource = z.object({
  resourceType: z.literal("Patient"),
  id: token.optional(),
  identifier: withoutNhsNumbers.optional(),
  name: z
    .array(z.object({ use: token.optional(), family: token.optional(), given: givenNames.optional() }))
    .max(20)
    .optional(),
  birthDate: z.string().max(10).optional(),
  managingOrganization: organisationReference.optional(),
});
export type PatientResource = z.infer<typeof patientResource>;

/** Contained resources: patients only; practitioners, organisations and the like are dropped. */
const contained = z
  .array(z.unknown())
  .max(50)
  .transform((all) =>
    all.flatMap((one) => {
      const parsed = patientResource.safeParse(one);
      return parsed.success ? [parsed.data] : [];
    }),
  );

/** Performers: what names an organisation. A practitioner leaves nothing behind. */
const performers = (actorOf: (one: Record<string, unknown>) => unknown) =>
  z
    .array(z.record(z.string(), z.unknown()))
    .max(50)
    .transform((all) =>
      all.flatMap((one) => {
        const actor = z
          .object({ type: token.optional(), reference: token.optional(), display: token.optional(), identifier: identifier.optional() })
          .safeParse(actorOf(one));
        if (!actor.success) return [];
        const { type, reference, display, identifier: id } = actor.data;
        if (type !== "Organization" && !/(^|\/)Organization\/[^/]+$/.test(reference ?? "")) return [];
        return [{ type: "Organization", ...(display === undefined ? {} : { display }), ...(id === undefined ? {} : { identifier: id }) }];
      }),
    );

const meta = z.object({ lastUpdated: instantText.optional(), tag: z.array(coding).max(50).optional() });

/** Only a number may follow; "second dose, patient felt unwell" may not. */
const doseText = z.string().transform((text) => /^\s*(\d{1,2})\s*$/.exec(text)?.[1]);

const immunizationShape = z.object({
  resourceType: z.literal("Immunization"),
  id: token,
  meta: meta.optional(),
  status: token,
  extension: z
    .array(z.object({ url: z.string().max(500), valueCodeableConcept: concept.optional() }))
    .max(50)
    .transform((all) => all.filter((one) => vaccinationProcedureUrl.test(one.url)))
    .optional(),
  vaccineCode: concept.optional(),
  occurrenceDateTime: instantText.optional(),
  /** That a text stood here, never the text. */
  occurrenceString: z
    .unknown()
    .transform((text) => (text === undefined || text === null ? undefined : (true as const)))
    .optional(),
  primarySource: z.boolean().optional(),
  protocolApplied: z
    .array(
      z.object({
        targetDisease: z.array(concept).max(20).optional(),
        doseNumberPositiveInt: z.number().int().min(1).max(99).optional(),
        doseNumberString: doseText.optional(),
      }),
    )
    .max(10)
    .optional(),
  patient: personReference.optional(),
  contained: contained.optional(),
  resolvedPatient: patientResource.optional(),
  location: organisationReference.optional(),
  performer: performers((one) => one.actor ?? one).optional(),
});
export type ImmunizationResource = z.infer<typeof immunizationShape>;

const observationShape = z.object({
  resourceType: z.literal("Observation"),
  id: token,
  meta: meta.optional(),
  status: token,
  code: concept.optional(),
  subject: personReference.optional(),
  contained: contained.optional(),
  resolvedPatient: patientResource.optional(),
  effectiveDateTime: instantText.optional(),
  effectiveInstant: instantText.optional(),
  effectivePeriod: z.object({ start: instantText.optional() }).optional(),
  valueCodeableConcept: concept.optional(),
  interpretation: z.array(concept).max(10).optional(),
  /** Hepatitis B surface antibody only; see `reduceObservation`. */
  valueQuantity: z
    .object({ value: z.number().optional(), comparator: token.optional(), unit: token.optional(), code: token.optional() })
    .optional(),
  performer: performers((one) => one).optional(),
});
export type ObservationResource = z.infer<typeof observationShape>;

/** Nothing but that it was there. */
const neverHeld = z.object({ resourceType: z.literal("Observation"), neverHeld: z.literal(true) });
const other = z.object({ resourceType: z.string().max(64) }).transform(({ resourceType }) => ({ resourceType, notRead: true as const }));

const whose = <R extends ImmunizationResource | ObservationResource>(raw: R) => ({
  performer: raw.performer,
  contained: raw.contained,
  resolvedPatient: raw.resolvedPatient,
});

/** What a trust has said that a code of its system's own means: then the record is known, and kept like one. */
export type MappedTo = (list: string, code: string | undefined) => string | undefined;

function reduceImmunization(raw: ImmunizationResource, mappedTo: MappedTo): ImmunizationResource {
  const { resourceType, id, status } = raw;
  if (status === "not-done") return { resourceType, id, status };
  if (status === "entered-in-error") {
    return {
      resourceType,
      id,
      meta: raw.meta,
      status,
      location: raw.location,
      patient: raw.patient,
      ...whose(raw),
    };
  }
  if (vaccineOf(raw) || mappedTo("vaccines", unknownCodeOf(raw).got)) return raw;
  // An unknown code keeps the code, its system and the day: no person, no dose.
  return {
    resourceType,
    id,
    meta: raw.meta,
    status,
    extension: raw.extension,
    vaccineCode: raw.vaccineCode,
    occurrenceDateTime: raw.occurrenceDateTime,
    occurrenceString: raw.occurrenceString,
    location: raw.location,
    performer: raw.performer,
    resolvedPatient: organisationOnly(raw.resolvedPatient),
  };
}

function organisationOnly(patient: PatientResource | undefined): PatientResource | undefined {
  return patient?.managingOrganization ? { resourceType: "Patient", managingOrganization: patient.managingOrganization } : undefined;
}

function reduceObservation(raw: ObservationResource, mappedTo: MappedTo): ObservationResource {
  const { resourceType, id, status, meta: version } = raw;
  if (status === "entered-in-error")
    return { resourceType, id, meta: version, status, subject: raw.subject, code: raw.code, ...whose(raw) };
  const test = testOfCodings(raw.code?.coding) ?? mappedTest(mappedTo("clinical tests", unknownCodeOf(raw).got));
  if (!test) {
    return {
      resourceType,
      id,
      meta: version,
      status,
      code: raw.code,
      effectiveDateTime: raw.effectiveDateTime,
      performer: raw.performer,
      resolvedPatient: organisationOnly(raw.resolvedPatient),
    };
  }
  if (keepsValue(test)) return raw;
  const { valueQuantity: _never, ...rest } = raw;
  return rest;
}

function dropDenied(value: unknown): unknown {
  if (typeof value !== "object" || value === null || (value as { resourceType?: unknown }).resourceType !== "Observation") return value;
  const one = value as { code?: unknown; neverHeld?: unknown };
  return one.neverHeld === true || isDeniedObservation(one) ? { resourceType: "Observation", neverHeld: true } : value;
}

type Reduced = z.infer<typeof neverHeld> | z.infer<typeof other> | ImmunizationResource | ObservationResource;

/**
 * One resource of a search answer; `resolvedPatient` is what the client looked up or the server included. The shape is
 * chosen by the resource's type, so that a fault names its field and not "none of the shapes fits".
 */
export const fhirRecordWith = (mappedTo: MappedTo) => {
  const immunizationReduced = immunizationShape.transform((raw) => reduceImmunization(raw, mappedTo));
  const observationReduced = observationShape.transform((raw) => reduceObservation(raw, mappedTo));
  return z.unknown().transform((value, context): Reduced => {
    const given = dropDenied(value) as { resourceType?: unknown; neverHeld?: unknown } | null;
    const type = given?.resourceType;
    const shape =
      given?.neverHeld === true
        ? neverHeld
        : type === "Immunization"
          ? immunizationReduced
          : type === "Observation"
            ? observationReduced
            : other;
    const parsed = shape.safeParse(given);
    if (parsed.success) return parsed.data;
    // The issues as they are: what was expected is said from their code, not from zod's own sentence.
    for (const issue of parsed.error.issues) context.addIssue({ ...issue, path: [...issue.path] } as never);
    return z.NEVER;
  });
};
export const fhirRecord = fhirRecordWith(() => undefined);
export type FhirRecord = z.infer<typeof fhirRecord>;

/** A search answer: only what the client follows; the resources themselves are parsed one by one, later. */
export const bundle = z.object({
  resourceType: z.literal("Bundle"),
  total: z.number().int().min(0).optional(),
  link: z.array(z.object({ relation: z.string(), url: z.string().max(8000) })).optional(),
  entry: z
    .array(
      z.object({
        fullUrl: z.string().nullish(),
        search: z.object({ mode: z.string().optional() }).optional(),
        /** Whatever stands here: one unusable resource is one refusal, not a lost page. */
        resource: z.unknown(),
      }),
    )
    .optional(),
});
export type Bundle = z.infer<typeof bundle>;
