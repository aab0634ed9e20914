/** What of the hub's working a caller may count: decided once for a request, by the same table as everything else. */
import { decide } from "../../access/decide";
import { noFacts } from "../../access/facts";
import type { OrganisationSettings } from "../../schema/operations/organisation";
import type { QueueScope } from "../../store/read/queues";
import type { ConnectionStatus, ProblemStatus } from "../../store/status";
import type { RequestContext } from "../kit/context";
import { forbidden } from "../kit/refusals";

export interface OperationsScope extends QueueScope {
  readonly systems: readonly ConnectionStatus[];
  readonly organisations: readonly OrganisationSettings[];
}

/** By the trail: Apollo Server hands on copies of the context, and the trail in them is one. */
const remembered = new WeakMap<RequestContext["trail"], Map<string, Promise<unknown>>>();

/** One reading of a kind per request, whatever asks for it. */
export function oncePerRequest<T>(context: RequestContext, what: string, read: () => Promise<T>): Promise<T> {
  const known = remembered.get(context.trail) ?? new Map<string, Promise<unknown>>();
  remembered.set(context.trail, known);
  let found = known.get(what) as Promise<T> | undefined;
  if (!found) known.set(what, (found = read()));
  return found;
}

export function operationsScope(context: RequestContext): Promise<OperationsScope> {
  return oncePerRequest(context, "scope", async () => {
    const principal = await context.principal();
    const mayRead = (controllerOrg: string | undefined) =>
      decide(principal, "read", { label: "R8", controllerOrg, staffMember: undefined }, noFacts, context.now).effect === "allow";
    if (!mayRead(principal.org)) throw forbidden("operations");
    const systems = (await context.environment.store.listConnections()).filter((it) => it.organisations.some(mayRead));
    return {
      systems,
      organisations: context.environment.organisations.filter((it) => mayRead(it.odsCode)),
      connections: systems.map((it) => it.id),
      // Whoever may read what belongs to no organisation may read everybody's.
      controllerOrg: mayRead(undefined) ? undefined : principal.org,
      wholly: systems.filter((it) => it.organisations.every(mayRead)).map((it) => it.id),
    };
  });
}

/** The scope narrowed to the systems that rehearse towards ESR. */
export async function rehearsingScope(context: RequestContext): Promise<OperationsScope> {
  const scope = await operationsScope(context);
  const rehearsing = new Set(context.environment.rehearsing ?? []);
  return { ...scope, connections: scope.connections.filter((id) => rehearsing.has(id)) };
}

/** Causes of the caller's systems. Of a system that serves others too their causes are mixed, so a trust does not see them. */
export function problemsInScope(context: RequestContext): Promise<readonly ProblemStatus[]> {
  return oncePerRequest(context, "problems", async () => {
    const scope = await operationsScope(context);
    const wholly = new Set(scope.wholly);
    return (await context.environment.store.listProblems()).filter((it) => wholly.has(it.connectionId));
  });
}
