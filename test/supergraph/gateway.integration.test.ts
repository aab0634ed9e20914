/** The gateway itself: what comes in at its door, what it writes down of it, and what is answered when a subgraph is slow, fails or is elsewhere. */
import { buildSubgraphSchema } from "@apollo/subgraph";
import { type GraphQLObjectType, parse } from "graphql";
import type { TokenRequest } from "../../gateway/development-issuer";
import { createKey, importKeys, signInternal } from "../../gateway/internal-token";
import { limits } from "../../gateway/limits";
import { subgraphHandler } from "../../gateway/subgraph-server";
import { allSubgraphs } from "../../subgraphs/all";
import { RequestContext } from "../../subgraphs/kit/context";
import type { Subgraph } from "../../subgraphs/kit/subgraph";
import { oh } from "./callers";
import { type Served, serve } from "./serve";
import { byEmployer, type Cast, createWorld, populate, recordQuery, type World } from "./world";

let world: World;
let cast: Cast;
let served: Served;

beforeAll(async () => {
  world = await createWorld();
  cast = await populate(world);
  served = await world.door();
});
afterAll(() => world?.close());

async function ask(as: TokenRequest, query: string, variables: Record<string, unknown> = {}) {
  return served.post("/graphql", { query, variables }, await world.token(as));
}
const self = (): TokenRequest => ({ as: "self", staff: cast.doctor });
const found = (answer: { json: { data: { staffMemberByIdentifier: unknown } } }) =>
  answer.json.data.staffMemberByIdentifier as Record<string, any>;
const events = async () => (await world.database.pool.query("select * from audit.event order by id")).rows;

test("the default of a variable reaches the part that needs it", async () => {
  const query = 'query Few($first: Int! = 1) { staffMembers(organisation: "ZQA", first: $first) { edges { node { id } } } }';
  const answer = await ask({ as: "hr", organisation: "ZQA" }, query);
  expect(answer.json.errors).toBeUndefined();
  expect(answer.json.data.staffMembers.edges).toHaveLength(1);
});

test("a part that hangs costs itself, in this process too", async () => {
  const door = await world.door({
    inProcessTimeoutMs: 200,
    subgraphs: allSubgraphs().map((it) => (it.name === "learning" ? slow(it) : it)),
  });
  const begun = performance.now();
  const answer = await door.post("/graphql", { query: recordQuery, variables: byEmployer }, await world.token(self()));
  expect(answer.status).toBe(200);
  expect(performance.now() - begun).toBeLessThan(5_000);
  const person = answer.json.data.staffMemberByIdentifier;
  expect([person.learning, person.name.family]).toEqual([null, "Osei"]);
  expect(answer.json.errors[0].extensions).toEqual({ code: "UPSTREAM_UNAVAILABLE", reason: "SOURCE_DOWN", part: "learning" });
  expect(answer.json.extensions.completeness).toContainEqual({ part: "learning", state: "SOURCE_DOWN" });
});

/** The same subgraph, with one field that never answers. */
function slow(subgraph: Subgraph): Subgraph {
  const schema = buildSubgraphSchema({ typeDefs: parse(subgraph.sdl) });
  const fields = (schema.getType("StaffMember") as GraphQLObjectType).getFields();
  fields.learning!.resolve = () => new Promise(() => undefined);
  return { ...subgraph, schema };
}

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
    await ask(self(), recordQuery, byEmployer);
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
    await ask({ as: "hr", organisation: "ZQC" }, recordQuery, byEmployer);
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
    const answer = await ask(self(), recordQuery, byEmployer);
    await blocker.query("rollback");
    blocker.release();
    expect([answer.status, JSON.stringify(answer.json)]).toEqual([503, expect.not.stringContaining(cast.doctor)]);
    expect((await ask(self(), recordQuery, byEmployer)).status).toBe(200);
  }, 20_000);

  test("no answer leaves when its event cannot be written", async () => {
    const deaf = await world.door({ audit: () => Promise.reject(new Error("disk full")) });
    const answer = await deaf.post("/graphql", { query: "{ me { id } }" }, await world.token(self()));
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
    const half = await world.door({ subgraphs: broken });
    const answer = await half.post("/graphql", { query: recordQuery, variables: byEmployer }, await world.token(self()));
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
    const before = (await events()).length;
    const principalToken = await world.token(self());
    const whole = await world.door({ subgraphs: remote(urlOf) });
    const [there, here] = [
      await whole.post("/graphql", { query: recordQuery, variables: byEmployer }, principalToken),
      await ask(self(), recordQuery, byEmployer),
    ];
    expect(there.json).toEqual(here.json);
    const [first, second] = (await events()).slice(before);
    expect(first).toMatchObject({ staff_members: second.staff_members, kinds: second.kinds, controllers: second.controllers });

    const partial = await world.door({ subgraphs: remote((name) => (name === "checks" ? "http://127.0.0.1:1/graphql" : urlOf(name))) });
    const answer = await partial.post("/graphql", { query: recordQuery, variables: byEmployer }, principalToken);
    expect(answer.status).toBe(200);
    expect(found(answer).checks).toBeNull();
    expect(answer.json.errors[0].extensions).toEqual({ code: "UPSTREAM_UNAVAILABLE", reason: "SOURCE_DOWN", part: "checks" });

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
