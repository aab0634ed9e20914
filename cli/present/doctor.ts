/**
 * What one doctor is told before a start, computed from her own query: counts, which, why, and whose move it is. Nothing of
 * it is written by hand; what the graph does not answer is not said.
 */
import { dayInWords, weekdayInWords } from "./table";

export interface ReadinessItemAnswer {
  readonly standard: string;
  readonly competence: string | null;
  readonly title: string | null;
  readonly subject: string | null;
  readonly level: string | null;
  readonly verdict: string;
  readonly why: string;
  readonly say: string;
  readonly awardedBy: { readonly odsCode: string; readonly name: string | null } | null;
  readonly inDateUntil: string | null;
  readonly rule: { readonly basis: string; readonly period: string; readonly months: number | null } | null;
  readonly esr: { readonly state: string | null; readonly acknowledgedAt: string | null } | null;
  readonly waitsFor: { readonly odsCode: string; readonly name: string | null } | null;
}
export interface ReadinessAnswer {
  readonly organisation: { readonly odsCode: string; readonly name: string | null };
  readonly startsOn: string | null;
  readonly ready: boolean | null;
  readonly say: string;
  readonly summary: {
    readonly asked: number;
    readonly notToRepeat: number;
    readonly repeat: number;
    readonly expiresBeforeStart: number;
    readonly unknown: number;
    readonly minutesSaved: number | null;
  } | null;
  readonly items: readonly ReadinessItemAnswer[] | null;
}
export interface PlacementAnswer {
  /** ODS code. */
  readonly hostOrganisation: string;
  readonly startsOn: string;
}
export interface DoctorAnswer {
  readonly id: string;
  readonly name: { readonly given: string | null; readonly family: string | null } | null;
  readonly placements: readonly PlacementAnswer[] | null;
  readonly readiness: ReadinessAnswer | null;
  readonly learning: {
    readonly achievements: readonly { readonly title: string; readonly completedOn: string; readonly mapping: string }[] | null;
  } | null;
}

export const readinessFields = `organisation { odsCode name } startsOn ready say
  summary { asked notToRepeat repeat expiresBeforeStart unknown minutesSaved }
  items { standard competence title subject level verdict why say awardedBy { odsCode name } inDateUntil rule { basis period months }
    esr { state acknowledgedAt } waitsFor { odsCode name } }`;

/** What a passport asks: one query, one record. */
export const passportQuery = (
  organisation: string,
  startsOn: string,
) => `{ me { readiness(for: { organisation: "${organisation}", startsOn: "${startsOn}" }) {
    summary { asked notToRepeat repeat unknown minutesSaved }
    items { subject level verdict why awardedBy { name } inDateUntil rule { basis period } esr { state acknowledgedAt } } } } }`;

/** States in which ESR itself is known to hold an award. */
const inEsr: ReadonlySet<string> = new Set(["HELD", "ACKNOWLEDGED", "RETURNED"]);

export function isInEsr(item: Pick<ReadinessItemAnswer, "esr">): boolean {
  return item.esr?.state != null && inEsr.has(item.esr.state);
}

/** "Northbridge" of "Northbridge University Hospitals": as people speak of it. */
function short(organisation: { readonly odsCode: string; readonly name: string | null } | null): string {
  return organisation?.name?.split(" ")[0] ?? organisation?.odsCode ?? "somebody";
}

