/** Shares and placements as an organisation's auditor sees them: those in which it is a party, by id, page by page, and nobody else. */
import type { Gateway } from "../../gateway/gateway";
import { principal } from "../builders/principals";
import { admin, asking, auditor, hr, ops, self } from "./callers";
import { type Cast, createWorld, populate, type World } from "./world";

let world: World;
let cast: Cast;
let gateway: Gateway;
const ask = asking(() => gateway);
const query = `query A($of: String!, $first: Int = 50, $after: String) { organisation(odsCode: $of) {
  auditedShares(first: $first, after: $after) { edges { cursor node { id staffMemberId recordTypes startsOn until state organisation { odsCode } } } pageInfo { hasNextPage endCursor } }
  auditedPlacements { edges { node { staffMemberId placements { kind startsOn endsOn master organisation { odsCode } controller { odsCode } } } } } } }`;

beforeAll(async () => {
  world = await createWorld();
  cast = await populate(world);
  gateway = await world.gateway();
  const by = { subject: "test|self", role: "self" };
  for (const [staffMember, organisation] of [
    [cast.doctor, "ZQB"],
    [cast.stranger, "ZQA"],
    [cast.stranger, "ZQX"],
  ] as const)
    await world.store.shares.create({ staffMember, organisation, labels: ["R3"], startsOn: "2026-11-01", endsBefore: "2027-01-01" }, by);
});
afterAll(() => world?.close());

it("shows an auditor the shares to the organisation and of its people, and who is placed there, with ids, kinds and dates", async () => {
  const seen = async (org: string) => {
    const { auditedShares, auditedPlacements } = (await ask(auditor(org), query, { of: org })).data.organisation;
    return {
      shares: auditedShares.edges
        .map(({ node }: any) => `${node.staffMemberId} ${node.organisation.odsCode} ${node.state} ${node.until}`)
        .sort(),
      placed: auditedPlacements.edges.map(({ node }: any) => node),
    };
  };
  const shared = (person: string, to: string) => `${person} ${to} IN_FORCE 2026-12-31`;
  // Of the stranger ZQA holds nothing: what was opened to others is no business of its auditor.
  expect((await seen("ZQA")).shares).toEqual([shared(cast.doctor, "ZQB"), shared(cast.stranger, "ZQA")].sort());
  const host = await seen("ZQB");
  expect(host.shares).toEqual([shared(cast.doctor, "ZQB"), shared(cast.stranger, "ZQA"), shared(cast.stranger, "ZQX")].sort());
  const entry = { kind: "HONORARY", startsOn: "2026-12-02", endsOn: "2026-12-31", master: "ESR" };
  expect(host.placed).toEqual([
    { staffMemberId: cast.doctor, placements: [{ ...entry, organisation: { odsCode: "ZQB" }, controller: { odsCode: "ZQB" } }] },
  ]);
  // The employment itself is none of it.
  expect((await seen("ZQA")).placed).toEqual([]);
  expect(JSON.stringify(await ask(auditor("ZQB"), query, { of: "ZQB" }))).not.toMatch(/Osei|Amara|Tate|Owen/);
});

it("goes page by page, and says so in the audit", async () => {
  const found: string[] = [];
  let after: string | null = null;
  for (let pages = 0; pages < 5; pages += 1) {
    const { auditedShares }: any = (await ask(auditor("ZQB"), query, { of: "ZQB", first: 1, after })).data.organisation;
    found.push(...auditedShares.edges.map(({ node }: any) => node.id));
    after = auditedShares.pageInfo.endCursor;
    if (!auditedShares.pageInfo.hasNextPage) break;
  }
  expect(found).toHaveLength(3);
  expect(new Set(found).size).toBe(3);
  const { rows } = await world.database.pool.query(
    "select staff_members from audit.event where 'share' = any(kinds) order by id desc limit 1",
  );
  expect(rows[0].staff_members).toEqual(expect.arrayContaining([cast.doctor]));
});

it("is for the organisation's own auditor, at the highest level: everybody else is refused", async () => {
  const others = [
    auditor("ZQA"),
    { ...auditor("ZQB"), aal: 2 },
    hr("ZQB"),
    admin("ZQB"),
    principal("nhse", { org: "ZQB", purposes: ["SUPERVISION_OF_TRAINING"] }),
    ops,
    self(cast.doctor),
  ];
  for (const one of others) {
    const answer = await ask(one, query, { of: "ZQB" });
    expect([one.role, answer.data?.organisation?.auditedShares ?? null, answer.data?.organisation?.auditedPlacements ?? null]).toEqual([
      one.role,
      null,
      null,
    ]);
  }
});
