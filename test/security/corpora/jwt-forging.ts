/** The attacks of jwt-attacks.ts, done to the token of a door. */
import { createHmac, generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";
import type { JWK } from "jose";
import * as attacks from "./jwt-attacks";

type Alg = "RS256" | "RS512" | "EdDSA";
export interface Signer {
  readonly alg: Alg;
  readonly kid: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  readonly jwk: JWK;
}
export type Claims = Record<string, unknown>;
export interface Attack {
  readonly name: string;
  readonly source: attacks.Source;
  readonly token: string;
}
/** A door, a token that it takes, and by whom it is signed. */
export interface Door {
  readonly name: string;
  readonly signer: Signer;
  readonly header: Claims;
  readonly claims: () => Claims;
  readonly audience: string;
  readonly issuer: string;
  /** Claims without which it is refused. */
  readonly needs: readonly string[];
  /** Undefined when it is refused. */
  try(token: string): Promise<unknown>;
}

const b64 = (value: string | Buffer) => Buffer.from(value).toString("base64url");
const hashes = { RS256: "sha256", RS512: "sha512" } as const;

export function signer(alg: Alg, kid: string): Signer {
  const { privateKey, publicKey } = alg === "EdDSA" ? generateKeyPairSync("ed25519") : generateKeyPairSync("rsa", { modulusLength: 2048 });
  return { alg, kid, privateKey, publicKey, jwk: { ...(publicKey.export({ format: "jwk" }) as JWK), kid, alg, use: "sig" } };
}
export function signed(by: Signer, header: unknown, claims: unknown): string {
  const text = (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value));
  const input = `${b64(text(header))}.${b64(text(claims))}`;
  return `${input}.${b64(sign(by.alg === "EdDSA" ? null : hashes[by.alg], Buffer.from(input), by.privateKey))}`;
}
const hmac = (algorithm: string, key: string | Buffer, header: unknown, claims: unknown) => {
  const input = `${b64(JSON.stringify(header))}.${b64(JSON.stringify(claims))}`;
  return `${input}.${b64(createHmac(algorithm.replace("HS", "sha"), key).update(input).digest())}`;
};
export const named = (value: unknown) => (JSON.stringify(value) ?? "undefined").slice(0, 60);

export function* algorithmAttacks(door: Door, mallory: Signer): Generator<Attack> {
  const { header } = door;
  const input = (alg: unknown) => `${b64(JSON.stringify({ ...header, alg }))}.${b64(JSON.stringify(door.claims()))}`;
  const good = () => signed(door.signer, header, door.claims());
  for (const alg of [...attacks.noneSpellings, ...attacks.oddAlgorithms])
    for (const [how, signature] of [
      ["no signature", ""],
      ["a signature", good().split(".")[2]!],
      ["zeros", b64(Buffer.alloc(64))],
    ] as const)
      yield { name: `alg ${named(alg)}, ${how}`, source: "mclean", token: `${input(alg)}.${signature}` };
  const { publicKey, jwk } = door.signer;
  const secrets: [string, string | Buffer][] = [
    ["PEM", publicKey.export({ format: "pem", type: "spki" }) as string],
    ["PEM without its last line break", (publicKey.export({ format: "pem", type: "spki" }) as string).trim()],
    ["DER", publicKey.export({ format: "der", type: "spki" })],
    ["JWK", JSON.stringify(jwk)],
    ["JWKS", JSON.stringify({ keys: [jwk] })],
    ["x or n", Buffer.from((jwk.x ?? jwk.n)!, "base64url")],
    ["x or n as text", (jwk.x ?? jwk.n)!],
    ["nothing", ""],
    ["secret", "secret"],
    ["kid", door.signer.kid],
  ];
  for (const alg of ["HS256", "HS384", "HS512"])
    for (const [what, secret] of secrets)
      yield {
        name: `${alg} with the public key as ${what}`,
        source: "mclean",
        token: hmac(alg, secret, { ...header, alg }, door.claims()),
      };
  for (const alg of attacks.otherAlgorithms.filter((one) => one !== door.signer.alg)) {
    yield { name: `${alg} in the header of a good signature`, source: "bcp", token: `${input(alg)}.${good().split(".")[2]}` };
    yield { name: `${alg}, signed by somebody`, source: "bcp", token: signed(mallory, { ...header, alg }, door.claims()) };
  }
  for (const bytes of [0, 1, 32, 63, 64, 65, 256])
    yield { name: `a signature of ${bytes} zeros`, source: "psychic", token: `${input(header.alg)}.${b64(Buffer.alloc(bytes))}` };
}

