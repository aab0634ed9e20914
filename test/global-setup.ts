import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { type EmbeddedPostgres, startPostgres } from "../platform/postgres";
import { commandOf, isAlive, isSameProcess, processIdentity } from "../platform/postgres/processes";
import { readPidFile } from "../platform/postgres/server";

/**
 * One server for the whole run; every test file makes a database of its own (test/builders/database.ts). Without durability:
 * a test's rows need not survive a power cut, and the start costs under two seconds.
 */
export default async function setup(): Promise<void> {
  if (process.env.LANYARD_TEST_DATABASE) return;
  sweep();
  const folder = mkdtempSync(path.join(tmpdir(), "lanyard-test-"));
  chmodSync(folder, 0o711); // as root the server runs under another account, which has to get there
  writeFileSync(path.join(folder, "owner"), processIdentity(process.pid));
  const server = await startPostgres({
    folder,
    projectRoot: path.resolve(__dirname, ".."),
    server: { fsync: "off", full_page_writes: "off", synchronous_commit: "off", shared_buffers: "128MB" },
  });
  process.env.LANYARD_TEST_DATABASE = server.url;
  const held = globalThis as { lanyardTestServer?: { server: EmbeddedPostgres; folder: string } };
  held.lanyardTestServer = { server, folder };
  stopWhenKilled(server.pid);
}

/** jest skips the teardown when it is interrupted; the server is a session of its own and would stay. */
function stopWhenKilled(pid: number): void {
  const stop = () => {
    try {
      process.kill(pid, "SIGQUIT");
    } catch {
      // the teardown has stopped it
    }
  };
  process.once("exit", stop);
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.once(signal, () => {
      stop();
      process.kill(process.pid, signal);
    });
  }
}

/** What a run that was killed outright has left behind. */
function sweep(): void {
  for (const name of readdirSync(tmpdir()).filter((one) => one.startsWith("lanyard-test-"))) {
    const folder = path.join(tmpdir(), name);
    try {
      if (isSameProcess(readFileSync(path.join(folder, "owner"), "utf8"))) continue;
      const server = readPidFile(path.join(folder, "postgres", "data"));
      if (server && isAlive(server.pid) && commandOf(server.pid).includes(folder)) process.kill(server.pid, "SIGQUIT");
      rmSync(folder, { recursive: true, force: true });
    } catch {
      // not finished being made, or not ours
    }
  }
}
