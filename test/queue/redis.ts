import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";

export interface RedisForTests {
  url: string;
  stop(): Promise<void>;
}

/** REDIS_URL (its database is used as it is), else a local redis-server on a free port, else nothing. */
export function redisAvailable(): boolean {
  return Boolean(process.env.REDIS_URL) || redisBinary() !== undefined;
}

export function redisBinary(): string | undefined {
  return (process.env.PATH ?? "")
    .split(path.delimiter)
    .map((folder) => path.join(folder, "redis-server"))
    .find((file) => existsSync(file));
}

export async function startRedis(): Promise<RedisForTests> {
  if (process.env.REDIS_URL) return { url: process.env.REDIS_URL, stop: async () => undefined };
  const binary = redisBinary();
  if (!binary) throw new Error("There is no redis-server on the PATH, and REDIS_URL is not set");
  const folder = mkdtempSync(path.join(tmpdir(), "lanyard-redis-"));
  const port = await freePort();
  const args = [
    "--port",
    String(port),
    "--bind",
    "127.0.0.1",
    "--save",
    "",
    "--appendonly",
    "no",
    "--dir",
    folder,
    "--maxmemory-policy",
    "noeviction",
  ];
  const child = spawn(binary, args, { stdio: "ignore" });
  await answering(child, port);
  return {
    url: `redis://127.0.0.1:${port}/0`,
    async stop() {
      const gone = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGTERM");
      await gone;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function answering(child: ChildProcess, port: number): Promise<void> {
  const until = performance.now() + 10_000;
  while (performance.now() < until && child.exitCode === null) {
    const connected = await new Promise<boolean>((resolve) => {
      const socket = connect(port, "127.0.0.1", () => {
        socket.destroy();
        resolve(true);
      });
      socket.once("error", () => resolve(false));
    });
    if (connected) return;
    await pause(20);
  }
  throw new Error("redis-server does not start");
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
}