export function* headerAttacks(door: Door, mallory: Signer): Generator<Attack> {
  const { header } = door;
  const by = (more: Claims) => signed(mallory, { ...header, ...more }, door.claims());
  yield { name: "signed by another key under this key's name", source: "bcp", token: by({}) };
  for (const kid of attacks.keyIds) yield { name: `kid ${named(kid)}`, source: "jwtTool", token: by({ kid }) };
  for (const kid of attacks.keyIds)
    for (const secret of ["", "\u0000"])
      yield {
        name: `kid ${named(kid)}, HS256 with what may lie there`,
        source: "portswigger",
        token: hmac("HS256", secret, { ...header, alg: "HS256", kid }, door.claims()),
      };
  for (const kid of [null, 0, [], {}, [door.signer.kid]]) yield { name: `kid ${named(kid)}`, source: "jwtTool", token: by({ kid }) };
  const { jwk } = mallory;
  for (const kid of [header.kid, mallory.kid, undefined]) {
    yield { name: "its own key as jwk", source: "cve201551", token: by({ jwk, kid }) };
    for (const url of ["https://attacker.example/jwks.json", "http://127.0.0.1:1/", "data:application/json,{}", "file:///tmp/jwks.json"]) {
      yield { name: `jku ${url}`, source: "portswigger", token: by({ jku: url, kid }) };
      yield { name: `x5u ${url}`, source: "jwtTool", token: by({ x5u: url, kid }) };
    }
    yield {
      name: "its own key as x5c",
      source: "portswigger",
      token: by({ x5c: [mallory.publicKey.export({ format: "der", type: "spki" }).toString("base64")], kid }),
    };
    yield { name: "x5t of somebody", source: "jwtTool", token: by({ x5t: b64(randomBytes(20)), kid }) };
  }
  // From here on well signed: what the header says must be refused all the same.
  const own = (more: Claims) => signed(door.signer, { ...header, ...more }, door.claims());
  for (const crit of [["exp"], ["http://example.invalid/x"], ["b64"], [], [""], "exp", [1], ["alg"], ["kid", "kid"]])
    yield { name: `crit ${named(crit)}`, source: "rfc7515", token: own({ crit, exp: 1, "http://example.invalid/x": 1 }) };
  for (const b64Value of [false, "false", null])
    yield { name: `b64 ${named(b64Value)}, crit`, source: "rfc7515", token: own({ b64: b64Value, crit: ["b64"] }) };
  for (const typ of attacks.typesOfOthers) yield { name: `typ ${typ}`, source: "bcp", token: own({ typ }) };
  const text = JSON.stringify(header).slice(1, -1);
  yield { name: "alg twice, none last", source: "rfc7519", token: signed(door.signer, `{${text},"alg":"none"}`, door.claims()) };
  yield { name: "alg twice, none first", source: "rfc7519", token: signed(door.signer, `{"alg":"none",${text}}`, door.claims()) };
  yield { name: "kid twice", source: "rfc7519", token: signed(door.signer, `{"kid":"other",${text}}`, door.claims()) };
  yield { name: "alg twice, once escaped", source: "rfc7519", token: signed(door.signer, `{"\\u0061lg":"none",${text}}`, door.claims()) };
  for (const notJson of ["", "{", "null", "[]", '"x"', "1", `{${text},}`, `${JSON.stringify(header)} x`])
    yield { name: `header ${named(notJson)}`, source: "generated", token: signed(door.signer, notJson, door.claims()) };
}

