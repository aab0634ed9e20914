import type { MatchReason } from "../store/store";
import { editDistance, isSlip } from "./edit-distance";
import type { MatchProfile } from "./match-profile";
import type { MatchWeights } from "./match-weights";
import { isCommonFamily, isCommonGiven, type NormalName, sameFamiliarName } from "./normal-names";

type Family = keyof MatchWeights["family"];
type Given = keyof MatchWeights["given"];
type BirthDate = keyof MatchWeights["birthDate"];
type Agreement = "agrees" | "differs" | "absent";

/** How one claim and one staff member compare, field by field. Holds no value of either. */
export interface Evidence {
  readonly family: Family;
  readonly given: Given;
  readonly swapped: boolean;
  readonly birthDate: BirthDate;
  readonly personId: Agreement;
  readonly number: Agreement | "nearly";
  readonly ni: Agreement;
  readonly registration: Agreement;
  readonly uuid: Agreement;
  readonly email: boolean;
  readonly sameEmployer: boolean;
  /** Names and birth date, in bits. */
  readonly core: number;
  /** Everything, in bits. */
  readonly score: number;
}

export function compare(claim: MatchProfile, member: MatchProfile, weights: MatchWeights): Evidence {
  const names = compareNames(claim, member, weights);
  const birthDate = compareBirthDates(claim.birthDates, member.birthDates);
  const core =
    weights.family[names.family] + weights.given[names.given] + (names.swapped ? weights.swappedNames : 0) + weights.birthDate[birthDate];
  const sameEmployer = meets(claim.employers, member.employers);
  const number = compareNumbers(claim, member);
  const personId = agreement(claim.personIds, member.personIds, sharesPrefix(claim.personIds, member.personIds));
  const ni = compareNi(claim, member);
  const registration = agreement(claim.registrations, member.registrations, sharesPrefix(claim.registrations, member.registrations));
  const uuid = agreement(claim.uuids, member.uuids, true);
  const email = meets(claim.emails, member.emails);
  let score = core;
  if (email) score += weights.email;
  if (sameEmployer) score += weights.sameEmployer;
  if (number === "agrees" || personId === "agrees") score += weights.numberAgrees;
  else if (number === "nearly") score += weights.numberNearly;
  else if (number === "differs" || personId === "differs") score += weights.numberDiffers;
  if (ni !== "absent") score += ni === "agrees" ? weights.niAgrees : weights.niDiffers;
  if (registration === "agrees" || uuid === "agrees") score += weights.registrationAgrees;
  else if (registration === "differs") score += weights.registrationDiffers;
  return { ...names, birthDate, personId, number, ni, registration, uuid, email, sameEmployer, core, score };
}

function meets(one: ReadonlySet<string>, other: ReadonlySet<string>): boolean {
  for (const value of one) if (other.has(value)) return true;
  return false;
}

function agreement(one: ReadonlySet<string>, other: ReadonlySet<string>, comparable: boolean): Agreement {
  if (one.size === 0 || other.size === 0) return "absent";
  if (meets(one, other)) return "agrees";
  return comparable ? "differs" : "absent";
}

const prefixOf = (value: string) => value.slice(0, value.indexOf("|"));

/** Numbers of two employers, or of two professional bodies, cannot contradict each other. */
function sharesPrefix(one: ReadonlySet<string>, other: ReadonlySet<string>): boolean {
  for (const value of one) for (const against of other) if (prefixOf(value) === prefixOf(against)) return true;
  return false;
}

function compareNumbers(claim: MatchProfile, member: MatchProfile): Evidence["number"] {
  const plain = agreement(claim.numbers, member.numbers, sharesPrefix(claim.numbers, member.numbers));
  if (plain !== "differs") return plain;
  for (const value of claim.numbers) {
    for (const against of member.numbers) {
      if (prefixOf(value) !== prefixOf(against)) continue;
      const [short, long] = [value, against].map((each) => each.slice(each.indexOf("|") + 1)).sort((a, b) => a.length - b.length) as [
        string,
        string,
      ];
      const cut = long.length - short.length <= 2 && short.length >= 5 && (long.startsWith(short) || long.endsWith(short));
      if (cut || (short.length >= 5 && editDistance(short, long, 1) <= 1)) return "nearly";
    }
  }
  return "differs";
}

