/** Erasure of what one trust holds about a person: all of it, only of it, as planned, and for good. */
import { mayMerge } from "../../../cli/commands/match-merge";
import type { Clock } from "../../../platform/clock";
import { armCrashPoint, crashPlanOf } from "../../../platform/crash-point";
import { rawReader } from "../../../sync/erased";
import { approved } from "../../builders/approvals";
import { anEsrPerson, awardRow, employed, writeGoFile } from "../../builders/esr-files";
import { everything, rawOf, type TestHub, testHub } from "../../builders/hub";
import { type PushVendor, pushVendor, pushYaml, skillOf } from "../../builders/push-vendor";

const clock: Clock = { now: () => new Date("2026-11-22T09:00:00Z") };
const person = {
  ...anEsrPerson(),
  given: "Canarina",
  family: "Zebedeeson",
  born: "1987-05-14",
  ni: "QQ123456C",
  email: "canarina@zqa.example",
};
const other = anEsrPerson();
const yaml = pushYaml(`} \n  - { id: zqb-esr, connector: esr, organisations: [ZQB], settings: { folder: esrb }`);
const words = [person.id, person.number, person.given, person.family, person.born, person.ni, person.email, "TW-canary"];

let hub: TestHub;
let vendor: PushVendor;
let staff: string;
let dead: (() => void) | undefined;
beforeEach(async () => {
  hub = await testHub({ yaml, clock });
  writeGoFile(`${hub.folder}/esr`, { kind: "GOF", day: "2026-11-19", sequence: 101, rows: [...employed(person, other), awardRow(person)] });
  await hub.sync("zqa-esr");
  const twin = { ...person, id: "990077", number: "29990077" };
  writeGoFile(`${hub.folder}/esrb`, { vpd: "992", kind: "GOF", day: "2026-11-19", sequence: 101, rows: employed(twin) });
  await hub.sync("zqb-esr");
  vendor = await pushVendor(hub);
  await push();
  staff = (await hub.rows("select staff_member_id as id from staff.source_person where source_key = $1", [person.id]))[0]!.id;
});
afterEach(async () => {
  dead?.();
  dead = undefined;
  await vendor.close();
  await hub.close();
});

const push = () =>
  vendor.push([
    skillOf(person, "TW-canary"),
    skillOf(other, "TW-2"),
    { ...skillOf(person, "TW-canary-3"), dateLastAwarded: "not a day" },
    { ...skillOf(person, "TW-canary-4"), subjectName: undefined, subjectLevel: "2" },
  ]);
const reader = () => rawReader(hub.foundation.engine, hub.config.connections);

const approvedNow = (act: string, subject: string, organisation = "ZQA") => approved(hub, { act, subject, organisation }, clock.now());
async function erase(organisation = "ZQA", approvalId?: string) {
  const approval = approvalId ?? (await approvedNow("subject-erase", staff, organisation));
  return hub.store.erasures.erase(
    { subject: staff, organisation, instruction: "IG-1", approvalId: approval, by: "ann" },
    reader(),
    clock.now,
  );
}

/** Where words of the person stand: every table, the history, the identifiers and the raw pages opened. */
async function found(): Promise<string[]> {
  const hits: string[] = [];
  for (const [table, text] of await everything(hub)) for (const word of words) if (text.includes(word)) hits.push(`${table}: ${word}`);
  const raw = await rawOf(hub);
  for (const word of words) if (raw.includes(word)) hits.push(`raw: ${word}`);
  return hits;
}
const ofTheTwin = (hit: string) =>
  /^(staff\.source_person|staff\.personal_details|staff\.identifier|raw): (Canarina|Zebedeeson|1987-05-14|QQ123456C|canarina@zqa\.example)$/.test(
    hit,
  );

test("what was planned goes, what another trust holds stays, and no file, push or replay brings the person back", async () => {
  expect((await found()).length).toBeGreaterThan(10);
  const before = await hub.count("staff.personal_details", "controller_org = 'ZQB'");
  const plan = await hub.store.erasures.plan(staff, "ZQA", reader());
  expect(plan.erases).toMatchObject({ "staff.source_person": 2, "staff.personal_details": 1, "ops.raw_page": expect.any(Number) });
  expect(plan.stays.map(({ table }) => table)).toContain("staff.staff_member");

  const erasure = await erase();
  expect(erasure.state).toBe("ERASED");
  expect(erasure.done).toEqual(erasure.planned);
  const { "ops.page_digest": _, ...done } = erasure.done as Record<string, number>;
  expect(done).toEqual(plan.erases);
  expect((await found()).filter((hit) => !ofTheTwin(hit))).toEqual([]);
  expect(await hub.count("staff.personal_details", "controller_org = 'ZQB'")).toBe(before);
  expect(await hub.count("staff.source_person", `source_key = '${other.id}'`)).toBe(1);

  const answer = await push();
  expect(answer.body.receipts.map(({ outcome, yourId }: any) => [outcome, yourId])).toEqual([
    ["ignored", null],
    ["unchanged", "TW-2"],
    ["ignored", null],
    ["ignored", null],
  ]);
  writeGoFile(`${hub.folder}/esr`, { kind: "GOF", day: "2026-11-20", sequence: 102, rows: [...employed(person, other), awardRow(person)] });
  await hub.sync("zqa-esr");
  const [run] = await hub.rows("select ignored, reasons from ops.sync_run where connection_id = 'zqa-esr' order by id desc limit 1");
  expect(Number(run!.ignored)).toBeGreaterThanOrEqual(3);
  expect(Number(run!.reasons["ignored:erased"])).toBe(3);
  expect((await found()).filter((hit) => !ofTheTwin(hit))).toEqual([]);
  expect(await hub.count("staff.source_person", `source_key = '${person.id}' and controller_org = 'ZQA'`)).toBe(0);
});

