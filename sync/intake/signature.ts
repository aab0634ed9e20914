/**
 * Standard Webhooks, both kinds, over `${id}.${timestamp}.${body}`: `v1,` HMAC-SHA256 and `v1a,` Ed25519. Several signatures
 * in one header and several keys at one door, so that a key changes without a gap.
 */
import { createHmac, createPublicKey, generateKeyPairSync, type KeyObject, randomBytes, timingSafeEqual, verify } from "node:crypto";
import { promisify } from "node:util";
import type { LiveKey } from "../../store/intake-keys";

/** The specification's tolerance, into the past and into the future. */
const toleranceSeconds = 5 * 60;
/** A vendor in the middle of a change signs with two keys; more than a few is no vendor. */
const mostSignatures = 10;
/** Each is tried with each key, and each try reads the whole body. */
const mostPublicSignatures = 2;
const digestBytes = 32;
const ed25519Bytes = { key: 32, signature: 64 } as const;

export interface SignatureHeaders {
  readonly id: string;
  readonly timestamp: string;
  /** What stands behind `v1,`, decoded. */
  readonly signatures: readonly Buffer[];
  /** What stands behind `v1a,`, decoded. */
  readonly publicSignatures: readonly Buffer[];
}
type SigningKey = Pick<LiveKey, "id" | "algorithm" | "secret">;

/** The three headers, and the time in them, before a byte of the body is read; undefined when they prove nothing. */
export function signatureHeaders(
  headers: Readonly<Record<string, string | string[] | undefined>>,
  now: Date,
): SignatureHeaders | undefined {
  const [id, timestamp, signature] = ["webhook-id", "webhook-timestamp", "webhook-signature"].map((name) => headers[name]);
  if (typeof id !== "string" || typeof timestamp !== "string" || typeof signature !== "string") return undefined;
  if (id === "" || id.length > 256 || !/^\d{1,12}$/.test(timestamp)) return undefined;
  if (Math.abs(now.getTime() / 1000 - Number(timestamp)) > toleranceSeconds) return undefined;
  const all = signature.split(" ", mostSignatures);
  const decoded = (version: string, bytes: number) =>
    all
      .filter((one) => one.startsWith(`${version},`))
      .map((one) => Buffer.from(one.slice(version.length + 1), "base64"))
      .filter((one) => one.length === bytes);
  const signatures = decoded("v1", digestBytes);
  const publicSignatures = decoded("v1a", ed25519Bytes.signature).slice(0, mostPublicSignatures);
  return signatures.length + publicSignatures.length > 0 ? { id, timestamp, signatures, publicSignatures } : undefined;
}

/** So that a door without keys takes as long as one with them. */
const noKey: SigningKey = { id: "", algorithm: "hmac-sha256", secret: randomBytes(digestBytes) };
const noPublicKey: SigningKey = {
  id: "",
  algorithm: "ed25519",
  secret: Buffer.from(generateKeyPairSync("ed25519").publicKey.export({ format: "jwk" }).x!, "base64url"),
};

/** The key that signed it. Every key is tried against every signature: how long it takes does not say which. */
export async function signedBy<Key extends SigningKey>(
  { id, timestamp, signatures, publicSignatures }: SignatureHeaders,
  body: Buffer,
  keys: readonly Key[],
): Promise<Key | undefined> {
  const head = `${id}.${timestamp}.`;
  let found: Key | undefined;
  for (const key of signatures.length > 0 ? keysOf(keys, "hmac-sha256", noKey) : []) {
    const digest = createHmac("sha256", key.secret).update(head).update(body).digest();
    for (const signature of signatures) if (timingSafeEqual(digest, signature) && key.id !== "") found = key as Key;
  }
  if (publicSignatures.length === 0) return found;
  const signed = Buffer.concat([Buffer.from(head), body]);
  for (const key of keysOf(keys, "ed25519", noPublicKey)) {
    const publicKey = publicKeyOf(key.secret);
    if (!publicKey) continue;
    for (const signature of publicSignatures)
      if ((await verifyLater(undefined, signed, publicKey, signature)) && key.id !== "") found = key as Key;
  }
  return found;
}

function keysOf(keys: readonly SigningKey[], algorithm: SigningKey["algorithm"], none: SigningKey): readonly SigningKey[] {
  const fitting = keys.filter((key) => key.algorithm === algorithm);
  return fitting.length > 0 ? fitting : [none];
}

/** Off the main thread: it hashes up to 5 MB. */
const verifyLater = promisify<undefined, Buffer, KeyObject, Buffer, boolean>(verify);

function publicKeyOf(bytes: Buffer): KeyObject | undefined {
  try {
    return createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x: bytes.toString("base64url") }, format: "jwk" });
  } catch {
    return undefined;
  }
}

/** `whpk_` and base64 of an Ed25519 public key, as Standard Webhooks writes it; undefined when it is none. */
export function readPublicKey(text: string): Buffer | undefined {
  const base64 = /^whpk_([A-Za-z0-9+/]{43}=)$/.exec(text.trim())?.[1];
  const bytes = base64 === undefined ? undefined : Buffer.from(base64, "base64");
  return bytes?.length === ed25519Bytes.key && publicKeyOf(bytes) ? bytes : undefined;
}
