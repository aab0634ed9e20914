/** What is to be derived anew, computed and written down before anything is done: a replay in state PLANNED. */
import { randomUUID } from "node:crypto";
import { HubError } from "../../platform/errors";
import type { CodeMapChange, CourseMapChange, Replay, ReplayFilter, ReplayItem, ReplayTask } from "../../store/replays";
import type { Connection } from "../connection";
import type { Engine } from "../engine";
import { awardsOf, type Derived, derive, type MapsOfReplay, takenBack } from "./derive";
import { connectionsOf, connectorsOf, mapsOfTask, selectionOf, versionsOf } from "./task";

/** An award that would come into being: enough to judge what would become of it. */
export interface WouldBeAward {
  readonly organisation: string;
  readonly connectionId: string;
  readonly sourcePersonId: string;
  readonly staffMemberId: string | undefined;
  readonly competence: string;
  readonly name: string | undefined;
  readonly awardedOn: string;
}

/** One completion that would change, without anything that names a person. */
export interface Sample {
  readonly title: string;
  readonly completedOn: string;
  readonly before: string;
  readonly competences: readonly string[];
}
export interface Planned {
  readonly replay: Replay;
  readonly sample: readonly Sample[];
  readonly awards: readonly WouldBeAward[];
}

const sampleSize = 3;
/** Items looked at at once: memory does not grow with their number. */
export const batchSize = 200;

export async function planReplay(
  engine: Engine,
  connections: readonly Connection[],
  change: CourseMapChange,
  by: string,
): Promise<Planned> {
  const first: Derived[] = [];
  const awards: WouldBeAward[] = [];
  const replay = await planTask(engine, connections, { change }, subjectOf(change), by, (derived) => {
    for (const one of derived) {
      if (one.expected !== "change") continue;
      if (first.length < sampleSize) first.push(one);
      awards.push(...wouldBeAwards(one));
    }
  });
  if (replay.plan.counts.records === 0 && change.end.length === 0) {
    await engine.store.replays.forget(replay.id);
    throw new HubError({
      code: "COURSE_NOT_FOUND",
      class: "settings",
      detail: { organisation: change.organisation, course: subjectOf(change), field: "course" },
    });
  }
  return { replay, sample: await samplesOf(engine, first), awards };
}

export const planCodes = (engine: Engine, connections: readonly Connection[], codes: CodeMapChange, by: string): Promise<Replay> =>
  planTask(engine, connections, { codes }, [...new Set([...codes.add, ...codes.end].map(({ code }) => code))].join(", "), by);

/** A plan whose items are chosen; `planned` when each of them has been looked at, which takes as long as there are many. */
export interface Begun {
  readonly id: string;
  readonly planned: Promise<Replay>;
}

/** A filter that chooses nothing in particular is no filter: everything is named by its connections, one by one. */
export async function planRecords(engine: Engine, connections: readonly Connection[], filter: ReplayFilter, by: string): Promise<Begun> {
  const given = Object.entries(filter).filter(([, value]) => value !== undefined);
  if (given.length === 0) throw new HubError({ code: "REPLAY_FILTER_EMPTY", class: "settings", detail: { field: "filter" } });
  if (filter.connection !== undefined && !connections.some(({ id }) => id === filter.connection))
    throw new HubError({
      code: "CONNECTION_NOT_CONFIGURED",
      class: "settings",
      detail: { connection: filter.connection, field: "connection" },
    });
  const subject = given.map(([name, value]) => `${name} ${value}`).join(", ");
  const task = { filter: Object.fromEntries(given) };
  const begun = await beginTask(engine, connections, task, subject, by);
  return { id: begun.id, planned: lookAt(engine, connections, task, begun) };
}

export function subjectOf(change: CourseMapChange): string {
  return [...new Set([...change.add, ...change.end].map(({ course }) => course))].join(", ");
}

async function planTask(
  engine: Engine,
  connections: readonly Connection[],
  task: ReplayTask,
  subject: string,
  by: string,
  onDerived?: (derived: readonly Derived[]) => void,
): Promise<Replay> {
  return lookAt(engine, connections, task, await beginTask(engine, connections, task, subject, by), onDerived);
}

/** What was chosen, and by which versions of what derives it. */
interface Chosen {
  readonly id: string;
  readonly versions: Readonly<Record<string, string>>;
}

