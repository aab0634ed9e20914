/** A change of a course map, computed and written down before anything is done: a replay in state PLANNED. */
import { randomUUID } from "node:crypto";
import { HubError } from "../../platform/errors";
import type { CourseMapChange, Replay, ReplayCounts, ReplayItem, ReplayPlan, StoredCompletion } from "../../store/replays";
import type { Connection } from "../connection";
import type { Engine } from "../engine";
import { awardsOf, type Derived, derive, takenBack } from "./derive";

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

export interface Computed {
  readonly plan: ReplayPlan;
  readonly items: readonly ReplayItem[];
  readonly derived: readonly Derived[];
}
export interface Planned {
  readonly replay: Replay;
  readonly sample: readonly Sample[];
  readonly awards: readonly WouldBeAward[];
}

const sampleSize = 3;

/** The connections whose completions a map of this organisation explains. */
export function learningConnections(connections: readonly Connection[], organisation: string): readonly Connection[] {
  return connections
    .filter(
      (connection) =>
        connection.organisations.some(({ odsCode }) => odsCode === organisation) &&
        connection.delivers.some(({ kind }) => kind === "achievement"),
    )
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}

export async function planReplay(
  engine: Engine,
  connections: readonly Connection[],
  change: CourseMapChange,
  by: string,
): Promise<Planned> {
  const computed = await compute(engine, connections, change);
  if (computed.items.length === 0 && change.end.length === 0)
    throw new HubError({
      code: "COURSE_NOT_FOUND",
      class: "settings",
      detail: { organisation: change.organisation, course: subjectOf(change), field: "course" },
    });
  const id = randomUUID();
  const subject = subjectOf(change);
  await engine.store.replays.plan({ id, subject, plan: computed.plan, items: computed.items, by });
  const replay = (await engine.store.replays.find(id))!;
  return { replay, sample: samplesOf(computed.derived), awards: wouldBeAwards(computed.derived) };
}

export function subjectOf(change: CourseMapChange): string {
  return [...new Set([...change.add, ...change.end].map(({ course }) => course))].join(", ");
}

/** As the world is now. Pure but for reading. */
export async function compute(engine: Engine, connections: readonly Connection[], change: CourseMapChange): Promise<Computed> {
  const completions = await completionsOf(engine, change);
  const versions: Record<string, string> = {};
  const derived: Derived[] = [];
  const byConnection = new Map<string, StoredCompletion[]>();
  for (const one of completions) byConnection.set(one.connectionId, [...(byConnection.get(one.connectionId) ?? []), one]);
  const learning = learningConnections(connections, change.organisation);
  for (const connection of learning) {
    const before = await engine.mapsFor(connection);
    versions[connection.id] = before.version;
    const own = byConnection.get(connection.id);
    byConnection.delete(connection.id);
    if (!own) continue;
    derived.push(...(await derive(engine, connection, own, { before, after: await engine.mapsFor(connection, asPlanned(change)) })));
  }
  // Of a connection that is not configured in this process: nobody here knows how to read its raw records.
  for (const completion of [...byConnection.values()].flat()) {
    derived.push({
      completion,
      expected: "fail",
      code: "CONNECTION_NOT_CONFIGURED",
      afterHash: undefined,
      yieldHash: undefined,
      changes: [],
    });
  }
  derived.sort((a, b) => (a.completion.id < b.completion.id ? -1 : 1));
  const failures: Record<string, number> = {};
  for (const { code } of derived) if (code !== undefined) failures[code] = (failures[code] ?? 0) + 1;
  return { plan: { change, counts: countsOf(derived), versions, failures }, items: derived.map(itemOf), derived };
}

export function asPlanned(change: CourseMapChange) {
  return { organisation: change.organisation, adding: change.add, without: change.end.map(({ id }) => id) };
}
export function asBefore(change: CourseMapChange) {
  return { organisation: change.organisation, adding: change.end, without: change.add.map(({ id }) => id) };
}

async function completionsOf(engine: Engine, change: CourseMapChange): Promise<readonly StoredCompletion[]> {
  const found = new Map<string, StoredCompletion>();
  for (const course of new Set([...change.add, ...change.end].map((row) => row.course))) {
    for (const one of await engine.store.replays.completionsOf(change.organisation, course)) found.set(one.id, one);
  }
  return [...found.values()];
}

function itemOf(derived: Derived): ReplayItem {
  const { completion, expected, afterHash, yieldHash, code } = derived;
  return {
    recordId: completion.id,
    connectionId: completion.connectionId,
    rawPageId: completion.rawPageId,
    rawOrdinal: completion.rawOrdinal,
    expected,
    beforeHash: completion.contentHash,
    afterHash,
    yieldHash,
    awards: awardsOf(derived).length,
    code,
  };
}

function countsOf(derived: readonly Derived[]): ReplayCounts {
  const of = (expected: string) => derived.filter((one) => one.expected === expected);
  const changing = of("change");
  const waiting = changing.filter(({ completion }) => completion.staffMemberId === undefined);
  return {
    completions: derived.length,
    change: changing.length,
    unchanged: of("unchanged").length,
    fail: of("fail").length,
    rawExpired: of("expired").length,
    awards: changing.reduce((sum, one) => sum + awardsOf(one).length, 0),
    withdrawn: changing.reduce((sum, one) => sum + takenBack(one).length, 0),
    staffMembers: new Set(changing.flatMap(({ completion }) => completion.staffMemberId ?? [])).size,
    waitingForPerson: new Set(waiting.map(({ completion }) => completion.sourcePersonId)).size,
  };
}

function samplesOf(derived: readonly Derived[]): readonly Sample[] {
  return derived
    .filter(({ expected }) => expected === "change")
    .slice(0, sampleSize)
    .map((one) => ({
      title: one.completion.title,
      completedOn: one.completion.completedOn,
      before: one.completion.mapping,
      competences: awardsOf(one).map(({ facts }) => String(facts!.competence)),
    }));
}

function wouldBeAwards(derived: readonly Derived[]): readonly WouldBeAward[] {
  return derived.flatMap((one) =>
    awardsOf(one).map(({ facts }) => ({
      organisation: one.completion.organisation,
      connectionId: one.completion.connectionId,
      sourcePersonId: one.completion.sourcePersonId,
      staffMemberId: one.completion.staffMemberId,
      competence: String(facts!.competence),
      name: facts!.name === undefined ? undefined : String(facts!.name),
      awardedOn: String(facts!.awardedOn),
    })),
  );
}
