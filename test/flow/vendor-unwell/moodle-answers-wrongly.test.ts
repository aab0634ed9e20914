import { fixedClock } from "../../../platform/clock";
import { type RunningMoodle, startMoodle } from "../../../sandbox/moodle/server";
import { anEsrPerson, employed, writeGoFile } from "../../builders/esr-files";
import { hr, type TestHub, testHub } from "../../builders/hub";
import { type Meddler, startMeddler } from "../../builders/meddler";
import { moodleSite, moodleToken, moodleValues, moodleYaml } from "../../builders/moodle-site";

const esr = "\n  - { id: zqa-esr, connector: esr, organisations: [ZQA], settings: { folder: esr } }\n";
const people = Array.from({ length: 5 }, () => anEsrPerson());
const clock = fixedClock("2026-11-22T09:00:00Z");
let moodle: RunningMoodle;
let meddler: Meddler;
let hub: TestHub;

beforeEach(async () => {
  moodle = await startMoodle({ data: moodleSite(people), token: moodleToken, clock });
  meddler = await startMeddler(moodle.url);
  hub = await testHub({
    yaml: moodleYaml(meddler.url, { settings: "pageSize: 2" }) + esr,
    clock,
    values: moodleValues,
    limits: { totalMs: 400, headerMs: 250, connectMs: 250, attempts: 2 },
  });
  writeGoFile(`${hub.folder}/esr`, { kind: "GOF", day: "2026-11-19", sequence: 101, rows: employed(...people) });
  await hub.sync("zqa-esr");
});
afterEach(async () => {
  await hub.close();
  await meddler.close();
  await moodle.close();
});

const report = (body: string) => body.includes("core_reportbuilder_retrieve_report");
const host = () => new URL(meddler.url).host;
const checkpoint = async () => (await hub.rows("select checkpoint from ops.connection where id = 'zqa-moodle'"))[0]!.checkpoint;
const completions = () => hub.count("learning.achievement");

/** The fault has gone: everything arrives, once, and nothing is left to complain of but that there were errors today. */
async function recovers(state = "ERRORS"): Promise<void> {
  meddler.meddle(undefined);
  moodle.control.fail(undefined);
  expect(await hub.sync("zqa-moodle")).toMatchObject({ outcome: "COMPLETED" });
  expect(await completions()).toBe(people.length);
  expect(await hub.count("learning.competence_award", "staff_member_id is not null")).toBe(people.length);
  expect(await hub.system("zqa-moodle")).toMatchObject({ state, problems: [] });
}

test("V3: a system that is not there is said to be unreachable, and ESR goes on", async () => {
  const { url } = moodle;
  await meddler.close();
  const result = await hub.sync("zqa-moodle");
  expect(result.error).toMatchObject({ code: "UNREACHABLE", class: "transient", detail: { why: "ECONNREFUSED" } });
  expect(await hub.problems("zqa-moodle")).toMatchObject([
    {
      code: "UNREACHABLE",
      owner: "VENDOR",
      say: `${host()} does not answer (ECONNREFUSED).`,
      next: expect.stringContaining("the hub tries again by itself"),
    },
  ]);
  expect(await hub.sync("zqa-esr")).toMatchObject({ outcome: "COMPLETED" });
  expect(await hub.system("zqa-esr")).toMatchObject({ problems: [] });
  meddler = await startMeddler(url);
});

test("V4: a system that never answers is given up after its time, and no page is lost", async () => {
  meddler.meddle((seen) => (report(seen.body) ? "silence" : "pass"));
  expect((await hub.sync("zqa-moodle")).error).toMatchObject({ code: "TIMED_OUT", class: "transient" });
  expect(await hub.problems("zqa-moodle")).toMatchObject([{ code: "TIMED_OUT", owner: "VENDOR", title: "System answers too slowly" }]);
  expect(await completions()).toBe(0);
  await recovers();
});

test("V5: an answer that comes byte by byte for ever ends at its total deadline", async () => {
  meddler.meddle((seen) => (report(seen.body) ? "drip" : "pass"));
  expect((await hub.sync("zqa-moodle")).error).toMatchObject({ code: "TIMED_OUT", class: "transient" });
  expect(await completions()).toBe(0);
  await recovers();
});

test("V6: an answer that breaks in its middle is discarded whole and asked for again", async () => {
  let broken = 0;
  meddler.meddle((seen) => (report(seen.body) && broken++ === 0 ? "reset" : "pass"));
  expect(await hub.sync("zqa-moodle")).toMatchObject({ outcome: "COMPLETED", counts: { refused: 0, refusedRaw: 0 } });
  expect(broken).toBeGreaterThan(1);
  expect(await completions()).toBe(people.length);
});

test("V7: bytes that are no text are not JSON; nothing is moved", async () => {
  meddler.meddle((seen) => (report(seen.body) ? { body: Buffer.from([0xff, 0xfe, 0x7b, 0x00, 0x9d]) } : "pass"));
  expect((await hub.sync("zqa-moodle")).error).toMatchObject({ code: "NOT_JSON", class: "malformed-page" });
  expect(await checkpoint()).toBeNull();
  await recovers();
});

