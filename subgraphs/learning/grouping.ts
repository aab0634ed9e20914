/** The same competence from two systems stays two rows in the store; here they become one item with its attestations. */
import { daysBetween } from "./status";

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
    b.awardedOn.localeCompare(a.awardedOn) ||
    a.id.localeCompare(b.id)
  );
}

export function groupAwards<Award extends AwardToGroup>(awards: readonly Award[]): Group<Award>[] {
  const sorted = [...awards].sort(
    (a, b) => a.competence.localeCompare(b.competence) || a.awardedOn.localeCompare(b.awardedOn) || a.id.localeCompare(b.id),
  );
  const groups: Award[][] = [];
  for (const award of sorted) {
    const current = groups[groups.length - 1];
    const first = current?.[0];
    if (first && first.competence === award.competence && daysBetween(first.awardedOn, award.awardedOn) <= sameAwardDays)
      current.push(award);
    else groups.push([award]);
  }
  return groups
    .filter((members) => members.some((award) => !award.withdrawn))
    .map((members) => {
      const inForce = members.filter((award) => !award.withdrawn);
      return {
        competence: members[0]!.competence,
        awardedOn: inForce[0]!.awardedOn,
        daysApart: daysBetween(inForce[0]!.awardedOn, inForce[inForce.length - 1]!.awardedOn),
        disputed: inForce.length < members.length,
        awards: [...members].sort(better),
      };
    });
}
