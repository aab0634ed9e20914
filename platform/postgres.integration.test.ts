import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { withClient } from "./database";
import { type EmbeddedPostgres, type PostgresSettings, startPostgres } from "./postgres";
import { canReach } from "./postgres/account";
import { isAlive } from "./postgres/processes";

const projectRoot = path.resolve(__dirname, "..");
const isRoot = process.getuid?.() === 0;
const whenRoot = isRoot ? test : test.skip;

let folder: string;
const started: EmbeddedPostgres[] = [];
const children: ChildProcess[] = [];

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "lanyard-postgres-test-"));
  chmodSync(folder, 0o711);
});
afterEach(async () => {
  for (const child of children.splice(0)) if (child.exitCode === null && child.signalCode === null) child.kill("SIGKILL");
  // Whatever a test has left behind: adopt it and stop it.
  if (existsSync(path.join(folder, "postgres", "data", "postmaster.pid"))) await start().catch(() => undefined);
  for (const one of started.splice(0)) await one.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function start(settings: Partial<PostgresSettings> = {}): Promise<EmbeddedPostgres> {
  const server = await startPostgres({ folder, projectRoot, ...settings });
  started.push(server);
  return server;
}

const data = () => path.join(folder, "postgres", "data");

async function remember(url: string, word: string): Promise<void> {
  await withClient(url, (client) => client.query(`CREATE TABLE IF NOT EXISTS memory (word text); INSERT INTO memory VALUES ('${word}')`));
}
const recall = (url: string) =>
  withClient(url, async (client) => (await client.query("SELECT word FROM memory ORDER BY word")).rows.map((row) => row.word));

/** A starter in a process of its own, so that it can be killed. */
async function starter(
  identity: { uid?: number; gid?: number } = {},
): Promise<{ child: ChildProcess; said: { url: string; pid: number; how: string; failed?: string } }> {
  const script = path.join(projectRoot, "test", "builders", "postgres-starter.ts");
  const child = spawn(process.execPath, ["--require", path.join(projectRoot, "test", "register.cjs"), script, folder, projectRoot], {
    stdio: ["ignore", "pipe", "inherit"],
    cwd: projectRoot,
    ...identity,
  });
  children.push(child);
  const [line] = await once(createInterface({ input: child.stdout! }), "line");
  return { child, said: JSON.parse(line) };
}

async function killed(child: ChildProcess): Promise<void> {
  const gone = once(child, "exit");
  child.kill("SIGKILL");
  await gone;
}

test("the first start initialises, the next one finds everything again at once", async () => {
  const first = await start();
  expect(first).toMatchObject({ how: "initialised", folder, notes: [] });
  await remember(first.url, "kept");
  await first.stop();
  expect(isAlive(first.pid)).toBe(false);
  const second = await start();
  expect(second.how).toBe("started");
  expect(await recall(second.url)).toEqual(["kept"]);
});

test("the server listens on loopback only, asks for its password, and commits to disk", async () => {
  const { url } = await start();
  const settings = await withClient(url, async (client) => {
    const { rows } = await client.query(
      "SELECT name, setting FROM pg_settings WHERE name IN ('listen_addresses', 'synchronous_commit', 'fsync', 'wal_compression', 'random_page_cost', 'data_checksums')",
    );
    return Object.fromEntries(rows.map((row) => [row.name, row.setting]));
  });
  expect(settings).toEqual({
    listen_addresses: "127.0.0.1",
    synchronous_commit: "on",
    fsync: "on",
    wal_compression: "pglz",
    random_page_cost: "1.1",
    data_checksums: "on",
  });
  const wrong = new URL(url);
  wrong.password = "guess";
  await expect(withClient(wrong.toString(), (client) => client.query("SELECT 1"))).rejects.toMatchObject({ code: "28P01" });
  expect(statSync(path.join(folder, "postgres", "password")).mode & 0o777).toBe(0o600);
  expect(statSync(data()).mode & 0o077).toBe(0);
});

test("a row that makes a statement fail is not quoted in the server's log", async () => {
  const { url } = await start();
  await withClient(url, async (client) => {
    await client.query("CREATE TABLE person (name text UNIQUE, born date)");
    await client.query("INSERT INTO person VALUES ('Zebedee Quillfeather', NULL)");
    await client.query("INSERT INTO person VALUES ('Zebedee Quillfeather', NULL)").catch(() => undefined);
    await client.query("INSERT INTO person VALUES ('x', $1)", ["Quillfeather"]).catch(() => undefined);
  });
  expect(readFileSync(path.join(folder, "postgres", "server.log"), "utf8")).not.toContain("Quillfeather");
});

test("after a kill -9 of its starter the server is adopted with every acknowledged row, and then stopped cleanly", async () => {
  const { child, said } = await starter();
  await remember(said.url, "acknowledged");
  await killed(child);
  const adopted = await start();
  expect(adopted).toMatchObject({ how: "adopted", pid: said.pid });
  expect(await recall(adopted.url)).toEqual(["acknowledged"]);
  await adopted.stop();
  expect(isAlive(said.pid)).toBe(false);
});

test("whoever only looks in does not stop the server of a living starter", async () => {
  const { child, said } = await starter();
  const visitor = await start();
  expect(visitor).toMatchObject({ how: "adopted", pid: said.pid });
  await visitor.stop();
  expect(isAlive(said.pid)).toBe(true);
  const gone = once(child, "exit");
  child.kill("SIGTERM");
  await gone;
  expect(isAlive(said.pid)).toBe(false);
});

test("two starts at once give one initialiser and one adopter, and the last to leave stops it", async () => {
  const both = await Promise.all([start(), start()]);
  expect(both.map((one) => one.how).sort()).toEqual(["adopted", "initialised"]);
  expect(both[0]!.pid).toBe(both[1]!.pid);
  await both[0]!.stop();
  await remember(both[1]!.url, "still there");
  await both[1]!.stop();
  expect(isAlive(both[0]!.pid)).toBe(false);
});

test("a server killed outright starts again at once with every acknowledged row", async () => {
  const first = await start();
  await remember(first.url, "acknowledged");
  process.kill(first.pid, "SIGKILL");
  const second = await start();
  expect(second.how).toBe("started");
  expect(await recall(second.url)).toEqual(["acknowledged"]);
});

test("a half-finished initdb is cleared", async () => {
  mkdirSync(path.join(folder, "postgres", "data.new", "base"), { recursive: true });
  writeFileSync(path.join(folder, "postgres", "data.new", "PG_VERSION"), "18\n");
  mkdirSync(data(), { recursive: true });
  expect((await start()).how).toBe("initialised");
  expect(existsSync(path.join(folder, "postgres", "data.new"))).toBe(false);
});

test("a starter killed in the middle of initdb leaves nothing that the next one trips over", async () => {
  const script = path.join(projectRoot, "test", "builders", "postgres-starter.ts");
  const child = spawn(process.execPath, ["--require", path.join(projectRoot, "test", "register.cjs"), script, folder, projectRoot], {
    cwd: projectRoot,
    stdio: "ignore",
  });
  children.push(child);
  const home = path.join(folder, "postgres");
  const midway = () => existsSync(home) && readdirSync(home).some((name) => existsSync(path.join(home, name, "PG_VERSION")));
  while (!midway() && child.exitCode === null) await new Promise((resolve) => setImmediate(resolve));
  await killed(child);
  expect((await start()).how).toMatch(/initialised|adopted/);
});

test("a pid file that names a stranger is no server", async () => {
  const first = await start();
  await first.stop();
  writeFileSync(path.join(data(), "postmaster.pid"), `${process.pid}\n${data()}\n1\n1\n\n127.0.0.1\n\nready\n`);
  expect((await start()).how).toBe("started");
});

test("a lock and a user that a dead process left behind hold nothing", async () => {
  const first = await start();
  await first.stop();
  writeFileSync(path.join(folder, "postgres", "start.lock"), "999999999 1 gone#1");
  writeFileSync(path.join(folder, "postgres", "users", "999999999.1"), "999999999 1 gone#1");
  const second = await start();
  await second.stop();
  expect(isAlive(second.pid)).toBe(false);
});

test("records of another major version are refused and left as they are", async () => {
  const first = await start();
  await first.stop();
  writeFileSync(path.join(data(), "PG_VERSION"), "17\n");
  await expect(start()).rejects.toMatchObject({
    code: "DATABASE_UNAVAILABLE",
    class: "settings",
    message: expect.stringContaining("written by PostgreSQL 17"),
  });
  expect(existsSync(path.join(data(), "global", "pg_control"))).toBe(true);
  writeFileSync(path.join(data(), "PG_VERSION"), "18\n");
});

test("a folder that holds something else is refused and left as it is", async () => {
  mkdirSync(data(), { recursive: true });
  writeFileSync(path.join(data(), "thesis.txt"), "mine");
  writeFileSync(path.join(folder, "postgres", "password"), "x");
  await expect(start()).rejects.toMatchObject({ class: "settings", message: expect.stringContaining("not a PostgreSQL data folder") });
  expect(readFileSync(path.join(data(), "thesis.txt"), "utf8")).toBe("mine");
});

test("a setting that PostgreSQL refuses fails at once with its own words", async () => {
  await expect(start({ server: { max_connections: "plenty" } })).rejects.toMatchObject({
    code: "DATABASE_UNAVAILABLE",
    message: expect.stringMatching(/FATAL.*max_connections/),
  });
});

test("a platform without binaries is told what to do", async () => {
  const arch = Object.getOwnPropertyDescriptor(process, "arch")!;
  Object.defineProperty(process, "arch", { ...arch, value: "s390x" });
  try {
    await expect(start()).rejects.toMatchObject({
      code: "DATABASE_UNAVAILABLE",
      class: "settings",
      message: expect.stringContaining("DATABASE_URL"),
    });
  } finally {
    Object.defineProperty(process, "arch", arch);
  }
});

whenRoot("root never runs the server itself", async () => {
  const { pid } = await start();
  expect(statSync(`/proc/${pid}`).uid).not.toBe(0);
});

whenRoot("in a folder that the server's account cannot reach the records go to the fallback, and a line says so", async () => {
  chmodSync(folder, 0o700);
  const fallbackFolder = mkdtempSync(path.join(tmpdir(), "lanyard-fallback-"));
  chmodSync(fallbackFolder, 0o755);
  const server = await startPostgres({ folder: path.join(folder, ".lanyard"), projectRoot, fallbackFolder });
  expect(server.folder.startsWith(`${fallbackFolder}${path.sep}`)).toBe(true);
  expect(server.notes).toEqual([expect.stringContaining(server.folder)]);
  await remember(server.url, "kept");
  await server.stop();
  const again = await startPostgres({ folder: path.join(folder, ".lanyard"), projectRoot, fallbackFolder });
  expect(again).toMatchObject({ how: "started", folder: server.folder });
  expect(await recall(again.url)).toEqual(["kept"]);
  await again.stop();
  rmSync(fallbackFolder, { recursive: true });
});

const nobody = { uid: 65_534, gid: 65_534 };
const nobodyCanRun =
  isRoot && canReach(path.dirname(process.execPath), { name: "nobody", ...nobody }) && canReach(projectRoot, { name: "nobody", ...nobody });
(nobodyCanRun ? test : test.skip)("an ordinary account runs it as itself, and root carries on in that account's name", async () => {
  chownSync(folder, nobody.uid, nobody.gid);
  const { child, said } = await starter(nobody);
  expect(said).toMatchObject({ how: "initialised" });
  expect(statSync(`/proc/${said.pid}`).uid).toBe(nobody.uid);
  await remember(said.url, "kept");
  const gone = once(child, "exit");
  child.kill("SIGTERM");
  await gone;
  const asRoot = await start();
  expect(statSync(`/proc/${asRoot.pid}`).uid).toBe(nobody.uid);
  expect(await recall(asRoot.url)).toEqual(["kept"]);
});
