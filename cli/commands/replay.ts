import { workReplays } from "../../sync/rederive/apply";
import type { Foundation } from "../compose/foundation";
import type { Graph } from "../compose/graph";
import { holderName } from "../compose/holder";
import { commandLine, withGraph } from "../compose/operations";
import { exitCodes, type Output, UsageError } from "../output";
import { table, thousands } from "../present/table";

interface ReplayOptions {
  readonly config?: string;
  readonly today?: string;
}
interface PlanOptions extends ReplayOptions {
  readonly record?: string;
  readonly refusal?: string;
  readonly connection?: string;
  readonly organisation?: string;
  readonly kind?: string;
  readonly code?: string;
  readonly since?: string;
  readonly until?: string;
  readonly reason: string;
}
export interface UserError {
  readonly code: string;
  readonly field: string | null;
  readonly message: string;
}
/** Of a plan: known when it is planned. */
interface PlanCounts {
  readonly willChange: number;
  readonly unchanged: number;
  readonly willFail: number;
  readonly rawExpired: number;
  readonly rows: number;
  readonly withdrawn: number;
  readonly waiting: number;
  readonly older: number;
  readonly olderWillChange: number;
}
export type ReplayAnswer = ReplayState & (PlanCounts | { readonly [Count in keyof PlanCounts]: null });
interface ReplayState {
  readonly id: string;
  readonly kind: string;
  readonly state: string;
  readonly subject: string;
  readonly organisations: readonly { readonly odsCode: string }[];
  readonly records: number;
  readonly lookedAt: number;
  readonly failures: readonly { readonly code: string; readonly say: string; readonly next: string; readonly count: number }[];
  readonly rate: number | null;
  readonly changed: number;
  readonly alreadyThere: number;
  readonly movedOn: number;
  readonly left: number;
  readonly plannedAt: string;
  readonly plannedBy: string;
  readonly cancelReason: string | null;
}
interface PayloadAnswer {
  readonly answer: {
    readonly replay: ReplayAnswer | null;
    readonly differences: readonly string[];
    readonly userErrors: readonly UserError[];
  } | null;
}

const fields = `id kind state subject organisations { odsCode } records lookedAt willChange unchanged willFail rawExpired rows withdrawn waiting older olderWillChange
  failures { code say next count } rate changed alreadyThere movedOn left plannedAt plannedBy cancelReason`;
export const replayPayload = `replay { ${fields} } differences userErrors { code field message }`;
export const planMutation = `mutation ReplayPlan($input: PlanReplayInput!) { answer: planReplay(input: $input) { ${replayPayload} } }`;
export const startMutation = `mutation ReplayStart($input: StartReplayInput!) { answer: startReplay(input: $input) { ${replayPayload} } }`;
export const cancelMutation = `mutation ReplayCancel($input: CancelReplayInput!) { answer: cancelReplay(input: $input) { ${replayPayload} } }`;
export const oneQuery = `query Replay($id: ID!) { operations { replay(id: $id) { ${fields} } } }`;
export const listQuery = `query Replays($organisation: String) { operations { replays(organisation: $organisation) { ${fields} } } }`;

const operator = () => commandLine({ role: "ops", purpose: "SERVICE_OPERATION" });

/** How often a plan, or a replay that somebody else works on, is looked at. */
const pauseMs = 1000;

export async function replayPlan(output: Output, options: PlanOptions): Promise<number> {
  return withGraph(options, async (graph, { engine }) => {
    const { record, refusal, connection, organisation, kind, code, since, until, reason } = options;
    const filter = { record, refusal, connection, organisation, kind, code, since, until };
    const found = await asked(graph, planMutation, { filter, reason });
    if ("errors" in found) return refused(output, found.errors);
    let { replay } = found;
    // It is computed in this process.
    for (; replay.state === "PLANNING"; replay = await one(graph, replay.id)) {
      output.note(progressText(replay));
      await engine.sleep(pauseMs);
    }
    // Given up before it was planned: there are no counts, and it says why.
    const planned = replay.state === "PLANNED";
    output.answer(replay, () => (planned ? planText(replay) : progressText(replay)));
    return planned ? exitCodes.ok : exitCodes.failed;
  });
}

/** Works on it to its end, beside whoever else works on replays; a second start of the same plan goes on with it. */
export async function replayStart(output: Output, options: ReplayOptions & { reason: string; rate?: string }, id: string): Promise<number> {
  return withGraph(options, async (graph, foundation) => {
    const rate = options.rate === undefined ? undefined : Number(options.rate);
    if (rate !== undefined && !(rate > 0)) throw new UsageError(`--rate should be a number of records per second, got "${options.rate}".`);
    const found = await asked(graph, startMutation, { replay: id, reason: options.reason, rate });
    if ("errors" in found) return refused(output, found.errors);
    const end = await toItsEnd(output, graph, foundation, id);
    output.answer(end, () => progressText(end));
    return end.state === "APPLIED" ? exitCodes.ok : exitCodes.degraded;
  });
}

