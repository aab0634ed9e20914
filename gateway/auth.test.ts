import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { fixedClock } from "../platform/clock";
import { createAuthenticator, type RoleAssignment, type TrustedIssuer, Unauthenticated } from "./auth";

const clock = fixedClock("2026-11-22T12:00:00Z");
const at = clock.now().getTime() / 1000;
const name = "https://issuer.example";

async function issuerWith(kind: TrustedIssuer["kind"], over: Partial<TrustedIssuer> = {}, algorithm: "EdDSA" | "ES256" = "EdDSA") {
  const { publicKey, privateKey } = await generateKeyPair(algorithm, { extractable: true });
  const trusted: TrustedIssuer = {
    issuer: name,
    audience: "lanyard",
    algorithms: [algorithm],
    key: await exportJWK(publicKey),
    kind,
    ...over,
  };
  const token = (claims: Record<string, unknown>, typ?: string) =>
    new SignJWT({ iss: name, aud: "lanyard", sub: "somebody", exp: at + 60, iat: at, ...claims })
      .setProtectedHeader({ alg: algorithm, ...(typ ? { typ } : {}) })
      .sign(privateKey);
  return { trusted, token };
}
const refused = expect.any(Unauthenticated);

const everything = { role: "hr", org: "ZQA", aal: 3, purpose: "EMPLOYMENT PLACEMENT", scope: "R3", person: "p" };

test("of the hub's own tokens the role, and of the development issuer also the person, are believed", async () => {
  const clients = [{ id: "client", labels: ["R3" as const] }];
  for (const kind of ["development", "hub"] as const) {
    const { trusted, token } = await issuerWith(kind, { clients });
    const typ = kind === "hub" ? "at+jwt" : undefined;
    const principal = await createAuthenticator({ issuers: [trusted], clock })(
      `Bearer ${await token({ ...everything, act: { sub: "client" } }, typ)}`,
    );
    expect(principal).toEqual({
      issuer: name,
      subject: "somebody",
      org: "ZQA",
      role: "hr",
      person: kind === "development" ? "p" : undefined,
      act: "client",
      scope: ["R3"],
      registered: ["R3"],
      aal: 3,
      purposes: ["EMPLOYMENT", "PLACEMENT"],
    });
  }
});

test("a client that is not registered any more is none: the hub's token is refused, a development token covers nothing", async () => {
  const hub = await issuerWith("hub", { clients: [] });
  const acts = { ...everything, role: "passport", act: { sub: "client" } };
  await expect(createAuthenticator({ issuers: [hub.trusted], clock })(`Bearer ${await hub.token(acts, "at+jwt")}`)).rejects.toEqual(
    refused,
  );
  const development = await issuerWith("development");
  const principal = await createAuthenticator({ issuers: [development.trusted], clock })(`Bearer ${await development.token(acts)}`);
  expect(principal.registered).toBeUndefined();
});

test("a login says who somebody is and how surely, and nothing of what they are", async () => {
  const levels = [
    { claim: "acr", value: "AAL3_ANY", aal: 3 },
    { claim: "acr", value: "AAL2_OR_AAL3_ANY", aal: 2 },
    { claim: "level", value: "3", aal: 3 },
  ];
  const { trusted, token } = await issuerWith("staff", { levels, uuidClaim: "nhsid_useruid", maxAgeSeconds: 900 });
  const authenticate = createAuthenticator({ issuers: [trusted], clock });
  const read = async (claims: Record<string, unknown>) => authenticate(`Bearer ${await token({ ...everything, ...claims })}`);
  expect(await read({ acr: "AAL2_OR_AAL3_ANY", nhsid_useruid: "555036632103" })).toEqual({
    issuer: name,
    subject: "somebody",
    org: undefined,
    role: "self",
    person: undefined,
    crsUuid: "555036632103",
    login: "staff",
    act: undefined,
    scope: [],
    aal: 2,
    purposes: ["SELF_VIEW"],
  });
  expect((await read({ acr: "AAL3_ANY" })).aal).toBe(3);
  expect((await read({ acr: "AAL2_OR_AAL3_ANY", level: 3 })).aal).toBe(3);
  expect((await read({ acr: "AAL1_USERPASS" })).aal).toBe(0);
  await expect(read({ act: { sub: "front-end" } })).rejects.toEqual(refused);
  await expect(read({ iat: at - 1000 })).rejects.toEqual(refused);
  await expect(read({ iat: undefined })).rejects.toEqual(refused);
  const person = await issuerWith("person", { uuidClaim: "nhsid_useruid" });
  const principal = await createAuthenticator({ issuers: [person.trusted], clock })(
    `Bearer ${await person.token({ nhsid_useruid: "555036632103" })}`,
  );
  expect(principal).toMatchObject({ login: "person", role: "self" });
  expect(principal.crsUuid).toBeUndefined();
});

