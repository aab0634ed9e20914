import { pathLines, type TraceAnswer } from "./where";

const trace: TraceAnswer = {
  id: "4711",
  is: "RECORD",
  kind: "competence-award",
  organisations: [{ odsCode: "ZQA", name: "Northbridge" }],
  connectedSystem: "zqa-moodle",
  steps: [
    { step: "RECEIVED", state: "received", at: "2026-07-01T08:05:00Z", detail: "run 7" },
    { step: "RAW", state: "kept", at: null, detail: "until 2027-02-20" },
  ],
  counts: [
    { name: "applied", count: 3 },
    { name: "refused", count: 0 },
  ],
  end: { state: "SENT_TO_ESR", reason: null, owner: "ESR", say: "It was sent; ESR has not answered yet.", next: "Nothing: wait." },
};

test("a path reads from top to bottom: times in words and in London, the end with whose move it is", () => {
  expect(pathLines(trace)).toEqual([
    "competence-award 4711, Northbridge, from zqa-moodle",
    "  received  Wed, 1 Jul 2026, 09:05  received: run 7\n  raw                               kept: until 2027-02-20",
    "  3 applied",
    "It was sent; ESR has not answered yet.",
    "Whose move: ESR's. Next: Nothing: wait.",
  ]);
});

test("of a receipt the records that it became follow", () => {
  const lines = pathLines({ ...trace, is: "RECEIPT", records: [trace] });
  expect(lines[0]).toBe("receipt (competence-award) 4711, Northbridge, from zqa-moodle");
  expect(lines).toContain("competence-award 4711, Northbridge, from zqa-moodle");
});

test("what belongs to nobody's list of names is still told", () => {
  const bare = pathLines({ ...trace, is: "RUN", kind: null, organisations: [{ odsCode: "ZQX", name: null }], connectedSystem: null });
  expect(bare[0]).toBe("run 4711, ZQX");
});
