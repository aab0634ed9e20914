/**
 * Requests a second and CPU for a full record and for a list of 50: our gateway in one process, an endpoint written by hand
 * that runs the same statements in the same wrapper, and stock @apollo/gateway over HTTP subgraphs. One interleaved run,
 * medians. The stock one pays for neither audit nor limits; ours without audit shows what that costs. `npm run bench:query [-- --json] [--seconds 2] [--rounds 3]`
 */
import { type ChildProcess, fork } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { Pool } from "undici";
import "reflect-metadata";
import { createDevelopmentIssuer } from "../gateway/development-issuer";
import { systemClock } from "../platform/clock";
import { createPool } from "../platform/database";
import { startPostgres } from "../platform/postgres";
import { openStore } from "../store/open";
import { listOperation, recordOperation } from "./query/operations";
import { populate } from "./query/population";

const { values: options } = parseArgs({
  options: {
    json: { type: "boolean" },
    seconds: { type: "string", default: "2" },
    rounds: { type: "string", default: "3" },
    staff: { type: "string", default: "2000" },
  },
});
const staff = Number(options.staff);
const clients = 10;

interface Contender {
  readonly name: string;
  readonly processes: readonly ChildProcess[];
  readonly pool: Pool;
}

function message<T>(child: ChildProcess): Promise<T> {
  return new Promise((resolve, reject) => {
    const gone = (code: number | null) => reject(new Error(`a contender ended with ${code}`));
    child.once("exit", gone);
    child.once("message", (value) => {
      child.off("exit", gone);
      resolve(value as T);
    });
  });
}

async function cpuMs(processes: readonly ChildProcess[]): Promise<number> {
  let total = 0;
  for (const child of processes) {
    const answer = message<{ cpu: NodeJS.CpuUsage }>(child);
    child.send("cpu");
    const { cpu } = await answer;
    total += (cpu.user + cpu.system) / 1000;
  }
  return total;
}

async function main(): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), "lanyard-bench-"));
  const say = (line: string) => process.stderr.write(`${line}\n`);
  const server = await startPostgres({
    folder: path.join(folder, "pg"),
    projectRoot: path.resolve(__dirname, "../.."),
    server: { max_connections: "400" },
  });
  const children: ChildProcess[] = [];
  try {
    const store = await openStore({ url: server.url, keyEncryptionKey: Buffer.alloc(32, 7) });
    await store.migrate();
    const administrator = createPool({ url: server.url, max: 2, applicationName: "lanyard-bench" });
    await populate(administrator, staff);
    await administrator.end();
    await store.close();
    say(`${staff} staff, ${staff * 46} records`);
    const token = await (await createDevelopmentIssuer({ folder, clock: systemClock })).issueToken({ as: "hr", organisation: "ZQA" });
    const start = async (name: string, more: string[] = []) => {
      const child = fork(path.join(__dirname, "query", "serving.js"), [name, server.url, folder, ...more], {
        stdio: ["ignore", "ignore", "inherit", "ipc"],
        env: { ...process.env, NODE_ENV: "production" },
      });
      children.push(child);
      return { child, ports: (await message<{ ports: Record<string, number> }>(child)).ports };
    };
    const contender = (name: string, port: number, processes: ChildProcess[]): Contender => ({
      name,
      processes,
      pool: new Pool(`http://127.0.0.1:${port}`, { connections: clients }),
    });
    const floor = await start("floor");
    const ours = await start("ours");
    const unaudited = await start("ours-unaudited");
    const subgraphs = await start("stock-subgraphs");
    const stock = await start("stock", [JSON.stringify(subgraphs.ports)]);
    const contenders = [
      contender("by hand", floor.ports[""]!, [floor.child]),
      contender("lanyard", ours.ports[""]!, [ours.child]),
      contender("without audit", unaudited.ports[""]!, [unaudited.child]),
      contender("stock over HTTP", stock.ports[""]!, [stock.child, subgraphs.child]),
    ];
    const workloads = [
      {
        name: "record",
        body: (n: number) => ({ operationName: "Record", query: recordOperation, variables: { value: String((n % staff) + 1) } }),
      },
      { name: "list of 50", body: () => ({ operationName: "List", query: listOperation, variables: {} }) },
    ];
    let asked = 0;
    const measure = async (it: Contender, body: (n: number) => unknown, seconds: number) => {
      const before = await cpuMs(it.processes);
      const begun = performance.now();
      let done = 0;
      let bytes = 0;
      await Promise.all(
        Array.from({ length: clients }, async () => {
          while (performance.now() - begun < seconds * 1000) {
            const { statusCode, body: answer } = await it.pool.request({
              method: "POST",
              path: it.name === "stock over HTTP" ? "/" : "/graphql",
              headers: { "content-type": "application/json", authorization: `Bearer ${token}` },
              body: JSON.stringify(body(asked++)),
            });
            const text = await answer.text();
            // The stock data source loses kept-alive connections that a subgraph closed after a pause: not an answer, not counted.
            if (it.name === "stock over HTTP" && text.includes("ECONNRESET")) continue;
            // A fast wrong answer is no answer.
            if (statusCode !== 200 || text.includes('"errors"') || text.length < 500)
              throw new Error(`${it.name} answered ${statusCode}: ${text.slice(0, 300)}`);
            bytes = text.length;
            done += 1;
          }
        }),
      );
      const took = (performance.now() - begun) / 1000;
      return { perSecond: done / took, cpuMs: ((await cpuMs(it.processes)) - before) / done, bytes };
    };
    const rounds = Number(options.rounds);
    const results = new Map<string, { perSecond: number; cpuMs: number; bytes: number }[]>();
    for (let round = 0; round <= rounds; round++) {
      for (const workload of workloads) {
        for (const it of contenders) {
          const result = await measure(it, workload.body, Number(options.seconds));
          const key = `${workload.name}|${it.name}`;
          // The first round warms up.
          if (round > 0) results.set(key, [...(results.get(key) ?? []), result]);
        }
      }
    }
    const median = (numbers: number[]) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)]!;
    const table = [...results].map(([key, runs]) => {
      const [workload, name] = key.split("|");
      return {
        workload,
        name,
        perSecond: median(runs.map((it) => it.perSecond)),
        cpuMs: median(runs.map((it) => it.cpuMs)),
        bytes: runs[0]!.bytes,
      };
    });
    if (options.json) process.stdout.write(`${JSON.stringify({ staff, clients, rounds, results: table })}\n`);
    else {
      for (const row of table) {
        const stockRow = table.find((it) => it.workload === row.workload && it.name === "stock over HTTP")!;
        process.stdout.write(
          `${row.workload!.padEnd(11)} ${row.name!.padEnd(16)} ${row.perSecond.toFixed(1).padStart(8)}/s ${row.cpuMs.toFixed(2).padStart(8)} ms CPU ` +
            `${(row.perSecond / stockRow.perSecond).toFixed(1).padStart(6)}x ${(stockRow.cpuMs / row.cpuMs).toFixed(1).padStart(6)}x CPU  ${row.bytes} B\n`,
        );
      }
    }
    for (const { name } of workloads) {
      const rate = (of: string) => table.find((row) => row.workload === name && row.name === of)!.perSecond;
      say(`${name}: with audit ${((rate("lanyard") / rate("without audit")) * 100).toFixed(1)} % of the throughput without`);
    }
    for (const it of contenders) await it.pool.destroy();
  } finally {
    for (const child of children) if (child.connected) child.disconnect();
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

void main().catch((error) => {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  process.exitCode = 1;
});
