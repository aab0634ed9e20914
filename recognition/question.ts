/**
 * What recognition is asked and what it answers: the words only. It decides what a starter need not repeat, from evidence that
 * the caller may see; an award the caller may not see is not in the question and can help nobody to a "need not repeat".
 * Withdrawn statements belong into the question as well: left out, a dispute about an award cannot be seen.
 * Days are civil days, YYYY-MM-DD; the last day in date is inclusive.
 */

/** NOT_TO_REPEAT only on evidence. UNKNOWN is an answer of its own: never a "no", never a "yes". */
export type Verdict = "NOT_TO_REPEAT" | "REPEAT" | "EXPIRES_BEFORE_START" | "UNKNOWN" | "EACH_EMPLOYER_DECIDES";

/** What kind of move the start is: which standards travel with it is data (standards.json). */
export type Move = "CHANGE_OF_EMPLOYER" | "LEAD_EMPLOYER_PLACEMENT" | "SECONDMENT";

/** Training, the six NHS employment check standards, and exposure-prone work, which is judged beside work health. */
export const standards = [
  "TRAINING",
  "IDENTITY",
  "RIGHT_TO_WORK",
  "PROFESSIONAL_REGISTRATION",
  "EMPLOYMENT_HISTORY",
  "CRIMINAL_RECORD",
  "WORK_HEALTH",
  "EXPOSURE_PRONE",
] as const;
export type Standard = (typeof standards)[number];

/** These exist for the person and occupational health only. */
export const healthStandards: ReadonlySet<Standard> = new Set(["WORK_HEALTH", "EXPOSURE_PRONE"]);

/** Stable reasons; their sentences stand in sentences.ts. */
export type Why =
  // training
  | "IN_DATE"
  | "COVERED_BY_HIGHER_LEVEL"
  | "NO_EXPIRY"
  | "EXPIRED"
  | "RUNS_OUT_BEFORE_START"
  | "LOCAL_PERIOD_SHORTER" // in date nationally, not by the receiving organisation's recorded deviation
  | "NOTHING_SENT" // no system has sent anything: this is not a no
  | "WAITS_FOR_COURSE_MAP" // a finished course that may be it has no competence yet
  | "SOURCES_DISAGREE" // withdrawn in one system and in force in another
  | "PERIOD_UNKNOWN"
  | "COVER_ASSUMED" // a level table says so, but the line is only assumed
  | "ISSUER_UNKNOWN"
  | "ISSUER_NOT_ACCEPTED" // not a signatory on the day of the award, or not aligned
  | "NOT_TRANSFERABLE" // a local competence of somebody else, or not on the transferable list
  | "AWARD_IN_FUTURE"
  | "RECEIVER_NOT_SIGNATORY" // the receiving organisation has not promised to recognise anybody's training but its own
  // checks
  | "EMPLOYER_MUST_CHECK"
  | "LEAD_EMPLOYER_CHECKED" // under a lead employer the employer stays the same
  | "SUBSTANTIVE_EMPLOYER_CHECKED" // on secondment the employer stays the same
  | "DBS_PORTABLE"
  | "DBS_TYPE_UNKNOWN"
  | "DBS_TOO_OLD"
  | "DBS_DATE_UNKNOWN"
  | "CHECK_NOT_COMPLETED"
  | "CLEARANCE_RELIED_ON"
  | "CLEARANCE_CONDITIONAL"
  | "CLEARANCE_OTHER_WORK"
  | "CLEARANCE_RUNS_OUT"
  | "CLEARANCE_END_UNKNOWN" // no last day is stated, so nothing shows that it holds on the start day
  | "CLEARANCE_PENDING"
  | "EXPOSURE_PRONE_RESTRICTED" // restricted or not cleared: occupational health decides
  | "NO_AGREEMENT"
  | "COUNTS_AS_NEW"; // exposure-prone work without evidence

/** One thing the receiving organisation asks of a staff group and job role. */
export interface Requirement {
  readonly standard: Standard;
  /** Identity of the competence (framework|subject|level|variant); only for TRAINING. */
  readonly competence?: string;
  /** Minutes the organisation's own training takes, when it has said so. */
  readonly minutes?: number;
}

