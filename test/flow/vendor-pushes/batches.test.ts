import { randomUUID } from "node:crypto";
import type { Clock } from "../../../platform/clock";
import { anEsrPerson, employed, writeGoFile } from "../../builders/esr-files";
import { type TestHub, testHub } from "../../builders/hub";
import { type PushVendor, pushVendor, pushYaml, skillOf } from "../../builders/push-vendor";

const people = Array.from({ length: 12 }, () => anEsrPerson());
let now: Date;
const clock: Clock = { now: () => now };
let hub: TestHub;
let vendor: PushVendor;
beforeEach(async () => {
  now = new Date("2026-11-22T09:00:00Z");
  hub = await testHub({ yaml: pushYaml(), clock });
  writeGoFile(`${hub.folder}/esr`, { kind: "GOF", day: "2026-11-19", sequence: 101, rows: employed(...people) });
  await hub.sync("zqa-esr");
  vendor = await pushVendor(hub);
});
afterEach(async () => {
  await vendor.close();
  await hub.close();
});

const later = (hours: number) => {
  now = new Date(now.getTime() + hours * 3_600_000);
};
const pushed = () =>
  hub.rows(
    "select source_id, awarded_on, source_state, staff_member_id is not null as bound from learning.competence_award where connection_id = 'zqa-lms' order by 1",
  );
const runs = () => hub.count("ops.sync_run", "connection_id = 'zqa-lms'");
const outcomes = (body: { receipts: { outcome: string }[] }) => body.receipts.map(({ outcome }) => outcome);
const records = people.map((person, at) => skillOf(person, `TW-${at}`));

test("a batch is answered with a receipt for each item, and what was answered has been stored", async () => {
  const answer = await vendor.push(records);
  expect(answer.status).toBe(200);
  expect(answer.headers["content-type"]).toBe("application/json");
  expect(answer.body).toMatchObject({ connection: "zqa-lms", received: 12, accepted: 12, refused: 0, waiting: 0, errors: [] });
  expect(answer.body.receipts[3]).toEqual({
    record: 3,
    yourId: "TW-3",
    receipt: expect.stringMatching(/^[0-9a-f-]{36}$/),
    outcome: "applied",
  });
  expect(await pushed()).toEqual(
    [...records]
      .map(({ id }) => id)
      .sort()
      .map((id) => ({ source_id: id, awarded_on: "2026-10-01", source_state: "IN_FORCE", bound: true })),
  );
  expect(await vendor.ask(`receipts/${answer.body.receipts[3].receipt}`)).toMatchObject({
    status: 200,
    body: { yourId: "TW-3", outcome: "applied", now: "applied", batchId: answer.body.batchId, receivedAt: now.toISOString() },
  });
  expect(await hub.system("zqa-lms")).toMatchObject({ state: "ON_TIME", freshAsOf: now.toISOString(), problems: [] });
  const [run] = await hub.rows("select trigger, outcome, raw_in, applied from ops.sync_run where connection_id = 'zqa-lms'");
  expect(run).toMatchObject({ trigger: "push", outcome: "COMPLETED", raw_in: "12", applied: "12" });
});

test("before its first push a connection is being set up, and neither polling nor a first sync touches it", async () => {
  expect(await hub.system("zqa-lms")).toMatchObject({ state: "SETTING_UP" });
  expect(await runs()).toBe(0);
});

test("an empty batch says that there is no news: nothing is stored, and the data is as fresh as the batch", async () => {
  expect(await vendor.push([])).toMatchObject({ status: 200, body: { received: 0, receipts: [] } });
  expect(await hub.system("zqa-lms")).toMatchObject({ state: "ON_TIME", freshAsOf: now.toISOString() });
});

test("P1: the same batch a hundred times, over 75 hours: the same answer to the byte, one effect", async () => {
  const idempotencyKey = randomUUID();
  const first = await vendor.push(records, { idempotencyKey });
  for (let time = 0; time < 100; time++) {
    later(0.75);
    const again = await vendor.push(records, { idempotencyKey });
    expect([again.status, again.text]).toEqual([200, first.text]);
  }
  expect(await runs()).toBe(1);
  expect(await hub.count("ops.receipt")).toBe(12);
  expect(await hub.count("ops.record_version")).toBe(0);
});

test("P1: when the stored answer has expired after 90 days, the records' own keys make a repeat unchanged", async () => {
  const idempotencyKey = randomUUID();
  await vendor.push(records, { idempotencyKey });
  later(24 * 91);
  expect(outcomes((await vendor.push(records, { idempotencyKey })).body)).toEqual(records.map(() => "unchanged"));
  expect(await hub.count("ops.record_version")).toBe(0);
  expect((await hub.store.retention.run(new Date("2027-06-01T00:00:00Z"))).gone).toMatchObject({ "answers to pushes": 1, receipts: 0 });
  // Receipts outlive the answers they were given in.
  expect(await hub.count("ops.receipt")).toBe(24);
});

