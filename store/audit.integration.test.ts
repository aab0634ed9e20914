import { createPublicKey, verify } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fixedClock } from "../platform/clock";
import { createPool } from "../platform/database";
import { type TestStore, testStore } from "../test/builders/store";
import { createAudit } from "./audit";
import { createAuditHeads, loadHeadKey } from "./audit-heads";
import { openStore } from "./open";
import type { AuditEvent } from "./store";

const event = (more: Partial<AuditEvent> = {}): AuditEvent => ({
  requestId: "r",
  operation: "Record",
  subject: "issuer|user",
  role: "hr",
  decision: "ALLOW",
  staffMembers: [],
  kinds: [],
  controllers: [],
  counts: {},
  policyVersion: "1",
  ...more,
});

let test: TestStore;
let folder: string;
beforeAll(async () => {
  test = await testStore();
  folder = mkdtempSync(path.join(tmpdir(), "lanyard-heads-"));
});
afterAll(async () => {
  await test.drop();
  rmSync(folder, { recursive: true });
});
const chain = (name: string) =>
  test.rows(
    "select seq, encode(prev_hash, 'hex') as previous, encode(hash, 'hex') as hash, at, reason from audit.event where chain = $1 order by seq",
    [name],
  );
const another = () => openStore({ url: test.url, keyEncryptionKey: Buffer.alloc(32, 9) });

it("keeps a chain for each organisation, and one for what belongs to none or to a name that is no organisation's", async () => {
  await test.store.audit([event({ organisation: "ZQA" }), event(), event({ organisation: "ZQB" }), event({ organisation: "zq b; --" })]);
  expect(await test.rows("select chain, count(*)::int as rows from audit.event group by 1 order by 1")).toEqual([
    { chain: "ZQA", rows: 1 },
    { chain: "ZQB", rows: 1 },
    { chain: "hub", rows: 2 },
  ]);
});

it("numbers a chain without gaps, each row with the hash of the row before it, whoever writes", async () => {
  const other = await another();
  await Promise.all(
    [test.store, other].flatMap((store) =>
      Array.from({ length: 8 }, async () => {
        for (let n = 0; n < 25; n++) await store.audit([event({ organisation: n % 2 ? "ZQC" : "ZQD" })]);
      }),
    ),
  );
  await other.close();
  for (const name of ["ZQC", "ZQD"]) {
    const rows = await chain(name);
    expect(rows.map(({ seq }) => Number(seq))).toEqual(rows.map((_, at) => at + 1));
    for (const [at, row] of rows.entries()) {
      if (at > 0) expect(row.previous).toBe(rows[at - 1]!.hash);
      if (at > 0) expect(row.at.getTime()).toBeGreaterThanOrEqual(rows[at - 1]!.at.getTime());
    }
    expect(await test.rows("select seq, encode(hash, 'hex') as hash from audit.head where chain = $1", [name])).toEqual([
      { seq: rows.at(-1)!.seq, hash: rows.at(-1)!.hash },
    ]);
  }
});

it("has the answers that come together share commits", async () => {
  const transactions = async () =>
    Number((await test.rows("select count(distinct xmin::text) as n from audit.event where chain = 'ZQE'"))[0]!.n);
  await Promise.all(Array.from({ length: 200 }, () => test.store.audit([event({ organisation: "ZQE" })])));
  expect(await chain("ZQE")).toHaveLength(200);
  expect(await transactions()).toBeLessThan(20);
});

it("keeps what somebody typed, whatever it was, and lets nobody else's row fail with one that cannot be", async () => {
  const bad = event({ organisation: "ZQF", staffMembers: ["not a uuid"] });
  const results = await Promise.allSettled([
    test.store.audit([event({ organisation: "ZQF", reason: "nul \u0000, half \ud800, whole 😀, 5:hello," })]),
    test.store.audit([bad]),
    test.store.audit([event({ organisation: "ZQF", reason: "after it" })]),
  ]);
  expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
  expect((await chain("ZQF")).map(({ seq, reason }) => [Number(seq), reason])).toEqual([
    [1, "nul \ufffd, half \ufffd, whole 😀, 5:hello,"],
    [2, "after it"],
  ]);
});

