/** One refused payload of training, for an hour after a second person's yes, told to its trust; and a second person's yes over the graph. */
import type { Principal } from "../../../access/principal";
import { problemsLooks, problemsPayload } from "../../../cli/commands/payload";
import { exitCodes, Output } from "../../../cli/output";
import type { Clock } from "../../../platform/clock";
import { anEsrPerson, employed, writeGoFile } from "../../builders/esr-files";
import { fhirYaml } from "../../builders/fhir-clinic";
import { everything, hr, occupationalHealth, type TestHub, testHub } from "../../builders/hub";
import { type PushVendor, pushVendor, pushYaml, skillOf } from "../../builders/push-vendor";

const testKey = Buffer.alloc(32, 7).toString("base64");
let start = new Date("2026-11-22T00:30:00Z");
let now = start;
const clock: Clock = { now: () => now };
/** In the test that runs now. */
const later = (minutes: number) => new Date(start.getTime() + minutes * 60_000);
const person = anEsrPerson({ given: "Canarina", family: "Zebedeeson" });
const of = (name: string, role: Principal["role"], purpose: string, org?: string): Principal => ({
  ...hr("ZQA"),
  org,
  subject: name,
  role,
  purposes: [purpose],
});
const team = (name: string) => of(name, "ops", "SERVICE_OPERATION");
const [ann, bob, cat] = [team("ann"), team("bob"), team("cat")];
const admin = (org: string) => of(`admin ${org}`, "trust-admin", "SETTINGS", org);
const officer = (name: string, org = "ZQA") => of(name, "information-governance", "DATA_RIGHTS", org);
const health = { ...occupationalHealth("ZQA"), subject: "olga" };

let hub: TestHub;
let vendor: PushVendor;
let refusal: string;
const bad = (day: string) => ({ ...skillOf(person, "TW-1"), dateLastAwarded: day });
beforeAll(async () => {
  hub = await testHub({
    yaml: `${pushYaml()}${fhirYaml("https://oh.example/fhir")}`,
    clock,
  });
  writeGoFile(`${hub.folder}/esr`, { kind: "GOF", day: "2026-11-19", sequence: 101, rows: employed(person) });
  await hub.sync("zqa-esr");
  vendor = await pushVendor(hub);
  await vendor.push([bad("not a day")]);
  refusal = (await hub.rows("select id from ops.refused where raw_hash is not null and resolved_at is null"))[0]!.id;
});
// No hour of a test runs into the next one.
beforeEach(() => {
  now = start = later(120);
});
afterAll(async () => {
  await vendor?.close();
  await hub?.close();
});

const askFor = async (who: Principal, id = refusal) =>
  (
    await hub.ask(
      `mutation($input: RefusedPayloadInput!) { askForRefusedPayload(input: $input) { approval { id act mayApprove details { name value } } userErrors { code field } } }`,
      { input: { refusal: id, reason: "the vendor asks which record" } },
      who,
    )
  ).askForRefusedPayload;
const shown = async (who: Principal, id = refusal) =>
  (
    await hub
      .ask("query($id: ID!) { refusedPayload(refusal: $id) { refusal until payload organisation { odsCode } } }", { id }, who)
      .catch(() => ({ refusedPayload: null }))
  ).refusedPayload;
const decide = async (who: Principal, approval: string, decision = "APPROVED") =>
  (
    await hub.ask(
      `mutation($input: ApprovalInput!) { decideApproval(input: $input) { approval { id decision } userErrors { code } } }`,
      { input: { approval, decision, reason: "seen the request" } },
      who,
    )
  ).decideApproval;
const waiting = async (who: Principal) =>
  (await hub.ask("{ approvals { id act mayApprove details { name value } } }", {}, who)).approvals as { id: string; mayApprove: boolean }[];
const looks = async (who: Principal) =>
  (
    await hub
      .ask("{ operations { payloadLooks { refusal role approvedByRole reason looks firstAt lastAt organisation { odsCode } } } }", {}, who)
      .catch(() => ({ operations: null }))
  ).operations?.payloadLooks;
async function granted(who = ann, by = bob): Promise<string> {
  const { approval } = await askFor(who);
  expect((await decide(by, approval.id)).approval.decision).toBe("APPROVED");
  return approval.id;
}

test("it is shown to the one who asked, after another's yes, for an hour and no longer", async () => {
  expect(await shown(ann)).toBeNull();
  const { approval } = await askFor(ann);
  expect(approval).toMatchObject({ act: "break-glass", mayApprove: false });
  expect(await shown(ann)).toBeNull();
  await decide(bob, approval.id);
  const seen = await shown(ann);
  expect(seen).toMatchObject({ refusal, until: later(60).toISOString(), organisation: { odsCode: "ZQA" } });
  expect(JSON.parse(seen.payload)).toMatchObject({ dateLastAwarded: "not a day", person: { familyName: "Zebedeeson" } });
  // Neither who approved nor a colleague has asked.
  for (const other of [bob, cat]) expect(await shown(other)).toBeNull();
  now = new Date(later(60).getTime() - 1);
  expect(await shown(ann)).not.toBeNull();
  now = later(60);
  expect(await shown(ann)).toBeNull();
});

