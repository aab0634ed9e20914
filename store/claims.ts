/**
 * What a person's claims change, given what earlier claims said: pure. A claim is often partial (a registration row names
 * only a number), so it is compared part by part: the details (names, birth date), each identifier scheme, the match keys.
 */
import type { Claim, Identifier } from "../connectors/connector";
import type { ClaimToStore } from "./store";

/** Keyed digest of one part; never a plain hash, because a birth date or an NI number could be guessed from one. */
export type Digest = (part: string, text: string) => string;
export type Parts = Readonly<Record<string, string>>;

export interface Details {
  readonly givenName: string | undefined;
  readonly familyName: string | undefined;
  readonly otherGivenNames: readonly string[];
  readonly otherFamilyNames: readonly string[];
  /** Undefined: keep what is held. */
  readonly birthDate: string | undefined;
}

export interface ClaimChange {
  details: Details | undefined;
  birthDate: string | undefined;
  /** Replaces all match keys; undefined: none replaced. */
  matchKeys: readonly string[] | undefined;
  /** Added to those held. */
  moreKeys: readonly string[];
  /** Per scheme the values that now stand: earlier ones of that scheme go. */
  readonly schemes: Map<string, readonly { value: string; index: string }[]>;
  readonly parts: Record<string, string>;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: PostgreSQL cannot hold NUL, and UTF-8 no half of a surrogate pair
const unstorable = /\u0000|[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g;
const clean = (value: string) => value.replace(unstorable, "").trim();
/** How identifiers are compared: without spaces, in capitals. */
export const normalisedIdentifier = (value: string) => clean(value).replace(/\s+/g, "").toUpperCase();

function bySchemes(identifiers: readonly Identifier[]): Map<string, { value: string; index: string }[]> {
  const schemes = new Map<string, { value: string; index: string }[]>();
  for (const { scheme, value } of identifiers) {
    const index = normalisedIdentifier(value);
    if (index === "") continue;
    const values = schemes.get(scheme) ?? [];
    if (!values.some((other) => other.index === index)) values.push({ value: clean(value), index });
    schemes.set(scheme, values);
  }
  return schemes;
}

function detailsOf(claim: Claim): Details | undefined {
  if (!claim.familyName && !claim.givenName) return undefined;
  return {
    givenName: claim.givenName && clean(claim.givenName),
    familyName: claim.familyName && clean(claim.familyName),
    otherGivenNames: (claim.otherGivenNames ?? []).map(clean),
    otherFamilyNames: (claim.otherFamilyNames ?? []).map(clean),
    birthDate: claim.birthDate,
  };
}

/** Answers undefined when the claims say nothing new. */
export function changeOf(held: Parts, claims: readonly ClaimToStore[], digest: Digest): ClaimChange | undefined {
  const change: ClaimChange = {
    details: undefined,
    birthDate: undefined,
    matchKeys: undefined,
    moreKeys: [],
    schemes: new Map(),
    parts: {},
  };
  const known: Record<string, string> = { ...held };
  let changed = false;
  const says = (part: string, text: string, current: boolean): boolean => {
    const before = known[part];
    if (before !== undefined && !current) return false;
    const now = digest(part, text);
    if (before === now) return false;
    known[part] = now;
    change.parts[part] = now;
    changed = true;
    return true;
  };
  for (const { claim, matchKeys, current } of claims) {
    const details = detailsOf(claim);
    const keys = [...new Set(matchKeys.map(clean))].sort();
    if (details) {
      if (says("details", JSON.stringify({ ...details, birthDate: undefined }), current)) change.details = details;
      if (says("keys", JSON.stringify(keys), current)) {
        change.matchKeys = keys;
        change.moreKeys = [];
        // What partial claims had added goes with the replaced keys: they are to say it again.
        for (const part of Object.keys(known)) if (part.startsWith("keys:")) delete known[part];
        for (const part of Object.keys(change.parts)) if (part.startsWith("keys:")) delete change.parts[part];
      }
    }
    if (claim.birthDate && says("birthDate", claim.birthDate, current)) change.birthDate = claim.birthDate;
    const schemes = bySchemes(claim.identifiers ?? []);
    for (const [scheme, values] of schemes) {
      const text = JSON.stringify(values.map(({ index }) => index).sort());
      if (says(`id:${scheme}`, text, current)) change.schemes.set(scheme, values);
    }
    if (!details && keys.length > 0 && says(`keys:${[...schemes.keys()].sort().join(",")}`, JSON.stringify(keys), current)) {
      change.moreKeys = [...change.moreKeys, ...keys];
    }
  }
  return changed ? change : undefined;
}
