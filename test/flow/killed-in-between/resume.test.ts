import { type ChildProcess, spawn } from "node:child_process";
import path from "node:path";
import { fixedClock } from "../../../platform/clock";
import { type RunningMoodle, startMoodle } from "../../../sandbox/moodle/server";
import { anEsrPerson, employed, writeGoFile } from "../../builders/esr-files";
import { type TestHub, testHub } from "../../builders/hub";
import { type Meddler, type Meddling, startMeddler } from "../../builders/meddler";
import { moodleSite, moodleToken, moodleValues, moodleYaml } from "../../builders/moodle-site";

const people = Array.from({ length: 20 }, () => anEsrPerson());
const clock = fixedClock("2026-11-22T09:00:00Z");
const projectRoot = path.resolve(__dirname, "..", "..", "..");
let moodle: RunningMoodle;
let meddler: Meddler;
let hub: TestHub;
const children: ChildProcess[] = [];

beforeEach(async () => {
  moodle = await startMoodle({ data: moodleSite(people), token: moodleToken, clock });
  meddler = await startMeddler(moodle.url);
  hub = await testHub({
    yaml: `  - { id: zqa-esr, connector: esr, organisations: [ZQA], settings: { folder: esr } }\n${moodleYaml(meddler.url, { settings: "pageSize: 4" })}`,
    clock,
    values: moodleValues,
  });
  writeGoFile(`${hub.folder}/esr`, { kind: "GOF", day: "2026-11-19", sequence: 101, rows: employed(...people) });
  await hub.sync("zqa-esr");
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
  await hub.close();
  await meddler.close();
  await moodle.close();
});

const pageOf = (body: string): number | undefined => {
  const form = new URLSearchParams(body);
  return form.get("wsfunction") === "core_reportbuilder_retrieve_report" ? Number(form.get("page")) : undefined;
};
const keys = async () => (await hub.rows("select source_id from learning.achievement order by 1")).map(({ source_id }) => source_id);
const leaseEnds = () => hub.rows("update ops.connection set lease_until = now() - interval '1 second' where lease_holder is not null");

/** A process of its own runs the connection; resolves when it asks for the given page, which is never answered. */
async function childStuckAt(page: number): Promise<ChildProcess> {
  let isStuck: () => void = () => undefined;
  meddler.meddle((seen) => {
    if (pageOf(seen.body) !== page) return "pass";
    isStuck();
    return "silence";
  });
  const child = spawn(
    process.execPath,
    [
      "-r",
      path.join(projectRoot, "test", "register.cjs"),
      path.join(projectRoot, "test", "builders", "hub-process.ts"),
      hub.folder,
      hub.database.url,
      "zqa-moodle",
    ],
    { stdio: ["ignore", "ignore", "pipe"], env: { ...process.env, ...moodleValues } },
  );
  children.push(child);
  let said = "";
  child.stderr!.on("data", (chunk) => {
    said += chunk;
  });
  await new Promise<void>((resolve, reject) => {
    isStuck = resolve;
    child.once("exit", (code) => reject(new Error(`the process has ended (${code}) before page ${page}: ${said}`)));
  });
  return child;
}
const exit = (child: ChildProcess) => new Promise((resolve) => child.once("exit", resolve));

test("Q1: kill -9 between two pages, then go on from the last page stored: no gap, nothing twice", async () => {
  const child = await childStuckAt(3);
  const gone = exit(child);
  child.kill("SIGKILL");
  await gone;
  // Pages may be on their way when the next is asked for, so two or three are stored; never a part of one.
  const stored = (await keys()).length;
  expect([8, 12]).toContain(stored);
  const asked = meddler.seen.length;
  meddler.meddle(undefined);
  await leaseEnds();
  expect(await hub.sync("zqa-moodle")).toMatchObject({ outcome: "COMPLETED" });
  expect(await keys()).toEqual(people.map((_, at) => `user${101 + at}|11`));
  expect(await hub.count("learning.competence_award", "staff_member_id is not null")).toBe(20);
  // It went on where it had stopped.
  const pages = meddler.seen.slice(asked).flatMap((seen) => pageOf(seen.body) ?? []);
  expect(pages[0]).toBeGreaterThan(0);
  expect(await hub.rows("select outcome from ops.sync_run where connection_id = 'zqa-moodle' order by id")).toEqual([
    { outcome: "ABANDONED" },
    { outcome: "COMPLETED" },
  ]);
});