test("whoever asks does not approve it, and may take it back", async () => {
  const { approval } = await askFor(ann);
  expect(await decide(ann, approval.id)).toEqual({ approval: null, userErrors: [{ code: "APPROVAL_SAME_PERSON" }] });
  expect(await waiting(ann)).toContainEqual(expect.objectContaining({ id: approval.id, mayApprove: false }));
  expect(await waiting(bob)).toContainEqual(expect.objectContaining({ id: approval.id, mayApprove: true }));
  expect((await decide(ann, approval.id, "REFUSED")).approval.decision).toBe("REFUSED");
  expect(await waiting(bob)).toEqual([]);
  expect(await shown(ann)).toBeNull();
});

test("level and purpose are asked for each time, and no other role asks, decides or sees", async () => {
  const id = await granted();
  for (const weaker of [
    { ...ann, aal: 2 },
    { ...ann, purposes: [] },
  ])
    expect(await shown(weaker)).toBeNull();
  const others = [{ ...ann, aal: 2 }, { ...ann, purposes: [] }, admin("ZQA"), hr("ZQA"), officer("iris"), health];
  for (const one of others) {
    expect(await askFor(one)).toEqual({ approval: null, userErrors: [{ code: "PAYLOAD_UNKNOWN", field: "refusal" }] });
    expect(await shown(one)).toBeNull();
    expect(await waiting(one)).toEqual([]);
  }
  const open = (await askFor(cat)).approval.id;
  for (const one of others) expect((await decide(one, open)).approval).toBeNull();
  expect(await hub.count("ops.approval", `id = '${open}' and decision is not null`)).toBe(0);
  expect((await decide(cat, open, "REFUSED")).approval.decision).toBe("REFUSED");
  expect(await hub.count("ops.payload_look", `approval_id = '${id}'`)).toBe(0);
});

test("what comes from occupational health, or is nobody's training, looks as if it were not there", async () => {
  const nowhere = await askFor(ann, "7c0ffee0-0000-4000-8000-00000000dead");
  expect(nowhere).toEqual({ approval: null, userErrors: [{ code: "PAYLOAD_UNKNOWN", field: "refusal" }] });
  await granted();
  expect(await shown(ann)).not.toBeNull();
  const changes = ["connection_id = 'zqa-oh'", "kind = 'immunisation'", "kind = 'clearance'", "kind = 'assignment'", "resolved_at = now()"];
  for (const change of changes) {
    await hub.rows("create table if not exists public.kept as select connection_id, kind, resolved_at from ops.refused where id = $1", [
      refusal,
    ]);
    await hub.rows(`update ops.refused set ${change} where id = $1`, [refusal]);
    expect([change, await shown(ann)]).toEqual([change, null]);
    expect([change, await askFor(ann)]).toEqual([change, nowhere]);
    await hub.rows(
      "update ops.refused f set connection_id = k.connection_id, kind = k.kind, resolved_at = k.resolved_at from public.kept k where f.id = $1",
      [refusal],
    );
  }
  await hub.rows("drop table public.kept");
  expect(await shown(ann)).not.toBeNull();
});

test("a yes is to one payload: another that the vendor sends instead needs another", async () => {
  await granted();
  await vendor.push([bad("no day either")]);
  expect(await hub.count("ops.refused", `id = '${refusal}' and resolved_at is null`)).toBe(1);
  expect(await shown(ann)).toBeNull();
  await granted(cat, bob);
  expect((await shown(cat)).payload).toContain("no day either");
});

test("when nobody can tell whether there was a yes, nothing is shown, and what cannot be written down is not", async () => {
  await granted();
  const { approvals } = hub.store;
  const approved = approvals.approved;
  Object.assign(approvals, { approved: () => Promise.reject(new Error("away")) });
  expect(await shown(ann)).toBeNull();
  Object.assign(approvals, { approved });
  await hub.rows("alter table ops.payload_look add constraint full_disk check (false) not valid");
  expect(await shown(ann)).toBeNull();
  await hub.rows("alter table ops.payload_look drop constraint full_disk");
  expect(await shown(ann)).not.toBeNull();
});

