import { comeAs, theyRun } from "./named-person";

const waits = { id: "an-id", organisation: "ZQA", as: "oh" };
const says = '    They run:  npx lanyard approvals approve an-id --as oh --organisation ZQA --reason "<why>"';

test("the second person is told what to type; whom one account may come as, in the demonstration alone, and never oneself", () => {
  expect(theyRun({ commandLine: { people: [] } }, waits)).toEqual([says]);
  comeAs("R. Iqbal");
  try {
    expect(theyRun({ commandLine: { people: ["R. Iqbal", "T. Brandt"] } }, waits)).toEqual([
      says,
      '    From this same account, as in the demonstration: add --operator with one of "T. Brandt"',
    ]);
  } finally {
    comeAs(undefined);
  }
});
