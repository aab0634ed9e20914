/** A login at a real OpenID provider, all the way to an answer of the graph: staff, a person, and a front-end for a person. */
import { randomUUID } from "node:crypto";
import { createLocalJWKSet, exportJWK, generateKeyPair, jwtVerify, SignJWT } from "jose";
import { frozenRows } from "../../../cli/commands/problems";
import { composeGraph, type Graph } from "../../../cli/compose/graph";
import { systemClock } from "../../../platform/clock";
import { anEsrPerson, employed, writeGoFile } from "../../builders/esr-files";
import { hr, type TestHub, testFolder, testHub } from "../../builders/hub";
import { type LoginAccount, type LoginService, startLoginService } from "../../builders/login-service";
import { type Served, serve } from "../../supergraph/serve";

const address = "http://127.0.0.1:4000";
const nurse = anEsrPerson({ uuid: "555036632103" });
const doctor = anEsrPerson({ uuid: "555036632104" });
const twin = anEsrPerson({ uuid: "555036632105" });
const otherTwin = anEsrPerson({ uuid: "555036632105" });
const nobodys = anEsrPerson();
const me = "query Me { me { id name { given family } } }";

let cis2: LoginService;
let nhsLogin: LoginService;
let hub: TestHub;
let graph: Graph;
let served: Served;
let appKey: Parameters<SignJWT["sign"]>[0];

beforeAll(async () => {
  [cis2, nhsLogin] = await Promise.all([startLoginService("RS256"), startLoginService("RS512")]);
  const { publicKey, privateKey } = await generateKeyPair("EdDSA", { extractable: true });
  appKey = privateKey;
  const key = JSON.stringify({ ...(await exportJWK(publicKey)), kid: "app-1" });
  const folder = testFolder();
  hub = await testHub({
    folder,
    clock: systemClock,
    yaml: `mode: demonstration
publicAddress: ${address}
organisations: [{ odsCode: ZQA, vpd: "991", name: Northbridge }, { odsCode: ZQB, vpd: "992", name: Eastmoor }]
connections: [{ id: zqa-esr, connector: esr, organisations: [ZQA], settings: { folder: esr } }]
issuers:
  - { issuer: "${cis2.issuer}", kind: staff, jwks: "${cis2.jwks}", audience: lanyard, algorithms: [RS256] }
  - { issuer: "${nhsLogin.issuer}", kind: person, jwks: "${nhsLogin.jwks}", audience: lanyard, algorithms: [RS512] }
roleAssignments:
  - { issuer: "${cis2.issuer}", uuid: "555036632103", role: hr, organisation: ZQA }
clients:
  - { id: passport-app, title: Passport, kind: passport, keys: [${key}], labels: [R1, R2, R3], subjectAudience: app-at-login }
`,
  });
  writeGoFile(`${folder}/esr`, {
    kind: "GOF",
    day: "2026-11-19",
    sequence: 101,
    rows: employed(nurse, doctor, twin, otherTwin, nobodys),
  });
  await hub.sync("zqa-esr");
  graph = await composeGraph(hub.foundation, "all");
  served = await serve(graph.routes);
});
afterAll(async () => {
  await served?.close();
  await graph?.close();
  await hub?.close();
  await Promise.all([cis2?.close(), nhsLogin?.close()]);
});

const asStaff = (id: string, more: Partial<LoginAccount> = {}) => cis2.signIn({ id, acr: "AAL3_ANY", nhsid_useruid: id, ...more });
const asPerson = (id: string, client?: string) => nhsLogin.signIn({ id, vot: "P9.Cp.Cd", identity_proofing_level: "P9" }, client);
const ask = (query: string, token: string, headers: Record<string, string> = {}, variables: Record<string, unknown> = {}) =>
  served.post("/graphql", { query, variables }, token, headers);
const staffMember = async (number: string) =>
  (
    await hub.ask(`query F($n: String!) { staffMemberByIdentifier(scheme: ESR_EMPLOYEE_NUMBER, value: $n, organisation: "ZQA") { id } }`, {
      n: number,
    })
  ).staffMemberByIdentifier.id as string;
const codeFor = async (id: string) =>
  (
    await hub.ask("mutation C($input: AccountCodeInput!) { issueAccountCode(input: $input) { code } }", {
      input: { staffMember: id, organisation: "ZQA" },
    })
  ).issueAccountCode.code as string;
