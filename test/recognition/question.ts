/** Questions, valid by default: a foundation doctor of lead employer ZQA starts at host ZQB on 2 December 2026. */
import { createPeriods, type RenewalDeviation } from "../../recognition/periods";
import type {
  AwardEvidence,
  Caveat,
  CheckEvidence,
  ClearanceEvidence,
  CoverLine,
  Question,
  Rules,
  Standing,
  UnmappedLearning,
  Verdict,
  Why,
} from "../../recognition/question";
import { nationalRenewalMonths } from "../../schema/codes/competences";

export const today = "2026-11-22";
export const start = "2026-12-02";

export const fire = "CSTF|Fire Safety|1|";
export const conflict = "CSTF|NHS Conflict Resolution (England)|1|";
export const ig = "CSTF|Information Governance and Data Security|1|";
export const infection2 = "CSTF|Infection Prevention and Control|2|";
export const children = (level: number) => `CSTF|Safeguarding Children|${level}|`;
export const adults = (level: number) => `CSTF|Safeguarding Adults|${level}|`;
/** A national competence of our list for which these tests state no period, and one that is stated not to expire. */
export const noPeriod = "CSTF|Moving and Handling|1|";
export const endless = "CSTF|Resuscitation|1|";

let counter = 0;
export function award(competence: string, awardedOn: string, more: Partial<AwardEvidence> = {}): AwardEvidence {
  counter += 1;
  const id = `award-${String(counter).padStart(4, "0")}`;
  return { id, competence, awardedOn, awardedBy: "ZQA", controllerOrg: "ZQA", withdrawn: false, heldByEsr: false, ...more };
}
export function check(standard: CheckEvidence["standard"], more: Partial<CheckEvidence> = {}): CheckEvidence {
  return {
    standard,
    outcome: "COMPLETED",
    checkedOn: "2025-08-01",
    dbsType: undefined,
    workforce: undefined,
    controllerOrg: "ZQA",
    ...more,
  };
}
export function dbs(checkedOn: string | undefined, more: Partial<CheckEvidence> = {}): CheckEvidence {
  return check("CRIMINAL_RECORD", { checkedOn, dbsType: "Enhanced", workforce: "Adult", ...more });
}
export function clearance(more: Partial<ClearanceEvidence> = {}): ClearanceEvidence {
  return {
    clearedForRole: "YES",
    role: "Foundation Year 2",
    decidedOn: "2026-07-20",
    validUntil: "2027-08-01",
    exposureProne: undefined,
    controllerOrg: "ZQA",
    ...more,
  };
}
export const agreement = { controllerOrg: "ZQA", organisation: "ZQB", startsOn: "2026-01-01", endsBefore: undefined };

export interface RuleInput {
  readonly deviations?: readonly RenewalDeviation[];
  readonly covers?: readonly Partial<CoverLine>[];
  readonly standings?: readonly Standing[];
}

export const member = (organisation: string, more: Partial<Standing> = {}): Standing => ({
  organisation,
  signatoryFrom: "2025-05-01",
  signatoryTo: undefined,
  alignedFrom: "2019-06-01",
  alignedTo: undefined,
  ...more,
});
const outsider = member("ZQE", { signatoryFrom: undefined, alignedFrom: undefined });

function nationalMonths(competence: string): number | undefined {
  return competence === noPeriod || competence === endless ? undefined : nationalRenewalMonths(competence);
}

export type MakePeriods = typeof createPeriods;

export function rulesOf({ deviations = [], covers = [], standings = [] }: RuleInput, makePeriods: MakePeriods = createPeriods): Rules {
  const known = new Map([member("ZQA"), member("ZQB"), member("ZQC"), outsider, ...standings].map((it) => [it.organisation, it]));
  const once: RenewalDeviation = { organisation: "ZQB", competence: endless, months: null, reason: "once is enough" };
  return {
    periodFor: makePeriods([once, ...deviations], nationalMonths),
    covers: covers.map((line) => ({
      organisation: "ZQB",
      held: children(3),
      covers: children(2),
      source: "policy",
      assumed: false,
      from: undefined,
      to: undefined,
      ...line,
    })),
    standingOf: (organisation) => known.get(organisation),
  };
}

export function questionOf(more: Partial<Question> = {}): Question {
  return {
    today,
    startsOn: start,
    move: "LEAD_EMPLOYER_PLACEMENT",
    organisation: "ZQB",
    employer: "ZQA",
    staffGroup: "Medical and Dental",
    jobRole: "Foundation Year 2",
    doctorInTraining: true,
    exposureProneWork: false,
    requirements: [],
    awards: [],
    unmapped: [],
    checks: [],
    clearances: undefined,
    agreements: [],
    ...more,
  };
}

/** One planted case: what is asked, what there is, and what must come out. */
export interface Case {
  /** The rule it is planted for. */
  readonly rule: string;
  readonly name: string;
  readonly question: Partial<Question>;
  readonly rules?: RuleInput;
  readonly verdict: Verdict;
  readonly why: Why;
  readonly until?: string;
  readonly waitsFor?: string;
  readonly caveat?: Caveat;
}

export function unmapped(title: string, completedOn: string, organisation = "ZQA"): UnmappedLearning {
  return { title, completedOn, organisation };
}
