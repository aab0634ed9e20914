import { writeFileSync } from "node:fs";
import { configurationFolder, trust } from "../../test/builders/configuration";

const { pathOf, load, faultsOf } = configurationFolder();

describe("maps", () => {
  const mapped = (file: string, kind = "courseMap") => trust.replace("name: Northbridge", `name: Northbridge, ${kind}: ${file}`);

  test("a course map's faults are told by file and line", () => {
    writeFileSync(
      pathOf("courses.csv"),
      "# ours\ncourse,competence,from,to\nFIRE,NHS|CSTF|Fire Safety - 2 Years|,2026-01-01,\n,local,,\nX,nonsense,yesterday,\nY,local,2026-02-31,\nZ,local,2026-03-02,2026-03-01\n",
    );
    const faults = faultsOf(mapped("courses.csv"));
    expect(faults).toHaveLength(5);
    expect(faults.join("\n")).toMatch(/courses\.csv:6: from is not a day/);
    expect(faults.join("\n")).toMatch(/courses\.csv:7: to is before from/);
    expect(faults.join("\n")).toMatch(/courses\.csv:4: course is empty/);
    expect(faults.join("\n")).toMatch(/courses\.csv:5: "nonsense" is not an ESR competence name/);
    expect(faults.join("\n")).toMatch(/courses\.csv:5: from is not a day/);
  });

  test("a map that is not there, or lacks a column, is told", () => {
    expect(faultsOf(mapped("none.csv"))).toEqual([expect.stringMatching(/none\.csv, which does not exist > Create the file/)]);
    writeFileSync(pathOf("short.csv"), "course\nFIRE\n");
    expect(faultsOf(mapped("short.csv"))).toEqual([expect.stringMatching(/lacks the column competence > Add it to the first line\./)]);
  });

  test("a deviation from a national period needs its reason", () => {
    writeFileSync(
      pathOf("renewals.csv"),
      "competence,months,reason\nNHS|CSTF|Fire Safety - 2 Years|,12,\nNHS|CSTF|Fire Safety - 2 Years|,often,old wards\n",
    );
    const faults = faultsOf(mapped("renewals.csv", "renewals"));
    expect(faults.join("\n")).toMatch(/renewals\.csv:2: reason is empty/);
    expect(faults.join("\n")).toMatch(/renewals\.csv:3: months should be a whole number/);
  });
});

describe("what recognition is told", () => {
  const file = (name: string, ...lines: string[]) => writeFileSync(pathOf(name), `${lines.join("\n")}\n`);
  const withKeys = `mode: demonstration
organisations:
  - { odsCode: ZQA, vpd: "991", name: Northbridge, requirements: asked.csv, covers: covers.csv }
signatories: signatories.csv
`;
  const fire = "NHS|CSTF|Fire Safety - 2 Years|";
  const level = (of: number) => `NHS|CSTF|Safeguarding Adults - Level ${of} - 3 Years|`;
  const good = {
    asked: () =>
      file("asked.csv", "staff_group,job_role,standard,competence,minutes,from,to", `Medical and Dental,,TRAINING,${fire},45,2026-01-01,`),
    covers: () => file("covers.csv", "held,covers,source,assumed", `${level(3)},${level(2)},our policy,no`),
    signatories: () =>
      file(
        "signatories.csv",
        "organisation,signatory_from,signatory_to,aligned_from,aligned_to,source",
        "ZQA,2025-05-01,,2019-06-01,,signed",
        "ZQE,,,,,not in the agreement",
      ),
  };

  test("is read from the organisations' files and the list of signatories", () => {
    for (const write of Object.values(good)) write();
    const config = load(withKeys);
    expect(config.requirements).toEqual([
      {
        organisation: "ZQA",
        staffGroup: "Medical and Dental",
        jobRole: undefined,
        standard: "TRAINING",
        competence: "CSTF|Fire Safety|1|",
        minutes: 45,
        from: "2026-01-01",
        to: undefined,
      },
    ]);
    expect(config.covers).toMatchObject([
      {
        organisation: "ZQA",
        held: "CSTF|Safeguarding Adults|3|",
        covers: "CSTF|Safeguarding Adults|2|",
        assumed: false,
        source: "our policy",
      },
    ]);
    expect(config.standings).toEqual([
      { organisation: "ZQA", signatoryFrom: "2025-05-01", signatoryTo: undefined, alignedFrom: "2019-06-01", alignedTo: undefined },
      { organisation: "ZQE", signatoryFrom: undefined, signatoryTo: undefined, alignedFrom: undefined, alignedTo: undefined },
    ]);
  });

  test("has every fault told at once, by file and line", () => {
    file(
      "asked.csv",
      "staff_group,job_role,standard,competence,minutes,from,to",
      `Doctors,,TRAINING,${fire},45,,`,
      "Medical and Dental,,TRAINING,fire,soon,2026-02-30,",
      `Medical and Dental,,DBS,,,,`,
      `Medical and Dental,,IDENTITY,${fire},,2026-02-02,2026-02-01`,
    );
    file("covers.csv", "held,covers,source,assumed", `${level(3)},${level(2)},,perhaps`, `${fire},${fire},us,no`);
    file(
      "signatories.csv",
      "organisation,signatory_from,signatory_to,aligned_from,aligned_to,source",
      "z,2025-05-01,,,,signed",
      "ZQA,2025-05-01,,,2026-01-01,",
      "ZQA,never,,,,signed",
    );
    const told = faultsOf(withKeys).join("\n");
    for (const part of [
      /asked\.csv:2: "Doctors" is not a staff group/,
      /asked\.csv:3: "fire" is not an ESR competence name/,
      /asked\.csv:3: minutes should be a whole number/,
      /asked\.csv:3: from is not a day/,
      /asked\.csv:4: "DBS" is not a standard > Write one of TRAINING, IDENTITY/,
      /asked\.csv:5: competence is for the standard TRAINING only/,
      /asked\.csv:5: to is before from/,
      /covers\.csv:2: source is empty/,
      /covers\.csv:2: assumed should be yes or no/,
      /covers\.csv:3: held and covers are the same competence/,
      /signatories\.csv:2: "z" is not an ODS code/,
      /signatories\.csv:3: source is empty/,
      /signatories\.csv:3: aligned_to without aligned_from/,
      /signatories\.csv:4: signatory_from is not a day/,
      /signatories\.csv:4: ZQA is listed twice/,
    ])
      expect(told).toMatch(part);
    expect(told.split("\n")).toHaveLength(15);
  });

  test("lacks no file that it refers to", () => {
    good.asked();
    good.covers();
    expect(faultsOf(withKeys)).toEqual([
      expect.stringMatching(/^4 signatories: refers to .*signatories\.csv, which does not exist > Create the file/),
    ]);
  });
});
