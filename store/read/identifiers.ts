import type { Sealer } from "../../platform/secrets";
import { normalisedIdentifier } from "../claims";

/** How identifiers are looked up and opened: the counterpart of how source-persons.ts writes them. */
export interface IdentifierReader {
  /** The value as it stands in the look-up index; blind for NI numbers. */
  indexOf(scheme: string, value: string): string;
  /** Opens an encrypted identifier; only called where the caller may see it. */
  reveal(input: { readonly organisation: string; readonly sourcePersonId: string; readonly encrypted: Buffer }): Promise<string>;
}

/** Bytes that the key version takes in front of what is sealed. */
const versionBytes = 4;

export function identifierReader(sealer: Pick<Sealer, "open" | "blindIndex">): IdentifierReader {
  return {
    indexOf: (scheme, value) => {
      const index = normalisedIdentifier(value);
      return scheme === "NI_NUMBER" ? sealer.blindIndex(scheme, index) : index;
    },
    reveal: async ({ organisation, sourcePersonId, encrypted }) => {
      const plain = await sealer.open(
        organisation,
        encrypted.readUInt32LE(0),
        encrypted.subarray(versionBytes),
        `identifier:${sourcePersonId}`,
      );
      return plain.toString();
    },
  };
}