test("P2: the same key with another body is a conflict and a security event; the first body counts", async () => {
  const idempotencyKey = randomUUID();
  await vendor.push(records, { idempotencyKey });
  const other = await vendor.push([skillOf(people[0]!, "TW-0", { dateLastAwarded: "2026-11-20" })], { idempotencyKey });
  expect(other).toMatchObject({ status: 409, body: { code: "IDEMPOTENCY_KEY_REUSED", fixBy: "vendor" } });
  expect(other.headers["content-type"]).toBe("application/problem+json");
  expect((await pushed())[0]).toMatchObject({ awarded_on: "2026-10-01" });
  expect(await hub.problems("zqa-lms")).toMatchObject([{ code: "IDEMPOTENCY_KEY_REUSED", owner: "VENDOR" }]);
  expect(await hub.rows("select subject, reason from audit.event where operation = 'intake push'")).toEqual([
    { subject: `intake-key:${vendor.keyId}`, reason: "IDEMPOTENCY_KEY_REUSED" },
  ]);
});

test("P3: twenty submissions of one batch at once have one effect and one answer", async () => {
  const idempotencyKey = randomUUID();
  const answers = await Promise.all(Array.from({ length: 20 }, () => vendor.push(records, { idempotencyKey })));
  expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
  expect(await runs()).toBe(1);
  expect(await hub.count("ops.receipt")).toBe(12);
});

test("P3: twenty different batches at once are all stored", async () => {
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, at) => vendor.push([skillOf(people[at % 12]!, `TW-p${at}`, { dateLastAwarded: `2026-10-${10 + at}` })])),
  );
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
  expect(await pushed()).toHaveLength(20);
});

test("P4: an older version that comes after a newer one is superseded, whatever the order of arrival", async () => {
  const at = (changedAt: string, dateLastAwarded: string) => [skillOf(people[0]!, "TW-0", { changedAt, dateLastAwarded })];
  expect(outcomes((await vendor.push(at("2026-11-10T08:00:00Z", "2026-11-09"))).body)).toEqual(["applied"]);
  later(1);
  expect(outcomes((await vendor.push(at("2026-11-05T08:00:00Z", "2026-10-30"))).body)).toEqual(["superseded"]);
  expect(await pushed()).toMatchObject([{ awarded_on: "2026-11-09" }]);
  expect(await hub.rows("select why from ops.record_version")).toEqual([{ why: "LATE" }]);
  expect(outcomes((await vendor.push(at("2026-11-12T08:00:00+00:00", "2026-11-11"))).body)).toEqual(["applied"]);
  expect(await pushed()).toMatchObject([{ awarded_on: "2026-11-11" }]);
});

test("P4: an instant that has not come is refused, so that it cannot bar what the vendor says later; a clock an hour ahead is taken", async () => {
  const at = (changedAt: string) => [skillOf(people[0]!, "TW-0", { changedAt })];
  const refused = await vendor.push(at("9999-12-31T23:59:59Z"));
  expect(refused.status).toBe(422);
  expect(refused.body.errors).toMatchObject([{ yourId: "TW-0", pointer: "/records/0/changedAt", code: "RECORD_INVALID", fixBy: "vendor" }]);
  expect(outcomes((await vendor.push(at("2026-11-22T10:00:00Z"))).body)).toEqual(["applied"]);
});

test("what the vendor takes back is withdrawn and kept, and an older word does not bring it back", async () => {
  const item = (more: object) => [skillOf(people[0]!, "TW-0", { changedAt: "2026-11-01T08:00:00Z", ...more })];
  await vendor.push(item({}));
  expect(outcomes((await vendor.push(item({ changedAt: "2026-11-02T08:00:00Z", withdrawn: true }))).body)).toEqual(["applied"]);
  expect(await pushed()).toMatchObject([{ source_state: "WITHDRAWN" }]);
  expect(outcomes((await vendor.push(item({}))).body)).toEqual(["superseded"]);
  expect(await pushed()).toMatchObject([{ source_state: "WITHDRAWN" }]);
});

