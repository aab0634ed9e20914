/** What a part is drawn from: one line per connection, and one for each organisation that has connected none. */
import { connectionState, sourceState } from "../../schema/operations/connection-state";
import type { Access } from "../../schema/registry";
import type { ConnectionFreshness } from "../../store/read/freshness";
import type { RequestContext, VisiblePerson } from "./context";
import type { SystemKind } from "./environment";
import { type RecordSource, SourceState } from "./reasons";

export interface PartSources {
  readonly part: string;
  readonly kinds: readonly string[];
  /** The kind of system an organisation is expected to have connected for this part; any that delivers when absent. */
  readonly system?: SystemKind;
  /** Label that a caller needs on a controller's rows to know of its sources. */
  readonly label: Access;
}

function stateOf(context: RequestContext, connection: ConnectionFreshness): SourceState {
  const facts = { ...connection, recentFailures: false };
  return sourceState(connectionState(facts, context.now, context.today), facts, context.now) as SourceState;
}

/** Organisations that have the person now or soon, in a fixed order. */
function engagedAt(person: VisiblePerson, today: string): string[] {
  const { engagements, placements } = person.known.facts;
  const open = [...engagements, ...placements].filter((it) => it.endsBefore === undefined || it.endsBefore > today);
  return [...new Set(open.map((it) => it.organisation))].sort();
}

export function sourcesOf(context: RequestContext, person: VisiblePerson, of: PartSources): RecordSource[] {
  // Exactly this, whether data exist or not: no name, no freshness, no count.
  if (!person.scope.may(of.label)) return [{ state: SourceState.NOT_PERMITTED }];
  const { connectors, deliveries } = context.environment;
  const delivering = (it: { readonly id: string; readonly connector: string }) =>
    (deliveries?.get(it.id) ?? connectors.find((connector) => connector.name === it.connector)?.delivers ?? []).filter((delivery) =>
      of.kinds.includes(delivery.kind),
    );
  const sources: RecordSource[] = [];
  const bound = new Set(person.known.sources.map((it) => `${it.connectionId} ${it.controllerOrg}`));
  const organisations = new Set([...engagedAt(person, context.today), ...person.scope.controllers(of.label)]);
  let more = false;
  for (const organisation of [...organisations].sort()) {
    if (!person.scope.may(of.label, organisation) && person.known.controllers.includes(organisation)) {
      more = true;
      continue;
    }
    const connections = context.connectionsOf(organisation).filter((it) => delivering(it).length > 0);
    for (const connection of connections) {
      const state = bound.has(`${connection.id} ${organisation}`) ? stateOf(context, connection) : SourceState.NOT_MATCHED;
      if (state === SourceState.STALE || state === SourceState.SOURCE_DOWN) context.trail.completeness.set(of.part, state);
      sources.push({
        connectedSystem: connection.id,
        organisation: context.organisation(organisation),
        state,
        ...(connection.freshAsOf ? { freshAsOf: connection.freshAsOf } : {}),
      });
    }
    const expected = connections.some((it) => of.system === undefined || delivering(it).some(({ system }) => system === of.system));
    if (!expected) sources.push({ state: SourceState.NOT_CONNECTED, organisation: context.organisation(organisation) });
  }
  // Somebody else holds records too; who, is not for this caller.
  if (more) sources.push({ state: SourceState.NOT_PERMITTED });
  return sources;
}
