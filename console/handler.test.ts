import { createServer, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, generateKeyPair, type JWK } from "jose";
import { decide } from "../access/decide";
import { noFacts } from "../access/facts";
import { fixedClock } from "../platform/clock";
import { consoleHandler } from "./handler";
import { createSessions, type Operator } from "./session";

const operators: Operator[] = [
  { name: "P. Okafor", role: "ops" },
  { name: "L. Hart", role: "trust-admin", organisation: "ZQA" },
];
const clock = fixedClock("2026-11-22T09:00:00Z");
const asked: { query: string; principal: unknown }[] = [];
let answer: unknown = { operations: { asOf: "2026-11-22T09:00:00Z", causes: [] } };
let key: JWK;
let server: Server;
let url: string;

const assets = {
  style: "console-1.css",
  icon: "icon-1.svg",
  files: new Map([["console-1.css", { type: "text/css; charset=utf-8", body: Buffer.from("body{}") }]]),
};
async function serve(signedIn: boolean): Promise<{ server: Server; url: string }> {
  const handle = consoleHandler({
    assets,
    clock,
    ask: async (query, _, principal) => {
      asked.push({ query, principal });
      if (answer instanceof Error) throw answer;
      return answer as never;
    },
    may: (principal, act, organisation) => decide(principal, act, { controllerOrg: organisation }, noFacts, clock.now()).effect === "allow",
    signIn: signedIn ? { operators, sessions: await createSessions({ key, clock, operators }) } : undefined,
    demonstration: signedIn,
    hosts: [],
    log: { error: () => undefined },
  });
  const made = createServer((request, response) => {
    void handle(request, response).then((handled) => handled || response.writeHead(404).end("elsewhere"));
  });
  await new Promise<void>((resolve) => made.listen(0, "127.0.0.1", resolve));
  return { server: made, url: `http://127.0.0.1:${(made.address() as AddressInfo).port}` };
}
const stop = (one: Server) => {
  one.closeAllConnections();
  return new Promise<void>((resolve) => one.close(() => resolve()));
};

beforeAll(async () => {
  const pair = await generateKeyPair("EdDSA", { extractable: true });
  key = await exportJWK(pair.privateKey);
  ({ server, url } = await serve(true));
});
afterAll(() => stop(server));
beforeEach(() => {
  asked.length = 0;
  answer = { operations: { asOf: "2026-11-22T09:00:00Z", causes: [] } };
});

const get = (path: string, cookie = "", at = url) => fetch(at + path, { redirect: "manual", headers: { cookie, connection: "close" } });
const post = (path: string, form: Record<string, string>, cookie = "", headers: Record<string, string> = { origin: url }) =>
  fetch(url + path, {
    method: "POST",
    redirect: "manual",
    headers: { cookie, connection: "close", ...headers },
    body: new URLSearchParams(form),
  });
const cookieOf = (response: Response) => (response.headers.get("set-cookie") ?? "").split(";")[0]!;
const tokenIn = (html: string) => /name="csrf" value="([^"]+)"/.exec(html)?.[1] ?? "";

async function visitor() {
  const response = await get("/console/sign-in");
  return { cookie: cookieOf(response), csrf: tokenIn(await response.text()) };
}
async function signedIn(operator = "P. Okafor", next = ""): Promise<{ cookie: string; response: Response }> {
  const { cookie, csrf } = await visitor();
  const response = await post("/console/sign-in", { csrf, operator, next }, cookie);
  return { cookie: cookieOf(response), response };
}

test("without a session every page leads to the sign-in, and nothing is asked of the graph", async () => {
  for (const path of ["/console", "/console/", "/console/problems", "/console/rows?of=WAITING", "/console/nothing", "/console/courses/x"]) {
    const response = await get(path);
    expect([path, response.status]).toEqual([path, 303]);
    expect(response.headers.get("location")).toMatch(/^\/console\/sign-in/);
  }
  expect((await post("/console/courses/apply", { replay: "x" })).headers.get("location")).toBe("/console/sign-in");
  expect(asked).toEqual([]);
});

test("an operator signs in and is asked for under that very name, role and level", async () => {
  const { cookie, response } = await signedIn("L. Hart");
  expect([response.status, response.headers.get("location")]).toEqual([303, "/console"]);
  expect(response.headers.get("set-cookie")).toMatch(/; Path=\/console; HttpOnly; SameSite=Strict; Max-Age=\d+$/);
  expect((await get("/console/problems", cookie)).status).toBe(200);
  expect(asked[0]!.principal).toMatchObject({
    subject: "console:L. Hart",
    role: "trust-admin",
    org: "ZQA",
    aal: 2,
    purposes: ["SETTINGS"],
  });
});

