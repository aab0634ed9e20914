/** The record through the door with real tokens: what the person sees, what each role at the employer and at the host, and who sees nothing. */
import type { TokenRequest } from "../../gateway/development-issuer";
import type { Served } from "./serve";
import { byEmployer, byHost, type Cast, createWorld, fireSafety, populate, recordQuery, type World } from "./world";

let world: World;
let cast: Cast;
let served: Served;

beforeAll(async () => {
  world = await createWorld();
  cast = await populate(world);
  served = await world.door();
});
afterAll(() => world?.close());

async function ask(as: TokenRequest | undefined, query: string, variables: Record<string, unknown> = {}) {
  return served.post("/graphql", { query, variables }, as ? await world.token(as) : undefined);
}
const self = (): TokenRequest => ({ as: "self", staff: cast.doctor });
const found = (answer: { json: { data: { staffMemberByIdentifier: unknown } } }) =>
  answer.json.data.staffMemberByIdentifier as Record<string, any>;

describe("the person", () => {
  test("sees the whole record in one question", async () => {
    const answer = await ask(self(), recordQuery, byEmployer);
    expect(answer.json.errors).toBeUndefined();
    const it = found(answer);
    expect(it.id).toBe(cast.doctor);
    expect(it.name).toEqual({ given: "Amara", family: "Osei" });
    expect(it.identifiers).toContainEqual({ scheme: "NI_NUMBER", value: "QQ123456C", organisation: "ZQA" });
    expect(it.assignments).toContainEqual({
      number: "30112845",
      organisation: { odsCode: "ZQA", name: "Northbridge University Hospitals" },
      position: { name: "1001|Foundation doctor|1|" },
      startsOn: "2025-08-06",
      endsOn: null,
    });
    expect(it.learning.achievements).toEqual([{ title: "Fire safety", completedOn: "2025-12-10" }]);
    expect(it.health.immunisations).toEqual([{ vaccine: "HEPB", diseases: ["HEPATITIS_B"], givenOn: "2024-03", dose: 1 }]);
    expect(it.health.observations).toEqual([{ name: "BCG scar", result: true }]);
    expect(it.health.withheld).toEqual([]);
    expect(it.checks.registrations).toEqual([{ body: "GMC", number: "9999991", expiresOn: "2027-05-01" }]);
  });

  test("holds one award that two systems state a day apart, judged by the period of the organisation asked for", async () => {
    const { learning } = found(await ask(self(), recordQuery, byEmployer));
    expect(learning.competences).toHaveLength(1);
    const [competence] = learning.competences;
    expect(competence).toMatchObject({ subject: "Fire Safety", awardedOn: "2025-12-10", expiresOn: "2026-12-09", status: "EXPIRING" });
    expect(competence.attestations).toHaveLength(2);
    expect(competence.attestations[0].provenance.lastRefreshedAt).toBe("2026-11-22T11:45:00.000Z");
    const national = await ask(
      self(),
      `{ me { learning { competences { competence daysApart status statusReason expiresOn renewalMonths renewalBasis
      attestations { connectedSystem heldByEsr } } } } }`,
    );
    const items = national.json.data.me.learning.competences;
    expect(items.find((it: any) => it.competence === fireSafety)).toMatchObject({
      daysApart: 1,
      status: "IN_DATE",
      renewalMonths: 24,
      renewalBasis: "NATIONAL",
      attestations: [
        { connectedSystem: "zqa-esr", heldByEsr: true },
        { connectedSystem: "zqa-moodle", heldByEsr: false },
      ],
    });
    expect(items.find((it: any) => it.competence.startsWith("LOCAL"))).toMatchObject({
      status: null,
      statusReason: "PERIOD_UNKNOWN",
      expiresOn: null,
    });
  });

  test("is told which systems a part is drawn from and which are late", async () => {
    const answer = await ask(self(), recordQuery, byEmployer);
    const { learning, health } = found(answer);
    expect(learning.sources).toEqual([
      { connectedSystem: "zqa-esr", state: "CURRENT", freshAsOf: "2026-11-22T11:45:00.000Z" },
      { connectedSystem: "zqa-moodle", state: "STALE", freshAsOf: "2026-11-22T09:00:00.000Z" },
      { connectedSystem: "zqb-esr", state: "CURRENT", freshAsOf: "2026-11-22T11:45:00.000Z" },
      { connectedSystem: null, state: "NOT_CONNECTED", freshAsOf: null },
    ]);
    expect(health.sources).toContainEqual({
      connectedSystem: "zqa-clearances",
      state: "NOT_MATCHED",
      freshAsOf: "2026-11-22T11:45:00.000Z",
    });
    expect(answer.json.extensions.completeness).toContainEqual({ part: "learning", state: "STALE" });
  });

  test("finds nobody else", async () => {
    const answer = await ask(self(), `query Other($id: ID!) { staffMember(id: $id) { id } }`, { id: cast.stranger });
    expect(answer.json).toEqual({ data: { staffMember: null } });
  });
});

