import { afterMapping, type DoctorAnswer, doctorSentences, type ReadinessItemAnswer } from "./doctor";

const northbridge = { odsCode: "ZQA", name: "Northbridge University Hospitals" };
const eastmoor = { odsCode: "ZQB", name: "Eastmoor Hospitals" };
const item = (more: Partial<ReadinessItemAnswer>): ReadinessItemAnswer => ({
  standard: "TRAINING",
  competence: "CSTF|Some|1|",
  title: "Some",
  subject: "Some",
  level: "1",
  verdict: "NOT_TO_REPEAT",
  why: "IN_DATE",
  say: "In date",
  awardedBy: northbridge,
  inDateUntil: "2028-01-01",
  rule: null,
  esr: { state: "HELD", acknowledgedAt: null },
  waitsFor: null,
  ...more,
});
const fire = item({
  subject: "Fire Safety",
  verdict: "REPEAT",
  why: "LOCAL_PERIOD_SHORTER",
  rule: { basis: "LOCAL_DEVIATION", period: "every 12 months", months: 12 },
});
const ipc = item({
  competence: "CSTF|IPC|2|",
  verdict: "UNKNOWN",
  why: "WAITS_FOR_COURSE_MAP",
  waitsFor: northbridge,
  awardedBy: null,
  esr: null,
});
const nothing = item({ subject: "Resuscitation", verdict: "UNKNOWN", why: "NOTHING_SENT", awardedBy: null, esr: null });

const doctor = (items: readonly ReadinessItemAnswer[], more: Partial<DoctorAnswer> = {}): DoctorAnswer => {
  const of = (verdict: string) => items.filter((one) => one.verdict === verdict).length;
  return {
    id: "d",
    name: { given: "Amara", family: "Osei" },
    placements: [],
    learning: { achievements: [{ title: "IPC Level 2 (2026)", completedOn: "2026-10-02", mapping: "UNMAPPED" }] },
    readiness: {
      organisation: eastmoor,
      startsOn: "2026-12-02",
      ready: false,
      say: "",
      summary: {
        asked: items.length,
        notToRepeat: of("NOT_TO_REPEAT"),
        repeat: of("REPEAT"),
        expiresBeforeStart: of("EXPIRES_BEFORE_START"),
        unknown: of("UNKNOWN"),
        minutesSaved: null,
      },
      items,
    },
    ...more,
  };
};
const eight = Array.from({ length: 8 }, () => item({}));
const rules = {
  suggest: (title: string) => (title.startsWith("IPC") ? ["CSTF|IPC|2|"] : []),
  monthsFor: () => 12 as number | null | undefined,
  lastDayInDate: () => "2027-10-01",
};

test("the sentence has the counts, which, why and whose move it is", () => {
  const amara = doctor([...eight, fire, ipc, nothing]);
  expect(doctorSentences(amara, afterMapping(amara, rules))).toEqual([
    "Dr Amara Osei starts at Eastmoor Hospitals on Wednesday 2 December 2026.",
    "  11 trainings are asked for her role: 8 need not be repeated, all in ESR; 1 to repeat (fire safety: Eastmoor asks every 12 months);",
    "  2 unknown: one waits for Northbridge to map a course, for one no system has sent anything (this is not a no).",
    "  Next: npx lanyard problems --organisation ZQA        (after the course is mapped: 9, 1, 1)",
  ]);
});

test("all in ESR is said only when ESR is known to hold every one of them", () => {
  const lines = (state: string | null) =>
    doctorSentences(doctor([...eight.slice(1), item({ esr: state ? { state, acknowledgedAt: null } : null })]), undefined)![1];
  for (const state of ["HELD", "RETURNED", "ACKNOWLEDGED"]) expect(lines(state)).toContain("8 need not be repeated, all in ESR");
  for (const state of ["DUE", "SENT", "SHADOWED", "NOT_DUE", "REFUSED", null]) expect(lines(state)).toContain("7 of them in ESR");
  expect(doctorSentences(doctor([item({ esr: null })]), undefined)![1]).toContain("none in ESR yet");
});

test("what mapping would cure is left out where it cannot be computed", () => {
  const amara = doctor([...eight, ipc]);
  expect(afterMapping(amara, rules)).toEqual({ notToRepeat: 9, repeat: 0, unknown: 0 });
  expect(afterMapping(amara, { ...rules, suggest: () => [] })).toBeUndefined();
  expect(afterMapping(amara, { ...rules, lastDayInDate: () => "2026-12-01" })).toBeUndefined();
  expect(afterMapping(amara, { ...rules, monthsFor: () => undefined })).toBeUndefined();
  // Nothing of that organisation has been accepted so far: mapping alone may not be enough.
  expect(afterMapping(doctor([ipc]), rules)).toBeUndefined();
});

test("nothing is said where readiness has no answer", () => {
  expect(doctorSentences(doctor([], { readiness: null }), undefined)).toBeUndefined();
  const unanswered = doctor([]);
  expect(doctorSentences({ ...unanswered, readiness: { ...unanswered.readiness!, summary: null } }, undefined)).toBeUndefined();
});