test("Q1: a run that goes on after an interruption withdraws nothing for what it did not see itself", async () => {
  await hub.sync("zqa-moodle");
  moodle.control.complete(103, 11, Date.UTC(2026, 10, 20) / 1000);
  const child = await childStuckAt(3);
  const gone = exit(child);
  child.kill("SIGKILL");
  await gone;
  meddler.meddle(undefined);
  await leaseEnds();
  await hub.sync("zqa-moodle");
  expect(await hub.count("learning.achievement", "source_state = 'IN_FORCE'")).toBe(20);
});

test("Q13: a run that is asked to stop ends in good order and the next one goes on", async () => {
  const stop = new AbortController();
  meddler.meddle((seen) => {
    if (pageOf(seen.body) === 2) stop.abort();
    return "pass";
  });
  expect(await hub.sync("zqa-moodle", { signal: stop.signal })).toMatchObject({ outcome: "CONTINUES", error: undefined });
  expect((await keys()).length).toBeLessThan(20);
  expect(await hub.problems("zqa-moodle")).toEqual([]);
  meddler.meddle(undefined);
  expect(await hub.sync("zqa-moodle")).toMatchObject({ outcome: "COMPLETED" });
  expect(await keys()).toEqual(people.map((_, at) => `user${101 + at}|11`));
});

test("Q10: while one worker has a connection, a second one does not run it", async () => {
  let release: () => void = () => undefined;
  const arrived = new Promise<void>((resolve) => {
    meddler.meddle(async (seen): Promise<Meddling> => {
      if (pageOf(seen.body) !== 1) return "pass";
      resolve();
      await new Promise<void>((go) => {
        release = go;
      });
      return "pass";
    });
  });
  const first = hub.sync("zqa-moodle", { holder: "first" });
  await arrived;
  await expect(hub.sync("zqa-moodle", { holder: "second" })).rejects.toThrow("held by another worker");
  release();
  expect(await first).toMatchObject({ outcome: "COMPLETED" });
  expect(await hub.count("ops.sync_run", "connection_id = 'zqa-moodle'")).toBe(1);
});

test("Q2: a worker that wakes up after another took over writes nothing any more", async () => {
  let release: () => void = () => undefined;
  let frozen = false;
  const arrived = new Promise<void>((resolve) => {
    meddler.meddle(async (seen): Promise<Meddling> => {
      if (pageOf(seen.body) !== 1 || frozen) return "pass";
      frozen = true;
      resolve();
      await new Promise<void>((go) => {
        release = go;
      });
      return "pass";
    });
  });
  const zombie = hub.sync("zqa-moodle", { holder: "frozen" });
  await arrived;
  await leaseEnds();
  expect(await hub.sync("zqa-moodle", { holder: "successor" })).toMatchObject({ outcome: "COMPLETED" });
  const before = await hub.rows("select md5(string_agg(xmin::text || ctid::text, ',' order by id)) as rows from learning.achievement");
  const [checkpoint] = await hub.rows("select checkpoint, lease_number from ops.connection where id = 'zqa-moodle'");
  release();
  await expect(zombie).rejects.toMatchObject({ code: "LEASE_LOST" });
  expect(await hub.rows("select md5(string_agg(xmin::text || ctid::text, ',' order by id)) as rows from learning.achievement")).toEqual(
    before,
  );
  expect(await hub.rows("select checkpoint, lease_number from ops.connection where id = 'zqa-moodle'")).toEqual([checkpoint]);
  expect(await hub.count("learning.achievement")).toBe(20);
});
