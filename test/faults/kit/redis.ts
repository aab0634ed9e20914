/** A redis-server of the test's own, to be stopped, killed, frozen, emptied, replicated. */
import { mkdirSync } from "node:fs";
import { connect, createServer } from "node:net";
import path from "node:path";
import { redisBinary } from "../../queue/redis";
import { type RunningProcess, startProcess, until } from "./processes";

export interface RedisServer {
  readonly port: number;
  readonly url: string;
  readonly pid: number;
  /** One command, one reply (an error reply throws): `command("CONFIG", "SET", "maxmemory", "5mb")`. */
  command(...words: readonly string[]): Promise<string>;
  /** SIGKILL: nothing is written any more. */
  kill(): Promise<void>;
  /** SIGTERM. */
  stop(): Promise<void>;
  freeze(): Promise<void>;
  thaw(): void;
  /** On the same port; without `appendonly` it comes back empty. */
  start(): Promise<void>;
}

/** For `cannotRun`. */
export async function whyNoRedis(): Promise<string | undefined> {
  return redisBinary() ? undefined : "there is no redis-server on the PATH";
}

export async function startRedisServer(input: {
  readonly folder: string;
  readonly settings?: Readonly<Record<string, string>>;
}): Promise<RedisServer> {
  const binary = redisBinary();
  if (!binary) throw new Error("There is no redis-server on the PATH");
  const port = await freePort();
  const folder = path.join(input.folder, `redis-${port}`);
  mkdirSync(folder, { recursive: true });
  const settings = { bind: "127.0.0.1", save: "", appendonly: "no", "maxmemory-policy": "noeviction", ...input.settings, dir: folder };
  const args = ["--port", String(port), ...Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value])];
  let running: RunningProcess;
  const command = (...words: readonly string[]) => ask(port, words);
  const start = async () => {
    running = startProcess(binary, args, { cwd: folder });
    await until(
      "redis-server answers",
      () =>
        command("PING").then(
          (said) => said === "PONG",
          () => false,
        ),
      10_000,
    );
  };
  await start();
  return {
    port,
    url: `redis://127.0.0.1:${port}/0`,
    get pid() {
      return running.pid;
    },
    command,
    start,
    freeze: () => running.freeze(),
    thaw: () => running.thaw(),
    async kill() {
      await running.kill("SIGKILL");
    },
    async stop() {
      running.thaw();
      await running.kill("SIGTERM");
    },
  };
}

/** The protocol's simple half is all a test needs: strings, errors, numbers. */
function ask(port: number, words: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1");
    socket.setTimeout(5_000, () => socket.destroy(new Error("redis does not answer")));
    let said = "";
    socket.once("error", reject);
    socket.on("data", (chunk) => {
      said += chunk.toString("utf8");
      const end = said.indexOf("\r\n");
      if (end < 0) return;
      const [kind, head] = [said[0], said.slice(1, end)];
      if (kind === "$" && Number(head) >= 0 && said.length < end + 4 + Number(head)) return;
      socket.destroy();
      if (kind === "-") reject(new Error(head));
      else resolve(kind === "$" && Number(head) >= 0 ? said.slice(end + 2, end + 2 + Number(head)) : head);
    });
    socket.write(`*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join("")}`);
  });
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
}
