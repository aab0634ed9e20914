/**
 * Rows a second that the audit's chains take from 16 writers, each waiting for its row before the next: one chain and eight, in one
 * process. Then how fast they are verified, and in how much memory. `npm run bench:audit [-- --json] [--seconds 5] [--writers 16]`
 */
import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import "reflect-metadata";
import { type Ask, verifyAudit } from "../cli/audit-verify/verify";
import { createPool } from "../platform/database";
import { startPostgres } from "../platform/postgres";
import { openStore } from "../store/open";
import type { AuditEvent } from "../store/store";

const { values: options } = parseArgs({
  options: { json: { type: "boolean" }, seconds: { type: "string", default: "5" }, writers: { type: "string", default: "16" } },
});

const event = (organisation: string, n: number): AuditEvent => ({
  requestId: `bench-${n}`,
  operation: "Record",
  subject: "https://issuer.example|a-user",
  organisation,
  role: "hr",
  purpose: "EMPLOYMENT",
  decision: "ALLOW",
  fields: ["Query.staffMember"],
  staffMembers: [`00000000-0000-4000-8000-${String(n % 100_000).padStart(12, "0")}`],
  kinds: ["assignment", "competence-award", "personal-details"],
  controllers: [organisation],
  counts: { staffMembers: 1, errors: 0 },
  policyVersion: "bench",
});

async function main(): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), "lanyard-bench-audit-"));
  const server = await startPostgres({ folder: path.join(folder, "pg"), projectRoot: path.resolve(__dirname, "../..") });
  try {
    const store = await openStore({ url: server.url, keyEncryptionKey: Buffer.alloc(32, 7) });
    await store.migrate();
    const run = async (chains: number, perCall: number) => {
      let n = 0;
      const begun = performance.now();
      const longest: number[] = [];
      await Promise.all(
        Array.from({ length: Number(options.writers) }, async (_, writer) => {
          while (performance.now() - begun < Number(options.seconds) * 1000) {
            const at = performance.now();
            await store.audit(Array.from({ length: perCall }, () => event(`ZQ${writer % chains}`, n++)));
            longest.push(performance.now() - at);
          }
        }),
      );
      longest.sort((a, b) => a - b);
      const seconds = (performance.now() - begun) / 1000;
      return {
        chains,
        perCall,
        rowsPerSecond: Math.round(n / seconds),
        p50: longest[longest.length >> 1]!,
        p99: longest[Math.floor(longest.length * 0.99)]!,
      };
    };
    await run(1, 1);
    const results = [await run(1, 1), await run(8, 1), await run(1, 100)];
    for (const one of results)
      process.stdout.write(
        options.json
          ? `${JSON.stringify(one)}\n`
          : `${options.writers} writers, ${one.chains} chain(s), ${one.perCall} row(s) a call: ${one.rowsPerSecond} rows/s, p50 ${one.p50.toFixed(1)} ms, p99 ${one.p99.toFixed(1)} ms\n`,
      );
    await store.close();
    const pool = createPool({ url: server.url, max: 1, applicationName: "bench" });
    const { publicKey } = generateKeyPairSync("ed25519");
    let most = 0;
    const watching = setInterval(() => {
      most = Math.max(most, process.memoryUsage().heapUsed);
    }, 20);
    const begun = performance.now();
    const report = await verifyAudit(((text, values) => pool.query(text, [...values])) as Ask, new Map(), publicKey);
    clearInterval(watching);
    await pool.end();
    const rows = report.chains.reduce((sum, one) => sum + one.rows, 0);
    const verified = {
      verified: rows,
      whole: report.whole,
      rowsPerSecond: Math.round((rows / (performance.now() - begun)) * 1000),
      heapMb: Math.round(most / 2 ** 20),
    };
    process.stdout.write(
      options.json
        ? `${JSON.stringify(verified)}\n`
        : `verified ${rows} rows (${report.whole ? "whole" : "broken"}): ${verified.rowsPerSecond} rows/s, at most ${verified.heapMb} MB of heap\n`,
    );
    if (!report.whole) throw new Error("the chains of the bench are not whole");
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

void main().catch((error) => {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  process.exitCode = 1;
});
