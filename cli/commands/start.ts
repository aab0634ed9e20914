import type { Server } from "node:http";
import { runOutbound } from "../../outbound/run";
import { drainServer, listen } from "../../platform/listen";
import { syncOnce } from "../../sync/first-sync";
import { configurationOf } from "../compose/configuration";
import { composeConsole } from "../compose/console";
import { type Foundation, openFoundation } from "../compose/foundation";
import { composeGraph, type Graph } from "../compose/graph";
import { holderName, isDeadHolder } from "../compose/holder";
import { createHubServer, type Route } from "../compose/http";
import { composeIntake, followByQueue } from "../compose/intake";
import { askOperations } from "../compose/operations";
import { composeOutbound } from "../compose/outbound";
import { type DemonstrationSandbox, startDemonstrationSandbox } from "../compose/sandbox";
import { letPeopleSay } from "../compose/story";
import { letTidewaterDeliver } from "../compose/tidewater";
import { addressOf } from "../compose/tokens";
import { finishReplays, type RunningWorker, startWorker } from "../compose/worker";
import { readEnvironment } from "../environment";
import { exitCodes, type Output, UsageError } from "../output";
import { closingLines, connectionValues } from "../present/closing";
import { progressView } from "../present/progress";

export interface StartOptions {
  readonly config?: string;
  readonly today?: string;
  readonly untilSynced: boolean;
  readonly role: string;
  readonly host?: string;
  readonly port?: string;
}

/** Of a graceful stop, from the first signal to the end of the process. */
const drainWithinMs = 29_000;
/** A push that is being stored gets its answer. */
const answerWithinMs = 20_000;

const subgraphRole = /^subgraph:(staff|learning|health|checks|movement|operations)$/;

/** Starts everything that the role asks for and stays until it is stopped (or until synced). */
export async function start(output: Output, options: StartOptions): Promise<number> {
  if (!["all", "gateway", "worker", "intake"].includes(options.role) && !subgraphRole.test(options.role)) {
    throw new UsageError(
      `There is no role ${options.role}. There are: all, gateway, worker, intake, subgraph:staff, subgraph:learning, subgraph:health, subgraph:checks, subgraph:movement, subgraph:operations.`,
    );
  }
  const stop = new AbortController();
  // A second Ctrl-C does not wait any longer, and the first not for ever: what has not been committed by then is read again.
  const interrupt = () => {
    if (stop.signal.aborted) process.exit(exitCodes.failed);
    stop.abort();
    setTimeout(() => process.exit(exitCodes.failed), drainWithinMs).unref();
  };
  process.on("SIGINT", interrupt).on("SIGTERM", interrupt);
  const closers: (() => Promise<unknown>)[] = [];
  const running: Running = {};
  try {
    return await run(output, options, stop, closers, running);
  } finally {
    if (stop.signal.aborted && !output.json) output.note("\nStopping: finishing what is on its way.");
    // The doors and the worker together: each may need some seconds.
    await Promise.all([running.worker?.close(), running.server && drainServer(running.server, answerWithinMs)]);
    for (const close of closers.reverse()) await close();
    process.off("SIGINT", interrupt).off("SIGTERM", interrupt);
  }
}

/** What stops first. */
interface Running {
  worker?: RunningWorker;
  server?: Server;
  /** The worker could not mend itself. */
  failed?: boolean;
}

async function run(
  output: Output,
  options: StartOptions,
  stop: AbortController,
  closers: (() => Promise<unknown>)[],
  running: Running,
): Promise<number> {
  const { signal } = stop;
  const read = readEnvironment(options);
  const say = (line: string) => {
    if (!output.json) output.note(line);
  };
  const demonstration = !options.config;
  if (demonstration) say("Lanyard demonstration. Synthetic people. Not an NHS service.");
  const sandbox = demonstration ? await startDemonstrationSandbox(read) : undefined;
  if (sandbox) closers.push(() => sandbox.close());
  const { config, environment } = configurationOf(read, options.config);
  for (const warning of config.warnings) say(warning);
  say(environment.databaseUrl ? "Database: DATABASE_URL." : "Starting embedded PostgreSQL.");
  const foundation = await openFoundation(environment, config);
  closers.push(() => foundation.close());
  for (const note of foundation.notes) say(note);
  // Before anybody may come in: what a killed process held would be busy for a minute, to vendors and to a replay's end.
  await foundation.store.connections.releaseDead(isDeadHolder);

  const served = await serve(foundation, options, closers, running);
  if (served.moved) say(`Port ${served.wanted} is taken: listening on ${served.port}.`);

  const syncs = options.role === "all" || options.role === "worker";
  // First: what a replay still has to give may be due for ESR.
  if (syncs) await finishReplays(foundation);
  // A hub in use does not keep everybody waiting for one new connection: its worker reads it in its turn.
  if (syncs && (options.untilSynced || !(await isInUse(foundation)))) await firstSync(foundation, output, signal);
  // Who pushes comes before ESR is told: what it brings may be due.
  if (options.role === "all" && sandbox?.tidewater && !signal.aborted)
    say(await letTidewaterDeliver(foundation, sandbox.tidewater, served.address));
  if (options.role === "all" && sandbox?.systems && served.graph && !signal.aborted)
    say(await letPeopleSay(served.graph, foundation, sandbox.systems));
  if (syncs && !signal.aborted) await towardsEsr(foundation, sandbox);
  if (syncs && !options.untilSynced && !signal.aborted) {
    running.worker = await startWorker(foundation, {
      redisUrl: environment.redisUrl,
      onBeyondRepair: () => {
        running.failed = true;
        stop.abort();
      },
    });
  }
  if (signal.aborted) return exitCodes.ok;
  if (options.role === "all" && served.graph) {
    if (output.json) {
      const connections = connectionValues(await askOperations(served.graph));
      const staffMembers = await foundation.store.countStaffMembers();
      output.answer({ ready: true, graphql: `${served.address}/graphql`, staffMembers, connections }, () => "");
    } else process.stdout.write(await closingLines(foundation, { graph: served.graph, address: served.address, doctor: sandbox?.doctor }));
  } else if (output.json) output.answer({ ready: true, role: options.role, address: served.address }, () => "");
  else say(`${options.role} is up on ${served.address}.`);
  if (options.untilSynced) return exitOf(foundation);
  if (!output.json) output.note("\nCtrl-C stops.");
  await new Promise<void>((resolve) => (signal.aborted ? resolve() : signal.addEventListener("abort", () => resolve(), { once: true })));
  return running.failed ? exitCodes.failed : exitCodes.ok;
}

