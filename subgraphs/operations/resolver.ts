import DataLoader from "dataloader";
import { Arg, Ctx, FieldResolver, Int, Query, Resolver, Root } from "type-graphql";
import { decide } from "../../access/decide";
import { noFacts } from "../../access/facts";
import { problemText, sentence } from "../../schema/codes/problems";
import { connectionState } from "../../schema/operations/connection-state";
import { readFreshness } from "../../store/read/freshness";
import { type ProblemRow, readProblems, readRecentFailures, readRuns, type RunRow } from "../../store/read/operations";
import type { RequestContext } from "../kit/context";
import { cursorOf, keyOf, pageInfo, pageSize } from "../kit/paging";
import { forbidden } from "../kit/refusals";
import { ConnectedSystem, Operations, type Problem, SyncRunConnection } from "./types";

const dayMs = 86_400_000;
/** Codes that count people, not refused records. */
const aboutPeople: ReadonlySet<string> = new Set(["PERSON_UNMATCHED", "PERSON_PROPOSED", "IDENTITY_CONFLICT"]);

function problemOf(row: ProblemRow): Problem {
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

const sum = (rows: readonly ProblemRow[]) => rows.reduce((total, row) => total + row.count, 0);

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
  @Query(() => Operations, { nullable: true, description: "How the hub is doing: for the ESR team, and for a trust's administrators their own systems." })
  async operations(@Ctx() context: RequestContext): Promise<Operations> {
    const principal = await context.principal();
    const { now } = context;
    const mayRead = (controllerOrg: string | undefined) =>
      decide(principal, "read", { label: "R8", controllerOrg, staffMember: undefined }, noFacts, now).effect === "allow";
    if (!mayRead(principal.org)) throw forbidden("operations");
    const { connections, problems, failing } = await context.read(async (client) => {
      const connections = (await readFreshness(client)).filter((it) => it.organisations.some(mayRead));
      return {
        connections,
        problems: await readProblems(client, connections.map((it) => it.id)),
        failing: await readRecentFailures(client, new Date(now.getTime() - dayMs)),
      };
    });
    context.trail.kinds.add("operations");
    return {
      connectedSystems: connections.map((it): ConnectedSystem => {
        const own = problems.filter((row) => row.connectionId === it.id);
        const people = own.filter((row) => aboutPeople.has(row.code));
        return {
          id: it.id,
          title: it.title || it.id,
          connector: it.connector,
          organisations: it.organisations.map((code) => context.organisation(code)),
          state: connectionState({ ...it, recentFailures: failing.has(it.id) }, now, context.today),
          freshAsOf: it.freshAsOf ?? null,
          target: it.targetSeconds,
          problems: own.map(problemOf),
          waiting: sum(people),
          refused: sum(own.filter((row) => row.fromRecords)),
        };
      }),
    };
  }
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
    return { edges, pageInfo: pageInfo(edges.map((edge) => edge.cursor), rows.length > size) };
  }
}
