/**
 * The internal token inside one process: the same claims as over HTTP, authenticated by a key that this process has made for itself
 * and tells nobody. A signature for each fetch would cost more than the fetch; a MAC costs a few microseconds.
 */
import { createHash, createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import type { Principal } from "../access/principal";
import type { InternalRequest } from "./internal-token";
import { Lru } from "./lru";

const key = randomBytes(32);
/** Of the process, not of a clock that somebody may set. */
const lifeMs = 30_000;
const hashes = new Lru<string>(1_000);
const written = new WeakMap<Principal, string>();

export interface Asked {
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>> | undefined;
}

export interface Pass {
  readonly expiresAt: number;
  readonly mac: Buffer;
}

function hashOf(query: string): string {
  let hash = hashes.get(query);
  if (hash === undefined) hashes.set(query, (hash = createHash("sha256").update(query).digest("base64url")));
  return hash;
}

function principalText(principal: Principal): string {
  let text = written.get(principal);
  // Frozen from here on: what was vouched for cannot become somebody else.
  if (text === undefined) written.set(Object.freeze(principal), (text = JSON.stringify(principal)));
  return text;
}

function macOf(subgraph: string, { query, variables }: Asked, { principal, requestId }: InternalRequest, expiresAt: number): Buffer {
  const claims = [subgraph, hashOf(query), requestId, principalText(principal), JSON.stringify(variables ?? {}), expiresAt];
  return createHmac("sha256", key).update(JSON.stringify(claims)).digest();
}

export function issuePass(subgraph: string, asked: Asked, request: InternalRequest, now = performance.now()): Pass {
  const expiresAt = now + lifeMs;
  return { expiresAt, mac: macOf(subgraph, asked, request, expiresAt) };
}

/** Whether it was issued by this process for this subgraph, this operation with these variables, and this caller, just now. */
export function isPass(pass: Pass | undefined, subgraph: string, asked: Asked, request: InternalRequest, now = performance.now()): boolean {
  if (pass === undefined || !(now <= pass.expiresAt) || !(pass.expiresAt <= now + lifeMs)) return false;
  const { mac } = pass;
  const expected = macOf(subgraph, asked, request, pass.expiresAt);
  return Buffer.isBuffer(mac) && mac.length === expected.length && timingSafeEqual(mac, expected);
}
