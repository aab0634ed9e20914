import { type DoseToGroup, groupDoses } from "./doses";

const dose = (id: string, givenOn: string, more: Partial<DoseToGroup> = {}): DoseToGroup => ({
  id,
  vaccine: "MMR",
  givenOn,
  withdrawn: false,
  authoritative: false,
  ...more,
});
const interval = (vaccine: string) => (vaccine === "MMR" ? 28 : 7);
const told = (...rows: DoseToGroup[]) => groupDoses(rows, interval).map(({ statements }) => statements.map(({ id }) => id));

test("a dose that two systems tell, some days apart, is one dose of the earlier day", () => {
  const [one, ...others] = groupDoses([dose("b", "2024-05-04"), dose("a", "2024-05-01")], interval);
  expect(others).toEqual([]);
  expect(one).toMatchObject({ givenOn: "2024-05-01", daysApart: 3, disputed: false });
  expect(one!.statements.map(({ id }) => id)).toEqual(["a", "b"]);
});

test("the minimum interval is that of the vaccine, and its own day is another dose", () => {
  expect(told(dose("a", "2024-05-01"), dose("b", "2024-05-28"))).toEqual([["a", "b"]]);
  expect(told(dose("a", "2024-05-01"), dose("b", "2024-05-29"))).toEqual([["a"], ["b"]]);
  expect(told(dose("a", "2024-05-01", { vaccine: "HEPB" }), dose("b", "2024-05-08", { vaccine: "HEPB" }))).toEqual([["a"], ["b"]]);
  expect(told(dose("a", "2024-05-01"), dose("b", "2024-05-01", { vaccine: "HEPB" }))).toEqual([["b"], ["a"]]);
});

test("a chain of near days does not swallow a real second dose", () => {
  expect(told(dose("a", "2024-05-01"), dose("b", "2024-05-20"), dose("c", "2024-06-08"))).toEqual([["a", "b"], ["c"]]);
});

test("a day that is not known in full stands alone, unless told twice", () => {
  expect(told(dose("a", "2024-05-01"), dose("b", "2024-05"), dose("c", "2024"), dose("d", "2024-05"))).toEqual([["c"], ["b", "d"], ["a"]]);
});

test("withdrawn here and in force there is disputed; withdrawn everywhere is no dose", () => {
  const [one] = groupDoses([dose("a", "2024-05-01"), dose("b", "2024-05-01", { withdrawn: true })], interval);
  expect(one).toMatchObject({ disputed: true });
  expect(one!.statements.map(({ id }) => id)).toEqual(["a", "b"]);
  expect(told(dose("a", "2024-05-01", { withdrawn: true }))).toEqual([]);
});

test("who is authoritative attests first", () => {
  expect(told(dose("a", "2024-05-01"), dose("b", "2024-05-02", { authoritative: true }))).toEqual([["b", "a"]]);
});
