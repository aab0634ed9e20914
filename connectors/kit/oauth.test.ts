import { generateKeyPairSync } from "node:crypto";
import { decodeJwt, decodeProtectedHeader, jwtVerify } from "jose";
import type { Http, HttpRequest } from "../connector";
import { answerOf } from "./answer";
import { clientCredentials, privateKeyJwt } from "./oauth";

const tokenUrl = "https://vendor.example/oauth2/token";
function desk(reply: (turn: number) => { status: number; body: unknown }) {
  const seen: HttpRequest[] = [];
  const http: Http = {
    async request(request) {
      const { status, body } = reply(seen.length);
      seen.push(request);
      return answerOf({
        status,
        headers: { "content-type": "application/json" },
        bytes: Buffer.from(JSON.stringify(body)),
        host: "vendor.example",
        operation: "POST token",
      });
    },
  };
  return { http, seen };
}
const good = (turn: number) => ({ status: 200, body: { access_token: `t${turn}`, expires_in: 3600 } });
const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const privateKeyPem = privateKey.export({ type: "pkcs8", format: "pem" }) as string;

test("a token is fetched once for everybody, and again after it was forgotten", async () => {
  const { http, seen } = desk(good);
  const token = clientCredentials({ http, tokenUrl, clientId: "hub", clientSecret: "s" });
  expect(await Promise.all([token(), token(), token()])).toEqual(["t0", "t0", "t0"]);
  token.invalidate("t0");
  expect(await token()).toBe("t1");
  // Somebody else's request was on its way with the old one.
  token.invalidate("t0");
  expect(await token()).toBe("t1");
  expect(seen).toHaveLength(2);
});

test.each([
  [400, { error: "invalid_request", error_description: "Invalid secret" }],
  [401, { error: "invalid_client" }],
  [400, { error: "hunter_two_as_a_word", error_description: "hunter2" }],
  [403, null],
])("a rejected secret is a rejected credential, whatever the status: %d", async (status, body) => {
  const token = clientCredentials({ http: desk(() => ({ status, body })).http, tokenUrl, clientId: "hub", clientSecret: "hunter2" });
  const error = await token().catch((caught) => caught);
  expect(error).toMatchObject({ code: "CREDENTIALS_REJECTED", class: "auth" });
  expect(JSON.stringify(error)).not.toMatch(/hunter2|hunter_two|Invalid secret/);
});

test("an answer without a token is not one", async () => {
  const token = clientCredentials({ http: desk(() => ({ status: 200, body: {} })).http, tokenUrl, clientId: "hub", clientSecret: "s" });
  await expect(token()).rejects.toMatchObject({ code: "UNEXPECTED_ANSWER", class: "schema" });
});

test("a signed assertion names client, audience to the letter, key and a new id each time, for five minutes at most", async () => {
  const { http, seen } = desk(good);
  const token = privateKeyJwt({ http, tokenUrl, clientId: "hub", privateKeyPem, keyId: "k1" });
  token.invalidate(await token());
  await token();
  const assertions = seen.map(({ form }) => new Map(form).get("client_assertion")!);
  const { payload } = await jwtVerify(assertions[0]!, publicKey, { audience: tokenUrl, issuer: "hub", subject: "hub" });
  expect(payload.exp! - payload.iat!).toBeLessThanOrEqual(300);
  expect(decodeProtectedHeader(assertions[0]!)).toMatchObject({ alg: "RS512", kid: "k1" });
  expect(decodeJwt(assertions[1]!).jti).not.toBe(payload.jti);
});

test("a key that is none is a fault of the settings, and is not repeated", async () => {
  const token = privateKeyJwt({ http: desk(good).http, tokenUrl, clientId: "hub", privateKeyPem: "-----BEGIN half a key", keyId: "k1" });
  const error = await token().catch((caught) => caught);
  expect(error).toMatchObject({ code: "SETTINGS_INVALID", class: "settings" });
  expect(JSON.stringify(error)).not.toContain("half a key");
});
