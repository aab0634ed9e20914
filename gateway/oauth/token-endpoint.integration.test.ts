import { createHash, randomUUID } from "node:crypto";
import { exportJWK, generateKeyPair, type JWK, SignJWT } from "jose";
import { fixedClock } from "../../platform/clock";
import { type TestStore, testStore } from "../../test/builders/store";
import { type Served, serve } from "../../test/supergraph/serve";
import { createAuthenticator, type TrustedIssuer } from "../auth";
import type { AuditEvent } from "../plugins/use-audit";
import type { RegisteredClient } from "./client-assertion";
import { hubIssuer, paths, tokenEndpoint } from "./token-endpoint";
import { createTokenKeys, rotateTokenKey, rotation } from "./token-keys";

const address = "https://hub.example.nhs.uk";
const tokenUrl = `${address}${paths.token}`;
const exchange = "urn:ietf:params:oauth:grant-type:token-exchange";
const jwtType = "urn:ietf:params:oauth:token-type:jwt";
const start = "2026-11-22T12:00:00Z";

interface Pair {
  readonly open: JWK;
  readonly key: Parameters<SignJWT["sign"]>[0];
  readonly alg: string;
}
async function pair(alg: string, kid: string): Promise<Pair> {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
  return { open: { ...(await exportJWK(publicKey)), kid, alg, use: "sig" }, key: privateKey, alg };
}

let test: TestStore;
let passport: Pair;
let vendor: Pair;
let login: Pair;
let clients: RegisteredClient[];
let person: TrustedIssuer;
const audited: AuditEvent[] = [];
const servers: Served[] = [];
let time = new Date(start);
const clock = { now: () => time };
let served: Served;

function hubProcess(): { handle: ReturnType<typeof tokenEndpoint>; authenticate: ReturnType<typeof createAuthenticator> } {
  const keys = createTokenKeys({ store: test.store.tokenIssuing, clock });
  const settings = {
    address: () => address,
    clients,
    issuers: [person],
    clock,
    keys,
    firstUse: test.store.tokenIssuing.firstUse,
    audit: async (event: AuditEvent) => void audited.push(event),
  };
  return { handle: tokenEndpoint(settings), authenticate: createAuthenticator({ issuers: [person, hubIssuer(settings)], clock }) };
}

beforeAll(async () => {
  test = await testStore(fixedClock(start));
  [passport, vendor, login] = await Promise.all([pair("EdDSA", "p1"), pair("RS512", "v1"), pair("EdDSA", "l1")]);
  clients = [
    {
      id: "passport-app",
      title: "Passport",
      kind: "passport",
      labels: ["R1", "R3"],
      keys: { inline: { keys: [passport.open] } },
      subjectAudience: "app-at-login",
    },
    {
      id: "tidewater",
      title: "Tidewater",
      kind: "system",
      role: "vendor-lms",
      organisation: "ZQC",
      labels: ["R8"],
      keys: { inline: { keys: [vendor.open] } },
    },
  ];
  person = {
    issuer: "https://login.example",
    audience: "lanyard",
    algorithms: ["EdDSA"],
    key: login.open,
    kind: "person",
    maxAgeSeconds: 900,
    levels: [{ claim: "vot", value: "P9.Cp.Cd", aal: 2 }],
  };
});
beforeEach(async () => {
  time = new Date(start);
  audited.length = 0;
  served = await serve([hubProcess().handle]);
  servers.push(served);
});
afterEach(async () => {
  for (const one of servers.splice(0)) await one.close();
});
afterAll(() => test.drop());

const seconds = () => Math.floor(time.getTime() / 1000);
const assertion = (of: Pair, id: string, over: Record<string, unknown> = {}, header: Record<string, unknown> = {}) =>
  new SignJWT({ iss: id, sub: id, aud: tokenUrl, exp: seconds() + 300, jti: randomUUID(), ...over })
    .setProtectedHeader({ alg: of.alg, kid: of.open.kid!, ...header })
    .sign(of.key);
const subjectToken = (over: Record<string, unknown> = {}) =>
  new SignJWT({ iss: person.issuer, sub: "amara", aud: "app-at-login", iat: seconds(), exp: seconds() + 600, vot: "P9.Cp.Cd", ...over })
    .setProtectedHeader({ alg: "EdDSA", kid: "l1" })
    .sign(login.key);