test("a person's identity must have been proved as the configuration asks", async () => {
  const { trusted, token } = await issuerWith("person", { requires: { identity_proofing_level: "P9" } });
  const authenticate = createAuthenticator({ issuers: [trusted], clock });
  await expect(authenticate(`Bearer ${await token({ identity_proofing_level: "P5" })}`)).rejects.toEqual(refused);
  await expect(authenticate(`Bearer ${await token({})}`)).rejects.toEqual(refused);
  await expect(authenticate(`Bearer ${await token({ identity_proofing_level: "P9" })}`)).resolves.toMatchObject({ role: "self" });
});

test("somebody comes in a role that was assigned to them, at that organisation, by that login, and in no other", async () => {
  const { trusted, token } = await issuerWith("staff", { uuidClaim: "uuid" });
  const roleAssignments: RoleAssignment[] = [
    { issuer: name, subject: "somebody", role: "hr", organisation: "ZQA" },
    { issuer: name, uuid: "555036632103", role: "ops" },
    { issuer: name, subject: "another", role: "oh", organisation: "ZQA" },
    { issuer: "https://other.example", subject: "somebody", role: "auditor", organisation: "ZQA" },
  ];
  const authenticate = createAuthenticator({ issuers: [trusted], clock, roleAssignments });
  const as = async (role: string | undefined, claims = {}, purpose?: string) =>
    authenticate(`Bearer ${await token(claims)}`, { role, purpose });
  expect(await as(undefined)).toMatchObject({ role: "self", org: undefined });
  expect(await as("hr ZQA")).toMatchObject({ role: "hr", org: "ZQA", person: undefined, purposes: expect.arrayContaining(["EMPLOYMENT"]) });
  expect((await as("hr ZQA", {}, "PLACEMENT OH_CARE")).purposes).toEqual(["PLACEMENT"]);
  expect(await as("ops", { uuid: "555036632103" })).toMatchObject({ role: "ops", org: undefined });
  for (const role of ["hr", "hr ZQB", "oh ZQA", "ops", "auditor ZQA", "hr ZQA ", "HR ZQA", ""])
    await expect(as(role)).rejects.toEqual(refused);
  const person = await issuerWith("person");
  const asPerson = createAuthenticator({ issuers: [person.trusted], clock, roleAssignments });
  await expect(asPerson(`Bearer ${await person.token({})}`, { role: "hr ZQA" })).rejects.toEqual(refused);
});

test("another audience, several, an expired token, another issuer, key, algorithm or type, and no role are refused", async () => {
  const { trusted, token } = await issuerWith("development");
  const other = await issuerWith("development");
  const foreignAlgorithm = await issuerWith("development", {}, "ES256");
  const authenticate = createAuthenticator({ issuers: [trusted], clock });
  const role = { role: "hr" };
  const attempts = [
    await token({ ...role, aud: "elsewhere" }),
    await token({ ...role, aud: ["lanyard", "elsewhere"] }),
    await token({ ...role, exp: at - 60 }),
    await token({ ...role, nbf: at + 60 }),
    await token({ ...role, iss: "https://other.example" }),
    await token({ ...role, sub: "" }),
    await token({ ...role, sub: "x".repeat(256) }),
    await token(role, "logout+jwt"),
    await other.token(role),
    await foreignAlgorithm.token(role),
    await token({}),
    await token({ role: "admin" }),
    "",
  ];
  for (const bearer of attempts) await expect(authenticate(`Bearer ${bearer}`)).rejects.toEqual(refused);
  await expect(authenticate(undefined)).rejects.toEqual(refused);
  await expect(authenticate(`Bearer ${await token(role)}`)).resolves.toMatchObject({ role: "hr", aal: 0 });
});
