import type { PersonToMatch } from "../store/store";
import { compare, type Evidence } from "./match-evidence";
import { type MatchProfile, mergedProfile, profileOf } from "./match-profile";
import { identifiersThatAgree, type StrongIdentifier } from "./match-rules";
import type { MatchWeights } from "./match-weights";

/** One staff member somebody might be. */
export interface Option {
  readonly staffMemberId: string;
  readonly evidence: Evidence;
  /** Known to ESR: only then may a link be made without a person. */
  readonly known: boolean;
  readonly members: readonly PersonToMatch[];
  /** Strong identifiers that agree with this staff member and with no other. */
  readonly pointedBy: readonly StrongIdentifier[];
}

export interface MatchInput {
  readonly people: readonly PersonToMatch[];
  /** Bound people who share a key with these; the people themselves and the unbound are passed over. */
  readonly candidates: readonly PersonToMatch[];
  readonly forbidden: readonly { readonly sourcePersonId: string; readonly staffMemberId: string }[];
  readonly vpdOf: (organisation: string) => string | undefined;
  readonly weights?: MatchWeights;
}

/** People by everything under which they can be found: match keys, and identifiers for the stores that find by those. */
export class PeopleIndex {
  private readonly found = new Map<string, PersonToMatch[]>();

  constructor(people: readonly PersonToMatch[]) {
    for (const person of people) {
      for (const key of person.matchKeys) {
        const list = this.found.get(key);
        if (list) list.push(person);
        else this.found.set(key, [person]);
      }
    }
  }

  reach(person: PersonToMatch): PersonToMatch[] {
    const reached = new Map<string, PersonToMatch>();
    for (const key of person.matchKeys) {
      for (const other of this.found.get(key) ?? []) if (other.id !== person.id) reached.set(other.id, other);
    }
    return [...reached.values()].sort(byId);
  }
}

export function byId(one: { readonly id: string }, other: { readonly id: string }): number {
  return one.id < other.id ? -1 : one.id > other.id ? 1 : 0;
}

/** Profiles of one batch, each made once. */
export class Profiles {
  private readonly made = new Map<PersonToMatch, MatchProfile>();
  constructor(private readonly employerOf: (organisation: string) => string) {}

  of(person: PersonToMatch): MatchProfile {
    let profile = this.made.get(person);
    if (!profile) {
      profile = profileOf(person, this.employerOf);
      this.made.set(person, profile);
    }
    return profile;
  }

  employer(person: PersonToMatch): string {
    return this.employerOf(person.organisation);
  }
}

/** Every staff member this person might be, the best first; forbidden ones are as if they did not exist. */
export function optionsFor(
  person: PersonToMatch,
  reached: readonly PersonToMatch[],
  context: { readonly profiles: Profiles; readonly weights: MatchWeights; readonly isForbidden: (staffMemberId: string) => boolean },
): Option[] {
  const members = new Map<string, PersonToMatch[]>();
  for (const other of reached) {
    const staffMemberId = other.staffMemberId;
    if (staffMemberId === undefined || context.isForbidden(staffMemberId)) continue;
    const list = members.get(staffMemberId);
    if (list) list.push(other);
    else members.set(staffMemberId, [other]);
  }
  const claim = context.profiles.of(person);
  const profiles = [...members].map(([staffMemberId, list]) => {
    const profilesOf = (system: "esr" | "other") =>
      list.filter((each) => (each.system === "esr") === (system === "esr")).map((each) => context.profiles.of(each));
    const esr = profilesOf("esr");
    return { staffMemberId, list, known: esr.length > 0, profile: mergedProfile(esr, profilesOf("other")) };
  });
  // A mailbox that two staff members have is nobody's: it is taken out of the claim.
  const owners = (email: string) => profiles.filter(({ profile }) => profile.emails.has(email)).length;
  const shared = [...claim.emails].filter((email) => owners(email) > 1);
  const usable = shared.length === 0 ? claim : { ...claim, emails: new Set([...claim.emails].filter((email) => !shared.includes(email))) };
  const compared = profiles.map((each) => ({ ...each, evidence: compare(usable, each.profile, context.weights) }));
  const pointers = compared.map(({ evidence, known }) => (known ? identifiersThatAgree(evidence) : []));
  return compared
    .map(({ staffMemberId, list, known, evidence }, index) => ({
      staffMemberId,
      evidence,
      known,
      members: list,
      pointedBy: pointers[index]!.filter((via) => pointers.every((others, other) => other === index || !others.includes(via))),
    }))
    .sort((one, other) => other.evidence.score - one.evidence.score || (one.staffMemberId < other.staffMemberId ? -1 : 1));
}