async function toItsEnd(output: Output, graph: Graph, { engine, config }: Foundation, id: string): Promise<ReplayAnswer> {
  const stop = new AbortController();
  const stopping = () => stop.abort();
  process.once("SIGINT", stopping);
  process.once("SIGTERM", stopping);
  try {
    for (;;) {
      const now = await one(graph, id);
      if (now.state !== "APPLYING" || stop.signal.aborted) return now;
      output.note(progressText(now));
      await workReplays(engine, config.connections, holderName(), { only: id, signal: stop.signal });
      const after = await one(graph, id);
      // Its connections are being read, or somebody else is at it.
      if (after.state === "APPLYING" && after.left === now.left) await engine.sleep(pauseMs, stop.signal).catch(() => undefined);
    }
  } finally {
    process.off("SIGINT", stopping);
    process.off("SIGTERM", stopping);
  }
}

export async function replayStatus(output: Output, options: ReplayOptions, id: string): Promise<number> {
  return withGraph(options, async (graph) => {
    const found = await one(graph, id);
    output.answer(found, () => `${planText(found)}\n${progressText(found)}`);
    return exitCodes.ok;
  });
}

export async function replayList(output: Output, options: ReplayOptions & { organisation?: string }): Promise<undefined> {
  await withGraph(options, async (graph) => {
    const { operations } = await graph.ask<{ operations: { replays: readonly ReplayAnswer[] } }>(
      listQuery,
      { organisation: options.organisation },
      operator(),
    );
    output.answer({ replays: operations.replays }, () =>
      operations.replays.length === 0
        ? "Nothing has been derived anew. npx lanyard replay plan --help"
        : table(
            ["replay", "about", "state", "to change", "done", "left"],
            operations.replays.map((it) => [
              it.id,
              it.subject,
              it.state.toLowerCase(),
              it.willChange ?? "-",
              it.changed + it.alreadyThere + it.movedOn,
              it.willChange === null ? "-" : it.left,
            ]),
          ),
    );
  });
  return undefined;
}

export async function replayCancel(output: Output, options: ReplayOptions & { reason: string }, id: string): Promise<number> {
  return withGraph(options, async (graph) => {
    const found = await asked(graph, cancelMutation, { replay: id, reason: options.reason });
    if ("errors" in found) return refused(output, found.errors);
    output.answer(found.replay, () => progressText(found.replay));
    return exitCodes.ok;
  });
}

async function asked(graph: Graph, mutation: string, input: object): Promise<{ replay: ReplayAnswer } | { errors: readonly UserError[] }> {
  const { answer } = await graph.ask<PayloadAnswer>(mutation, { input }, operator());
  if (!answer?.replay || answer.userErrors.length > 0) return { errors: answer?.userErrors ?? [] };
  return { replay: answer.replay };
}

async function one(graph: Graph, id: string): Promise<ReplayAnswer> {
  const { operations } = await graph.ask<{ operations: { replay: ReplayAnswer | null } }>(oneQuery, { id }, operator());
  if (!operations.replay) throw new UsageError(`There is no replay ${id}. npx lanyard replay list`);
  return operations.replay;
}

function refused(output: Output, errors: readonly UserError[]): number {
  const said = errors.length > 0 ? errors : [{ code: "FORBIDDEN", field: null, message: "Not permitted, or it failed: see the log." }];
  output.answer({ errors: said }, () => said.map(({ code, message }) => `${message} (${code})`).join("\n"));
  return exitCodes.failed;
}

export function planText(it: ReplayAnswer): string {
  if (it.willChange === null) return `Replay ${it.id} of ${thousands(it.records)} received records (${it.subject}).`;
  const lines = [
    `Replay ${it.id} of ${thousands(it.records)} received records (${it.subject}):`,
    `    ${thousands(it.willChange)} will change (${thousands(it.rows)} rows, ${thousands(it.withdrawn)} of them taken back), ${thousands(it.unchanged)} stay as they are, ${thousands(it.willFail)} will fail, ${thousands(it.rawExpired)} are not offered.`,
  ];
  if (it.waiting > 0) lines.push(`    ${thousands(it.waiting)} are of people who are not bound to a staff member yet.`);
  if (it.older > 0)
    lines.push(
      `    ${thousands(it.older)} were derived by an older version of the connector; ${thousands(it.olderWillChange)} of them will change.`,
    );
  for (const { code, count, say, next } of it.failures) lines.push(`    ${thousands(count)} not (${code}): ${say} ${next}`);
  if (it.state === "PLANNED" && it.willChange > 0)
    lines.push(`    Next: npx lanyard replay start ${it.id} --reason "<why>" [--rate <records per second>]`);
  return lines.join("\n");
}

export function progressText(it: ReplayAnswer): string {
  if (it.state === "PLANNING") return `planning: ${thousands(it.lookedAt)} of ${thousands(it.records)} looked at.`;
  const done = [
    `${thousands(it.changed)} changed`,
    ...(it.alreadyThere > 0 ? [`${thousands(it.alreadyThere)} as planned already`] : []),
    ...(it.movedOn > 0 ? [`${thousands(it.movedOn)} stated anew by their source since, and left as they are`] : []),
    `${thousands(it.left)} left`,
  ].join(", ");
  const why = it.cancelReason === null ? "" : ` (${it.cancelReason})`;
  return `${it.state.toLowerCase()}${why}: ${done}${it.rate === null ? "" : `; ${it.rate} a second`}.`;
}