/** One statement of one award by one system, as far as the caller may see it. */
export interface AwardEvidence {
  readonly id: string;
  readonly competence: string;
  readonly awardedOn: string;
  /** ODS code of the organisation that awarded it; the controller's where the source names nobody else; undefined: unknown. */
  readonly awardedBy: string | undefined;
  readonly controllerOrg: string;
  readonly withdrawn: boolean;
  readonly heldByEsr: boolean;
  /** In force, and missing from a snapshot that nobody has confirmed: counts, and says so. */
  readonly suspected?: boolean;
}
/** A finished course without a competence. */
export interface UnmappedLearning {
  readonly title: string;
  readonly completedOn: string;
  /** Whose move it is: the organisation whose course map lacks it. */
  readonly organisation: string;
}
export interface CheckEvidence {
  readonly standard: Standard;
  readonly outcome: string;
  readonly checkedOn: string | undefined;
  readonly dbsType: string | undefined;
  readonly workforce: string | undefined;
  readonly controllerOrg: string;
  readonly suspected?: boolean;
}
/** Health data: only in questions of the person and of occupational health. */
export interface ClearanceEvidence {
  readonly clearedForRole: "YES" | "CONDITIONAL" | "PENDING";
  readonly role: string | undefined;
  readonly decidedOn: string | undefined;
  readonly validUntil: string | undefined;
  readonly exposureProne: "CLEARED" | "NOT_CLEARED" | "RESTRICTED" | "PENDING" | undefined;
  readonly controllerOrg: string;
  readonly suspected?: boolean;
}
/** A workforce sharing agreement between two organisations; endsBefore is exclusive. */
export interface AgreementInForce {
  readonly controllerOrg: string;
  readonly organisation: string;
  readonly startsOn: string;
  readonly endsBefore: string | undefined;
}

export interface Question {
  readonly today: string;
  readonly startsOn: string;
  readonly move: Move;
  /** Receiving organisation, ODS code. */
  readonly organisation: string;
  /** Lead or substantive employer that stays the employer, where there is one. */
  readonly employer: string | undefined;
  readonly staffGroup: string;
  readonly jobRole: string | undefined;
  readonly doctorInTraining: boolean;
  readonly exposureProneWork: boolean;
  readonly requirements: readonly Requirement[];
  readonly awards: readonly AwardEvidence[];
  readonly unmapped: readonly UnmappedLearning[];
  readonly checks: readonly CheckEvidence[];
  /** Undefined: the caller may not see health; then no health item is answered at all. */
  readonly clearances: readonly ClearanceEvidence[] | undefined;
  readonly agreements: readonly AgreementInForce[];
}

export type Period = {
  readonly months: number | null;
  readonly basis: "NATIONAL" | "LOCAL_DEVIATION";
  /** Of a deviation: why, and who approved it. */
  readonly reason?: string;
  readonly source?: string;
  /** Of a deviation: the national period that it shortens, where there is one. */
  readonly nationalMonths?: number;
};
/** A line of a receiving organisation's level table: who holds `held` need not repeat `covers`. */
export interface CoverLine {
  readonly organisation: string;
  readonly held: string;
  readonly covers: string;
  readonly source: string;
  /** Only assumed: makes an answer unknown, never a yes. */
  readonly assumed: boolean;
  readonly from: string | undefined;
  readonly to: string | undefined;
}
/**
 * Membership of the staff movement agreement and alignment with the framework, with their days (inclusive). A standing
 * without a first day states "is not"; an organisation without a standing is one of which nobody has said anything.
 */
export interface Standing {
  readonly organisation: string;
  readonly signatoryFrom: string | undefined;
  readonly signatoryTo: string | undefined;
  readonly alignedFrom: string | undefined;
  readonly alignedTo: string | undefined;
}

/** The rules as data. The version that holds on the start day decides. */
export interface Rules {
  /** The organisation's own recorded deviation where it shortens, else the national period; undefined: nobody has stated one. */
  periodFor(competence: string, organisation: string, on: string): Period | undefined;
  readonly covers: readonly CoverLine[];
  standingOf(organisation: string): Standing | undefined;
}

/** What whoever relies on an answer has to know beside its reason. */
export type Caveat = "EVIDENCE_SUSPECTED"; // its source no longer lists it, and nobody has confirmed that yet

export interface Answer {
  readonly requirement: Requirement;
  readonly verdict: Verdict;
  readonly why: Why;
  /** The verdict stands, and rests on evidence of which this has to be said. */
  readonly caveat?: Caveat;
  /** The statement the verdict rests on; its competence differs from what is asked when a higher level covers it. */
  readonly evidence: AwardEvidence | undefined;
  readonly awardedBy: string | undefined;
  readonly awardedOn: string | undefined;
  /** Last day in date; undefined when it does not expire or nothing is known. */
  readonly inDateUntil: string | undefined;
  readonly rule: Period | undefined;
  /**
   * Whose move it is, when something is to be done: an ODS code. Undefined where nothing is to be done, and with
   * NOTHING_SENT, where no organisation is known to hold anything: the person may show a certificate.
   */
  readonly waitsFor: string | undefined;
  /** Some statements of the award differ by a day or more. */
  readonly daysApart: number;
}
