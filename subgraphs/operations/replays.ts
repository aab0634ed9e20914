/** Replays: records that are derived anew from what was received. Plan, start, cancel, and how far each has got. */
import { Arg, Ctx, FieldResolver, ID, Mutation, Resolver } from "type-graphql";
import { isHubError } from "../../platform/errors";
import { problemText, saidOfMany, sentence } from "../../schema/codes/problems";
import type { RequestContext } from "../kit/context";
import type { Asker } from "../kit/course-verbs";
import { badInput, forbidden } from "../kit/refusals";
import type { ReplayAsked, ReplayFilterAsked, ReplayVerbs } from "../kit/replay-verbs";
import type { UserError } from "./courses-types";
import { CancelReplayInput, PlanReplayInput, RecordReplay, type ReplayFilterInput, ReplayPayload, StartReplayInput } from "./replays-types";
import { Operations } from "./types";

function verbs(context: RequestContext): ReplayVerbs {
  const { replays } = context.environment;
  if (!replays) throw badInput("This process only answers questions: records are derived anew by the hub's own process.");
  return replays;
}

@Resolver(() => Operations)
export class ReplaysResolver {
  @FieldResolver(() => [RecordReplay], {
    nullable: true,
    description: "Replays, the latest first: of one organisation for its administrators, of all for the ESR team.",
  })
  async replays(
    @Arg("organisation", () => String, { nullable: true, description: "ODS code of the organisation." }) organisation: string | null,
    @Ctx() context: RequestContext,
  ): Promise<RecordReplay[]> {
    const own = organisation === null || organisation === undefined ? undefined : [organisation];
    await may(context, own ?? [], "replays");
    const found = await verbs(context).list(own);
    context.trail.counts.replays = found.length;
    return found.map((one) => replayOf(context, one));
  }

  @FieldResolver(() => RecordReplay, { nullable: true, description: "One replay." })
  async replay(@Arg("id", () => ID, { description: "Its id." }) id: string, @Ctx() context: RequestContext): Promise<RecordReplay | null> {
    const found = await verbs(context).find(id);
    // Somebody else's and one that never was look the same.
    await may(context, found?.replay.organisations ?? [], "replay");
    return found ? replayOf(context, found) : null;
  }
}

@Resolver()
export class ReplayMutations {
  @Mutation(() => ReplayPayload, {
    nullable: true,
    description:
      "What would become of these records if they were derived anew from what was received. Nothing is changed. A large plan is answered in state PLANNING: ask for the replay until it is PLANNED.",
  })
  async planReplay(
    @Arg("input", () => PlanReplayInput, { description: "Which records, and why." }) input: PlanReplayInput,
    @Ctx() context: RequestContext,
  ): Promise<ReplayPayload> {
    const filter = filterOf(input.filter);
    const asker = await may(context, verbs(context).organisationsOf(filter), "planReplay");
    return answerOf(context, input.reason, async () => ({
      ...(await verbs(context).plan(filter, input.reason.trim(), asker)),
      differences: [],
    }));
  }

  @Mutation(() => ReplayPayload, {
    nullable: true,
    description: "Begins a planned replay: exactly what was planned, or nothing and what differs. Asked again, it changes nothing.",
  })
  async startReplay(
    @Arg("input", () => StartReplayInput, { description: "The plan, the reason and the pace." }) input: StartReplayInput,
    @Ctx() context: RequestContext,
  ): Promise<ReplayPayload> {
    const asker = await mayOf(context, input.replay, "startReplay");
    const rate = input.rate ?? undefined;
    return answerOf(context, input.reason, () => verbs(context).start(input.replay, { reason: input.reason.trim(), rate }, asker));
  }

  @Mutation(() => ReplayPayload, { nullable: true, description: "Stops a replay: what has been stored stays, the rest is not done." })
  async cancelReplay(
    @Arg("input", () => CancelReplayInput, { description: "The replay and the reason." }) input: CancelReplayInput,
    @Ctx() context: RequestContext,
  ): Promise<ReplayPayload> {
    const asker = await mayOf(context, input.replay, "cancelReplay");
    return answerOf(context, input.reason, async () => ({
      ...(await verbs(context).cancel(input.replay, input.reason.trim(), asker)),
      differences: [],
    }));
  }
}