test("signing in leads on to a page of the console and nowhere else", async () => {
  expect((await signedIn("P. Okafor", "/console/problems?owner=VENDOR")).response.headers.get("location")).toBe(
    "/console/problems?owner=VENDOR",
  );
  for (const next of [
    "https://elsewhere.example",
    "//elsewhere.example",
    "/console//elsewhere.example",
    "/graphql",
    "/console/../graphql",
    "/console/\r\nx: y",
  ]) {
    expect([next, (await signedIn("P. Okafor", next)).response.headers.get("location")]).toEqual([next, "/console"]);
  }
});

test("a sign-in without its token, with another visitor's, or from another site is refused", async () => {
  const one = await visitor();
  const other = await visitor();
  const operator = "P. Okafor";
  expect((await post("/console/sign-in", { operator }, one.cookie)).status).toBe(403);
  expect((await post("/console/sign-in", { operator, csrf: other.csrf }, one.cookie)).status).toBe(403);
  expect((await post("/console/sign-in", { operator, csrf: one.csrf })).status).toBe(403);
  for (const origin of ["https://elsewhere.example", "null", ""]) {
    const headers = (origin ? { origin } : {}) as Record<string, string>;
    expect([origin, (await post("/console/sign-in", { operator, csrf: one.csrf }, one.cookie, headers)).status]).toEqual([origin, 403]);
  }
  expect((await post("/console/sign-in", { operator: "Somebody else", csrf: one.csrf }, one.cookie)).status).toBe(400);
});

test("every form needs the token of its own session", async () => {
  const { cookie } = await signedIn();
  const { cookie: others } = await signedIn();
  const csrf = tokenIn(await (await get("/console/problems", cookie)).text());
  const foreign = tokenIn(await (await get("/console/problems", others)).text());
  expect(csrf).not.toBe(foreign);
  for (const form of [{}, { csrf: foreign }, { csrf: `${csrf}x` }] as Record<string, string>[]) {
    expect((await post("/console/sign-out", form, cookie)).status).toBe(403);
    expect((await post("/console/courses/apply", form, cookie)).status).toBe(403);
  }
  expect((await get("/console/problems", cookie)).status).toBe(200);
  expect((await post("/console/sign-out", { csrf }, cookie)).status).toBe(303);
});

test("a session ends by logging out, by time, and with the operator; one that was changed is none", async () => {
  const { cookie } = await signedIn();
  const csrf = tokenIn(await (await get("/console/problems", cookie)).text());
  const out = await post("/console/sign-out", { csrf }, cookie);
  expect(out.headers.get("set-cookie")).toContain("Max-Age=0");
  // Kept by somebody who copied it before: it is over here too.
  expect((await get("/console/problems", cookie)).status).toBe(303);

  const later = await signedIn();
  expect((await get("/console/problems", `${later.cookie}x`)).status).toBe(303);
  const [head, body, signature] = later.cookie.split(".");
  const claims = JSON.parse(Buffer.from(body!, "base64url").toString());
  const forged = Buffer.from(JSON.stringify({ ...claims, sub: "L. Hart", role: "trust-admin", org: "ZQA" })).toString("base64url");
  expect((await get("/console/problems", `${head}.${forged}.${signature}`)).status).toBe(303);
  const unsigned = `lanyard-console=${Buffer.from('{"alg":"none"}').toString("base64url")}.${body}.`;
  expect((await get("/console/problems", unsigned)).status).toBe(303);

  const elsewhere = await createSessions({ key, clock, operators: [operators[1]!] });
  expect(await elsewhere.read(later.cookie)).toBeUndefined();
  clock.advance(8 * 3600_000 + 1000);
  expect((await get("/console/problems", later.cookie)).status).toBe(303);
});

test("what a caller may not see, or does not exist, is a page with its status and nothing of the cause", async () => {
  const { cookie } = await signedIn();
  const statuses = async (path: string) => (await get(path, cookie)).status;
  expect(await statuses("/console/nothing")).toBe(404);
  expect(await statuses("/console/problems/GONE")).toBe(404);
  expect(await statuses("/console/rows?of=EVERYTHING")).toBe(400);
  expect(await statuses("/console/rows?of=ACTIVE")).toBe(400);
  expect(await statuses("/console/%E0%A4%A")).toBe(400);
  answer = { operations: null };
  expect(await statuses("/console/problems")).toBe(403);
  answer = new Error("relation staff.personal_details does not exist");
  const failed = await get("/console/problems", cookie);
  expect(failed.status).toBe(500);
  expect(await failed.text()).not.toContain("relation");
});

