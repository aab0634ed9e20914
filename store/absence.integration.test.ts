import { claimToStore, pageToStore, recordToStore } from "../test/builders/pages";
import { rowsHandled } from "../test/builders/rows-handled";
import { type TestStore, testStore } from "../test/builders/store";

describe("absence from a complete snapshot", () => {
  let test: TestStore;
  beforeAll(async () => {
    test = await testStore();
  });
  afterAll(() => test.drop());
  beforeEach(async () => {
    await test.rows(`truncate staff.source_person, staff.position, learning.competence_award, learning.achievement, staff.assignment, ops.sync_run, ops.page, ops.seen,
      ops.record_version, ops.held_absence cascade`);
  });

  const awards = (from: number, to: number, readAt?: string) =>
    Array.from({ length: to - from }, (_, n) =>
      recordToStore(`r${String(from + n).padStart(3, "0")}`, { readAt, personKey: `p${(from + n) % 10}` }),
    );
  type Run = Awaited<ReturnType<TestStore["begin"]>>;
  const settle = (run: Run, input: Partial<Parameters<TestStore["store"]["pages"]["settleAbsence"]>[0]> = {}) =>
    test.store.pages.settleAbsence({
      ...run,
      scope: { scope: "connection", key: run.connectionId },
      kinds: [{ kind: "competence-award", absence: "withdraws" }],
      limit: { share: 0.05, records: 50 },
      ...input,
    });
  async function sweep(records: ReturnType<typeof awards>, pageSize = 40): Promise<Run> {
    const run = await test.begin();
    for (let at = 0; at < Math.max(records.length, 1); at += pageSize)
      await test.store.pages.apply(pageToStore({ ...run, records: records.slice(at, at + pageSize) }));
    return run;
  }
  const states = async () =>
    Object.fromEntries(
      (await test.rows("select source_state, count(*)::int as n from learning.competence_award group by 1")).map((row) => [
        row.source_state,
        row.n,
      ]),
    );

  it("withdraws what is missing below the limit, keeps it, counts it, and takes it back when it is listed again", async () => {
    await sweep(awards(0, 100));
    const run = await sweep(awards(3, 100, "2026-11-02T00:00:00Z"));
    expect(await settle(run)).toEqual({ withdrawn: 3, flagged: 0, suspected: 0, held: undefined });
    expect(await states()).toEqual({ IN_FORCE: 97, WITHDRAWN: 3 });
    expect(await test.rows("select why, count(*)::int as n from ops.record_version group by 1")).toEqual([{ why: "WITHDRAWN", n: 3 }]);
    const counts = await test.store.connections.endRun({ ...run, outcome: "COMPLETED", nextRunAt: undefined });
    expect(counts).toMatchObject({ rawIn: 97, waiting: 97, applied: 3 });
    await sweep(awards(0, 100, "2026-11-03T00:00:00Z"));
    expect(await states()).toEqual({ IN_FORCE: 100 });
  });

  it("changes nothing above the limit, and asks a person until a whole snapshot comes (I12, V19)", async () => {
    await sweep(awards(0, 100));
    const run = await sweep(awards(40, 100, "2026-11-02T00:00:00Z"));
    expect(await settle(run)).toEqual({
      withdrawn: 0,
      flagged: 0,
      suspected: 40,
      held: { kind: "competence-award", count: 40, inForce: 100 },
    });
    // In force as before, and served with its state.
    expect(await states()).toEqual({ IN_FORCE: 60, SUSPECTED: 40 });
    const shrank = async () => (await test.store.listProblems()).filter((problem) => problem.code === "SNAPSHOT_SHRANK");
    expect(await shrank()).toMatchObject([{ count: 40, subject: "competence-award", detail: { total: 100 } }]);
    const whole = await sweep(awards(0, 100, "2026-11-03T00:00:00Z"));
    await settle(whole);
    expect(await shrank()).toEqual([]);
    expect(await states()).toEqual({ IN_FORCE: 100 });
  });

  it("never believes an empty feed, however few records there were", async () => {
    await sweep(awards(0, 1));
    expect((await settle(await sweep([]))).held).toMatchObject({ count: 1, inForce: 1 });
    expect(await states()).toEqual({ SUSPECTED: 1 });
  });

  it("flags what a source without history no longer lists, in force as it was", async () => {
    await sweep(awards(0, 100));
    const run = await sweep(awards(2, 100, "2026-11-02T00:00:00Z"));
    expect(await settle(run, { kinds: [{ kind: "competence-award", absence: "notAtSource" }] })).toMatchObject({
      withdrawn: 0,
      flagged: 2,
    });
    expect(await states()).toEqual({ IN_FORCE: 98, NOT_AT_SOURCE: 2 });
  });

  it("only suspects what one person's answer lacks, and lets many small gaps add up for the whole to decide", async () => {
    await sweep(awards(0, 100));
    const run = await test.begin();
    const read = async (person: number, without: number) => {
      const kept = awards(0, 100, "2026-11-02T00:00:00Z")
        .filter((record) => record.personKey === `p${person}`)
        .slice(without);
      await test.store.pages.apply(pageToStore({ ...run, records: kept }));
      return settle(run, { scope: { scope: "person", key: `p${person}` } });
    };
    expect(await read(1, 3)).toEqual({ withdrawn: 0, flagged: 0, suspected: 3, held: undefined });
    expect(await read(2, 3)).toMatchObject({ suspected: 3 });
    for (const person of [0, 3, 4, 5, 6, 7, 8, 9]) expect(await read(person, 0)).toMatchObject({ suspected: 0 });
    expect(await settle(run)).toEqual({
      withdrawn: 0,
      flagged: 0,
      suspected: 0,
      held: { kind: "competence-award", count: 6, inForce: 100 },
    });
    expect(await states()).toEqual({ IN_FORCE: 94, SUSPECTED: 6 });
  });

  it("V11: takes what a sweep of moving pages lacks for suspected until the next one confirms it", async () => {
    await sweep(awards(0, 100));
    const shifting = { scope: { scope: "connection", key: "zqa-lms", shifting: true } } as const;
    expect(await settle(await sweep(awards(2, 100, "2026-11-02T00:00:00Z")), shifting)).toMatchObject({ withdrawn: 0, suspected: 2 });
    // One had only slipped through, and one is gone.
    expect(await settle(await sweep(awards(1, 100, "2026-11-03T00:00:00Z")), shifting)).toMatchObject({ withdrawn: 1, suspected: 0 });
    expect(await states()).toEqual({ IN_FORCE: 99, WITHDRAWN: 1 });
  });

  it("holds whatever is missing when the connector doubts what it was shown, until all of it is there again", async () => {
    await sweep(awards(0, 100));
    const run = await sweep(awards(1, 100, "2026-11-02T00:00:00Z"));
    expect((await settle(run, { scope: { scope: "connection", key: "zqa-lms", doubt: "FEWER_COURSES" } })).held).toMatchObject({
      count: 1,
    });
    // The same record missing once more is no sign of recovery.
    expect((await settle(await sweep(awards(1, 100, "2026-11-03T00:00:00Z")))).held).toMatchObject({ count: 1 });
    expect(await test.store.held.list({})).toMatchObject([{ cause: "FEWER_COURSES", count: 1 }]);
    await settle(await sweep(awards(0, 100, "2026-11-04T00:00:00Z")));
    expect(await test.store.held.list({})).toEqual([]);
  });

  describe("what is listed and refused", () => {
    const refusalOf = (sourceId: string, more: object = {}) => ({
      organisation: "ZQA",
      kind: "competence-award" as const,
      sourceId,
      code: "RECORD_INVALID",
      pointer: "/awardedOn",
      got: "nothing",
      expected: "a day",
      rawOrdinal: undefined,
      ...more,
    });
    const unreadable = refusalOf("awards:77", { kind: undefined, organisation: undefined, code: "RAW_INVALID" });
    async function sweepWith(records: ReturnType<typeof awards>, refusals: ReturnType<typeof refusalOf>[]) {
      const run = await test.begin();
      const raw = refusals.filter(({ kind }) => kind === undefined).length;
      const rawIn = records.length + refusals.length;
      const counts = { rawIn, yielding: rawIn - raw, ignored: 0, refusedRaw: raw };
      await test.store.pages.apply(pageToStore({ ...run, records, refusals, counts }));
      return run;
    }
    const end = (run: Run) => test.store.connections.endRun({ ...run, outcome: "COMPLETED", nextRunAt: undefined });
    const openRefusals = async () =>
      (await test.rows("select source_id from ops.refused where resolved_at is null order by 1")).map((row) => row.source_id);
    beforeEach(async () => {
      await test.rows("truncate ops.refused");
      const run = await sweep(awards(0, 10));
      await settle(run);
      await end(run);
    });

    it("is at the source: a record that a snapshot lists and that is refused is not missing", async () => {
      const run = await sweepWith(awards(1, 10, "2026-11-02T00:00:00Z"), [refusalOf("r000")]);
      expect(await settle(run)).toEqual({ withdrawn: 0, flagged: 0, suspected: 0, held: undefined });
      expect(await states()).toEqual({ IN_FORCE: 10 });
    });

    it("does not take the award of a completion that cannot be read for gone", async () => {
      const completion = recordToStore("c", { kind: "achievement" });
      const both = (readAt?: string) => [...awards(0, 10, readAt), recordToStore("c|CSTF", { readAt })];
      await sweep([...both(), completion]);
      const run = await sweepWith(awards(0, 10, "2026-11-02T00:00:00Z"), [refusalOf("c", { kind: "achievement" })]);
      expect(await settle(run)).toMatchObject({ withdrawn: 0, held: undefined });
      expect(await states()).toEqual({ IN_FORCE: 11 });
    });

    it("holds what is missing while a record that became unreadable may be it, and asks again about nothing that was decided", async () => {
      const readAt = "2026-11-02T00:00:00Z";
      expect((await settle(await sweepWith(awards(1, 10, readAt), [unreadable]))).held).toMatchObject({ count: 1 });
      const [held] = await test.store.held.list({});
      expect(held).toMatchObject({ cause: "UNREADABLE" });
      expect((await settle(await sweepWith(awards(1, 10, readAt), [unreadable]))).held).toMatchObject({ count: 1 });
      await test.store.held.decide(held!.id, { decision: "WITHDRAW", by: "somebody", reason: "looked" });
      expect(await settle(await sweepWith(awards(2, 10, readAt), [unreadable]))).toMatchObject({ withdrawn: 1, held: undefined });
    });

    it("is refused no more when a whole snapshot no longer lists it, or when it can be read", async () => {
      await end(await sweepWith(awards(0, 10, "2026-11-02T00:00:00Z"), [unreadable, refusalOf("other")]));
      expect(await openRefusals()).toEqual(["awards:77", "other"]);
      const run = await test.begin();
      await test.store.pages.apply(pageToStore({ ...run, dataSet: "awards", records: awards(0, 1), raw: [{ id: 77 }] }));
      expect(await openRefusals()).toEqual(["other"]);
      await settle(await sweep(awards(0, 10, "2026-11-03T00:00:00Z")));
      expect(await openRefusals()).toEqual([]);
    });
  });

  describe("a person decides", () => {
    const held = async () => (await test.store.held.list({}))[0]!;
    const decide = (id: string, decision: "WITHDRAW" | "KEEP") =>
      test.store.held.decide(id, { decision, by: "somebody", reason: "looked" });
    beforeEach(async () => {
      await sweep(awards(0, 100));
      await settle(await sweep(awards(40, 100, "2026-11-02T00:00:00Z")));
    });

    it("releases exactly what is still missing; what was listed since is left", async () => {
      const { id } = await held();
      const run = await test.begin();
      await test.store.pages.apply(pageToStore({ ...run, records: awards(0, 5, "2026-11-03T00:00:00Z") }));
      expect(await test.store.held.find(id)).toMatchObject({ count: 40, stillMissing: 35, organisations: ["ZQA"], target: "WITHDRAWN" });
      expect(await decide(id, "WITHDRAW")).toEqual({ settled: 35, listedAgain: 5 });
      expect(await states()).toEqual({ IN_FORCE: 65, WITHDRAWN: 35 });
      expect(await test.rows("select count(*)::int as n from ops.record_version where why = 'WITHDRAWN'")).toEqual([{ n: 35 }]);
      await expect(decide(id, "KEEP")).rejects.toMatchObject({ code: "HELD_OVER" });
      expect(await test.store.held.list({ decided: true })).toMatchObject([
        { decision: "WITHDRAW", decidedBy: "somebody", reason: "looked", settled: 35 },
      ]);
    });

    it("refuses: all back in force, and the same set is not asked again until it changes", async () => {
      expect(await decide((await held()).id, "KEEP")).toEqual({ settled: 40, listedAgain: 0 });
      expect(await states()).toEqual({ IN_FORCE: 100 });
      expect((await settle(await sweep(awards(40, 100, "2026-11-03T00:00:00Z")))).held).toBeUndefined();
      // Less of the same is no new question either.
      expect((await settle(await sweep(awards(35, 100, "2026-11-04T00:00:00Z")))).held).toBeUndefined();
      expect(await states()).toEqual({ IN_FORCE: 100 });
      // One more than was refused: the whole is asked.
      expect((await settle(await sweep([...awards(35, 99, "2026-11-05T00:00:00Z")]))).held).toMatchObject({ count: 36 });
      expect(await states()).toEqual({ IN_FORCE: 64, SUSPECTED: 36 });
    });

    it("keeps what was refused, also when a later snapshot lacks only a little more", async () => {
      await decide((await held()).id, "KEEP");
      await settle(await sweep(awards(2, 100, "2026-11-03T00:00:00Z")));
      expect(await settle(await sweep(awards(2, 99, "2026-11-04T00:00:00Z")))).toMatchObject({ withdrawn: 1, held: undefined });
      expect(await states()).toEqual({ IN_FORCE: 99, WITHDRAWN: 1 });
      // Listed again, and then no longer: from then on it is like every other record.
      await settle(await sweep(awards(0, 99, "2026-11-05T00:00:00Z")));
      expect(await settle(await sweep(awards(2, 99, "2026-11-06T00:00:00Z")))).toMatchObject({ withdrawn: 2 });
    });

    it("delays nothing else: other kinds and later runs go on", async () => {
      const run = await test.begin();
      const position = recordToStore("post", { kind: "position", readAt: "2026-11-03T00:00:00Z" });
      await test.store.pages.apply(pageToStore({ ...run, records: [position, ...awards(41, 100, "2026-11-03T00:00:00Z")] }));
      const both = [
        { kind: "competence-award", absence: "withdraws" },
        { kind: "position", absence: "withdraws" },
      ] as const;
      expect(await settle(run, { kinds: both })).toMatchObject({ held: { count: 41 } });
      expect(await test.rows("select source_state from staff.position")).toEqual([{ source_state: "IN_FORCE" }]);
      expect(await test.store.held.list({})).toMatchObject([{ count: 41 }]);
    });
  });

  it("looks at each record a few times and no more, whatever the planner takes the tables for", async () => {
    const count = 1_500;
    // As before the first analyze, however long the test takes.
    await test.rows("alter table learning.competence_award set (autovacuum_enabled = false)");
    const most = async (run: Run, input: Parameters<typeof settle>[1] = {}) => {
      const statements = await rowsHandled("ops.seen", () => settle(run, input));
      expect(statements.length).toBeGreaterThan(1);
      return statements.filter(({ rows }) => rows > 12 * count);
    };
    expect(await most(await sweep(awards(0, count), 500))).toEqual([]);
    expect(await most(await sweep(awards(20, count, "2026-11-02T00:00:00Z"), 500))).toEqual([]);
    // Held, and held again beside what a person keeps.
    expect(await most(await sweep(awards(700, count, "2026-11-03T00:00:00Z"), 500))).toEqual([]);
    expect(await states()).toEqual({ IN_FORCE: 800, SUSPECTED: 680, WITHDRAWN: 20 });
    const [{ id } = { id: "" }] = await test.store.held.list({});
    await test.store.held.decide(id, { decision: "KEEP", by: "somebody", reason: "looked" });
    expect(await most(await sweep(awards(701, count, "2026-11-04T00:00:00Z"), 500))).toEqual([]);
    const run = await sweep(awards(20, count, "2026-11-05T00:00:00Z"));
    expect(await most(run, { scope: { scope: "person", key: "p3" } })).toEqual([]);
    await test.rows("alter table learning.competence_award reset (autovacuum_enabled)");
  });

  it("does nothing when the seen keys of a page are gone, as after a crash", async () => {
    await sweep(awards(0, 100));
    const run = await sweep(awards(3, 100, "2026-11-02T00:00:00Z"));
    await test.rows(
      "delete from ops.seen where run_id = $1 and page_ordinal = (select min(page_ordinal) from ops.seen where run_id = $1)",
      [run.runId],
    );
    expect(await settle(run)).toEqual({ withdrawn: 0, flagged: 0, suspected: 0, held: undefined });
    expect(await states()).toEqual({ IN_FORCE: 100 });
  });

  it("is decided only under the lease", async () => {
    const run = await sweep(awards(0, 10));
    await expect(settle({ ...run, lease: "0" })).rejects.toMatchObject({ code: "LEASE_LOST" });
  });

  it("keeps apart what a course and other organisations do not cover", async () => {
    const run = await test.begin();
    const achievements = ["a", "b"].map((id) =>
      recordToStore(id, { kind: "achievement", facts: { courseSourceId: id === "a" ? "c1" : "c2" } }),
    );
    await test.store.pages.apply(pageToStore({ ...run, records: achievements, claims: [claimToStore("p1")] }));
    const next = await test.begin();
    await test.store.pages.apply(pageToStore(next));
    const result = await settle(next, {
      scope: { scope: "course", key: "c2" },
      kinds: [
        { kind: "achievement", absence: "notAtSource" },
        { kind: "competence-award", absence: "withdraws" },
      ],
    });
    expect(result).toMatchObject({ suspected: 1, flagged: 0, withdrawn: 0 });
    expect(await test.rows("select source_id from learning.achievement where source_state = 'SUSPECTED'")).toEqual([{ source_id: "b" }]);
    expect(
      await settle(next, {
        scope: { scope: "connection", key: "x", organisation: "ZQB" },
        kinds: [{ kind: "achievement", absence: "withdraws" }],
      }),
    ).toMatchObject({ withdrawn: 0, held: undefined });
  });
});