describe("the employer's HR", () => {
  const hr: TokenRequest = { as: "hr", organisation: "ZQA" };
  /** What of health is never HR's. */
  const inHealth = ["clinicalTests", "immunisations", "observations"].map((field) => ({ field, reason: "NOT_PERMITTED" }));

  test("sees the outcome of a clearance and nothing else of health", async () => {
    const answer = await ask(hr, recordQuery, byEmployer);
    const { health } = found(answer);
    expect(answer.json.errors).toBeUndefined();
    expect(health.clearances).toEqual([{ clearedForRole: "YES", validUntil: "2027-08-01" }]);
    expect(health).toMatchObject({
      immunisations: null,
      clinicalTests: null,
      observations: null,
      sources: [{ connectedSystem: null, state: "NOT_PERMITTED", freshAsOf: null }],
    });
    const masked = health.withheld.map((it: any) => it.field);
    expect(masked).toEqual(
      expect.arrayContaining(["immunisations", "clinicalTests", "observations", "clearances.exposureProne", "clearances.decidedOn"]),
    );
  });

  test("learns neither which system a clearance came from nor how fresh that is", async () => {
    const answer = await ask(
      hr,
      `query C($id: ID!) { staffMember(id: $id) { health { clearances { connectedSystem state provenance { provider lastRefreshedAt } } withheld { field } } } }`,
      { id: cast.doctor },
    );
    const { health } = answer.json.data.staffMember;
    expect(health.clearances).toEqual([{ connectedSystem: null, state: null, provenance: null }]);
    expect(health.withheld.map((it: any) => it.field)).toEqual(
      expect.arrayContaining(["clearances.connectedSystem", "clearances.provenance"]),
    );
  });

  test("cannot find out when a clearance was decided by asking for one instant after the other", async () => {
    const query = `query C($id: ID!, $at: DateTimeISO) { staffMember(id: $id) { health(asOf: $at) { clearances { clearedForRole } withheld { field reason } } } }`;
    const cleared = [{ clearedForRole: "YES" }];
    // Known, and bound to the person, since the first of that month.
    await world.sql("update oh.clearance set known_at = '2026-11-01'");
    await world.sql(
      `insert into staff.binding (id, source_person_id, staff_member_id, decision, outcome, reasons, decided_by, from_at)
       select gen_random_uuid(), source_person_id, staff_member_id, 'AUTOMATIC', 'BOUND', '[]', 'test', '2026-11-01' from oh.clearance`,
    );
    const asked = async (token: TokenRequest, at?: string) =>
      (await ask(token, query, { id: cast.doctor, at })).json.data.staffMember.health;
    for (const at of ["2026-11-22T11:59:00Z", "2020-01-01T00:00:00Z"])
      expect(await asked(hr, at)).toEqual({ clearances: null, withheld: [{ field: "clearances", reason: "NOT_PERMITTED" }, ...inHealth] });
    expect((await asked(hr)).clearances).toEqual(cleared);
    for (const token of [
      { as: "self", staff: cast.doctor },
      { as: "oh", organisation: "ZQA" },
    ] as const) {
      expect((await asked(token, "2026-11-22T11:59:00Z")).clearances).toEqual(cleared);
      expect((await asked(token, "2020-01-01T00:00:00Z")).clearances).toEqual([]);
    }
  });

  test("does not learn by what number an OH system knows somebody, nor that it does", async () => {
    const identified = `query I($id: ID!) { staffMember(id: $id) { identifiers { scheme value } } }`;
    const values = async (token: TokenRequest) =>
      (await ask(token, identified, { id: cast.doctor })).json.data.staffMember.identifiers.map((it: any) => it.value);
    expect(await values(hr)).not.toContain("OH-77");
    expect(await values({ as: "self", staff: cast.doctor })).toContain("OH-77");
    const look = `{ staffMemberByIdentifier(scheme: LOCAL, value: "OH-77", organisation: "ZQA") { id } }`;
    expect((await ask(hr, look)).json).toEqual({ data: { staffMemberByIdentifier: null } });
    expect((await ask({ as: "oh", organisation: "ZQA" }, look)).json).toEqual({ data: { staffMemberByIdentifier: { id: cast.doctor } } });
  });

  test("cannot try numbers: only who may read a number there finds somebody by it", async () => {
    const look = `query L($scheme: IdentifierScheme!, $value: String!, $organisation: String!) { staffMemberByIdentifier(scheme: $scheme, value: $value, organisation: $organisation) { id } }`;
    const found = async (token: TokenRequest, scheme: string, value: string, organisation: string) =>
      (await ask(token, look, { scheme, value, organisation })).json.data.staffMemberByIdentifier?.id;
    expect(await found(hr, "NI_NUMBER", "QQ123456C", "ZQA")).toBe(cast.doctor);
    // The host sees the person, but neither that number nor what the employer's systems call them.
    expect(await found({ as: "hr", organisation: "ZQB" }, "ESR_EMPLOYEE_NUMBER", "40000001", "ZQB")).toBe(cast.doctor);
    expect(await found({ as: "hr", organisation: "ZQB" }, "NI_NUMBER", "QQ123456C", "ZQA")).toBeUndefined();
    expect(await found({ as: "hr", organisation: "ZQB" }, "ESR_EMPLOYEE_NUMBER", "30112845", "ZQA")).toBeUndefined();
    expect(await found({ as: "oh", organisation: "ZQB" }, "ESR_EMPLOYEE_NUMBER", "30112845", "ZQA")).toBeUndefined();
    expect(await found({ as: "learning", organisation: "ZQA" }, "NI_NUMBER", "QQ123456C", "ZQA")).toBeUndefined();
    expect(await found(hr, "ESR_EMPLOYEE_NUMBER", "40000001", "ZQB")).toBeUndefined();
  });

  test("is told of an argument that cannot be", async () => {
    const code = async (query: string) => (await ask(hr, query, { id: cast.doctor })).json.errors?.[0].extensions.code;
    expect(await code(`{ staffMemberByIdentifier(scheme: LOCAL, value: "amara", organisation: null) { id } }`)).toBe("BAD_USER_INPUT");
    expect(await code(`{ staffMemberByIdentifier(scheme: GMC, value: "1", organisation: "\\u0000") { id } }`)).toBe("BAD_USER_INPUT");
    expect(await code(`query D($id: ID!) { staffMember(id: $id) { learning { competences(on: "2026-02-31") { status } } } }`)).toBe(
      "BAD_USER_INPUT",
    );
    const mutation = await ask(hr, "mutation { anything }");
    expect(mutation.status).toBe(400);
  });

  test("reads a masked field as null without an error", async () => {
    const answer = await ask(
      hr,
      `query C($id: ID!) { staffMember(id: $id) { health { clearances { clearedForRole role exposureProne decidedOn } } } }`,
      { id: cast.doctor },
    );
    expect(answer.json).toEqual({
      data: { staffMember: { health: { clearances: [{ clearedForRole: "YES", role: null, exposureProne: null, decidedOn: null }] } } },
    });
  });

  test("sees the NI number, and no identifier of another trust", async () => {
    const { identifiers } = found(await ask(hr, recordQuery, byEmployer));
    expect(identifiers.map((it: any) => it.scheme)).toContain("NI_NUMBER");
    expect(identifiers.every((it: any) => it.organisation === "ZQA")).toBe(true);
  });

  test("lists its own people page by page, and nobody else's", async () => {
    const list = `query L($organisation: String!, $after: String) { staffMembers(organisation: $organisation, first: 1, after: $after) { edges { cursor node { id name { family } } } pageInfo { hasNextPage endCursor } } }`;
    const own = await ask({ as: "hr", organisation: "ZQB" }, list, { organisation: "ZQB" });
    expect(own.json.data.staffMembers.pageInfo.hasNextPage).toBe(true);
    const next = await ask({ as: "hr", organisation: "ZQB" }, list, {
      organisation: "ZQB",
      after: own.json.data.staffMembers.pageInfo.endCursor,
    });
    const ids = [...own.json.data.staffMembers.edges, ...next.json.data.staffMembers.edges].map((it: any) => it.node.id);
    expect(ids.sort()).toEqual([cast.doctor, cast.stranger].sort());
    const foreign = await ask(hr, list, { organisation: "ZQB" });
    expect(foreign.json.data.staffMembers).toBeNull();
    expect(foreign.json.errors[0].extensions).toEqual({ code: "FORBIDDEN", reason: "NOT_PERMITTED", part: "staffMembers" });
  });
});