const claim = async (token: string, code: string, birthDate: string) =>
  (
    await ask(
      "mutation Claim($input: ClaimAccountInput!) { claimAccount(input: $input) { account { id state kind how organisation { odsCode } } problem { code } } }",
      token,
      {},
      { input: { code, birthDate } },
    )
  ).json.data.claimAccount;
const accountsOf = async (id: string) =>
  (await hub.ask("query A($id: ID!) { accounts(staffMember: $id) { id state kind how problem { code next } } }", { id })).accounts;

test("a staff login sees its own record by the UUID that ESR has, and comes as HR only when it says so and holds that role", async () => {
  const token = await asStaff("555036632103");
  const own = await ask(me, token);
  expect(own.json.data.me.name).toEqual({ given: nurse.given, family: nurse.family });
  const asHr = await ask(
    `query D($id: ID!) { staffMember(id: $id) { name { family } } }`,
    token,
    { "lanyard-role": "hr ZQA" },
    { id: await staffMember(doctor.number) },
  );
  expect(asHr.json.data.staffMember.name.family).toBe(doctor.family);
  expect((await ask(me, token, { "lanyard-role": "oh ZQA" })).status).toBe(401);
  expect((await ask(me, await asStaff("555036632104"), { "lanyard-role": "hr ZQA" })).status).toBe(401);
  const [event] = await hub.rows(
    "select decision, kinds, staff_members from audit.event where operation = 'claim account' order by id limit 1",
  );
  expect(event).toMatchObject({ decision: "ALLOW", kinds: ["account"], staff_members: [own.json.data.me.id] });
});

test("claims of a login about role, person and organisation are nothing; two people with one UUID are nobody", async () => {
  const liar = { role: "ops", org: "ZQA", person: await staffMember(doctor.number) };
  const found = await ask(me, await asStaff("555036632103", liar));
  expect(found.json.data.me.name.family).toBe(nurse.family);
  expect((await ask(me, await asStaff("555036632105"))).json.data.me).toBeNull();
  expect((await ask(me, await asStaff("555036632103", { act: { sub: "passport-app" } }))).status).toBe(401);
});

test("a person claims the record with HR's code and the date of birth; a second login freezes both until HR settles it", async () => {
  const id = await staffMember(nobodys.number);
  const [mine, another] = [await asPerson("nhs-login-1"), await asPerson("nhs-login-2")];
  expect((await ask(me, mine)).json.data.me).toBeNull();
  const code = await codeFor(id);
  expect(await claim(mine, code, "1900-01-01")).toEqual({ account: null, problem: { code: "ACCOUNT_CODE_REFUSED" } });
  expect(await claim(mine, code, nobodys.born)).toEqual({
    account: { id: expect.any(String), state: "ACTIVE", kind: "PERSON", how: "CODE", organisation: { odsCode: "ZQA" } },
    problem: null,
  });
  expect((await ask(me, mine)).json.data.me.id).toBe(id);
  expect(await claim(another, code, nobodys.born)).toEqual({ account: null, problem: { code: "ACCOUNT_CODE_REFUSED" } });
  expect((await claim(another, await codeFor(id), nobodys.born)).account.state).toBe("FROZEN");
  for (const token of [mine, another]) expect((await ask(me, token)).json.data.me).toBeNull();
  const [second, first] = await accountsOf(id);
  expect([first, second].map(({ state, problem }) => [state, problem.code])).toEqual([
    ["FROZEN", "ACCOUNT_FROZEN"],
    ["FROZEN", "ACCOUNT_FROZEN"],
  ]);
  // It is a problem of the trust's HR until then, with the command that shows the two.
  expect(await frozenRows(hub.foundation)).toEqual([
    expect.objectContaining({
      code: "ACCOUNT_FROZEN",
      owner: "trust",
      organisations: ["ZQA"],
      count: 2,
      next: expect.stringContaining(`npx lanyard accounts list ${id} --organisation ZQA`),
    }),
  ]);
  const revoke = "mutation R($input: RevokeAccountInput!) { revokeAccount(input: $input) { account { state } problem { code } } }";
  const input = { account: second.id, reason: "not hers" };
  expect((await hub.ask(revoke, { input }, hr("ZQB"))).revokeAccount.problem.code).toBe("ACCOUNT_NOT_FOUND");
  expect((await hub.ask(revoke, { input })).revokeAccount.account.state).toBe("REVOKED");
  expect((await ask(me, mine)).json.data.me.id).toBe(id);
  expect((await ask(me, another)).json.data.me).toBeNull();
  expect(await frozenRows(hub.foundation)).toEqual([]);
  expect((await accountsOf(id)).map(({ state }: { state: string }) => state)).toEqual(["REVOKED", "ACTIVE"]);
});