const filterOf = (input: ReplayFilterInput): ReplayFilterAsked =>
  Object.fromEntries(Object.entries(input).filter(([, value]) => value !== null && value !== undefined && value !== ""));

async function mayOf(context: RequestContext, id: string, part: string): Promise<Asker> {
  return may(context, (await verbs(context).find(id))?.replay.organisations ?? [], part);
}

async function may(context: RequestContext, organisations: readonly string[], part: string): Promise<Asker> {
  if (!(await context.may("replay-records", { organisations }))) throw forbidden(part);
  const principal = await context.principal();
  context.trail.kinds.add("operations");
  for (const organisation of organisations) context.trail.controllers.add(organisation);
  return {
    requestId: context.requestId,
    subject: `${principal.issuer}|${principal.subject}`,
    organisation: principal.org,
    role: principal.role,
    purpose: principal.purposes.join(" ") || undefined,
  };
}

export async function answerOf(
  context: RequestContext,
  reason: string,
  ask: () => Promise<ReplayAsked & { readonly differences: readonly string[] }>,
): Promise<ReplayPayload> {
  const nothing = { replay: null, differences: [] };
  if (reason.trim() === "" || reason.length > 1000)
    return {
      ...nothing,
      userErrors: [{ code: "REPLAY_FILTER_INVALID", field: "reason", message: "Say why, in at most 1,000 characters." }],
    };
  try {
    const { differences, ...found } = await ask();
    const replay = replayOf(context, found);
    if (differences.length === 0) {
      context.changed("replay", replay.id);
      return { replay, differences: [], userErrors: [] };
    }
    const text = problemText("REPLAY_STALE");
    const message = `${sentence(text.say, { differences: differences.join(" ") })} ${text.next}`;
    return { replay, differences, userErrors: [{ code: "REPLAY_STALE", field: "replay", message }] };
  } catch (error) {
    return { ...nothing, userErrors: [userErrorOf(error)] };
  }
}

function userErrorOf(error: unknown): UserError {
  // Faults of ours are not the caller's: they are masked, logged and said to be faults further out.
  if (!isHubError(error) || (error.class !== "settings" && error.code !== "REPLAY_BUSY")) throw error;
  const text = problemText(error.code);
  const { field } = error.detail;
  const message = `${sentence(text.say, error.detail)} ${sentence(text.next, error.detail)}`;
  return { code: error.code, field: typeof field === "string" ? field : null, message };
}

const kinds = { "course-map": "COURSE_MAP", "code-map": "CODE_MAP", records: "RECORDS" } as const;

function replayOf(context: RequestContext, { replay, progress }: ReplayAsked): RecordReplay {
  // In planning it has no counts yet.
  const counts = replay.plan.counts as typeof replay.plan.counts | undefined;
  return {
    id: replay.id,
    kind: kinds[replay.kind],
    state: replay.state,
    subject: replay.subject,
    organisations: replay.organisations.map((odsCode) => context.organisation(odsCode)),
    records: counts?.records ?? progress.chosen,
    willChange: counts?.change ?? null,
    unchanged: counts?.unchanged ?? null,
    willFail: counts?.fail ?? null,
    rawExpired: counts?.rawExpired ?? null,
    rows: counts?.rows ?? null,
    withdrawn: counts?.withdrawn ?? null,
    waiting: counts?.waiting ?? null,
    older: counts?.older ?? null,
    olderWillChange: counts?.olderChange ?? null,
    failures: Object.entries(replay.plan.failures ?? {}).map(([code, count]) => ({ code, count, ...saidOfMany(code, count) })),
    rate: replay.rate ?? null,
    ...progress,
    plannedAt: replay.plannedAt,
    plannedBy: replay.plannedBy,
    startedAt: replay.startedAt ?? null,
    appliedAt: replay.appliedAt ?? null,
    cancelledAt: replay.cancelledAt ?? null,
    reason: replay.reason ?? null,
    cancelReason: replay.cancelReason ?? null,
  };
}
