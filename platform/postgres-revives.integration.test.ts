import { chmodSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { withClient } from "./database";
import type { LogFields } from "./log";
import { type EmbeddedPostgres, startPostgres } from "./postgres";
import { isAlive } from "./postgres/processes";
import { stopServer } from "./postgres/server";

const projectRoot = path.resolve(__dirname, "..");
let folder: string;
let said: string[];
const started: EmbeddedPostgres[] = [];
const tell = (fields: LogFields) => void said.push(String(fields.code));

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "lanyard-postgres-test-"));
  chmodSync(folder, 0o711);
  said = [];
});
afterEach(async () => {
  if (existsSync(path.join(folder, "postgres", "data", "postmaster.pid"))) started.push(await startPostgres({ folder, projectRoot }));
  for (const one of started.splice(0)) await one.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function start(): Promise<EmbeddedPostgres> {
  const server = await startPostgres({ folder, projectRoot, revives: { warn: tell, error: tell } });
  started.push(server);
  return server;
}
const remember = (url: string) =>
  withClient(url, (client) => client.query("CREATE TABLE memory (word text); INSERT INTO memory VALUES ('acknowledged')"));
const recall = (url: string) =>
  withClient(url, async (client) => (await client.query("SELECT word FROM memory")).rows.map(({ word }) => word));
async function until(so: () => Promise<boolean> | boolean): Promise<void> {
  for (let tries = 0; tries < 600; tries += 1) {
    if (await so()) return;
    await pause(50);
  }
  throw new Error(`not within 30 s: ${so}; said ${said.join(", ")}`);
}

test("D1: a server that is killed under us runs again at the same address, with all that was acknowledged", async () => {
  const server = await start();
  await remember(server.url);
  const killed = server.pid;
  process.kill(killed, "SIGKILL");
  await until(() => said.includes("revived"));
  expect(said).toEqual(["gone", "revived"]);
  expect(server.pid).not.toBe(killed);
  expect(await recall(server.url)).toEqual(["acknowledged"]);
});

test("of two users of one server one revives it, and the other finds it", async () => {
  const [one, other] = [await start(), await start()];
  await remember(one.url);
  process.kill(one.pid, "SIGKILL");
  await until(() => said.filter((code) => code === "revived" || code === "adopted").length === 2);
  expect([...said].sort()).toEqual(["adopted", "gone", "gone", "revived"]);
  expect(one.pid).toBe(other.pid);
  expect(await recall(other.url)).toEqual(["acknowledged"]);
  const { pid } = one;
  await one.stop();
  expect(isAlive(pid)).toBe(true);
  await other.stop();
  expect(isAlive(pid)).toBe(false);
});

test("what we stop ourselves, or somebody else in good order, is not revived", async () => {
  const server = await start();
  await remember(server.url);
  await stopServer(server.pid);
  await until(() => said.includes("stopped"));
  await pause(1_000);
  expect(said).toEqual(["gone", "stopped"]);
  expect(isAlive(server.pid)).toBe(false);
  await server.stop();
  await pause(600);
  expect(existsSync(path.join(folder, "postgres", "data", "postmaster.pid"))).toBe(false);
});
