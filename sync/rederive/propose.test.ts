import { competenceNamed, proposeCourseMap, proposeEnding } from "./propose";

const infection = "CSTF|Infection Prevention and Control|2|";
const asked = { organisation: "ZQA", course: "IPC", competences: [infection], local: false, from: undefined, to: undefined };
const row = (more: object = {}) => ({
  course: "IPC",
  competence: infection as string | undefined,
  from: undefined,
  to: undefined,
  ...more,
});
const codeOf = (work: () => unknown): string => {
  try {
    work();
    return "nothing";
  } catch (error) {
    return (error as { code: string }).code;
  }
};

test("a competence is named as ESR writes it or by its identity; a national one must be of the list", () => {
  expect(competenceNamed("NHS|CSTF|Infection Prevention and Control - Level 2 - 1 Year|")).toBe(infection);
  expect(competenceNamed(infection)).toBe(infection);
  expect(competenceNamed("NHS|CSTF|Infection Prevention - Level 7 - 1 Year|")).toBeUndefined();
  expect(competenceNamed("991|LOCAL|Trust Welcome|")).toBe("LOCAL-991|Trust Welcome|1|");
  expect(competenceNamed("infection control")).toBeUndefined();
});

test("what is in force already is left out; if nothing is left, that is said", () => {
  expect(codeOf(() => proposeCourseMap(asked, [row()]))).toBe("COURSE_MAPPED_ALREADY");
  expect(proposeCourseMap({ ...asked, competences: [infection, "CSTF|Fire Safety|1|"] }, [row()]).add).toEqual([
    { id: expect.any(String), course: "IPC", competence: "CSTF|Fire Safety|1|" },
  ]);
  expect(proposeCourseMap({ ...asked, from: "2026-01-01" }, [row()]).add).toHaveLength(1);
});

test("local learning beside a competence of the same days means nothing, and is refused", () => {
  const local = { ...asked, competences: [], local: true };
  expect(codeOf(() => proposeCourseMap(local, [row()]))).toBe("COURSE_MAP_INVALID");
  expect(proposeCourseMap(local, []).add).toEqual([{ id: expect.any(String), course: "IPC" }]);
  expect(proposeCourseMap({ ...local, from: "2026-01-01" }, [row({ to: "2025-12-31" })]).add).toHaveLength(1);
});

test("only rows that were stated here, by this organisation, can be ended", () => {
  const stated = { ...row(), id: "1", organisation: "ZQA", approvedBy: "a", recordedBy: "b", reason: "c", recordedAt: new Date(0) };
  expect(proposeEnding("ZQA", ["1", "1"], [stated]).end).toEqual([{ id: "1", course: "IPC", competence: infection }]);
  expect(codeOf(() => proposeEnding("ZQB", ["1"], [stated]))).toBe("COURSE_MAP_NOT_FOUND");
  expect(codeOf(() => proposeEnding("ZQA", [], [stated]))).toBe("COURSE_MAP_INVALID");
});
