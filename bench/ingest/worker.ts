/**
 * The hub's side, in a process of its own, so that its peak memory is its own. Commands come by message:
 * { do: "write" | "end-to-end", edition, digests } -> { ms, cpuMs, counts, walBytes, maxRssMb }.
 */
import "reflect-metadata";
import { setTimeout as delay } from "node:timers/promises";
import { createHttp } from "../../connectors/kit/http";
import { systemClock, today } from "../../platform/clock";
import { createLog } from "../../platform/log";
import { openQueue } from "../../platform/queue";
import { openStore } from "../../store/open";
import type { Engine } from "../../sync/engine";
import { courseMaps } from "../../sync/maps";
import { matchPeople } from "../../sync/matching";
import { OrderedWrites } from "../../sync/ordered-writes";
import { preparePage } from "../../sync/prepare";
import { runConnection } from "../../sync/run";
import { madeUpConnection, madeUpPage, pageCount, pageSize } from "./made-up-vendor";

interface Command {
  do: "write" | "end-to-end";
  edition: number;
  digests: boolean;
}

function cpuMsSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

async function main(databaseUrl: string, vendorUrl: string): Promise<void> {
  const clock = systemClock;
  const log = createLog({ level: "warn" });
  const store = await openStore({ url: databaseUrl, keyEncryptionKey: Buffer.alloc(32, 7), clock });
  const maps = courseMaps(new Map());
  const engine: Engine = {
    store,
    clock,
    log,
    sleep: (ms, signal) => delay(ms, undefined, { signal }),
    blind: store.sealer.blindIndex,
    mapsFor: async () => maps,
    may: { write: () => true, readReceipts: () => true },
    secret: async () => "",
    resolvePath: (file) => file,
    httpFor: (connection, signal) =>
      createHttp({
        allowedHosts: connection.connector.hosts(connection.settings),
        requestsPerSecond: 1_000_000,
        clock,
        signal,
        sleep: (ms, stop) => delay(ms, undefined, { signal: stop }),
        insecureLoopback: true,
      }),
    match: async (ids) => {
      await store.exclusively("matching", () => matchPeople(store, ids, { vpdOf: () => "991" }));
    },
  };
  const queue = openQueue({ backend: { postgresUrl: databaseUrl }, log });
  await queue.ready();
  let current: { command: Command; done: (counts: unknown) => void; fail: (error: unknown) => void } | undefined;
  queue.work("bench", 1, async (_job, signal) => {
    const { command, done, fail } = current!;
    const connection = madeUpConnection({ url: vendorUrl, edition: command.edition, digests: command.digests });
    const result = await runConnection(engine, connection, { trigger: "command", holder: "bench", signal });
    if (!result || result.error) fail(result?.error ?? new Error("the connection is leased"));
    else done(result.counts);
  });

  /** The write stage alone: facts that are normalised, checked and hashed beforehand, page by page as they are needed. */
  async function write(edition: number): Promise<{ counts: unknown; spent: number; cpuMs: number }> {
    const connection = madeUpConnection({ url: vendorUrl, edition, digests: false });
    const lease = await store.connections.lease("bench", "bench", 600);
    const runId = await store.connections.startRun("bench", lease!.number, "command");
    const writes = new OrderedWrites(Number(process.env.BENCH_WRITERS ?? 4));
    let spent = 0;
    let cpuMs = 0;
    const readAt = clock.now().toISOString();
    const context = { connection, maps, readAt, today: today(clock), blind: engine.blind };
    // Few at a time: what waits to be written is not the worker's own memory.
    const batch = Math.ceil(20_000 / pageSize);
    for (let first = 0; first < pageCount; first += batch) {
      const prepared = Array.from({ length: Math.min(batch, pageCount - first) }, (_, index) =>
        preparePage({ dataSet: "records", records: madeUpPage(first + index, edition), checkpoint: { page: first + index } }, context),
      );
      const begun = performance.now();
      const cpuBefore = process.cpuUsage();
      for (const [index, page] of prepared.entries()) {
        const keys = new Set(page.records.map((record) => `${record.kind}|${record.sourceId}`));
        await writes.start(keys, async (commitAfter) => {
          await store.pages.apply(
            {
              ...page,
              // Raw pages belong to the end-to-end figure.
              raw: [],
              connectionId: "bench",
              system: () => "esr",
              runId,
              lease: lease!.number,
              ordinal: first + index,
              dataSet: "records",
              derivationVersion: "bench/1",
              checkpoint: { page: first + index },
              digest: undefined,
              identical: false,
              rawDays: 90,
            },
            commitAfter,
          );
        });
      }
      await writes.settle();
      spent += performance.now() - begun;
      cpuMs += cpuMsSince(cpuBefore);
    }
    const counts = await store.connections.endRun({
      connectionId: "bench",
      runId,
      lease: lease!.number,
      outcome: "COMPLETED",
      nextRunAt: undefined,
    });
    await store.pages.clearSeen(runId);
    await store.connections.release("bench", lease!.number);
    return { counts, spent, cpuMs };
  }

  process.on("message", (command: Command) => {
    void (async () => {
      const before = await wal();
      const begun = performance.now();
      const cpuBefore = process.cpuUsage();
      let answer: { counts?: unknown; spent?: number; cpuMs?: number };
      if (command.do === "write") answer = await write(command.edition);
      else {
        const counts = await new Promise((resolve, reject) => {
          current = { command, done: resolve, fail: reject };
          void queue.add("bench", undefined, {});
        });
        answer = { counts };
      }
      const ms = answer.spent ?? performance.now() - begun;
      const cpuMs = answer.cpuMs ?? cpuMsSince(cpuBefore);
      process.send?.({
        ms,
        cpuMs,
        counts: answer.counts,
        walBytes: (await wal()) - before,
        maxRssMb: process.resourceUsage().maxRSS / 1024,
      });
    })().catch((error: unknown) => {
      process.send?.({ error: String((error as Error).stack ?? error), detail: (error as { detail?: unknown }).detail });
    });
  });
  async function wal(): Promise<number> {
    const { rows } = await store.pool.query("select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::float8 as bytes");
    return Number(rows[0].bytes);
  }
  process.on("disconnect", () => {
    void Promise.allSettled([queue.close(), store.close()]).then(() => process.exit(0));
  });
  process.send?.({ ready: true });
}

void main(process.argv[2]!, process.argv[3]!);
