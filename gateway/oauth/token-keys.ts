/** Keys of the hub's own tokens: two are published while one follows the other, so that there is no gap. */
import { createLocalJWKSet, errors, importJWK, type JWK, type JWTVerifyGetKey } from "jose";
import type { Clock } from "../../platform/clock";
import type { TokenIssuing, TokenKey } from "../../store/token-issuing";
import { createKey } from "../internal-token";

type SigningKey = Awaited<ReturnType<typeof importJWK>>;

export interface TokenKeys {
  signing(): Promise<{ readonly kid: string; readonly key: SigningKey }>;
  published(): Promise<{ readonly keys: readonly JWK[] }>;
  readonly verify: JWTVerifyGetKey;
}

export const tokenAlgorithm = "EdDSA";
export const rotation = {
  everyMs: 30 * 24 * 3_600_000,
  /** A new key is published this long before it signs: whoever keeps the list reads it again within that time. */
  aheadMs: 10 * 60_000,
  /** An old one this long after it has signed its last: tokens live five minutes. */
  behindMs: 15 * 60_000,
  rereadMs: 60_000,
  cooldownMs: 2_000,
} as const;

/** The next key; `atOnce` when the one before it is known to others: what it signed is worthless from now on. */
export async function rotateTokenKey(
  store: Pick<TokenIssuing, "addKey">,
  { now, by, atOnce = false, unlessSince }: { now: Date; by: string; atOnce?: boolean; unlessSince?: Date },
): Promise<string> {
  const privateJwk = (await createKey()) as JWK & { kid: string };
  const { d: _, ...open } = privateJwk;
  const publicJwk = { ...open, use: "sig", alg: tokenAlgorithm };
  const first = unlessSince?.getTime() === 0;
  const signsFrom = new Date(now.getTime() + (atOnce || first ? 0 : rotation.aheadMs));
  const othersEndAt = atOnce ? now : new Date(signsFrom.getTime() + rotation.behindMs);
  await store.addKey({ publicJwk, privateJwk: { ...privateJwk }, by, now, signsFrom, othersEndAt }, unlessSince);
  return privateJwk.kid;
}

export function createTokenKeys({ store, clock }: { store: TokenIssuing; clock: Clock }): TokenKeys {
  let known: { readonly keys: readonly TokenKey[]; readonly find: JWTVerifyGetKey; readonly readAt: number } | undefined;
  let reading: Promise<void> | undefined;
  const imported = new Map<string, Promise<SigningKey>>();

  async function read(): Promise<void> {
    const now = clock.now();
    let keys = await store.keys(now);
    const newest = Math.max(0, ...keys.map(({ createdAt }) => createdAt.getTime()));
    if (now.getTime() - newest > rotation.everyMs) {
      const unlessSince = newest === 0 ? new Date(0) : new Date(now.getTime() - rotation.everyMs);
      await rotateTokenKey(store, { now, by: "rotation", unlessSince });
      keys = await store.keys(now);
    }
    known = { keys, find: createLocalJWKSet({ keys: keys.map(({ publicJwk }) => publicJwk as JWK) }), readAt: now.getTime() };
  }
  function reread(): Promise<void> {
    reading ??= read().finally(() => {
      reading = undefined;
    });
    return reading;
  }
  async function current(): Promise<NonNullable<typeof known>> {
    if (!known || Math.abs(clock.now().getTime() - known.readAt) > rotation.rereadMs) await reread();
    return known!;
  }

  return {
    async signing() {
      const { keys } = await current();
      // Looked at after the keys: the first one signs from the moment at which it is made, and whoever waited came before it.
      // Of a clock behind its maker's the oldest that is published: nobody has another.
      const now = clock.now();
      const key = keys.find(({ signsFrom }) => signsFrom <= now) ?? keys.at(-1);
      if (!key) throw new Error("there is no key that signs");
      let found = imported.get(key.kid);
      if (!found) {
        found = store.privateKey(key.kid).then((jwk) => importJWK(jwk as JWK, tokenAlgorithm));
        imported.set(key.kid, found);
        found.catch(() => imported.delete(key.kid));
      }
      return { kid: key.kid, key: await found };
    },
    async published() {
      return { keys: (await current()).keys.map(({ publicJwk }) => publicJwk as JWK) };
    },
    async verify(header, token) {
      const { find, readAt } = await current();
      try {
        return await find(header, token);
      } catch (error) {
        // A key of another process, a moment old; many that are nobody's make one question.
        if (!(error instanceof errors.JWKSNoMatchingKey) || clock.now().getTime() - readAt < rotation.cooldownMs) throw error;
        await reread();
        return known!.find(header, token);
      }
    },
  };
}
