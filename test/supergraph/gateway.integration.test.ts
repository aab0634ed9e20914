import { buildSubgraphSchema } from "@apollo/subgraph";
import { type GraphQLObjectType, parse } from "graphql";
import type { TokenRequest } from "../../gateway/development-issuer";
import type { Gateway } from "../../gateway/gateway";
import { createKey, importKeys, signInternal } from "../../gateway/internal-token";
import { limits } from "../../gateway/limits";
import { subgraphHandler } from "../../gateway/subgraph-server";
import { allSubgraphs } from "../../subgraphs/all";
import { RequestContext } from "../../subgraphs/kit/context";
import type { Subgraph } from "../../subgraphs/kit/subgraph";
import { oh } from "./callers";
import { type Served, serve } from "./serve";
import { type Cast, createWorld, fireSafety, populate, recordQuery, type World } from "./world";

let world: World;
let cast: Cast;
let gateway: Gateway;
let served: Served;

beforeAll(async () => {
  world = await createWorld();
  cast = await populate(world);
  gateway = await world.gateway();
  served = await serve([gateway.handle]);
});
afterAll(async () => {
  await served?.close();
  await world?.close();
});

async function ask(as: TokenRequest | undefined, query: string, variables: Record<string, unknown> = {}) {
  return served.post("/graphql", { query, variables }, as ? await world.token(as) : undefined);
}
const record = { value: "30112845", organisation: "ZQA" };
const byHost = { value: "40000001", organisation: "ZQB" };
const self = (): TokenRequest => ({ as: "self", staff: cast.doctor });
const found = (answer: { json: { data: { staffMemberByIdentifier: unknown } } }) =>
  answer.json.data.staffMemberByIdentifier as Record<string, any>;
const events = async () => (await world.database.pool.query("select * from audit.event order by id")).rows;

