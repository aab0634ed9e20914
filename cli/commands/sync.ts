import { reconcile } from "../../outbound/reconcile";
import { problemText, sentence } from "../../schema/codes/problems";
import { syncOnce } from "../../sync/first-sync";
import type { RunResult } from "../../sync/run";
import { mayOperate } from "../compose/acting";
import { configurationOf } from "../compose/configuration";
import { type Foundation, openFoundation } from "../compose/foundation";
import { holderName, isDeadHolder } from "../compose/holder";
import { composeOutbound } from "../compose/outbound";
import { sandboxIfNeeded } from "../compose/sandbox";
import { readEnvironment } from "../environment";
import { exitCodes, type Output, UsageError } from "../output";
import { progressView } from "../present/progress";
import { table } from "../present/table";

/** One run now, with bars and the funnel at the end. */
export async function sync(output: Output, options: { config?: string; today?: string; full?: boolean }, id?: string): Promise<number> {
  if (options.full && id === undefined)
    throw new UsageError("Say of which connection everything is to be read: npx lanyard sync <connection> --full");
  const read = readEnvironment(options);
  const { config, environment } = configurationOf(read, options.config);
  const wanted = config.connections.filter((connection) => id === undefined || connection.id === id);
  if (wanted.length === 0) {
    throw new UsageError(`There is no connection ${id}. There are: ${config.connections.map((connection) => connection.id).join(", ")}.`);
  }
  const pushed = wanted.filter(({ connector }) => !connector.poll);
  if (id !== undefined && pushed.length > 0)
    throw new UsageError(
      `The vendor of ${id} pushes: there is nothing to ask it for. What it has sent: npx lanyard status, npx lanyard keys list ${id}.`,
    );
  const sandbox = options.config ? undefined : await sandboxIfNeeded(environment, output);
  const foundation = await openFoundation(environment, config);
  const stop = new AbortController();
  const interrupt = () => stop.abort();
  process.once("SIGINT", interrupt).once("SIGTERM", interrupt);
  const view = progressView(process.stderr.isTTY === true && !output.json, output.json);
  try {
    await mayOperate(foundation, { act: options.full ? "backfill" : "sync-now", operation: "sync", kind: "connection", why: id ?? "all" });
    await foundation.store.connections.releaseDead(isDeadHolder);
    const results = await syncOnce(foundation.engine, wanted, {
      trigger: "command",
      holder: holderName(),
      signal: stop.signal,
      ...(options.full ? { mode: "full" as const } : {}),
      onProgress: (progress) => view.update(progress),
      onFinished: (result) => view.finish(result.connectionId),
    });
    view.close();
    await recognise(foundation, results);
    const left = wanted.filter(
      (connection) => connection.connector.poll && !results.some((result) => result.connectionId === connection.id),
    );
    const paused = new Set<string>();
    for (const { id } of left) if (await foundation.store.connections.isPaused(id)) paused.add(id);
    const busy = left.filter(({ id }) => !paused.has(id));
    const value = { runs: results.map(runValue), busy: busy.map(({ id }) => id), paused: [...paused], pushed: pushed.map(({ id }) => id) };
    output.answer(value, () =>
      [
        ...results.map(funnel),
        ...busy.map((connection) => `${connection.id}: another worker is running it.`),
        ...[...paused].map((id) => `${id}: paused. Next: npx lanyard connections resume ${id} --reason <text>`),
        ...pushed.map((connection) => `${connection.id}: its vendor pushes; there is nothing to ask it for.`),
      ].join("\n\n"),
    );
    if (results.some((result) => result.outcome === "FAILED")) return exitCodes.failed;
    return results.some((result) => result.outcome === "HELD") || left.length > 0 ? exitCodes.degraded : exitCodes.ok;
  } finally {
    process.off("SIGINT", interrupt).off("SIGTERM", interrupt);
    view.close();
    await foundation.close();
    await sandbox?.close();
  }
}

/** What ESR's own files brought back is recognised at once; what is due goes with the next run towards ESR. */
async function recognise(foundation: Foundation, results: readonly RunResult[]): Promise<void> {
  const read = new Set(results.filter(({ error }) => !error).map(({ connectionId }) => connectionId));
  const outbound = composeOutbound(foundation);
  for (const { organisation, connections } of outbound.targets.values()) {
    if (connections.some((id) => read.has(id))) await reconcile(outbound, organisation);
  }
}

function runValue(result: RunResult) {
  return {
    connection: result.connectionId,
    outcome: result.outcome,
    counts: result.counts,
    ...(result.error ? { error: { code: result.error.code, class: result.error.class, detail: result.error.detail } } : {}),
  };
}

function funnel(result: RunResult): string {
  const { counts, error } = result;
  const lines = [
    `${result.connectionId}: ${outcomeWords[result.outcome]}`,
    table(
      ["vendor records", "", "records", ""],
      [
        ["received", counts.rawIn, "applied", counts.applied],
        ["yielding records", counts.yielding, "unchanged", counts.unchanged],
        ["ignored", counts.ignored, "superseded", counts.superseded],
        ["not usable", counts.refusedRaw, "waiting for their person", counts.waiting],
        ["", "", "refused", counts.refused],
      ].map((row) => row.map((cell) => cell)),
    ),
  ];
  if (!error && counts.rawIn === 0) lines.push("Nothing was due: no new file, or the last full sweep is less than its interval ago.");
  if (error) {
    const text = problemText(error.code);
    const detail = { connection: result.connectionId, ...error.detail };
    lines.push(`${text.title}. ${sentence(text.say, detail)}`, `Next: ${sentence(text.next, detail)} (whose move: ${text.owner})`);
  }
  return lines.join("\n");
}

const outcomeWords = {
  COMPLETED: "complete",
  CONTINUES: "stopped on the way; the next run goes on from there",
  FAILED: "failed; what was read before is kept",
  HELD: "complete, and a snapshot is held for a person's decision (npx lanyard held list)",
  ABANDONED: "abandoned",
} as const;
