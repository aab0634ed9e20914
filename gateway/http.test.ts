import { request as httpRequest } from "node:http";
import { gzipSync } from "node:zlib";
import { type Served, serve } from "../test/supergraph/serve";
import { jsonOfPost } from "./http";

let served: Served;
const heard: unknown[] = [];
beforeAll(async () => {
  served = await serve([
    async (request, response) => {
      const sent = await jsonOfPost(request, response, { bytes: 1000, ms: 150 });
      heard.push(sent);
      if ("body" in sent) response.writeHead(200).end(JSON.stringify(sent.body));
      return true;
    },
  ]);
});
afterAll(() => served.close());

test.each([
  ["no content type", { "content-type": "" }, 415],
  ["a form", { "content-type": "application/x-www-form-urlencoded" }, 415],
  ["a form with a file", { "content-type": "multipart/form-data; boundary=x" }, 415],
  ["text", { "content-type": "text/plain" }, 415],
  ["nearly JSON", { "content-type": "application/jsonx" }, 415],
  ["JSON in another charset", { "content-type": "application/json; charset=utf-16" }, 415],
  ["JSON", { "content-type": "Application/JSON; Charset=UTF-8" }, 200],
])("a POST of %s", async (_, headers, status) => {
  expect((await served.post("/", '{"a":1}', undefined, headers)).status).toBe(status);
});

test("a compressed body, one that is too large and one without end are refused before they are held", async () => {
  const compressed = await fetch(served.url, {
    method: "POST",
    headers: { "content-type": "application/json", "content-encoding": "gzip" },
    body: new Uint8Array(gzipSync("{}")),
  });
  expect(compressed.status).toBe(415);
  expect((await served.post("/", `"${"x".repeat(2000)}"`)).status).toBe(413);
  expect((await served.post("/", "[".repeat(900))).status).toBe(400);
});

test("a body that drips is answered when its time is over, however often a byte comes", async () => {
  const { port } = new URL(served.url);
  const begun = performance.now();
  const status = await new Promise<number>((resolve, reject) => {
    const sending = httpRequest({ host: "127.0.0.1", port, method: "POST", headers: { "content-type": "application/json" } }, (answer) => {
      answer.resume();
      clearInterval(drip);
      resolve(answer.statusCode!);
    });
    sending.on("error", reject);
    const drip = setInterval(() => sending.write(" "), 20);
  });
  expect(status).toBe(408);
  expect(performance.now() - begun).toBeLessThan(5_000);
});

test("prototypes in a body are dropped", async () => {
  const { json } = await served.post("/", '{"a":1,"__proto__":{"x":1},"constructor":{"prototype":{"x":1}}}');
  expect(json).toEqual({ a: 1 });
});
