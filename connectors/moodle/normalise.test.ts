import { definitionOfKind } from "../../schema/kinds";
import type { Maps } from "../connector";
import { normalise } from "./normalise";
import { settings } from "./settings";
import { type Raw, raw } from "./vendor";

const noMaps: Maps = { version: "none", coursesToCompetences: () => undefined };
const context = (more: object = {}, maps = noMaps) => ({
  settings: settings.parse({ baseUrl: "https://lms.example.test", token: { env: "TOKEN" }, ...more }),
  maps,
  organisations: [{ odsCode: "ZQA", vpd: "991" }],
});
const account = { username: "asmith", firstname: "Aoife", lastname: "Smith-Okoro", staffKey: "00412233" };
const fire = { id: 2, shortname: "FIRE", idnumber: "NHS|CSTF|Fire Safety - 2 Years|", fullname: "Fire Safety" };
const row = (more: object = {}): Raw =>
  raw.parse({ record: "report-row", account, course: fire, completed: "Yes", timeCompleted: "Sunday, 30 March 2025, 12:59 AM", ...more });
const status = (more: object = {}): Raw =>
  raw.parse({ record: "status", account, course: fire, completed: true, aggregation: 1, criteriaTimes: [], ...more });

test("one completion is an achievement and the award that the course's ID number names, under one person key", () => {
  const [achievement, award] = normalise(row(), context());
  expect(achievement).toMatchObject({
    kind: "achievement",
    sourceId: "asmith|2",
    claim: {
      personKey: "asmith",
      givenName: "Aoife",
      familyName: "Smith-Okoro",
      identifiers: [{ scheme: "ESR_EMPLOYEE_NUMBER", value: "00412233" }],
    },
    facts: {
      title: "Fire Safety",
      courseSourceId: "2",
      completedOn: "2025-03-30",
      completedAt: "2025-03-30T00:59:00.000Z",
      mapping: "MAPPED",
    },
  });
  expect(award).toMatchObject({ kind: "competence-award", facts: { name: fire.idnumber, awardedOn: "2025-03-30" } });
  const { competence } = (award as { facts: { competence: string } }).facts;
  expect(competence).toMatch(/fire safety/i);
  expect(award).toMatchObject({ sourceId: `asmith|2|${competence}` });
});

test("the account has the same key as its completions", () => {
  expect(normalise({ record: "account", account }, context())).toMatchObject([{ sourceId: "asmith", claim: { personKey: "asmith" } }]);
});

test("the course map is asked with every key of the course and may name several competences", () => {
  const asked: unknown[] = [];
  const maps: Maps = {
    version: "1",
    coursesToCompetences: (...question) => {
      asked.push(question);
      return ["CSTF|A|1|", "CSTF|B|1|", "CSTF|A|1|"];
    },
  };
  const records = normalise(row({ course: { id: 9, shortname: "COMBI", idnumber: "C-17", fullname: "Combined day" } }), context({}, maps));
  expect(asked).toEqual([["ZQA", ["C-17", "COMBI", "id:9"], "2025-03-30"]]);
  expect(records.map((record) => "sourceId" in record && record.sourceId)).toEqual([
    "asmith|9",
    "asmith|9|CSTF|A|1|",
    "asmith|9|CSTF|B|1|",
  ]);
});

test.each([
  ["local", "LOCAL"],
  [undefined, "UNMAPPED"],
] as const)("a course map that says %s gives an achievement %s and no award", (said, mapping) => {
  const course = { id: 9, shortname: "TEA", idnumber: "", fullname: "Tea round" };
  const records = normalise(row({ course }), context({}, { version: "1", coursesToCompetences: () => said }));
  expect(records).toMatchObject([{ kind: "achievement", facts: { mapping } }]);
});

test("the hour that happens twice in October counts as the earlier one", () => {
  const [achievement] = normalise(row({ timeCompleted: "Sunday, 25 October 2026, 1:30 AM" }), context());
  expect(achievement).toMatchObject({ facts: { completedOn: "2026-10-25", completedAt: "2026-10-25T00:30:00.000Z" } });
});