interface Served {
  /** Undefined where only the intake, or only the worker's health, is served. */
  readonly graph: Graph | undefined;
  readonly address: string;
  readonly wanted: number;
  readonly port: number;
  readonly moved: boolean;
}

async function serve(
  foundation: Foundation,
  options: StartOptions,
  closers: (() => Promise<unknown>)[],
  running: Running,
): Promise<Served> {
  const { config } = foundation;
  const host = options.host ?? config.listen.host;
  const wanted = options.port === undefined ? config.listen.port : Number(options.port);
  if (!Number.isInteger(wanted) || wanted < 0 || wanted > 65_535) throw new UsageError(`--port ${options.port} is not a port.`);
  // The demonstration's port may move on; whoever has said the address outside has said it for good.
  let address = config.publicAddress ?? addressOf(host, wanted);
  const graph = ["intake", "worker"].includes(options.role) ? undefined : await composeGraph(foundation, options.role, () => address);
  if (graph) closers.push(() => graph.close());
  const intake: Route[] = [];
  if (options.role === "all" || options.role === "intake") {
    const following = followByQueue(foundation, foundation.environment.redisUrl);
    closers.push(() => following.close());
    intake.push(composeIntake(foundation, undefined, following));
  }
  const pages = graph && ["all", "gateway"].includes(options.role) ? [await composeConsole(foundation, graph)] : [];
  const server = createHubServer(
    foundation,
    [...intake, ...(graph?.routes ?? []), ...pages],
    () => true,
    () => running.worker?.health(),
  );
  running.server = server;
  const { port, moved } = await listen(server, host, wanted);
  address = config.publicAddress ?? addressOf(host, port);
  return { graph, address: addressOf(host, port), wanted, port, moved };
}

/** Whether any connection has been read to its end before. */
async function isInUse({ store }: Foundation): Promise<boolean> {
  return (await store.listConnections()).some(({ lastSuccessAt }) => lastSuccessAt !== undefined);
}

/** Every connection that is polled and has never been read to its end, once. */
async function firstSync(foundation: Foundation, output: Output, signal: AbortSignal): Promise<void> {
  const known = new Map((await foundation.store.listConnections()).map((connection) => [connection.id, connection]));
  const wanted = foundation.config.connections.filter(
    ({ id, connector }) => connector.poll && !known.get(id)?.lastSuccessAt && !known.get(id)?.pausedAt,
  );
  if (wanted.length === 0) return;
  if (!output.json) output.note("First sync of every connection:");
  const view = progressView(process.stderr.isTTY === true && !output.json, output.json);
  try {
    await syncOnce(foundation.engine, wanted, {
      trigger: "start",
      holder: holderName(),
      signal,
      waitForBusy: true,
      onProgress: (progress) => view.update(progress),
      onFinished: (result) => view.finish(result.connectionId),
    });
  } finally {
    view.close();
  }
}

/**
 * What is due goes to ESR; where the simulated ESR is this process's own it takes its turn at once, and its answers are read.
 * An exchange folder that cannot be used is a problem of the list, not of the start.
 */
async function towardsEsr(foundation: Foundation, sandbox: DemonstrationSandbox | undefined): Promise<void> {
  const outbound = composeOutbound(foundation);
  for (const organisation of outbound.targets.keys()) await runOutbound(outbound, organisation);
  if (!sandbox?.stepEsr) return;
  sandbox.stepEsr();
  for (const organisation of outbound.targets.keys()) await runOutbound(outbound, organisation);
}

/** 0 when every connection has been read to its end at least once; 3 when one has not. */
async function exitOf({ config, store, log }: Foundation): Promise<number> {
  const known = new Map((await store.listConnections()).map((connection) => [connection.id, connection]));
  const open = config.connections.filter((connection) => !known.get(connection.id)?.lastSuccessAt).map((connection) => connection.id);
  if (open.length > 0) log.warn({ connections: open }, "not every connection has synced");
  return open.length > 0 ? exitCodes.degraded : exitCodes.ok;
}
