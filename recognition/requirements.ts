/** What an organisation asks of a staff group and job role on a day, from the lines of its own file. */
import { plainName } from "../schema/codes/data";
import { staffGroupOf } from "../schema/codes/organisation-lists";
import { holdsOn } from "./days";
import type { Requirement, Standard } from "./question";

export interface RequirementLine {
  readonly organisation: string;
  readonly staffGroup: string;
  /** Undefined: every job role of the group. */
  readonly jobRole: string | undefined;
  readonly standard: Standard;
  readonly competence: string | undefined;
  readonly minutes: number | undefined;
  readonly from: string | undefined;
  readonly to: string | undefined;
}

/** The lines of the start day; a line for the job role says more than one for the whole group. */
export function requirementsFor(
  lines: readonly RequirementLine[],
  post: { readonly organisation: string; readonly staffGroup: string; readonly jobRole: string | undefined; readonly startsOn: string },
): readonly Requirement[] {
  const matching = lines.filter(
    (line) =>
      line.organisation === post.organisation &&
      same(groupOf(line.staffGroup), groupOf(post.staffGroup)) &&
      (line.jobRole === undefined || (post.jobRole !== undefined && same(line.jobRole, post.jobRole))) &&
      holdsOn(post.startsOn, line.from, line.to),
  );
  const byThing = new Map<string, RequirementLine>();
  for (const line of matching) {
    const key = `${line.standard} ${line.competence ?? ""}`;
    const known = byThing.get(key);
    if (!known || (known.jobRole === undefined && line.jobRole !== undefined)) byThing.set(key, line);
  }
  return [...byThing.values()].map(({ standard, competence, minutes }) => ({
    standard,
    ...(competence === undefined ? {} : { competence }),
    ...(minutes === undefined ? {} : { minutes }),
  }));
}

/** A staff group has several names. */
function groupOf(name: string): string {
  return staffGroupOf(name) ?? name;
}

function same(one: string, other: string): boolean {
  return plainName(one) === plainName(other);
}