test("times of the report are those of the account's time zone", () => {
  const [achievement] = normalise(row({ timeCompleted: "Sunday, 30 March 2025, 12:59 AM" }), context({ timeZone: "Asia/Tokyo" }));
  expect(achievement).toMatchObject({ facts: { completedOn: "2025-03-30", completedAt: "2025-03-29T15:59:00.000Z" } });
});

test("all criteria: complete with the last; any: with the first", () => {
  const criteriaTimes = [1717284600, 1709208000];
  expect(normalise(status({ criteriaTimes }), context())[0]).toMatchObject({
    facts: { completedOn: "2024-06-02", completedAt: "2024-06-01T23:30:00.000Z" },
  });
  expect(normalise(status({ criteriaTimes, aggregation: 2 }), context())[0]).toMatchObject({ facts: { completedOn: "2024-02-29" } });
});

test("a refusal of a date shows its layout and none of its figures", () => {
  const [refusal] = normalise(row({ timeCompleted: "30.03.2025 00:59" }), context());
  expect(refusal).toEqual({
    refused: "DATE_AMBIGUOUS",
    kind: "achievement",
    sourceId: "asmith|2",
    pointer: "/timeCompleted",
    got: "99.99.9999 99:99",
    expected: "the language en",
  });
});

test("numbers are passed on as they were written, under the scheme of the settings", () => {
  const [details] = normalise(
    { record: "account", account: { ...account, staffKey: "20100959-2" } },
    context({ staffIdentifier: "ESR_ASSIGNMENT_NUMBER" }),
  );
  expect(details).toMatchObject({ claim: { identifiers: [{ scheme: "ESR_ASSIGNMENT_NUMBER", value: "20100959-2" }] } });
  const [byMail] = normalise({ record: "account", account: { ...account, staffKey: "a@trust.example" } }, context({ staffKey: "email" }));
  expect(byMail).toMatchObject({ claim: { identifiers: [{ scheme: "EMAIL", value: "a@trust.example" }] } });
});

test("the raw record drops what we have no business with", () => {
  const kept = raw.parse({
    record: "account",
    account: { ...account, phone1: "0113 496 0000", email: "a@trust.example", department: "Ward 3" },
    extra: 1,
  });
  expect(kept).toEqual({ record: "account", account });
});

describe("settings", () => {
  const base = { baseUrl: "https://lms.example.test", token: { env: "TOKEN" } };
  test.each([
    ["an unknown key", { ...base, tokn: 1 }],
    ["a time zone that does not exist", { ...base, timeZone: "Europe/Londn" }],
    ["a language that we cannot read", { ...base, language: "cy" }],
    ["a staff key that is no field", { ...base, staffKey: "employeeNumber" }],
    ["a secret by value", { ...base, token: "0123456789abcdef" }],
    ["an address of another kind", { ...base, baseUrl: "file:///etc/passwd" }],
  ])("refuse %s", (_, given) => {
    expect(settings.safeParse(given).success).toBe(false);
  });
});

interface Fixture {
  says: string;
  settings: object;
  organisations: { odsCode: string; vpd: string }[];
  raw: unknown;
  expect: { kinds: string[]; ignored?: string; refused?: string };
}
const fixtures = ["accounts", "report-rows", "statuses"].flatMap((name): Fixture[] => require(`./fixtures/${name}.json`));

test.each(fixtures.map((fixture) => [fixture.says, fixture] as const))("%s", (_, fixture) => {
  const parsed = settings.parse(fixture.settings);
  const records = normalise(raw.parse(fixture.raw), { settings: parsed, maps: noMaps, organisations: fixture.organisations });
  const said = { kinds: [] as string[], ignored: undefined as string | undefined, refused: undefined as string | undefined };
  for (const record of records) {
    if ("ignored" in record) said.ignored = record.ignored;
    else if ("refused" in record) said.refused = record.refused;
    else {
      said.kinds.push(record.kind);
      expect(definitionOfKind(record.kind).check.safeParse(record.facts)).toMatchObject({ success: true });
    }
  }
  expect(said).toEqual({ ignored: undefined, refused: undefined, ...fixture.expect });
});