test("P11: of 500 items one is bad: 499 are applied, and the bad one is named with the vendor's own id, place and words", async () => {
  const many = Array.from({ length: 500 }, (_, at) => skillOf(people[at % 12]!, `TW-${1000 + at}`));
  many[17] = skillOf(people[5]!, "TW-1017", { dateLastAwarded: "2026-02-31" });
  const { status, body } = await vendor.push(many);
  expect(status).toBe(200);
  expect(body).toMatchObject({ received: 500, accepted: 499, refused: 1, outcomes: { applied: 499, refused: 1 } });
  const problem = {
    record: 17,
    yourId: "TW-1017",
    pointer: "/records/17/dateLastAwarded",
    code: "RECORD_INVALID",
    got: "text of 10 characters",
    expected: "a day, YYYY-MM-DD",
    say: "/records/17/dateLastAwarded should be a day, YYYY-MM-DD, got text of 10 characters.",
    next: expect.any(String),
    fixBy: "vendor",
  };
  expect(body.errors).toEqual([problem]);
  expect(body.receipts[17]).toMatchObject({ outcome: "refused", problem });
  expect(await pushed()).toHaveLength(499);
  expect(await hub.problems("zqa-lms")).toMatchObject([{ code: "RECORD_INVALID", count: 1 }]);
  // Corrected, it is taken, and the problem goes.
  await vendor.push([skillOf(people[5]!, "TW-1017")]);
  expect(await hub.problems("zqa-lms")).toEqual([]);
});

test("a batch of which nothing could be used is no success, and says why for each item", async () => {
  const { status, headers, body } = await vendor.push([
    "not an item",
    { id: "TW-1" },
    skillOf(people[0]!, "TW-2", { subjectName: "Tidal Safety", competencyName: undefined }),
  ]);
  expect(status).toBe(422);
  expect(headers["content-type"]).toBe("application/problem+json");
  expect(body).toMatchObject({ type: "urn:lanyard:problem:batch-refused", status: 422, received: 3, refused: 3, accepted: 0 });
  expect(body.errors).toMatchObject([
    { record: 0, yourId: null, pointer: "/records/0", code: "RAW_INVALID" },
    { record: 1, yourId: "TW-1", pointer: "/records/1/person/staffNumber", code: "NO_STAFF_KEY" },
    { record: 2, yourId: "TW-2", pointer: "/records/2/subjectName", code: "CODE_UNKNOWN", got: "Tidal Safety" },
  ]);
  expect(await hub.system("zqa-lms")).toMatchObject({ state: "SETTING_UP", refused: 3 });
});

test("each item ends in one outcome, also those that rightly give nothing, and the counts close", async () => {
  await vendor.push([records[0]]);
  const { body } = await vendor.push([
    records[0],
    skillOf(people[1]!, "TW-1"),
    skillOf(people[1]!, "TW-1"),
    { ...skillOf(people[2]!, "TW-2"), attainmentStatus: "IN PROGRESS" },
    { ...skillOf(people[3]!, "TW-3"), person: { staffNumber: "29999998", givenName: "No", familyName: "Body" } },
    {
      id: "TW-4",
      person: { staffNumber: people[4]!.number },
      course: { code: "NHS|CSTF|Fire Safety - 2 Years|", title: "Fire" },
      completedOn: "2026-09-01",
    },
    { id: "TW-5", person: { staffNumber: people[5]!.number }, course: { code: "LOCAL-1", title: "Induction" }, completedOn: "2026-09-01" },
  ]);
  expect(outcomes(body)).toEqual(["unchanged", "superseded", "applied", "ignored", "waiting", "applied", "applied"]);
  expect(body.receipts[3]).toMatchObject({ because: "not-achieved" });
  expect(body).toMatchObject({ accepted: 7, refused: 0, waiting: 1 });
  expect(
    await hub.rows(
      "select raw_in, yielding, ignored, applied, unchanged, superseded, waiting from ops.sync_run where connection_id = 'zqa-lms' order by id desc limit 1",
    ),
  ).toEqual([{ raw_in: "7", yielding: "6", ignored: "1", applied: "4", unchanged: "1", superseded: "1", waiting: "1" }]);
  // The course's own code names its competence; a course that nobody has mapped is finished learning, and on the worklist.
  expect(await hub.rows("select source_id, mapping from learning.achievement order by 1")).toEqual([
    { source_id: "TW-4", mapping: "MAPPED" },
    { source_id: "TW-5", mapping: "UNMAPPED" },
  ]);
});

test("what waits for its person is bound when ESR knows the person", async () => {
  const starter = anEsrPerson();
  expect(outcomes((await vendor.push([skillOf(starter, "TW-new")])).body)).toEqual(["waiting"]);
  writeGoFile(`${hub.folder}/esr`, { kind: "GOF", day: "2026-11-20", sequence: 102, rows: employed(...people, starter) });
  await hub.sync("zqa-esr");
  expect(await pushed()).toMatchObject([{ source_id: "TW-new", bound: true }]);
});

test("an id that comes back for somebody else is a conflict, not an update", async () => {
  await vendor.push([skillOf(people[0]!, "TW-0")]);
  const { status, body } = await vendor.push([skillOf(people[1]!, "TW-0"), skillOf(people[1]!, "TW-1")]);
  expect(status).toBe(200);
  expect(body.receipts[0]).toMatchObject({ outcome: "refused", problem: { code: "IDENTITY_CONFLICT", yourId: "TW-0" } });
  expect(outcomes(body)).toEqual(["refused", "applied"]);
});
