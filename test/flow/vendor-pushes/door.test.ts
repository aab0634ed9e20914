import { createHmac, randomUUID } from "node:crypto";
import { request as httpRequest } from "node:http";
import { connect } from "node:net";
import { gzipSync } from "node:zlib";
import { Webhook } from "standardwebhooks";
import { fixedClock } from "../../../platform/clock";
import { anEsrPerson, employed, writeGoFile } from "../../builders/esr-files";
import { everything, rawOf, type TestHub, testHub } from "../../builders/hub";
import { type PushVendor, pushVendor, pushYaml, skillOf } from "../../builders/push-vendor";

const clock = fixedClock("2026-11-22T09:00:00Z");
const people = [anEsrPerson({ given: "Quilla", family: "Marchbanks-Oyelaran", born: "1983-03-17" }), anEsrPerson()];
let hub: TestHub;
let vendor: PushVendor;
beforeEach(async () => {
  hub = await testHub({ yaml: pushYaml(), clock });
  writeGoFile(`${hub.folder}/esr`, { kind: "GOF", day: "2026-11-19", sequence: 101, rows: employed(...people) });
  await hub.sync("zqa-esr");
  vendor = await pushVendor(hub);
});
afterEach(async () => {
  await vendor.close();
  await hub.close();
});
const records = [skillOf(people[0]!, "TW-0"), skillOf(people[1]!, "TW-1")];
const stored = () => hub.count("learning.competence_award", "connection_id = 'zqa-lms'");
const payload = JSON.stringify({ records });

describe("P5: who may not come in learns nothing", () => {
  const without = (name: string) => ({ headers: { [name]: undefined } });
  const corpus: [string, () => Parameters<PushVendor["push"]>[1]][] = [
    ["no signature", () => without("webhook-signature")],
    ["no id", () => without("webhook-id")],
    ["no time", () => without("webhook-timestamp")],
    ["a time that is no number", () => ({ headers: { "webhook-timestamp": "now" } })],
    ["a time of 5 minutes and 1 second ago", () => ({ offsetSeconds: -301 })],
    ["a time in 5 minutes and 1 second", () => ({ offsetSeconds: 301 })],
    ["another secret", () => ({ secret: `whsec_${Buffer.alloc(32, 3).toString("base64")}` })],
    ["a body that was changed", () => ({ sent: payload.replace("2026-10-01", "2026-10-02") })],
    ["an id that was changed", () => ({ headers: { "webhook-id": "msg_other" } })],
    ["another version of signature", () => ({ headers: { "webhook-signature": `v2,${Buffer.alloc(32).toString("base64")}` } })],
    ["a signature of another length", () => ({ headers: { "webhook-signature": "v1,AAAA" } })],
    ["no base64", () => ({ headers: { "webhook-signature": "v1,%%%" } })],
    ["an empty signature", () => ({ headers: { "webhook-signature": "" } })],
    ["a connection that does not exist", () => ({ connection: "zqz-lms" })],
    ["a connection that is polled", () => ({ connection: "zqa-esr" })],
    ["a name that is no name", () => ({ connection: "%00'--" })],
  ];
  test("every one of them gets the same answer, and nothing is stored", async () => {
    const answers = new Set<string>();
    for (const [name, options] of corpus) {
      const { status, text, headers } = await vendor.push(records, options());
      expect([name, status]).toEqual([name, 401]);
      const { date: _, ...rest } = headers;
      answers.add(JSON.stringify([text, rest]));
    }
    expect(answers.size).toBe(1);
    expect(await stored()).toBe(0);
    expect(await hub.count("ops.sync_run", "connection_id = 'zqa-lms'")).toBe(0);
    expect(await hub.problems("zqa-lms")).toMatchObject([{ code: "INTAKE_SIGNATURE_REJECTED", count: 1, owner: "VENDOR" }]);
  });

  test("a body is not parsed before its signature is verified", async () => {
    expect(await vendor.push([], { raw: "{ not json", secret: `whsec_${Buffer.alloc(32, 3).toString("base64")}` })).toMatchObject({
      status: 401,
    });
    expect(await vendor.push([], { raw: "{ not json" })).toMatchObject({
      status: 400,
      body: { code: "BODY_NOT_READABLE", detail: "The body is not JSON." },
    });
  });

  test("5 minutes of difference, either way, are taken; and a good push ends the problem", async () => {
    await vendor.push(records, { secret: `whsec_${Buffer.alloc(32, 3).toString("base64")}` });
    for (const offsetSeconds of [-299, 299]) expect((await vendor.push(records, { offsetSeconds })).status).toBe(200);
    expect(await hub.problems("zqa-lms")).toEqual([]);
  });
});

