/**
 * The published weights of matching: bits of evidence, log2(m / u), where m is how often a field agrees in this way for one
 * and the same person and u how often for two different people of one large trust (Fellegi and Sunter, 1969). The shares
 * are assumed from experience with UK staff data and checked by `npm run bench:match`; none is learnt from real people.
 */
export interface MatchWeights {
  readonly family: Readonly<Record<"equal" | "equalCommon" | "other" | "part" | "slip" | "differs" | "absent", number>>;
  readonly given: Readonly<Record<"equal" | "equalCommon" | "other" | "familiar" | "slip" | "initial" | "differs" | "absent", number>>;
  /** Given and family name in each other's place: costs this much against names that agree in place. */
  readonly swappedNames: number;
  readonly birthDate: Readonly<Record<"equal" | "dayMonthSwapped" | "oneDigit" | "differs" | "absent", number>>;
  readonly email: number;
  readonly sameEmployer: number;
  readonly numberAgrees: number;
  readonly numberNearly: number;
  readonly numberDiffers: number;
  readonly niAgrees: number;
  readonly niDiffers: number;
  readonly registrationAgrees: number;
  readonly registrationDiffers: number;
  /** From here on a score may link by itself, if everything in `decideMatches` besides the score allows it. */
  readonly upper: number;
  /** From here on a person is asked. */
  readonly lower: number;
  /** The best must lead the second by this much. */
  readonly margin: number;
  /** A rival whose names and birth date fit within this much of the best one's leaves the choice to a person. */
  readonly rival: number;
  /** Names and birth date together must speak for a strong identifier with at least this much. */
  readonly strongNeeds: number;
  /** Names and birth date that fit somebody else better by this much contradict a strong identifier. */
  readonly strongYields: number;
  /** Twins and namesakes with one birthday exist in every large trust: names and birth date alone never link. */
  readonly moreThanNameAndBirthDate: boolean;
}

export const matchWeights: MatchWeights = {
  family: {
    equal: 9, // m 0.9, u 1 in 550
    equalCommon: 6.5, // Smith, Khan, Patel: u 1 in 100
    other: 7, // maiden, previous or known-by family name
    part: 6, // one half of a double-barrelled name
    slip: 5, // one letter: m 0.03, u 1 in 1,000
    differs: -4, // marriage: m 0.06
    absent: 0,
  },
  given: {
    equal: 7, // u 1 in 150
    equalCommon: 5, // Mohammed, Sarah: u 1 in 40
    other: 5, // middle or preferred name
    familiar: 4.5, // Bill for William
    slip: 4,
    initial: 2.5,
    differs: -3, // known by a name that ESR does not hold: m 0.1
    absent: 0,
  },
  swappedNames: -2,
  birthDate: {
    equal: 13, // m 0.97, u 1 in 12,000 (working ages)
    dayMonthSwapped: 8,
    oneDigit: 6, // u 1 in 600 of the dates one digit away
    differs: -6, // m 0.015
    absent: 0,
  },
  email: 12, // u: mailboxes inherited from a namesake, typed for a colleague
  sameEmployer: 1.5,
  numberAgrees: 15,
  numberNearly: 6, // a digit lost or mistyped
  numberDiffers: -4,
  niAgrees: 16,
  niDiffers: -8,
  registrationAgrees: 15,
  registrationDiffers: -8,
  upper: 28,
  lower: 14,
  margin: 8,
  rival: 5,
  strongNeeds: 2.5,
  strongYields: 5,
  moreThanNameAndBirthDate: true,
};
