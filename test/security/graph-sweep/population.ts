/** The scenario written through the store as a connector's pages would be: claims, decisions about people, records. */
import type { RecordKind, SystemKind } from "../../../connectors/connector";
import { contentHashOf } from "../../../store/hash";
import type { OpenStore } from "../../../store/open";
import type { ClaimToStore, RecordToStore } from "../../../store/store";
import { sourceVersionOf } from "../../../store/version";
import { pageToStore } from "../../builders/pages";
import type { Canaries } from "./canary";
import { approvals, type Org, objections, type Person, people, type System, shares, transfers } from "./scenario";

export const connectionOf = (org: Org, system: System): string => `${org.toLowerCase()}-${system}`;
const systemKinds: Readonly<Record<System, SystemKind>> = { esr: "esr", lms: "lms", oh: "oh", checks: "recruitment" };
export const fireSafety = "CSTF|Fire Safety|1|";

export interface Population {
  /** Staff member id by name of the scenario. */
  readonly ids: ReadonlyMap<string, string>;
  readonly nameOf: ReadonlyMap<string, string>;
}

/** What people have said themselves, through the store as the graph's own acts would. */
async function say(store: OpenStore, ids: ReadonlyMap<string, string>): Promise<void> {
  const by = { subject: "sweep", role: "self" };
  for (const { person, to, labels } of shares)
    await store.shares.create(
      { staffMember: ids.get(person)!, organisation: to, labels, startsOn: "2026-11-01", endsBefore: "2027-11-01" },
      by,
    );
  for (const { person, labels } of objections) await store.objections.make(ids.get(person)!, labels, by);
  for (const { person, client, labels } of approvals)
    await store.clientApprovals.approve({ staffMember: ids.get(person)!, client, labels, startsOn: "2026-11-01" }, by);
  for (const { person, to } of transfers)
    await store.transfers.answer(
      { staffMember: ids.get(person)!, organisation: to, offers: [`${connectionOf(to, "esr")}|${person}-assignment`], answer: "YES" },
      by,
    );
}

type Sql = (text: string, values?: unknown[]) => Promise<Record<string, any>[]>;

type Fact = readonly [kind: RecordKind, sourceId: string, facts: Record<string, unknown>, validFrom?: string];

export async function populate(store: OpenStore, canaries: Canaries, sql: Sql): Promise<Population> {
  const ids = new Map<string, string>();
  // ESR first: nothing else creates a staff member.
  for (const system of ["esr", "lms", "oh", "checks"] as const) {
    for (const org of ["ZQA", "ZQB", "ZQC"] as const) {
      const known = people.filter((person) => person.known[org]?.includes(system));
      if (known.length > 0) await load(store, canaries, ids, org, system, known, sql);
    }
  }
  await say(store, ids);
  return { ids, nameOf: new Map([...ids].map(([name, id]) => [id, name])) };
}

async function load(
  store: OpenStore,
  canaries: Canaries,
  ids: Map<string, string>,
  org: Org,
  system: System,
  known: readonly Person[],
  sql: Sql,
): Promise<void> {
  const connectionId = connectionOf(org, system);
  const lease = (await store.connections.lease(connectionId, "sweep", 600))!.number;
  const runId = await store.connections.startRun(connectionId, lease, "command");
  const claims = known.map((person) => claimOf(canaries, org, system, person));
  const kind = systemKinds[system];
  const admitted = await store.pages.admitPeople({ connectionId, lease, system: kind, claims });
  const nothing = { proposals: [], conflicts: [], unmatched: [] };
  await store.people.decide({
    ...nothing,
    bindings: known.map(({ name }) => ({
      sourcePersonId: admitted.ids.get(`${org}|${name}`)!,
      staffMemberId: ids.get(name),
      decision: ids.has(name) ? ("AUTOMATIC" as const) : ("CREATED" as const),
      outcome: "MATCHED" as const,
      score: undefined,
      reasons: [{ rule: "sweep" }],
      decidedBy: "sweep",
    })),
  });
  for (const { name } of known) {
    if (ids.has(name)) continue;
    const [row] = await sql("select staff_member_id as id from staff.source_person where id = $1", [admitted.ids.get(`${org}|${name}`)]);
    ids.set(name, row!.id);
  }
  const records = known.flatMap((person) => recordsOf(canaries, org, system, person).map((fact) => recordOf(org, person.name, fact)));
  await store.pages.apply(pageToStore({ connectionId, lease, runId, system: kind, claims, records, dataSet: "all" }));
  await store.connections.freshAsOf(connectionId, "all", "2026-11-22T08:50:00Z", lease);
  await store.connections.endRun({ connectionId, runId, lease, outcome: "COMPLETED", nextRunAt: undefined });
  await store.connections.release(connectionId, lease);
}

