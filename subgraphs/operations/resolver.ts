import DataLoader from "dataloader";
import { Arg, Ctx, FieldResolver, Int, Query, Resolver, Root } from "type-graphql";
import { decide } from "../../access/decide";
import { noFacts } from "../../access/facts";
import { problemText, sentence } from "../../schema/codes/problems";
import { connectionState } from "../../schema/operations/connection-state";
import { type RunRow, readRecentFailures, readRuns } from "../../store/read/operations";
import type { ConnectionStatus, ProblemStatus } from "../../store/status";
import type { RequestContext } from "../kit/context";
import { cursorOf, keyOf, pageInfo, pageSize } from "../kit/paging";
import { forbidden } from "../kit/refusals";
import { ConnectedSystem, Operations, type Problem, SyncRunConnection } from "./types";

const dayMs = 86_400_000;
function problemOf(row: ProblemStatus): Problem {
  const text = problemText(row.code);
  const detail = { ...row.detail, connection: row.connectionId, count: row.count };
  return {
    code: row.code,
    title: text.title,
    say: sentence(text.say, detail),
    next: sentence(text.next, detail),
    owner: text.owner,
    count: row.count,
    subject: row.subject || null,
    firstSeenAt: row.firstSeenAt,
    lastSeenAt: row.lastSeenAt,
  };
}

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
      const rows = await context.read((client) => readRuns(client, ids, before, limit));
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
    const principal = await context.principal();
    const { now } = context;
    const mayRead = (controllerOrg: string | undefined) =>
      decide(principal, "read", { label: "R8", controllerOrg, staffMember: undefined }, noFacts, now).effect === "allow";
    if (!mayRead(principal.org)) throw forbidden("operations");
    const { store } = context.environment;
    const connections = (await store.listConnections()).filter((it) => it.organisations.some(mayRead));
    const problems = await store.listProblems();
    const failing = await context.read((client) => readRecentFailures(client, new Date(now.getTime() - dayMs)));
    context.trail.kinds.add("operations");
    return { connectedSystems: connections.map((it) => systemOf(context, it, problems, failing.has(it.id))) };
  }
}

function systemOf(
  context: RequestContext,
  it: ConnectionStatus,
  problems: readonly ProblemStatus[],
  recentFailures: boolean,
): ConnectedSystem {
  const fresh = freshAsOf(it);
  const facts = {
    pausedAt: it.pausedAt,
    pauseUntil: undefined,
    goLiveOn: it.goLiveOn,
    lastSuccessAt: it.lastSuccessAt,
    errorClass: it.error?.class,
    freshAsOf: fresh,
    targetSeconds: it.freshWithinSeconds,
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
    const edges = rows.slice(0, size).map((node) => ({ cursor: cursorOf(node.id), node }));
    return {
      edges,
      pageInfo: pageInfo(
        edges.map((edge) => edge.cursor),
        rows.length > size,
      ),
    };
  }
}
