/** Files as somebody drops them, and the connector csv reading them as the engine would. */
import { createHash } from "node:crypto";
import { mkdirSync, utimesSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Normalised, Page } from "../../connectors/connector";
import { csv } from "../../connectors/csv/connector";
import type { CsvCheckpoint, CsvSettings } from "../../connectors/csv/settings";
import type { Clock } from "../../platform/clock";
import { testWorld } from "./vendor-world";

const monthsEarlier = new Date("2026-10-01T00:00:00Z");

/** A file that has not been touched since long before the tests' today. */
export function dropFile(folder: string, name: string, content: string | Buffer, modifiedAt: Date = monthsEarlier): string {
  mkdirSync(folder, { recursive: true });
  const full = path.join(folder, name);
  writeFileSync(full, content);
  utimesSync(full, modifiedAt, modifiedAt);
  return full;
}
export const sha256 = (content: string | Buffer): string => createHash("sha256").update(content).digest("hex");

/** The national batch's columns that a row must have, and two of those that are never read. */
const vaccinationColumns = [
  "NHS_NUMBER",
  "PERSON_FORENAME",
  "PERSON_SURNAME",
  "PERSON_DOB",
  "PERSON_POSTCODE",
  "DATE_AND_TIME",
  "UNIQUE_ID",
  "UNIQUE_ID_URI",
  "ACTION_FLAG",
  "VACCINATION_PROCEDURE_CODE",
  "DOSE_SEQUENCE",
  "VACCINE_PRODUCT_CODE",
] as const;
export type Vaccination = Partial<Record<(typeof vaccinationColumns)[number], string>>;
const usual: Vaccination = {
  NHS_NUMBER: "9990000018",
  PERSON_FORENAME: "Amara",
  PERSON_SURNAME: "O\\'Sei",
  PERSON_DOB: "19900131",
  PERSON_POSTCODE: "ZZ9 9ZZ",
  DATE_AND_TIME: "20260310T093000",
  UNIQUE_ID: "a-1",
  UNIQUE_ID_URI: "https://oh.zqa.example/",
  ACTION_FLAG: "new",
  VACCINATION_PROCEDURE_CODE: "170370000",
  DOSE_SEQUENCE: "1",
  VACCINE_PRODUCT_CODE: "10752011000001102",
};
/** A batch in the national manner: bars, quotes round everything but the dose. */
export function vaccinationBatch(...rows: Vaccination[]): string {
  const quoted = (column: string, value: string) => (column === "DOSE_SEQUENCE" ? value : `"${value.replaceAll('"', '""')}"`);
  const lines = rows.map((row) => vaccinationColumns.map((column) => quoted(column, { ...usual, ...row }[column] ?? "")).join("|"));
  return [vaccinationColumns.join("|"), ...lines, ""].join("\r\n");
}

/** Reads the drop once; pages after `most` are left, as by a kill. */
export async function readDrop(input: {
  settings: Record<string, unknown>;
  since?: CsvCheckpoint;
  most?: number;
  secrets?: Readonly<Record<string, string>>;
  organisations?: readonly { odsCode: string; vpd: string | undefined }[];
  clock?: Clock;
}) {
  const organisations = input.organisations ?? [{ odsCode: "ZQA", vpd: "991" }];
  const world = testWorld<CsvSettings>({
    connector: csv,
    settings: input.settings,
    organisations: organisations.map(({ odsCode }) => odsCode),
    secrets: input.secrets,
    clock: input.clock,
  });
  const pages: Page<CsvCheckpoint>[] = [];
  const normalised: Normalised[] = [];
  const maps = { version: "none", coursesToCompetences: () => undefined };
  try {
    for await (const page of csv.poll!.pages(world.source, input.since)) {
      expect(csv.checkpoint.parse(page.checkpoint)).toEqual(JSON.parse(JSON.stringify(page.checkpoint)));
      pages.push(page);
      for (const record of page.records)
        normalised.push(...csv.normalise(csv.raw.parse(record), { settings: world.source.settings, maps, organisations }));
      if (pages.length >= (input.most ?? Number.POSITIVE_INFINITY)) break;
    }
  } finally {
    await world.close();
  }
  return {
    pages,
    normalised,
    checkpoint: pages.at(-1)?.checkpoint ?? input.since,
    reported: world.reported.map(({ code }) => code),
    problems: world.reported,
  };
}
