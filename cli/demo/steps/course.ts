import { askDoctor, ready } from "../../compose/doctor";
import { table } from "../../present/table";
import type { Step } from "../narration";
import { as, type Stage } from "../stage";
import type { Memory } from "../story";
import { settleEsr } from "./esr";

interface Course {
  readonly course: { readonly code: string; readonly title: string };
  readonly people: number;
  readonly completions: number;
  readonly suggestions: readonly { readonly competence: string; readonly title: string }[];
}
interface Replay {
  readonly id: string;
  readonly willChange: number;
  readonly willFail: number;
  readonly unchanged: number;
  readonly awards: number;
  readonly staffMembers: number;
  readonly wouldBecomeDue: number | null;
}
interface UserError {
  readonly message: string;
}
const replayFields = "id willChange willFail unchanged awards staffMembers wouldBecomeDue";
export const causesQuery = `query Causes { operations { causes { code title owner count systems { system { id } subject count say next } } } }`;
export const coursesQuery = `query Courses($organisation: String!) { operations { unmappedCourses(organisation: $organisation) {
  course { code title } people completions suggestions { competence title } } } }`;
export const previewMutation = `mutation DemonstrationPreview($input: CourseMapInput!) { previewCourseMap(input: $input) { replay { ${replayFields} } userErrors { message } } }`;
export const applyMutation = `mutation DemonstrationApply($input: ApplyCourseMapInput!) { applyCourseMap(input: $input) { changed userErrors { message } } }`;

/** Queues, the cause, the preview, the approval, and what it changes for everybody who waited. */
export async function courseStep(stage: Stage, step: Step, memory: Memory): Promise<void> {
  const ops = as("ops");
  const { operations } = await stage.ask<{
    operations: { causes: readonly { code: string; title: string; owner: string; count: number; systems: readonly { say: string }[] }[] };
  }>(causesQuery, {}, ops);
  step.show(
    "npx lanyard problems",
    table(
      ["cause", "whose move", "count"],
      operations.causes.map((cause) => [cause.title, cause.owner.toLowerCase(), cause.count]),
    ),
  );
  const cause = operations.causes.find((one) => one.code === "COURSE_NOT_MAPPED");
  step.check("the cause stands in the queues, with the trust as its owner", cause?.owner === "TRUST", cause);

  const organisation = stage.doctor.organisation;
  // What had been due before is sent first, as every night: the next file then holds what the mapping makes due, and nothing else.
  const night = await settleEsr(stage, organisation);
  step.say(`The night's run towards ESR: ${night.sent} records sent, ${night.loaded} loaded and come back, ${night.refused} refused.`);
  const admin = as("trust-admin", organisation);
  const listed = await stage.ask<{ operations: { unmappedCourses: readonly Course[] } }>(coursesQuery, { organisation }, admin);
  const [course] = listed.operations.unmappedCourses;
  if (!step.check("the worklist names the course first that most people wait for", course !== undefined)) return;
  const competence = course!.suggestions[0]?.competence;
  step.show(
    `npx lanyard courses list --organisation ${organisation}`,
    `"${course!.course.title}" (${course!.course.code}): ${course!.people} people, ${course!.completions} completions; may be ${course!.suggestions[0]?.title ?? "?"}`,
  );
  step.equal("37 staff have finished it", course!.people, 37);
  if (!step.check("its title suggests the competence", competence !== undefined)) return;

  memory.mapped = competence ?? "";
  const input = { organisation, course: course!.course.code, competences: [competence] };
  const preview = await stage.ask<{ previewCourseMap: { replay: Replay | null; userErrors: readonly UserError[] } }>(
    previewMutation,
    { input },
    admin,
  );
  const replay = preview.previewCourseMap.replay;
  if (!step.check("the preview is computed", replay !== null, preview.previewCourseMap.userErrors)) return;
  step.show(
    `npx lanyard courses map --organisation ${organisation} --course "${course!.course.code}" --to "${competence}" --reason "Learning lead, IPC team"`,
    `${replay!.willChange} will change, ${replay!.willFail} fail${replay!.wouldBecomeDue === null ? "" : `; ${replay!.wouldBecomeDue} would become due for ESR`}`,
  );
  step.equal("preview: 37 will change, 0 fail", [replay!.willChange, replay!.willFail], [37, 0]);
  const before = await stage.foundation.store.pool.query("select count(*)::int as n from learning.achievement where mapping = 'UNMAPPED'");

  const applied = await stage.ask<{ applyCourseMap: { changed: number | null; userErrors: readonly UserError[] } }>(
    applyMutation,
    { input: { replay: replay!.id, reason: "Learning lead, IPC team", approvedBy: "Learning lead, Northbridge" } },
    admin,
  );
  step.equal("applied: exactly the 37 of the preview", applied.applyCourseMap.changed, 37);
  const after = await stage.foundation.store.pool.query("select count(*)::int as n from learning.achievement where mapping = 'UNMAPPED'");
  step.equal("37 fewer completions wait for a course map", before.rows[0].n - after.rows[0].n, 37);
  const told = await askDoctor(stage.foundation, stage.graph, stage.doctor);
  step.equal("her counts are now 9, 1, 1", ready(told?.doctor), [9, 1, 1]);
  step.measure("replay", replay);
}
