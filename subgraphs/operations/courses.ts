/** Courses without a competence: the worklist, and the two steps that cure one (preview, then apply). */
import { Arg, Ctx, FieldResolver, Mutation, Resolver } from "type-graphql";
import { isHubError } from "../../platform/errors";
import { suggestCompetences } from "../../schema/codes/competence-words";
import { competenceOf } from "../../schema/codes/competences";
import { problemText, saidOfMany, sentence } from "../../schema/codes/problems";
import type { UnmappedCourse as Row } from "../../store/course-maps";
import type { RequestContext } from "../kit/context";
import type { Asker, CourseMapInForce, CourseVerbs, ReplayPreview } from "../kit/course-verbs";
import { badInput, forbidden } from "../kit/refusals";
import {
  ApplyCourseMapInput,
  ApplyCourseMapPayload,
  CourseMap,
  CourseMapEndInput,
  CourseMapInput,
  PreviewCourseMapPayload,
  type Replay,
  UnmappedCourse,
  type UserError,
} from "./courses-types";
import { fewest } from "./problem-text";
import { Operations } from "./types";

/** Below that a title leaves more than it says: nothing is suggested. */
const leastScore = 0.5;
const mostSuggestions = 3;

function verbs(context: RequestContext): CourseVerbs {
  const { courses } = context.environment;
  if (!courses) throw badInput("This process only answers questions: course maps are kept by the hub's own process.");
  return courses;
}

@Resolver(() => Operations)
export class CoursesResolver {
  @FieldResolver(() => [UnmappedCourse], {
    nullable: true,
    description: "Courses that nobody has mapped, those that most people wait for first: for the trust's administrators and the ESR team.",
  })
  async unmappedCourses(
    @Arg("organisation", () => String, { description: "ODS code of the organisation." }) organisation: string,
    @Ctx() context: RequestContext,
  ): Promise<UnmappedCourse[]> {
    await mayRead(context, organisation, "unmappedCourses");
    const rows = await verbs(context).unmapped(organisation);
    context.trail.counts.unmappedCourses = rows.length;
    return rows.map((row) => courseOf(context, row));
  }

  @FieldResolver(() => [CourseMap], { nullable: true, description: "The organisation's course map as it is in force." })
  async courseMaps(
    @Arg("organisation", () => String, { description: "ODS code of the organisation." }) organisation: string,
    @Ctx() context: RequestContext,
  ): Promise<CourseMap[]> {
    await mayRead(context, organisation, "courseMaps");
    return (await verbs(context).inForce(organisation)).map(mapOf);
  }
}

@Resolver()
export class CourseMapMutations {
  @Mutation(() => PreviewCourseMapPayload, {
    nullable: true,
    description: "What would become of the completions of a course if it awarded these competences. Nothing is changed.",
  })
  async previewCourseMap(
    @Arg("input", () => CourseMapInput, { description: "Course and competences." }) input: CourseMapInput,
    @Ctx() context: RequestContext,
  ): Promise<PreviewCourseMapPayload> {
    const asker = await mayMap(context, input.organisation, "previewCourseMap");
    const { organisation, course, competences = [], local = false, from, to } = input;
    const proposal = {
      organisation,
      course,
      competences: competences ?? [],
      local: local === true,
      from: from ?? undefined,
      to: to ?? undefined,
    };
    return preview(context, () => verbs(context).preview(proposal, asker));
  }

  @Mutation(() => PreviewCourseMapPayload, {
    nullable: true,
    description: "What would become of the completions of a course if these rows of its map ended. Nothing is changed.",
  })
  async previewCourseMapEnd(
    @Arg("input", () => CourseMapEndInput, { description: "Rows that are to end." }) input: CourseMapEndInput,
    @Ctx() context: RequestContext,
  ): Promise<PreviewCourseMapPayload> {
    const asker = await mayMap(context, input.organisation, "previewCourseMapEnd");
    return preview(context, () => verbs(context).previewEnding(input, asker));
  }

