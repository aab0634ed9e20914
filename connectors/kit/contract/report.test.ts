import type { Finding, Report } from "./contract";
import { gapsOf } from "./gaps";
import { htmlOf, tapOf } from "./report";

const finding = (more: Partial<Finding>): Finding => ({
  id: "one",
  level: "must",
  owes: "It is so.",
  cure: "Make it so.",
  outcome: "pass",
  ...more,
});
const report = (findings: readonly Finding[]): Report => ({
  subject: "zqa-lms <b>",
  connector: "zoo",
  kind: "lms",
  madeAt: "2026-11-22T10:00:00Z",
  read: { pages: 2, vendorRecords: 3, records: 4 },
  ok: false,
  findings,
});
const gap = { check: "one", reason: "The vendor's next release has it, in March.", acceptedBy: "A. Tester", until: "2027-03-31" };

test("TAP: what fails says what was found and what to do, what is accepted or only a should fails nobody", () => {
  const tap = tapOf(
    report([
      finding({}),
      finding({ outcome: "skip", says: "not here" }),
      finding({ outcome: "fail", says: 'two "lost"\nand # more' }),
      finding({ outcome: "fail", says: "late", gap }),
      finding({ outcome: "fail", level: "should" }),
    ]),
  );
  expect(tap.split("\n").filter((line) => !line.startsWith("  "))).toEqual([
    "TAP version 14",
    "# zqa-lms <b>: connector zoo, lms",
    "1..5",
    "ok 1 - one: It is so.",
    "ok 2 - one: It is so. # SKIP not here",
    "not ok 3 - one: It is so.",
    "not ok 4 - one: It is so. # TODO accepted by A. Tester until 2027-03-31: The vendor's next release has it, in March.",
    "not ok 5 - one: It is so. # TODO should",
    "",
  ]);
  expect(tap).toContain('found: "two \\"lost\\"\\nand # more"');
});

test("the page says it in words and lets nothing of a name become markup", () => {
  const html = htmlOf(report([finding({ outcome: "fail", says: "<script>x</script>" }), finding({ outcome: "fail", gap })]));
  expect(html).toContain("zqa-lms &lt;b&gt;");
  expect(html).not.toContain("<script>x");
  expect(html).toContain("The contract is not kept");
  expect(html).toContain("Accepted by A. Tester until 2027-03-31");
});

describe("a gap", () => {
  const known = ["one", "two"];
  it("is accepted with a check, a reason, a name and a day", () => {
    expect(gapsOf([gap], known, "2026-11-22")).toEqual([gap]);
    expect(gapsOf(undefined, known, "2026-11-22")).toEqual([]);
  });
  it.each([
    ["an unknown check", { ...gap, check: "three" }, "/gaps/0/check"],
    ["no reason to speak of", { ...gap, reason: "later" }, "/gaps/0/reason"],
    ["no name", { ...gap, acceptedBy: "" }, "/gaps/0/acceptedBy"],
    ["no end", { ...gap, until: undefined }, "/gaps/0/until"],
    ["an end years away", { ...gap, until: "2029-01-01" }, "/gaps/0/until"],
    ["a misspelt word", { ...gap, untill: "2027-01-01" }, "/gaps/0"],
  ])("is none with %s", (_, one, pointer) => {
    expect(() => gapsOf([one], known, "2026-11-22")).toThrow(
      expect.objectContaining({ code: "SETTINGS_INVALID", detail: expect.objectContaining({ pointer }) }),
    );
  });
});