test("P6: the old and the new key are in force together; the old one revoked, the new one goes on; without any, the connection has stopped", async () => {
  const { intake } = hub.store;
  const second = await intake.issueKey({ connectionId: "zqa-lms", organisation: "ZQA", by: "test" });
  expect((await vendor.push(records)).status).toBe(200);
  expect((await vendor.push(records, { secret: second.secret })).status).toBe(200);
  // Signed with both, as in the middle of a change.
  const both = vendor.headersOf(payload);
  const at = new Date(Number(both["webhook-timestamp"]) * 1000);
  both["webhook-signature"] += ` ${new Webhook(second.secret).sign(both["webhook-id"]!, at, payload)}`;
  expect((await vendor.send("/intake/zqa-lms/records", "POST", both, payload)).status).toBe(200);

  expect(await intake.revokeKey({ id: vendor.keyId, by: "test", reason: "rotated" })).toEqual({ connectionId: "zqa-lms", live: 1 });
  expect((await vendor.push(records)).status).toBe(401);
  expect((await vendor.send("/intake/zqa-lms/records", "POST", { ...both, "idempotency-key": randomUUID() }, payload)).status).toBe(200);
  expect((await vendor.push(records, { secret: second.secret })).status).toBe(200);
  expect((await hub.system("zqa-lms")).state).toBe("ON_TIME");

  await intake.revokeKey({ id: second.id, by: "test", reason: "found in a ticket" });
  expect(await intake.revokeKey({ id: second.id, by: "test", reason: "again" })).toBeUndefined();
  expect((await vendor.push(records, { secret: second.secret })).status).toBe(401);
  expect(await hub.system("zqa-lms")).toMatchObject({ state: "STOPPED" });
  const revoked = (await hub.problems("zqa-lms")).find(({ code }) => code === "INTAKE_KEYS_REVOKED");
  expect(revoked).toMatchObject({ owner: "OPERATOR", next: expect.stringContaining("lanyard keys issue zqa-lms") });

  const third = await intake.issueKey({ connectionId: "zqa-lms", organisation: "ZQA", by: "test" });
  expect((await hub.system("zqa-lms")).state).toBe("STOPPED");
  expect((await hub.problems("zqa-lms")).map(({ code }) => code)).toContain("INTAKE_KEY_NOT_USED");
  expect((await vendor.push(records, { secret: third.secret })).status).toBe(200);
  expect(await hub.system("zqa-lms")).toMatchObject({ state: "ON_TIME", problems: [] });
  expect((await intake.listKeys("zqa-lms")).map(({ id, revokedAt }) => [id === third.id, revokedAt !== undefined])).toEqual(
    expect.arrayContaining([
      [true, false],
      [false, true],
    ]),
  );
});

test("the secret of a key is nowhere in the database, and no more than five keys are in force", async () => {
  const bare = vendor.secret.slice("whsec_".length);
  const hex = Buffer.from(bare, "base64").toString("hex");
  for (const [table, rows] of await everything(hub)) expect([table, rows.includes(bare) || rows.includes(hex)]).toEqual([table, false]);
  for (let i = 0; i < 4; i++) await hub.store.intake.issueKey({ connectionId: "zqa-lms", organisation: "ZQA", by: "test" });
  await expect(hub.store.intake.issueKey({ connectionId: "zqa-lms", organisation: "ZQA", by: "test" })).rejects.toMatchObject({
    code: "INTAKE_KEYS_TOO_MANY",
  });
});

test("P7: the vendor goes away before our answer: what it sent is stored, and asking again gives the stored answer", async () => {
  const idempotencyKey = randomUUID();
  const headers = vendor.headersOf(payload, { idempotencyKey });
  const { apply } = hub.store.pages;
  let dropped = false;
  const socket = connect(Number(new URL(vendor.origin).port), "127.0.0.1");
  const stopped = new Promise<void>((resolve) => {
    Object.assign(hub.store.pages, {
      apply: async (...parameters: Parameters<typeof apply>) => {
        await new Promise<void>((gone) => socket.destroy().once("close", () => gone()));
        dropped = true;
        const result = await apply(...parameters);
        resolve();
        return result;
      },
    });
  });
  const head = Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join("");
  socket.write(
    `POST /intake/zqa-lms/records HTTP/1.1\r\nhost: hub\r\ncontent-length: ${Buffer.byteLength(payload)}\r\n${head}\r\n${payload}`,
  );
  await stopped;
  Object.assign(hub.store.pages, { apply });
  expect(dropped).toBe(true);
  const again = await vendor.push(records, { idempotencyKey });
  expect(again).toMatchObject({ status: 200, body: { accepted: 2, outcomes: { applied: 2 } } });
  expect(await hub.count("ops.sync_run", "connection_id = 'zqa-lms'")).toBe(1);
});

