import { generateKeyPairSync, sign } from "node:crypto";
import { fixedClock } from "../../../platform/clock";
import { batchAnswerShape, batchRefusedShape, problemShape, receiptShape, receiptsShape } from "../../../sync/intake/answers";
import { readPublicKey } from "../../../sync/intake/signature";
import { upkeep } from "../../../sync/upkeep";
import { anEsrPerson, employed, writeGoFile } from "../../builders/esr-files";
import { type TestHub, testHub } from "../../builders/hub";
import { type PushVendor, pushVendor, pushYaml, skillOf } from "../../builders/push-vendor";

const clock = fixedClock("2026-11-22T09:00:00Z");
const people = [anEsrPerson(), anEsrPerson()];
let hub: TestHub;
let vendor: PushVendor;
beforeEach(async () => {
  hub = await testHub({
    yaml: `${pushYaml()}  - { id: zqb-lms, connector: push, organisations: [ZQB] }
  - { id: both-lms, connector: push, organisations: [ZQA, ZQB] }
`,
    clock,
  });
  writeGoFile(`${hub.folder}/esr`, { kind: "GOF", day: "2026-11-19", sequence: 101, rows: employed(people[0]!) });
  await hub.sync("zqa-esr");
  vendor = await pushVendor(hub);
});
afterEach(async () => {
  await vendor.close();
  await hub.close();
});
const known = (id: string, more = {}) => skillOf(people[0]!, id, more);
const unknown = (id: string) => skillOf(people[1]!, id);
const keyOf = async (connectionId: string, more: Partial<Parameters<TestHub["store"]["intake"]["issueKey"]>[0]> = {}) =>
  (await hub.store.intake.issueKey({ connectionId, organisation: "ZQA", by: "test", ...more })).secret;

test("a receipt says what was answered and what is so today: waiting and then applied, refused and then corrected, applied and then taken back", async () => {
  const { body } = await vendor.push([
    known("A"),
    unknown("B"),
    known("C", { dateLastAwarded: "2026-02-31" }),
    known("D", { attainmentStatus: "FAILED" }),
  ]);
  batchAnswerShape.strict().parse(body);
  const [a, b, c, d] = body.receipts.map(({ receipt }: { receipt: string }) => receipt);
  const ask = async (id: string) => {
    const answer = await vendor.ask(`receipts/${id}`);
    expect(answer.status).toBe(200);
    receiptShape.strict().parse(answer.body);
    return [answer.body.yourId, answer.body.outcome, answer.body.now];
  };
  expect(await ask(a)).toEqual(["A", "applied", "applied"]);
  expect(await ask(b)).toEqual(["B", "waiting", "waiting"]);
  expect(await ask(c)).toEqual(["C", "refused", "refused"]);
  expect(await ask(d)).toEqual(["D", "ignored", "ignored"]);
  expect((await vendor.ask(`receipts/${c}`)).body.problem).toMatchObject({ code: "RECORD_INVALID", pointer: "/records/2/dateLastAwarded" });

  // The person appears; the vendor corrects one, and takes another back.
  writeGoFile(`${hub.folder}/esr`, { kind: "GOF", day: "2026-11-20", sequence: 102, rows: employed(...people) });
  await hub.sync("zqa-esr");
  await vendor.push([known("C"), known("A", { withdrawn: true, changedAt: "2026-11-22T08:00:00Z" })]);
  expect(await ask(b)).toEqual(["B", "waiting", "applied"]);
  expect(await ask(c)).toEqual(["C", "refused", "applied"]);
  expect(await ask(a)).toEqual(["A", "applied", "withdrawn"]);

  const batch = await vendor.ask(`receipts?batch=${body.batchId}`);
  receiptsShape.strict().parse(batch.body);
  expect(batch.body.receipts.map(({ record, receipt }: { record: number; receipt: string }) => [record, receipt])).toEqual(
    [a, b, c, d].map((receipt, record) => [record, receipt]),
  );
  const byId = await vendor.ask("receipts?yourId=C");
  expect(byId.body.receipts.map(({ outcome }: { outcome: string }) => outcome)).toEqual(["applied", "refused"]);
});

test("a later version that is refused leaves what is known of the one that was applied", async () => {
  const first = (await vendor.push([known("A")])).body.receipts[0].receipt;
  const second = (await vendor.push([known("A", { dateLastAwarded: "soon" })])).body.receipts[0].receipt;
  expect((await vendor.ask(`receipts/${first}`)).body.now).toBe("applied");
  expect((await vendor.ask(`receipts/${second}`)).body.now).toBe("refused");
});

test("a receipt of another connection, one that never was and no id at all are answered alike; nobody asks without a signature", async () => {
  const { receipt } = (await vendor.push([known("A")])).body.receipts[0];
  const secret = await keyOf("zqb-lms");
  const answers = [
    await vendor.ask(`receipts/${receipt}`, { connection: "zqb-lms", secret }),
    await vendor.ask("receipts/00000000-0000-4000-8000-000000000000", { connection: "zqb-lms", secret }),
    await vendor.ask("receipts/no-id", { connection: "zqb-lms", secret }),
    await vendor.ask("receipts?batch=1", { connection: "zqb-lms", secret }),
    await vendor.ask("receipts?yourId=A", { connection: "zqb-lms", secret }),
  ];
  for (const { status, text } of answers) expect([status, text]).toEqual([404, answers[0]!.text]);
  problemShape.strict().parse(answers[0]!.body);
  expect((await vendor.ask(`receipts/${receipt}`, { secret })).status).toBe(401);
  expect((await vendor.ask(`receipts/${receipt}`, { headers: { "webhook-signature": undefined } })).status).toBe(401);
  expect((await vendor.ask(`receipts/${receipt}`, { method: "POST" })).status).toBe(405);
  expect((await vendor.ask("receipts")).status).toBe(400);
});

