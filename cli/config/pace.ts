import type { MaintenanceWindow } from "../../schema/operations/maintenance";
import type { Connection } from "../../sync/connection";

/** What a connection says about the system it asks, as lanyard.yaml has it. */
export interface PaceStated {
  readonly instance?: string | undefined;
  readonly requestsPerSecond?: number | undefined;
  readonly maintenance?: readonly MaintenanceWindow[] | undefined;
}

/** Where the connector says nothing. */
const usualPerSecond = 5;

/**
 * Whose budget a connection draws on: by default everything of one connector at the same hosts is one system. A connection
 * that asks nobody over HTTP has none.
 */
export function paceOf(stated: PaceStated, connector: Connection["connector"], hosts: readonly string[]): NonNullable<Connection["pace"]> {
  const name = stated.instance ?? (hosts.length > 0 ? `${connector.name} ${[...new Set(hosts)].sort().join(" ")}` : undefined);
  return {
    instance: name,
    requestsPerSecond: stated.requestsPerSecond ?? connector.poll?.requestsPerSecond ?? usualPerSecond,
    maintenance: stated.maintenance ?? [],
  };
}

/** One system has one budget: the smallest that any of its connections states, or chance would decide. */
export function withSharedBudgets(connections: readonly Connection[]): Connection[] {
  const least = new Map<string, number>();
  for (const { pace } of connections)
    if (pace?.instance !== undefined)
      least.set(pace.instance, Math.min(pace.requestsPerSecond, least.get(pace.instance) ?? Number.POSITIVE_INFINITY));
  return connections.map((connection) => {
    const { pace } = connection;
    const shared = pace?.instance === undefined ? undefined : least.get(pace.instance);
    return pace && shared !== undefined ? { ...connection, pace: { ...pace, requestsPerSecond: shared } } : connection;
  });
}