describe("the host's HR", () => {
  const hostHr: TokenRequest = { as: "hr", organisation: "ZQB" };

  test("sees its own rows only, under the name that it knows", async () => {
    const it = found(await ask(hostHr, recordQuery, byHost));
    expect(it.name).toEqual({ given: "A", family: "Osei-Mensah" });
    expect(it.learning.achievements).toEqual([]);
    expect(it.identifiers.some((one: any) => one.organisation === "ZQA")).toBe(false);
    expect(it.assignments).toEqual([
      {
        number: null,
        organisation: { odsCode: "ZQB", name: "Eastmoor Hospitals" },
        position: null,
        startsOn: "2026-12-02",
        endsOn: "2026-12-31",
      },
    ]);
  });

  test("finds nobody who is not placed there", async () => {
    const answer = await ask({ as: "hr", organisation: "ZQC" }, recordQuery, byEmployer);
    expect(answer.json).toEqual({ data: { staffMemberByIdentifier: null } });
  });
});

describe("occupational health", () => {
  test("sees health in full, and is refused training once", async () => {
    const answer = await ask({ as: "oh", organisation: "ZQA" }, recordQuery, byEmployer);
    const it = found(answer);
    expect(it.health.immunisations).toHaveLength(1);
    expect(it.health.clearances).toHaveLength(1);
    expect(it.learning).toBeNull();
    expect(answer.json.errors).toEqual([
      {
        message: "Not permitted.",
        path: ["staffMemberByIdentifier", "learning"],
        extensions: { code: "FORBIDDEN", reason: "NOT_PERMITTED", part: "learning" },
      },
    ]);
    expect(answer.json.extensions.completeness).toContainEqual({ part: "learning", state: "NOT_PERMITTED" });
  });

  test("of a host sees nothing that the employer holds without a share", async () => {
    const it = found(await ask({ as: "oh", organisation: "ZQB" }, recordQuery, byHost));
    expect(it.health.immunisations).toEqual([]);
  });
});

