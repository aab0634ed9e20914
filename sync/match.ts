/**
 * Who is who: pure rules that answer with their reasons. The same people and candidates give the same answer, whatever the
 * order they come in. A wrong link is worse than a missing one, so every doubt goes to a person.
 */
import type { BindingToStore, MatchOutcome, MatchReason, PersonToMatch, ProposalToStore } from "../store/store";
import { decideEsr, worthAsking } from "./match-esr";
import { compare, reasonsOf } from "./match-evidence";
import { byId, type MatchInput, type Option, optionsFor, PeopleIndex, Profiles } from "./match-options";
import {
  contradicted,
  namesFit,
  nowContradicts,
  outcomeOf,
  type StrongIdentifier,
  scoreMayLink,
  speaksOfSomebodyElse,
  ties,
} from "./match-rules";
import { type MatchWeights, matchWeights } from "./match-weights";

export type { MatchInput } from "./match-options";

export interface MatchDecisions {
  readonly bindings: BindingToStore[];
  /** For the unbound: somebody they may be. For ESR persons (bound, or created beside it): a merge to consider. */
  readonly proposals: ProposalToStore[];
  readonly conflicts: { readonly sourcePersonId: string; readonly reasons: readonly MatchReason[] }[];
  readonly unmatched: string[];
  /** Bound already, and rightly so by what is known now. */
  readonly unchanged: string[];
  /** ESR persons who may be the same as one created in this batch: to be decided again once that one is stored. */
  readonly later: string[];
}

interface Suggestion {
  readonly option: Option;
  readonly outcome: MatchOutcome;
  readonly reasons: readonly MatchReason[];
}
export type Verdict =
  | {
      readonly kind: "bind";
      readonly option: Option;
      readonly outcome: MatchOutcome;
      readonly reasons: readonly MatchReason[];
      readonly byNumberAndName?: boolean;
    }
  | {
      readonly kind: "create";
      readonly outcome: MatchOutcome;
      readonly reasons: readonly MatchReason[];
      readonly proposals: readonly Suggestion[];
    }
  | { readonly kind: "propose"; readonly proposals: readonly Suggestion[] }
  | { readonly kind: "conflict"; readonly reasons: readonly MatchReason[] }
  | { readonly kind: "unmatched" }
  | { readonly kind: "unchanged" };

/** More than these nobody reads. */
const proposalsAtMost = 3;
const decidedBy = "matching";

export function decideMatches(input: MatchInput): MatchDecisions {
  const weights = input.weights ?? matchWeights;
  const profiles = new Profiles((organisation) => input.vpdOf(organisation) ?? organisation);
  const forbidden = new Set(input.forbidden.map((link) => `${link.sourcePersonId}|${link.staffMemberId}`));
  const candidates = new PeopleIndex([
    ...new Map(input.candidates.filter((one) => one.staffMemberId !== undefined).map((one) => [one.id, one])).values(),
  ]);
  const people = [...input.people].sort(byId);
  const newInEsr = new PeopleIndex(people.filter((person) => person.system === "esr" && person.staffMemberId === undefined));
  const verdicts = new Map<PersonToMatch, Verdict>();
  const options = new Map<PersonToMatch, readonly Option[]>();
  const later: string[] = [];

  for (const person of people) {
    const isForbidden = (staffMemberId: string) => forbidden.has(`${person.id}|${staffMemberId}`);
    const found = optionsFor(person, candidates.reach(person), { profiles, weights, isForbidden });
    options.set(person, found);
    if (person.system !== "esr") {
      verdicts.set(
        person,
        person.staffMemberId === undefined
          ? decideOther(person, found, profiles, weights)
          : reviewOther(person, person.staffMemberId, found, profiles, weights),
      );
      continue;
    }
    const twinInBatch =
      person.staffMemberId === undefined &&
      newInEsr
        .reach(person)
        .some((other) => other.id < person.id && worthAsking(compare(profiles.of(person), profiles.of(other), weights), weights));
    if (twinInBatch) later.push(person.id);
    else verdicts.set(person, decideEsr(person, found, profiles, weights));
  }
  settleSecondAccounts(verdicts, options, weights);
  return collect(verdicts, later);
}

