/** What filters, histories and look-ups say beside the records: no more than the records themselves would. */
import type { Gateway } from "../../gateway/gateway";
import { RequestContext } from "../../subgraphs/kit/context";
import { principal } from "../builders/principals";
import { asking, hr, oh, self } from "./callers";
import { type Cast, createWorld, populate, type World } from "./world";

let world: World;
let cast: Cast;
let gateway: Gateway;
const revoked: string[] = [];

beforeAll(async () => {
  world = await createWorld();
  cast = await populate(world);
  // Of a second employer, of which neither ZQA nor ZQB knows.
  await world.sql(
    `insert into ops.connection (id, connector, organisations, title, every_minutes, fresh_within_seconds, last_success_at)
     values ('zqc-esr', 'esr', '{ZQC}', 'zqc-esr', 15, 7200, '2026-11-22T11:45:00Z')`,
  );
  const there = await world.insert("staff.source_person", {
    connection_id: "zqc-esr",
    controller_org: "ZQC",
    source_key: "900",
    system: "esr",
    state: "BOUND",
    staff_member_id: cast.doctor,
  });
  await world.record("staff.assignment", {
    controller_org: "ZQC",
    staff_member_id: cast.doctor,
    source_person_id: there,
    connection_id: "zqc-esr",
    number: "50000009",
    engagement: "BANK",
    starts_on: "2026-01-05",
  });
  for (const [at, subject] of ["rightful", "impostor"].entries())
    await world.insert("staff.account", {
      issuer: "login",
      subject,
      kind: "person",
      staff_member_id: cast.doctor,
      controller_org: at === 0 ? "ZQC" : "ZQA",
      how: "CODE",
    });
  const list = async () => {
    const { rows: found } = await world.database.pool.query(
      `select id::text, issuer, subject, kind, staff_member_id::text as "staffMember", controller_org as "controllerOrg", how,
        recorded_at as "recordedAt", case when revoked_at is null then 'ACTIVE' else 'REVOKED' end as state from staff.account order by subject desc`,
    );
    return found;
  };
  const accounts = {
    list,
    find: async (id: string) => (await list()).find((one) => one.id === id),
    revoke: async (account: { readonly id: string }) => {
      revoked.push(account.id);
      return { ...account, state: "REVOKED" };
    },
  };
  gateway = await world.gateway({
    context: (principal, requestId) => new RequestContext({ ...world.environment, accounts: accounts as never }, principal, requestId),
  });
});
afterAll(() => world?.close());
afterEach(async () => {
  for (const table of ["objection_decision", "objection", "client_approval"]) await world.sql(`delete from movement.${table}`);
});

const by = { subject: "somebody", role: "test", organisation: undefined, client: undefined };
const login = (subject: string) => principal("self", { issuer: "login", subject, login: "person", aal: 2, purposes: ["SELF_VIEW"] });
const ask = asking(() => gateway);

const logins = "query A($id: ID!) { accounts(staffMember: $id) { id organisation { odsCode } } }";
const takeBack = "mutation R($input: RevokeAccountInput!) { revokeAccount(input: $input) { account { id } problem { code } } }";

test("of two logins that claim one record neither takes the other back and is the only one then: HR does", async () => {
  const { accounts } = (await ask(hr("ZQA"), logins, { id: cast.doctor })).data;
  expect(accounts).toHaveLength(2);
  expect((await ask(login("impostor"), logins, { id: cast.doctor })).data.accounts).toBeNull();
  for (const { id: account } of accounts) {
    const answer = await ask(login("impostor"), takeBack, { input: { account, reason: "not mine" } });
    expect(answer.data.revokeAccount).toEqual({ account: null, problem: { code: "ACCOUNT_NOT_FOUND" } });
  }
  expect(revoked).toEqual([]);
  const settled = await ask(hr("ZQA"), takeBack, { input: { account: accounts[1].id, reason: "not the doctor's" } });
  expect(settled.data.revokeAccount.account.id).toBe(accounts[1].id);
});

test("HR does not learn of another employer by whose word a login is somebody's", async () => {
  const { accounts } = (await ask(hr("ZQA"), logins, { id: cast.doctor })).data;
  expect(accounts.map((one: any) => one.organisation)).toEqual([null, { odsCode: "ZQA" }]);
});

test("a rotation is filtered by an employer whom the caller may know of, and by no other", async () => {
  const query = `query R($counterpart: String!) { organisation(odsCode: "ZQB") { rotation(startsOn: "2026-12-01", counterpart: $counterpart) { starters { edges { node { startsOn } } } } } }`;
  const found = async (counterpart: string) =>
    (await ask(hr("ZQB"), query, { counterpart })).data.organisation.rotation.starters.edges.length;
  expect(await found("ZQA")).toBe(1);
  expect(await found("ZQC")).toBe(0);
});

test("of an objection HR sees what it is to decide: neither the types of health nor what other controllers decided", async () => {
  const stranger = self(cast.stranger);
  const make = "mutation O($input: ObjectInput!) { object(input: $input) { id } }";
  const { id } = (await ask(stranger, make, { input: { recordTypes: ["TRAINING", "IMMUNISATIONS"] } })).data.object;
  await world.store.objections.decide(id, "ZQC", "OVERRULED", { ...by, reason: "another trust" });
  const query = `{ organisation(odsCode: "ZQB") { objections { recordTypes decisions { reason } staffMember { id placements { id } } } } }`;
  const seen = await ask(hr("ZQB"), query);
  expect(seen.errors).toBeUndefined();
  expect(seen.data.organisation.objections).toEqual([
    { recordTypes: ["TRAINING"], decisions: [], staffMember: { id: cast.stranger, placements: [] } },
  ]);
  const own = await ask(stranger, "{ me { objections { recordTypes decisions { reason } } } }");
  expect(own.data.me.objections).toEqual([{ recordTypes: ["TRAINING", "IMMUNISATIONS"], decisions: [{ reason: "another trust" }] }]);
});

test("a front-end cannot try NI numbers: it may not read the person's", async () => {
  const labels = ["R1", "R2", "R5"];
  await world.store.clientApprovals.approve({ staffMember: cast.doctor, client: "app", labels, startsOn: "2026-11-01" }, by);
  const app = principal("passport", {
    person: cast.doctor,
    act: "app",
    scope: labels,
    registered: labels,
    aal: 2,
    purposes: ["SELF_VIEW"],
  });
  await world.sql("update staff.account set revoked_at = now(), revoked_by = 'x', revoke_reason = 'x' where subject = 'impostor'");
  const look = (scheme: string, value: string) =>
    `{ staffMemberByIdentifier(scheme: ${scheme}, value: "${value}", organisation: "ZQA") { id } }`;
  const id = cast.doctor;
  expect((await ask(app, look("ESR_EMPLOYEE_NUMBER", "30112845"))).data).toEqual({ staffMemberByIdentifier: { id } });
  expect((await ask(app, look("NI_NUMBER", "QQ123456C"))).data).toEqual({ staffMemberByIdentifier: null });
  expect((await ask(oh("ZQA"), look("NI_NUMBER", "QQ123456C"))).data).toEqual({ staffMemberByIdentifier: { id } });
});