describe("those who have no row", () => {
  test("an anonymous question is refused", async () => {
    const answer = await ask(undefined, "{ __typename }");
    expect(answer.status).toBe(401);
    expect(answer.json.errors[0].extensions.code).toBe("UNAUTHENTICATED");
  });

  test("a token of an unknown issuer, a changed or an expired token is refused", async () => {
    const token = await world.token(self());
    const [head, body, signature] = token.split(".") as [string, string, string];
    const claims = JSON.parse(Buffer.from(body, "base64url").toString());
    const forge = (change: object) =>
      [head, Buffer.from(JSON.stringify({ ...claims, ...change })).toString("base64url"), signature].join(".");
    for (const bad of [
      forge({ person: cast.stranger }),
      forge({ iss: "elsewhere" }),
      await world.token({ ...self(), hours: -1 }),
      "x.y.z",
    ]) {
      expect((await served.post("/graphql", { query: "{ me { id } }" }, bad)).status).toBe(401);
    }
  });

  test("operations staff find no person by any means", async () => {
    const ops: TokenRequest = { as: "ops" };
    expect((await ask(ops, recordQuery, byEmployer)).json).toEqual({ data: { staffMemberByIdentifier: null } });
    expect((await ask(ops, `query S($id: ID!) { staffMember(id: $id) { id } }`, { id: cast.doctor })).json).toEqual({
      data: { staffMember: null },
    });
    expect((await ask(ops, "{ me { id } }")).json).toEqual({ data: { me: null } });
  });

  test("a passport front-end sees nothing before the person's approval can be recorded", async () => {
    expect((await ask({ as: "passport", staff: cast.doctor }, "{ me { id } }")).json).toEqual({ data: { me: null } });
  });

  test("a person and HR are refused the operations part", async () => {
    const answer = await ask(self(), "{ operations { connectedSystems { id } } }");
    expect(answer.json.data.operations).toBeNull();
    expect(answer.json.errors[0].extensions).toMatchObject({ code: "FORBIDDEN", part: "operations" });
  });
});