/** Somebody of a system other than ESR, not bound yet. */
function decideOther(person: PersonToMatch, options: readonly Option[], profiles: Profiles, weights: MatchWeights): Verdict {
  const claim = profiles.of(person);
  const known = options.filter((option) => option.known);
  const tied = known.filter((option) => option.pointedBy.some((via) => ties(via, option.evidence, claim, weights)));
  if (tied.length > 1) return conflict("identifiers point to different people", tied[0]!, weights);
  const pointed = known.filter((option) => option.pointedBy.length > 0);
  const target = tied[0];
  if (target) {
    if (pointed.some((option) => option !== target && !isMistyped(option, target, weights)))
      return conflict("identifiers point to different people", target, weights);
    if (contradicted(target.evidence)) return { kind: "propose", proposals: [suggestion(target, options, weights)] };
    const better = known.find(
      (option) => option !== target && option.evidence.core >= 12 && option.evidence.core >= target.evidence.core + weights.strongYields,
    );
    if (better) return conflict("an identifier points to one person, names and birth date to another", target, weights);
    // A number typed from the line above: the namesake's mailbox stands beside it.
    const mailbox = known.find(
      (option) =>
        option !== target &&
        option.evidence.email &&
        !target.evidence.email &&
        option.evidence.core >= target.evidence.core - weights.rival,
    );
    if (mailbox) return conflict("an identifier points to one person, e-mail and names to another", target, weights);
    const number = target.pointedBy.includes("number");
    return {
      kind: "bind",
      option: target,
      outcome: "MATCHED",
      reasons: reasonsOf(target.evidence, weights),
      byNumberAndName: number && namesFit(target.evidence, weights),
    };
  }
  const shared = sharedIdentifiers(known);
  if (shared.length > 0) {
    return { kind: "conflict", reasons: shared.map((via) => ({ rule: `${identifierWords[via]} points to two people` })) };
  }
  return byScore(options, pointed, weights);
}

/**
 * An identifier that points to a person of whom neither name nor birth date is right, beside another one with which both
 * names and the birth date agree: a slip of the keyboard, and no doubt about who is meant.
 */
function isMistyped(pointed: Option, target: Option, weights: MatchWeights): boolean {
  return (
    speaksOfSomebodyElse(pointed.evidence) &&
    pointed.evidence.birthDate === "differs" &&
    target.evidence.birthDate === "equal" &&
    namesFit(target.evidence, weights)
  );
}

function byScore(options: readonly Option[], pointed: readonly Option[], weights: MatchWeights): Verdict {
  const [best, second] = options;
  if (best?.known && scoreMayLink(best.evidence, weights) && pointed.every((option) => option === best)) {
    const leads = second === undefined || best.evidence.score - second.evidence.score >= weights.margin;
    // A namesake or twin with the same birthday: a mailbox is too little to tell them apart.
    const alone = options.every((option) => option === best || option.evidence.core <= best.evidence.core - weights.rival);
    if (leads && alone)
      return {
        kind: "bind",
        option: best,
        outcome: outcomeOf(best.evidence, weights, false),
        reasons: [{ rule: "score" }, ...reasonsOf(best.evidence, weights)],
      };
  }
  const proposals = options
    .filter((option) => option.evidence.score >= weights.lower && !speaksOfSomebodyElse(option.evidence))
    .slice(0, proposalsAtMost)
    .map((option) => suggestion(option, options, weights));
  if (proposals.length > 0) return { kind: "propose", proposals };
  const misled = pointed.find((option) => speaksOfSomebodyElse(option.evidence));
  return misled ? conflict("an identifier points to a person with another name", misled, weights) : { kind: "unmatched" };
}

/**
 * Somebody bound before, whose claim may have changed: stays, or is put before a person; never moved (fault V17). Whoever
 * would be bound to the same staff member today has nothing to answer for.
 */
function reviewOther(
  person: PersonToMatch,
  staffMemberId: string,
  options: readonly Option[],
  profiles: Profiles,
  weights: MatchWeights,
): Verdict {
  const today = decideOther(person, options, profiles, weights);
  if (today.kind === "bind" && today.option.staffMemberId === staffMemberId) return { kind: "unchanged" };
  const own = options.find((option) => option.staffMemberId === staffMemberId);
  const elsewhere = options.find(
    (option) =>
      option.known &&
      option !== own &&
      option.pointedBy.length > 0 &&
      !(own && own.pointedBy.length > 0 && isMistyped(option, own, weights)),
  );
  if (elsewhere) return conflict("an identifier of a bound person now points to somebody else", elsewhere, weights);
  if (own?.known && nowContradicts(own.evidence, weights))
    return conflict("the claim of a bound person now contradicts the staff member", own, weights);
  return { kind: "unchanged" };
}

/**
 * Two accounts of one system on one staff member: each must be strong by number and name, and no namesake may be about whose
 * account it is; else a person decides. The first in order of strength and id needs no such proof.
 */