test("P7: a body that breaks off is not taken for a whole one", async () => {
  await new Promise<void>((resolve) => {
    const sending = httpRequest(`${vendor.origin}/intake/zqa-lms/records`, {
      method: "POST",
      agent: false,
      headers: { ...vendor.headersOf(payload), "content-length": "1000" },
    });
    sending.on("error", () => resolve());
    sending.write(payload.slice(0, 20), () => sending.destroy());
  });
  expect((await vendor.push(records)).status).toBe(200);
  expect(await hub.count("ops.sync_run", "connection_id = 'zqa-lms'")).toBe(1);
});

test("P8: the hub fails between the commit and the answer: never a 2xx, and asking again gives the answer that was committed", async () => {
  const idempotencyKey = randomUUID();
  const { apply } = hub.store.pages;
  Object.assign(hub.store.pages, {
    apply: async (...parameters: Parameters<typeof apply>) => {
      await apply(...parameters);
      throw new Error("killed here");
    },
  });
  const failed = await vendor.push(records, { idempotencyKey });
  expect(failed).toMatchObject({ status: 500, body: { code: "INTAKE_UNAVAILABLE", fixBy: "hub" } });
  Object.assign(hub.store.pages, { apply });
  expect(await vendor.push(records, { idempotencyKey })).toMatchObject({ status: 200, body: { outcomes: { applied: 2 } } });
  expect(await hub.count("ops.sync_run", "connection_id = 'zqa-lms'")).toBe(1);
  expect(await stored()).toBe(2);
});

