import { type RequirementLine, requirementsFor } from "./requirements";

const line = (more: Partial<RequirementLine>): RequirementLine => ({
  organisation: "ZQB",
  staffGroup: "Medical and Dental",
  jobRole: undefined,
  standard: "TRAINING",
  competence: "CSTF|Fire Safety|1|",
  minutes: 45,
  from: undefined,
  to: undefined,
  ...more,
});
const post = { organisation: "ZQB", staffGroup: "Medical and Dental", jobRole: "Consultant", startsOn: "2026-12-02" };

test("the organisation's lines for the staff group, and for the job role", () => {
  const lines = [
    line({}),
    line({ standard: "IDENTITY", competence: undefined, minutes: undefined }),
    line({ jobRole: "consultant", standard: "EXPOSURE_PRONE", competence: undefined, minutes: undefined }),
    line({ jobRole: "Foundation Year 2", competence: "CSTF|Resuscitation|1|" }),
    line({ staffGroup: "Estates and Ancillary", competence: "CSTF|Resuscitation|1|" }),
    line({ organisation: "ZQC", competence: "CSTF|Resuscitation|1|" }),
  ];
  expect(requirementsFor(lines, post)).toEqual([
    { standard: "TRAINING", competence: "CSTF|Fire Safety|1|", minutes: 45 },
    { standard: "IDENTITY" },
    { standard: "EXPOSURE_PRONE" },
  ]);
  expect(requirementsFor(lines, { ...post, jobRole: undefined })).toHaveLength(2);
});

test("of the start day, first and last day included", () => {
  const on = (from: string | undefined, to: string | undefined) => requirementsFor([line({ from, to })], post).length;
  expect([on("2026-12-02", undefined), on("2026-12-03", undefined), on(undefined, "2026-12-02"), on(undefined, "2026-12-01")]).toEqual([
    1, 0, 1, 0,
  ]);
});

test("a thing is asked once: what is said for the job role comes before what is said for the group", () => {
  const forRole = line({ jobRole: "Consultant", minutes: 20 });
  for (const lines of [
    [line({}), forRole],
    [forRole, line({})],
  ])
    expect(requirementsFor(lines, post)).toEqual([{ standard: "TRAINING", competence: "CSTF|Fire Safety|1|", minutes: 20 }]);
});
