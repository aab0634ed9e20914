/**
 * Generic Outbound files of each employer: one full file, then changes. Written once into `<folder>/<vpd>/` and never
 * again with other content: the hub refuses a file that changed, and so would ESR's real readers.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import { addDays } from "../population/days";
import { type Ods, organisations, type SandboxOrganisation } from "../population/organisations";
import { type Award, type Employment, employmentAt, type Person } from "../population/person";
import type { Population } from "../population/population";
import { date, stamp } from "./layout";
import {
  assignmentRows,
  awardRow,
  definitionRows,
  otherAwardRow,
  personRows,
  placeRows,
  postOf,
  postRows,
  registrationRows,
  unitRows,
} from "./rows";

export interface GoFile {
  readonly name: string;
  readonly rows: readonly string[];
  /** ISO-8859-1 */
  readonly bytes: Buffer;
}

const firstSequence = 101;
const never = "00000000 000000";

/** Share of the awards that reach ESR only with a change file. */
const lateAward = (award: Award) => Number(award.id) % 60 === 0;

function file(
  of: SandboxOrganisation,
  kind: "GOF" | "GOC",
  day: string,
  sequence: number,
  previousDay: string | undefined,
  rows: readonly string[],
): GoFile {
  const name = `GO_${of.vpd}_GDW_${kind}_${date(day)}_${String(sequence).padStart(8, "0")}.DAT`;
  const previous = previousDay ? stamp(previousDay, "000000") : never;
  const header = `HDR~${name}~${stamp(day, "072050")}~${of.vpd}~${previous}~${stamp(day, "000000")}~01`;
  const text = [header, ...rows, `TRL~${rows.length}`, ""].join("\n");
  return { name, rows, bytes: Buffer.from(text, "latin1") };
}

/** Who plays the small parts of the change files: people of the crowd, always the same for one population. */
interface Parts {
  readonly married?: Person;
  readonly moved?: Person;
  readonly corrected?: Person;
  readonly ksf?: Person;
}

function partsOf(people: readonly Person[], odsCode: Ods, today: string): Parts {
  const crowd = people.filter((person) => person.key.startsWith("crowd-") && person.employments.length === 1);
  const of = (person: Person) => employmentAt(person, odsCode)!;
  return {
    married: crowd.find((person) => person.gender === "Female" && !person.previousFamily && of(person).hiredOn < addDays(today, -400)),
    moved: crowd.find((person) => person.staffGroup === "Nursing and Midwifery Registered" && of(person).assignments.length === 1),
    corrected: crowd.find((person) => person.staffGroup === "Allied Health Professionals"),
    ksf: crowd.find((person) => person.staffGroup === "Administrative and Clerical"),
  };
}

function heldInEsr(person: Person, odsCode: Ods): Award[] {
  return person.awards.filter((award) => award.inEsr && award.at === odsCode);
}

export function goFiles(population: Population, odsCode: Ods): GoFile[] {
  const of = organisations.find((entry) => entry.odsCode === odsCode)!;
  const people = population.at(odsCode);
  if (people.length === 0) return [];
  const [full, first, second] = [-2, -1, 0].map((days) => addDays(population.today, days)) as [string, string, string];
  const parts = partsOf(people, odsCode, population.today);
  const posts = population.world.posts[odsCode];
  const wrongId = `${of.vpd}00001`;
  const at = (person: Person): Employment => employmentAt(person, odsCode)!;

  const baseline = [
    ...placeRows(of, posts, full),
    ...unitRows(of, posts, full),
    ...postRows(posts.posts, full),
    ...definitionRows(of, full),
    ...people.flatMap((person) => [
      ...personRows(person, at(person), full),
      ...at(person).assignments.flatMap((assignment) =>
        assignmentRows(at(person), assignment, full, [
          { from: assignment.startsOn, post: postOf(population, odsCode, assignment.positionId) },
        ]),
      ),
      ...registrationRows(person, at(person), full),
      ...heldInEsr(person, odsCode)
        .filter((award) => !lateAward(award))
        .map((award) => awardRow(of, at(person), award, full)),
    ]),
    ...people
      .slice(0, 60)
      .map((person, index) =>
        otherAwardRow(
          of,
          at(person),
          `${of.vpd}01${String(index).padStart(3, "0")}`,
          `${of.vpd}|LOCAL|${of.name} Induction|`,
          addDays(full, -20),
          full,
        ),
      ),
  ];
  if (parts.corrected)
    baseline.push(
      otherAwardRow(of, at(parts.corrected), wrongId, "NHS|CSTF|Safeguarding Adults - Level 3 - 3 Years|", addDays(full, -33), full),
    );
  if (parts.ksf)
    baseline.push(otherAwardRow(of, at(parts.ksf), `${of.vpd}00002`, "NHS|KSF|Health, Safety and Security C3|Core", "2016-10-27", full));

  const late = people.flatMap((person) =>
    heldInEsr(person, odsCode)
      .filter(lateAward)
      .map((award) => awardRow(of, at(person), award, first)),
  );
  const changes = [...late.slice(0, Math.ceil(late.length / 2)), ...shortRow(of, people, at), ...late.slice(Math.ceil(late.length / 2))];
  if (parts.corrected) changes.push(`CMD~${wrongId}`);
  if (parts.moved) changes.push(...movedRows(population, odsCode, at(parts.moved), first));

  const files = [file(of, "GOF", full, firstSequence, undefined, baseline), file(of, "GOC", first, firstSequence + 1, full, changes)];
  const marriage = parts.married ? marriedRows(population, parts.married, at(parts.married), second) : [];
  files.push(file(of, "GOC", second, firstSequence + 2, first, [...marriage, ...placeRows(of, posts, second).slice(0, 1)]));
  return files;
}

