import type { MatchOutcome, MatchReason, PersonToMatch } from "../store/store";
import type { Verdict } from "./match";
import { type Evidence, reasonsOf } from "./match-evidence";
import type { Option, Profiles } from "./match-options";
import { contradicted, identifiersThatAgree, namesFit, nowContradicts, outcomeOf, speaksOfSomebodyElse, ties } from "./match-rules";
import type { MatchWeights } from "./match-weights";

/** Rules by which two ESR persons of different VPDs are one: a number is worth nothing outside its VPD. */
const acrossEmployers = ["ni", "registration", "uuid"] as const;

/** Two ESR persons close enough to be put before a person, whatever their VPDs. */
export function worthAsking(evidence: Evidence, weights: MatchWeights): boolean {
  if (evidence.ni === "differs" || evidence.registration === "differs") return false;
  const sameDay = evidence.birthDate === "equal" || evidence.birthDate === "dayMonthSwapped";
  if (identifiersThatAgree(evidence).length > 0) return evidence.score >= weights.lower;
  return sameDay && namesFit(evidence, weights) && evidence.score >= weights.lower;
}

/**
 * An ESR person always becomes a staff member: a new one, unless the strong rules tie them to exactly one whom ESR knows at
 * another employer. Everything short of that is created *and* proposed: nobody's record waits for a doubt about a merge,
 * and two persons of one VPD are merged by a person only (a re-hire under a new id looks like a namesake).
 */
export function decideEsr(person: PersonToMatch, options: readonly Option[], profiles: Profiles, weights: MatchWeights): Verdict {
  const known = options.filter((option) => option.known && option.staffMemberId !== person.staffMemberId);
  const hasSameEmployer = (option: Option) =>
    option.members.some((member) => member.system === "esr" && profiles.employer(member) === profiles.employer(person));
  const claim = profiles.of(person);
  const tied = known.filter((option) =>
    acrossEmployers.some((via) => option.pointedBy.includes(via) && ties(via, option.evidence, claim, weights)),
  );
  const target = tied[0];
  const niHolders = known.filter((option) => option.evidence.ni === "agrees");
  const niIsShared = niHolders.length > 1;
  const pointedElsewhere = known.some((option) => option !== target && acrossEmployers.some((via) => option.pointedBy.includes(via)));

  if (person.staffMemberId !== undefined) {
    const own = options.find((option) => option.staffMemberId === person.staffMemberId);
    if (own && bodyChanged(person, own, weights)) {
      return {
        kind: "conflict",
        reasons: [{ rule: "the claim of a bound person now contradicts the staff member" }, ...reasonsOf(own.evidence, weights)],
      };
    }
  } else if (target && tied.length === 1 && !pointedElsewhere && !contradicted(target.evidence) && !hasSameEmployer(target)) {
    return {
      kind: "bind",
      option: target,
      outcome: "MATCHED",
      reasons: [{ rule: "the same person at another employer, by the strong rules" }, ...reasonsOf(target.evidence, weights)],
    };
  }

  const proposals = known
    .filter((option) => tied.includes(option) || worthAsking(option.evidence, weights))
    .slice(0, 3)
    .map((option) => {
      const why: MatchReason = hasSameEmployer(option)
        ? { rule: "two persons of one employer are merged by a person only" }
        : { rule: "perhaps the same person at another employer" };
      return { option, outcome: outcomeOf(option.evidence, weights, niIsShared), reasons: [why, ...reasonsOf(option.evidence, weights)] };
    });
  if (person.staffMemberId !== undefined) return proposals.length > 0 ? { kind: "propose", proposals } : { kind: "unchanged" };
  return { kind: "create", outcome: outcomeOfNew(niHolders, weights), reasons: newReasons(niHolders), proposals };
}

function outcomeOfNew(niHolders: readonly Option[], weights: MatchWeights): MatchOutcome {
  if (niHolders.length === 0) return "NOT_MATCHED";
  return namesFit(niHolders[0]!.evidence, weights) ? "DUPLICATE_NI" : "NI_NOT_NAME";
}

function newReasons(niHolders: readonly Option[]): MatchReason[] {
  const reasons: MatchReason[] = [{ rule: "new in ESR" }];
  if (niHolders.length > 0) reasons.push({ rule: "another staff member has the same ni number" });
  return reasons;
}

/**
 * ESR's person id used again for somebody else (fault V17). Beside another ESR person of the staff member any contradiction
 * counts. Where only other systems stand beside it, they must all speak of somebody else: one odd account is that account's fault.
 */
function bodyChanged(person: PersonToMatch, own: Option, weights: MatchWeights): boolean {
  const others = own.members.filter((member) => member.id !== person.id);
  if (others.length === 0) return false;
  return own.known
    ? nowContradicts(own.evidence, weights) && !esrNameChange(own.evidence)
    : speaksOfSomebodyElse(own.evidence) || own.evidence.ni === "differs";
}

/** Marriage and a corrected birth date arrive at one employer before the other; an equal NI number says it is still them. */
function esrNameChange(evidence: Evidence): boolean {
  return evidence.ni === "agrees" && !speaksOfSomebodyElse(evidence);
}
