import { createInterface } from "node:readline/promises";
import type { Principal } from "../../access/principal";
import type { Foundation } from "../compose/foundation";
import type { Graph } from "../compose/graph";
import { commandLine, withGraph } from "../compose/operations";
import { exitCodes, type Output, UsageError } from "../output";
import { dayInWords, table, thousands } from "../present/table";

interface CourseOptions {
  readonly config?: string;
  readonly today?: string;
  readonly organisation?: string;
}
interface ChangeOptions extends CourseOptions {
  readonly course: string;
  readonly to?: readonly string[];
  readonly local?: boolean;
  readonly from?: string;
  readonly until?: string;
  readonly reason: string;
  readonly approvedBy?: string;
  readonly yes?: boolean;
}

interface UserError {
  readonly code: string;
  readonly field: string | null;
  readonly message: string;
}
interface ReplayAnswer {
  readonly id: string;
  readonly state: string;
  readonly course: string;
  readonly willChange: number;
  readonly unchanged: number;
  readonly willFail: number;
  readonly rawExpired: number;
  readonly awards: number;
  readonly withdrawn: number;
  readonly staffMembers: number;
  readonly waitingForPerson: number;
  readonly wouldBecomeDue: number | null;
  readonly dueNotKnown: string | null;
  readonly failures: readonly { readonly code: string; readonly say: string; readonly next: string; readonly count: number }[];
  readonly sample: readonly { readonly title: string; readonly completedOn: string; readonly competences: readonly string[] }[];
}
interface MapAnswer {
  readonly id: string | null;
  readonly origin: string;
  readonly course: string;
  readonly competence: string | null;
  readonly from: string | null;
  readonly to: string | null;
  readonly approvedBy: string | null;
  readonly reason: string | null;
}
interface CourseAnswer {
  readonly id: string;
  readonly course: { readonly code: string; readonly title: string };
  readonly connectedSystemId: string;
  readonly people: number;
  readonly completions: number;
  readonly waitingForPerson: number;
  readonly firstCompletedOn: string | null;
  readonly lastCompletedOn: string | null;
  readonly suggestions: readonly { readonly competence: string; readonly title: string; readonly score: number }[];
}

const replayFields = `id state course willChange unchanged willFail rawExpired awards withdrawn staffMembers waitingForPerson wouldBecomeDue
  dueNotKnown failures { code say next count } sample { title completedOn competences }`;
const errorFields = "userErrors { code field message }";
export const listQuery = `query CoursesList($organisation: String!) { operations {
  unmappedCourses(organisation: $organisation) { id course { code title } connectedSystemId people completions waitingForPerson firstCompletedOn lastCompletedOn
    suggestions { competence title score } }
  courseMaps(organisation: $organisation) { id origin course competence from to approvedBy reason } } }`;
export const previewMutation = `mutation CoursesPreview($input: CourseMapInput!) { answer: previewCourseMap(input: $input) { replay { ${replayFields} } ${errorFields} } }`;
export const endMutation = `mutation CoursesPreviewEnd($input: CourseMapEndInput!) { answer: previewCourseMapEnd(input: $input) { replay { ${replayFields} } ${errorFields} } }`;
export const applyMutation = `mutation CoursesApply($input: ApplyCourseMapInput!) { answer: applyCourseMap(input: $input) {
  replay { ${replayFields} } changed alreadyThere movedOn differences ${errorFields} } }`;

/** The account that runs the command, as the trust's administrator: what it may do is decided like everything else. */
function actor(options: CourseOptions, foundation: Foundation): { organisation: string; principal: Principal } {
  const known = foundation.config.organisations.map(({ odsCode }) => odsCode);
  const { organisation } = options;
  if (!organisation) throw new UsageError(`Say whose course map it is: --organisation ${known.join(" | ")}.`);
  if (!known.includes(organisation)) throw new UsageError(`There is no organisation ${organisation}. There are: ${known.join(", ")}.`);
  return { organisation, principal: commandLine({ role: "trust-admin", purpose: "SETTINGS", organisation }) };
}

async function lists(graph: Graph, organisation: string, principal: Principal) {
  const data = await graph.ask<{ operations: { unmappedCourses: readonly CourseAnswer[]; courseMaps: readonly MapAnswer[] } }>(
    listQuery,
    { organisation },
    principal,
  );
  return data.operations;
}

/** Courses that wait for somebody to say which competence they are, and the map as it is. Exit 3 when some wait. */
export async function coursesList(output: Output, options: CourseOptions): Promise<number> {
  return withGraph(options, async (graph, foundation) => {
    const { organisation, principal } = actor(options, foundation);
    const { unmappedCourses, courseMaps } = await lists(graph, organisation, principal);
    output.answer({ organisation, unmappedCourses, courseMaps }, () =>
      [
        unmappedCourses.length === 0
          ? `Every course of ${organisation} is mapped.`
          : unmappedCourses.map((course) => courseText(organisation, course)).join("\n\n"),
        courseMaps.length === 0 ? "" : `\nThe course map of ${organisation}:\n${mapTable(courseMaps)}`,
      ]
        .filter((part) => part !== "")
        .join("\n"),
    );
    return unmappedCourses.length === 0 ? exitCodes.ok : exitCodes.degraded;
  });
}