describe("the person", () => {
  test("sees the whole record in one question", async () => {
    const answer = await ask(self(), recordQuery, record);
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
    const { learning } = found(await ask(self(), recordQuery, record));
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
    const answer = await ask(self(), recordQuery, record);
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

test("the default of a variable reaches the part that needs it", async () => {
  const query = 'query Few($first: Int! = 1) { staffMembers(organisation: "ZQA", first: $first) { edges { node { id } } } }';
  const answer = await ask({ as: "hr", organisation: "ZQA" }, query);
  expect(answer.json.errors).toBeUndefined();
  expect(answer.json.data.staffMembers.edges).toHaveLength(1);
});

test("a part that hangs costs itself, in this process too", async () => {
  const waiting = await world.gateway({
    inProcessTimeoutMs: 200,
    subgraphs: allSubgraphs().map((it) => (it.name === "learning" ? slow(it) : it)),
  });
  const door = await serve([waiting.handle]);
  try {
    const begun = performance.now();
    const answer = await door.post("/graphql", { query: recordQuery, variables: record }, await world.token(self()));
    expect(answer.status).toBe(200);
    expect(performance.now() - begun).toBeLessThan(5_000);
    const person = answer.json.data.staffMemberByIdentifier;
    expect([person.learning, person.name.family]).toEqual([null, "Osei"]);
    expect(answer.json.errors[0].extensions).toEqual({ code: "UPSTREAM_UNAVAILABLE", reason: "SOURCE_DOWN", part: "learning" });
    expect(answer.json.extensions.completeness).toContainEqual({ part: "learning", state: "SOURCE_DOWN" });
  } finally {
    await door.close();
  }
});

/** The same subgraph, with one field that never answers. */
function slow(subgraph: Subgraph): Subgraph {
  const schema = buildSubgraphSchema({ typeDefs: parse(subgraph.sdl) });
  const fields = (schema.getType("StaffMember") as GraphQLObjectType).getFields();
  fields.learning!.resolve = () => new Promise(() => undefined);
  return { ...subgraph, schema };
}

describe("the employer's HR", () => {
  const hr: TokenRequest = { as: "hr", organisation: "ZQA" };

  test("sees the outcome of a clearance and nothing else of health", async () => {
    const answer = await ask(hr, recordQuery, record);
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
    const { identifiers } = found(await ask(hr, recordQuery, record));
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
    const answer = await ask({ as: "hr", organisation: "ZQC" }, recordQuery, record);
    expect(answer.json).toEqual({ data: { staffMemberByIdentifier: null } });
  });
});

describe("occupational health", () => {
  test("sees health in full, and is refused training once", async () => {
    const answer = await ask({ as: "oh", organisation: "ZQA" }, recordQuery, record);
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
    expect((await ask(ops, recordQuery, record)).json).toEqual({ data: { staffMemberByIdentifier: null } });
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

describe("the door", () => {
  test("an operation that asks too much is refused as invalid before anything is read", async () => {
    const before = (await events()).length;
    const aliases = Array.from({ length: limits.aliases + 1 }, (_, at) => `a${at}: me { id }`).join(" ");
    for (const query of [`{ ${aliases} }`, `{ me { ${"id ".repeat(limits.tokens)} } }`, "{ me { nothing } }", "{"]) {
      const answer = await ask(self(), query);
      expect(answer.status).toBe(400);
    }
    // Nothing was read, and that somebody known tried is on record.
    const tried = (await events()).slice(before);
    expect(tried.map(({ decision, role, staff_members }) => [decision, role, staff_members])).toEqual(
      tried.map(() => ["DENY", "self", []]),
    );
    expect(tried.map(({ reason }) => reason)).toEqual([
      expect.stringMatching(/^refused [A-Z_]+$/),
      expect.stringMatching(/^refused [A-Z_]+$/),
      "refused GRAPHQL_VALIDATION_FAILED",
      "refused GRAPHQL_PARSE_FAILED",
    ]);
  });

  test("GET, foreign content types, wrong bodies and large bodies are refused", async () => {
    const token = await world.token(self());
    const before = (await events()).length;
    const get = await fetch(`${served.url}/graphql?query={me{id}}`, { headers: { authorization: `Bearer ${token}`, connection: "close" } });
    expect(get.status).toBe(405);
    expect((await served.post("/graphql", "{}", token, { "content-type": "text/plain" })).status).toBe(415);
    expect((await served.post("/graphql", "not json", token)).status).toBe(400);
    expect((await served.post("/graphql", { query: "{ me { id } }", pad: "x".repeat(200_000) }, token)).status).toBe(413);
    expect((await served.post("/graphql", { nothing: true }, token)).status).toBe(400);
    expect((await events()).slice(before).map(({ decision, reason }) => [decision, reason])).toEqual([
      ["DENY", "refused method"],
      ["DENY", expect.stringMatching(/^refused/)],
      ["DENY", "refused body"],
      ["DENY", "refused body too large"],
      ["DENY", expect.stringMatching(/^refused/)],
    ]);
  });

  test("entities cannot be asked for through the gateway", async () => {
    const answer = await ask(
      self(),
      `{ _entities(representations: [{ __typename: "StaffMember", id: "${cast.doctor}" }]) { __typename } }`,
    );
    expect(answer.status).toBe(400);
  });

  test("every operation leaves one event that names no value", async () => {
    const before = (await events()).length;
    await ask(self(), recordQuery, record);
    const rows = (await events()).slice(before);
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({
      operation: "Record",
      role: "self",
      decision: "ALLOW",
      staff_members: [cast.doctor],
      controllers: ["ZQA", "ZQB"],
    });
    expect(rows[0].kinds).toEqual(expect.arrayContaining(["immunisation", "competence-award"]));
    expect(rows[0].grounds).toContainEqual(expect.stringMatching(/^R5 SELF:.*self/));
    expect(JSON.stringify(rows)).not.toMatch(/Osei|30112845|QQ123456C/);
    await ask({ as: "hr", organisation: "ZQC" }, recordQuery, record);
    // Of whom nothing was shown is on record too: asked for by id, an auditor finds it; the caller learns nothing of it.
    expect((await events()).at(-1)).toMatchObject({ decision: "DENY", staff_members: [], fields: ["Query.staffMemberByIdentifier"] });
    await ask(
      { as: "hr", organisation: "ZQC" },
      `query Harmless { me { id } ...On } fragment On on Query { staffMember(id: "${cast.doctor}") { id } }`,
    );
    expect((await events()).at(-1)).toMatchObject({
      operation: "Harmless",
      fields: ["Query.me", "Query.staffMember"],
      staff_members: [],
      refused_members: [cast.doctor],
    });
  });

  test("no answer leaves when the database does not take its event, and the next does when it takes it again", async () => {
    const blocker = await world.database.pool.connect();
    await blocker.query("begin; lock table audit.head in exclusive mode");
    const answer = await ask(self(), recordQuery, record);
    await blocker.query("rollback");
    blocker.release();
    expect([answer.status, JSON.stringify(answer.json)]).toEqual([503, expect.not.stringContaining(cast.doctor)]);
    expect((await ask(self(), recordQuery, record)).status).toBe(200);
  }, 20_000);

  test("no answer leaves when its event cannot be written", async () => {
    const deaf = await world.gateway({ audit: () => Promise.reject(new Error("disk full")) });
    const { handle } = deaf;
    const other = await serve([handle]);
    const answer = await other.post("/graphql", { query: "{ me { id } }" }, await world.token(self()));
    await other.close();
    expect(answer.status).toBe(503);
    expect(JSON.stringify(answer.json)).not.toContain(cast.doctor);
    expect(JSON.stringify(answer.json)).not.toContain("disk full");
  });
});

describe("when a subgraph fails", () => {
  test("the other parts are served, the failed one says so, and no text of the failure leaves", async () => {
    const broken = allSubgraphs().map((it) =>
      it.name === "health"
        ? {
            ...it,
            schema: buildSubgraphSchema({
              typeDefs: parse(it.sdl),
              resolvers: {
                StaffMember: {
                  __resolveReference: () => {
                    throw new Error("relation oh.immunisation of Amara Osei");
                  },
                },
              },
            } as never),
          }
        : it,
    );
    const half = await serve([(await world.gateway({ subgraphs: broken })).handle]);
    const answer = await half.post("/graphql", { query: recordQuery, variables: record }, await world.token(self()));
    await half.close();
    expect(answer.status).toBe(200);
    expect(found(answer).health).toBeNull();
    expect(found(answer).learning.competences).toHaveLength(1);
    expect(answer.json.errors).toEqual([
      expect.objectContaining({ extensions: { code: "UPSTREAM_UNAVAILABLE", reason: "SOURCE_DOWN", part: "health" } }),
    ]);
    expect(answer.json.extensions.completeness).toContainEqual({ part: "health", state: "SOURCE_DOWN" });
    expect(JSON.stringify(answer.json)).not.toContain("relation");
  });
});

describe("subgraphs in processes of their own", () => {
  test("give the same answer, and one that is away costs its part only", async () => {
    const keys = await importKeys(await createKey());
    const served = await Promise.all(
      allSubgraphs().map(async (subgraph) => ({
        name: subgraph.name,
        types: subgraph.schema,
        server: await serve([
          subgraphHandler({
            subgraph,
            keys,
            clock: world.clock,
            context: (principal, requestId) => new RequestContext(world.environment, principal, requestId),
          }),
        ]),
      })),
    );
    const remote = (urls: (name: string) => string) =>
      served.map(({ name, types }) => ({ name, types, url: urls(name), keys, clock: world.clock, timeoutMs: 5_000 }));
    const urlOf = (name: string) => `${served.find((it) => it.name === name)!.server.url}/graphql`;
    const whole = await world.gateway({ subgraphs: remote(urlOf) });
    const before = (await events()).length;
    const principalToken = await world.token(self());
    const front = await serve([whole.handle]);
    const [there, here] = [
      await front.post("/graphql", { query: recordQuery, variables: record }, principalToken),
      await ask(self(), recordQuery, record),
    ];
    await front.close();
    expect(there.json).toEqual(here.json);
    const [first, second] = (await events()).slice(before);
    expect(first).toMatchObject({ staff_members: second.staff_members, kinds: second.kinds, controllers: second.controllers });

    const partial = await world.gateway({ subgraphs: remote((name) => (name === "checks" ? "http://127.0.0.1:1/graphql" : urlOf(name))) });
    const half = await serve([partial.handle]);
    const answer = await half.post("/graphql", { query: recordQuery, variables: record }, principalToken);
    await half.close();
    expect(answer.status).toBe(200);
    expect(found(answer).checks).toBeNull();
    expect(answer.json.errors[0].extensions).toEqual({ code: "UPSTREAM_UNAVAILABLE", reason: "SOURCE_DOWN", part: "checks" });

    await whole.stop();
    await partial.stop();
    for (const { server } of served) await server.close();
  });

  test("obey the gateway's token for this subgraph and this operation, and nothing else", async () => {
    const keys = await importKeys(await createKey());
    const subgraph = allSubgraphs().find((it) => it.name === "health")!;
    const server = await serve([
      subgraphHandler({
        subgraph,
        keys,
        clock: world.clock,
        context: (principal, requestId) => new RequestContext(world.environment, principal, requestId),
      }),
    ]);
    const query = `query E($r: [_Any!]!) { _entities(representations: $r) { ... on StaffMember { health { immunisations { vaccine } } } } }`;
    const body = { query, variables: { r: [{ __typename: "StaffMember", id: cast.doctor }] } };
    const sign = (name: string, operation: string, variables: Record<string, unknown> = body.variables) =>
      signInternal(keys, world.clock, name, { query: operation, variables }, { principal: oh("ZQC"), requestId: "r" });
    const statuses = [
      await server.post("/graphql", body),
      await server.post("/graphql", body, await world.token(self())),
      await server.post("/graphql", body, await sign("staff", query)),
      await server.post("/graphql", body, await sign("health", "{ _service { sdl } }")),
      await server.post("/graphql", body, await sign("health", query, { r: [{ __typename: "StaffMember", id: cast.stranger }] })),
      await server.post("/graphql", { query: "{ _service { sdl } }" }),
    ].map((it) => it.status);
    expect(statuses).toEqual([401, 401, 401, 401, 401, 401]);
    // A good token is still not a right: the person is nobody's at that trust. Nor does a record answer by itself.
    const answer = await server.post("/graphql", body, await sign("health", query));
    expect(answer.json.data).toEqual({ _entities: [null] });
    const alone = `query E($r: [_Any!]!) { _entities(representations: $r) { __typename } }`;
    const record = await server.post(
      "/graphql",
      { query: alone, variables: { r: [{ __typename: "Immunisation", id: cast.doctor }] } },
      await sign("health", alone, { r: [{ __typename: "Immunisation", id: cast.doctor }] }),
    );
    expect(record.json.data).toEqual({ _entities: [null] });
    await server.close();
  });
});
