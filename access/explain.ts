/**
 * Why somebody may see a part of somebody's record, or may not, and from which day to which: told by asking `decide` on every day
 * on which it could turn, and the very conditions that it asks. Pure; names no record.
 */
import type { Access } from "../schema/registry";
import { actorsOf } from "./actors";
import { conditions, type Question } from "./conditions";
import { decide } from "./decide";
import type { PolicyFacts } from "./facts";
import type { Principal } from "./principal";
import { personLabels } from "./scope";
import {
  employingKinds,
  employmentGraceDays,
  offerGraceDays,
  placementGraceDays,
  placementLeadDays,
  placingKinds,
  readTable,
} from "./tables";
import type { Actor, Condition, Path } from "./vocabulary";

/** A fact on which a condition stands, in dates; `until` is the first day on which it no longer holds by itself. */
export interface Ground {
  readonly what: "engagement" | "placement" | "offer" | "transfer" | "agreement" | "share" | "objection" | "approval";
  readonly organisation: string | undefined;
  readonly kind: string | undefined;
  readonly from: string | undefined;
  readonly until: string | undefined;
  /** Who says so: ESR, FEED or HR; reference of an agreement; client of an approval; answer to a transfer. */
  readonly by: string | undefined;
}

export interface ExplainedCondition {
  readonly condition: Condition;
  readonly holds: boolean;
  readonly grounds: readonly Ground[];
}

export interface ExplainedPart {
  readonly label: Access;
  readonly controllerOrg: string;
  readonly effect: "allow" | "deny";
  /** Cell of the table: who; of employer and host the one that opens, or that came nearest. Undefined: there is no cell. */
  readonly actor: Actor | undefined;
  /** What every way through the cell needs. */
  readonly conditions: readonly ExplainedCondition[];
  /** What each way needs besides: all of one of them. */
  readonly ways: readonly (readonly ExplainedCondition[])[];
  /** Fields that may be seen; all when absent. */
  readonly fields?: readonly string[];
  readonly rows?: "national";
  /** Closed by a restriction of processing, whatever the cell says. */
  readonly restricted: boolean;
  /** Since which day it is as it is; undefined: as long as the facts reach back. */
  readonly since: string | undefined;
  /** Day on which it turns; undefined: no known date turns it. */
  readonly turnsOn: string | undefined;
}

const labels: readonly Access[] = personLabels.filter((label) => label !== "R1s");

const noon = (day: string) => new Date(`${day}T12:00:00Z`);

function addDays(day: string, days: number): string {
  const date = noon(day);
  date.setUTCDate(date.getUTCDate() + days);
  return date.toISOString().slice(0, 10);
}

/** Every day on which a date of the facts, with any lead or grace that the tables know, begins or ends something. */
function turningDays(facts: PolicyFacts): string[] {
  const days = new Set<string>();
  const add = (day: string | undefined, ...shifts: number[]) => {
    if (day !== undefined) for (const shift of [0, ...shifts]) days.add(addDays(day, shift));
  };
  const leads = [placementLeadDays, ...facts.agreements.flatMap((it) => it.placementLeadDays ?? [])];
  const graces = [placementGraceDays, ...facts.agreements.flatMap((it) => it.placementGraceDays ?? [])];
  for (const it of facts.engagements) {
    add(it.acceptedOn);
    add(it.endsBefore, employmentGraceDays, offerGraceDays);
  }
  for (const it of facts.placements) {
    add(it.startsOn, ...leads.map((days) => -days));
    add(it.endsBefore, ...graces);
  }
  for (const it of [...facts.agreements, ...facts.shares, ...facts.delegations]) {
    add(it.startsOn);
    add(it.endsBefore);
  }
  for (const it of facts.transfers) {
    add(it.acceptedOn);
    add(it.endsBefore);
  }
  return [...days].sort();
}