const numbers = ["none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];
const inWords = (n: number) => numbers[n] ?? String(n);

export function trainings(readiness: ReadinessAnswer): readonly ReadinessItemAnswer[] {
  return (readiness.items ?? []).filter((item) => item.standard === "TRAINING");
}

function esrWords(items: readonly ReadinessItemAnswer[]): string {
  if (items.length === 0) return "";
  const held = items.filter(isInEsr).length;
  return held === items.length ? ", all in ESR" : held === 0 ? ", none in ESR yet" : `, ${held} of them in ESR`;
}

function nameOf(item: ReadinessItemAnswer): string {
  return (item.subject ?? item.title ?? "training").toLowerCase();
}

/** Why each of these is to be done, in a few words. */
function because(item: ReadinessItemAnswer, receiver: string): string {
  const asks = item.rule ? `${receiver} asks ${item.rule.period}` : undefined;
  return asks && ["LOCAL_PERIOD_SHORTER", "EXPIRED", "RUNS_OUT_BEFORE_START"].includes(item.why)
    ? `${nameOf(item)}: ${asks}`
    : `${nameOf(item)}: ${item.say.charAt(0).toLowerCase()}${item.say.slice(1)}`;
}

function unknownWords(items: readonly ReadinessItemAnswer[]): string[] {
  const waiting = new Map<string, number>();
  let nothing = 0;
  const others: string[] = [];
  for (const item of items) {
    if (item.why === "WAITS_FOR_COURSE_MAP") waiting.set(short(item.waitsFor), (waiting.get(short(item.waitsFor)) ?? 0) + 1);
    else if (item.why === "NOTHING_SENT") nothing += 1;
    else others.push(because(item, ""));
  }
  return [
    ...[...waiting].map(([who, n]) => `${inWords(n)} ${n === 1 ? "waits" : "wait"} for ${who} to map a course`),
    ...(nothing > 0 ? [`for ${inWords(nothing)} no system has sent anything (this is not a no)`] : []),
    ...others,
  ];
}

export interface Counts {
  readonly notToRepeat: number;
  readonly repeat: number;
  readonly unknown: number;
}

/** Lines for a person; undefined when readiness cannot be answered. */
export function doctorSentences(doctor: DoctorAnswer, afterMapping: Counts | undefined): readonly string[] | undefined {
  const { readiness } = doctor;
  if (!readiness?.summary || !readiness.startsOn) return undefined;
  const { summary } = readiness;
  const items = trainings(readiness);
  const receiver = short(readiness.organisation);
  const of = (...verdicts: string[]) => items.filter((item) => verdicts.includes(item.verdict));
  const again = of("REPEAT", "EXPIRES_BEFORE_START");
  const unknown = of("UNKNOWN");
  const name = [doctor.name?.given, doctor.name?.family].filter(Boolean).join(" ") || "A staff member";
  const lines = [
    `Dr ${name} starts at ${readiness.organisation.name ?? readiness.organisation.odsCode} on ${weekdayInWords(readiness.startsOn)}.`,
    `  ${summary.asked} trainings are asked for her role: ${summary.notToRepeat} need not be repeated${esrWords(of("NOT_TO_REPEAT"))}; ${again.length} to repeat${again.length > 0 ? ` (${again.map((item) => because(item, receiver)).join("; ")})` : ""}${summary.unknown > 0 ? ";" : "."}`,
  ];
  if (summary.unknown > 0) lines.push(`  ${summary.unknown} unknown: ${unknownWords(unknown).join(", ")}.`);
  const mover = unknown.find((item) => item.why === "WAITS_FOR_COURSE_MAP")?.waitsFor?.odsCode;
  const after = afterMapping
    ? `        (after the course is mapped: ${afterMapping.notToRepeat}, ${afterMapping.repeat}, ${afterMapping.unknown})`
    : "";
  if (mover) lines.push(`  Next: npx lanyard problems --organisation ${mover}${after}`);
  else if (again.length > 0) lines.push(`  Next: she books ${again.map(nameOf).join(", ")} before ${dayInWords(readiness.startsOn)}.`);
  return lines;
}

export interface PreviewRules {
  /** Competences that a course's title may mean, the likeliest first. */
  readonly suggest: (title: string) => readonly string[];
  /** Months of the receiving organisation, null for no renewal, undefined when nobody has stated it. */
  readonly monthsFor: (competence: string, organisation: string, on: string) => number | null | undefined;
  readonly lastDayInDate: (awardedOn: string, months: number) => string;
}

/**
 * What the counts become once the courses that wait are mapped to what their titles say: only where the day of completion
 * is in date at the start, and only where the organisation whose course it is has had an award accepted already.
 */
export function afterMapping(doctor: DoctorAnswer, rules: PreviewRules): Counts | undefined {
  const { readiness } = doctor;
  if (!readiness?.summary || !readiness.startsOn) return undefined;
  const { startsOn } = readiness;
  const items = trainings(readiness);
  const accepted = new Set(items.filter((item) => item.verdict === "NOT_TO_REPEAT").map((item) => item.awardedBy?.odsCode));
  const finished = (doctor.learning?.achievements ?? []).filter((one) => one.mapping === "UNMAPPED");
  const cured = items.filter((item) => {
    if (item.why !== "WAITS_FOR_COURSE_MAP" || !item.competence || !accepted.has(item.waitsFor?.odsCode)) return false;
    const months = rules.monthsFor(item.competence, readiness.organisation.odsCode, startsOn);
    if (months === undefined) return false;
    return finished.some(
      (one) =>
        rules.suggest(one.title)[0] === item.competence && (months === null || rules.lastDayInDate(one.completedOn, months) >= startsOn),
    );
  }).length;
  if (cured === 0) return undefined;
  const { notToRepeat, repeat, expiresBeforeStart, unknown } = readiness.summary;
  return { notToRepeat: notToRepeat + cured, repeat: repeat + expiresBeforeStart, unknown: unknown - cured };
}
