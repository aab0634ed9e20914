/** What takes two people: asked by one, approved by another, done once; a copy, a restriction, a link of occupational health's. */
import type { Principal } from "../../../access/principal";
import { folderOf } from "../../../cli/commands/subject";
import {
  approvedAct,
  ask,
  checkInForce,
  checkRestrictable,
  decideApproval,
  listApprovals,
  readerOf,
  waitingOfPerson,
} from "../../../cli/compose/rights";
import type { Clock } from "../../../platform/clock";
import { anEsrPerson, awardRow, employed, writeGoFile } from "../../builders/esr-files";
import { hr, type TestHub, testHub } from "../../builders/hub";
import { pushYaml } from "../../builders/push-vendor";

let now = new Date("2026-11-22T09:00:00Z");
const clock: Clock = { now: () => now };
const person = anEsrPerson({ given: "Canarina", family: "Zebedeeson" });
const officer = (name: string, org = "ZQA", role: Principal["role"] = "information-governance", purpose = "DATA_RIGHTS"): Principal => ({
  ...hr(org),
  subject: name,
  role,
  purposes: [purpose],
});
const ann = officer("ann");
const bob = officer("bob");
const oh = officer("olga", "ZQA", "oh", "OH_CARE");

let hub: TestHub;
let staff: string;
beforeAll(async () => {
  hub = await testHub({ yaml: pushYaml(), clock });
  writeGoFile(`${hub.folder}/esr`, { kind: "GOF", day: "2026-11-19", sequence: 101, rows: [...employed(person), awardRow(person)] });
  await hub.sync("zqa-esr");
  staff = (await hub.rows("select id from staff.staff_member"))[0]!.id;
});
afterAll(() => hub.close());
const asked = (act: "subject-export" | "subject-restrict" | "release-health", instruction = "IG-1") => ({
  act,
  subject: staff,
  organisation: "ZQA",
  instruction,
  reason: "asked by the controller",
});
const approve = (who: Principal, id: string) => decideApproval(hub.foundation, who, { id, decision: "APPROVED", reason: "checked" });
const audited = () =>
  hub.rows(
    "select operation, decision, reason, subject from audit.event where operation like '%export%' or operation like 'approval%' order by id",
  );

test("one asks, another approves, and only the one who asked does it", async () => {
  const request = await ask(hub.foundation, ann, asked("subject-export"));
  expect((await ask(hub.foundation, ann, asked("subject-export"))).id).toBe(request.id);
  expect(await approvedAct(hub.foundation, ann, asked("subject-export"))).toBeUndefined();
  await expect(approve(ann, request.id)).rejects.toMatchObject({ code: "APPROVAL_SAME_PERSON" });
  await expect(approve(officer("eve", "ZQB"), request.id)).rejects.toMatchObject({ code: "APPROVAL_NOT_OPEN" });
  await expect(approve(oh, request.id)).rejects.toMatchObject({ code: "APPROVAL_NOT_OPEN" });
  await expect(approve(officer("ops", "ZQA", "ops", "SERVICE_OPERATION"), request.id)).rejects.toMatchObject({ code: "APPROVAL_NOT_OPEN" });
  expect(await listApprovals(hub.foundation, officer("eve", "ZQB"), ["ZQA"])).toEqual([]);
  expect((await listApprovals(hub.foundation, bob, ["ZQA"])).map(({ id }) => id)).toEqual([request.id]);
  await approve(bob, request.id);
  expect(await approvedAct(hub.foundation, bob, asked("subject-export"))).toBeUndefined();
  expect(await approvedAct(hub.foundation, ann, asked("subject-export", "IG-2"))).toBeUndefined();
  expect((await approvedAct(hub.foundation, ann, asked("subject-export")))?.id).toBe(request.id);
  const trail = await audited();
  expect(trail).toContainEqual(
    expect.objectContaining({ operation: "subject-export", decision: "ALLOW", subject: "ann", reason: expect.stringContaining("IG-1") }),
  );
  expect(trail).toContainEqual(expect.objectContaining({ operation: "approval approved", decision: "ALLOW", subject: "bob" }));
  expect(JSON.stringify(trail)).not.toContain("Zebedeeson");
});

