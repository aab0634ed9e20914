/** What comes as files, and what is pushed. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { csv } from "../../../connectors/csv/connector";
import { esr } from "../../../connectors/esr/connector";
import { push } from "../../../connectors/push/connector";
import { anEsrPerson, awardRow, personRow, writeGoFile } from "../../builders/esr-files";
import { familyNames, familyOf, type Kept } from "./made";

const folderOf = () => mkdtempSync(path.join(tmpdir(), "lanyard-contract-"));

export const esrKept: Kept = {
  connector: esr,
  kind: "esr",
  usually: 60,
  async start(records) {
    const folder = folderOf();
    // ESR's files are ISO 8859-1: names it cannot write arrive as ESR wrote them.
    const people = Array.from({ length: Math.ceil(records / 2) }, (_, index) =>
      anEsrPerson({ family: ["O'Donnell-Pryce", "Müller", "Smith"][index % 3]! }),
    );
    writeGoFile(folder, { kind: "GOF", day: "2026-11-19", sequence: 101, rows: people.flatMap((one) => [personRow(one), awardRow(one)]) });
    const change = (day: string, sequence: number, previousDay: string, rows: string[]) =>
      writeGoFile(folder, { kind: "GOC", day, sequence, previousDay, rows });
    return {
      settings: { folder },
      records: people.length * 2,
      vendor: {
        familyNames: ["O'Donnell-Pryce", "Müller"],
        addAtNewestInstant: async () => {
          change("2026-11-20", 102, "2026-11-19", [awardRow(people[0]!, { id: "5999999" })]);
          return "5999999";
        },
      },
      close: async () => rmSync(folder, { recursive: true, force: true }),
    };
  },
};

const header = "Staff number,family_name,given_name,date_of_birth,cleared_for_role,role,decided_on,valid_until,exposure_prone,organisation";

export const csvKept: Kept = {
  connector: csv,
  kind: "oh",
  usually: 40,
  async start(records) {
    const folder = folderOf();
    const row = (n: number) => `${20_000_000 + n},"${familyOf(n)}",Test,1990-02-03,yes,Staff Nurse,2026-10-01,,,ZQA`;
    const write = (name: string, rows: string[]) => writeFileSync(path.join(folder, name), [header, ...rows, ""].join("\n"));
    const all = Array.from({ length: records }, (_, n) => row(n));
    write("clearances-20261120.csv", all);
    return {
      settings: { folder },
      records,
      vendor: {
        familyNames,
        remove: async () => {
          write("clearances-20261121.csv", all.slice(1));
          return `ZQA|${20_000_000}|staff nurse|2026-10-01`;
        },
        empty: async () => write("clearances-20261121.csv", []),
      },
      close: async () => rmSync(folder, { recursive: true, force: true }),
    };
  },
};

export const pushKept: Kept = {
  connector: push,
  kind: "lms",
  usually: 20,
  async start(records) {
    const items = Array.from({ length: records }, (_, n) => ({
      id: `TW-${n}`,
      changedAt: "2026-10-02T09:30:00Z",
      person: { staffNumber: String(20_000_000 + n), givenName: "Test", familyName: familyOf(n), birthDate: "1988-05-06" },
      competencyFramework: "CSTF",
      subjectName: "Fire Safety",
      competencyName: "Fire Safety",
      subjectLevel: "1",
      attainmentStatus: "ACHIEVED",
      awardingOrganisation: "ZQA",
      dateLastAwarded: "2026-10-01",
    }));
    return { settings: {}, sample: { records: items }, records, vendor: {}, close: async () => undefined };
  },
};