function claimOf(canaries: Canaries, org: Org, system: System, { name }: Person): ClaimToStore {
  // That a health system knows somebody, and under what name, is health data itself.
  const of = (type: string) => (system === "oh" ? `Health${type}` : type);
  const word = (type: string, field: string) => canaries.word({ person: name, controller: org, type: of(type), field });
  const identifiers =
    system === "esr" ? (["ESR_EMPLOYEE_NUMBER", "ESR_PERSON_ID", "NI_NUMBER", "GMC", "EMAIL"] as const) : (["LOCAL"] as const);
  return {
    organisation: org,
    current: true,
    system: systemKinds[system],
    matchKeys: [],
    claim: {
      personKey: name,
      givenName: word("Name", "given"),
      familyName: word("Name", "family"),
      birthDate: canaries.day({ person: name, controller: org, type: of("BirthDate"), field: "birthDate" }),
      identifiers: identifiers.map((scheme) => ({ scheme, value: word("Identifier", scheme) })),
    },
  };
}

function recordsOf(canaries: Canaries, org: Org, system: System, person: Person): readonly Fact[] {
  const { name } = person;
  const word = (type: string, field: string) => canaries.word({ person: name, controller: org, type, field });
  const day = (type: string, field: string) => canaries.day({ person: name, controller: org, type, field });
  if (system === "lms")
    return [
      [
        "achievement",
        `${name}-course`,
        {
          title: word("Achievement", "title"),
          courseSourceId: word("Achievement", "courseSourceId"),
          courseCode: word("Achievement", "courseCode"),
          completedOn: day("Achievement", "completedOn"),
          mapping: "UNMAPPED",
        },
      ],
      [
        "competence-award",
        `${name}-fire`,
        { competence: fireSafety, awardedOn: day("NationalCompetence", "awardedOn"), name: word("NationalCompetence", "name") },
      ],
    ];
  if (system === "oh") return healthOf(name, word, day);
  if (system === "checks")
    return [
      [
        "employment-check",
        `${name}-dbs`,
        {
          standard: "CRIMINAL_RECORD",
          outcome: word("EmploymentCheck", "outcome"),
          checkedOn: day("EmploymentCheck", "checkedOn"),
          dbsType: word("EmploymentCheck", "dbsType"),
          workforce: word("EmploymentCheck", "workforce"),
        },
      ],
    ];
  return esrOf(org, person, word, day);
}

type Say = (type: string, field: string) => string;

