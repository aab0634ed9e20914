import { claimToStore, pageToStore, recordToStore } from "../test/builders/pages";
import { type TestStore, testStore } from "../test/builders/store";

describe("absence from a complete snapshot", () => {
  let test: TestStore;
  beforeAll(async () => {
    test = await testStore();
  });
  afterAll(() => test.drop());
  beforeEach(async () => {
    await test.rows(`truncate staff.source_person, learning.competence_award, learning.achievement, staff.assignment, ops.sync_run, ops.page, ops.seen,
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
  async function sweep(records: ReturnType<typeof awards>): Promise<Run> {
    const run = await test.begin();
    for (let at = 0; at < Math.max(records.length, 1); at += 40)
      await test.store.pages.apply(pageToStore({ ...run, records: records.slice(at, at + 40) }));
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
    expect(await settle(run)).toEqual({ withdrawn: 3, flagged: 0, held: undefined });
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
    expect(await settle(run)).toEqual({ withdrawn: 0, flagged: 0, held: { kind: "competence-award", count: 40, inForce: 100 } });
    expect(await states()).toEqual({ IN_FORCE: 100 });
    const shrank = async () => (await test.store.listProblems()).filter((problem) => problem.code === "SNAPSHOT_SHRANK");
    expect(await shrank()).toMatchObject([{ count: 40, subject: "competence-award", detail: { total: 100 } }]);
    const whole = await sweep(awards(0, 100, "2026-11-03T00:00:00Z"));
    await settle(whole);
    expect(await shrank()).toEqual([]);
  });

  it("never believes an empty feed, however few records there were", async () => {
    await sweep(awards(0, 1));
    expect((await settle(await sweep([]))).held).toMatchObject({ count: 1, inForce: 1 });
    expect(await states()).toEqual({ IN_FORCE: 1 });
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

  it("looks at one person's records when one person has been read, and lets many small gaps add up", async () => {
    await sweep(awards(0, 100));
    const run = await test.begin();
    const read = async (person: number) => {
      const kept = awards(0, 100, "2026-11-02T00:00:00Z")
        .filter((record) => record.personKey === `p${person}`)
        .slice(3);
      await test.store.pages.apply(pageToStore({ ...run, records: kept }));
      return settle(run, { scope: { scope: "person", key: `p${person}` } });
    };
    expect(await read(1)).toEqual({ withdrawn: 3, flagged: 0, held: undefined });
    expect(await read(2)).toMatchObject({ withdrawn: 0, held: { count: 6 } });
    expect(await states()).toEqual({ IN_FORCE: 97, WITHDRAWN: 3 });
  });

  it("does nothing when the seen keys of a page are gone, as after a crash", async () => {
    await sweep(awards(0, 100));
    const run = await sweep(awards(3, 100, "2026-11-02T00:00:00Z"));
    await test.rows(
      "delete from ops.seen where run_id = $1 and page_ordinal = (select min(page_ordinal) from ops.seen where run_id = $1)",
      [run.runId],
    );
    expect(await settle(run)).toEqual({ withdrawn: 0, flagged: 0, held: undefined });
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
    expect(result).toMatchObject({ flagged: 1, withdrawn: 0 });
    expect(await test.rows("select source_id from learning.achievement where source_state = 'NOT_AT_SOURCE'")).toEqual([
      { source_id: "b" },
    ]);
    expect(
      await settle(next, {
        scope: { scope: "connection", key: "x", organisation: "ZQB" },
        kinds: [{ kind: "achievement", absence: "withdraws" }],
      }),
    ).toMatchObject({ withdrawn: 0, held: undefined });
  });
});
