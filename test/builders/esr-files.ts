/** Generic Outbound files of made-up people, written for one test: the layout is the sandbox's, kept apart from the connector's. */
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { date, row, stamp } from "../../sandbox/esr/layout";

export interface EsrPerson {
  readonly id: string;
  readonly number: string;
  readonly given: string;
  readonly family: string;
  readonly born: string;
  readonly ni?: string;
  readonly email?: string;
  /** Of the smartcard or CIS2 login. */
  readonly uuid?: string;
  readonly from?: string;
  readonly to?: string;
}

export const personRow = (person: EsrPerson): string =>
  row("PRA", {
    personId: person.id,
    employeeNumber: person.number,
    firstName: person.given,
    lastName: person.family,
    birthDate: date(person.born),
    niNumber: person.ni,
    email: person.email,
    crsUuid: person.uuid,
    effectiveStart: date(person.from ?? "2020-01-06"),
    effectiveEnd: date(person.to),
    hireDate: "20200106",
    systemPersonType: "EMP",
    userPersonType: "Employee",
  });

export const assignmentRow = (person: EsrPerson, more: { id?: string; from?: string; to?: string; position?: string } = {}): string =>
  row("ASA", {
    personId: person.id,
    assignmentId: more.id ?? `7${person.id}`,
    effectiveStart: date(more.from ?? "2020-01-06"),
    effectiveEnd: date(more.to),
    earliestStart: "20200106",
    type: "E",
    number: person.number,
    systemStatus: "ACTIVE_ASSIGN",
    employeeCategory: "Full Time",
    assignmentCategory: "Permanent",
    primary: "Y",
    positionId: more.position,
  });

export const fireSafety = "NHS|CSTF|Fire Safety - 2 Years|";

export const awardRow = (person: EsrPerson, more: { id?: string; name?: string; on?: string } = {}): string =>
  row("CMA", {
    personId: person.id,
    elementId: more.id ?? `5${person.id}`,
    type: "PERSONAL",
    status: "ACHIEVED",
    name: more.name ?? fireSafety,
    from: date(more.on ?? "2026-03-02"),
    vpd: "991",
    competenceId: "991001",
  });

/** A person with a post: two rows. */
export const employed = (...people: readonly EsrPerson[]): string[] =>
  people.flatMap((person) => [personRow(person), assignmentRow(person)]);

export interface GoFileToWrite {
  readonly vpd?: string;
  readonly kind: "GOF" | "GOC";
  readonly day: string;
  readonly sequence: number;
  /** Day of the file before; none for the first. */
  readonly previousDay?: string;
  readonly rows: readonly string[];
  readonly encoding?: BufferEncoding;
}

export function goFileName({ vpd = "991", kind, day, sequence }: Pick<GoFileToWrite, "vpd" | "kind" | "day" | "sequence">): string {
  return `GO_${vpd}_GDW_${kind}_${date(day)}_${String(sequence).padStart(8, "0")}.DAT`;
}

/** Writes the file and gives its name. */
export function writeGoFile(folder: string, file: GoFileToWrite): string {
  const name = goFileName(file);
  const previous = file.previousDay ? stamp(file.previousDay, "000000") : "00000000 000000";
  const header = `HDR~${name}~${stamp(file.day, "072050")}~${file.vpd ?? "991"}~${previous}~${stamp(file.day, "000000")}~01`;
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    path.join(folder, name),
    Buffer.from([header, ...file.rows, `TRL~${file.rows.length}`, ""].join("\n"), file.encoding ?? "latin1"),
  );
  return name;
}

let count = 0;
/** Somebody who is nobody, each time another: nothing but the number is like anybody else's. */
export function anEsrPerson(parts: Partial<EsrPerson> = {}): EsrPerson {
  count += 1;
  const letters = (n: number) => [...String(n)].map((digit) => "abcdefghij"[Number(digit)]).join("");
  return {
    id: String(99_500_000 + count),
    number: String(99_300_000 + count),
    given: `Given${letters(count)}`,
    family: `Family${letters(count * 37)}`,
    born: `19${60 + (count % 39)}-${String(1 + (count % 12)).padStart(2, "0")}-${String(1 + (count % 28)).padStart(2, "0")}`,
    ...parts,
  };
}
