/** Each condition on real rows, the second before midnight in London and at midnight, on both days on which the clocks change. */
import { randomUUID } from "node:crypto";
import type { PoolClient } from "pg";
import { decide } from "../../access/decide";
import type { PolicyFacts } from "../../access/facts";
import type { Principal } from "../../access/principal";
import { roleTable } from "../../access/roles";
import { addDays } from "../../platform/clock";
import type { Access } from "../../schema/registry";
import { type TestStore, testStore } from "../../test/builders/store";
import { loadPeople } from "../facts";

let test: TestStore;
let client: PoolClient;
beforeAll(async () => {
  test = await testStore();
  client = await test.store.pool.connect();
});
afterAll(async () => {
  client?.release();
  await test?.drop();
});

/** Midnight in London at which these days begin: the clocks go forward on 29 March and back on 25 October 2026. */
const midnight: Readonly<Record<string, string>> = {
  "2026-03-29": "2026-03-29T00:00:00Z",
  "2026-03-30": "2026-03-29T23:00:00Z",
  "2026-10-25": "2026-10-24T23:00:00Z",
  "2026-10-26": "2026-10-26T00:00:00Z",
};
const spans = [
  ["2026-03-29", "2026-10-25"],
  ["2026-03-30", "2026-10-26"],
] as const;
const said = { change: "TEST", changed_by: "test", changed_role: "test" };

async function insert(table: string, row: Record<string, unknown>): Promise<void> {
  const names = Object.keys(row);
  await test.rows(
    `insert into ${table} (${names.join(", ")}) values (${names.map((_, at) => `$${at + 1}`).join(", ")})`,
    Object.values(row),
  );
}

async function person(): Promise<string> {
  const id = randomUUID();
  await test.rows("insert into staff.staff_member (id) values ($1)", [id]);
  return id;
}
async function post(staff: string, org: string, facts: Record<string, unknown>): Promise<void> {
  const source = randomUUID();
  const connection = `${org.toLowerCase()}-esr`;
  await insert("staff.source_person", {
    id: source,
    connection_id: connection,
    controller_org: org,
    source_key: source,
    system: "esr",
    state: "BOUND",
    staff_member_id: staff,
  });
  await insert("staff.assignment", {
    id: randomUUID(),
    controller_org: org,
    staff_member_id: staff,
    source_person_id: source,
    connection_id: connection,
    source_id: source,
    content_hash: source,
    source_version: "1",
    derivation_version: "1",
    provenance_id: 1,
    number: "1",
    ...facts,
  });
}

const principal = (role: Principal["role"], staff: string): Principal => ({
  issuer: "i",
  subject: "s",
  org: "ZQB",
  role,
  person: role === "passport" ? staff : undefined,
  act: role === "passport" ? "app" : undefined,
  scope: ["R3"],
  registered: ["R3"],
  aal: 3,
  purposes: roleTable[role].purposes,
});
const always = ["2020-01-01", "2030-01-01"] as const;
const employed = (staff: string) => post(staff, "ZQB", { engagement: "SUBSTANTIVE", starts_on: always[0] });
const placed = (staff: string) => post(staff, "ZQB", { engagement: "HONORARY", starts_on: always[0], ends_on: always[1] });