async function ask(parameters: Record<string, string> | string, at: Served = served, headers: Record<string, string> = {}) {
  const response = await fetch(at.url + paths.token, {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded", connection: "close", ...headers },
    body: typeof parameters === "string" ? parameters : new URLSearchParams(parameters),
  });
  return { status: response.status, headers: response.headers, json: (await response.json()) as any };
}
const byAssertion = (client_assertion: string) => ({
  client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
  client_assertion,
});
const asSystem = async (over = {}, header = {}) => ({
  grant_type: "client_credentials",
  ...byAssertion(await assertion(vendor, "tidewater", over, header)),
});
const asPassport = async (more: Record<string, string> = {}) => ({
  grant_type: exchange,
  ...byAssertion(await assertion(passport, "passport-app")),
  subject_token: await subjectToken(),
  subject_token_type: jwtType,
  ...more,
});

describe("client_credentials", () => {
  it("gives a system a token of five minutes, which the gateway believes", async () => {
    const { status, headers, json } = await ask(await asSystem());
    expect(status).toBe(200);
    expect(headers.get("cache-control")).toBe("no-store");
    expect(json).toEqual({ access_token: expect.any(String), token_type: "Bearer", expires_in: 300, scope: "R8" });
    const principal = await hubProcess().authenticate(`Bearer ${json.access_token}`);
    expect(principal).toMatchObject({ role: "vendor-lms", org: "ZQC", subject: "tidewater", issuer: address, registered: ["R8"], aal: 2 });
    expect(principal).toMatchObject({ act: undefined, person: undefined, purposes: ["SERVICE_OPERATION"] });
    expect(audited).toMatchObject([
      { operation: "token client-credentials", decision: "ALLOW", organisation: "ZQC", subject: `${address}|tidewater` },
    ]);
    time = new Date(time.getTime() + 306_000);
    await expect(hubProcess().authenticate(`Bearer ${json.access_token}`)).rejects.toThrow();
  });

  it("refuses an assertion with anything wrong, each with the same answer", async () => {
    const other = await pair("RS512", "v1");
    const refusals = [
      await asSystem({ aud: `${tokenUrl}/` }),
      await asSystem({ aud: [tokenUrl] }),
      await asSystem({ aud: [tokenUrl, address] }),
      await asSystem({ aud: address }),
      await asSystem({ aud: tokenUrl.toUpperCase() }),
      await asSystem({ exp: seconds() - 10 }),
      await asSystem({ exp: seconds() + 400 }),
      await asSystem({ exp: undefined }),
      await asSystem({ nbf: seconds() + 60 }),
      await asSystem({ jti: undefined }),
      await asSystem({ jti: "" }),
      await asSystem({ jti: 7 }),
      await asSystem({ iss: "passport-app" }),
      await asSystem({ sub: "passport-app" }),
      await asSystem({ iss: "nobody", sub: "nobody" }),
      await asSystem({}, { kid: undefined }),
      await asSystem({}, { kid: "v2" }),
      await asSystem({}, { typ: "at+jwt" }),
      { ...(await asSystem()), client_id: "passport-app" },
      { grant_type: "client_credentials", ...byAssertion(await assertion(other, "tidewater")) },
      { grant_type: "client_credentials", ...byAssertion(await assertion(passport, "tidewater")) },
      { grant_type: "client_credentials", ...byAssertion("") },
      { grant_type: "client_credentials", ...byAssertion("a.b.c") },
    ];
    for (const parameters of refusals) {
      const { status, json } = await ask(parameters);
      expect({ status, json }).toEqual({
        status: 401,
        json: { error: "invalid_client", error_description: "The client assertion was not accepted." },
      });
    }
    expect(audited).toEqual([]);
  });

  it("takes an assertion once, in whichever of several processes, also side by side", async () => {
    const second = await serve([hubProcess().handle]);
    servers.push(second);
    const same = await asSystem();
    const answers = await Promise.all([served, second, served, second].map((one) => ask(same, one)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 401, 401, 401]);
    const jti = randomUUID();
    expect((await ask(await asSystem({ jti }), served)).status).toBe(200);
    expect((await ask(await asSystem({ jti }), second)).status).toBe(401);
  });

  it("is not for a front-end", async () => {
    const { status, json } = await ask({ grant_type: "client_credentials", ...byAssertion(await assertion(passport, "passport-app")) });
    expect({ status, error: json.error }).toEqual({ status: 400, error: "unauthorized_client" });
    expect(audited).toMatchObject([{ decision: "DENY", actingClient: "passport-app" }]);
  });
});

