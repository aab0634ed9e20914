import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { fixedClock } from "../platform/clock";
import { createAuthenticator, Unauthenticated } from "./auth";

const clock = fixedClock("2026-11-22T12:00:00Z");
const at = clock.now().getTime() / 1000;

async function issuerWith(algorithm: "EdDSA" | "ES256", namesPersons = false) {
  const { publicKey, privateKey } = await generateKeyPair(algorithm, { extractable: true });
  const trusted = {
    issuer: "https://issuer.example",
    audience: "lanyard",
    algorithms: [algorithm],
    key: await exportJWK(publicKey),
    namesPersons,
  };
  const token = (claims: Record<string, unknown>, over: { aud?: string; exp?: number; iss?: string } = {}) =>
    new SignJWT(claims)
      .setProtectedHeader({ alg: algorithm })
      .setIssuer(over.iss ?? trusted.issuer)
      .setAudience(over.aud ?? "lanyard")
      .setSubject("somebody")
      .setExpirationTime(over.exp ?? at + 60)
      .sign(privateKey);
  return { trusted, token };
}

test("claims become a principal, and a person is believed only from an issuer that may name persons", async () => {
  const claims = { role: "hr", org: "ZQA", aal: 3, purpose: "EMPLOYMENT PLACEMENT", scope: "R3", act: { sub: "client" }, person: "p" };
  for (const namesPersons of [false, true]) {
    const { trusted, token } = await issuerWith("EdDSA", namesPersons);
    const principal = await createAuthenticator({ issuers: [trusted], clock })(`Bearer ${await token(claims)}`);
    expect(principal).toEqual({
      issuer: "https://issuer.example",
      subject: "somebody",
      org: "ZQA",
      role: "hr",
      person: namesPersons ? "p" : undefined,
      act: "client",
      scope: ["R3"],
      aal: 3,
      purposes: ["EMPLOYMENT", "PLACEMENT"],
    });
  }
});

test("another audience, an expired token, another issuer, another key, another algorithm and no role are refused", async () => {
  const { trusted, token } = await issuerWith("EdDSA");
  const other = await issuerWith("EdDSA");
  const foreignAlgorithm = await issuerWith("ES256");
  const authenticate = createAuthenticator({ issuers: [trusted], clock });
  const role = { role: "hr" };
  const refused = [
    await token(role, { aud: "elsewhere" }),
    await token(role, { exp: at - 60 }),
    await token(role, { iss: "https://other.example" }),
    await other.token(role),
    await foreignAlgorithm.token(role),
    await token({}),
    await token({ role: "admin" }),
    "",
  ];
  for (const bearer of refused) await expect(authenticate(`Bearer ${bearer}`)).rejects.toBeInstanceOf(Unauthenticated);
  await expect(authenticate(undefined)).rejects.toBeInstanceOf(Unauthenticated);
  await expect(authenticate(`Bearer ${await token(role)}`)).resolves.toMatchObject({ role: "hr", aal: 0 });
});