export function* claimAttacks(door: Door, now: number): Generator<Attack> {
  const good = door.claims();
  const own = (claims: unknown) => signed(door.signer, door.header, claims);
  for (const aud of attacks.nearAudiences(door.audience)) yield { name: `aud ${named(aud)}`, source: "bcp", token: own({ ...good, aud }) };
  for (const iss of attacks.nearIssuers(door.issuer)) yield { name: `iss ${named(iss)}`, source: "bcp", token: own({ ...good, iss }) };
  for (const [name, times] of attacks.wrongTimes(now)) {
    // Where a token need not say when it was issued, an old or missing iat is none of the attack's doing.
    if (!door.needs.includes("iat") && ["iat long ago", "no iat", "iat in the future"].includes(name)) continue;
    yield { name, source: "bcp", token: own({ ...good, ...times }) };
  }
  for (const sub of attacks.wrongSubjects) yield { name: `sub ${named(sub)}`, source: "generated", token: own({ ...good, sub }) };
  for (const name of door.needs) {
    const { [name]: _, ...rest } = good;
    yield { name: `without ${name}`, source: "rfc7519", token: own(rest) };
  }
  const text = JSON.stringify(good).slice(1, -1);
  for (const [name, value] of [
    ["sub", "other"],
    ["aud", "other"],
    ["iss", "other"],
    ["exp", 1],
    ["exp", now + 1_000_000],
    ["role", "ops"],
  ] as const) {
    const there = name in good;
    const twice = JSON.stringify(value);
    const members = there ? text : `${text},"${name}":${twice}`;
    yield { name: `${name} twice, the other first`, source: "rfc7519", token: own(`{"${name}":${twice},${members}}`) };
    yield { name: `${name} twice, the other last`, source: "rfc7519", token: own(`{${members},"${name}":${twice}}`) };
  }
  for (const notJson of ["", "{", "null", "[]", "[{}]", '"x"', "1", "{}", `{${text},}`, `{${text}}{}`, `\ufeff{${text}`])
    yield { name: `claims ${named(notJson)}`, source: "generated", token: own(notJson) };
  const deep = `${"[".repeat(3_000)}${"]".repeat(3_000)}`;
  yield { name: "huge claims", source: "generated", token: own({ ...good, pad: "x".repeat(20_000) }) };
  yield { name: "a megabyte", source: "generated", token: own({ ...good, pad: "x".repeat(1_000_000) }) };
  yield { name: "very deep", source: "generated", token: own(`{${text},"x":${deep}}`) };
}

/** Every character of every part changed, every shortening, and other ways to write it. */
export function* spoilt(door: Door, long: boolean): Generator<Attack> {
  const token = signed(door.signer, door.header, door.claims());
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  for (let at = 0; at < token.length; at++) {
    const there = alphabet.indexOf(token[at]!);
    const changes =
      there === -1 ? ["", "..", "A", "+"] : (long ? [1, 2, 4, 8, 16, 32] : [1 << (at % 6)]).map((bit) => alphabet[there ^ bit]!);
    for (const change of changes)
      yield { name: `character ${at}`, source: "generated", token: token.slice(0, at) + change + token.slice(at + 1) };
  }
  for (let length = 1; length < token.length; length += long ? 1 : 7)
    yield { name: `cut to ${length}`, source: "generated", token: token.slice(0, length) };
  const [head, claims, signature] = token.split(".") as [string, string, string];
  const forms = {
    "parts swapped": `${claims}.${head}.${signature}`,
    "signature of the other part": `${head}.${claims}.${claims}`,
    "no signature": `${head}.${claims}.`,
    "two parts": `${head}.${claims}`,
    "four parts": `${token}.${signature}`,
    "five parts, as an encrypted one": `${head}.${claims}.${signature}.${signature}.${signature}`,
    "a token in a token": signed(door.signer, { ...door.header, cty: "JWT" }, JSON.stringify(token)),
    padding: `${head}=.${claims}=.${signature}==`,
    "the signature as base64": `${head}.${claims}.${Buffer.from(signature, "base64url").toString("base64").replace(/\+|\//g, "+")}`,
    "a line break in it": `${head}.${claims}.${signature.slice(0, 9)}\n${signature.slice(9)}`,
    twice: `${token}${token}`,
    "JSON serialisation": JSON.stringify({ payload: claims, protected: head, signature }),
  };
  for (const [name, spoiltToken] of Object.entries(forms)) yield { name, source: "generated", token: spoiltToken };
}
