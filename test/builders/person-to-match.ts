import { createHmac } from "node:crypto";
import type { Identifier, IdentifierScheme, SystemKind } from "../../connectors/connector";
import type { PersonToMatch } from "../../store/store";
import { matchKeysOf } from "../../sync/match-keys";

export const vpdOfTest = (organisation: string): string | undefined => ({ ZQA: "991", ZQB: "992", ZQC: "993" })[organisation];
export const blindForTest = (scheme: string, value: string): string =>
  createHmac("sha256", "test").update(`${scheme}\n${value}`).digest("base64url");

export interface PersonParts {
  readonly id: string;
  readonly system?: SystemKind;
  readonly organisation?: string;
  readonly connectionId?: string;
  readonly given?: string;
  readonly family?: string;
  readonly otherGiven?: readonly string[];
  readonly otherFamily?: readonly string[];
  readonly born?: string;
  readonly staff?: string;
  /** By scheme, or a list where one scheme has two values. */
  readonly ids?: Partial<Record<IdentifierScheme, string>> | readonly Identifier[];
}

/** A source person as the store gives it to matching: keys and blind NI number made as in a sync. Valid by default. */
export function aPerson(parts: PersonParts): PersonToMatch {
  const system = parts.system ?? "lms";
  const organisation = parts.organisation ?? "ZQA";
  const identifiers = isList(parts.ids)
    ? parts.ids
    : Object.entries(parts.ids ?? {}).map(([scheme, value]) => ({ scheme: scheme as IdentifierScheme, value }));
  const claim = {
    personKey: parts.id,
    givenName: parts.given,
    familyName: parts.family,
    otherGivenNames: parts.otherGiven,
    otherFamilyNames: parts.otherFamily,
    birthDate: parts.born,
    identifiers,
  };
  return {
    id: parts.id,
    system,
    organisation,
    connectionId: parts.connectionId ?? `${organisation.toLowerCase()}-${system}`,
    sourceKey: parts.id,
    givenName: parts.given,
    familyName: parts.family,
    otherGivenNames: parts.otherGiven ?? [],
    otherFamilyNames: parts.otherFamily ?? [],
    birthDate: parts.born,
    staffMemberId: parts.staff,
    identifiers: identifiers.map(({ scheme, value }) => ({
      scheme,
      value: scheme === "NI_NUMBER" ? blindForTest("NI_NUMBER", value.replace(/\s+/g, "").toUpperCase()) : value,
    })),
    matchKeys: matchKeysOf(claim, { vpd: vpdOfTest(organisation), organisation, blind: blindForTest }),
  };
}

function isList(ids: PersonParts["ids"]): ids is readonly Identifier[] {
  return Array.isArray(ids);
}
