import { nationalRenewalMonths } from "../../schema/codes/competences";
import type { PeriodFor } from "../kit/environment";

/** An organisation's own renewal period, recorded with a reason (its file `renewals` in lanyard.yaml). */
export interface RenewalDeviation {
  readonly organisation: string;
  readonly competence: string;
  /** null: the organisation states that it needs no renewal. */
  readonly months: number | null;
  /** First and last day on which the rule holds. */
  readonly from?: string;
  readonly to?: string;
}

/** The organisation's own period where it has recorded one, else the national one. A deviation only shortens. */
export function createPeriods(deviations: readonly RenewalDeviation[], nationalMonths = nationalRenewalMonths): PeriodFor {
  const byKey = new Map<string, RenewalDeviation[]>();
  for (const it of deviations) {
    const key = `${it.organisation} ${it.competence}`;
    byKey.set(key, [...(byKey.get(key) ?? []), it]);
  }
  return (competence, organisation, on) => {
    const national = nationalMonths(competence);
    const own = byKey
      .get(`${organisation} ${competence}`)
      ?.find((it) => (it.from === undefined || it.from <= on) && (it.to === undefined || on <= it.to));
    if (own && (national === undefined || (own.months !== null && own.months < national))) {
      return { months: own.months, basis: "LOCAL_DEVIATION" };
    }
    return national === undefined ? undefined : { months: national, basis: "NATIONAL" };
  };
}