async function beginTask(
  engine: Engine,
  connections: readonly Connection[],
  task: ReplayTask,
  subject: string,
  by: string,
): Promise<Chosen> {
  const id = randomUUID();
  const own = connectionsOf(connections, task);
  const versions = await versionsOf(engine, own);
  const organisations = [...new Set(own.flatMap((connection) => connection.organisations.map(({ odsCode }) => odsCode)))].sort();
  const whose = (task.change ?? task.codes)?.organisation ?? task.filter?.organisation;
  await engine.store.replays.begin({
    id,
    subject,
    task,
    organisations: whose === undefined ? organisations : [whose],
    selection: selectionOf(task),
    connectors: connectorsOf(connections),
    by,
  });
  return { id, versions };
}

async function lookAt(
  engine: Engine,
  connections: readonly Connection[],
  task: ReplayTask,
  { id, versions }: Chosen,
  onDerived: (derived: readonly Derived[]) => void = () => undefined,
): Promise<Replay> {
  const { replays } = engine.store;
  const configured = new Map(connections.map((connection) => [connection.id, connection]));
  const maps = new Map<string, MapsOfReplay>();
  for (let after = 0; ; ) {
    const batch = await replays.toPlan(id, after, batchSize);
    const first = batch[0];
    if (!first) break;
    // In the order of work those of one connection stand together.
    const items = batch.filter(({ connectionId }) => connectionId === first.connectionId);
    after = items.at(-1)!.n;
    const connection = configured.get(first.connectionId);
    if (!connection) {
      // Nobody here knows how to read its raw records.
      await replays.planned(
        id,
        items.map(({ n }) => ({ ...nothing, n, expected: "fail" as const, code: "CONNECTION_NOT_CONFIGURED" })),
      );
      continue;
    }
    const known = maps.get(connection.id) ?? (await mapsOfTask(engine, connection, task, false));
    maps.set(connection.id, known);
    const derived = await newest(engine, connection, id, items, known);
    await replays.planned(
      id,
      derived.map((one) => ({
        n: one.item.n,
        expected: one.expected,
        yieldHash: one.yieldHash,
        changes: one.changes.length,
        awards: awardsOf(one).length,
        withdrawn: takenBack(one).length,
        code: one.code,
      })),
    );
    onDerived(derived);
  }
  await replays.ready(id, task, versions);
  return (await replays.find(id))!;
}

const nothing = { yieldHash: undefined, changes: 0, awards: 0, withdrawn: 0 };

/** Where a newer raw record speaks, that one is planned, and once. */
async function newest(engine: Engine, connection: Connection, id: string, items: readonly ReplayItem[], maps: MapsOfReplay) {
  const derived = await derive(engine, connection, items, maps);
  const settled = derived.filter(({ newer }) => newer === undefined);
  const moved: ReplayItem[] = [];
  for (const { item, newer } of derived) {
    if (!newer) continue;
    const joined = await engine.store.replays.redirect(id, item.n, newer.rawPageId, newer.rawOrdinal);
    if (!joined) moved.push({ ...item, ...newer });
  }
  return moved.length === 0 ? settled : [...settled, ...(await derive(engine, connection, moved, maps))];
}

async function samplesOf(engine: Engine, derived: readonly Derived[]): Promise<readonly Sample[]> {
  const idOf = ({ item }: Derived) => item.anchors.find((anchor) => anchor.startsWith("achievement:"))?.slice("achievement:".length) ?? "";
  const completions = new Map(
    (await engine.store.replays.completions(derived.map(idOf).filter((id) => id !== ""))).map((one) => [one.id, one]),
  );
  return derived.flatMap((one) => {
    const completion = completions.get(idOf(one));
    if (!completion) return [];
    const { title, completedOn, mapping } = completion;
    return [{ title, completedOn, before: mapping, competences: awardsOf(one).map(({ facts }) => String(facts!.competence)) }];
  });
}

function wouldBeAwards(one: Derived): readonly WouldBeAward[] {
  const { sourcePersonId, staffMemberId, connectionId } = one.item;
  if (sourcePersonId === undefined) return [];
  return awardsOf(one).map(({ facts, organisation }) => ({
    organisation,
    connectionId,
    sourcePersonId,
    staffMemberId,
    competence: String(facts!.competence),
    name: facts!.name === undefined ? undefined : String(facts!.name),
    awardedOn: String(facts!.awardedOn),
  }));
}
