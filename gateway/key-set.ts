/**
 * Public keys of an issuer or a client, from its address. A key that is taken out there is out here within minutes; a new one is
 * found when a token names it. While the address is dead the keys that were read last go on, for a day; nothing is opened by it:
 * a key that was never read is never believed. However many tokens name unknown keys, it is asked once in a while only.
 */
import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from "jose";
import { Agent, request } from "undici";
import { hostGuard } from "../platform/addresses";

export type FetchKeys = (url: string) => Promise<string>;

export interface KeySetSettings {
  readonly url: string;
  /** Milliseconds; a monotonic clock. */
  readonly now?: () => number;
  readonly fetch?: FetchKeys | undefined;
  readonly onFailure?: (why: string) => void;
}

export const keySetLimits = {
  /** After this the list is read again. */
  freshMs: 5 * 60_000,
  /** Between two questions, whatever came of the first. */
  cooldownMs: 30_000,
  /** How long keys go on that could not be read again. */
  staleMs: 24 * 3_600_000,
  timeoutMs: 5_000,
  bytes: 256_000,
  keys: 100,
} as const;

/** Only keys that can verify, of kinds that have a private half: a shared secret in a public list is a trap. */
const verifying = (key: Record<string, unknown>) =>
  (key.kty === "RSA" || key.kty === "EC" || key.kty === "OKP") && key.d === undefined && (key.use === undefined || key.use === "sig");

/**
 * Reads addresses of the configuration as vendors' are read: https, and no private address that nobody has listed, also not one
 * that a name leads to. `insecureLoopback` in the demonstration and in tests only.
 */
export function guardedFetch({
  allowedHosts = [],
  insecureLoopback = false,
}: {
  readonly allowedHosts?: readonly string[];
  readonly insecureLoopback?: boolean;
}): FetchKeys {
  return async (address) => {
    const guard = hostGuard({ allowedHosts: [new URL(address).host, ...allowedHosts], insecureLoopback });
    const agent = new Agent({ connect: { lookup: guard.lookup, timeout: keySetLimits.timeoutMs } });
    try {
      return await fetchText(guard.check(address), agent);
    } finally {
      await agent.close();
    }
  };
}

async function fetchText(url: URL, dispatcher: Agent): Promise<string> {
  const response = await request(url, {
    dispatcher,
    headers: { accept: "application/jwk-set+json, application/json" },
    headersTimeout: keySetLimits.timeoutMs,
    bodyTimeout: keySetLimits.timeoutMs,
    signal: AbortSignal.timeout(keySetLimits.timeoutMs),
  });
  // No redirect is followed: the address that was configured is the address.
  if (response.statusCode !== 200) {
    await response.body.dump();
    throw new Error(`answered ${response.statusCode}`);
  }
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response.body) {
    bytes += (chunk as Buffer).length;
    if (bytes > keySetLimits.bytes) throw new Error(`answered more than ${keySetLimits.bytes} bytes`);
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function readKeys(text: string): JSONWebKeySet {
  const { keys } = JSON.parse(text) as { keys?: unknown };
  if (!Array.isArray(keys) || keys.length > keySetLimits.keys) throw new Error("answered no list of keys");
  return { keys: keys.filter((key) => typeof key === "object" && key !== null && verifying(key)) };
}

const onlyPublic = guardedFetch({});

export function remoteKeySet({ url, now = () => performance.now(), fetch = onlyPublic, onFailure }: KeySetSettings): JWTVerifyGetKey {
  let known: { readonly find: JWTVerifyGetKey; readonly readAt: number } | undefined;
  let askedAt: number | undefined;
  let asking: Promise<void> | undefined;
  let failing = false;

  /** One question at a time; and none before the cooldown is over. */
  function refresh(): Promise<void> {
    if (asking) return asking;
    if (askedAt !== undefined && now() - askedAt < keySetLimits.cooldownMs) return Promise.resolve();
    askedAt = now();
    asking = fetch(url)
      .then((text) => {
        known = { find: createLocalJWKSet(readKeys(text)), readAt: now() };
        failing = false;
      })
      .catch((error: unknown) => {
        failing = true;
        onFailure?.((error as Error).message);
      })
      .finally(() => {
        asking = undefined;
      });
    return asking;
  }

  return async (header, token) => {
    if (known === undefined) await refresh();
    else if (now() - known.readAt > keySetLimits.freshMs) {
      const wasFailing = failing;
      const reading = refresh();
      // Once it is known to be dead nobody waits for it any more, while there is something to go on with.
      if (!wasFailing) await reading;
    }
    if (known === undefined || now() - known.readAt > keySetLimits.staleMs) throw new errors.JWKSNoMatchingKey();
    try {
      return await known.find(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      const before: unknown = known;
      await refresh();
      if (known === before) throw error;
      return known.find(header, token);
    }
  };
}
