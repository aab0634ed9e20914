/**
 * The token between gateway and subgraphs: signed by the gateway, good for 30 seconds, one subgraph and one operation. A
 * subgraph accepts nothing else, least of all a caller's own token.
 */
import { createHash, randomUUID } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { type CryptoKey, exportJWK, generateKeyPair, importJWK, type JWK, jwtVerify, SignJWT } from "jose";
import type { Principal } from "../access/principal";
import type { Clock } from "../platform/clock";
import { HubError } from "../platform/errors";
import type { Asked } from "./internal-pass";

const issuer = "lanyard:gateway";
const algorithm = "EdDSA";
const seconds = 30;

export interface InternalKeys {
  readonly sign: CryptoKey;
  readonly verify: CryptoKey;
}

/** Both halves from one JWK. A gateway and its subgraphs share the file; its mode keeps others out. */
export async function loadInternalKeys(folder: string): Promise<InternalKeys> {
  return importKeys(await loadOrCreateKey(path.join(folder, "internal-key.json")));
}

export async function importKeys(jwk: JWK): Promise<InternalKeys> {
  const { d: _, ...open } = jwk;
  return { sign: (await importJWK(jwk, algorithm)) as CryptoKey, verify: (await importJWK(open, algorithm)) as CryptoKey };
}

export async function createKey(): Promise<JWK> {
  const { privateKey } = await generateKeyPair(algorithm, { extractable: true });
  return { ...(await exportJWK(privateKey)), alg: algorithm, kid: randomUUID() };
}

/** A key that is made once and kept beside the data, readable by its owner only. */
export async function loadOrCreateKey(file: string): Promise<JWK> {
  if (!existsSync(file)) {
    mkdirSync(path.dirname(file), { recursive: true });
    try {
      writeFileSync(file, `${JSON.stringify(await createKey())}\n`, { mode: 0o600, flag: "wx" });
    } catch (error) {
      // Two first starts at once: the other one's key is the key.
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
  }
  if (process.platform !== "win32" && (statSync(file).mode & 0o077) !== 0) {
    throw new HubError({
      code: "SETTINGS_INVALID",
      class: "settings",
      message: `The key file ${file} can be read by others: chmod 600 ${file}`,
      detail: { pointer: file, expected: "mode 0600", got: (statSync(file).mode & 0o777).toString(8) },
    });
  }
  return JSON.parse(readFileSync(file, "utf8")) as JWK;
}

/** Of the operation with its variables: a token for one question opens no other, and not the same about somebody else. */
function hashOf({ query, variables }: Asked): string {
  return createHash("sha256")
    .update(JSON.stringify([query, variables ?? {}]))
    .digest("base64url");
}

export interface InternalRequest {
  readonly principal: Principal;
  readonly requestId: string;
}

export async function signInternal(
  keys: Pick<InternalKeys, "sign">,
  clock: Clock,
  subgraph: string,
  asked: Asked,
  request: InternalRequest,
): Promise<string> {
  const now = Math.floor(clock.now().getTime() / 1000);
  return new SignJWT({ principal: request.principal, rid: request.requestId, op: hashOf(asked) })
    .setProtectedHeader({ alg: algorithm })
    .setIssuer(issuer)
    .setAudience(`subgraph:${subgraph}`)
    .setSubject(request.principal.subject)
    .setIssuedAt(now)
    .setExpirationTime(now + seconds)
    .sign(keys.sign);
}

/** Throws on anything but a fresh token of the gateway for this subgraph and this very operation. */
export async function verifyInternal(
  keys: Pick<InternalKeys, "verify">,
  clock: Clock,
  subgraph: string,
  asked: Asked,
  token: string,
): Promise<InternalRequest> {
  const { payload } = await jwtVerify(token, keys.verify, {
    issuer,
    audience: `subgraph:${subgraph}`,
    algorithms: [algorithm],
    currentDate: clock.now(),
    clockTolerance: 5,
    requiredClaims: ["exp", "principal", "rid", "op"],
  });
  if (payload.op !== hashOf(asked)) throw new Error("the token is for another operation");
  return { principal: payload.principal as Principal, requestId: String(payload.rid) };
}