test("V8: a login page instead of data stops the connection and names the trust", async () => {
  moodle.control.fail("html");
  expect((await hub.sync("zqa-moodle")).error).toMatchObject({ code: "LOGIN_PAGE", class: "auth" });
  expect(await hub.system("zqa-moodle")).toMatchObject({
    state: "NEVER_WORKED",
    problems: [{ code: "LOGIN_PAGE", owner: "TRUST", say: `${host()} answered with a web page (text/html) where data was expected.` }],
  });
  expect(await checkpoint()).toBeNull();
  await recovers();
});

test("V8: a web page in the middle of a run keeps what was read before it, and only that", async () => {
  let asked = 0;
  meddler.meddle((seen) =>
    report(seen.body) && ++asked > 1 ? { contentType: "text/html", body: "<html><body>Back soon</body></html>" } : "pass",
  );
  const result = await hub.sync("zqa-moodle");
  expect(result).toMatchObject({ outcome: "FAILED", counts: { refused: 0 } });
  expect(["NOT_JSON", "LOGIN_PAGE", "MAINTENANCE"]).toContain(result.error?.code);
  expect(await completions()).toBe(2);
  await recovers();
});

test("V8: an error inside HTTP 200 is read as what it says", async () => {
  moodle.control.fail("database-down");
  expect((await hub.sync("zqa-moodle")).error).toMatchObject({
    code: "VENDOR_ERROR",
    class: "transient",
    detail: { errorcode: "dbconnectionfailed" },
  });
  await recovers();
});

test("V9: a page that holds fewer rows than the report announces is refused whole", async () => {
  meddler.meddle((seen, body) => {
    if (!report(seen.body)) return "pass";
    const answer = JSON.parse(body);
    answer.data.rows.pop();
    return { body: JSON.stringify(answer) };
  });
  expect((await hub.sync("zqa-moodle")).error).toMatchObject({
    code: "PAGE_TRUNCATED",
    class: "malformed-page",
    detail: { expected: 2, got: 1 },
  });
  expect(await hub.problems("zqa-moodle")).toMatchObject([
    { code: "PAGE_TRUNCATED", owner: "VENDOR", say: expect.stringContaining("announced 2 records and sent 1") },
  ]);
  expect([await checkpoint(), await completions()]).toEqual([null, 0]);
  await recovers();
});

test("V9: half a body is not JSON, and is asked for again before the run gives up", async () => {
  moodle.control.fail("truncated");
  expect((await hub.sync("zqa-moodle")).error).toMatchObject({ code: "NOT_JSON", class: "malformed-page" });
  expect(meddler.seen.length).toBe(3);
  await recovers();
});

test("V10: the same page again and again is a loop, and the database does not grow by it", async () => {
  let first: string | undefined;
  meddler.meddle((seen, body) => {
    if (!report(seen.body)) return "pass";
    first ??= body;
    return { body: first };
  });
  expect((await hub.sync("zqa-moodle")).error).toMatchObject({ code: "PAGE_LOOP", class: "malformed-page" });
  expect(await hub.problems("zqa-moodle")).toMatchObject([{ code: "PAGE_LOOP", owner: "VENDOR" }]);
  expect(await completions()).toBe(2);
  expect(await hub.count("ops.page", "connection_id = 'zqa-moodle'")).toBeLessThanOrEqual(4);
  await recovers();
});

test("V23: a rejected token stops the connection that has never worked, and the others go on", async () => {
  moodle.control.fail("token-expired");
  expect((await hub.sync("zqa-moodle")).error).toMatchObject({ code: "CREDENTIALS_REJECTED", class: "auth" });
  expect(await hub.system("zqa-moodle")).toMatchObject({
    state: "NEVER_WORKED",
    problems: [{ code: "CREDENTIALS_REJECTED", owner: "TRUST", next: expect.stringContaining("`npx lanyard sync zqa-moodle`") }],
  });
  expect(await hub.sync("zqa-esr")).toMatchObject({ outcome: "COMPLETED" });
  await recovers();
});

test("V23: a token that is revoked later stops the connection, and what it gave stays in the record", async () => {
  await recovers("ON_TIME");
  moodle.control.fail("token-expired");
  await hub.sync("zqa-moodle");
  expect(await hub.system("zqa-moodle")).toMatchObject({ state: "STOPPED" });
  const answer = await hub.ask(
    `query P($n: String!) { staffMemberByIdentifier(scheme: ESR_EMPLOYEE_NUMBER, value: $n, organisation: "ZQA") {
      learning { achievements { title } sources { connectedSystem state } } } }`,
    { n: people[0]!.number },
    hr("ZQA"),
  );
  expect(answer.staffMemberByIdentifier.learning.achievements).toEqual([{ title: "Fire safety online" }]);
  expect(answer.staffMemberByIdentifier.learning.sources).toContainEqual({ connectedSystem: "zqa-moodle", state: "SOURCE_DOWN" });
  await recovers();
});

test("V26: maintenance is nobody's alarm: it is said, and tried again", async () => {
  moodle.control.fail("upgrade");
  expect((await hub.sync("zqa-moodle")).error).toMatchObject({ code: "MAINTENANCE", class: "transient" });
  expect(await hub.system("zqa-moodle")).toMatchObject({ state: "SETTING_UP" });
  await recovers();
});