function settleSecondAccounts(
  verdicts: Map<PersonToMatch, Verdict>,
  options: ReadonlyMap<PersonToMatch, readonly Option[]>,
  weights: MatchWeights,
): void {
  const held = new Set<string>();
  const account = (person: PersonToMatch, staffMemberId: string) => `${person.connectionId}|${person.organisation}|${staffMemberId}`;
  const binding = [...verdicts].flatMap(([person, verdict]) =>
    verdict.kind === "bind" && person.system !== "esr" ? [{ person, verdict }] : [],
  );
  binding.sort(
    (one, other) =>
      Number(other.verdict.byNumberAndName ?? false) - Number(one.verdict.byNumberAndName ?? false) || byId(one.person, other.person),
  );
  for (const { person, verdict } of binding) {
    const key = account(person, verdict.option.staffMemberId);
    const second = held.has(key) || verdict.option.members.some((member) => account(member, verdict.option.staffMemberId) === key);
    held.add(key);
    if (!second) continue;
    const reason: MatchReason = { rule: "second account of this system" };
    const { evidence } = verdict.option;
    const namesake = (options.get(person) ?? []).some(
      (other) => other.known && other !== verdict.option && other.evidence.core >= evidence.core - weights.rival,
    );
    if (verdict.byNumberAndName && !namesake) verdicts.set(person, { ...verdict, reasons: [reason, ...verdict.reasons] });
    else {
      const proposed = suggestion(verdict.option, options.get(person) ?? [], weights);
      verdicts.set(person, { kind: "propose", proposals: [{ ...proposed, reasons: [reason, ...proposed.reasons] }] });
    }
  }
}

const identifierWords: Readonly<Record<StrongIdentifier, string>> = {
  number: "employee number",
  ni: "ni number",
  registration: "professional registration",
  uuid: "smartcard uuid",
};

/** Identifiers that agree with more than one staff member: they prove nothing, and somebody must put them right. */
function sharedIdentifiers(known: readonly Option[]): StrongIdentifier[] {
  const count = (agrees: (option: Option) => boolean) => known.filter(agrees).length;
  const shared: StrongIdentifier[] = [];
  if (count(({ evidence }) => evidence.number === "agrees" || evidence.personId === "agrees") > 1) shared.push("number");
  if (count(({ evidence }) => evidence.ni === "agrees") > 1) shared.push("ni");
  if (count(({ evidence }) => evidence.registration === "agrees") > 1) shared.push("registration");
  if (count(({ evidence }) => evidence.uuid === "agrees") > 1) shared.push("uuid");
  return shared;
}

function conflict(rule: string, option: Option, weights: MatchWeights): Verdict {
  return { kind: "conflict", reasons: [{ rule }, ...reasonsOf(option.evidence, weights)] };
}

function suggestion(option: Option, options: readonly Option[], weights: MatchWeights): Suggestion {
  const niIsShared = options.filter((each) => each.evidence.ni === "agrees").length > 1;
  return { option, outcome: outcomeOf(option.evidence, weights, niIsShared), reasons: reasonsOf(option.evidence, weights) };
}

function collect(verdicts: ReadonlyMap<PersonToMatch, Verdict>, later: string[]): MatchDecisions {
  const decisions: MatchDecisions = { bindings: [], proposals: [], conflicts: [], unmatched: [], unchanged: [], later };
  for (const [{ id: sourcePersonId }, verdict] of verdicts) {
    const propose = (proposals: readonly Suggestion[]) => {
      for (const { option, outcome, reasons } of proposals) {
        decisions.proposals.push({
          sourcePersonId,
          staffMemberId: option.staffMemberId,
          outcome,
          score: rounded(option.evidence.score),
          reasons,
        });
      }
    };
    switch (verdict.kind) {
      case "bind":
        decisions.bindings.push({
          sourcePersonId,
          staffMemberId: verdict.option.staffMemberId,
          decision: "AUTOMATIC",
          outcome: verdict.outcome,
          score: rounded(verdict.option.evidence.score),
          reasons: verdict.reasons,
          decidedBy,
        });
        break;
      case "create":
        decisions.bindings.push({
          sourcePersonId,
          staffMemberId: undefined,
          decision: "CREATED",
          outcome: verdict.outcome,
          score: undefined,
          reasons: verdict.reasons,
          decidedBy,
        });
        propose(verdict.proposals);
        break;
      case "propose":
        propose(verdict.proposals);
        break;
      case "conflict":
        decisions.conflicts.push({ sourcePersonId, reasons: verdict.reasons });
        break;
      case "unmatched":
        decisions.unmatched.push(sourcePersonId);
        break;
      case "unchanged":
        decisions.unchanged.push(sourcePersonId);
        break;
    }
  }
  return decisions;
}

const rounded = (score: number) => Math.round(score * 10) / 10;