/**
 * NI numbers are compared blind. Only a valid one has a match key of its own; keys accumulate, so where somebody has had
 * several numbers the index of the claim held decides.
 */
function compareNi(claim: MatchProfile, member: MatchProfile): Agreement {
  if (claim.niKeys.size === 0 || member.niKeys.size === 0 || claim.niIndexes.size === 0 || member.niIndexes.size === 0) return "absent";
  const sameIndex = meets(claim.niIndexes, member.niIndexes);
  if (meets(claim.niKeys, member.niKeys)) {
    if (sameIndex || (claim.niKeys.size === 1 && member.niKeys.size === 1)) return "agrees";
    return "differs";
  }
  // One index under two keys: a junk number that both carry, beside valid ones they once had.
  return sameIndex ? "absent" : "differs";
}

function compareBirthDates(one: ReadonlySet<string>, other: ReadonlySet<string>): BirthDate {
  if (one.size === 0 || other.size === 0) return "absent";
  let best: BirthDate = "differs";
  for (const value of one) {
    for (const against of other) {
      if (value === against) return "equal";
      if (value === `${against.slice(0, 5)}${against.slice(8)}-${against.slice(5, 7)}`) best = "dayMonthSwapped";
      else if (best === "differs" && editDistance(value, against, 1) === 1) best = "oneDigit";
    }
  }
  return best;
}

function compareNames(claim: MatchProfile, member: MatchProfile, weights: MatchWeights): Pick<Evidence, "family" | "given" | "swapped"> {
  const family = compareFamilies(claim, member, weights);
  const given = compareGivens(claim, member, weights);
  if (family !== "differs" || given === "equal" || given === "equalCommon") return { family, given, swapped: false };
  // Only the one that is the wrong way round is turned, because "Jim" is "James" in the place of a given name alone; both are
  // tried, so that two people whose names fit do so whichever of them is asked about.
  return (
    comparedTurned(turned(claim), member, weights) ?? comparedTurned(claim, turned(member), weights) ?? { family, given, swapped: false }
  );
}

/** Both must fit the other way round: half a turn is no evidence ("James" is a family name too). */
function comparedTurned(
  claim: MatchProfile,
  member: MatchProfile,
  weights: MatchWeights,
): Pick<Evidence, "family" | "given" | "swapped"> | undefined {
  const family = compareFamilies(claim, member, weights);
  const given = compareGivens(claim, member, weights);
  return weights.family[family] > 0 && weights.given[given] > 0 && given !== "initial" ? { family, given, swapped: true } : undefined;
}

const turned = (profile: MatchProfile): MatchProfile => ({
  ...profile,
  givens: profile.families,
  families: profile.givens,
  otherGivens: profile.otherFamilies,
  otherFamilies: profile.otherGivens,
});

function compareFamilies(claim: MatchProfile, member: MatchProfile, weights: MatchWeights): Family {
  if (claim.families.length === 0 || member.families.length === 0) return "absent";
  let best: Family = "differs";
  const consider = (level: Family) => {
    if (weights.family[level] > weights.family[best]) best = level;
  };
  for (const one of claim.families) for (const other of member.families) consider(familyLevel(one, other));
  if (best === "differs" || best === "slip") {
    const lesser = (level: Family) => consider(level === "equal" || level === "equalCommon" ? "other" : level);
    for (const one of claim.families) for (const other of member.otherFamilies) lesser(familyLevel(one, other));
    for (const one of claim.otherFamilies)
      for (const other of [...member.families, ...member.otherFamilies]) lesser(familyLevel(one, other));
  }
  return best;
}

const sorted = (tokens: readonly string[]) => [...tokens].sort().join("");

function familyLevel(one: NormalName, other: NormalName): Family {
  if (one.compact === other.compact || sorted(one.core) === sorted(other.core)) return isCommonFamily(one) ? "equalCommon" : "equal";
  if (one.core.length > 1 || other.core.length > 1) {
    const longer = one.core.length > 1 ? one.core : other.core;
    const shorter = longer === one.core ? other.core : one.core;
    for (const token of shorter) if (token.length > 2 && longer.includes(token)) return "part";
  }
  // "Müller" is "Mueller" where the keyboard has no umlaut.
  const written = (name: NormalName) => name.compact.replace(/([aou])e/g, "$1");
  return isSlip(one.compact, other.compact) || (one.compact.length > 4 && written(one) === written(other)) ? "slip" : "differs";
}

