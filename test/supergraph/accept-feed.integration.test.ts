/** What HR accepts of the placement feed: who may, what it opens at the host, and what closes it again. */
import type { Principal } from "../../access/principal";
import type { Gateway } from "../../gateway/gateway";
import { admin, asking, codeOf, hr, oh, self } from "./callers";
import { type Cast, createWorld, populate, type World } from "./world";

let world: World;
let cast: Cast;
let gateway: Gateway;
let starter: string;
let placement: string;

const ask = asking(() => gateway);

beforeAll(async () => {
  world = await createWorld();
  cast = await populate(world);
  gateway = await world.gateway();
  starter = await world.insert("staff.staff_member", {});
  const person = await world.insert("staff.source_person", {
    connection_id: "zqa-esr",
    controller_org: "ZQA",
    source_key: "starter",
    system: "esr",
    given_name: "Nell",
    family_name: "Starter",
    birth_date: "2001-01-01",
    state: "BOUND",
    staff_member_id: starter,
  });
  const record = (table: string, facts: object) =>
    world.record(table, {
      controller_org: "ZQA",
      staff_member_id: starter,
      source_person_id: person,
      connection_id: "zqa-esr",
      ...facts,
    });
  await record("staff.assignment", { number: "1", engagement: "PRE_HIRE", valid_from: "2026-11-10", projected_hire_on: "2026-12-02" });
  placement = await record("movement.placement", { host_organisation: "ZQB", starts_on: "2026-12-02", ends_on: "2027-04-06" });
  // The host's place is all that is missing: the person has opened training to it.
  await ask(self(starter), 'mutation { createShare(input: { organisation: "ZQB", recordTypes: [TRAINING], until: "2027-06-30" }) { id } }');
});
afterAll(() => world?.close());

const accept = (as: Principal, more: object = {}) =>
  ask(as, "mutation A($input: AcceptFeedInput!) { acceptFeed(input: $input) { kind startsOn endsOn master organisation { odsCode } } }", {
    input: { staffMember: starter, placement, decision: "ACCEPT", reason: "confirmed by the deanery", ...more },
  });
const hostSees = async () =>
  (await ask(hr("ZQB"), "query S($id: ID!) { staffMember(id: $id) { name { family } } }", { id: starter })).data.staffMember;
it("opens the host's view before the employment begins, for exactly what was accepted, while the offer stands", async () => {
  expect(await hostSees()).toBeNull();
  expect((await accept(hr("ZQA"))).data.acceptFeed).toEqual({
    kind: "HOST_PLACEMENT",
    startsOn: "2026-12-02",
    // The offer is awaited for 30 days after its day; from then on the employment has to have begun.
    endsOn: "2026-12-31",
    master: "FEED",
    organisation: { odsCode: "ZQB" },
  });
  expect(await hostSees()).toEqual({ name: { family: "Starter" } });
  // The feed says something else: it waits anew.
  await world.sql("update movement.placement set ends_on = '2027-08-03' where id = $1", [placement]);
  expect(await hostSees()).toBeNull();
  await accept(hr("ZQA"));
  expect(await hostSees()).not.toBeNull();
  // ESR has ended the offer before the start.
  await world.sql("update staff.assignment set ends_on = '2026-11-20' where staff_member_id = $1", [starter]);
  expect(await hostSees()).toBeNull();
  await world.sql("update staff.assignment set ends_on = null where staff_member_id = $1", [starter]);
  expect(await hostSees()).not.toBeNull();
  expect((await accept(hr("ZQA"), { decision: "TAKE_BACK" })).data.acceptFeed).toMatchObject({ endsOn: null });
  expect(await hostSees()).toBeNull();
  const { rows } = await world.database.pool.query(
    "select change, reason, row->>'ends_on' as ends from movement.change where thing = 'feed-acceptance' order by seq",
  );
  expect(rows.map(({ change, ends }) => `${change} ${ends}`)).toEqual([
    "ACCEPTED 2027-04-06",
    "ACCEPTED 2027-08-03",
    "WITHDRAWN 2027-08-03",
  ]);
});

it("is for HR of the employer: the host does not open the view to itself, and of nobody it answers alike", async () => {
  const nobody = await accept(hr("ZQB"), { staffMember: "10000000-0000-4000-8000-00000000dead" });
  expect(codeOf(nobody)).toBe("FORBIDDEN");
  expect(await accept(hr("ZQB"))).toEqual(nobody);
  for (const one of [self(starter), oh("ZQA"), admin("ZQA"), { ...hr("ZQA"), aal: 1 }])
    expect([one.role, codeOf(await accept(one))]).toEqual([one.role, "FORBIDDEN"]);
  expect(await hostSees()).toBeNull();
});

it("names what is wrong: somebody else's placement, nothing to take back, no reason, an offer that begins too late", async () => {
  const wrong = async (more: object) => (await accept(hr("ZQA"), more)).errors[0].extensions.field;
  expect(await wrong({ placement: cast.doctor })).toBe("placement");
  expect(await wrong({ decision: "TAKE_BACK" })).toBe("placement");
  expect(await wrong({ reason: " " })).toBe("reason");
  await world.sql("update staff.assignment set projected_hire_on = '2027-12-01' where staff_member_id = $1", [starter]);
  expect(await wrong({})).toBe("placement");
});
