/** What PostgreSQL can keep of a vendor's text, checked before a page's transaction: one such value would stop its whole page. */
import type { Claim } from "../connectors/connector";

// biome-ignore lint/suspicious/noControlCharactersInRegex: PostgreSQL cannot store NUL, and UTF-8 no half of a surrogate pair
const unstorable = /\u0000|[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g;
export const storable = (text: string): string => text.replace(unstorable, "\ufffd");

/** Keys stand in an index, whose rows hold 2,704 bytes; a character has up to 4. */
const longestKey = 500;
/** Names and identifiers are searched by what they say: the same bound, for the same reason. */
const longestInClaim = 300;
/** What is shown of a pointer, a kind of value or an expectation. */
const longestWord = 300;

export const shown = (text: string | undefined): string | undefined =>
  text === undefined ? undefined : storable(text).slice(0, longestWord);

/** Why a text cannot be a key; undefined when it can. Says what it is, never the text. */
export function keyFault(key: string): { readonly got: string; readonly expected: string } | undefined {
  return textFault(key, longestKey);
}

function textFault(text: string, longest: number): { readonly got: string; readonly expected: string } | undefined {
  if (text.length > longest) return { got: `text of ${text.length} characters`, expected: `at most ${longest} characters` };
  if (storable(text) !== text) return { got: `text of ${text.length} characters`, expected: "characters that can be stored" };
  return undefined;
}

/** The first part of a claim that could not be stored. */
export function claimFault(claim: Claim): { readonly pointer: string; readonly got: string; readonly expected: string } | undefined {
  const texts: (readonly [string, string | undefined])[] = [
    ["/person/givenName", claim.givenName],
    ["/person/familyName", claim.familyName],
    ["/person/birthDate", claim.birthDate],
    ...(claim.otherGivenNames ?? []).map((name): [string, string] => ["/person/otherGivenNames", name]),
    ...(claim.otherFamilyNames ?? []).map((name): [string, string] => ["/person/otherFamilyNames", name]),
    ...(claim.identifiers ?? []).map(({ scheme, value }): [string, string] => [`/person/identifiers/${scheme}`, value]),
  ];
  for (const [pointer, text] of texts) {
    const fault = text === undefined ? undefined : textFault(text, longestInClaim);
    if (fault) return { pointer, ...fault };
  }
  return undefined;
}
