import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { Readable } from "node:stream";
import { gzipSync } from "node:zlib";
import { hostGuard } from "../../platform/addresses";
import { fixedClock } from "../../platform/clock";
import { HubError } from "../../platform/errors";
import type { HttpRequest } from "../connector";
import { readBody } from "./answer";
import { selfSigned } from "./fixtures/self-signed";
import { createHttp, type HttpOptions } from "./http";

type Reply = (request: IncomingMessage, response: ServerResponse, turn: number) => void;

let server: Server;
let reply: Reply;
let turns: number;
let base: string;
const sockets = new Set<Socket>();
beforeAll(async () => {
  server = createServer((request, response) => reply(request, response, turns++));
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  base = `127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  for (const socket of sockets) socket.destroy();
  await new Promise((done) => server.close(done));
});
beforeEach(() => {
  turns = 0;
});

const json = (response: ServerResponse, body: unknown, headers: Record<string, string> = {}) => {
  response.writeHead(200, { "content-type": "application/json", ...headers });
  response.end(JSON.stringify(body));
};
const open: ReturnType<typeof createHttp>[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});
/** A clock that moves only when somebody sleeps: waits are seen, never waited for. */
function world(overrides: Partial<HttpOptions> = {}) {
  const clock = fixedClock("2026-11-22T10:00:00Z");
  const waits: number[] = [];
  const abort = new AbortController();
  const http = createHttp({
    allowedHosts: [base],
    requestsPerSecond: 1000,
    clock,
    sleep: async (ms) => {
      waits.push(ms);
      clock.advance(ms);
    },
    signal: abort.signal,
    insecureLoopback: true,
    random: () => 1,
    ...overrides,
  });
  open.push(http);
  const get = (path = "/", more: Partial<HttpRequest> = {}) => http.request({ url: `http://${base}${path}`, expect: "json", ...more });
  return { http, get, waits, clock, abort };
}
async function failure(promise: Promise<unknown>): Promise<HubError> {
  const error = await promise.then(
    () => undefined,
    (caught) => caught,
  );
  expect(error).toBeInstanceOf(HubError);
  return error as HubError;
}
const login = '<html><title>Trust</title><form action="/login"><input name="u"><input type="password" name="p"></form></html>';

describe("an answer", () => {
  test("is parsed, hashed and dated on the vendor's clock", async () => {
    reply = (_, response) => json(response, { ok: true }, { date: "Sun, 22 Nov 2026 09:59:00 GMT" });
    const answer = await world().get();
    expect(answer.json()).toEqual({ ok: true });
    expect(answer.vendorDate).toBe("2026-11-22T09:59:00.000Z");
    expect(answer.sha256).toMatch(/^[0-9a-f]{64}$/);
  });

  test("that is compressed is read, and a bomb is stopped by its size after decompression (V21)", async () => {
    reply = (_, response, turn) => {
      response.writeHead(200, { "content-type": "application/json", "content-encoding": "gzip" });
      response.end(gzipSync(turn === 0 ? "[1]" : Buffer.alloc(5_000_000, "[")));
    };
    const { get } = world();
    expect((await get()).json()).toEqual([1]);
    expect(await failure(get("/", { maxBytes: 100_000 }))).toMatchObject({ code: "TOO_LARGE" });
  });

  test.each([
    ["in a coding nobody knows", "zstd"],
    ["in two codings, the inner one unknown", "zstd, gzip"],
  ])("%s is a malformed page, and nothing that ends the process (V7)", async (_, coding) => {
    reply = (_request, response) => {
      response.writeHead(200, { "content-type": "application/json", "content-encoding": coding });
      response.end("xx");
    };
    expect(await failure(world().get())).toMatchObject({ code: "NOT_JSON", class: "malformed-page" });
    // As undici does it: a body that is thrown away unread says so by an error, later.
    const body = new Readable({ read() {}, destroy: (_error, done) => void setImmediate(() => done(new Error("aborted"))) });
    await failure(readBody(body, coding, 100, "vendor.example"));
    expect(body.listenerCount("error")).toBeGreaterThan(0);
    await new Promise((closed) => body.once("close", closed));
  });

  test("with prototype keys, huge depth or unsafe numbers does no harm (V21, V22)", async () => {
    const bodies = ['{"__proto__":{"admin":true},"\\u005f_proto__":{"a":1},"id":12345678901234567890,"x":1.5}', "[".repeat(100_000)];
    reply = (_, response, turn) => {
      response.writeHead(200, { "content-type": "application/json" });
      response.end(bodies[Math.min(turn, 1)]);
    };
    const { get } = world();
    const parsed = (await get()).json() as Record<string, unknown>;
    expect(parsed).toEqual({ id: "12345678901234567890", x: 1.5 });
    expect(Object.keys(parsed)).not.toContain("__proto__");
    expect(await failure(get())).toMatchObject({ code: "NOT_JSON", class: "malformed-page" });
  });

  test.each([
    ["a login page with 200 (V8)", 200, "text/html", login, "LOGIN_PAGE", "auth", 1],
    ["another page with 200 (V8)", 200, "text/html", "<html>hello</html>", "NOT_JSON", "malformed-page", 3],
    ["plain text with 200 (V8)", 200, "text/plain", '{"ok":true}', "NOT_JSON", "malformed-page", 3],
    ["nothing at all", 200, "application/json", "", "NOT_JSON", "malformed-page", 3],
    ["a cut body", 200, "application/json", '{"a":[1,2', "NOT_JSON", "malformed-page", 3],
    ["invalid UTF-8 (V7)", 200, "application/json", Buffer.from([0x22, 0xe9, 0x22]), "NOT_JSON", "malformed-page", 3],
    ["UTF-16 (V7)", 200, "application/json", Buffer.from('\ufeff{"a":1}', "utf16le"), "NOT_JSON", "malformed-page", 3],
    ["a maintenance page (V26)", 503, "text/html", "<html>Back soon</html>", "MAINTENANCE", "transient", 5],
    ["a fault of the vendor's (V2)", 500, "application/json", "{}", "VENDOR_ERROR", "transient", 5],
    ["rejected credentials (V23)", 401, "application/json", "{}", "CREDENTIALS_REJECTED", "auth", 1],
    ["a missing right (V23)", 403, "", "", "PERMISSION_MISSING", "auth", 1],
    ["a refusal", 400, "application/json", "{}", "REQUEST_REFUSED", "settings", 1],
  ])("that is %s has its code, its class and its number of attempts", async (_, status, type, body, code, errorClass, attempts) => {
    reply = (_request, response) => {
      response.writeHead(status, type ? { "content-type": type } : {});
      response.end(body);
    };
    const error = await failure(world().get("/people?name=Osei"));
    expect(error).toMatchObject({ code, class: errorClass });
    expect(turns).toBe(attempts);
    expect(JSON.stringify(error.detail)).not.toContain("Osei");
  });

  test("with an accepted status is handed back", async () => {
    reply = (_, response) => response.writeHead(404).end();
    expect((await world().get("/x", { accept: [404] })).status).toBe(404);
  });

  test("may be refused by its reader, whose class decides about a retry", async () => {
    reply = (_, response) => json(response, { exception: true });
    const inspect = () => {
      throw new HubError({ code: "VENDOR_ERROR", class: "transient" });
    };
    await failure(world().get("/", { inspect }));
    expect(turns).toBe(5);
  });

  test("keeps a byte order mark out of the text (V7)", async () => {
    reply = (_, response) => response.writeHead(200, { "content-type": "application/json" }).end("\ufeff[2]");
    expect((await world().get()).json()).toEqual([2]);
  });
});

describe("waiting", () => {
  test.each([
    ["seconds", "7", 7_700],
    ["an HTTP date", "Sun, 22 Nov 2026 10:00:10 GMT", 11_000],
    ["no time at all", "0", 500],
    ["nothing", undefined, 2_000],
    ["something that is no time", "soon", 2_000],
  ])("is as long as told by %s, and a little longer by chance (V1)", async (_, header, waited) => {
    reply = (_request, response, turn) => {
      if (turn === 0) response.writeHead(429, header === undefined ? {} : { "retry-after": header }).end();
      else json(response, 1);
    };
    const { get, waits } = world();
    await get();
    expect(waits).toEqual([waited]);
  });

  test.each([
    ["seconds", "60", 65_000],
    ["an HTTP date", "Sun, 22 Nov 2026 10:01:00 GMT", 65_000],
    ["an absurd value", "1000000000", 3_605_000],
  ])("that is long, by %s, holds no worker: the run ends and is told when to come back (V1)", async (_, header, waited) => {
    reply = (_request, response) => response.writeHead(429, { "retry-after": header }).end();
    const { get, waits } = world();
    expect(await failure(get())).toMatchObject({ code: "THROTTLED", class: "throttled", retryAfterMs: waited });
    // Nobody else of this system is sent either.
    expect(await failure(get())).toMatchObject({ code: "THROTTLED", class: "throttled", detail: { notAskedAgain: true } });
    expect([waits, turns]).toEqual([[], 1]);
  });

  test("ends also when a system goes on refusing without a time (V1)", async () => {
    reply = (_request, response) => response.writeHead(429, { "retry-after": "0" }).end();
    const { get } = world({ random: () => 0 });
    expect(await failure(get())).toMatchObject({ code: "THROTTLED" });
    expect(turns).toBeLessThanOrEqual(41);
  });

  test("of a system in maintenance that says until when ends the run, too (V26)", async () => {
    reply = (_request, response) => response.writeHead(503, { "retry-after": "1800" }).end();
    expect(await failure(world().get())).toMatchObject({ class: "transient", retryAfterMs: 1_805_000 });
    expect(turns).toBe(1);
  });

  test("as told counts no attempt", async () => {
    reply = (_, response, turn) => (turn < 9 ? response.writeHead(429, { "retry-after": "1" }).end() : json(response, 1));
    expect((await world().get()).json()).toBe(1);
  });

  test("grows with every transient failure", async () => {
    reply = (_, response, turn) => (turn < 3 ? response.writeHead(502).end() : json(response, 1));
    const { get, waits } = world();
    await get();
    expect(waits).toEqual([1000, 2000, 4000]);
  });

  test("keeps the vendor's budget of requests", async () => {
    reply = (_, response) => json(response, 1);
    const { get, waits } = world({ requestsPerSecond: 2 });
    for (let i = 0; i < 6; i += 1) await get();
    expect(waits.reduce((sum, one) => sum + one, 0)).toBe(2500);
  });

  test("ends when the run is stopped", async () => {
    reply = (_, response) => response.writeHead(502).end();
    const { get, abort } = world({ sleep: async () => abort.abort(new Error("stopped")) });
    await expect(get()).rejects.toThrow("stopped");
    expect(turns).toBe(1);
  });
});

describe("a system that is down", () => {
  test("is not asked once per record: after five failures in a row the run fails fast (V2)", async () => {
    reply = (_, response) => response.writeHead(503).end();
    const { get: other, waits } = world();
    await failure(other());
    const slept = waits.length;
    // In the middle of its work a run waits for a near probe, which is one request, and then ends.
    const error = await failure(other());
    expect(error).toMatchObject({ code: "BREAKER_OPEN", class: "transient", detail: { why: "VENDOR_ERROR", notAskedAgain: true } });
    expect(error.retryAfterMs).toBeGreaterThan(0);
    expect(waits.length - slept).toBeLessThan(10);
    expect(turns).toBeLessThan(20);
  });

  test("is asked by one probe, which closes the breaker when it is answered (V2)", async () => {
    reply = (_, response, turn) => (turn < 5 ? response.writeHead(503).end() : json(response, turn));
    const { get } = world();
    await failure(get());
    const answers = await Promise.all([get(), get(), get()]);
    expect(answers.map((answer) => answer.json())).toEqual([5, 6, 7]);
  });

  test("counts a burst that fails together once (V2)", async () => {
    reply = (_, response, turn) => (turn < 4 ? response.writeHead(503).end() : json(response, 1));
    const { get } = world({ limits: { failuresInARow: 2 } });
    await Promise.all([get(), get(), get(), get()]);
    expect(turns).toBe(8);
  });

  test("uses up a budget of retries that the whole run shares", async () => {
    reply = (_, response, turn) => (turn % 2 === 0 ? response.writeHead(503).end() : json(response, 1));
    const { get } = world({ limits: { retriesPerRun: 2 } });
    await get();
    await get();
    await failure(get());
  });

  test("that refuses, or has no address, is unreachable (V3)", async () => {
    const closed = world({ allowedHosts: ["127.0.0.1:9"] });
    expect(await failure(closed.http.request({ url: "http://127.0.0.1:9/", expect: "json" }))).toMatchObject({
      code: "UNREACHABLE",
      class: "transient",
    });
    const nowhere = world({ allowedHosts: ["nowhere.invalid"] });
    expect(await failure(nowhere.http.request({ url: "https://nowhere.invalid/", expect: "json" }))).toMatchObject({ code: "UNREACHABLE" });
  });

  test("that answers nothing, or drips, runs out of time (V4, V5)", async () => {
    const drips: NodeJS.Timeout[] = [];
    reply = (request, response) => {
      if (request.url === "/silent") return;
      response.writeHead(200, { "content-type": "application/json" });
      drips.push(setInterval(() => response.write(" "), 10));
    };
    const limits = { totalMs: 120, attempts: 1 };
    expect(await failure(world({ limits }).get("/silent"))).toMatchObject({ code: "TIMED_OUT", class: "transient" });
    expect(await failure(world({ limits }).get("/drip"))).toMatchObject({ code: "TIMED_OUT", class: "transient" });
    for (const one of drips) clearInterval(one);
  });

  test("that breaks off in the middle is asked again, whole (V6)", async () => {
    reply = (_, response, turn) => {
      if (turn === 0) {
        response.writeHead(200, { "content-type": "application/json", "content-length": "100" });
        response.write("[1,");
        setImmediate(() => response.destroy());
      } else json(response, [1, 2]);
    };
    expect((await world().get()).json()).toEqual([1, 2]);
  });

  test("with a certificate nobody vouches for is an error of its own, never retried (V3)", async () => {
    const tls = createTlsServer(selfSigned, (_, response) => response.end("{}"));
    await new Promise<void>((done) => tls.listen(0, "127.0.0.1", done));
    const host = `127.0.0.1:${(tls.address() as AddressInfo).port}`;
    const { http, waits } = world({ allowedHosts: [host] });
    const error = await failure(http.request({ url: `https://${host}/`, expect: "json" }));
    await new Promise((done) => tls.close(done));
    expect(error).toMatchObject({ code: "TLS_FAILED", class: "auth" });
    expect(waits).toEqual([]);
  });
});

describe("a foreign host", () => {
  test("is refused as address, as redirect and as link (V24)", async () => {
    reply = (request, response) => {
      const to = new URL(`http://x${request.url}`).searchParams.get("to")!;
      response.writeHead(302, { location: to }).end();
    };
    const { http, get } = world();
    for (const url of [
      "http://169.254.169.254/latest",
      "file:///etc/passwd",
      "http://[::1]/",
      "http://127.0.0.1:1/",
      `http://a@${base}/`,
      "gopher://x",
    ]) {
      expect(await failure(http.request({ url, expect: "json" }))).toMatchObject({ code: "FOREIGN_HOST", class: "settings" });
      expect(await failure(get(`/?to=${encodeURIComponent(url)}`))).toMatchObject({ code: "FOREIGN_HOST" });
    }
  });

  test("is not one when the same host only moved the page; a circle ends", async () => {
    reply = (request, response) =>
      request.url === "/new"
        ? json(response, "moved")
        : response.writeHead(302, { location: request.url === "/old" ? "/new" : "/loop" }).end();
    const { get } = world();
    expect((await get("/old")).json()).toBe("moved");
    expect(await failure(get("/loop"))).toMatchObject({ code: "REQUEST_REFUSED" });
    expect(await failure(get("/old", { form: [["a", "b"]] }))).toMatchObject({ code: "REQUEST_REFUSED" });
  });

  test("is one as soon as its name leads to a private address", async () => {
    const guard = hostGuard({ allowedHosts: ["localhost", "vendor.example"], insecureLoopback: false });
    const code = await new Promise((done) => guard.lookup("localhost", { all: true }, (error) => done(error?.code)));
    expect(code).toBe("LANYARD_PRIVATE_ADDRESS");
  });

  test.each([
    "http://vendor.example/",
    "https://vendor.example:8443/",
    "https://10.1.2.3/",
    "https://[::ffff:169.254.169.254]/",
    "https://0x7f.1/",
    "https://vendor.example.evil.example/",
  ])("in production: %s", (url) => {
    const guard = hostGuard({ allowedHosts: ["vendor.example", "[::ffff:a9fe:a9fe]", "127.0.0.1"], insecureLoopback: false });
    expect(() => guard.check(url)).toThrow(HubError);
  });

  test("is not one when this installation lists the private address or its subnet", () => {
    const guard = hostGuard({ allowedHosts: ["10.1.2.3", "vendor.example", "10.20.0.0/16"], insecureLoopback: false });
    expect(guard.check("https://10.1.2.3/x").pathname).toBe("/x");
    expect(guard.check("https://VENDOR.example./").hostname).toBe("vendor.example.");
  });
});
