import { commandLine } from "../../../cli/compose/operations";
import { anEsrPerson, employed, writeGoFile } from "../../builders/esr-files";
import { type TestHub, testHub } from "../../builders/hub";
import { type PushVendor, pushVendor, pushYaml, skillOf } from "../../builders/push-vendor";

const known = anEsrPerson();
const stranger = anEsrPerson();
const ops = commandLine({ role: "ops", purpose: "SERVICE_OPERATION" });
const query = `query($id: ID!) { operations { trace(id: $id) { id is kind steps { step state detail } end { state reason owner next }
  records { id end { state } } } } }`;
let hub: TestHub;
let vendor: PushVendor;
let receipts: readonly { receipt: string; outcome: string }[];
beforeAll(async () => {
  hub = await testHub({ yaml: pushYaml() });
  writeGoFile(`${hub.folder}/esr`, { kind: "GOF", day: "2026-11-19", sequence: 101, rows: employed(known) });
  await hub.sync("zqa-esr");
  vendor = await pushVendor(hub);
  const good = skillOf(known, "TW-1");
  const answer = await vendor.push([
    good,
    skillOf(stranger, "TW-2"),
    { ...skillOf(known, "TW-3"), dateLastAwarded: "2026-02-31", awardedOn: "2026-02-31" },
  ]);
  receipts = answer.body.receipts;
});
afterAll(async () => {
  await vendor.close();
  await hub.close();
});
const trace = async (id: string) => (await hub.ask(query, { id }, ops)).operations.trace;

test("the receipt of an item leads to where its record is now", async () => {
  const found = await trace(receipts[0]!.receipt);
  expect(found).toMatchObject({ is: "RECEIPT", kind: "competence-award", end: { state: "AWAITS_ESR_RUN" } });
  expect(found.records).toHaveLength(1);
  expect(await trace(found.records[0].id)).toMatchObject({ is: "RECORD", end: found.end });
});

test("an item that waited is followed to its record, which no longer waits once its person is there", async () => {
  expect(receipts[1]!.outcome).toBe("waiting");
  expect((await trace(receipts[1]!.receipt)).end).toMatchObject({ state: "WAITING_FOR_PERSON", owner: "TRUST" });
  writeGoFile(`${hub.folder}/esr`, { kind: "GOF", day: "2026-11-20", sequence: 102, rows: employed(known, stranger) });
  await hub.sync("zqa-esr");
  expect((await trace(receipts[1]!.receipt)).end).toMatchObject({ state: "AWAITS_ESR_RUN" });
});

test("a refused item says whose move it is, and no receipt tells a name or a value", async () => {
  const refused = await trace(receipts[2]!.receipt);
  expect(refused).toMatchObject({ is: "RECEIPT", end: { state: "REFUSED", owner: "VENDOR" } });
  const all = JSON.stringify(await Promise.all(receipts.map(({ receipt }) => trace(receipt))));
  for (const secret of [known.family, stranger.family, known.number, stranger.number, known.born, "2026-02-31", "TW-1"])
    expect(all).not.toContain(secret);
});