function courseText(organisation: string, one: CourseAnswer): string {
  const waiting = one.waitingForPerson > 0 ? ` (${thousands(one.waitingForPerson)} not bound to a staff member yet)` : "";
  const best = one.suggestions[0];
  return [
    `"${one.course.title}" (${one.course.code}) at ${one.connectedSystemId}: ${thousands(one.people)} people${waiting}, ${thousands(one.completions)} completions${one.firstCompletedOn && one.lastCompletedOn ? ` from ${dayInWords(one.firstCompletedOn)} to ${dayInWords(one.lastCompletedOn)}` : ""}`,
    ...one.suggestions.map(({ title, competence, score }) => `    may be ${title} (${competence}), ${Math.round(score * 100)} %`),
    `    Next: npx lanyard courses map --organisation ${organisation} --course "${one.course.code}" --to "${best?.competence ?? "<competence>"}" --reason "<why>"   (or --local)`,
  ].join("\n");
}

function mapTable(maps: readonly MapAnswer[]): string {
  return table(
    ["course", "competence", "from", "to", "stated by"],
    maps.map((row) => [
      row.course,
      row.competence ?? "local learning",
      row.from ?? "",
      row.to ?? "",
      row.origin === "STATED" ? (row.approvedBy ?? "") : "configuration",
    ]),
  );
}

export async function coursesMap(output: Output, options: ChangeOptions): Promise<number> {
  return withGraph(options, async (graph, foundation) => {
    const { organisation, principal } = actor(options, foundation);
    const input = {
      organisation,
      course: options.course,
      competences: options.to ?? [],
      local: options.local === true,
      from: options.from,
      to: options.until,
    };
    return change(output, options, graph, principal, { mutation: previewMutation, input });
  });
}

/** Ends rows that were stated here; what they had awarded is taken back. */
export async function coursesUnmap(output: Output, options: ChangeOptions): Promise<number> {
  return withGraph(options, async (graph, foundation) => {
    const { organisation, principal } = actor(options, foundation);
    const { courseMaps } = await lists(graph, organisation, principal);
    const ofCourse = courseMaps.filter((row) => row.course === options.course);
    const stated = ofCourse.flatMap(({ id }) => id ?? []);
    if (stated.length === 0)
      throw new UsageError(
        ofCourse.length > 0
          ? `The map of "${options.course}" stands in the configuration's file and is changed there.`
          : `The course map of ${organisation} says nothing of "${options.course}". npx lanyard courses list --organisation ${organisation}`,
      );
    return change(output, options, graph, principal, { mutation: endMutation, input: { organisation, courseMaps: stated } });
  });
}

async function change(
  output: Output,
  options: ChangeOptions,
  graph: Graph,
  principal: Principal,
  asked: { mutation: string; input: Record<string, unknown> },
): Promise<number> {
  const { answer: preview } = await graph.ask<{ answer: { replay: ReplayAnswer | null; userErrors: readonly UserError[] } | null }>(
    asked.mutation,
    { input: asked.input },
    principal,
  );
  const { replay } = preview ?? {};
  if (!preview || !replay) return refused(output, preview?.userErrors);
  if (!(await agreed(output, options, replay))) {
    output.answer({ preview: replay, applied: null }, () => `${previewText(replay)}\nNothing was changed. Add --yes to apply it.`);
    return exitCodes.ok;
  }
  const { answer: applied } = await graph.ask<{
    answer: {
      replay: ReplayAnswer | null;
      changed: number | null;
      alreadyThere: number | null;
      movedOn: number | null;
      differences: readonly string[];
      userErrors: readonly UserError[];
    } | null;
  }>(applyMutation, { input: { replay: replay.id, reason: options.reason, approvedBy: options.approvedBy } }, principal);
  if (!applied || applied.userErrors.length > 0 || applied.changed === null) return refused(output, applied?.userErrors);
  output.answer({ preview: replay, applied }, () => `${previewText(replay)}\n${thousands(applied.changed ?? 0)} changed, 0 failed.`);
  return exitCodes.ok;
}

function refused(output: Output, errors: readonly UserError[] = []): number {
  const said = errors.length > 0 ? errors : [{ code: "FORBIDDEN", field: null, message: "Not permitted, or it failed: see the log." }];
  output.answer({ errors: said }, () => said.map(({ code, message }) => `${message} (${code})`).join("\n"));
  return exitCodes.failed;
}

async function agreed(output: Output, options: ChangeOptions, replay: ReplayAnswer): Promise<boolean> {
  if (options.yes) return true;
  if (output.json || !process.stdin.isTTY) return false;
  output.note(previewText(replay));
  const questions = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await questions.question("Apply it? [y/N] ")).trim());
  } finally {
    questions.close();
  }
}

export function previewText(replay: ReplayAnswer): string {
  const people = thousands(replay.staffMembers);
  const waiting = replay.waitingForPerson > 0 ? `, and ${thousands(replay.waitingForPerson)} people not bound to one yet` : "";
  const taken = replay.withdrawn > 0 ? `, ${thousands(replay.withdrawn)} awards taken back` : "";
  const due = replay.wouldBecomeDue === null ? "" : `; ${thousands(replay.wouldBecomeDue)} would become due for ESR`;
  return [
    `${replay.course}: ${thousands(replay.willChange)} will change, ${thousands(replay.willFail)} fail; ${thousands(replay.awards)} awards${taken} of ${people} staff members${waiting}${due}.`,
    ...(replay.unchanged > 0 ? [`    ${thousands(replay.unchanged)} stay as they are.`] : []),
    ...replay.failures.map(({ count, say, next }) => `    ${thousands(count)} not: ${say} ${next}`),
    ...(replay.dueNotKnown === null ? [] : [`    How many would become due for ESR is not known: ${replay.dueNotKnown}`]),
  ].join("\n");
}
