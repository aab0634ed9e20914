/**
 * Attacks on JWTs, as data: what is done to a good token, and where the attack is published. Each changes a token that would be
 * believed, or signs another one with a key that an attacker could have; none of them may be.
 */
export const sources = {
  bcp: "RFC 8725 (JSON Web Token Best Current Practices)",
  portswigger: "https://portswigger.net/web-security/jwt",
  jwtTool: "https://github.com/ticarpi/jwt_tool/wiki/Attack-Methodology",
  mclean: "https://auth0.com/blog/critical-vulnerabilities-in-json-web-token-libraries/ (T. McLean, 2015)",
  cve201551: "CVE-2018-0114 (embedded jwk believed)",
  psychic: "CVE-2022-21449 (signature of zeros)",
  rfc7515: "RFC 7515 (crit, b64, header parameters)",
  rfc7519: "RFC 7519 (claims; members are there once)",
  generated: "generated",
} as const;
export type Source = keyof typeof sources;

/** Spellings of "no algorithm"; with and without the signature left out. */
export const noneSpellings: readonly string[] = [
  ...Array.from({ length: 16 }, (_, bits) => [..."none"].map((letter, at) => ((bits >> at) & 1 ? letter.toUpperCase() : letter)).join("")),
  "none ",
  " none",
  "none\u0000",
  "n\u043ene",
  "",
  "null",
  "undefined",
];
/** Not strings: a library that coerces may take them for one. */
export const oddAlgorithms: readonly unknown[] = [null, 0, true, [], ["EdDSA"], {}, { toString: "EdDSA" }];
/** Real algorithms that no issuer of the hub's signs with; the symmetric ones are signed with what is public. */
export const otherAlgorithms = ["HS256", "HS384", "HS512", "PS256", "PS512", "ES256", "ES384", "ES512", "ES256K", "RS256", "RS1", "Ed448"];

export const keyIds: readonly string[] = [
  "../../../../../../dev/null",
  "../../../etc/passwd",
  "..\\..\\..\\windows\\win.ini",
  "/dev/null",
  "file:///dev/null",
  "/proc/self/environ",
  "%2e%2e%2f%2e%2e%2fdev%2fnull",
  "' UNION SELECT 'secret' -- ",
  "x' OR '1'='1",
  "'; DROP TABLE ops.token_key; --",
  '" or ""="',
  "1; SELECT pg_sleep(10)",
  "$(sleep 10)",
  "`id`",
  "|| ls",
  `\${7*7}`,
  "{{7*7}}",
  "<script>alert(1)</script>",
  "__proto__",
  "constructor",
  "toString",
  "hasOwnProperty",
  "\u0000",
  "%00",
  "",
  "http://127.0.0.1:1/key",
  "https://attacker.example/jwks.json",
  "ldap://127.0.0.1/a",
  "a".repeat(1_500),
  "\u202e\u0645\u0641\u062a\u0627\u062d",
];

export const typesOfOthers = ["logout+jwt", "secevent+jwt", "dpop+jwt", "token-introspection+jwt", "vc+jwt", "application/logout+jwt"];

/** Audiences near the right one. */
export const nearAudiences = (right: string): readonly unknown[] => [
  `${right}/`,
  `${right} `,
  ` ${right}`,
  right.toUpperCase(),
  `${right}\u0000`,
  right.slice(0, -1),
  `${right}x`,
  [right, "https://other.example"],
  ["https://other.example", right],
  [[right]],
  { 0: right },
  [],
  "",
  "*",
  null,
  undefined,
  right.replace("a", "\u0430"),
];
export const nearIssuers = (right: string): readonly unknown[] => [
  `${right}/`,
  `${right} `,
  right.toUpperCase(),
  `${right}#`,
  `${right}?x=1`,
  [right],
  { 0: right },
  "",
  null,
  undefined,
  "__proto__",
  right.replace("e", "\u0435"),
];
export const wrongTimes = (now: number): readonly (readonly [string, Record<string, unknown>])[] => [
  ["expired a minute ago", { exp: now - 60 }],
  ["expired long ago", { exp: 1 }],
  ["exp 0", { exp: 0 }],
  ["exp negative", { exp: -1 }],
  ["exp a string", { exp: "9999999999" }],
  ["exp null", { exp: null }],
  ["exp a list", { exp: [now + 60] }],
  ["exp not finite", { exp: Number.POSITIVE_INFINITY }],
  ["no exp", { exp: undefined }],
  ["nbf in the future", { nbf: now + 3600 }],
  ["nbf a string", { nbf: "0" }],
  ["iat in the future", { iat: now + 3600 }],
  ["iat long ago", { iat: now - 86_400 }],
  ["iat a string", { iat: "0" }],
  ["no iat", { iat: undefined }],
];
export const wrongSubjects: readonly unknown[] = [undefined, null, "", 0, true, ["somebody"], {}, "x".repeat(256), "x".repeat(5_000)];

/** What a login may say of its holder and is not believed: the principal must be what it is without it. */
export const selfIssued: readonly Record<string, unknown>[] = [
  { role: "hr" },
  { role: "ops", aal: 3 },
  { role: ["hr"], org: "ZQA" },
  { org: "ZQA" },
  { person: "00000000-0000-4000-8000-000000000001" },
  { scope: "R1 R3 R5" },
  { aal: 3 },
  { purpose: "OH_CARE AUDIT" },
  { registered: ["R5"] },
  { roles: ["admin"], groups: ["ops"], realm_access: { roles: ["ops"] } },
  { client_id: "passport-app" },
  { idp: "https://other.example", idp_kind: "staff" },
  { crs_uuid: "555036632103" },
  { nhsid_useruid: "555036632103" },
  { __proto__: { role: "ops" }, constructor: { prototype: { role: "ops" } } },
  { "role ": "ops", Role: "ops", ROLE: "ops", "r\u043ele": "ops" },
];
export const actingClaims: readonly unknown[] = ["passport-app", { sub: "passport-app" }, {}, null, [], { sub: { sub: "x" } }, 0];