test("HR of another trust gives no code, and sees no logins", async () => {
  const id = await staffMember(doctor.number);
  const input = { staffMember: id, organisation: "ZQB" };
  const given = hub.ask("mutation C($input: AccountCodeInput!) { issueAccountCode(input: $input) { code } }", { input }, hr("ZQB"));
  expect((await given).issueAccountCode).toBeNull();
  expect((await hub.ask("query A($id: ID!) { accounts(staffMember: $id) { id } }", { id }, hr("ZQB"))).accounts).toBeNull();
});

async function exchanged(subject_token: string, scope = "R1 R2") {
  const now = Math.floor(Date.now() / 1000);
  const client_assertion = await new SignJWT({ jti: randomUUID() })
    .setProtectedHeader({ alg: "EdDSA", kid: "app-1" })
    .setIssuer("passport-app")
    .setSubject("passport-app")
    .setAudience(`${address}/oauth2/token`)
    .setExpirationTime(now + 240)
    .sign(appKey);
  const answer = await fetch(`${served.url}/oauth2/token`, {
    method: "POST",
    body: new URLSearchParams({
      grant_type: "urn:ietf:params:oauth:grant-type:token-exchange",
      subject_token,
      subject_token_type: "urn:ietf:params:oauth:token-type:id_token",
      scope,
      client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
      client_assertion,
    }),
  });
  return { status: answer.status, json: (await answer.json()) as any };
}

test("a front-end exchanges a person's login for a token with which it acts; without the person's approval it is shown nothing", async () => {
  const { status, json } = await exchanged(await asPerson("nhs-login-1", "app-at-login"));
  expect({ status, scope: json.scope }).toEqual({ status: 200, scope: "R1 R2" });
  const keys = createLocalJWKSet((await (await fetch(`${served.url}/oauth2/jwks`)).json()) as never);
  const { payload } = await jwtVerify(json.access_token, keys, { issuer: address, audience: `${address}/graphql` });
  expect(payload).toMatchObject({ sub: "nhs-login-1", act: { sub: "passport-app" }, aal: 2, role: "passport" });
  const answer = await ask(me, json.access_token);
  expect(answer.status).toBe(200);
  expect(answer.json.data.me).toBeNull();
  // The person approves it: only who is in the configuration as a front-end, and what it is registered for.
  const person = await asPerson("nhs-login-1");
  const approve = async (client: string, recordTypes: string[]) =>
    (
      await ask(
        "mutation A($input: ApproveClientInput!) { approveClient(input: $input) { client } }",
        person,
        {},
        { input: { client, recordTypes } },
      )
    ).json.errors?.[0]?.extensions;
  expect(await approve("another-app", ["PERSONAL_DETAILS"])).toMatchObject({ code: "BAD_USER_INPUT", field: "client" });
  expect(await approve("passport-app", ["IMMUNISATIONS"])).toMatchObject({ code: "BAD_USER_INPUT", field: "recordTypes" });
  expect(await approve("passport-app", ["PERSONAL_DETAILS"])).toBeUndefined();
  expect((await ask(me, json.access_token)).json.data.me.name.given).toEqual(expect.any(String));
  await ask('mutation { revokeClient(client: "passport-app") { client } }', person);
  expect((await ask(me, json.access_token)).json.data.me).toBeNull();
  const again = await exchanged(json.access_token);
  expect({ status: again.status, error: again.json.error }).toEqual({ status: 400, error: "invalid_grant" });
  expect((await exchanged(await asPerson("nhs-login-1"))).json.error).toBe("invalid_grant");
});

test("the login service changes its key without a gap, and while it is down what is known goes on", async () => {
  const before = await asStaff("555036632103");
  await cis2.rotate();
  await fetch(cis2.jwks);
  expect((await ask(me, before)).status).toBe(200);
  await cis2.process.kill();
  expect((await ask(me, before)).status).toBe(200);
  const [head, claims] = before.split(".");
  const forged = `${Buffer.from(JSON.stringify({ ...JSON.parse(Buffer.from(head!, "base64url").toString()), kid: "new" })).toString("base64url")}.${claims}.${before.split(".")[2]}`;
  expect((await ask(me, forged)).status).toBe(401);
});
