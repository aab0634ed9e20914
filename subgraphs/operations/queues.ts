import { Ctx, FieldResolver, GraphQLISODateTime, Resolver, Root } from "type-graphql";
import { connectionState } from "../../schema/operations/connection-state";
import { type QueueCount, readQueues } from "../../store/read/queues";
import type { ConnectionStatus } from "../../store/status";
import type { RequestContext } from "../kit/context";
import { problemOf, rowsOfCause } from "./problem-text";
import { Cause, type CauseAtSystem, SyncQueue } from "./queues-types";
import { failingSystems, systemOf } from "./resolver";
import { oncePerRequest, operationsScope, problemsInScope } from "./scope";
import { ConnectedSystem, Operations } from "./types";

const dayMs = 86_400_000;

/** Data sets of a system: those read so far, and those its connector tells of. Null: none is known yet. */
export function dataSetsOf(context: RequestContext, system: ConnectionStatus): readonly (string | null)[] {
  const told = (context.environment.deliveries?.get(system.id) ?? []).flatMap((delivery) => delivery.dataSet ?? []);
  const names = [...new Set([...system.dataSets.map((it) => it.dataSet), ...told])].sort();
  return names.length === 0 ? [null] : names;
}

/** Kinds of one data set; undefined: the system has one data set, which carries all. */
export function kindsOfDataSet(context: RequestContext, system: ConnectionStatus, dataSet: string): readonly string[] | undefined {
  if (dataSetsOf(context, system).length === 1) return undefined;
  return (context.environment.deliveries?.get(system.id) ?? []).filter((it) => it.dataSet === dataSet).map((it) => it.kind);
}

/** The data set a count belongs to. What nobody assigns stands with the first, so that the sum is always that of the system. */
function dataSetOf(context: RequestContext, system: ConnectionStatus, names: readonly (string | null)[], count: QueueCount): string | null {
  if (count.dataSet !== null && names.includes(count.dataSet)) return count.dataSet;
  const told = context.environment.deliveries?.get(system.id)?.find((it) => it.kind === count.kind)?.dataSet;
  return told !== undefined && names.includes(told) ? told : names[0]!;
}

function queueOf(
  context: RequestContext,
  system: ConnectionStatus,
  dataSet: string | null,
  counts: readonly QueueCount[],
  failing: boolean,
): SyncQueue {
  const read = system.dataSets.find((it) => it.dataSet === dataSet);
  const sum = (what: QueueCount["what"], ...states: string[]) =>
    counts.filter((it) => it.what === what && (states.length === 0 || states.includes(it.state!))).reduce((all, it) => all + it.count, 0);
  const oldest = counts.flatMap((it) => (it.what === "WAITING" && it.oldestAt ? [it.oldestAt.getTime()] : []));
  const facts = {
    pausedAt: system.pausedAt,
    pauseUntil: undefined,
    goLiveOn: system.goLiveOn,
    errorClass: system.error?.class,
    freshAsOf: read?.freshAsOf,
    targetSeconds: system.freshWithinSeconds,
    maintenance: system.maintenance,
    recentFailures: failing || counts.some((it) => it.recent > 0),
  };
  return {
    dataSet,
    state: connectionState(facts, context.now, context.today),
    freshAsOf: read?.freshAsOf ?? null,
    lastCompleteAt: read?.lastCompleteAt ?? null,
    behindSeconds: read?.freshAsOf ? Math.max(0, Math.round((context.now.getTime() - read.freshAsOf.getTime()) / 1000)) : null,
    target: system.freshWithinSeconds,
    waiting: sum("WAITING"),
    oldestWaitingAt: oldest.length > 0 ? new Date(Math.min(...oldest)) : null,
    refused: sum("REFUSED"),
    held: sum("HELD"),
    due: sum("ESR", "DUE", "WRITTEN"),
    sent: sum("ESR", "SENT"),
    acknowledged: sum("ESR", "ACKNOWLEDGED", "RETURNED"),
    returned: sum("ESR", "RETURNED"),
    refusedByEsr: sum("ESR", "REFUSED"),
    shadowed: sum("ESR", "SHADOWED"),
  };
}

/** All queues of a request from one statement. */
function allQueues(context: RequestContext): Promise<ReadonlyMap<string, readonly SyncQueue[]>> {
  return oncePerRequest(context, "queues", async () => {
    const scope = await operationsScope(context);
    const since = new Date(context.now.getTime() - dayMs);
    const [counts, failing] = await Promise.all([
      context.operations((client) => readQueues(client, scope, since)),
      failingSystems(context),
    ]);
    const bySystem = new Map<string, QueueCount[]>();
    for (const count of counts) bySystem.set(count.connectionId, [...(bySystem.get(count.connectionId) ?? []), count]);
    return new Map(
      scope.systems.map((system) => {
        const own = bySystem.get(system.id) ?? [];
        const names = dataSetsOf(context, system);
        // A failed run concerns the whole system; a refused record only its data set.
        const refusedLately = own.some((it) => it.recent > 0);
        const queues = names.map((name) =>
          queueOf(
            context,
            system,
            name,
            own.filter((it) => dataSetOf(context, system, names, it) === name),
            failing.has(system.id) && !refusedLately,
          ),
        );
        return [system.id, queues] as const;
      }),
    );
  });
}

@Resolver(() => ConnectedSystem)
export class QueuesResolver {
  @FieldResolver(() => [SyncQueue], { nullable: true, description: "Its data sets: how far behind, and what stands where." })
  async queues(@Root() system: ConnectedSystem, @Ctx() context: RequestContext): Promise<readonly SyncQueue[]> {
    return (await allQueues(context)).get(system.id) ?? [];
  }
}

@Resolver(() => Operations)
export class CausesResolver {
  @FieldResolver(() => GraphQLISODateTime, { nullable: true, description: "Instant at which all of this was counted." })
  asOf(@Ctx() context: RequestContext): Date {
    return context.now;
  }

  @FieldResolver(() => [Cause], {
    nullable: true,
    description: "What holds up data, grouped by cause over all systems, the largest first.",
  })
  async causes(@Ctx() context: RequestContext): Promise<readonly Cause[]> {
    const [problems, scope] = await Promise.all([problemsInScope(context), operationsScope(context)]);
    const systems = new Map(await Promise.all(scope.systems.map(async (it) => [it.id, await systemOf(context, it)] as const)));
    const byCode = new Map<string, { cause: Cause; at: CauseAtSystem[] }>();
    for (const problem of problems) {
      const { code, title, owner, ...told } = problemOf(problem);
      const entry = byCode.get(code) ?? {
        cause: { code, title, owner, count: 0, firstSeenAt: problem.firstSeenAt, lastSeenAt: problem.lastSeenAt, systems: [] },
        at: [],
      };
      byCode.set(code, entry);
      const { cause } = entry;
      cause.count += problem.count;
      if (problem.firstSeenAt < cause.firstSeenAt) cause.firstSeenAt = problem.firstSeenAt;
      if (problem.lastSeenAt > cause.lastSeenAt) cause.lastSeenAt = problem.lastSeenAt;
      entry.at.push({ ...told, system: systems.get(problem.connectionId)!, rows: rowsOfCause(problem) });
    }
    return [...byCode.values()]
      .map(({ cause, at }) => Object.assign(cause, { systems: at.sort((a, b) => b.count - a.count) }))
      .sort((a, b) => b.count - a.count || (a.code < b.code ? -1 : 1));
  }
}
