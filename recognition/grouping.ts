/** The same award told by two systems stays two rows in the store; here they become one award with its statements. */
import { daysBetween } from "./days";

export interface AwardToGroup {
  readonly id: string;
  readonly competence: string;
  readonly awardedOn: string;
  readonly withdrawn: boolean;
  readonly authoritative: boolean;
  readonly fromEsr: boolean;
}

export interface Group<Award> {
  readonly competence: string;
  /** The earliest day decides. */
  readonly awardedOn: string;
  /** Days between the earliest and the latest statement of this award. */
  readonly daysApart: number;
  /** Withdrawn by one source and in force at another. */
  readonly disputed: boolean;
  /** Best first: authoritative, then ESR, then the newest. */
  readonly awards: readonly Award[];
}

/** Dates up to this many days apart are one award told twice. */
export const sameAwardDays = 3;

function better(a: AwardToGroup, b: AwardToGroup): number {
  return (
    Number(a.withdrawn) - Number(b.withdrawn) ||
    Number(b.authoritative) - Number(a.authoritative) ||
    Number(b.fromEsr) - Number(a.fromEsr) ||
    compare(b.awardedOn, a.awardedOn) ||
    compare(a.id, b.id)
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/**
 * What is in force makes the groups; what is withdrawn joins each group it is near to, and disputes it. So a withdrawn
 * statement can never move the day of an award, and withdrawn everywhere is no award.
 */
export function groupAwards<Award extends AwardToGroup>(awards: readonly Award[]): Group<Award>[] {
  const sorted = [...awards].sort(
    (a, b) => compare(a.competence, b.competence) || compare(a.awardedOn, b.awardedOn) || compare(a.id, b.id),
  );
  const groups: Award[][] = [];
  for (const award of sorted.filter((it) => !it.withdrawn)) {
    const current = groups[groups.length - 1];
    const first = current?.[0];
    if (first && first.competence === award.competence && daysBetween(first.awardedOn, award.awardedOn) <= sameAwardDays)
      current.push(award);
    else groups.push([award]);
  }
  const withdrawn = sorted.filter((it) => it.withdrawn);
  return groups.map((inForce) => {
    const against = withdrawn.filter((it) => it.competence === inForce[0]!.competence && inForce.some((own) => near(own, it)));
    return {
      competence: inForce[0]!.competence,
      awardedOn: inForce[0]!.awardedOn,
      daysApart: daysBetween(inForce[0]!.awardedOn, inForce[inForce.length - 1]!.awardedOn),
      disputed: against.length > 0,
      awards: [...inForce, ...against].sort(better),
    };
  });
}

function near(a: AwardToGroup, b: AwardToGroup): boolean {
  return Math.abs(daysBetween(a.awardedOn, b.awardedOn)) <= sameAwardDays;
}
