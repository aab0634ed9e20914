import { renderToStaticMarkup } from "react-dom/server";
import { connectionStates as names } from "../schema/operations/connection-state";
import { stateSentence } from "./connection";
import { inputOf, wishOf } from "./course-form";
import type { Page, Visit } from "./page";
import { problemsPage } from "./problems";
import type { SystemAnswer } from "./questions";
import { connectionStates } from "./states";
import { dayInWords, durationInWords, instantInWords } from "./words";

const asOf = "2026-11-22T14:52:10Z";
const system: SystemAnswer = {
  id: "a",
  title: "A",
  connector: "moodle",
  state: "ON_TIME",
  target: 7200,
  freshAsOf: "2026-11-22T14:00:10Z",
  lastSuccessAt: null,
  nextRunAt: null,
  pausedAt: "2026-11-20T10:00:00Z",
  running: false,
  organisations: [],
  queues: [],
  problems: [
    {
      code: "C",
      title: "T",
      say: "The key was refused.",
      next: "n",
      owner: "VENDOR",
      count: 1,
      subject: null,
      firstSeenAt: asOf,
      lastSeenAt: asOf,
    },
  ],
  runs: { edges: [] },
};

test("every state has one word, one colour and one sentence", () => {
  expect(Object.keys(connectionStates).sort()).toEqual([...names].sort());
  const sentences = names.map((state) => stateSentence({ ...system, state }, asOf));
  expect(new Set(sentences).size).toBe(names.length);
  for (const sentence of sentences) expect(sentence).not.toMatch(/undefined|null|NaN/);
});

test("a stopped system says since when, against what, and why", () => {
  const stopped = { ...system, state: "STOPPED", freshAsOf: "2026-11-20T02:10:00Z" };
  expect(stateSentence(stopped, asOf)).toBe("Nothing has come in for 3 days; the target is 2 hours. The key was refused.");
});

test.each([
  [0, "0 seconds"],
  [1, "1 second"],
  [60, "1 minute"],
  [3_120, "52 minutes"],
  [7_200, "2 hours"],
  [129_600, "36 hours"],
  [172_800, "2 days"],
])("%i seconds are %s", (seconds, words) => expect(durationInWords(seconds)).toBe(words));

test("instants carry the zone of London, in winter and in summer", () => {
  expect(instantInWords("2026-11-22T14:52:10Z")).toBe("14:52 GMT, 22 November 2026");
  expect(instantInWords("2026-07-01T23:30:00Z")).toBe("00:30 BST, 2 July 2026");
  expect(instantInWords(null)).toBe("not yet");
  expect(dayInWords("2026-12-02")).toBe("2 December 2026");
});

const known = new Set(["CSTF|Fire Safety|1|"]);
const form = (fields: Record<string, string>) => inputOf(wishOf(new URLSearchParams({ reason: "because", ...fields })), known);

test("a course's form asks for a choice, a real day and a reason, each at its field", () => {
  expect(form({}).faults.map((it) => it.field)).toEqual(["choice-1"]);
  expect(form({ choice: "other" }).faults.map((it) => it.field)).toEqual(["competence"]);
  expect(form({ choice: "CSTF|Made Up|1|" }).faults.map((it) => it.field)).toEqual(["competence"]);
  expect(form({ choice: "local", reason: " " }).faults.map((it) => it.field)).toEqual(["reason"]);
  expect(form({ choice: "local", reason: "x".repeat(1001) }).faults.map((it) => it.field)).toEqual(["reason"]);
  for (const [day, month, year] of [
    ["31", "2", "2026"],
    ["1", "", "2026"],
    ["x", "1", "2026"],
    ["1", "13", "2026"],
  ] as const) {
    expect(form({ choice: "local", "from-day": day, "from-month": month, "from-year": year }).faults.map((it) => it.field)).toEqual([
      "from-day",
    ]);
  }
});

test("what was chosen is what is asked", () => {
  expect(form({ choice: "local" })).toEqual({ input: { local: true }, faults: [] });
  expect(form({ choice: "CSTF|Fire Safety|1|", "from-day": "1", "from-month": "11", "from-year": "2026" })).toEqual({
    input: { competences: ["CSTF|Fire Safety|1|"], from: "2026-11-01" },
    faults: [],
  });
  expect(form({ choice: "other", competence: "CSTF|Fire Safety|1|" }).input).toEqual({ competences: ["CSTF|Fire Safety|1|"] });
});

test("a trust is told on its problems page whose refused payload was seen, and nothing when none was", async () => {
  const look = {
    ...{
      id: "1",
      refusal: "7c6c8a3e",
      organisation: { odsCode: "ZQA", name: "Northbridge" },
      connectedSystem: "zqa-lms",
      kind: "achievement",
    },
    ...{ role: "ops", approvedByRole: "ops", reason: "The vendor asks", approvedAt: asOf, looks: 2, lastAt: null },
  };
  const told = async (payloadLooks: readonly object[]) => {
    const ask = async () => ({ operations: { asOf, causes: [], payloadLooks } });
    const page: Page = await problemsPage({ ask, query: new URLSearchParams(), principal: {} } as unknown as Visit);
    return renderToStaticMarkup(page.body);
  };
  const text = await told([look]);
  for (const word of [
    "7c6c8a3e",
    "Northbridge",
    "ops, approved by ops",
    "the ESR team was allowed to see",
    "The vendor asks",
    "14:52 GMT",
    "Not yet",
  ])
    expect(text).toContain(word);
  expect(await told([])).not.toContain("allowed to see");
});
