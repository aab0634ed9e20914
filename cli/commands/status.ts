import { askOperations, type ConnectedSystemAnswer, type WaitingAnswer, withGraph } from "../compose/operations";
import { exitCodes, type Output } from "../output";
import { stateWords } from "../present/states";
import { ago, table } from "../present/table";

/** State of every connection. Exit 3 when one is not on time. */
export async function status(output: Output, options: { config?: string; today?: string }): Promise<number> {
  return withGraph(options, async (graph, foundation) => {
    const systems = await askOperations(graph);
    output.answer({ connections: systems.map(({ problems: _, ...system }) => system) }, () =>
      statusText(systems, foundation.engine.clock.now()),
    );
    const bad = systems.some((system) => !["ON_TIME", "SETTING_UP", "PAUSED"].includes(system.state));
    return bad ? exitCodes.degraded : exitCodes.ok;
  });
}

function statusText(systems: readonly ConnectedSystemAnswer[], now: Date): string {
  const rows = systems.map((system) => [
    system.id,
    system.organisations.map((organisation) => organisation.odsCode).join(", "),
    stateWords[system.state] ?? system.state,
    system.freshAsOf ? `${ago(new Date(system.freshAsOf), now)} / ${ago(new Date(0), new Date(system.target * 1000))}` : "-",
    system.waiting,
    system.refused,
    system.problems.length,
  ]);
  const waiting = systems.flatMap((system) => system.waitingByAge.map((group) => ({ id: system.id, ...group })));
  const notes = systems.flatMap((system) => restOf(system));
  return `${table(["connection", "organisation", "state", "behind by / target", "waiting", "refused", "problems"], rows)}\n${waitingText(waiting, now)}${notes.map((note) => `\n${note}`).join("")}\nWhat blocks records: npx lanyard problems`;
}

/** How long records have waited for their person, and whose move that is. Few people are not counted out. */
function waitingText(groups: readonly (WaitingAnswer & { readonly id: string })[], now: Date): string {
  if (groups.length === 0) return "";
  const told = (count: number | null) => count ?? "-";
  const rows = groups.map((it) => [
    it.id,
    it.organisation.odsCode,
    it.ofHealth ? "health" : "other",
    it.records ?? "few",
    told(it.upToOneDay),
    told(it.upTo7Days),
    told(it.upTo30Days),
    told(it.older),
    ago(new Date(it.oldestAt), now),
    it.ofHealth ? "the trust's occupational health" : it.owner.toLowerCase(),
  ]);
  const headings = [
    "waiting at",
    "organisation",
    "records",
    "in all",
    "to 1 day",
    "to 7 days",
    "to 30 days",
    "older",
    "the oldest",
    "whose move",
  ];
  const few = groups.some((it) => it.fewerThanFive) ? "-: fewer than 5 people are not counted out by age.\n" : "";
  return `\n${table(headings, rows)}\n${few}`;
}

/** Why a system is not asked at the moment, if it is not. */
function restOf({ id, breaker, toldToWaitUntil, maintenanceUntil }: ConnectedSystemAnswer): string[] {
  const lines: string[] = [];
  if (maintenanceUntil) lines.push(`${id}: in its maintenance time until ${maintenanceUntil}.`);
  if (breaker)
    lines.push(
      `${id}: not asked since ${breaker.openSince}, after ${breaker.failures} failures in a row (${breaker.why}); next trial at ${breaker.nextProbeAt}.`,
    );
  if (toldToWaitUntil) lines.push(`${id}: the vendor has told the hub to wait until ${toldToWaitUntil}.`);
  return lines.map((line) => `${line}\n`);
}
