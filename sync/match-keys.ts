import type { Claim } from "../connectors/connector";
import {
  birthDateOf,
  crsUuidOf,
  emailOf,
  employeeNumberOf,
  esrPersonIdOf,
  niNumberOf,
  registrationOf,
  registrationSchemes,
} from "./identifiers";
import { type NormalName, normalName, skeletonOf } from "./normal-names";

export interface MatchKeyContext {
  readonly vpd?: string;
  readonly organisation: string;
  /** HMAC: keys are stored, so nothing in them may be read back. */
  readonly blind: (scheme: string, value: string) => string;
}

/** Names make the most keys; more than these find nobody new and cost an index entry each. */
const nameKeysAtMost = 8;

/** Only a valid NI number makes a key of this kind, so its presence says that the blind index beside it is worth comparing. */
export const niKeyPrefix = "ni:";

/**
 * Blinded keys under which a person's candidates are found: two people are compared when they share one. Each key forgives
 * one sort of error: a wrong number leaves the names, a mistyped given name leaves birth date and family name, swapped
 * names fall into the same keys because names carry no role in them, and day and month are put in order.
 */
export function matchKeysOf(claim: Claim, context: MatchKeyContext): string[] {
  const keys = new Set<string>();
  const add = (kind: string, value: string | undefined) => {
    if (value !== undefined) keys.add(`${kind}:${context.blind(`match-${kind}`, value)}`);
  };
  const employer = context.vpd ?? context.organisation;
  const within = (value: string | undefined) => (value === undefined ? undefined : `${employer}|${value}`);

  for (const { scheme, value } of claim.identifiers ?? []) {
    if (scheme === "ESR_PERSON_ID") add("pid", within(esrPersonIdOf(value)));
    else if (scheme === "ESR_EMPLOYEE_NUMBER" || scheme === "ESR_ASSIGNMENT_NUMBER") add("en", within(employeeNumberOf(value)));
    else if (scheme === "NI_NUMBER") add("ni", niNumberOf(value));
    else if (scheme === "NHS_CRS_UUID") add("uuid", crsUuidOf(value));
    else if (scheme === "EMAIL") add("mail", emailOf(value));
    else {
      const body = registrationSchemes.find((known) => known === scheme);
      if (body) add("reg", prefixed(body, registrationOf(body, value)));
    }
  }

  const given = normalName(claim.givenName);
  const family = normalName(claim.familyName);
  const names = [family, given, ...(claim.otherFamilyNames ?? []).map(normalName), ...(claim.otherGivenNames ?? []).map(normalName)];
  const nameKeys: (readonly [kind: string, value: string])[] = [];
  const day = orderedDay(birthDateOf(claim.birthDate));
  if (day !== undefined) {
    for (const skeleton of skeletonsOf(names)) nameKeys.push(["day", `${day}|${skeleton}`]);
    if (given.compact && family.compact) nameKeys.unshift(["ini", `${day}|${[given.compact[0], family.compact[0]].sort().join("")}`]);
  }
  if (given.skeleton && family.skeleton) {
    const both = [given.skeleton, family.skeleton].sort().join("|");
    // Without a birth date, or with a wrong one: the whole name, at one employer only.
    nameKeys.unshift(["name", `${employer}|${both}`]);
    const year = birthDateOf(claim.birthDate)?.slice(0, 4);
    if (year) nameKeys.unshift(["year", `${year}|${both}`]);
  }
  for (const [kind, value] of nameKeys.slice(0, nameKeysAtMost)) add(kind, value);
  return [...keys];
}

function prefixed(prefix: string, value: string | undefined): string | undefined {
  return value === undefined ? undefined : `${prefix}|${value}`;
}

/** Year, then day and month in order of size, so that 03/04 and 04/03 meet. */
function orderedDay(date: string | undefined): string | undefined {
  if (date === undefined) return undefined;
  const [year, month, day] = date.split("-") as [string, string, string];
  return month < day ? `${year}${month}${day}` : `${year}${day}${month}`;
}

/** Whole names, then the parts of double-barrelled ones. */
function skeletonsOf(names: readonly NormalName[]): Set<string> {
  const skeletons = new Set<string>();
  for (const name of names) if (name.skeleton) skeletons.add(name.skeleton);
  for (const name of names) {
    if (name.core.length < 2) continue;
    for (const part of name.core) if (part.length > 2) skeletons.add(skeletonOf(part));
  }
  return skeletons;
}
