import type { PersonToMatch } from "../store/store";
import { birthDateOf, crsUuidOf, emailOf, employeeNumberOf, esrPersonIdOf, registrationOf, registrationSchemes } from "./identifiers";
import { niKeyPrefix } from "./match-keys";
import { type NormalName, normalName } from "./normal-names";

/** What one source person, or all source persons of one staff member together, say about who it is: normalised, without junk. */
export interface MatchProfile {
  readonly givens: readonly NormalName[];
  readonly otherGivens: readonly NormalName[];
  readonly families: readonly NormalName[];
  readonly otherFamilies: readonly NormalName[];
  readonly birthDates: ReadonlySet<string>;
  readonly employers: ReadonlySet<string>;
  /** Employee and assignment numbers, as `employer|number`. */
  readonly numbers: ReadonlySet<string>;
  readonly personIds: ReadonlySet<string>;
  /** Blind indexes, and the match keys that vouch for their format. */
  readonly niIndexes: ReadonlySet<string>;
  readonly niKeys: ReadonlySet<string>;
  /** As `body|number`. */
  readonly registrations: ReadonlySet<string>;
  readonly uuids: ReadonlySet<string>;
  readonly emails: ReadonlySet<string>;
}

export function profileOf(person: PersonToMatch, employerOf: (organisation: string) => string): MatchProfile {
  const employer = employerOf(person.organisation);
  const sets = {
    numbers: new Set<string>(),
    personIds: new Set<string>(),
    niIndexes: new Set<string>(),
    registrations: new Set<string>(),
    uuids: new Set<string>(),
    emails: new Set<string>(),
  };
  for (const { scheme, value } of person.identifiers) {
    if (scheme === "NI_NUMBER") sets.niIndexes.add(value);
    else if (scheme === "ESR_PERSON_ID") addIf(sets.personIds, esrPersonIdOf(value), `${employer}|`);
    else if (scheme === "ESR_EMPLOYEE_NUMBER" || scheme === "ESR_ASSIGNMENT_NUMBER")
      addIf(sets.numbers, employeeNumberOf(value), `${employer}|`);
    else if (scheme === "NHS_CRS_UUID") addIf(sets.uuids, crsUuidOf(value), "");
    else if (scheme === "EMAIL") addIf(sets.emails, emailOf(value), "");
    else {
      const body = registrationSchemes.find((known) => known === scheme);
      if (body) addIf(sets.registrations, registrationOf(body, value), `${body}|`);
    }
  }
  const birthDate = birthDateOf(person.birthDate);
  return {
    givens: named([person.givenName]),
    otherGivens: named(person.otherGivenNames),
    families: named([person.familyName]),
    otherFamilies: named(person.otherFamilyNames),
    birthDates: new Set(birthDate ? [birthDate] : []),
    employers: new Set([employer]),
    niKeys: new Set(person.matchKeys.filter((key) => key.startsWith(niKeyPrefix))),
    ...sets,
  };
}

function addIf(set: Set<string>, value: string | undefined, prefix: string): void {
  if (value !== undefined) set.add(prefix + value);
}

function named(names: readonly (string | undefined)[]): NormalName[] {
  return names.map(normalName).filter((name) => name.compact !== "");
}

/**
 * A staff member as ESR knows them. What other systems say counts only where ESR says nothing: evidence would grow out of
 * earlier links, and who is bound would depend on the order of arrival.
 */
export function mergedProfile(esr: readonly MatchProfile[], others: readonly MatchProfile[]): MatchProfile {
  const all = esr.length > 0 ? esr : others;
  if (all.length === 1) return all[0]!;
  const union = (pick: (profile: MatchProfile) => ReadonlySet<string>) => new Set(all.flatMap((profile) => [...pick(profile)]));
  return {
    givens: all.flatMap((profile) => profile.givens),
    otherGivens: all.flatMap((profile) => profile.otherGivens),
    families: all.flatMap((profile) => profile.families),
    otherFamilies: all.flatMap((profile) => profile.otherFamilies),
    birthDates: union((profile) => profile.birthDates),
    employers: union((profile) => profile.employers),
    numbers: union((profile) => profile.numbers),
    personIds: union((profile) => profile.personIds),
    niIndexes: union((profile) => profile.niIndexes),
    niKeys: union((profile) => profile.niKeys),
    registrations: union((profile) => profile.registrations),
    uuids: union((profile) => profile.uuids),
    emails: union((profile) => profile.emails),
  };
}
