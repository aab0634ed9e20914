/**
 * Standard Webhooks, the symmetric kind: HMAC-SHA256 over `${id}.${timestamp}.${body}`, `v1,<base64>`, several signatures
 * in one header and several keys at one door, so that a key changes without a gap. Ed25519 (`v1a`) will stand beside it.
 */
import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";

/** The specification's tolerance, into the past and into the future. */
const toleranceSeconds = 5 * 60;
/** A vendor in the middle of a change signs with two keys; more than a few is no vendor. */
const mostSignatures = 10;
const digestBytes = 32;

export interface SignatureHeaders {
  readonly id: string;
  readonly timestamp: string;
  /** What stands behind `v1,`, decoded. */
  readonly signatures: readonly Buffer[];
}

/** The three headers, and the time in them, before a byte of the body is read; undefined when they prove nothing. */
export function signatureHeaders(
  headers: Readonly<Record<string, string | string[] | undefined>>,
  now: Date,
): SignatureHeaders | undefined {
  const [id, timestamp, signature] = ["webhook-id", "webhook-timestamp", "webhook-signature"].map((name) => headers[name]);
  if (typeof id !== "string" || typeof timestamp !== "string" || typeof signature !== "string") return undefined;
  if (id === "" || id.length > 256 || !/^\d{1,12}$/.test(timestamp)) return undefined;
  if (Math.abs(now.getTime() / 1000 - Number(timestamp)) > toleranceSeconds) return undefined;
  const signatures = signature
    .split(" ", mostSignatures)
    .flatMap((one) => (one.startsWith("v1,") ? [Buffer.from(one.slice("v1,".length), "base64")] : []))
    .filter((bytes) => bytes.length === digestBytes);
  return signatures.length > 0 ? { id, timestamp, signatures } : undefined;
}

/** So that a door without keys takes as long as one with them. */
const noKey = { id: "", secret: randomBytes(digestBytes) };

/** The id of the key that signed it. Every key is tried against every signature: how long it takes does not say which. */
export function signedBy(
  { id, timestamp, signatures }: SignatureHeaders,
  body: Buffer,
  keys: readonly { readonly id: string; readonly secret: Buffer }[],
): string | undefined {
  let found: string | undefined;
  for (const key of keys.length > 0 ? keys : [noKey]) {
    const digest = createHmac("sha256", key.secret).update(`${id}.${timestamp}.`).update(body).digest();
    for (const signature of signatures) if (timingSafeEqual(digest, signature) && key !== noKey) found = key.id;
  }
  return found;
}