/** Rows that open something of ZQA's, or of ZQB's own, from `open` until before `close`. */
const cases: readonly (readonly [
  what: string,
  read: { readonly role: Principal["role"]; readonly label: Access; readonly controllerOrg: string },
  rows: (staff: string, open: string, close: string) => Promise<unknown>,
])[] = [
  [
    "an employment, and 30 days after it",
    { role: "hr", label: "R1", controllerOrg: "ZQB" },
    (staff, open, close) => post(staff, "ZQB", { engagement: "SUBSTANTIVE", starts_on: open, ends_on: addDays(close, -31) }),
  ],
  [
    "an employment that HR calls local, to its day in ESR",
    { role: "hr", label: "R1", controllerOrg: "ZQB" },
    async (staff, open, close) => {
      await post(staff, "ZQB", { engagement: "SUBSTANTIVE", starts_on: open, ends_on: addDays(close, -31) });
      await insert("movement.engagement", {
        id: randomUUID(),
        staff_member_id: staff,
        controller_org: "ZQB",
        kind: "LOCALLY_EMPLOYED",
        starts_on: always[0],
        ...said,
      });
    },
  ],
  [
    "a placement, 91 days before it and 14 after it",
    { role: "learning", label: "R3", controllerOrg: "ZQB" },
    (staff, open, close) => post(staff, "ZQB", { engagement: "HONORARY", starts_on: addDays(open, 91), ends_on: addDays(close, -15) }),
  ],
  [
    "an offer, and 14 days after the start",
    { role: "recruitment", label: "R1", controllerOrg: "ZQB" },
    (staff, open, close) => post(staff, "ZQB", { engagement: "PRE_HIRE", valid_from: open, projected_hire_on: addDays(close, -14) }),
  ],
  [
    "a transfer with a Yes",
    { role: "hr", label: "R2", controllerOrg: "ZQA" },
    async (staff, open, close) => {
      await post(staff, "ZQA", { engagement: "SUBSTANTIVE", starts_on: always[0] });
      await post(staff, "ZQB", { engagement: "PRE_HIRE", valid_from: open, projected_hire_on: addDays(close, -30) });
      const [offer] = await test.rows(
        "select connection_id || '|' || source_id as key from staff.assignment where staff_member_id = $1 and engagement = 'PRE_HIRE'",
        [staff],
      );
      await insert("movement.transfer_answer", {
        id: randomUUID(),
        staff_member_id: staff,
        organisation: "ZQB",
        offer: offer!.key,
        answer: "YES",
        ...said,
      });
    },
  ],
  [
    "an agreement",
    { role: "hr", label: "R3", controllerOrg: "ZQA" },
    async (staff, open, close) => {
      await placed(staff);
      await post(staff, "ZQA", { engagement: "SUBSTANTIVE", starts_on: always[0] });
      await test.rows("delete from movement.sharing_agreement");
      await insert("movement.sharing_agreement", {
        id: randomUUID(),
        reference: "W",
        controller_org: "ZQA",
        organisation: "ZQB",
        labels: ["R3"],
        starts_on: open,
        ends_before: close,
        signed_for_controller: "a",
        signed_for_organisation: "b",
        recorded_by: "test",
      });
    },
  ],
  [
    "a share",
    { role: "oh", label: "R5", controllerOrg: "ZQA" },
    async (staff, open, close) => {
      await employed(staff);
      await insert("movement.share", {
        id: randomUUID(),
        staff_member_id: staff,
        organisation: "ZQB",
        labels: ["R5"],
        starts_on: open,
        ends_before: close,
        made_at: "2026-01-01T00:00:00Z",
        ...said,
      });
    },
  ],
];

async function factsOf(staff: string): Promise<PolicyFacts> {
  return (await loadPeople(client, [staff]))[0]!.facts;
}

describe.each(spans)("from %s to %s", (open, close) => {
  it.each(cases)("%s", async (_, { role, ...target }, rows) => {
    const staff = await person();
    await rows(staff, open, close);
    const facts = await factsOf(staff);
    const at = (instant: number) =>
      decide(principal(role, staff), "read", { ...target, staffMember: staff }, facts, new Date(instant)).effect;
    const [opens, closes] = [Date.parse(midnight[open]!), Date.parse(midnight[close]!)];
    expect([at(opens - 1_000), at(opens), at(closes - 1_000), at(closes)]).toEqual(["deny", "allow", "allow", "deny"]);
  });

  it("the person's approval of a client, from its first day until it is taken back", async () => {
    const staff = await person();
    await employed(staff);
    await insert("movement.client_approval", {
      id: randomUUID(),
      staff_member_id: staff,
      client: "app",
      labels: ["R3"],
      starts_on: open,
      ...said,
    });
    const read = async (instant: number) =>
      decide(
        principal("passport", staff),
        "read",
        { label: "R3", controllerOrg: "ZQB", staffMember: staff },
        await factsOf(staff),
        new Date(instant),
      ).effect;
    const opens = Date.parse(midnight[open]!);
    expect([await read(opens - 1_000), await read(opens)]).toEqual(["deny", "allow"]);
    await test.rows("update movement.client_approval set revoked_at = now() where staff_member_id = $1", [staff]);
    expect(await read(opens)).toBe("deny");
  });
});

it("what was said under an id that was merged into another is the other's, until the merge is undone", async () => {
  const [one, other] = [await person(), await person()];
  await insert("movement.share", {
    id: randomUUID(),
    staff_member_id: other,
    organisation: "ZQB",
    labels: ["R3"],
    starts_on: "2026-01-01",
    ends_before: "2027-01-01",
    made_at: "2026-01-01T00:00:00Z",
    ...said,
  });
  expect((await factsOf(one)).shares).toEqual([]);
  await test.rows("update staff.staff_member set merged_into = $1 where id = $2", [one, other]);
  expect((await factsOf(one)).shares).toMatchObject([{ staffMember: one, labels: ["R3"] }]);
  await test.rows("update staff.staff_member set merged_into = null where id = $1", [other]);
  expect((await factsOf(one)).shares).toEqual([]);
});
