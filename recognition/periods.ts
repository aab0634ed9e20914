/** Which renewal period holds: it belongs to the receiving organisation and the competence, never to the award. */
import { nationalRenewalMonths } from "../schema/codes/competences";
import { holdsOn } from "./days";
import type { Period } from "./question";

/** An organisation's own renewal period, recorded with a reason (its file `renewals` in lanyard.yaml). */
export interface RenewalDeviation {
  readonly organisation: string;
  readonly competence: string;
  /** null: the organisation states that it needs no renewal. */
  readonly months: number | null;
  /** A deviation without its reason does not hold. */
  readonly reason: string;
  readonly approvedBy?: string | undefined;
  /** First and last day on which the rule holds. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/** Renewal period of a competence at an organisation on a day; undefined: nobody has stated one. */
export type PeriodFor = (competence: string, organisation: string, on: string) => Period | undefined;

/** The organisation's own period where it has recorded one with its reason, else the national one. A deviation only shortens. */
export function createPeriods(
  deviations: readonly RenewalDeviation[],
  nationalMonths: (competence: string) => number | undefined = nationalRenewalMonths,
): PeriodFor {
  const byKey = new Map<string, RenewalDeviation[]>();
  for (const it of deviations) {
    if (it.reason.trim() === "") continue;
    const key = `${it.organisation} ${it.competence}`;
    byKey.set(key, [...(byKey.get(key) ?? []), it]);
  }
  return (competence, organisation, on) => {
    const national = nationalMonths(competence);
    const own = (byKey.get(`${organisation} ${competence}`) ?? [])
      .filter((it) => holdsOn(on, it.from, it.to))
      .reduce<RenewalDeviation | undefined>((least, it) => (least && lengthOf(least) <= lengthOf(it) ? least : it), undefined);
    if (own && (national === undefined || lengthOf(own) < national)) {
      return {
        months: own.months,
        basis: "LOCAL_DEVIATION",
        reason: own.reason,
        ...(own.approvedBy ? { source: own.approvedBy } : {}),
        ...(national === undefined ? {} : { nationalMonths: national }),
      };
    }
    return national === undefined ? undefined : { months: national, basis: "NATIONAL" };
  };
}

function lengthOf(period: { readonly months: number | null }): number {
  return period.months ?? Number.POSITIVE_INFINITY;
}

/** The shorter of two periods decides where one level covers another; of two alike the first. */
export function shorterOf(one: Period, other: Period): Period {
  return lengthOf(other) < lengthOf(one) ? other : one;
}
