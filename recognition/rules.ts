/** The rules as data, from the organisations' own files and the list of signatories. */
import { createPeriods, type RenewalDeviation } from "./periods";
import type { CoverLine, Rules, Standing } from "./question";

export interface RuleData {
  readonly renewals: readonly RenewalDeviation[];
  readonly covers: readonly CoverLine[];
  readonly standings: readonly Standing[];
}

export function createRules({ renewals, covers, standings }: RuleData): Rules {
  const byOrganisation = new Map(standings.map((it) => [it.organisation, it]));
  return { periodFor: createPeriods(renewals), covers, standingOf: (organisation) => byOrganisation.get(organisation) };
}