test.each(["erasure:before-commit:1", "erasure:planned:1", "erasure:page:1", "erasure:page:2"])(
  "interrupted at %s it goes on from there, and ends with exactly what was planned",
  async (point) => {
    const approvalId = await approvedNow("subject-erase", staff);
    const plan = await hub.store.erasures.plan(staff, "ZQA", reader());
    armCrashPoint(crashPlanOf(point), () => {
      throw new Error("killed");
    });
    await expect(erase("ZQA", approvalId)).rejects.toThrow("killed");
    armCrashPoint(undefined);
    if (point.startsWith("erasure:before-commit")) {
      expect(await hub.count("ops.erasure")).toBe(0);
      expect((await found()).length).toBeGreaterThan(10);
      await erase("ZQA", approvalId);
    } else expect(await hub.store.erasures.resume(reader(), clock.now)).toHaveLength(1);
    const [row] = await hub.rows("select state, planned, done from ops.erasure");
    expect(row).toEqual({ state: "ERASED", planned: plan.erases, done: plan.erases });
    expect((await found()).filter((hit) => !ofTheTwin(hit))).toEqual([]);
  },
);

test("a page that was read before it cannot be stored after it", async () => {
  const lease = (await hub.store.connections.lease("zqa-lms", "slow", 600))!;
  await erase();
  await expect(hub.store.connections.startRun("zqa-lms", lease.number, "test")).rejects.toMatchObject({ code: "LEASE_LOST" });
});

test("without a second person's yes, with a used one, or with one for another trust, nothing is touched", async () => {
  const before = await found();
  const now = clock.now();
  const asked = await hub.store.approvals.ask(
    {
      act: "subject-erase",
      subject: staff,
      organisation: "ZQA",
      by: "ann",
      role: "information-governance",
      reason: "r",
      expiresAt: new Date(now.getTime() + 1e6),
    },
    now,
  );
  const yes = { decision: "APPROVED" as const, role: "information-governance", reason: "r" };
  await expect(hub.store.approvals.decide(asked.id, { ...yes, by: "ann" }, now)).rejects.toMatchObject({ code: "APPROVAL_SAME_PERSON" });
  await expect(erase("ZQA", asked.id)).rejects.toMatchObject({ code: "APPROVAL_MISSING" });
  await expect(hub.store.approvals.decide(asked.id, { ...yes, by: "bob" }, new Date(now.getTime() + 2e6))).rejects.toMatchObject({
    code: "APPROVAL_NOT_OPEN",
  });
  expect(await found()).toEqual(before);
  await hub.store.approvals.decide(asked.id, { ...yes, by: "bob" }, now);
  await expect(
    hub.store.approvals.use(asked.id, { act: "subject-export", subject: staff, organisation: "ZQA" }, now),
  ).rejects.toMatchObject({
    code: "APPROVAL_MISSING",
  });
  await expect(erase("ZQB", asked.id)).rejects.toMatchObject({ code: "APPROVAL_MISSING" });
  await hub.store.approvals.use(asked.id, { act: "subject-erase", subject: staff, organisation: "ZQA" }, now);
  await expect(erase("ZQA", asked.id)).rejects.toMatchObject({ code: "APPROVAL_MISSING" });
  await expect(hub.rows("update ops.approval set asked_by = 'eve' where id = $1", [asked.id])).rejects.toThrow("does not change");
});

test("the door opens again by an instruction of the controller, and the next file brings the person", async () => {
  const { id } = await erase();
  const lift = await approvedNow("subject-erase", id);
  expect(await hub.store.erasures.lift(id, { organisation: "ZQA", by: "ann", instruction: "IG-2", approvalId: lift }, clock.now())).toBe(
    true,
  );
  writeGoFile(`${hub.folder}/esr`, { kind: "GOF", day: "2026-11-20", sequence: 102, rows: employed(person, other) });
  await hub.sync("zqa-esr");
  expect(await hub.count("staff.source_person", `source_key = '${person.id}'`)).toBe(1);
});

test("of somebody whom nobody holds any more, only who held the person is told, or may take away what is left", async () => {
  await erase("ZQA");
  expect(await hub.count("staff.source_person", `staff_member_id = '${staff}'`)).toBe(0);
  expect(await hub.store.erasures.holds(staff, "ZQA")).toBe(true);
  expect(await hub.store.erasures.holds(staff, "ZQB")).toBe(false);
  await expect(hub.store.exportSubject(staff, "ZQB", reader(), clock.now())).rejects.toMatchObject({ code: "SUBJECT_UNKNOWN" });
  await expect(hub.store.erasures.plan(staff, "ZQB", reader())).rejects.toMatchObject({ code: "SUBJECT_UNKNOWN" });
});

test("whoever is erased is nobody's to merge: not another organisation's, and not the one's that held the person", async () => {
  const mine = (organisation: string) => mayMerge(hub.foundation, { organisation }, [staff]);
  await expect(mine("ZQA")).resolves.toBeUndefined();
  await expect(mine("ZQB")).rejects.toThrow("somebody else decides");
  await erase("ZQA");
  for (const organisation of ["ZQA", "ZQB"]) await expect(mine(organisation)).rejects.toThrow("somebody else decides");
});