/** Of everything that a condition could stand on, what there is for this caller and this person, in force or not. */
function groundsOf(condition: Condition, { principal, target, facts }: Question): Ground[] {
  const label = target.label as Access;
  const mine = (it: { staffMember: string; organisation: string }) =>
    it.staffMember === target.staffMember && it.organisation === principal.org;
  const ground = (what: Ground["what"], more: Partial<Ground>): Ground => ({
    what,
    organisation: undefined,
    kind: undefined,
    from: undefined,
    until: undefined,
    by: undefined,
    ...more,
  });
  const engaged = (what: "engagement" | "offer", kinds: (kind: string) => boolean) =>
    facts.engagements
      .filter((it) => mine(it) && kinds(it.kind))
      .map((it) =>
        ground(what, { organisation: it.organisation, kind: it.kind, from: it.acceptedOn, until: it.endsBefore, by: it.master }),
      );
  const shared = (lists: (labels: readonly Access[]) => boolean) =>
    facts.shares
      .filter((it) => mine(it) && lists(it.labels))
      .map((it) => ground("share", { organisation: it.organisation, from: it.startsOn, until: it.endsBefore }));
  switch (condition) {
    case "emp":
      return engaged("engagement", (kind) => employingKinds.has(kind));
    case "offer":
      return engaged("offer", (kind) => kind === "PRE_HIRE");
    case "place":
      return facts.placements
        .filter((it) => mine(it) && placingKinds.has(it.kind))
        .map((it) =>
          ground("placement", { organisation: it.organisation, kind: it.kind, from: it.startsOn, until: it.endsBefore, by: it.master }),
        );
    case "transfer":
      return facts.transfers
        .filter(mine)
        .map((it) =>
          ground("transfer", { organisation: it.organisation, from: it.acceptedOn, until: it.endsBefore, kind: it.state, by: it.answer }),
        );
    case "wsa":
      return facts.agreements
        .filter((it) => it.controllerOrg === target.controllerOrg && it.organisation === principal.org && it.labels.includes(label))
        .map((it) =>
          ground("agreement", {
            organisation: it.organisation,
            from: it.startsOn,
            until: it.endsBefore,
            by: it.reference,
            kind: it.signedByBoth ? "SIGNED" : "NOT_SIGNED",
          }),
        );
    case "share":
      return shared((listed) => listed.includes(label));
    case "share-carries":
      return shared((listed) => listed.includes("R3") || listed.includes("R5"));
    case "no-objection":
      return facts.objections
        .filter((it) => it.staffMember === target.staffMember && it.labels.includes(label))
        .map((it) => ground("objection", { from: it.madeAt.slice(0, 10) }));
    case "deleg":
    case "scope":
      return facts.delegations
        .filter((it) => it.staffMember === target.staffMember && it.client === principal.act)
        .map((it) => ground("approval", { from: it.startsOn, until: it.endsBefore, by: it.client }));
    default:
      return [];
  }
}

/** Of employer and host the one whose cell opens; else the one that the person is tied to on this day; else the first. */
function nearestCell(
  question: Omit<Question, "cell" | "path" | "hasAct">,
): { readonly actor: Actor; readonly question: Question } | undefined {
  const relations: readonly Condition[] = ["self", "emp", "place", "offer", "programme"];
  let best: { readonly actor: Actor; readonly question: Question; readonly weight: number } | undefined;
  for (const actor of actorsOf(question.principal)) {
    const cell = readTable[actor][question.target.label!];
    if (!cell) continue;
    const by = (path: Path): Question => ({ ...question, cell, path, hasAct: () => false });
    const opening = cell.paths.find((path) => path.conditions.every((condition) => conditions[condition](by(path))));
    const asked = by(opening ?? cell.paths[0]!);
    const opens = opening !== undefined;
    const tied = cell.paths.some((path) =>
      path.conditions.some((condition) => relations.includes(condition) && conditions[condition](asked)),
    );
    const weight = (opens ? 2 : 0) + (tied ? 1 : 0);
    if (!best || weight > best.weight) best = { actor, question: asked, weight };
  }
  return best;
}

function needsOf(question: Question): Pick<ExplainedPart, "conditions" | "ways"> {
  // The same ways for other purposes are told once.
  const paths = question.cell.paths.filter(({ purposes }) => purposes === question.path.purposes);
  const told = (condition: Condition): ExplainedCondition => ({
    condition,
    holds: conditions[condition](question),
    grounds: groundsOf(condition, question),
  });
  const common = paths[0]!.conditions.filter((condition) => paths.every((path) => path.conditions.includes(condition)));
  const rest = paths.map((path) => path.conditions.filter((condition) => !common.includes(condition)).map(told));
  return { conditions: common.map(told), ways: rest.filter((way) => way.length > 0) };
}

/** Every part of a person's record, of each of these controllers, for this caller on this day. */
export function explain(
  principal: Principal,
  staffMember: string,
  controllers: readonly string[],
  facts: PolicyFacts,
  today: string,
): ExplainedPart[] {
  const days = turningDays(facts);
  return controllers.flatMap((controllerOrg) =>
    labels.map((label): ExplainedPart => {
      const target = { label, controllerOrg, staffMember };
      const on = (day: string) => decide(principal, "read", target, facts, noon(day));
      const now = on(today);
      const turns = days.filter((day, index) => on(day).effect !== on(index === 0 ? addDays(day, -1) : days[index - 1]!).effect);
      const cell = nearestCell({ principal, action: "read", target, facts, now: noon(today), today });
      return {
        label,
        controllerOrg,
        effect: now.effect,
        actor: cell?.actor,
        ...(cell ? needsOf(cell.question) : { conditions: [], ways: [] }),
        ...(now.fields ? { fields: now.fields } : {}),
        ...(now.rows ? { rows: now.rows } : {}),
        restricted: now.reason === "processing-restricted",
        since: turns.filter((day) => day <= today).at(-1),
        turnsOn: turns.find((day) => day > today),
      };
    }),
  );
}
