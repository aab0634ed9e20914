import type { Principal } from "../../access/principal";
import type { Gateway } from "../../gateway/gateway";
import { principal } from "../builders/principals";
import { asking } from "./callers";
import { type Cast, createWorld, populate, type World } from "./world";

let world: World;
let cast: Cast;
let gateway: Gateway;
beforeAll(async () => {
  world = await createWorld();
  cast = await populate(world);
  gateway = await world.gateway();
});
afterAll(() => world?.close());

const as = (role: Principal["role"], more: Partial<Principal>) => principal(role, { subject: "a-user-with-a-name", ...more });
const self = () => as("self", { person: cast.doctor, purposes: ["SELF_VIEW"] });
const hr = (org: string) => as("hr", { org, purposes: ["EMPLOYMENT"] });
const auditor = (org: string) => as("auditor", { org, purposes: ["AUDIT"] });
const ask = asking(() => gateway);
const look = "query Look($id: ID!) { staffMember(id: $id) { id name { family } learning { achievements { title } } } }";
const history = `query History($id: ID!, $first: Int, $after: String, $own: Boolean) { staffMember(id: $id) { id accessHistory(first: $first, after: $after, own: $own) {
  edges { node { at organisation { odsCode } role purpose kinds decision } } pageInfo { hasNextPage endCursor } } } }`;
const audit = `query Audit($org: String!, $from: DateTimeISO, $to: DateTimeISO) { auditEvents(organisation: $org, from: $from, to: $to, first: 100) {
  edges { node { own number operation fields subject organisation { odsCode } role purpose decision staffMembers refusedMembers kinds controllers } } } }`;

test("the person sees who looked and who tried: organisation, role, purpose, kinds, instant, decision, and no name", async () => {
  await ask(hr("ZQA"), look, { id: cast.doctor });
  await ask(hr("ZQC"), look, { id: cast.doctor });
  await ask(self(), look, { id: cast.doctor });
  const { data } = await ask(self(), history, { id: cast.doctor });
  const nodes = data.staffMember.accessHistory.edges.map(({ node }: { node: object }) => node);
  expect(nodes).toEqual([
    { at: expect.any(String), organisation: { odsCode: "ZQC" }, role: "hr", purpose: "EMPLOYMENT", kinds: [], decision: "DENY" },
    {
      at: expect.any(String),
      organisation: { odsCode: "ZQA" },
      role: "hr",
      purpose: "EMPLOYMENT",
      kinds: expect.arrayContaining(["achievement"]),
      decision: "ALLOW",
    },
  ]);
  expect(JSON.stringify(data)).not.toContain("a-user-with-a-name");
  const own = await ask(self(), history, { id: cast.doctor, own: true, first: 1 });
  expect(own.data.staffMember.accessHistory.edges[0].node).toMatchObject({ role: "self", organisation: null });
  const { endCursor, hasNextPage } = own.data.staffMember.accessHistory.pageInfo;
  expect(hasNextPage).toBe(true);
  const next = await ask(self(), history, { id: cast.doctor, own: true, first: 50, after: endCursor });
  expect(next.data.staffMember.accessHistory.edges.length).toBeGreaterThanOrEqual(2);
});

test("that somebody else tried from a login of their own is not left out as the person's own look", async () => {
  await ask({ ...self(), person: cast.stranger, subject: "stranger" }, look, { id: cast.doctor });
  const { data } = await ask(self(), history, { id: cast.doctor, first: 1 });
  expect(data.staffMember.accessHistory.edges[0].node).toMatchObject({ role: "self", kinds: [], decision: "DENY" });
});

test("what the hub's own work told others stands there too, and what was somebody's before a merge", async () => {
  const [other] = (
    await world.database.pool.query("insert into staff.staff_member (id, merged_into) values (gen_random_uuid(), $1) returning id", [
      cast.doctor,
    ])
  ).rows;
  await world.store.audit([
    {
      requestId: "r",
      operation: "search-at-vendor",
      subject: "connection:zqa-oh",
      organisation: "ZQA",
      role: "connector",
      purpose: "SERVICE_OPERATION",
      decision: "ALLOW",
      staffMembers: [other.id],
      kinds: ["personal-details"],
      controllers: ["ZQA"],
      counts: {},
      policyVersion: "1",
    },
  ]);
  const { data } = await ask(self(), history, { id: cast.doctor, first: 1 });
  expect(data.staffMember.accessHistory.edges[0].node).toMatchObject({ role: "connector", kinds: ["personal-details"], decision: "ALLOW" });
});

test("nobody else reads a person's history: not the employer, not its auditor", async () => {
  const refused = await ask(hr("ZQA"), history, { id: cast.doctor });
  expect(refused.data.staffMember.accessHistory).toBeNull();
  expect(refused.errors[0].extensions).toMatchObject({ code: "FORBIDDEN", part: "accessHistory" });
  expect((await ask(auditor("ZQA"), history, { id: cast.doctor })).data.staffMember).toBeNull();
});

test("an auditor reads the own organisation's audit, and of another's people what they did with its data, without names", async () => {
  const { data } = await ask(auditor("ZQA"), audit, { org: "ZQA" });
  const nodes = data.auditEvents.edges.map(({ node }: any) => node);
  expect(nodes.find((one: any) => one.operation === "Look" && one.role === "hr")).toMatchObject({
    own: true,
    subject: "test|a-user-with-a-name",
    fields: ["Query.staffMember"],
    staffMembers: [cast.doctor],
    decision: "ALLOW",
  });
  // The person's own look is of no organisation, and was at this one's data.
  const foreign = nodes.filter((one: any) => !one.own);
  expect(foreign.length).toBeGreaterThan(0);
  for (const one of foreign)
    expect(one).toMatchObject({ number: null, operation: null, subject: null, staffMembers: null, refusedMembers: null, kinds: null });
  // Who tried at ZQC is for ZQC's auditor.
  expect(nodes.some((one: any) => one.organisation?.odsCode === "ZQC")).toBe(false);
  const theirs = await ask(auditor("ZQC"), audit, { org: "ZQC" });
  expect(theirs.data.auditEvents.edges.map(({ node }: any) => node)).toContainEqual(
    expect.objectContaining({ operation: "Look", decision: "DENY", staffMembers: [], refusedMembers: [cast.doctor] }),
  );
});

test("another organisation's audit, a lower level, another role and a period that is none are refused", async () => {
  for (const [caller, org] of [
    [auditor("ZQA"), "ZQB"],
    [{ ...auditor("ZQA"), aal: 2 }, "ZQA"],
    [hr("ZQA"), "ZQA"],
    [as("ops", { purposes: ["SERVICE_OPERATION", "AUDIT"] }), "ZQA"],
  ] as const) {
    const answer = await ask(caller, audit, { org });
    expect([answer.data.auditEvents, answer.errors[0].extensions.code]).toEqual([null, "FORBIDDEN"]);
  }
  const wrong = await ask(auditor("ZQA"), audit, { org: "ZQA", from: "2026-12-01T00:00:00Z", to: "2026-11-01T00:00:00Z" });
  expect(wrong.errors[0].extensions.code).toBe("BAD_USER_INPUT");
});
