/** Everything the story is told with: the hub and its vendors in one process, on a data folder of their own. */
import type { Server } from "node:http";
import path from "node:path";
import type { Principal, Role } from "../../access/principal";
import type { ReadMode } from "../../connectors/connector";
import { closeServer, listen } from "../../platform/listen";
import { createLog, type LogLevel } from "../../platform/log";
import type { Sandbox } from "../../sandbox/sandbox";
import { syncOnce } from "../../sync/first-sync";
import { type RunResult, runConnection } from "../../sync/run";
import { configurationOf } from "../compose/configuration";
import { type Foundation, openFoundation } from "../compose/foundation";
import { composeGraph, type Graph } from "../compose/graph";
import { holderName } from "../compose/holder";
import { createHubServer } from "../compose/http";
import { composeIntake } from "../compose/intake";
import { commandLineAs, type Purposes } from "../compose/operations";
import { type Doctor, startDemonstrationSandbox } from "../compose/sandbox";
import { letPeopleSay } from "../compose/story";
import { letTidewaterDeliver } from "../compose/tidewater";
import type { Environment } from "../environment";

export interface Stage {
  readonly environment: Environment;
  readonly foundation: Foundation;
  readonly sandbox: Sandbox;
  readonly doctor: Doctor;
  readonly graph: Graph;
  /** Where it answers over HTTP. */
  readonly address: string;
  readonly now: () => Date;
  /** As somebody in a role of an organisation. */
  ask<T>(query: string, variables: Record<string, unknown>, principal: Principal): Promise<T>;
  /** Over HTTP with a token, as a front-end asks. */
  post<T>(query: string, variables: Record<string, unknown>, token: string): Promise<T>;
  sync(connectionId: string, mode?: ReadMode): Promise<RunResult>;
  /** By a hub that has just been started with the files of the configuration as they are now. */
  syncAsConfigured(connectionId: string, mode: ReadMode): Promise<RunResult>;
  close(): Promise<void>;
}

export interface StageOptions {
  readonly environment: Environment;
  readonly folder: string;
  note(line: string): void;
}

/** Opens the hub, reads every connection once and listens on a free port. */
export async function openStage(options: StageOptions): Promise<Stage> {
  // A database or queue of somebody else's is no place for a story that begins with nothing.
  const own: Environment = {
    ...options.environment,
    dataFolder: path.resolve(options.folder),
    databaseUrl: undefined,
    redisUrl: undefined,
  };
  const closers: (() => Promise<unknown>)[] = [];
  const close = async () => {
    for (const closer of closers.reverse()) await closer();
  };
  try {
    const started = await startDemonstrationSandbox(own);
    closers.push(() => started.close());
    const sandbox = started.systems;
    if (!sandbox) throw new Error("this folder's sandbox is kept up by another process; stop that, or take another --folder");
    const { config, environment } = configurationOf(own, undefined);
    const log = createLog({ level: environment.logLevel as LogLevel });
    const foundation = await openFoundation(environment, config, { log });
    closers.push(() => foundation.close());
    const graph = await composeGraph(foundation, "all");
    closers.push(() => graph.close());
    const server: Server = createHubServer(foundation, [composeIntake(foundation), ...graph.routes], () => true);
    const { port } = await listen(server, "127.0.0.1", 0);
    closers.push(() => closeServer(server));
    const polled = config.connections.filter(({ connector }) => connector.poll);
    await syncOnce(foundation.engine, polled, {
      trigger: "start",
      holder: holderName(),
      signal: new AbortController().signal,
      waitForBusy: true,
      onFinished: (result) => options.note(`  read ${result.connectionId}`),
    });
    const address = `http://127.0.0.1:${port}`;
    if (started.tidewater) options.note(await letTidewaterDeliver(foundation, started.tidewater, address));
    options.note(await letPeopleSay(graph, foundation, sandbox));
    return {
      environment,
      foundation,
      sandbox,
      doctor: started.doctor,
      graph,
      address,
      now: () => environment.clock.now(),
      ask: (query, variables, principal) => graph.ask(query, variables, principal),
      async post<T>(query: string, variables: Record<string, unknown>, token: string): Promise<T> {
        const response = await fetch(`${address}/graphql`, {
          method: "POST",
          headers: { "content-type": "application/json", authorization: `Bearer ${token}` },
          body: JSON.stringify({ query, variables }),
        });
        const body = (await response.json()) as { data?: T; errors?: { message: string }[] };
        if (!body.data) throw new Error(`the graph answered ${response.status}: ${body.errors?.[0]?.message ?? "nothing"}`);
        return body.data;
      },
      sync: (connectionId, mode) => run(foundation, connectionId, mode),
      async syncAsConfigured(connectionId, mode) {
        const now = configurationOf(own, undefined);
        const other = await openFoundation({ ...now.environment, databaseUrl: foundation.databaseUrl }, now.config, { log });
        try {
          return await run(other, connectionId, mode);
        } finally {
          await other.close();
        }
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function run({ config, engine }: Foundation, connectionId: string, mode?: ReadMode): Promise<RunResult> {
  const connection = config.connections.find((one) => one.id === connectionId);
  if (!connection) throw new Error(`there is no connection ${connectionId}`);
  const result = await runConnection(engine, connection, {
    trigger: "command",
    holder: holderName(),
    signal: new AbortController().signal,
    ...(mode ? { mode } : {}),
  });
  if (!result) throw new Error(`${connectionId} is held by another worker`);
  return result;
}

const purposes: Purposes = {
  hr: ["EMPLOYMENT", "PRE_EMPLOYMENT", "PLACEMENT", "TRAINING_COMPLIANCE"],
  oh: ["OH_CARE"],
  ops: ["SERVICE_OPERATION"],
  "trust-admin": ["SETTINGS"],
  "data-quality": ["DATA_QUALITY"],
};

/** The one who runs the story, in somebody's role. */
export function as(role: Role, organisation?: string): Principal {
  return commandLineAs(role, purposes, organisation);
}