/** A row that has lost its last columns, in the middle of Eastmoor's changes: refused, and the others land. */
function shortRow(of: SandboxOrganisation, people: readonly Person[], at: (person: Person) => Employment): string[] {
  if (of.odsCode !== "ZQB") return [];
  return [`CMA~${at(people.at(-1)!).personId}~${of.vpd}00003~PERSONAL~ACHIEVED~NHS|CSTF|Conflict Resolution`];
}

/** Date-tracked: the assignment is sent as two segments, the second in another ward. */
function movedRows(population: Population, odsCode: Ods, at: Employment, day: string): string[] {
  const assignment = at.assignments[0]!;
  const before = postOf(population, odsCode, assignment.positionId);
  const after = population.world.posts[odsCode].posts.find(
    (post) => post.staffGroup === before.staffGroup && post.unitId !== before.unitId,
  )!;
  return assignmentRows(at, assignment, day, [
    { from: assignment.startsOn, to: addDays(day, -1), post: before },
    { from: day, post: after },
  ]);
}

function marriedRows(population: Population, person: Person, at: Employment, day: string): string[] {
  const family = `${person.family}-${population.named("lena-fischer").family}`;
  return personRows(person, at, day, [
    { from: at.hiredOn, to: addDays(day, -1) },
    { from: day, family, previousFamily: person.family },
  ]);
}

/** Writes what is not there yet. A file appears whole or not at all. */
export function writeOnce(target: string, bytes: Buffer | string): boolean {
  if (existsSync(target)) return false;
  mkdirSync(path.dirname(target), { recursive: true });
  const draft = path.join(path.dirname(target), `.${path.basename(target)}.part`);
  writeFileSync(draft, bytes);
  renameSync(draft, target);
  return true;
}

/** The last file of a folder, as its own header has it: the next one must name its run. */
function lastFile(folder: string): { readonly thisRun: string; readonly sequence: number } | undefined {
  const last = readdirSync(folder)
    .filter((name) => /^GO_.*_\d{8}_\d{8}\.DAT$/.test(name))
    .sort((one, other) => one.slice(-21).localeCompare(other.slice(-21)))
    .at(-1);
  if (!last) return undefined;
  const [header] = readFileSync(path.join(folder, last), "latin1").split("\n", 1);
  return { thisRun: header!.split("~")[5]!, sequence: Number(/_(\d{8})\.DAT$/.exec(last)![1]) };
}

/** The next change file after whatever lies there; undefined when this run is not later than the last one's. */
export function writeNextChanges(folder: string, of: SandboxOrganisation, thisRun: string, rows: readonly string[]): string | undefined {
  const last = lastFile(folder);
  if (!last || last.thisRun >= thisRun) return undefined;
  const day = thisRun.slice(0, 8);
  const name = `GO_${of.vpd}_GDW_GOC_${day}_${String(last.sequence + 1).padStart(8, "0")}.DAT`;
  const header = `HDR~${name}~${thisRun}~${of.vpd}~${last.thisRun}~${thisRun}~01`;
  writeOnce(path.join(folder, name), Buffer.from([header, ...rows, `TRL~${rows.length}`, ""].join("\n"), "latin1"));
  return name;
}

/**
 * ESR sends a change file every day, also when nothing has changed: without it a quiet employer would look late. One file
 * covers the days since the last, read from the folder itself so that a start that was cut off is made good.
 */
function writeQuietDay(folder: string, of: SandboxOrganisation, today: string): void {
  const last = lastFile(folder);
  if (last && last.thisRun.slice(0, 8) < date(today)) writeNextChanges(folder, of, stamp(today, "000000"), []);
}

/** `today` may be later than the population's own day: then the days between have been quiet. */
export function writeGoFiles(folder: string, population: Population, today = population.today): void {
  for (const of of organisations) {
    mkdirSync(path.join(folder, of.vpd), { recursive: true });
    for (const each of goFiles(population, of.odsCode)) writeOnce(path.join(folder, of.vpd, each.name), each.bytes);
    writeQuietDay(path.join(folder, of.vpd), of, today);
  }
}
