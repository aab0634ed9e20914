/**
 * Raw records of refusals, so that they can be derived anew when a map or a connector has been corrected. Of health nothing is
 * kept that was not accepted; and what a source repeats at every read is kept once.
 */
import { uuidOf } from "./hash";
import { type OpenRefusals, type RawOf, refusalKeyOf } from "./refusals";
import type { PageToStore, RefusalToStore } from "./store";

export interface RawOfRefusals {
  /** To be sealed with the page. */
  readonly ordinals: readonly number[];
  /** Where each of them lies, once the page's raw records have their number. */
  in(rawPageId: string | null): RawOf;
}

export function rawOfRefusals(page: PageToStore, refusals: readonly RefusalToStore[], open: OpenRefusals): RawOfRefusals {
  const hashes = new Map<RefusalToStore, { readonly hash: string; readonly ordinal: number }>();
  const ordinals: number[] = [];
  for (const refusal of refusals) {
    const { kind, rawOrdinal } = refusal;
    if (kind === undefined || rawOrdinal === undefined || page.raw[rawOrdinal] === undefined || page.system(kind) === "oh") continue;
    const hash = uuidOf(JSON.stringify(page.raw[rawOrdinal]));
    hashes.set(refusal, { hash, ordinal: rawOrdinal });
    if (open.get(refusalKeyOf(kind, refusal.sourceId))?.hash !== hash) ordinals.push(rawOrdinal);
  }
  return {
    ordinals,
    in: (rawPageId) => (refusal) => {
      const own = hashes.get(refusal);
      if (!own) return undefined;
      const held = open.get(refusalKeyOf(refusal.kind, refusal.sourceId));
      if (held?.hash === own.hash) return held;
      return rawPageId === null ? undefined : { ...own, pageId: rawPageId };
    },
  };
}
