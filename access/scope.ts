/**
 * What a caller may see of a set of people, decided once per request: person -> controller -> label -> fields. The same
 * decisions make the signed context that the database's row-level security reads.
 */
import type { Access } from "../schema/registry";
import { readsForPerson } from "./actors";
import { type Decision, decide } from "./decide";
import type { PolicyFacts } from "./facts";
import { noFacts } from "./facts";
import type { Principal } from "./principal";
import { healthLabels, healthSystems } from "./tables";

/** undefined in `fields`: every field with this label; in `rows`: every row. */
interface Opened {
  readonly fields: ReadonlySet<string> | undefined;
  readonly rows: "national" | undefined;
  /** The path of the table by which it is open. */
  readonly reason: string;
}

/** Labels that stand on rows about people. */
export const personLabels: readonly Access[] = ["R1", "R1s", "R2", "R3", "R4", "R5", "R7"];

export class PersonScope {
  private readonly opened = new Map<string, Map<Access, Opened>>();

  constructor(
    readonly staffMember: string,
    /** Organisation of the caller's credential. */
    private readonly organisation?: string,
  ) {}

  /** Whether a row is the caller's own organisation's. */
  isOwn(controllerOrg: string): boolean {
    return this.organisation === controllerOrg;
  }

  open(controllerOrg: string, label: Access, { fields, rows, reason }: Pick<Decision, "fields" | "rows" | "reason">): void {
    const labels = this.opened.get(controllerOrg) ?? new Map<Access, Opened>();
    labels.set(label, { fields: fields ? new Set(fields) : undefined, rows, reason });
    this.opened.set(controllerOrg, labels);
  }

  /** Which rows with this label: of some a caller sees national competences only. */
  rows(controllerOrg: string, label: Access): "national" | undefined {
    return this.opened.get(controllerOrg)?.get(label)?.rows;
  }

  get limitsRows(): boolean {
    for (const labels of this.opened.values()) for (const { rows } of labels.values()) if (rows) return true;
    return false;
  }

  /** Why it is open, for the audit. */
  ground(controllerOrg: string, label: Access): string | undefined {
    return this.opened.get(controllerOrg)?.get(label)?.reason;
  }

  /** Anything at all: otherwise the person is not found. */
  get visible(): boolean {
    return this.opened.size > 0;
  }

  controllers(...labels: readonly Access[]): string[] {
    return [...this.opened].filter(([, has]) => labels.some((label) => has.has(label))).map(([controller]) => controller);
  }

  may(label: Access, controllerOrg?: string): boolean {
    if (controllerOrg !== undefined) return this.opened.get(controllerOrg)?.has(label) ?? false;
    for (const labels of this.opened.values()) if (labels.has(label)) return true;
    return false;
  }

  /** Whether what a system of this kind says of the person's identity may be heard: that an OH system knows somebody is health data. */
  mayHear(system: string, controllerOrg: string): boolean {
    return !healthSystems.has(system) || this.may("R5", controllerOrg);
  }

  /** Whether a field with this label of a record with that label may be seen on that controller's row. */
  mayField(recordLabel: Access, fieldLabel: Access, controllerOrg: string, field: string): boolean {
    if (fieldLabel === "open") return true;
    const labels = this.opened.get(controllerOrg);
    if (!labels) return false;
    const opened = labels.get(fieldLabel);
    if (!opened || (opened.fields && !opened.fields.has(field))) return false;
    if (fieldLabel === recordLabel) return true;
    const record = labels.get(recordLabel);
    return record !== undefined && (record.fields === undefined || record.fields.has(field));
  }

  *entries(): Iterable<readonly [string, Access]> {
    for (const [controller, labels] of this.opened) for (const label of labels.keys()) yield [controller, label];
  }
}

/** Policy facts of one person: a decision about a person never looks through those of a thousand others. */
export interface FactsByPerson {
  readonly facts: ReadonlyMap<string, PolicyFacts>;
  /** Organisations that are controller of at least one row about the person. */
  readonly controllers: ReadonlyMap<string, readonly string[]>;
  /** Those of them of whom only an occupational health system knows the person. */
  readonly healthOnly?: ReadonlyMap<string, readonly string[]>;
}

/** Roles that may hear of health: the person, who acts for the person, and occupational health. */
const mayKnowOfHealth = (principal: Principal, now: Date) =>
  readsForPerson(principal) || decide(principal, "answer-health-items", {}, noFacts, now).effect === "allow";

export function personScope(principal: Principal, staffMember: string, known: FactsByPerson, now: Date): PersonScope {
  const scope = new PersonScope(staffMember, principal.org);
  const facts = known.facts.get(staffMember) ?? noFacts;
  const healthOnly = new Set(mayKnowOfHealth(principal, now) ? [] : known.healthOnly?.get(staffMember));
  for (const controllerOrg of known.controllers.get(staffMember) ?? []) {
    for (const label of personLabels) {
      // That an OH system knows somebody opens nothing else: the person would be found, or not, by health data.
      if (healthOnly.has(controllerOrg) && !healthLabels.has(label)) continue;
      const decision = decide(principal, "read", { label, controllerOrg, staffMember }, facts, now);
      if (decision.effect === "allow") scope.open(controllerOrg, label, decision);
    }
  }
  return scope;
}

/** Scope lines of the signed read context; `kindsOf` names the record kinds that carry a label. */
export function readScope(
  scopes: readonly PersonScope[],
  kindsOf: (label: Access) => readonly string[],
): { readonly controllerOrg: string; readonly kinds: readonly string[]; readonly staffMember: string }[] {
  const lines: { controllerOrg: string; kinds: string[]; staffMember: string }[] = [];
  for (const scope of scopes) {
    const byController = new Map<string, string[]>();
    for (const [controllerOrg, label] of scope.entries()) {
      const kinds = byController.get(controllerOrg) ?? [];
      kinds.push(...kindsOf(label));
      byController.set(controllerOrg, kinds);
    }
    for (const [controllerOrg, kinds] of byController) lines.push({ controllerOrg, kinds, staffMember: scope.staffMember });
  }
  return lines;
}