  @Mutation(() => ApplyCourseMapPayload, {
    nullable: true,
    description: "Carries a preview out: exactly what was shown, or nothing and what differs. Asked again, it changes nothing.",
  })
  async applyCourseMap(
    @Arg("input", () => ApplyCourseMapInput, { description: "The preview and the reason." }) input: ApplyCourseMapInput,
    @Ctx() context: RequestContext,
  ): Promise<ApplyCourseMapPayload> {
    const nothing = { replay: null, changed: null, alreadyThere: null, movedOn: null, differences: [] };
    const owner = await verbs(context).organisationOf(input.replay);
    // Somebody else's preview and one that never was look the same.
    if (owner === undefined) throw forbidden("applyCourseMap");
    const asker = await mayMap(context, owner, "applyCourseMap");
    const reason = input.reason.trim();
    if (reason === "" || reason.length > 1000)
      return {
        ...nothing,
        userErrors: [{ code: "COURSE_MAP_INVALID", field: "reason", message: "Say why, in at most 1,000 characters." }],
      };
    try {
      const approvedBy = input.approvedBy?.trim().slice(0, 200) || undefined;
      const outcome = await verbs(context).apply(input.replay, { approvedBy, reason }, asker);
      const replay = replayOf(context, outcome.replay);
      if (outcome.state === "STALE") {
        const text = problemText("REPLAY_STALE");
        const differences = outcome.differences.join(" ");
        const message = `${sentence(text.say, { differences })} ${text.next}`;
        return { ...nothing, replay, differences: outcome.differences, userErrors: [{ code: "REPLAY_STALE", field: "replay", message }] };
      }
      context.trail.counts.rederived = outcome.changed;
      context.changed("course-map", replay.id);
      const { changed, alreadyThere, movedOn } = outcome;
      return { replay, changed, alreadyThere, movedOn, differences: [], userErrors: [] };
    } catch (error) {
      return { ...nothing, userErrors: [userErrorOf(error)] };
    }
  }
}

async function preview(context: RequestContext, ask: () => Promise<ReplayPreview>): Promise<PreviewCourseMapPayload> {
  try {
    const found = await ask();
    context.trail.counts.wouldChange = found.counts.change;
    context.changed("replay", found.id);
    return { replay: replayOf(context, found), userErrors: [] };
  } catch (error) {
    return { replay: null, userErrors: [userErrorOf(error)] };
  }
}

export async function mayRead(context: RequestContext, organisation: string, part: string): Promise<void> {
  if (!(await context.may("read", { label: "R8", controllerOrg: organisation }))) throw forbidden(part);
  context.trail.kinds.add("operations");
  context.trail.controllers.add(organisation);
}

/** A mutation's name in the audit is the operation's; what was decided about whom stands in the event of the act. */
export async function mayMap(context: RequestContext, organisation: string, part: string): Promise<Asker> {
  if (!(await context.may("map-courses", { organisations: [organisation] }))) throw forbidden(part);
  const principal = await context.principal();
  context.trail.kinds.add("operations");
  context.trail.controllers.add(organisation);
  return {
    requestId: context.requestId,
    subject: `${principal.issuer}|${principal.subject}`,
    organisation: principal.org,
    role: principal.role,
    purpose: principal.purposes.join(" ") || undefined,
  };
}

function userErrorOf(error: unknown): UserError {
  // Faults of ours are not the caller's: they are masked, logged and said to be faults further out.
  if (!isHubError(error) || (error.class !== "settings" && error.code !== "REPLAY_BUSY")) throw error;
  const text = problemText(error.code);
  const { field } = error.detail;
  const message = `${sentence(text.say, error.detail)} ${sentence(text.next, error.detail)}`;
  return { code: error.code, field: typeof field === "string" ? field : null, message };
}

function courseOf(context: RequestContext, row: Row): UnmappedCourse {
  const { connectionId, courseSourceId, course, title, organisation, ...counts } = row;
  const suggestions = suggestCompetences(title)
    .filter(({ score }) => score >= leastScore)
    .slice(0, mostSuggestions)
    .map(({ identity, score }) => ({ competence: identity, title: competenceOf(identity)?.title ?? identity, score }));
  return {
    id: `${organisation}:${connectionId}:${courseSourceId}`,
    course: { code: course, title },
    organisation: context.organisation(organisation),
    connectedSystemId: connectionId,
    ...counts,
    ...(row.people < fewest ? { firstCompletedOn: null, lastCompletedOn: null } : {}),
    suggestions,
  };
}

function mapOf(row: CourseMapInForce): CourseMap {
  return {
    id: row.id ?? null,
    origin: row.id === undefined ? "CONFIGURATION" : "STATED",
    course: row.course,
    competence: row.competence ?? null,
    from: row.from ?? null,
    to: row.to ?? null,
    approvedBy: row.approvedBy ?? null,
    recordedBy: row.recordedBy ?? null,
    recordedAt: row.recordedAt ?? null,
    reason: row.reason ?? null,
  };
}

function replayOf(context: RequestContext, preview: ReplayPreview): Replay {
  const { counts } = preview;
  return {
    id: preview.id,
    state: preview.state,
    organisation: context.organisation(preview.organisation),
    course: preview.course,
    completions: counts.completions,
    willChange: counts.change,
    unchanged: counts.unchanged,
    willFail: counts.fail,
    rawExpired: counts.rawExpired,
    awards: counts.awards,
    withdrawn: counts.withdrawn,
    staffMembers: counts.staffMembers,
    waitingForPerson: counts.waitingForPerson,
    wouldBecomeDue: preview.wouldBecomeDue ?? null,
    dueNotKnown: preview.dueNotKnown ?? null,
    failures: Object.entries(preview.failures).map(([code, count]) => ({ code, count, ...saidOfMany(code, count) })),
    sample: preview.sample,
  };
}
