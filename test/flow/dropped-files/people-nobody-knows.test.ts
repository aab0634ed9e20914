import path from "node:path";
import { dropFile } from "../../builders/dropped-files";
import { type TestHub, testHub } from "../../builders/hub";
import { rowsHandled } from "../../builders/rows-handled";

let hub: TestHub;
beforeEach(async () => {
  hub = await testHub({
    yaml: `
  - id: zqa-courses
    connector: csv
    organisations: [ZQA]
    settings:
      folder: drop
      mapping:
        record: achievement
        list: snapshot
        key: [Staff number, Course]
        person:
          identifiers: [{ scheme: ESR_EMPLOYEE_NUMBER, column: Staff number }]
          familyName: Surname
          givenName: Forename
          birthDate: DOB
        fields: { title: Course, courseSourceId: Course, completedOn: Completed }
`,
  });
});
afterEach(() => hub.close());

const people = 70;
/** Everybody's first course, then everybody's second: each page speaks of all of them again. */
const list = (courses: number) =>
  [
    "Staff number,Surname,Forename,DOB,Course,Completed",
    ...Array.from({ length: courses * people }, (_, row) => {
      const person = row % people;
      const letter = String.fromCharCode(97 + (person % 26));
      return `${20_000_000 + person},Family${letter},Given${letter},19${60 + (person % 40)}-01-${10 + (person % 18)},Course ${Math.floor(row / people)},2026-01-31`;
    }),
    "",
  ].join("\n");

test("people whom the hub does not know are looked for once, and a list is compared once, however many rows speak of them", async () => {
  dropFile(path.join(hub.folder, "drop"), "courses-1.csv", list(45));
  const searched = jest.spyOn(hub.store.people, "candidates");
  const compared = await rowsHandled("ops.seen", async () => {
    expect(await hub.sync("zqa-courses")).toMatchObject({ outcome: "COMPLETED", counts: { rawIn: 3150, waiting: 3150 } });
  });
  expect(searched.mock.calls.flat(2)).toHaveLength(people);
  expect(compared.filter(({ rows }) => rows > 12 * 3150)).toEqual([]);
  expect(compared.length).toBeGreaterThan(0);

  searched.mockClear();
  dropFile(path.join(hub.folder, "drop"), "courses-2.csv", list(46));
  expect((await hub.sync("zqa-courses")).counts).toMatchObject({ rawIn: 3220, unchanged: 0, waiting: 3220 });
  expect(searched).not.toHaveBeenCalled();
});