describe("token exchange", () => {
  it("gives a front-end a token with which it acts for the person, with what was asked and is registered, as surely as the login", async () => {
    const { status, json } = await ask(await asPassport({ scope: "R3 R5" }));
    expect(status).toBe(200);
    expect(json).toMatchObject({ scope: "R3", expires_in: 300, issued_token_type: "urn:ietf:params:oauth:token-type:access_token" });
    expect(await hubProcess().authenticate(`Bearer ${json.access_token}`)).toEqual({
      issuer: person.issuer,
      subject: "amara",
      org: undefined,
      role: "passport",
      person: undefined,
      login: "person",
      act: "passport-app",
      scope: ["R3"],
      registered: ["R1", "R3"],
      aal: 2,
      purposes: ["SELF_VIEW"],
    });
    expect(audited).toMatchObject([{ operation: "token exchange", subject: `${person.issuer}|amara`, actingClient: "passport-app" }]);
  });

  it("raises no level, and outlives no login", async () => {
    const weak = await ask(await asPassport({ subject_token: await subjectToken({ vot: "P9.Cp" }) }));
    expect((await hubProcess().authenticate(`Bearer ${weak.json.access_token}`)).aal).toBe(0);
    const short = await ask(await asPassport({ subject_token: await subjectToken({ exp: seconds() + 90 }) }));
    expect(short.json.expires_in).toBe(90);
  });

  it.each<[string, string, () => Promise<Record<string, string>>]>([
    ["a login issued for another", "invalid_grant", async () => ({ subject_token: await subjectToken({ aud: "lanyard" }) })],
    ["an expired login", "invalid_grant", async () => ({ subject_token: await subjectToken({ exp: seconds() - 60 }) })],
    ["an old login", "invalid_grant", async () => ({ subject_token: await subjectToken({ iat: seconds() - 1000 }) })],
    ["a login with which somebody acts", "invalid_grant", async () => ({ subject_token: await subjectToken({ act: { sub: "x" } }) })],
    [
      "a token that was exchanged before",
      "invalid_grant",
      async () => ({ subject_token: (await ask(await asPassport())).json.access_token }),
    ],
    ["a system's token", "invalid_grant", async () => ({ subject_token: (await ask(await asSystem())).json.access_token })],
    ["its own assertion", "invalid_grant", async () => ({ subject_token: await assertion(passport, "passport-app") })],
    ["what is not registered", "invalid_scope", async () => ({ scope: "R5 R7" })],
    ["another type", "invalid_request", async () => ({ subject_token_type: "urn:ietf:params:oauth:token-type:saml2" })],
    ["an actor", "invalid_request", async () => ({ actor_token: "x", actor_token_type: jwtType })],
    ["a token for another service", "invalid_target", async () => ({ audience: "https://other.example" })],
  ])("refuses %s", async (_, error, more) => {
    const { status, json, headers } = await ask(await asPassport(await more()));
    expect({ status, error: json.error, cached: headers.get("cache-control") }).toEqual({ status: 400, error, cached: "no-store" });
  });

  it("is not for a system", async () => {
    const { json } = await ask({
      grant_type: exchange,
      ...byAssertion(await assertion(vendor, "tidewater")),
      subject_token: await subjectToken(),
      subject_token_type: jwtType,
    });
    expect(json.error).toBe("unauthorized_client");
  });
});

