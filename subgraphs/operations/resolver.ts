import DataLoader from "dataloader";
import { Arg, Ctx, FieldResolver, Int, Query, Resolver, Root } from "type-graphql";
import { connectionState } from "../../schema/operations/connection-state";
import { maintenanceEndsAt } from "../../schema/operations/maintenance";
import { type RunRow, readRecentFailures, readRuns } from "../../store/read/operations";
import type { ConnectionStatus } from "../../store/status";
import type { RequestContext } from "../kit/context";
import { keyOf, pageOf, pageSize } from "../kit/paging";
import { problemOf } from "./problem-text";
import { oncePerRequest, operationsScope, problemsInScope } from "./scope";
import { ConnectedSystem, Operations, SyncRunConnection } from "./types";

const dayMs = 86_400_000;
/** The oldest over the data sets: before it everything of the connection has been read. */
function freshAsOf({ dataSets }: ConnectionStatus): Date | undefined {
  const instants = dataSets.flatMap((it) => (it.freshAsOf ? [it.freshAsOf] : []));
  return instants.length === 0 ? undefined : new Date(Math.min(...instants.map((it) => it.getTime())));
}

interface RunsLoader {
  load(connectionId: string): Promise<readonly RunRow[]>;
}
/** Runs are read for all systems of a request in one statement, once per page asked for. */
const loaders = new WeakMap<RequestContext, Map<string, RunsLoader>>();

function runsLoader(context: RequestContext, before: string | undefined, limit: number): RunsLoader {
  const key = `${before ?? ""} ${limit}`;
  const known = loaders.get(context) ?? new Map<string, RunsLoader>();
  loaders.set(context, known);
  let loader = known.get(key);
  if (!loader) {
    loader = new DataLoader<string, readonly RunRow[]>(async (ids) => {
      const rows = await context.operations((client) => readRuns(client, ids, before, limit));
      return ids.map((id) => rows.filter((row) => row.connectionId === id));
    });
    known.set(key, loader);
  }
  return loader;
}

@Resolver()
export class OperationsResolver {
  @Query(() => Operations, {
    nullable: true,
    description: "How the hub is doing: for the ESR team, and for a trust's administrators their own systems.",
  })
  async operations(@Ctx() context: RequestContext): Promise<Operations> {
    const { systems } = await operationsScope(context);
    const connectedSystems = await Promise.all(systems.map((it) => systemOf(context, it)));
    context.trail.kinds.add("operations");
    return { connectedSystems };
  }
}

/** Connections with a refused record or a failed run within the last day. */
export function failingSystems(context: RequestContext): Promise<ReadonlySet<string>> {
  return oncePerRequest(context, "failing", () =>
    context.operations((client) => readRecentFailures(client, new Date(context.now.getTime() - dayMs))),
  );
}

export async function systemOf(context: RequestContext, it: ConnectionStatus): Promise<ConnectedSystem> {
  const [problems, failing] = await Promise.all([problemsInScope(context), failingSystems(context)]);
  const recentFailures = failing.has(it.id);
  const fresh = freshAsOf(it);
  const facts = {
    pausedAt: it.pausedAt,
    pauseUntil: undefined,
    goLiveOn: it.goLiveOn,
    lastSuccessAt: it.lastSuccessAt,
    errorClass: it.error?.class,
    freshAsOf: fresh,
    targetSeconds: it.freshWithinSeconds,
    maintenance: it.maintenance,
    recentFailures,
  };
  return {
    id: it.id,
    title: it.title || it.id,
    connector: it.connector,
    organisations: it.organisations.map((code) => context.organisation(code)),
    state: connectionState(facts, context.now, context.today),
    freshAsOf: fresh ?? null,
    target: it.freshWithinSeconds,
    problems: problems.filter((row) => row.connectionId === it.id).map(problemOf),
    lastSuccessAt: it.lastSuccessAt ?? null,
    nextRunAt: it.nextRunAt ?? null,
    pausedAt: it.pausedAt ?? null,
    running: it.running,
    toldToWaitUntil: it.toldToWaitUntil ?? null,
    maintenanceUntil: maintenanceEndsAt(it.maintenance, context.now) ?? null,
    breaker: it.breaker ?? null,
    waiting: it.waiting,
    refused: it.refused,
  };
}

@Resolver(() => ConnectedSystem)
export class ConnectedSystemResolver {
  @FieldResolver(() => SyncRunConnection, { nullable: true, description: "Sync runs, the newest first." })
  async runs(
    @Root() system: ConnectedSystem,
    @Arg("first", () => Int, { defaultValue: 10, description: "How many, at most 100." }) first: number,
    @Arg("after", () => String, { nullable: true, description: "Cursor of the item to go on after." }) after: string | undefined,
    @Ctx() context: RequestContext,
  ): Promise<SyncRunConnection> {
    const size = pageSize(first);
    const rows = await runsLoader(context, keyOf(after, /^\d{1,18}$/), size + 1).load(system.id);
    return pageOf(
      rows,
      size,
      ({ id }) => id,
      (node) => node,
    );
  }
}
