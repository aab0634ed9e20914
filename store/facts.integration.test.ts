import type { PoolClient } from "pg";
import { type TestStore, testStore } from "../test/builders/store";
import { loadPeople } from "./facts";
import type { AgreementToRegister } from "./movement/sharing-agreements";

let test: TestStore;
let client: PoolClient;
beforeAll(async () => {
  test = await testStore();
  client = await test.store.pool.connect();
});
afterAll(async () => {
  client.release();
  await test.drop();
});

const agreement = (more: Partial<AgreementToRegister> = {}): AgreementToRegister => ({
  reference: "WSA-1",
  controllerOrg: "ZQA",
  organisation: "ZQB",
  labels: ["R2", "R3"],
  startsOn: "2026-01-01",
  endsBefore: undefined,
  signedForController: "A",
  signedForOrganisation: "B",
  ...more,
});
const id = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`;
let next = 0;

/** Somebody with posts by ESR and placements by a feed of ZQA's. */
async function person(
  posts: readonly (readonly [org: string, engagement: string, from: string, until: string | null])[],
  placements: readonly (readonly [host: string, from: string, until: string | null, state?: string])[] = [],
): Promise<string> {
  const staff = id(++next);
  await test.rows("insert into staff.staff_member (id) values ($1)", [staff]);
  const source = async (connection: string, org: string, system: string) => {
    const one = id(++next);
    await test.rows(
      `insert into staff.source_person (id, connection_id, controller_org, source_key, system, state, staff_member_id) values ($1::uuid, $2, $3, $1::text, $4, 'BOUND', $5)`,
      [one, connection, org, system, staff],
    );
    return one;
  };
  const common =
    "id, controller_org, staff_member_id, source_person_id, connection_id, source_id, content_hash, source_version, derivation_version, provenance_id";
  const values = "$1::uuid, $2, $3, $4, $5, $1::text, $1::uuid, '1', '1', 1";
  for (const [org, engagement, from, until] of posts) {
    const by = await source(`${org.toLowerCase()}-esr`, org, "esr");
    await test.rows(
      `insert into staff.assignment (${common}, number, engagement, starts_on, ends_on) values (${values}, '1', $6, $7, $8)`,
      [id(++next), org, staff, by, `${org.toLowerCase()}-esr`, engagement, from, until],
    );
  }
  for (const [host, from, until, state = "IN_FORCE"] of placements) {
    const by = await source("zqa-placements", "ZQA", "recruitment");
    await test.rows(
      `insert into movement.placement (${common}, host_organisation, starts_on, ends_on, source_state) values (${values}, $6, $7, $8, $9)`,
      [id(++next), "ZQA", staff, by, "zqa-placements", host, from, until, state],
    );
  }
  return staff;
}
const factsOf = async (staff: string) => (await loadPeople(client, [staff]))[0]!.facts;
const employed = ["ZQA", "LEAD_EMPLOYER", "2025-08-06", null] as const;

it("a placement of the lead employer's feed is a place at the host, to the day after its last day", async () => {
  const staff = await person([employed], [["ZQB", "2026-12-02", "2027-04-06"]]);
  expect((await factsOf(staff)).placements).toEqual([
    { staffMember: staff, organisation: "ZQB", kind: "HOST_PLACEMENT", startsOn: "2026-12-02", endsBefore: "2027-04-07", master: "FEED" },
  ]);
});

it.each([
  ["nobody employs by ESR", [], ["ZQB", "2026-12-02", "2027-04-06"]],
  ["another trust employs", [["ZQC", "SUBSTANTIVE", "2020-01-01", null]], ["ZQB", "2026-12-02", "2027-04-06"]],
  ["the sender only hosts", [["ZQA", "HONORARY", "2026-01-01", "2027-12-31"]], ["ZQB", "2026-12-02", "2027-04-06"]],
  ["has only an offer", [["ZQA", "PRE_HIRE", "2026-01-01", null]], ["ZQB", "2026-12-02", "2027-04-06"]],
  ["whose employment ended before", [["ZQA", "LEAD_EMPLOYER", "2025-01-01", "2026-11-30"]], ["ZQB", "2026-12-02", "2027-04-06"]],
  ["with the sender itself", [employed], ["ZQA", "2026-12-02", "2027-04-06"]],
  ["without an end", [employed], ["ZQB", "2026-12-02", null]],
  ["that is withdrawn", [employed], ["ZQB", "2026-12-02", "2027-04-06", "WITHDRAWN"]],
] as const)("a line in a feed opens no place for somebody %s", async (_, posts, placement) => {
  const staff = await person(posts as never, [placement as never]);
  expect((await factsOf(staff)).placements.filter(({ kind }) => kind === "HOST_PLACEMENT")).toEqual([]);
});

it("agreements of the configuration are facts, both signatures and all; what it no longer names has ended", async () => {
  const staff = await person([employed]);
  const held = async () => (await factsOf(staff)).agreements;
  await test.store.agreements.register([agreement(), agreement({ organisation: "ZQC", signedForOrganisation: undefined })]);
  expect(await held()).toHaveLength(2);
  expect(await held()).toContainEqual({
    controllerOrg: "ZQA",
    organisation: "ZQB",
    labels: ["R2", "R3"],
    startsOn: "2026-01-01",
    endsBefore: undefined,
    reference: "WSA-1",
    signedByBoth: true,
  });
  expect((await held()).find(({ organisation }) => organisation === "ZQC")?.signedByBoth).toBe(false);
  await test.store.agreements.register([agreement({ labels: ["R2"], endsBefore: "2027-01-01" })]);
  expect(await held()).toEqual([expect.objectContaining({ organisation: "ZQB", labels: ["R2"], endsBefore: "2027-01-01" })]);
  await test.store.agreements.register([]);
  expect(await held()).toEqual([]);
  expect(await test.rows("select organisation from movement.sharing_agreement where ended_at is not null order by 1")).toEqual([
    { organisation: "ZQB" },
    { organisation: "ZQC" },
  ]);
  await test.store.agreements.register([agreement()]);
  expect(await held()).toHaveLength(1);
});

it("an agreement of the same configuration writes nothing, and one that somebody else recorded is left alone", async () => {
  await test.store.agreements.register([agreement()]);
  const versions = () => test.rows("select xmin::text as v from movement.sharing_agreement order by id");
  const before = await versions();
  await test.store.agreements.register([agreement()]);
  expect(await versions()).toEqual(before);
  await test.rows("update movement.sharing_agreement set recorded_by = 'somebody' where organisation = 'ZQB'");
  await test.store.agreements.register([]);
  expect(await test.rows("select ended_at from movement.sharing_agreement where organisation = 'ZQB'")).toEqual([{ ended_at: null }]);
});

it("agreements are with the controllers of the person's records, for each of several people in one statement", async () => {
  await test.rows("delete from movement.sharing_agreement");
  await test.store.agreements.register([agreement(), agreement({ controllerOrg: "ZQC", organisation: "ZQB" })]);
  const [one, other] = [await person([employed]), await person([["ZQC", "SUBSTANTIVE", "2020-01-01", null]])];
  const people = await loadPeople(client, [one, other]);
  expect(people.map(({ facts }) => facts.agreements.map(({ controllerOrg }) => controllerOrg))).toEqual([["ZQA"], ["ZQC"]]);
});
