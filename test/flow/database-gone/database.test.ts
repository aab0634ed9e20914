import { chmodSync, mkdirSync, rmSync } from "node:fs";
import path from "node:path";
import { failureText } from "../../../cli/output";
import { fixedClock } from "../../../platform/clock";
import { startPostgres } from "../../../platform/postgres";
import { type RunningMoodle, startMoodle } from "../../../sandbox/moodle/server";
import { anEsrPerson, employed, writeGoFile } from "../../builders/esr-files";
import { type TestHub, testFolder, testHub } from "../../builders/hub";
import { type Meddler, type Meddling, startMeddler } from "../../builders/meddler";
import { moodleSite, moodleToken, moodleValues, moodleYaml } from "../../builders/moodle-site";

const people = Array.from({ length: 20 }, () => anEsrPerson());
const clock = fixedClock("2026-11-22T09:00:00Z");
const projectRoot = path.resolve(__dirname, "..", "..", "..");
let moodle: RunningMoodle;
let meddler: Meddler;
beforeEach(async () => {
  moodle = await startMoodle({ data: moodleSite(people), token: moodleToken, clock });
  meddler = await startMeddler(moodle.url);
});
afterEach(async () => {
  await meddler.close();
  await moodle.close();
});

const yaml = () =>
  `  - { id: zqa-esr, connector: esr, organisations: [ZQA], settings: { folder: esr } }\n${moodleYaml(meddler.url, { settings: "pageSize: 4" })}`;
const askedForPage = (body: string, page: number) =>
  body.includes("core_reportbuilder_retrieve_report") && new URLSearchParams(body).get("page") === String(page);
const writeEsr = (hub: TestHub) =>
  writeGoFile(`${hub.folder}/esr`, { kind: "GOF", day: "2026-11-19", sequence: 101, rows: employed(...people) });
const whole = people.map((_, at) => `user${101 + at}|11`);
const keys = async (rows: TestHub["rows"]) =>
  (await rows("select source_id from learning.achievement order by 1")).map(({ source_id }) => source_id);

test("D2: every session of the database is ended in the middle of a run: the run goes on, nothing is lost or doubled", async () => {
  const hub = await testHub({ yaml: yaml(), clock, values: moodleValues });
  try {
    writeEsr(hub);
    await hub.sync("zqa-esr");
    let ended = 0;
    meddler.meddle(async (seen): Promise<Meddling> => {
      if (askedForPage(seen.body, 1) || askedForPage(seen.body, 3)) {
        const rows = await hub.rows(
          "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()",
        );
        ended += rows.length;
      }
      return "pass";
    });
    const result = await hub.sync("zqa-moodle");
    expect(ended).toBeGreaterThan(1);
    expect(result).toMatchObject({ outcome: "COMPLETED", error: undefined });
    expect(await keys(hub.rows)).toEqual(whole);
    expect(await hub.problems("zqa-moodle")).toEqual([]);
  } finally {
    await hub.close();
  }
});

test("D1: the server dies at once in the middle of a run: the run says so, and after the restart the rest arrives once", async () => {
  const folder = testFolder();
  const data = path.join(folder, "postgres");
  mkdirSync(data, { recursive: true });
  chmodSync(folder, 0o711); // as root the server runs under another account, which has to get there
  let server = await startPostgres({ folder: data, projectRoot });
  let hub = await testHub({ yaml: yaml(), folder, clock, values: moodleValues, databaseUrl: server.url });
  try {
    writeEsr(hub);
    await hub.sync("zqa-esr");
    meddler.meddle((seen) => {
      // SIGQUIT is PostgreSQL's immediate shutdown: no checkpoint, no goodbye.
      if (askedForPage(seen.body, 2)) process.kill(server.pid, "SIGQUIT");
      return "pass";
    });
    const failure = await hub.sync("zqa-moodle").then(
      (result) => result.error,
      (error: unknown) => error,
    );
    expect(failure).toMatchObject({ code: "DATABASE_UNAVAILABLE", class: "internal" });
    expect(failureText(failure)).toMatch(
      /Database cannot be reached.*\n\s+Next: Check DATABASE_URL, or the log of the embedded server\. \(whose move: operator\)/,
    );
    meddler.meddle(undefined);
    await hub.close();
    server = await startPostgres({ folder: data, projectRoot });
    hub = await testHub({ yaml: yaml(), folder, clock, values: moodleValues, databaseUrl: server.url });
    // The dead worker's lease runs out in a minute; nothing sleeps here.
    await hub.rows("update ops.connection set lease_until = now() - interval '1 second' where lease_holder is not null");
    expect(await hub.sync("zqa-moodle")).toMatchObject({ outcome: "COMPLETED" });
    expect(await keys(hub.rows)).toEqual(whole);
  } finally {
    await hub.close();
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
});

test("D1: a database that is not there is said in one sentence with the next step", async () => {
  await expect(
    testHub({ yaml: yaml(), clock, values: moodleValues, databaseUrl: "postgresql://postgres@127.0.0.1:1/nothing" }),
  ).rejects.toMatchObject({
    code: "DATABASE_UNAVAILABLE",
  });
});
