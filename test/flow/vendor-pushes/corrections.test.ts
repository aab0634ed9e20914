import { fixedClock } from "../../../platform/clock";
import { batchAnswerShape, batchRefusedShape } from "../../../sync/intake/answers";
import { anEsrPerson, employed, writeGoFile } from "../../builders/esr-files";
import { type TestHub, testHub } from "../../builders/hub";
import { type PushVendor, pushVendor, pushYaml, skillOf } from "../../builders/push-vendor";

const clock = fixedClock("2026-11-22T09:00:00Z");
const people = [anEsrPerson(), anEsrPerson()];
let hub: TestHub;
let vendor: PushVendor;
beforeEach(async () => {
  hub = await testHub({ yaml: pushYaml(), clock });
  writeGoFile(`${hub.folder}/esr`, { kind: "GOF", day: "2026-11-19", sequence: 101, rows: employed(...people) });
  await hub.sync("zqa-esr");
  vendor = await pushVendor(hub);
});
afterEach(async () => {
  await vendor.close();
  await hub.close();
});

const on = (day: number) => ({ changedAt: `2026-11-${String(day).padStart(2, "0")}T10:00:00Z` });
const skill = (id: string, day: number, more = {}) => skillOf(people[0]!, id, { ...on(day), ...more });
const course = (id: string, day: number, code: string, person = people[0]!) => ({
  id,
  ...on(day),
  person: { staffNumber: person.number },
  course: { code, title: "A course" },
  completedOn: "2026-10-01",
});
const fire = "NHS|CSTF|Fire Safety - 2 Years|";
const outcomes = async (...items: unknown[]) => {
  const { body, status } = await vendor.push(items);
  (status === 422 ? batchRefusedShape : batchAnswerShape).strict().parse(body);
  return body.receipts.map(({ outcome }: { outcome: string }) => outcome);
};
const standing = async () => {
  const rows = await hub.rows(
    `select source_id as id from learning.competence_award where source_state <> 'WITHDRAWN'
     union all select 'course ' || source_id from learning.achievement where source_state <> 'WITHDRAWN' order by 1`,
  );
  return rows.map(({ id }) => id);
};

test("what was achieved and is so no longer goes, and comes back when it is", async () => {
  expect(await outcomes(skill("A", 10), skill("B", 10))).toEqual(["applied", "applied"]);
  expect(await outcomes(skill("A", 11, { attainmentStatus: "FAILED" }), skill("C", 11, { attainmentStatus: "FAILED" }))).toEqual([
    "applied",
    "ignored",
  ]);
  expect(await standing()).toEqual(["B"]);
  const { body } = await vendor.ask("receipts?yourId=A");
  expect(body.receipts.map(({ now }: { now: string }) => now)).toContain("withdrawn");
  // An older word of it changes nothing, a newer one does.
  expect(await outcomes(skill("A", 9))).toEqual(["superseded"]);
  expect(await outcomes(skill("B", 9, { attainmentStatus: "FAILED" }))).toEqual(["ignored"]);
  expect(await standing()).toEqual(["B"]);
  expect(await outcomes(skill("A", 12))).toEqual(["applied"]);
  expect(await standing()).toEqual(["A", "B"]);
});

test("an item that becomes another thing under its id leaves nothing of what it was, in whichever order its versions come", async () => {
  await outcomes(skill("A", 10), course("B", 10, fire), course("C", 10, fire));
  expect((await standing()).length).toBe(5);
  expect(await outcomes(course("A", 11, "X1"), course("B", 11, "X1"), skill("C", 11))).toEqual(["applied", "applied", "applied"]);
  const after = ["C", "course A", "course B"];
  expect(await standing()).toEqual(after);
  expect(await outcomes(skill("A", 10), course("B", 10, fire), course("C", 10, fire))).toEqual(["superseded", "superseded", "superseded"]);
  expect(await standing()).toEqual(after);

  expect(await outcomes(course("D", 11, "X1"))).toEqual(["applied"]);
  expect(await outcomes(skill("D", 10))).toEqual(["superseded"]);
  expect(await outcomes(skill("E", 10), course("E", 11, "X1"))).toEqual(["superseded", "applied"]);
  expect(await outcomes(course("F", 11, "X1"), skill("F", 10))).toEqual(["applied", "superseded"]);
  expect(await standing()).toEqual([...after, "course D", "course E", "course F"]);
});

test("an id that names somebody else takes nothing from whoever had it, and an id that another begins with nothing from that", async () => {
  await outcomes(course("A", 10, fire), course("A|1", 10, fire));
  const before = await standing();
  expect(await outcomes(course("A", 11, "X1", people[1]))).toEqual(["refused"]);
  expect(await outcomes(skillOf(people[1]!, "A", { ...on(12), attainmentStatus: "FAILED" }))).toEqual(["ignored"]);
  expect(await standing()).toEqual(before);
  await outcomes(course("A", 13, "X1"));
  expect(await standing()).toEqual(before.filter((id) => !id.startsWith("A|CSTF|") && !/^A\|NHS/.test(id)));
});
