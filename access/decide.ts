/**
 * The one place where access is decided: pure, deny by default. A missing row, an unknown actor, missing facts or any
 * exception denies.
 */
import type { Access } from "../schema/registry";
import { actorsOf } from "./actors";
import { type Act, actTable } from "./acts";
import { conditions, dayOf, type Question, type Target } from "./conditions";
import type { PolicyFacts } from "./facts";
import type { Principal } from "./principal";
import { readTable } from "./tables";
import type { Actor, Cell, Condition, Path, RecordType } from "./vocabulary";

export type { Act } from "./acts";
export type { Target } from "./conditions";
export type Action = "read" | Act;

export interface Decision {
  readonly effect: "allow" | "deny";
  /** Stable kebab-case; technical words only. Of a denial: the first condition that failed on the way that led farthest. */
  readonly reason: string;
  /** Fields of the record type that may be seen; all when absent. */
  readonly fields?: readonly string[];
  /** Rows that may be seen; all when absent. */
  readonly rows?: "national";
  readonly obligations: readonly ("audit" | "no-store")[];
}

export interface Tables {
  readonly read: Readonly<Record<Actor, Partial<Record<RecordType, Cell>>>>;
  readonly acts: Readonly<Record<Act, Partial<Record<Actor, Cell>>>>;
}

const obligations = ["audit", "no-store"] as const;
const denials = new Map<string, Decision>();
function deny(reason: string): Decision {
  let decision = denials.get(reason);
  if (!decision) denials.set(reason, (decision = { effect: "deny", reason, obligations }));
  return decision;
}

const reasons = new WeakMap<Path, string>();
function reasonOf(actor: Actor, path: Path): string {
  let reason = reasons.get(path);
  if (reason === undefined) reasons.set(path, (reason = path.conditions.join("+")));
  return `${actor}:${reason}`;
}

/** Reads on which a restriction of processing lies; acts that hand out records among them. */
const restricted: ReadonlySet<Action> = new Set<Action>(["read", "answer-traces"]);

function isRestricted({ staffMember, controllerOrg, label }: Target, facts: PolicyFacts): boolean {
  return facts.restrictions.some(
    (it) => it.staffMember === staffMember && it.controllerOrg === controllerOrg && it.labels.includes(label as Access),
  );
}

/** The decision over other tables than the ones in force: for proofs only. */
export function decider(tables: Tables) {
  return (principal: Principal, action: Action, target: Target, facts: PolicyFacts, now: Date): Decision => {
    try {
      const cellOf = (actor: Actor) =>
        action === "read" ? (target.label === undefined ? undefined : tables.read[actor][target.label]) : tables.acts[action][actor];
      if (restricted.has(action) && isRestricted(target, facts)) return deny("processing-restricted");
      const today = dayOf(now);
      let allowed: Decision | undefined;
      let farthest = -1;
      let failed: Condition | "no-row" = "no-row";
      for (const actor of actorsOf(principal)) {
        const cell = cellOf(actor);
        if (!cell) continue;
        const hasAct = (act: Act) => tables.acts[act][actor] !== undefined;
        for (const path of cell.paths) {
          const question: Question = { principal, action, target, facts, now, today, cell, path, hasAct };
          const at = path.conditions.findIndex((condition) => !conditions[condition](question));
          if (at === -1) {
            allowed = joined(allowed, allow(actor, cell, path));
            break;
          }
          if (at > farthest) {
            farthest = at;
            failed = path.conditions[at]!;
          }
        }
      }
      return allowed ?? deny(failed);
    } catch {
      return deny("decision-failed");
    }
  };
}

export const decide = decider({ read: readTable, acts: actTable });

function allow(actor: Actor, cell: Cell, path: Path): Decision {
  const fields = path.fields ?? cell.fields;
  return {
    effect: "allow",
    reason: reasonOf(actor, path),
    ...(fields ? { fields } : {}),
    ...(path.rows ? { rows: path.rows } : {}),
    obligations,
  };
}

/** Employer and host at once: the union of what either may see. */
function joined(one: Decision | undefined, other: Decision): Decision {
  if (!one) return other;
  const fields = one.fields && other.fields ? [...new Set([...one.fields, ...other.fields])] : undefined;
  const rows = one.rows && other.rows;
  return { effect: "allow", reason: other.reason, ...(fields ? { fields } : {}), ...(rows ? { rows } : {}), obligations };
}