test("other methods, other bodies and other names of this machine are refused", async () => {
  const { cookie } = await signedIn();
  for (const method of ["PUT", "DELETE", "PATCH", "OPTIONS"]) {
    const response = await fetch(`${url}/console`, { method, headers: { cookie, connection: "close" } });
    expect([method, response.status, response.headers.get("allow")]).toEqual([method, 405, "GET, HEAD, POST"]);
  }
  expect((await post("/console/problems", { csrf: tokenIn(await (await get("/console/problems", cookie)).text()) }, cookie)).status).toBe(
    405,
  );
  expect((await get("/console/sign-out", cookie)).status).toBe(405);
  const json = { method: "POST", headers: { cookie, origin: url, "content-type": "application/json", connection: "close" }, body: "{}" };
  expect((await fetch(`${url}/console/sign-out`, json)).status).toBe(415);
  expect((await post("/console/sign-out", { csrf: "x".repeat(20_000) }, cookie)).status).toBe(413);
  const status = await new Promise((resolve, reject) => {
    request(`${url}/console`, { headers: { host: "elsewhere.example" } }, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .on("error", reject)
      .end();
  });
  expect(status).toBe(421);
});

test("the style sheet may be kept for a year, a page not at all; nothing on a page runs or comes from elsewhere", async () => {
  const style = await get("/console/assets/console-1.css");
  expect([style.status, style.headers.get("cache-control")]).toEqual([200, "public, max-age=31536000, immutable"]);
  expect((await get("/console/assets/..%2f..%2fpackage.json")).status).not.toBe(200);
  const { cookie } = await signedIn();
  const response = await get("/console/problems", cookie);
  const html = await response.text();
  expect(response.headers.get("cache-control")).toBe("no-store");
  expect(response.headers.get("content-security-policy")).toBe(
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
  );
  expect(response.headers.get("x-content-type-options")).toBe("nosniff");
  expect(html).not.toMatch(/<script|style="|javascript:|https?:\/\//i);
  expect(html).toContain("Synthetic people. Not an NHS service.");
  const head = await fetch(`${url}/console/problems`, { method: "HEAD", headers: { cookie, connection: "close" } });
  expect([head.status, await head.text()]).toEqual([200, ""]);
});

test("what a source has written is text on the page, never markup", async () => {
  const { cookie } = await signedIn();
  const at = {
    system: { id: "a", title: '<img src=x onerror="x">', organisations: [] },
    subject: "<b>bold</b>",
    say: "`<i>`",
    next: "",
    count: 1,
    rows: null,
    firstSeenAt: "2026-11-22T09:00:00Z",
    lastSeenAt: "2026-11-22T09:00:00Z",
  };
  answer = {
    operations: {
      asOf: "2026-11-22T09:00:00Z",
      causes: [{ code: "X", title: "T", owner: "HUB", count: 1, firstSeenAt: at.firstSeenAt, lastSeenAt: at.lastSeenAt, systems: [at] }],
    },
  };
  const html = await (await get("/console/problems/X", cookie)).text();
  expect(html).not.toMatch(/<img|<b>|<i>/);
  expect(html).toContain("&lt;b&gt;bold&lt;/b&gt;");
});

const snapshot = {
  id: "0b0c7d5e-6a7c-4d7e-9f2b-5a8f2f6c1d11",
  connectedSystemId: "zqa-moodle",
  organisations: [{ odsCode: "ZQA", name: "Northbridge" }],
  kind: "achievement",
  cause: "It lacks everything.",
  becomes: "NOT_AT_SOURCE",
  count: 1200,
  inForce: 1200,
  stillMissing: 1200,
  heldAt: "2026-11-21T09:00:00Z",
  mayDecide: true,
  whoDecides: "the trust's learning team",
  decidedAt: null,
  decidedBy: null,
  decision: null,
  reason: null,
  settled: null,
};

test("a held snapshot: the list leads to it, a decision needs the form's token and a reason, and says what it changed", async () => {
  const { cookie } = await signedIn();
  const address = `/console/held/${snapshot.id}`;
  answer = { open: [snapshot], decided: [], heldSnapshot: snapshot };
  expect(await (await get("/console/held", cookie)).text()).toContain(`href="${address}"`);
  const html = await (await get(address, cookie)).text();
  expect(html).toMatch(new RegExp(`formaction="${address}/release"`, "i"));
  const csrf = tokenIn(html);
  asked.length = 0;
  expect((await post(`${address}/release`, { reason: "because" }, cookie)).status).toBe(403);
  for (const reason of [" ", "x".repeat(1001)]) {
    const wrong = await post(`${address}/refuse`, { csrf, reason }, cookie);
    expect([wrong.status, (await wrong.text()).includes("There is a problem")]).toEqual([400, true]);
  }
  expect(asked.some(({ query }) => query.includes("mutation"))).toBe(false);
  const decided = { ...snapshot, mayDecide: false, decidedAt: "2026-11-22T09:00:00Z", decision: "REFUSED", reason: "because" };
  answer = { heldSnapshot: snapshot, answer: { settled: 1200, listedAgain: 0, heldSnapshot: decided, userErrors: [] } };
  const done = await post(`${address}/refuse`, { csrf, reason: "because" }, cookie);
  expect(done.status).toBe(200);
  expect(await done.text()).toContain("Refused: 1,200 records stay in force");
  expect(asked.at(-1)!.query).toContain("refuseHeldSnapshot");
  answer = { heldSnapshot: { ...snapshot, mayDecide: false } };
  expect(await (await get(address, cookie)).text()).not.toContain(`${address}/release`);
  answer = { heldSnapshot: null };
  expect((await get(address, cookie)).status).toBe(404);
});

test("replays: the list leads to the plan and how far it has got, and who may not see them is refused", async () => {
  const { cookie } = await signedIn();
  const replay = {
    id: snapshot.id,
    kind: "RECORDS",
    state: "APPLYING",
    subject: "connection zqa-moodle",
    organisations: snapshot.organisations,
    records: 60,
    lookedAt: 60,
    willChange: 20,
    unchanged: 39,
    willFail: 1,
    rawExpired: 0,
    rows: 40,
    withdrawn: 3,
    waiting: 0,
    failures: [{ code: "X", say: "It cannot be read.", next: "Ask for it again.", count: 1 }],
    rate: null,
    changed: 4,
    alreadyThere: 1,
    movedOn: 0,
    left: 15,
    plannedAt: "2026-11-22T08:00:00Z",
    startedAt: "2026-11-22T08:30:00Z",
    appliedAt: null,
    cancelledAt: null,
    reason: "the map was wrong",
    cancelReason: null,
  };
  answer = { operations: { asOf: "2026-11-22T09:00:00Z", replays: [replay], replay } };
  expect(await (await get("/console/replays", cookie)).text()).toContain(`href="/console/replays/${replay.id}"`);
  const html = await (await get(`/console/replays/${replay.id}`, cookie)).text();
  expect(html).toContain("Under way: 5 of 20 done");
  expect(html).toContain("It cannot be read.");
  const unknown = { willChange: null, unchanged: null, willFail: null, rawExpired: null, rows: null, withdrawn: null, waiting: null };
  const inPlanning = { ...replay, ...unknown, state: "PLANNING", lookedAt: 25, left: 0 };
  answer = { operations: { asOf: "2026-11-22T09:00:00Z", replay: inPlanning, replays: [inPlanning] } };
  const planning = await (await get(`/console/replays/${replay.id}`, cookie)).text();
  expect(planning).toContain("Being planned: 25 of 60 looked at");
  // A nought would read as nothing to do.
  expect(planning).toMatch(/Will change<\/dt><dd[^>]*>Not known</);
  expect(planning).not.toContain("Stay as they are");
  expect(await (await get("/console/replays", cookie)).text()).toMatch(/Will change.*Not known.*Left.*Not known/s);
  answer = { operations: { asOf: "2026-11-22T09:00:00Z", replays: null, replay: null } };
  expect((await get("/console/replays", cookie)).status).toBe(403);
  expect((await get(`/console/replays/${replay.id}`, cookie)).status).toBe(404);
});

test("in production there is no way in: the console says that sign-in is not configured", async () => {
  const closed = await serve(false);
  try {
    for (const path of ["/console", "/console/sign-in", "/console/rows?of=WAITING"]) {
      const response = await get(path, "", closed.url);
      expect([path, response.status]).toEqual([path, 503]);
      expect(await response.text()).toContain("Sign-in is not configured");
    }
    const sent = await fetch(`${closed.url}/console/sign-in`, {
      method: "POST",
      headers: { origin: closed.url, connection: "close" },
      body: new URLSearchParams({ operator: "P. Okafor" }),
    });
    expect([sent.status, sent.headers.get("set-cookie")]).toEqual([503, null]);
    expect(asked).toEqual([]);
  } finally {
    await stop(closed.server);
  }
});

test("another path is somebody else's", async () => {
  for (const path of ["/", "/consoles", "/graphql"]) expect(await (await get(path)).text()).toBe("elsewhere");
});
