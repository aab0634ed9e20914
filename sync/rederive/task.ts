/** What a replay is about, as the engine reads it: what it chooses, by which maps, with which connections. */
import type { ReplayTask, Selection } from "../../store/replays";
import type { Connection } from "../connection";
import type { Engine, MapsAs } from "../engine";
import { derivationVersionOf } from "../prepare";
import type { MapsOfReplay } from "./derive";

const byId = (a: Connection, b: Connection) => (a.id < b.id ? -1 : 1);

export function selectionOf(task: ReplayTask): Selection {
  if (task.change) {
    const { organisation, add, end } = task.change;
    return { organisation, courses: [...new Set([...add, ...end].map(({ course }) => course))] };
  }
  if (task.codes) {
    const { organisation, add, end } = task.codes;
    const named = (rows: typeof add, ends: boolean) => rows.map(({ list, code, value }) => ({ list, code, value, ends }));
    return { organisation, codes: [...named(add, false), ...named(end, true)] };
  }
  return { filter: task.filter };
}

/** The connections whose records it may touch, in the order in which their leases are taken. */
export function connectionsOf(connections: readonly Connection[], task: ReplayTask): readonly Connection[] {
  const serves = (connection: Connection, organisation: string) => connection.organisations.some(({ odsCode }) => odsCode === organisation);
  if (task.change) {
    const { organisation } = task.change;
    return connections.filter((one) => serves(one, organisation) && one.delivers.some(({ kind }) => kind === "achievement")).sort(byId);
  }
  if (task.codes) {
    const { organisation } = task.codes;
    return connections.filter((one) => serves(one, organisation)).sort(byId);
  }
  const { connection, organisation } = task.filter;
  return connections
    .filter((one) => (connection === undefined || one.id === connection) && (organisation === undefined || serves(one, organisation)))
    .sort(byId);
}

/** With the change, and without it. */
function mapsAs(task: ReplayTask, which: "with" | "without"): MapsAs | undefined {
  const change = task.change ?? task.codes;
  if (!change) return undefined;
  const adding = which === "with" ? change.add : change.end;
  const without = (which === "with" ? change.end : change.add).map(({ id }) => id);
  const { organisation } = change;
  return task.change
    ? { organisation, adding: adding as typeof task.change.add, without }
    : { organisation, adding: [], addingCodes: adding as NonNullable<typeof task.codes>["add"], without };
}

/** `started`: the change is stored, so that the maps as they are have it. */
export async function mapsOfTask(engine: Engine, connection: Connection, task: ReplayTask, started: boolean): Promise<MapsOfReplay> {
  if (task.filter) return { after: await engine.mapsFor(connection) };
  return started
    ? { before: await engine.mapsFor(connection, mapsAs(task, "without")), after: await engine.mapsFor(connection) }
    : { before: await engine.mapsFor(connection), after: await engine.mapsFor(connection, mapsAs(task, "with")) };
}

/** What derives the records now: code of the connector and maps. Any other is another plan. */
export async function versionsOf(engine: Engine, connections: readonly Connection[]): Promise<Readonly<Record<string, string>>> {
  const versions: Record<string, string> = {};
  for (const connection of connections) versions[connection.id] = derivationVersionOf(connection, await engine.mapsFor(connection));
  return versions;
}

/** Connection -> name and version of its connector: what was derived by another is older. */
export const connectorsOf = (connections: readonly Connection[]): Readonly<Record<string, string>> =>
  Object.fromEntries(connections.map(({ id, connector }) => [id, `${connector.name}/${connector.version}`]));
