/**
 * One dose told by two systems stays two rows in the store; here it becomes one dose with its statements. Counted twice it
 * would read as an immunity that nobody has.
 */
import { daysBetween } from "./days";

export interface DoseToGroup {
  readonly id: string;
  readonly vaccine: string;
  /** YYYY, YYYY-MM or YYYY-MM-DD. */
  readonly givenOn: string;
  readonly withdrawn: boolean;
  readonly authoritative: boolean;
}

export interface Dose<Row> {
  /** The earliest day that a source states. */
  readonly givenOn: string;
  /** Days between the earliest and the latest statement of this dose. */
  readonly daysApart: number;
  /** Withdrawn by one source and in force at another. */
  readonly disputed: boolean;
  /** Best first: in force, authoritative, the earliest. */
  readonly statements: readonly Row[];
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
const isDay = (givenOn: string) => givenOn.length === 10;

function better(a: DoseToGroup, b: DoseToGroup): number {
  return (
    Number(a.withdrawn) - Number(b.withdrawn) ||
    Number(b.authoritative) - Number(a.authoritative) ||
    compare(a.givenOn, b.givenOn) ||
    compare(a.id, b.id)
  );
}

/**
 * `minimumIntervalDays` of the vaccine: two doses closer than this are one. Counted from the first statement of a dose, so
 * that a chain of near days never swallows a real second dose. A day that is not known in full is nobody else's: it may be
 * another dose, and stands alone unless the very same partial day is told twice.
 */
export function groupDoses<Row extends DoseToGroup>(rows: readonly Row[], minimumIntervalDays: (vaccine: string) => number): Dose<Row>[] {
  const sorted = [...rows].sort((a, b) => compare(a.vaccine, b.vaccine) || compare(a.givenOn, b.givenOn) || compare(a.id, b.id));
  const same = (first: Row, it: Row) => {
    if (first.vaccine !== it.vaccine) return false;
    if (!isDay(first.givenOn) || !isDay(it.givenOn)) return first.givenOn === it.givenOn;
    return daysBetween(first.givenOn, it.givenOn) < Math.max(minimumIntervalDays(it.vaccine), 1);
  };
  const groups: Row[][] = [];
  for (const row of sorted.filter((it) => !it.withdrawn)) {
    // Partial days sort between days: what came before is looked through from its end, and stops at another vaccine.
    const group = groups.findLast((it) => same(it[0]!, row));
    if (group) group.push(row);
    else groups.push([row]);
  }
  const withdrawn = sorted.filter((it) => it.withdrawn);
  return groups.map((inForce) => {
    // Only another record can dispute: a source that takes its own word back and says it again has corrected itself.
    const against = withdrawn.filter((it) => inForce.some((own) => own.vaccine === it.vaccine && own.givenOn === it.givenOn));
    const last = inForce[inForce.length - 1]!.givenOn;
    const { givenOn } = inForce[0]!;
    return {
      givenOn,
      daysApart: isDay(givenOn) && isDay(last) ? daysBetween(givenOn, last) : 0,
      disputed: against.length > 0,
      statements: [...inForce, ...against].sort(better),
    };
  });
}