test("a receipt can be asked for on 400 days, and then is gone", async () => {
  const { receipt } = (await vendor.push([known("A")])).body.receipts[0];
  const day = 86_400_000;
  const test = fixedClock(new Date(clock.now().getTime() + 400 * day).toISOString());
  const engine = hub.foundation.engine;
  await upkeep({ ...engine, clock: test }, hub.store);
  expect((await vendor.ask(`receipts/${receipt}`)).status).toBe(200);
  test.advance(day);
  await upkeep({ ...engine, clock: test }, hub.store);
  expect((await vendor.ask(`receipts/${receipt}`)).status).toBe(404);
  expect(await hub.count("ops.receipt")).toBe(0);
});

test("P14: a key that is for one organisation or one kind of record speaks for nothing else, and is shown nothing else", async () => {
  const whole = await keyOf("both-lms");
  const zqa = await keyOf("both-lms", { scope: { organisations: ["ZQA"], kinds: undefined } });
  const zqb = await keyOf("both-lms", { scope: { organisations: ["ZQB"], kinds: ["competence-award"] } });
  const through = (secret: string) => ({ connection: "both-lms", secret });
  const mine = await vendor.push([known("A"), known("B", { organisation: "ZQB" })], through(zqa));
  expect(mine.body.receipts.map(({ outcome }: { outcome: string }) => outcome)).toEqual(["applied", "refused"]);
  expect(mine.body.receipts[1].problem).toMatchObject({ code: "OTHER_ORGANISATION", pointer: "/records/1/organisation" });
  const course = {
    id: "K",
    person: { staffNumber: people[0]!.number },
    course: { code: "X1", title: "Induction" },
    completedOn: "2026-11-01",
  };
  const other = await vendor.push([course], through(zqb));
  expect(other).toMatchObject({ status: 422, body: { receipts: [{ problem: { code: "KIND_NOT_ALLOWED", pointer: "/records/0" } }] } });
  batchRefusedShape.strict().parse(other.body);
  expect(await hub.count("learning.achievement", "connection_id = 'both-lms'")).toBe(0);
  expect(await hub.rows("select reason, counts from audit.event where operation = 'intake push' order by reason")).toEqual([
    { reason: "KIND_NOT_ALLOWED", counts: { items: 1 } },
    { reason: "OTHER_ORGANISATION", counts: { items: 1 } },
  ]);
  const { receipt } = mine.body.receipts[0];
  const shown = async (secret: string) => (await vendor.ask(`receipts/${receipt}`, through(secret))).status;
  expect([await shown(whole), await shown(zqa), await shown(zqb)]).toEqual([200, 200, 404]);
});

test("P6: what a vendor signs with its own Ed25519 key is taken, beside a key of ours", async () => {
  const pair = generateKeyPairSync("ed25519");
  const text = `whpk_${Buffer.from(pair.publicKey.export({ format: "jwk" }).x!, "base64url").toString("base64")}`;
  const publicKey = readPublicKey(text)!;
  const { id } = await hub.store.intake.addPublicKey({ connectionId: "zqa-lms", organisation: "ZQA", by: "test", publicKey });
  const payload = JSON.stringify({ records: [known("A")] });
  const signed = (text: string) => {
    const headers = vendor.headersOf(payload);
    const bytes = Buffer.from(`${headers["webhook-id"]}.${headers["webhook-timestamp"]}.${text}`);
    return { ...headers, "webhook-signature": `v1a,${sign(null, bytes, pair.privateKey).toString("base64")}` };
  };
  expect((await vendor.send("/intake/zqa-lms/records", "POST", signed(payload), payload)).status).toBe(200);
  expect((await vendor.send("/intake/zqa-lms/records", "POST", signed(`${payload} `), payload)).status).toBe(401);
  expect((await vendor.push([known("B")])).status).toBe(200);
  await hub.store.intake.revokeKey({ id, by: "test", reason: "test" });
  expect((await vendor.send("/intake/zqa-lms/records", "POST", signed(payload), payload)).status).toBe(401);
});

test("a refused batch is worth its answer: the same key and body get it again, and a rotated key gets it too", async () => {
  const idempotencyKey = "batch-of-refused";
  const bad = [known("A", { dateTo: "never" })];
  const first = await vendor.push(bad, { idempotencyKey });
  expect(first.status).toBe(422);
  const fresh = await hub.store.intake.rotateKeys({
    connectionId: "zqa-lms",
    organisation: "ZQA",
    by: "test",
    now: clock.now(),
    endsAt: new Date(clock.now().getTime() + 60_000),
  });
  const again = await vendor.push(bad, { idempotencyKey, secret: fresh.secret });
  expect([again.status, again.text]).toEqual([422, first.text]);
});
