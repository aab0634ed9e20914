import type { MatchOutcome } from "../store/store";
import type { Evidence } from "./match-evidence";
import type { MatchProfile } from "./match-profile";
import type { MatchWeights } from "./match-weights";

/** An identifier that can tie a claim to a staff member by itself, given that names or birth date agree. */
export type StrongIdentifier = "number" | "ni" | "registration" | "uuid";

/** Strong identifiers that agree, before anything is asked of names and birth date. */
export function identifiersThatAgree(evidence: Evidence): StrongIdentifier[] {
  const found: StrongIdentifier[] = [];
  if (evidence.number === "agrees" || evidence.personId === "agrees") found.push("number");
  if (evidence.ni === "agrees") found.push("ni");
  if (evidence.registration === "agrees") found.push("registration");
  if (evidence.uuid === "agrees") found.push("uuid");
  return found;
}

export const familyFits = (evidence: Evidence, weights: MatchWeights): boolean => weights.family[evidence.family] > 0;
export const givenFits = (evidence: Evidence, weights: MatchWeights): boolean => weights.given[evidence.given] > 0;
export const namesFit = (evidence: Evidence, weights: MatchWeights): boolean =>
  familyFits(evidence, weights) && givenFits(evidence, weights);

/**
 * The rules for one strong identifier. An identifier alone is never enough where names or a birth date are there to be
 * compared: numbers are mistyped and used again.
 */
export function ties(via: StrongIdentifier, evidence: Evidence, claim: MatchProfile, weights: MatchWeights): boolean {
  switch (via) {
    case "number": {
      const nothingToCompare = evidence.family === "absent" && evidence.given === "absent" && evidence.birthDate === "absent";
      if (nothingToCompare) return [...claim.numbers, ...claim.personIds].some((value) => value.length - value.indexOf("|") > 6);
      return evidence.core >= (evidence.birthDate === "differs" ? Math.max(6, weights.strongNeeds) : weights.strongNeeds);
    }
    case "ni":
      // ESR's own rule for an automatic transfer: NI number, date of birth and last name.
      return (
        evidence.birthDate === "equal" && familyFits(evidence, weights) && (evidence.family !== "slip" || givenFits(evidence, weights))
      );
    case "registration":
      return evidence.birthDate !== "differs" && (evidence.birthDate === "equal" || namesFit(evidence, weights)) && evidence.core >= 8;
    case "uuid":
      return evidence.birthDate === "equal" && namesFit(evidence, weights);
  }
}

/** Something that one and the same person cannot have twice: whatever else agrees, a person must look. */
export function contradicted(evidence: Evidence): boolean {
  return (
    evidence.ni === "differs" || evidence.registration === "differs" || (evidence.number === "agrees" && evidence.personId === "differs")
  );
}

/** Names and birth date speak of somebody else: the number is junk, mistyped, or used again (fault V17). */
export function speaksOfSomebodyElse(evidence: Evidence): boolean {
  return (
    evidence.family === "differs" && evidence.given === "differs" && (evidence.birthDate === "differs" || evidence.birthDate === "absent")
  );
}

/** A person once bound now says things that would never have been bound. */
export function nowContradicts(evidence: Evidence, weights: MatchWeights): boolean {
  if (contradicted(evidence) || speaksOfSomebodyElse(evidence)) return true;
  if (evidence.birthDate === "differs" && !namesFit(evidence, weights)) return true;
  if (evidence.number === "differs" || evidence.personId === "differs") {
    const sameByOther = namesFit(evidence, weights) && (evidence.email || weights.birthDate[evidence.birthDate] > 0);
    return !sameByOther && evidence.number !== "agrees" && evidence.personId !== "agrees";
  }
  return false;
}

/** ESR's own words for how a match came out. */
export function outcomeOf(evidence: Evidence, weights: MatchWeights, niIsShared: boolean): MatchOutcome {
  if (evidence.ni === "agrees") {
    if (niIsShared) return "DUPLICATE_NI";
    return namesFit(evidence, weights) ? "MATCHED" : "NI_NOT_NAME";
  }
  return namesFit(evidence, weights) ? "NAME_NOT_NI" : "NOT_MATCHED";
}

/** Whether a score may link by itself: names fit, something besides names and birth date agrees, nothing contradicts. */
export function scoreMayLink(evidence: Evidence, weights: MatchWeights): boolean {
  if (evidence.score < weights.upper || contradicted(evidence) || !namesFit(evidence, weights)) return false;
  if (evidence.birthDate === "differs") return false;
  return !weights.moreThanNameAndBirthDate || evidence.email || evidence.number === "nearly";
}