describe("a copy that the person asks for", () => {
  const me = (id = staff): Principal => ({
    ...hr("ZQA"),
    org: undefined,
    role: "self",
    person: id,
    subject: "login-1",
    purposes: ["SELF_VIEW"],
    aal: 2,
  });
  const told = "id reference state answerBy reason answeredAt organisation { odsCode }";
  const askForCopy = async (as: Principal, of = "ZQA") =>
    (await hub.ask<any>(`mutation($of: String!) { askForCopy(organisation: $of) { ${told} } }`, { of }, as)).askForCopy;
  const seen = async () => (await hub.ask<any>(`{ me { copyRequests { ${told} } } }`, {}, me())).me.copyRequests;
  const exported = (reference: string) => asked("subject-export", reference);

  test("waits for one officer's yes, is made by another, and tells the person what has become of it", async () => {
    const request = await askForCopy(me());
    expect(request).toMatchObject({ state: "WAITS", answerBy: "2026-12-22", organisation: { odsCode: "ZQA" } });
    // Asked again it is the same one; a front-end that the person has not approved asks for nothing.
    expect(await askForCopy(me())).toEqual(request);
    const through = { ...me(), role: "passport" as const, act: "app", subject: "app", scope: ["R11"], registered: ["R11"] };
    expect(await askForCopy(through)).toBeNull();
    const [waiting] = (await listApprovals(hub.foundation, bob, ["ZQA"])).filter(({ instruction }) => instruction === request.reference);
    expect(waiting).toMatchObject({ act: "subject-export", subject: staff, askedRole: "self" });
    expect((await waitingOfPerson(hub.foundation, ann, exported(request.reference)))?.id).toBe(request.id);
    expect(await waitingOfPerson(hub.foundation, oh, exported(request.reference))).toBeUndefined();
    expect(await approvedAct(hub.foundation, ann, exported(request.reference))).toBeUndefined();
    // Nobody but an officer of this organisation.
    for (const who of [oh, officer("eve", "ZQB"), hr("ZQA"), me()])
      await expect(approve(who, request.id)).rejects.toMatchObject({ code: "APPROVAL_NOT_OPEN" });
    await approve(bob, request.id);
    expect((await seen())[0]).toMatchObject({ id: request.id, state: "ACCEPTED" });
    // An approval of another request about the same person, so that somebody else's yes is there.
    const own = await ask(hub.foundation, bob, asked("subject-export", "IG-own"));
    await approve(ann, own.id);
    await expect(approvedAct(hub.foundation, bob, exported(request.reference))).rejects.toThrow("may not");
    const approval = await approvedAct(hub.foundation, ann, exported(request.reference));
    await hub.store.approvals.use(approval!.id, { act: "subject-export", subject: staff, organisation: "ZQA" }, clock.now());
    expect((await seen())[0]).toMatchObject({ id: request.id, state: "ANSWERED", answeredAt: clock.now().toISOString() });
    expect(await approvedAct(hub.foundation, ann, exported(request.reference))).toBeUndefined();
    // What is over is over: another one is another request.
    now = new Date(now.getTime() + 60_000);
    const next = await askForCopy(me());
    expect(next.id).not.toBe(request.id);
    await decideApproval(hub.foundation, ann, { id: next.id, decision: "REFUSED", reason: "asked for twice within a week" });
    expect((await seen())[0]).toMatchObject({ id: next.id, state: "REFUSED", reason: "asked for twice within a week" });
  });

  test("is for who holds something about the person, and nobody sees another's", async () => {
    expect(await askForCopy(me(), "ZQB")).toBeNull();
    const before = now;
    now = new Date(now.getTime() + 60_000);
    const request = await askForCopy(me());
    now = new Date("2027-02-22T09:30:00Z");
    expect((await seen())[0]).toMatchObject({ id: request.id, state: "LAPSED" });
    now = before;
    const asHr = await hub.ask("query($id: ID!) { staffMember(id: $id) { copyRequests { id } } }", { id: staff }, hr("ZQA")).catch(String);
    expect(JSON.stringify(asHr)).not.toContain(request.id);
    expect((await hub.rows("select changes from audit.event where changes is not null")).map(({ changes }) => changes)).toContainEqual([
      `copy-request:${request.id}`,
    ]);
  });
});

test("nobody else asks, and a yes runs out", async () => {
  for (const one of [
    hr("ZQA"),
    officer("ops", "ZQA", "ops", "SERVICE_OPERATION"),
    { ...ann, aal: 2 },
    officer("eve", "ZQB"),
    { ...ann, purposes: [] },
  ])
    await expect(ask(hub.foundation, one, asked("subject-restrict"))).rejects.toThrow("may not");
  const request = await ask(hub.foundation, ann, asked("subject-restrict", "IG-3"));
  await approve(bob, request.id);
  const before = now;
  now = new Date(now.getTime() + 15 * 86_400_000);
  expect(await approvedAct(hub.foundation, ann, asked("subject-restrict", "IG-3"))).toBeUndefined();
  now = before;
});

test("the health part of a copy is released by occupational health alone", async () => {
  const request = await ask(hub.foundation, ann, asked("release-health"));
  await expect(approve(bob, request.id)).rejects.toThrow("may not");
  expect((await approve(oh, request.id)).decision).toBe("APPROVED");
});