describe("operations", () => {
  const question = `{ operations { connectedSystems { id state freshAsOf target waiting refused organisations { odsCode }
    runs(first: 1) { edges { node { id outcome applied } } pageInfo { hasNextPage } } problems { code title say next owner count } } } }`;

  test("shows states, runs and problems to the ESR team, and a trust's own to its administrators", async () => {
    await world.sql(
      "insert into ops.sync_run (connection_id, lease_number, trigger, outcome, applied) values ('zqa-moodle', 1, 'schedule', 'COMPLETED', 5), ('zqa-moodle', 2, 'schedule', 'COMPLETED', 7)",
    );
    await world.insert("ops.problem", {
      connection_id: "zqa-moodle",
      code: "CREDENTIALS_REJECTED",
      detail: { host: "lms.example", why: "401" },
    });
    const answer = await ask({ as: "ops" }, question);
    expect(answer.json.errors).toBeUndefined();
    const systems = answer.json.data.operations.connectedSystems;
    expect(systems.map((it: any) => it.id)).toEqual(["zqa-clearances", "zqa-esr", "zqa-moodle", "zqa-oh", "zqb-esr"]);
    const moodle = systems.find((it: any) => it.id === "zqa-moodle");
    expect(moodle).toMatchObject({
      state: "LATE",
      target: 7200,
      runs: { edges: [{ node: { outcome: "COMPLETED", applied: 7 } }], pageInfo: { hasNextPage: true } },
    });
    expect(moodle.problems).toContainEqual(
      expect.objectContaining({ code: "CREDENTIALS_REJECTED", owner: "TRUST", say: "lms.example rejected our credentials (401)." }),
    );
    const own = await ask({ as: "trust-admin", organisation: "ZQB" }, question);
    expect(own.json.data.operations.connectedSystems.map((it: any) => it.id)).toEqual(["zqb-esr"]);
  });
});
