/** From the rows of one person to what a caller may see of name, identifiers and posts. */
import type { PersonScope } from "../../access/scope";
import type { Access } from "../../schema/registry";
import type { AssignmentRow, SourcePersonRow, StaffRow } from "../../store/read/parts";
import type { RequestContext, VisiblePerson } from "../kit/context";
import type { Withheld } from "../kit/reasons";
import { Mask } from "../kit/records";
import type { IdentifierScheme, StaffIdentifier, StaffName } from "./types";

/** Label of each kind of identifier: the NI number stands apart, professional numbers are personal, the rest is employment. */
const labelOfScheme: Readonly<Record<string, Access>> = {
  NI_NUMBER: "R1s",
  GMC: "R1",
  NMC: "R1",
  GDC: "R1",
  GPHC: "R1",
  HCPC: "R1",
  EMAIL: "R1",
};

/** Name by which a limit inside a cell opens it: a vendor's own number is none of the employer's. */
const fieldOfScheme: Readonly<Record<string, string>> = { EMAIL: "email", LOCAL: "localNumber" };

export interface StaffRecord {
  readonly id: string;
  readonly name: StaffName | null;
  readonly birthDate: string | null;
  readonly identifiers: readonly StaffIdentifier[];
  readonly assignments: readonly AssignmentRow[] | null;
  readonly withheld: readonly Withheld[];
}

/** ESR of the lead or substantive employer first, then ESR, then the others: nobody carries a name across trusts. */
function byAuthority(person: VisiblePerson, rows: readonly SourcePersonRow[]): SourcePersonRow[] {
  const employers = new Set(
    person.known.facts.engagements.filter((it) => it.kind === "LEAD_EMPLOYER" || it.kind === "SUBSTANTIVE").map((it) => it.organisation),
  );
  const rank = (row: SourcePersonRow) => (row.system !== "esr" ? 2 : employers.has(row.controllerOrg) ? 0 : 1);
  return [...rows].sort(
    (a, b) => rank(a) - rank(b) || a.controllerOrg.localeCompare(b.controllerOrg) || a.connectionId.localeCompare(b.connectionId),
  );
}

export async function staffRecord(context: RequestContext, person: VisiblePerson, row: StaffRow | undefined): Promise<StaffRecord> {
  const { scope } = person;
  const mask = new Mask(context, scope);
  const people = byAuthority(
    person,
    (row?.people ?? []).filter((it) => scope.mayHear(it.system, it.controllerOrg)),
  );
  const named = people.find((it) => mask.may("personal-details", it.controllerOrg, "familyName") && it.family !== null);
  const born = people.find((it) => mask.may("personal-details", it.controllerOrg, "birthDate") && it.birthDate !== null);
  if (!scope.may("R1")) mask.withhold("name");
  if (!people.some((it) => mask.may("personal-details", it.controllerOrg, "birthDate"))) mask.withhold("birthDate");
  const assignments = assignmentsOf(context, scope, mask, row?.assignment);
  return {
    id: scope.staffMember,
    name: named ? { given: named.given, family: named.family, controller: context.organisation(named.controllerOrg) } : null,
    birthDate: born?.birthDate ?? null,
    identifiers: await identifiers(context, person, people),
    assignments,
    withheld: mask.withheld,
  };
}

/** Null, and withheld, where posts are not for the caller. */
export function assignmentsOf(
  context: RequestContext,
  scope: PersonScope,
  mask: Mask,
  rows: readonly AssignmentRow[] | null | undefined,
): AssignmentRow[] | null {
  if (!scope.may("R2")) return mask.withhold("assignments");
  return mask.records("assignment", "assignments", rows).map((it) => shownAssignment(context, mask, it));
}

function shownAssignment(context: RequestContext, mask: Mask, row: AssignmentRow): AssignmentRow {
  return {
    ...row,
    position: mask.may("assignment", row.controllerOrg, "position") ? row.position : mask.withhold("assignments.position"),
    organisation: context.organisation(row.controllerOrg),
  } as AssignmentRow;
}

/** Whether an identifier of this kind, as that system knows it, may be read. */
export function maySeeIdentifier(
  scope: PersonScope,
  scheme: string,
  at: { readonly controllerOrg: string; readonly system: string },
): boolean {
  const label = labelOfScheme[scheme] ?? "R2";
  return scope.mayHear(at.system, at.controllerOrg) && scope.mayField(label, label, at.controllerOrg, fieldOfScheme[scheme] ?? "number");
}

/**
 * Who finds a person by an identifier: whoever reads it there, and the trust whose number it is. For anybody else a look-up
 * would confirm a guessed number, or that another trust knows it. An NI number finds for those only who may read it, and for
 * the trust's own OH team.
 */
export function mayFindBy(scope: PersonScope, scheme: string, at: { readonly controllerOrg: string; readonly system: string }): boolean {
  if (maySeeIdentifier(scope, scheme, at)) return true;
  if (!scope.isOwn(at.controllerOrg) || !scope.mayHear(at.system, at.controllerOrg)) return false;
  const label = labelOfScheme[scheme] ?? "R2";
  return scope.may("R5", at.controllerOrg) || (label !== "R1s" && scope.may(label, at.controllerOrg));
}

async function identifiers(context: RequestContext, person: VisiblePerson, people: readonly SourcePersonRow[]): Promise<StaffIdentifier[]> {
  const shown = new Map<string, StaffIdentifier>();
  for (const row of people) {
    for (const it of row.identifiers ?? []) {
      if (!maySeeIdentifier(person.scope, it.scheme, row)) continue;
      const value = it.value ?? (it.encrypted ? await reveal(context, row, it.encrypted) : null);
      if (value === null) continue;
      shown.set(`${it.scheme} ${value} ${row.controllerOrg}`, {
        scheme: it.scheme as IdentifierScheme,
        value,
        organisation: row.controllerOrg,
      });
    }
  }
  return [...shown.values()];
}

function reveal(context: RequestContext, row: SourcePersonRow, encrypted: string): Promise<string> {
  const { identifiers } = context.environment;
  return identifiers.reveal({ organisation: row.controllerOrg, sourcePersonId: row.id, encrypted: Buffer.from(encrypted, "base64") });
}