test("what is restricted is stored and not read, by HR nor anybody, until it is lifted; other types stay open", async () => {
  const read = () => hub.ask(`query($id: ID!) { staffMember(id: $id) { name { family } } }`, { id: staff }, hr("ZQA"));
  const before = JSON.stringify(await read());
  expect(before).toContain("Zebedeeson");
  const restrict = async (instruction: string) => {
    const request = await ask(hub.foundation, ann, asked("subject-restrict", instruction));
    await approve(bob, request.id);
    return request.id;
  };
  const id = await hub.store.restrictions.begin(
    { staffMember: staff, controllerOrg: "ZQA", labels: ["R1"], instruction: "IG-4", approvalId: await restrict("IG-4") },
    clock.now(),
  );
  expect(JSON.stringify(await read())).not.toContain("Zebedeeson");
  // Syncing goes on: what is restricted is stored.
  writeGoFile(`${hub.folder}/esr`, {
    kind: "GOF",
    day: "2026-11-20",
    sequence: 102,
    rows: [...employed({ ...person, family: "Zebedeeson-Smith" }), awardRow(person)],
  });
  await hub.sync("zqa-esr");
  expect(await hub.count("staff.personal_details", "family_name = 'Zebedeeson-Smith'")).toBe(1);
  await expect(checkInForce(hub.foundation, "restriction", id, "ZQA")).resolves.toBeUndefined();
  // Another organisation's, and one that never was, are told apart from nothing.
  await expect(checkInForce(hub.foundation, "restriction", id, "ZQB")).rejects.toThrow(
    `no restriction ${id} of ZQB in force. In force: none.`,
  );
  await expect(checkInForce(hub.foundation, "restriction", "💥", "ZQA")).rejects.toThrow(`In force: ${id} (IG-4)`);
  await expect(checkInForce(hub.foundation, "erasure", id, "ZQA")).rejects.toThrow("In force: none.");
  const lift = await ask(hub.foundation, ann, { ...asked("subject-restrict", "IG-5"), subject: id });
  await approve(bob, lift.id);
  expect(
    await hub.store.restrictions.lift(id, { controllerOrg: "ZQA", by: "ann", instruction: "IG-5", approvalId: lift.id }, clock.now()),
  ).toBe(true);
  expect(JSON.stringify(await read())).toContain("Zebedeeson-Smith");
  await expect(checkInForce(hub.foundation, "restriction", id, "ZQA")).rejects.toThrow("In force: none.");
});

test("a copy holds what every table has, with what is sealed opened", async () => {
  const copy = await hub.store.exportSubject(staff, "ZQA", readerOf(hub.foundation), clock.now());
  const tables = copy.main.sections.map(({ table }) => table);
  expect(tables).toEqual(
    expect.arrayContaining([
      "staff.personal_details",
      "staff.identifier",
      "staff.binding",
      "ops.raw_page",
      "ops.record_version",
      "audit.event",
    ]),
  );
  expect(JSON.stringify(copy.main)).toContain("Zebedeeson");
  // That occupational health has released something is its own to tell.
  expect(copy.health.sections.map(({ table }) => table)).toEqual(["audit.event"]);
  expect(copy.main.recipients).toContainEqual(expect.objectContaining({ organisation: "ZQA", role: "hr", purpose: "EMPLOYMENT" }));
  await expect(hub.store.exportSubject(staff, "ZQB", readerOf(hub.foundation), clock.now())).rejects.toMatchObject({
    code: "SUBJECT_UNKNOWN",
  });
});

test("a restriction is asked for a staff member only: what nobody is linked to is not used anyway", async () => {
  await expect(checkRestrictable(hub.foundation, staff)).resolves.toBeUndefined();
  const [{ id }] = (await hub.rows("select id from staff.source_person limit 1")) as [{ id: string }];
  for (const wrong of [id, "00000000-0000-4000-8000-000000000000", "💥"])
    await expect(checkRestrictable(hub.foundation, wrong)).rejects.toThrow("linked to no staff member");
});

test("a copy tells of looks at what this organisation holds: nobody else's id, no user's name, and not what others did with their own", async () => {
  const colleague = "00000000-0000-4000-8000-00000000c011";
  const look = (organisation: string, controllers: string[], operation: string) => ({
    requestId: `look-${operation}`,
    operation,
    subject: "nhs-login|a-users-name",
    organisation,
    role: "hr",
    purpose: "EMPLOYMENT",
    decision: "ALLOW" as const,
    reason: undefined,
    staffMembers: [staff, colleague],
    kinds: ["personal-details"],
    controllers,
    counts: {},
    policyVersion: "test",
  });
  await hub.store.audit([look("ZQB", ["ZQA"], "OthersLook"), look("ZQA", ["ZQA"], "OwnLook"), look("ZQB", ["ZQB"], "TheirOwnBusiness")]);
  const copy = await hub.store.exportSubject(staff, "ZQA", readerOf(hub.foundation), clock.now());
  const text = JSON.stringify(copy);
  for (const there of ["OthersLook", "OwnLook", staff]) expect(text).toContain(there);
  for (const not of ["TheirOwnBusiness", colleague, "a-users-name"]) expect(text).not.toContain(not);
  expect(copy.main.recipients).toContainEqual(expect.objectContaining({ organisation: "ZQB", role: "hr", operations: ["OthersLook"] }));
});

test("a copy that has nowhere to go says so before anybody's yes is used up", () => {
  expect(() => folderOf({ out: `${__filename}/copy` })).toThrow("expected a folder that can be written; got ENOTDIR");
  expect(folderOf({ out: __dirname })).toBe(__dirname);
});
