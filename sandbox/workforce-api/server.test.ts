import { exportPKCS8, exportSPKI, generateKeyPair, importPKCS8, SignJWT } from "jose";
import { fixedClock } from "../../platform/clock";
import { startWorkforceApi, type WorkforceApi } from "./server";

const clock = fixedClock("2026-11-22T10:00:00Z");
let api: WorkforceApi;
let pem: string;

beforeAll(async () => {
  const pair = await generateKeyPair("RS512", { extractable: true });
  pem = await exportPKCS8(pair.privateKey);
  const employee = (id: string) => ({ id, firstName: "Amara", surname: "Testwell", birthDate: "1991-03-04" });
  api = await startWorkforceApi({
    organisations: {
      ZQA: { employees: Array.from({ length: 55 }, (_, i) => employee(`w${i}`)), records: { w1: [{ recordType: "Observation" }] } },
    },
    clientId: "hub",
    publicKeyPem: await exportSPKI(pair.publicKey),
    keyId: "hub-1",
    clock,
  });
});
afterAll(() => api.close());

async function assertion(more: { aud?: string; kid?: string; seconds?: number; jti?: string } = {}): Promise<string> {
  const now = Math.floor(clock.now().getTime() / 1000);
  return new SignJWT({ jti: more.jti ?? Math.random().toString(36) })
    .setProtectedHeader({ alg: "RS512", kid: more.kid ?? "hub-1" })
    .setIssuer("hub")
    .setSubject("hub")
    .setAudience(more.aud ?? api.tokenUrl)
    .setExpirationTime(now + (more.seconds ?? 60))
    .sign(await importPKCS8(pem, "RS512"));
}
const ask = (client_assertion: string) =>
  fetch(api.tokenUrl, {
    method: "POST",
    body: new URLSearchParams({
      grant_type: "client_credentials",
      client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
      client_assertion,
    }),
  });
const token = async (): Promise<string> => ((await (await ask(await assertion())).json()) as { access_token: string }).access_token;
const get = (path: string, bearer: string) => fetch(`${api.url}${path}`, { headers: { Authorization: `Bearer ${bearer}` } });

describe("the simulated workforce system", () => {
  it.each([
    ["another audience", { aud: "https://elsewhere.example.test/token" }],
    ["an unknown key id", { kid: "another" }],
    ["a lifetime over five minutes", { seconds: 900 }],
    ["an assertion that has expired", { seconds: -60 }],
  ])("refuses an assertion with %s", async (_, more) => {
    expect((await ask(await assertion(more))).status).toBe(400);
  });

  it("refuses the same assertion twice", async () => {
    const once = await assertion();
    expect((await ask(once)).status).toBe(200);
    expect((await ask(once)).status).toBe(400);
  });

  it("lets a token expire", async () => {
    const bearer = await token();
    expect((await get("/organisations/ZQA/employees/w1", bearer)).status).toBe(200);
    clock.advance(3_600_000);
    const answer = await get("/organisations/ZQA/employees/w1", bearer);
    expect(answer.status).toBe(401);
    expect(await answer.json()).toMatchObject({ resourceType: "OperationOutcome", issue: [{ code: "invalid-credentials" }] });
  });

  it("searches without regard to case, stops at 50, and answers nobody with an empty list", async () => {
    const bearer = await token();
    expect(await (await get("/organisations/ZQA/employees?surname=TESTWELL", bearer)).json()).toHaveLength(50);
    expect(await (await get("/organisations/ZQA/employees?surname=Nobody", bearer)).json()).toEqual([]);
  });

  it("answers wrong questions as the contract does", async () => {
    const bearer = await token();
    expect((await get("/organisations/ZQA/employees", bearer)).status).toBe(400);
    expect((await get("/organisations/ZQA/employees?birthDate=04/03/1991", bearer)).status).toBe(400);
    expect((await get("/organisations/ZQZ/employees?surname=x", bearer)).status).toBe(404);
    expect((await get("/organisations/ZQA/employees/nobody/records", bearer)).status).toBe(404);
    expect(await (await get("/organisations/ZQA/employees/w1/records", bearer)).json()).toEqual({
      id: "w1",
      records: [{ recordType: "Observation" }],
    });
  });

  it("tells its state without a token", async () => {
    const answer = await fetch(`${api.url}/organisations/ZQA/_status`);
    expect(answer.headers.get("content-type")).toBe("application/health+json");
    expect(await answer.json()).toEqual({ status: "pass" });
  });

  it("shows its own clock, and a fault while asked to", async () => {
    const bearer = await token();
    api.control.fail("html", 1);
    const page = await get("/organisations/ZQA/employees/w1", bearer);
    expect(page.headers.get("content-type")).toBe("text/html");
    const answer = await get("/organisations/ZQA/employees/w1", bearer);
    expect(answer.headers.get("date")).toBe(clock.now().toUTCString());
  });

  it("holds an answer while it is slow, and gives it when the fault ends", async () => {
    const bearer = await token();
    await get("/organisations/ZQA/employees/w0", bearer);
    api.control.fail("slow", 1);
    const held = get("/organisations/ZQA/employees/w1", bearer);
    let answered = false;
    void held.then(() => {
      answered = true;
    });
    // Not before the first has arrived: only one answer is slow.
    while (!api.control.requests.at(-1)?.endsWith("/w1")) await new Promise(setImmediate);
    expect((await get("/organisations/ZQA/employees/w2", bearer)).status).toBe(200);
    expect(answered).toBe(false);
    api.control.fail(undefined);
    expect((await held).status).toBe(200);
  });
});