function compareGivens(claim: MatchProfile, member: MatchProfile, weights: MatchWeights): Given {
  if (claim.givens.length === 0 || member.givens.length === 0) return "absent";
  let best: Given = "differs";
  const consider = (level: Given) => {
    if (weights.given[level] > weights.given[best]) best = level;
  };
  for (const one of claim.givens) for (const other of member.givens) consider(givenLevel(one, other));
  if (best === "differs" || best === "initial" || best === "slip") {
    const lesser = (level: Given) => {
      if (level !== "initial") consider(level === "equal" || level === "equalCommon" ? "other" : level);
    };
    for (const one of claim.givens) for (const other of member.otherGivens) lesser(givenLevel(one, other));
    for (const one of claim.otherGivens) for (const other of [...member.givens, ...member.otherGivens]) lesser(givenLevel(one, other));
  }
  return best;
}

function givenLevel(one: NormalName, other: NormalName): Given {
  const [first, second] = [one.tokens[0]!, other.tokens[0]!];
  if (one.compact === other.compact || first === second) {
    if (first.length === 1) return "initial";
    return isCommonGiven(one) || isCommonGiven(other) ? "equalCommon" : "equal";
  }
  if (first.length === 1 || second.length === 1) return first[0] === second[0] ? "initial" : "differs";
  if (one.tokens.some((token) => token.length > 2 && other.tokens.includes(token))) return "other";
  if (sameFamiliarName(first, second)) return "familiar";
  return isSlip(one.compact, other.compact) ? "slip" : "differs";
}

/** The evidence in words that name no value: what a person who decides, and the log, may see. */
export function reasonsOf(evidence: Evidence, weights: MatchWeights): MatchReason[] {
  const reasons: MatchReason[] = [];
  const say = (rule: string, weight?: number) => reasons.push(weight === undefined ? { rule } : { rule, weight });
  if (evidence.personId === "agrees") say("esr person id agrees", weights.numberAgrees);
  if (evidence.number === "agrees") say("employee number agrees", evidence.personId === "agrees" ? undefined : weights.numberAgrees);
  else if (evidence.number === "nearly") say("employee number is nearly the same", weights.numberNearly);
  else if (evidence.number === "differs") say("employee number differs", weights.numberDiffers);
  if (evidence.personId === "differs") say("esr person id differs");
  if (evidence.ni !== "absent") say(`ni number ${evidence.ni}`, evidence.ni === "agrees" ? weights.niAgrees : weights.niDiffers);
  if (evidence.registration !== "absent") {
    say(
      `professional registration ${evidence.registration}`,
      evidence.registration === "agrees" ? weights.registrationAgrees : weights.registrationDiffers,
    );
  }
  if (evidence.uuid !== "absent") say(`smartcard uuid ${evidence.uuid}`);
  if (evidence.email) say("e-mail agrees", weights.email);
  if (evidence.swapped) say("given and family name are swapped", weights.swappedNames);
  say(familyWords[evidence.family], weights.family[evidence.family]);
  say(givenWords[evidence.given], weights.given[evidence.given]);
  say(birthDateWords[evidence.birthDate], weights.birthDate[evidence.birthDate]);
  if (evidence.sameEmployer) say("same employer", weights.sameEmployer);
  return reasons;
}

const familyWords: Readonly<Record<Family, string>> = {
  equal: "family name agrees",
  equalCommon: "family name agrees and is common",
  other: "a former or other family name agrees",
  part: "part of a double-barrelled name agrees",
  slip: "family name differs by a slip",
  differs: "family name differs",
  absent: "family name is missing",
};
const givenWords: Readonly<Record<Given, string>> = {
  equal: "given name agrees",
  equalCommon: "given name agrees and is common",
  other: "another given name agrees",
  familiar: "familiar form of the given name",
  slip: "given name differs by a slip",
  initial: "initial agrees",
  differs: "given name differs",
  absent: "given name is missing",
};
const birthDateWords: Readonly<Record<BirthDate, string>> = {
  equal: "birth date agrees",
  dayMonthSwapped: "day and month of birth are swapped",
  oneDigit: "birth date differs in one digit",
  differs: "birth date differs",
  absent: "birth date is missing",
};