function healthOf(name: string, word: Say, day: Say): readonly Fact[] {
  return [
    [
      "immunisation",
      `${name}-dose`,
      {
        vaccine: word("Immunisation", "vaccine"),
        diseases: [word("Immunisation", "diseases")],
        givenOn: day("Immunisation", "givenOn"),
        dose: 2,
        sentCode: word("Immunisation", "sentCode"),
      },
    ],
    [
      "clinical-test",
      `${name}-test`,
      {
        test: word("ClinicalTest", "test"),
        name: word("ClinicalTest", "name"),
        testedOn: day("ClinicalTest", "testedOn"),
        interpretation: "DETECTED",
        value: 120,
        comparator: word("ClinicalTest", "comparator"),
        unit: word("ClinicalTest", "unit"),
        identifiedValidatedSample: true,
        laboratory: word("ClinicalTest", "laboratory"),
      },
    ],
    [
      "observation",
      `${name}-scar`,
      {
        observation: word("Observation", "observation"),
        name: word("Observation", "name"),
        result: true,
        observedOn: day("Observation", "observedOn"),
      },
    ],
    [
      "clearance",
      `${name}-fit`,
      {
        clearedForRole: "CONDITIONAL",
        role: word("Clearance", "role"),
        decidedOn: day("Clearance", "decidedOn"),
        validUntil: day("Clearance", "validUntil"),
        exposureProne: "RESTRICTED",
      },
    ],
  ];
}

function esrOf(org: Org, { name, service, placed }: Person, word: Say, day: Say): readonly Fact[] {
  const positions = service
    .filter((it) => it.org === org)
    .flatMap((it): Fact[] => {
      const position = `${name}-post`;
      return [
        [
          "position",
          position,
          {
            number: word("Assignment", "position"),
            name: word("Assignment", "position"),
            staffGroup: "Medical and Dental",
            jobRole: word("Assignment", "position"),
            occupationCode: word("Assignment", "position"),
            hiringStatus: word("Assignment", "position"),
          },
        ],
        [
          "assignment",
          `${name}-assignment`,
          {
            number: word("Assignment", "number"),
            type: word("Assignment", "type"),
            status: word("Assignment", "status"),
            engagement: it.kind,
            isPrimary: true,
            employeeCategory: word("Assignment", "employeeCategory"),
            ...(it.kind === "PRE_HIRE" ? { projectedHireOn: it.starts } : { startsOn: it.from, ...(it.to ? { endsOn: it.to } : {}) }),
            positionSourceId: position,
          },
          it.from,
        ],
      ];
    });
  const placements = (placed ?? [])
    .filter(({ employer }) => employer === org)
    .map(
      ({ host, employer, from, to }): Fact => [
        "placement",
        `${name}-placement`,
        {
          hostOrganisation: host,
          leadEmployer: employer,
          postNumber: word("Placement", "postNumber"),
          grade: word("Placement", "grade"),
          specialty: word("Placement", "specialty"),
          placementType: word("Placement", "placementType"),
          jobRole: word("Placement", "jobRole"),
          startsOn: from,
          endsOn: to,
        },
      ],
    );
  return [
    ...positions,
    ...placements,
    [
      "competence-award",
      `${name}-own`,
      {
        competence: `LOCAL|${word("Competence", "competence")}|1|`,
        awardedOn: day("Competence", "awardedOn"),
        name: word("Competence", "name"),
      },
    ],
    [
      "professional-registration",
      `${name}-register`,
      {
        body: "GMC",
        number: word("ProfessionalRegistration", "number"),
        registeredOn: day("ProfessionalRegistration", "registeredOn"),
        expiresOn: day("ProfessionalRegistration", "expiresOn"),
        revalidatesOn: day("ProfessionalRegistration", "revalidatesOn"),
      },
    ],
  ];
}

function recordOf(org: Org, personKey: string, [kind, sourceId, facts, validFrom]: Fact): RecordToStore {
  return {
    kind,
    organisation: org,
    sourceId,
    personKey: kind === "position" ? undefined : personKey,
    facts,
    withdrawn: false,
    contentHash: contentHashOf(kind, facts),
    sourceVersion: sourceVersionOf({ changedAt: undefined, sequence: undefined, readAt: "2026-11-22T08:50:00Z" }),
    validFrom,
    validTo: undefined,
    provenance: { origin: "Sweep", pedigree: "Authoritative" },
    rawOrdinal: 0,
  };
}