test("the trust is told by which role, when and why; other trusts are not, and nobody is told what stood in it", async () => {
  await hub.rows("delete from ops.payload_look");
  const before = (await looks(admin("ZQA"))).length;
  await granted(cat, ann);
  expect((await looks(admin("ZQA")))[0]).toMatchObject({ refusal, looks: 0, lastAt: null });
  now = later(5);
  await shown(cat);
  await shown(cat);
  expect(await shown(bob)).toBeNull();
  const told = await looks(admin("ZQA"));
  expect(told).toHaveLength(before + 1);
  expect(told[0]).toMatchObject({
    refusal,
    role: "ops",
    approvedByRole: "ops",
    reason: "the vendor asks which record",
    looks: 2,
    firstAt: later(5).toISOString(),
    organisation: { odsCode: "ZQA" },
  });
  expect(JSON.stringify(told)).not.toMatch(/Zebedeeson|not a day|cat|ann/);
  expect(await looks(admin("ZQB"))).toEqual([]);
  expect(await looks(hr("ZQA"))).toBeUndefined();
  const trail = await hub.rows(
    "select decision, kinds, controllers, reason, subject from audit.event where operation = 'break-glass' order by at",
  );
  expect(trail).toContainEqual(expect.objectContaining({ decision: "ALLOW", subject: "cat", controllers: ["ZQA"] }));
  expect(trail).toContainEqual(expect.objectContaining({ decision: "DENY", subject: "bob" }));
  const tables = await everything(hub, ["ops", "audit"]);
  for (const name of ["audit.event", "ops.approval", "ops.payload_look"])
    for (const [table, text] of tables) if (table.startsWith(name)) expect(text).not.toContain("Zebedeeson");
  expect(hub.logs.join("\n")).not.toContain("Zebedeeson");
});

test("the command asks, shows what it may, and lists who was told", async () => {
  const environment = { DATABASE_URL: hub.database.url, LANYARD_DATA: `${hub.folder}/.lanyard`, LANYARD_KEY: testKey };
  const before = process.env;
  process.env = { ...before, ...environment };
  const options = { config: `${hub.folder}/lanyard.yaml`, today: "2026-11-22" };
  const said: string[] = [];
  const stdout = jest.spyOn(process.stdout, "write").mockImplementation((text) => said.push(String(text)) > 0);
  try {
    await expect(problemsPayload(new Output(true), options, refusal)).rejects.toThrow("--reason");
    expect(await problemsPayload(new Output(true), { ...options, reason: "the vendor asks" }, refusal)).toBe(exitCodes.degraded);
    const { waits } = JSON.parse(said.at(-1)!);
    // The second person of the command's clock: nine o'clock.
    now = new Date("2026-11-22T09:00:00Z");
    expect((await decide(bob, waits.id)).approval.decision).toBe("APPROVED");
    expect(await problemsPayload(new Output(false), options, refusal)).toBe(exitCodes.ok);
    expect(said.join("")).toMatch(/Zebedeeson/);
    await expect(problemsLooks(new Output(true), { ...options, as: "trust-admin" })).rejects.toThrow("Say --organisation");
    await problemsLooks(new Output(true), { ...options, as: "trust-admin", organisation: "ZQA" });
    expect(JSON.parse(said.at(-1)!).looks).toContainEqual(expect.objectContaining({ id: waits.id, looks: 1, reason: "the vendor asks" }));
  } finally {
    stdout.mockRestore();
    process.env = before;
  }
}, 180_000);

test("over the graph occupational health releases, information governance approves, and each sees its own only", async () => {
  const staff = (await hub.rows("select id from staff.staff_member"))[0]!.id as string;
  const request = (act: string, detail = {}) =>
    hub.store.approvals.ask(
      {
        act,
        subject: staff,
        organisation: "ZQA",
        instruction: "IG-1",
        by: "test|iris",
        role: "information-governance",
        reason: "asked by the controller",
        detail,
        expiresAt: later(10_000),
      },
      now,
    );
  const erase = await request("subject-erase", { counts: { "staff.assignment": 3, "oh.immunisation": 2 } });
  const release = await request("release-health");
  const ids = async (who: Principal) => (await waiting(who)).map(({ id }) => id).sort();
  expect(await ids(health)).toEqual([release.id]);
  expect(await ids(officer("ivan"))).toEqual([erase.id]);
  expect(await ids(officer("iris"))).toEqual([erase.id, release.id].sort());
  for (const stranger of [officer("eve", "ZQB"), occupationalHealth("ZQB"), { ...officer("ivan"), aal: 2 }, team("ann"), hr("ZQA")])
    expect(await ids(stranger)).toEqual([]);
  const told = JSON.stringify(await waiting(officer("ivan")));
  expect(told).toContain("staff.assignment");
  expect(told).not.toContain("immunisation");
  expect((await decide(officer("ivan"), release.id)).userErrors).toEqual([{ code: "APPROVAL_NOT_YOURS" }]);
  expect((await decide(officer("eve", "ZQB"), erase.id)).userErrors).toEqual([{ code: "APPROVAL_NOT_OPEN" }]);
  expect((await decide(health, release.id)).approval.decision).toBe("APPROVED");
  expect((await decide(officer("ivan"), erase.id, "REFUSED")).approval.decision).toBe("REFUSED");
  expect((await decide(officer("ivan"), erase.id)).userErrors).toEqual([{ code: "APPROVAL_NOT_OPEN" }]);
  expect(await ids(officer("iris"))).toEqual([]);
  const [row] = await hub.rows("select changes, role from audit.event where changes @> array[$1]", [`approval:${release.id}`]);
  expect(row).toMatchObject({ role: "oh" });
});