it("lets an answer wait while the database is slow, refuses it in the end, and refuses at once what would wait behind too many", async () => {
  const pool = createPool({ url: test.url, max: 1, applicationName: "lanyard-audit", statementTimeoutMs: 600 });
  const slow = createAudit(pool, () => undefined, { batch: 2, waiting: 3, waitMs: 300 });
  await slow.append([event({ organisation: "ZQG" })]);
  const blocker = createPool({ url: test.url, max: 1, applicationName: "blocker" });
  const client = await blocker.connect();
  const held = async (ms: number) => {
    await client.query("begin");
    await client.query("select 1 from audit.head where chain = 'ZQG' for update");
    setTimeout(() => void client.query("rollback"), ms);
  };
  await held(100);
  await slow.append([event({ organisation: "ZQG" })]);
  await held(900);
  const tried = () =>
    slow.append([event({ organisation: "ZQG" })]).then(
      () => "written",
      (error) => [error.code, error.detail.why],
    );
  const first = tried();
  await new Promise((resolve) => setTimeout(resolve, 50));
  const more = Array.from({ length: 4 }, tried);
  expect(await more[3]).toEqual(["AUDIT_UNAVAILABLE", "too many wait"]);
  for (const late of [first, more[0], more[2]]) expect(await late).toEqual(["AUDIT_UNAVAILABLE", "not written in time"]);
  await slow.drained();
  // Those that never were sent are not written after their answer was refused.
  expect((await chain("ZQG")).length).toBeLessThanOrEqual(3);
  await new Promise((resolve) => setTimeout(resolve, 500));
  await slow.append([event({ organisation: "ZQG" })]);
  client.release();
  await blocker.end();
  await pool.end();
});

it("writes the heads out, signed, after so many rows, after a time, and at the end; a folder that takes nothing is told", async () => {
  const failures: unknown[] = [];
  const key = loadHeadKey(folder);
  expect(() => loadHeadKey(folder)).not.toThrow();
  const settings = { key, clock: fixedClock("2026-11-22T09:00:00Z"), onFailure: (error: unknown) => failures.push(error) };
  const heads = createAuditHeads({ ...settings, folder: path.join(folder, "heads"), rowsBetween: 10, betweenMs: 150 });
  const store = await openStore({ url: test.url, keyEncryptionKey: Buffer.alloc(32, 9), auditHeads: heads });
  const lines = () =>
    readFileSync(path.join(folder, "heads", "ZQH.jsonl"), "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
  await store.audit(Array.from({ length: 10 }, () => event({ organisation: "ZQH" })));
  await heads.exportNow();
  expect(lines().map(({ seq }) => seq)).toEqual([10]);
  await store.audit([event({ organisation: "ZQH" })]);
  await new Promise((resolve) => setTimeout(resolve, 400));
  expect(lines().map(({ seq }) => seq)).toEqual([10, 11]);
  await store.audit([event({ organisation: "ZQH" })]);
  await store.close();
  expect(lines().map(({ seq }) => seq)).toEqual([10, 11, 12]);
  const rows = await chain("ZQH");
  for (const { chain: name, seq, hash, at, signedAt, signature } of lines()) {
    expect(hash).toBe(rows[seq - 1]!.hash);
    const signed = ["lanyard-audit-head-1", name, seq, hash, at, signedAt].join("\n");
    expect(
      verify(
        null,
        Buffer.from(signed),
        createPublicKey(readFileSync(path.join(folder, "audit-key.pub.pem"))),
        Buffer.from(signature, "base64url"),
      ),
    ).toBe(true);
  }
  const file = path.join(folder, "a-file");
  writeFileSync(file, "");
  const nowhere = createAuditHeads({ ...settings, folder: path.join(file, "heads") });
  nowhere.committed([{ chain: "ZQH", seq: 1, hash: "00", at: "2026-11-22T09:00:00.000000Z" }]);
  await nowhere.close();
  expect(failures).toHaveLength(1);
});

it("lets nobody empty the table either", async () => {
  await expect(test.rows("truncate audit.event")).rejects.toThrow("append-only");
});
