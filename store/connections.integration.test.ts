import { randomUUID } from "node:crypto";
import { pageToStore, recordToStore } from "../test/builders/pages";
import { type TestStore, testConnections, testStore } from "../test/builders/store";
import { openStore } from "./open";

describe("connections, runs and the door itself", () => {
  let test: TestStore;
  beforeAll(async () => {
    test = await testStore();
  });
  afterAll(() => test.drop());
  beforeEach(async () => {
    await test.rows("update ops.connection set lease_until = null, lease_holder = null, checkpoint = null");
  });

  const registered = testConnections();
  const status = async (id = "zqa-lms") => (await test.store.listConnections()).find((connection) => connection.id === id)!;

  it("migrates once, though two starts come together", async () => {
    const other = await openStore({ url: test.url, keyEncryptionKey: Buffer.alloc(32, 9) });
    const results = await Promise.all([other.migrate(), test.store.migrate()]);
    expect(results).toEqual([{ applied: [] }, { applied: [] }]);
    await other.close();
    const rows = await test.rows(
      "select count(*)::int as n from pg_inherits where inhparent in ('ops.raw_page'::regclass, 'audit.event'::regclass)",
    );
    expect(rows[0]!.n).toBeGreaterThanOrEqual(8);
    expect(await test.store.ensurePartitions("2026-12-15")).toEqual(["ops.raw_page_2027_02", "audit.event_2027_02"]);
    expect(await test.store.ensurePartitions("2026-12-15")).toEqual([]);
  });

  it("gives the lease to one holder at a time, with a number that only rises (Q10)", async () => {
    const leases = await Promise.all(["a", "b", "c"].map((holder) => test.store.connections.lease("zqa-lms", holder, 60)));
    const held = leases.filter((lease) => lease !== undefined);
    expect(held).toHaveLength(1);
    await test.store.connections.release("zqa-lms", held[0]!.number);
    const next = await test.store.connections.lease("zqa-lms", "d", 60);
    expect(BigInt(next!.number)).toBeGreaterThan(BigInt(held[0]!.number));
  });

  it("keeps the checkpoint when the connection is registered again", async () => {
    const run = await test.begin();
    await test.store.pages.apply(pageToStore({ ...run, checkpoint: { after: "x" } }));
    await test.store.connections.release("zqa-lms", run.lease);
    const [own, ...others] = registered;
    await test.store.connections.register([{ ...own!, title: "New name", everyMinutes: 5 }, ...others]);
    expect((await test.store.connections.lease("zqa-lms", "test", 60))!.checkpoint).toEqual({ after: "x" });
    expect(await status()).toMatchObject({ title: "New name", everyMinutes: 5 });
  });

  it("gives a dead holder's lease back at once, and a living one's never", async () => {
    const dead = await test.store.connections.lease("zqa-lms", "machine:1", 60);
    expect(await test.store.connections.releaseDead((holder) => holder === "machine:2")).toBe(0);
    expect(await test.store.connections.lease("zqa-lms", "machine:1", 60)).toBeUndefined();
    expect(await test.store.connections.releaseDead((holder) => holder === "machine:1")).toBe(1);
    const next = await test.store.connections.lease("zqa-lms", "machine:3", 60);
    expect(BigInt(next!.number)).toBeGreaterThan(BigInt(dead!.number));
  });

  it("pauses what the configuration pauses, and retires what has left it", async () => {
    const [own, ...others] = registered;
    await test.store.connections.register([{ ...own!, pausedBecause: "the agreement is past its review" }, ...others.slice(1)]);
    expect((await status())?.pauseReason).toBe("the agreement is past its review");
    expect(await test.store.connections.lease("zqa-lms", "test", 60)).toBeUndefined();
    expect(await status(others[0]!.id)).toBeUndefined();
    await test.store.connections.register(registered);
    expect((await status())?.pausedAt).toBeUndefined();
    expect(await status(others[0]!.id)).toBeDefined();
  });

  it("goes on from the last page after a kill between pages, and closes the run that was left (Q1)", async () => {
    const killed = await test.begin();
    await test.store.pages.apply(pageToStore({ ...killed, records: [recordToStore("k1")], checkpoint: { page: 2 } }));
    const next = await test.begin();
    expect((await test.rows("select checkpoint from ops.connection where id = 'zqa-lms'"))[0]!.checkpoint).toEqual({ page: 2 });
    await test.store.pages.apply(pageToStore({ ...next, records: [recordToStore("k1"), recordToStore("k2")] }));
    const [current, before] = await test.store.listRuns("zqa-lms", 2);
    expect(before).toMatchObject({ id: killed.runId, outcome: "ABANDONED", pages: 1, counts: { rawIn: 1, waiting: 1 } });
    expect(current).toMatchObject({ id: next.runId, outcome: undefined });
    expect(await test.rows("select count(*)::int as n from learning.competence_award where source_id like 'k%'")).toEqual([{ n: 2 }]);
  });

  it("ends a run with the sums of its pages, and keeps or clears the connection's error", async () => {
    const run = await test.begin();
    const reasons = { "not-completed": 2 };
    for (let n = 0; n < 2; n++) {
      await test.store.pages.apply(
        pageToStore({ ...run, records: [recordToStore(`s${n}`)], counts: { rawIn: 3, yielding: 1, ignored: 2, refusedRaw: 0 }, reasons }),
      );
    }
    const error = { code: "UNREACHABLE", class: "transient", detail: { host: "lms.test" } };
    const counts = await test.store.connections.endRun({ ...run, outcome: "FAILED", error, nextRunAt: new Date("2026-11-22T10:00:00Z") });
    expect(counts).toMatchObject({ rawIn: 6, ignored: 4, yielding: 2, waiting: 2 });
    expect(await status()).toMatchObject({
      error: { code: "UNREACHABLE", class: "transient" },
      lastRun: { outcome: "FAILED", reasons: { "not-completed": 4 } },
    });
    expect((await test.store.listProblems()).map((problem) => problem.code)).toContain("UNREACHABLE");
    const since = (await status()).error!.since;
    const again = await test.begin();
    await test.store.connections.endRun({ ...again, outcome: "FAILED", error, nextRunAt: undefined });
    expect((await status()).error!.since).toEqual(since);
    const good = await test.begin();
    await test.store.connections.endRun({ ...good, outcome: "COMPLETED", nextRunAt: undefined });
    expect((await status()).error).toBeUndefined();
    expect((await status()).lastSuccessAt).toBeInstanceOf(Date);
  });

  it("keeps freshness from going backwards, and problems open until they are resolved", async () => {
    await test.store.connections.freshAsOf("zqa-oh", "immunisations", "2026-11-22T08:00:00Z");
    await test.store.connections.freshAsOf("zqa-oh", "immunisations", "2026-11-22T07:00:00Z");
    expect((await status("zqa-oh")).dataSets).toMatchObject([{ dataSet: "immunisations", freshAsOf: new Date("2026-11-22T08:00:00Z") }]);
    const problem = { connectionId: "zqa-oh", code: "FOLDER_MISSING", subject: "in", detail: { folder: "in" } };
    await test.store.connections.problem(problem);
    await test.store.connections.problem(problem);
    expect((await test.store.listProblems({ organisations: ["ZQA"] })).find((one) => one.code === "FOLDER_MISSING")).toMatchObject({
      count: 2,
      subject: "in",
    });
    await test.store.connections.resolveProblems("zqa-oh", ["FOLDER_MISSING"]);
    expect((await test.store.listProblems()).map((one) => one.code)).not.toContain("FOLDER_MISSING");
  });

  it("lends the reader's context to one transaction only", async () => {
    const small = await openStore({ url: test.url, keyEncryptionKey: Buffer.alloc(32, 9), poolSize: 3 });
    const read = () => small.pools.lanyard_read.query("select current_setting('lanyard.context', true) as context");
    const inside = await small.withPrincipal(
      { requestId: "r1", scope: [{ controllerOrg: "ZQA", kinds: ["R3"], staffMember: randomUUID() }] },
      async (client) => {
        const { rows } = await client.query("select current_setting('lanyard.context', true) as context");
        return rows[0].context as string;
      },
    );
    expect(inside).toMatch(/^[0-9a-f]{64}\.\{"role":"lanyard_read","pid":"\d+","at":"\d+","requestId":"r1",/);
    await expect(
      small.withPrincipal({ requestId: "r2", scope: [] }, (client) => client.query("delete from staff.staff_member")),
    ).rejects.toThrow(/read-only/);
    for (let n = 0; n < 4; n++) expect((await read()).rows[0].context ?? "").toBe("");
    await small.close();
  });

  it("appends audit events, and lets nobody change them", async () => {
    await test.store.audit([
      {
        requestId: "r",
        operation: "staffMember",
        subject: "u1",
        role: "hr",
        decision: "ALLOW",
        staffMembers: ["00000000-0000-4000-8000-000000000001"],
        kinds: ["R3"],
        controllers: ["ZQA"],
        counts: { awards: 2 },
        policyVersion: "1",
      },
      {
        requestId: "r",
        operation: "me",
        subject: "u1",
        role: "self",
        decision: "DENY",
        reason: "no account",
        staffMembers: [],
        kinds: [],
        controllers: [],
        counts: {},
        policyVersion: "1",
      },
    ]);
    expect((await test.rows("select decision, controllers, counts from audit.event order by id")).map((row) => row.decision)).toEqual([
      "ALLOW",
      "DENY",
    ]);
    await expect(test.rows("update audit.event set decision = 'ALLOW'")).rejects.toThrow("append-only");
    await expect(test.rows("delete from audit.event")).rejects.toThrow("append-only");
  });

  it("lets raw expire by the day that its connection was given", async () => {
    const run = await test.begin();
    await test.store.pages.apply(pageToStore({ ...run, records: [recordToStore("raw1")], rawDays: 35 }));
    await test.store.pages.apply(pageToStore({ ...run, records: [recordToStore("raw2")], rawDays: 90 }));
    const before = (await test.rows("select 1 from ops.raw_page")).length;
    expect(await test.store.pages.expireRaw("2026-12-28")).toBe(1);
    expect(await test.rows("select 1 from ops.raw_page")).toHaveLength(before - 1);
    expect(await test.store.pages.expireRaw("2027-03-01")).toBe(before - 1);
  });

  it("ends a pause with its instant, in what is shown as in what is let through", async () => {
    const paused = async () => [
      await test.store.connections.isPaused("zqa-oh"),
      (await test.store.listConnections()).find(({ id }) => id === "zqa-oh")!.pausedAt !== undefined,
    ];
    const until = (at: Date | undefined) => test.store.connections.pause("zqa-oh", { by: "somebody", reason: "a test", until: at });
    expect(await paused()).toEqual([false, false]);
    await until(undefined);
    expect(await paused()).toEqual([true, true]);
    await until(new Date("2999-01-01"));
    expect(await paused()).toEqual([true, true]);
    await until(new Date("2000-01-01"));
    expect(await paused()).toEqual([false, false]);
    await test.store.connections.resume("zqa-oh");
  });

  it("says that the database is away, and works on when its backends were killed (D2)", async () => {
    const away = openStore({ url: "postgresql://nobody@127.0.0.1:9/none", keyEncryptionKey: Buffer.alloc(32, 9) });
    await expect(away).rejects.toMatchObject({ code: "DATABASE_UNAVAILABLE", class: "internal" });
    const run = await test.begin();
    await test.rows(
      "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'lanyard-store' and datname = current_database()",
    );
    expect((await test.store.pages.apply(pageToStore({ ...run, records: [recordToStore("after")] }))).counts).toMatchObject({ waiting: 1 });
  });
});