describe("the door", () => {
  it("refuses what is no form, too long, twice in it, by another method or with a password", async () => {
    const form = new URLSearchParams(await asSystem()).toString();
    const answers = [
      [await ask(form, served, { "content-type": "application/json" }), 400, "invalid_request"],
      [await ask(`${form}&grant_type=client_credentials`), 400, "invalid_request"],
      [await ask(form, served, { authorization: "Basic dGlkZXdhdGVyOng=" }), 401, "invalid_client"],
      [await ask({ ...(await asSystem()), grant_type: "password" }), 400, "unsupported_grant_type"],
      [await ask("client_id=tidewater"), 400, "invalid_request"],
      [await ask({ ...(await asSystem()), padding: "x".repeat(20_001) }), 413, "invalid_request"],
    ] as const;
    for (const [{ status, json }, expected, error] of answers) expect({ status, error: json.error }).toEqual({ status: expected, error });
    expect((await fetch(served.url + paths.token)).status).toBe(405);
  });

  it("does not listen for a while to whoever fails again and again; to others it does", async () => {
    for (let at = 0; at < 30; at++) await ask({ grant_type: "client_credentials", ...byAssertion("a.b.c") });
    const { status, headers } = await ask({ grant_type: "client_credentials", ...byAssertion("a.b.c") });
    expect(status).toBe(429);
    expect(Number(headers.get("retry-after"))).toBeGreaterThan(0);
    expect((await ask(await asSystem())).status).toBe(200);
  });

  it("says where its keys are, and changes them without a gap", async () => {
    const get = async (path: string) => (await fetch(served.url + path)).json() as Promise<any>;
    expect(await get(paths.metadata)).toMatchObject({
      issuer: address,
      token_endpoint: tokenUrl,
      jwks_uri: `${address}${paths.keys}`,
      token_endpoint_auth_methods_supported: ["private_key_jwt"],
      token_endpoint_auth_signing_alg_values_supported: ["RS512", "EdDSA"],
    });
    const kidOf = (token: string) => JSON.parse(Buffer.from(token.split(".")[0]!, "base64url").toString()).kid;
    const kids = async () => (await get(paths.keys)).keys.map(({ kid }: JWK) => kid);
    const before = (await ask(await asSystem())).json.access_token;
    expect(await kids()).toEqual([kidOf(before)]);
    expect(JSON.stringify(await get(paths.keys))).not.toContain('"d"');
    const next = await rotateTokenKey(test.store.tokenIssuing, { now: time, by: "test" });
    time = new Date(time.getTime() + rotation.rereadMs + 1);
    expect((await kids()).sort()).toEqual([kidOf(before), next].sort());
    expect(kidOf((await ask(await asSystem())).json.access_token)).toBe(kidOf(before));
    time = new Date(time.getTime() + rotation.aheadMs);
    const after = (await ask(await asSystem())).json.access_token;
    expect(kidOf(after)).toBe(next);
    await expect(hubProcess().authenticate(`Bearer ${after}`)).resolves.toMatchObject({ role: "vendor-lms" });
    time = new Date(time.getTime() + rotation.behindMs);
    expect(await kids()).toEqual([next]);
    // By itself, after a month.
    time = new Date(time.getTime() + rotation.everyMs);
    await kids();
    time = new Date(time.getTime() + rotation.rereadMs + 1);
    expect(await kids()).toHaveLength(2);
    const [row] = await test.rows("select encode(sealed, 'escape') as sealed from ops.token_key limit 1");
    expect(row!.sealed).not.toContain("kty");
  });

  it("ends a key at once that others know", async () => {
    const { authenticate } = hubProcess();
    const stolen = (await ask(await asSystem())).json.access_token;
    await expect(authenticate(`Bearer ${stolen}`)).resolves.toBeDefined();
    await rotateTokenKey(test.store.tokenIssuing, { now: time, by: "test", atOnce: true });
    time = new Date(time.getTime() + rotation.rereadMs + 1);
    await expect(authenticate(`Bearer ${stolen}`)).rejects.toThrow();
    await expect(authenticate(`Bearer ${(await ask(await asSystem())).json.access_token}`)).resolves.toBeDefined();
  });
});

it("keeps of an assertion a digest only", async () => {
  const jti = "somebody-wrote-a-name-here";
  await ask(await asSystem({ jti }));
  const rows = await test.rows("select * from ops.client_assertion");
  expect(JSON.stringify(rows)).not.toContain(jti);
  expect(rows.map(({ jti_sha256 }) => jti_sha256)).toContain(createHash("sha256").update(jti).digest("base64url"));
});
