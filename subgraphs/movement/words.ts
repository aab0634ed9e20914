/** The enumerations of readiness, with their meanings. The codes are recognition's; a missing meaning does not compile. */
import { registerEnumType } from "type-graphql";
import type { Caveat, Move, Standard, Verdict, Why } from "../../recognition/question";

export function enumeration<V extends string>(
  name: string,
  description: string,
  meanings: Readonly<Record<V, string>>,
): Readonly<Record<V, V>> {
  const values = Object.fromEntries(Object.keys(meanings).map((value) => [value, value])) as Record<V, V>;
  registerEnumType(values, {
    name,
    description,
    valuesConfig: Object.fromEntries(
      Object.entries<string>(meanings).map(([value, says]) => [value, { description: says }]),
    ) as unknown as Parameters<typeof registerEnumType<Record<V, V>>>[1]["valuesConfig"],
  });
  return values;
}

export const Moves = enumeration<Move>("Move", "What kind of move a start is.", {
  CHANGE_OF_EMPLOYER: "The organisation becomes the employer.",
  LEAD_EMPLOYER_PLACEMENT: "Placed by a lead employer, who stays the employer.",
  SECONDMENT: "Seconded, or on an honorary contract; the substantive employer stays the employer.",
});

export const Standards = enumeration<Standard>("Standard", "Training, the six employment check standards, and exposure-prone work.", {
  TRAINING: "A training.",
  IDENTITY: "Identity.",
  RIGHT_TO_WORK: "Right to work.",
  PROFESSIONAL_REGISTRATION: "Professional registration and qualification.",
  EMPLOYMENT_HISTORY: "Employment history and references.",
  CRIMINAL_RECORD: "Criminal record (DBS).",
  WORK_HEALTH: "Work health assessment: for the person and occupational health only.",
  EXPOSURE_PRONE: "Clearance for exposure-prone work: for the person and occupational health only.",
});

export const Verdicts = enumeration<Verdict>("Verdict", "Whether something has to be done again.", {
  NOT_TO_REPEAT: "Need not be repeated, on evidence.",
  REPEAT: "To be done.",
  EXPIRES_BEFORE_START: "In date today, and no longer on the day of the start.",
  UNKNOWN: "Nobody can say: neither a yes nor a no.",
  EACH_EMPLOYER_DECIDES: "Each employer decides or checks itself.",
});

export const Caveats = enumeration<Caveat>("VerdictCaveat", "What whoever relies on a verdict has to know beside its reason.", {
  EVIDENCE_SUSPECTED: "The last snapshot of its source lacks the evidence, and nobody has confirmed that yet: it counts until then.",
});

export const Whys = enumeration<Why>("VerdictReason", "Why a verdict is what it is.", {
  IN_DATE: "In date on the day of the start.",
  COVERED_BY_HIGHER_LEVEL: "A higher level that the organisation counts as covering it is in date.",
  NO_EXPIRY: "Stated to need no renewal.",
  EXPIRED: "It has run out.",
  RUNS_OUT_BEFORE_START: "It runs out before the start.",
  LOCAL_PERIOD_SHORTER: "In date by the national period, and not by the organisation's own recorded one.",
  NOTHING_SENT: "Nothing has been sent that the caller may see. This is not a no.",
  WAITS_FOR_COURSE_MAP: "A finished course may be it; nobody has said yet what the course awards.",
  SOURCES_DISAGREE: "One source has withdrawn it and another still stands by it.",
  PERIOD_UNKNOWN: "Nobody has stated how long it is in date.",
  COVER_ASSUMED: "A higher level may cover it; the organisation has not confirmed that.",
  ISSUER_UNKNOWN: "It is not known whether the awarding organisation is accepted.",
  ISSUER_NOT_ACCEPTED: "The awarding organisation is not aligned, or not in the agreement.",
  NOT_TRANSFERABLE: "A local competence of another organisation.",
  AWARD_IN_FUTURE: "The day of the award has not come yet.",
  RECEIVER_NOT_SIGNATORY: "The receiving organisation is not in the agreement and decides itself.",
  EMPLOYER_MUST_CHECK: "Each employer must check it itself.",
  LEAD_EMPLOYER_CHECKED: "Checked by the lead employer, who stays the employer.",
  SUBSTANTIVE_EMPLOYER_CHECKED: "Checked by the substantive employer, who stays the employer.",
  DBS_PORTABLE: "A DBS check of a doctor in training, young enough and of a sufficient type.",
  DBS_TYPE_UNKNOWN: "The type of the DBS check is not stated.",
  DBS_TOO_OLD: "The DBS check is three years old or more on the day of the start.",
  DBS_DATE_UNKNOWN: "The day of the DBS check is missing or lies ahead.",
  CHECK_NOT_COMPLETED: "The check is not completed.",
  CLEARANCE_RELIED_ON: "A clearance is relied on.",
  CLEARANCE_CONDITIONAL: "The clearance has conditions.",
  CLEARANCE_OTHER_WORK: "The clearance is for another kind of work.",
  CLEARANCE_RUNS_OUT: "The clearance does not hold on the day of the start.",
  CLEARANCE_END_UNKNOWN: "The clearance has no last day.",
  CLEARANCE_PENDING: "Occupational health has not decided yet.",
  EXPOSURE_PRONE_RESTRICTED: "Occupational health decides on exposure-prone work.",
  NO_AGREEMENT: "No agreement is in force under which the clearance could be relied on.",
  COUNTS_AS_NEW: "Without evidence somebody counts as new to exposure-prone work.",
});

export type UnansweredReason = "NO_REQUIREMENTS_STATED" | "START_UNKNOWN" | "STAFF_GROUP_UNKNOWN";
export const Unanswered = enumeration<UnansweredReason>("UnansweredReason", "Why readiness cannot be answered.", {
  NO_REQUIREMENTS_STATED: "The organisation has stated nothing that it asks of this staff group and job role.",
  START_UNKNOWN: "No placement or offer there is known to this caller, and no day was given.",
  STAFF_GROUP_UNKNOWN: "No post that this caller may see says which staff group it is, and none was given.",
});

export type SideName = "ARRIVING" | "LEAVING";
export const Sides = enumeration<SideName>("RotationSide", "From which side a rotation is looked at.", {
  ARRIVING: "Who starts at the organisation.",
  LEAVING: "Who of the organisation's own staff starts elsewhere.",
});