test("P9: the database is away: 503 with Retry-After for everybody, never a 2xx; when it is back, the same batch is taken", async () => {
  const idempotencyKey = randomUUID();
  const { pool } = hub.store;
  const { connect: open } = pool;
  const refused = () => Promise.reject(Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" }));
  const { query } = pool;
  Object.assign(pool, { connect: refused, query: refused });
  for (const options of [{ idempotencyKey }, { connection: "zqz-lms" }]) {
    const answer = await vendor.push(records, options);
    expect(answer).toMatchObject({ status: 503, body: { code: "INTAKE_UNAVAILABLE" }, headers: { "retry-after": "30" } });
  }
  Object.assign(pool, { connect: open, query });
  expect(await vendor.push(records, { idempotencyKey })).toMatchObject({ status: 200, body: { outcomes: { applied: 2 } } });
});

test("another worker holds the connection: 503 with Retry-After, and nothing is stored", async () => {
  await vendor.close();
  vendor = await pushVendor(hub, { busyAfterMs: 0 });
  const lease = await hub.store.connections.lease("zqa-lms", "somebody", 60);
  expect(await vendor.push(records)).toMatchObject({ status: 503, body: { code: "INTAKE_BUSY" }, headers: { "retry-after": "5" } });
  await hub.store.connections.release("zqa-lms", lease!.number);
  expect((await vendor.push(records)).status).toBe(200);
});

test("a paused connection says so to who has a key, and to nobody else", async () => {
  await hub.rows("update ops.connection set paused_at = now(), paused_by = 'ops', pause_reason = 'move of the LMS' where id = 'zqa-lms'");
  expect(await vendor.push(records)).toMatchObject({
    status: 503,
    body: { code: "INTAKE_PAUSED", detail: "This connection has been paused (move of the LMS)." },
  });
  expect((await vendor.push(records, { secret: `whsec_${Buffer.alloc(32, 3).toString("base64")}` })).status).toBe(401);
});

describe("P12: what is too large or too slow is stopped early, and others go on", () => {
  test("an announced size over the limit is refused before the body", async () => {
    const headers = { ...vendor.headersOf(payload), "content-length": String(6 * 1024 * 1024) };
    const answer = await new Promise<number>((resolve, reject) => {
      const sending = httpRequest(`${vendor.origin}/intake/zqa-lms/records`, { method: "POST", agent: false, headers }, (response) => {
        resolve(response.statusCode!);
        sending.destroy();
      });
      sending.on("error", reject);
      sending.flushHeaders();
    });
    expect(answer).toBe(413);
    expect((await vendor.push(records)).status).toBe(200);
  });

  test("a size that was not announced is counted", async () => {
    const headers = { ...vendor.headersOf(payload), "transfer-encoding": "chunked" };
    const answer = await new Promise<number>((resolve, reject) => {
      const sending = httpRequest(`${vendor.origin}/intake/zqa-lms/records`, { method: "POST", agent: false, headers }, (response) => {
        response.resume();
        resolve(response.statusCode!);
        sending.destroy();
      });
      sending.on("error", reject);
      for (let i = 0; i < 6; i++) sending.write(Buffer.alloc(1024 * 1024, " "));
    });
    expect(answer).toBe(413);
  });

  test("gzip is read; a bomb is stopped at the limit; something that is no gzip is said", async () => {
    const gzip = { headers: { "content-encoding": "gzip" } };
    expect((await vendor.push(records, { ...gzip, sent: gzipSync(payload) })).status).toBe(200);
    expect(await vendor.push(records, { ...gzip, sent: gzipSync(Buffer.alloc(200 * 1024 * 1024, " ")) })).toMatchObject({
      status: 413,
      body: { code: "BODY_TOO_LARGE" },
    });
    expect(await vendor.push(records, { ...gzip, sent: payload })).toMatchObject({ status: 400, body: { code: "BODY_NOT_READABLE" } });
  });

  test("a body that does not arrive in time gets 408", async () => {
    await vendor.close();
    vendor = await pushVendor(hub, { uploadMs: 20 });
    const answer = await new Promise<{ status: number; text: string }>((resolve, reject) => {
      const headers = { ...vendor.headersOf(payload), "content-length": String(payload.length) };
      const sending = httpRequest(`${vendor.origin}/intake/zqa-lms/records`, { method: "POST", agent: false, headers }, (response) => {
        let text = "";
        response.on("data", (chunk) => (text += chunk));
        response.on("end", () => {
          resolve({ status: response.statusCode!, text });
          sending.destroy();
        });
      });
      sending.on("error", reject);
      sending.write(payload.slice(0, 10));
    });
    expect(answer.status).toBe(408);
    expect(JSON.parse(answer.text)).toMatchObject({ code: "UPLOAD_TOO_SLOW" });
    expect(await stored()).toBe(0);
  });

  test("501 items are too many, 500 are not", async () => {
    const many = Array.from({ length: 501 }, (_, at) => skillOf(people[at % 2]!, `TW-${at}`));
    expect(await vendor.push(many)).toMatchObject({ status: 413, body: { code: "BATCH_TOO_LONG" } });
    expect((await vendor.push(many.slice(1))).status).toBe(200);
  });
});

describe("P14: whose records they are, the credential says", () => {
  test("a body that speaks for another organisation is refused whole, and is a security event", async () => {
    const answer = await vendor.push([], { raw: JSON.stringify({ organisation: "ZQB", records }) });
    expect(answer).toMatchObject({ status: 403, body: { code: "OTHER_ORGANISATION", errors: [{ pointer: "/organisation" }] } });
    expect(await stored()).toBe(0);
    expect(await hub.rows("select decision, reason from audit.event where operation = 'intake push'")).toEqual([
      { decision: "DENY", reason: "OTHER_ORGANISATION" },
    ]);
    expect((await vendor.push([], { raw: JSON.stringify({ organisation: "zqa", records }) })).status).toBe(200);
  });

  test("an item that does is refused, leaves nothing behind but a count, and the others are taken", async () => {
    const { status, body } = await vendor.push([records[0], skillOf(people[1]!, "TW-foreign-77", { organisation: "ZQB" })]);
    expect(status).toBe(200);
    expect(body.receipts[1]).toMatchObject({
      outcome: "refused",
      yourId: "TW-foreign-77",
      problem: { code: "OTHER_ORGANISATION", pointer: "/records/1/organisation" },
    });
    expect(await stored()).toBe(1);
    expect(await hub.rows("select source_id, controller_org from ops.refused")).toEqual([
      { source_id: expect.stringMatching(/^foreign /), controller_org: null },
    ]);
    expect(await rawOf(hub)).not.toContain("foreign-77");
    expect(await hub.rows("select counts from audit.event where operation = 'intake push'")).toEqual([{ counts: { items: 1 } }]);
  });
});

const mistakes = [
  ["PUT", {}, 405, "INTAKE_METHOD"],
  ["POST", { headers: { "content-type": "text/csv" } }, 415, "INTAKE_CONTENT_TYPE"],
  ["POST", { headers: { "content-type": "application/json; charset=iso-8859-1" } }, 415, "INTAKE_CONTENT_TYPE"],
  ["POST", { headers: { "content-encoding": "br" } }, 415, "INTAKE_CONTENT_TYPE"],
  ["POST", { idempotencyKey: null }, 400, "IDEMPOTENCY_KEY_MISSING"],
  ["POST", { idempotencyKey: "short" }, 400, "IDEMPOTENCY_KEY_MISSING"],
  ["POST", { raw: "[]" }, 400, "BODY_INVALID"],
  ["POST", { raw: '{"records":{}}' }, 400, "BODY_INVALID"],
  ["POST", { raw: `${'{"a":'.repeat(40)}1${"}".repeat(40)}` }, 400, "BODY_NOT_READABLE"],
] as const;
test("what is not what the door reads is answered with what it reads, and nothing is stored", async () => {
  for (const [method, options, status, code] of mistakes) {
    const answer = await vendor.push(records, { method, ...options });
    expect([answer.status, answer.body?.code]).toEqual([status, code]);
    const type = expect.stringMatching(/^urn:lanyard:problem:/);
    expect(answer.body).toMatchObject({ type, title: expect.any(String), status, next: expect.any(String) });
  }
  expect(await stored()).toBe(0);
});

test("bytes that are no UTF-8 are said to be none", async () => {
  const bytes = Buffer.from(JSON.stringify({ records: [] }).replace("records", "r\u00e9cords"), "latin1");
  const at = clock.now();
  const id = "msg_latin";
  const time = String(Math.floor(at.getTime() / 1000));
  const signature = createHmac("sha256", Buffer.from(vendor.secret.slice(6), "base64"))
    .update(`${id}.${time}.`)
    .update(bytes)
    .digest("base64");
  const headers = { ...vendor.headersOf(""), "webhook-id": id, "webhook-timestamp": time, "webhook-signature": `v1,${signature}` };
  expect(await vendor.send("/intake/zqa-lms/records", "POST", headers, bytes)).toMatchObject({
    status: 400,
    body: { detail: "The body is not UTF-8." },
  });
});

test("the canary: no name, birth date or staff number is in a log, a receipt, an answer, a problem or a stored answer, whatever is wrong", async () => {
  const person = people[0]!;
  const whose = { staffNumber: person.number, givenName: person.given, familyName: person.family };
  const answers = [
    await vendor.push([
      skillOf(person, "TW-0"),
      skillOf(person, "TW-1", { dateLastAwarded: `${person.family} 1` }),
      skillOf(person, "TW-2", { person: { ...whose, birthDate: "17.3.1983" } }),
      skillOf(person, "TW-3", { person: { ...whose, registration: { body: person.family, number: person.given } } }),
      skillOf(person, "TW-4", { changedAt: person.born }),
      skillOf(person, "TW-5", { withdrawn: person.family }),
      skillOf(person, "TW-6", { organisation: person.family }),
      skillOf(person, "TW-7", { awardingOrganisation: person.family }),
      skillOf(person, "TW-8", { dateTo: person.born.slice(1), notes: `${person.given} ${person.family}` }),
      skillOf(person, "TW-9", { competencyFramework: person.family }),
      skillOf(person, "TW-10", { person: person.family }),
      skillOf(person, "TW-11", { subjectLevel: [person.family] }),
      skillOf(person, `${person.family}\u00e9`),
    ]),
    await vendor.push([], { raw: `{"records": [{"name": "${person.family}" ` }),
    await vendor.push([], { raw: JSON.stringify({ organisation: person.family, records: [] }) }),
    await vendor.push([], { raw: JSON.stringify({ records: person.family }) }),
  ];
  expect(answers.map(({ status }) => status)).toEqual([200, 400, 403, 400]);
  expect(answers[0]!.body).toMatchObject({ accepted: 1, refused: 12 });
  const traces = new RegExp(`${person.family}|${person.given}|${person.born}|17\\.3\\.1983|${person.number}`, "i");
  expect(answers.map(({ text }) => text).join()).not.toMatch(traces);
  expect(hub.logs.join("")).not.toMatch(traces);
  expect(JSON.stringify(await hub.problems("zqa-lms"))).not.toMatch(traces);
  const tables = await everything(hub, ["ops", "audit"]);
  for (const name of ["ops.receipt", "ops.intake_request", "ops.refused", "ops.problem", "ops.sync_run", "ops.page"])
    expect([name, tables.get(name)]).toEqual([name, expect.not.stringMatching(traces)]);
  // The net is real: what may be kept is found by the same search.
  expect((await everything(hub, ["staff"])).get("staff.source_person")).toMatch(traces);
});
