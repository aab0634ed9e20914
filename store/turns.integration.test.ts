import { type TestStore, testConnections, testStore } from "../test/builders/store";

/** By the hub's clock; leases run by the database's. */
const now = new Date("2026-11-22T09:00:00Z");
const later = (minutes: number) => new Date(now.getTime() + minutes * 60_000);

describe("whose turn it is, from the ledger alone", () => {
  let test: TestStore;
  const ids = testConnections().map(({ id }) => id);
  beforeAll(async () => {
    test = await testStore();
  });
  afterAll(() => test.drop());
  beforeEach(async () => {
    await test.rows(
      `update ops.connection set lease_until = null, lease_holder = null, lease_turn = false, paused_at = null, paused_by = null, next_run_at = null,
         deaths = 0, deaths_at = null, failures = 0, checkpoint = null, error_code = null`,
    );
    await test.rows("update ops.sync_run set ended_at = now(), outcome = 'COMPLETED' where ended_at is null");
  });

  const dueAt = (id: string, at: Date) => test.rows("update ops.connection set next_run_at = $2 where id = $1", [id, at]);
  const due = async (atMost = 2) => (await test.store.turns.due(ids, now, atMost)).map(({ connectionId }) => connectionId);
  const take = (connectionId: string, atMost = 2, holder = "a") =>
    test.store.turns.take({ connectionId, holder, seconds: 60, now, atMost });
  const endRun = async (connectionId: string, error?: { code: string; class: string }, lease?: string) => {
    const number = lease ?? (await take(connectionId))!.number;
    const runId = await test.store.connections.startRun(connectionId, number, "schedule");
    const outcome = error ? ("FAILED" as const) : ("COMPLETED" as const);
    await test.store.connections.endRun({
      connectionId,
      runId,
      lease: number,
      outcome,
      error: error && { ...error, detail: {} },
      nextRunAt: now,
    });
    await test.store.connections.release(connectionId, number);
  };

  it("hands out the organisations in turn, the longest waiting first, and at most so many of one", async () => {
    for (const [id, minutes] of Object.entries({ "zqa-lms": -30, "zqa-oh": -20, "zqa-esr": -10, "zqb-esr": -1 }))
      await dueAt(id, later(minutes));
    expect(await due(2)).toEqual(["zqa-lms", "zqb-esr", "zqa-oh"]);
    expect(await due(1)).toEqual(["zqa-lms", "zqb-esr"]);
    await take("zqa-lms");
    expect(await due(2)).toEqual(["zqa-oh", "zqb-esr"]);
    await take("zqa-oh");
    expect(await due(2)).toEqual(["zqb-esr"]);
    expect(await take("zqa-esr", 2)).toBeUndefined();
    expect(await take("zqb-esr", 2)).toBeDefined();
  });

  it("Q10: gives the last place of an organisation once, however many ask at once", async () => {
    const taken = await Promise.all(["zqa-lms", "zqa-oh", "zqa-esr"].map((id) => take(id, 1, id)));
    expect(taken.filter(Boolean)).toHaveLength(1);
    const again = await Promise.all(["b", "c"].map((holder) => take("zqb-esr", 5, holder)));
    expect(again.filter(Boolean)).toHaveLength(1);
  });

  it("counts only runs that take turns: a push or a replay takes nobody's place", async () => {
    await test.store.connections.lease("zqa-lms", "intake", 60);
    expect(await take("zqa-oh", 1)).toBeDefined();
  });

  it("takes no turn that is not due, of a paused or of a retired connection", async () => {
    await dueAt("zqa-lms", later(5));
    expect(await take("zqa-lms")).toBeUndefined();
    await test.store.connections.pause("zqa-oh", { by: "somebody", reason: "the vendor asked for it" });
    expect(await take("zqa-oh")).toBeUndefined();
    expect(await due()).not.toContain("zqa-oh");
    expect(await test.store.turns.waits(["zqa-lms", "zqa-oh"], now)).toBe(false);
    expect(await test.store.turns.waits(ids, now)).toBe(true);
  });

  it("D10: a time far beyond its interval was written by a clock that jumped: it is due", async () => {
    await dueAt("zqa-lms", later(15 + 119));
    expect(await due(9)).not.toContain("zqa-lms");
    await dueAt("zqa-lms", later(60 * 24));
    expect(await due(9)).toContain("zqa-lms");
  });

  it("Q4: three deaths in a row at the same place set a connection apart; the fourth run does not begin, others go on", async () => {
    const dies = async () => {
      const lease = (await take("zqa-lms"))!;
      await test.store.connections.startRun("zqa-lms", lease.number, "schedule");
      await test.rows("update ops.connection set lease_until = null where id = 'zqa-lms'");
    };
    for (let death = 1; death <= 3; death++) await dies();
    await expect(dies()).rejects.toMatchObject({ code: "CONNECTION_QUARANTINED", detail: { connection: "zqa-lms", deaths: 3 } });
    expect(await take("zqa-lms")).toBeUndefined();
    expect(await take("zqa-oh")).toBeDefined();
    const problems = (await test.store.listProblems()).filter(({ connectionId }) => connectionId === "zqa-lms");
    expect(problems.map(({ code, count }) => [code, count])).toEqual([["CONNECTION_QUARANTINED", 3]]);
    expect(
      await test.rows("select count(*)::int as n from ops.sync_run where connection_id = 'zqa-lms' and outcome = 'ABANDONED'"),
    ).toEqual([{ n: 3 }]);
    expect(await test.store.connections.resume("zqa-lms")).toBe("resumed");
    expect(await test.store.listProblems()).toEqual([]);
    await endRun("zqa-lms");
  });

  it("Q4: progress, a run that came to an end, and a push that died begin the count anew", async () => {
    const dies = async (trigger = "schedule") => {
      const lease = (await take("zqa-lms"))!;
      await test.store.connections.startRun("zqa-lms", lease.number, trigger);
      await test.rows("update ops.connection set lease_until = null where id = 'zqa-lms'");
    };
    await dies();
    await dies();
    await test.rows(`update ops.connection set checkpoint = '{"after":"page 7"}' where id = 'zqa-lms'`);
    await dies();
    await endRun("zqa-lms", { code: "VENDOR_ERROR", class: "transient" });
    await dies();
    await dies();
    for (let push = 0; push < 4; push++) await dies("push");
    await endRun("zqa-lms");
    expect(await take("zqa-lms")).toBeDefined();
  });

  it("counts failures in a row; a success ends them, and waiting as told is none", async () => {
    const failures = async () => (await test.rows("select failures from ops.connection where id = 'zqa-lms'"))[0]!.failures;
    await endRun("zqa-lms", { code: "VENDOR_ERROR", class: "transient" });
    await endRun("zqa-lms", { code: "VENDOR_ERROR", class: "transient" });
    await endRun("zqa-lms", { code: "THROTTLED", class: "throttled" });
    expect(await failures()).toBe(2);
    expect(await take("zqa-lms")).toMatchObject({ failures: 2 });
    await test.rows("update ops.connection set lease_until = null");
    await endRun("zqa-lms");
    expect(await failures()).toBe(0);
  });

  it("a person's pause ends the run that is under way, which is no death, and the resumed connection is due at once", async () => {
    const lease = (await take("zqa-lms"))!;
    const runId = await test.store.connections.startRun("zqa-lms", lease.number, "schedule");
    await test.store.connections.pause("zqa-lms", { by: "somebody", reason: "the vendor moves house" });
    const end = { connectionId: "zqa-lms", runId, lease: lease.number, outcome: "COMPLETED" as const, nextRunAt: later(15) };
    await expect(test.store.connections.endRun(end)).rejects.toMatchObject({ code: "LEASE_LOST" });
    expect(await test.store.connections.resume("zqa-lms")).toBe("resumed");
    expect(await test.store.connections.resume("zqa-lms")).toBe("not paused");
    expect(await due()).toContain("zqa-lms");
    await take("zqa-lms");
    expect(await test.rows("select deaths from ops.connection where id = 'zqa-lms'")).toEqual([{ deaths: 0 }]);
  });

  it("work that is no run is due after its interval, and after a run of the connections that concern it", async () => {
    const { turns } = test.store;
    const subjects = [{ subject: "ZQA", connections: ["zqa-lms"] }];
    expect(await turns.dueSubjects("outbound", subjects, 900)).toEqual(["ZQA"]);
    await turns.ended("outbound", "ZQA", await turns.instant());
    expect(await turns.dueSubjects("outbound", subjects, 900)).toEqual([]);
    await endRun("zqa-lms");
    expect(await turns.dueSubjects("outbound", subjects, 900)).toEqual(["ZQA"]);
    await turns.ended("outbound", "ZQA", await turns.instant());
    expect(await turns.dueSubjects("outbound", subjects, 900)).toEqual([]);
    await test.rows("update ops.turn set as_of = now() - interval '16 minutes'");
    expect(await turns.dueSubjects("outbound", subjects, 900)).toEqual(["ZQA"]);
  });

  describe("Q2: nothing that a worker writes counts once its lease has gone", () => {
    const zombie = async () => {
      const run = await test.begin("zqa-lms");
      await test.rows("update ops.connection set lease_until = null where id = 'zqa-lms'");
      const next = (await test.store.connections.lease("zqa-lms", "another", 60))!;
      return { ...run, next: next.number };
    };
    const lost = { code: "LEASE_LOST" };

    it("freshness, problems, seen rows and new people", async () => {
      const { store } = test;
      const { lease, runId } = await zombie();
      await expect(store.connections.freshAsOf("zqa-lms", "completions", "2026-11-22T08:00:00Z", lease)).rejects.toMatchObject(lost);
      await expect(store.connections.problem({ connectionId: "zqa-lms", code: "FILE_LATE", lease })).rejects.toMatchObject(lost);
      await expect(store.connections.startRun("zqa-lms", lease, "schedule")).rejects.toMatchObject(lost);
      await expect(store.connections.renew("zqa-lms", lease, 60)).rejects.toMatchObject(lost);
      await test.rows("insert into ops.seen (run_id, page_ordinal, kind, ids) values ($1, 0, '', '{}')", [runId]);
      await store.pages.clearSeen(runId);
      expect(await test.rows("select count(*)::int as n from ops.seen where run_id = $1", [runId])).toEqual([{ n: 1 }]);
      const claims = [{ organisation: "ZQA", claim: { personKey: "77", identifiers: [] }, matchKeys: ["k"], current: true }];
      const before = await test.rows("select count(*)::int as n from staff.source_person");
      await expect(
        store.pages.admitPeople({ connectionId: "zqa-lms", lease, system: "lms", claims: claims as never }),
      ).rejects.toMatchObject(lost);
      expect(await test.rows("select count(*)::int as n from staff.source_person")).toEqual(before);
      const scope = { scope: "connection" } as never;
      await expect(
        store.pages.settleAbsence({ connectionId: "zqa-lms", runId, lease, scope, kinds: [], limit: { share: 0.05, records: 50 } }),
      ).rejects.toMatchObject(lost);
      expect(await store.listProblems()).toEqual([]);
    });
  });
});
