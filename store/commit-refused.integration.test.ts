/**
 * What a commit that the database refuses leaves behind: nothing, neither of the page nor of its cursor. And what only shows
 * where two workers, two statements of one version or a refusal of health meet.
 */
import { claimToStore, pageToStore, recordToStore } from "../test/builders/pages";
import { type TestStore, testStore } from "../test/builders/store";

let test: TestStore;
beforeAll(async () => {
  test = await testStore();
  // Asked at the commit and not before: everything has been done by then.
  await test.rows(`create function ops.refuse_commit() returns trigger language plpgsql as $$ begin
    raise exception 'no commit' using errcode = '53100'; end $$`);
});
afterAll(() => test.drop());

const refuseCommits = () =>
  test.rows(`create constraint trigger refuse after insert on ops.page deferrable initially deferred for each row
    execute function ops.refuse_commit()`);
const allowCommits = () => test.rows("drop trigger refuse on ops.page");
const state = async () => ({
  records: await test.rows("select source_id, name from learning.competence_award order by 1"),
  history: await test.rows("select count(*)::int as n from ops.record_version"),
  pages: await test.rows("select count(*)::int as n from ops.page"),
  seen: await test.rows("select count(*)::int as n from ops.seen"),
  raw: await test.rows("select count(*)::int as n from ops.raw_page"),
  checkpoint: (await test.rows("select checkpoint from ops.connection where id = 'zqa-lms'"))[0]!.checkpoint,
});

it("a page whose commit is refused leaves nothing, its cursor included, and is stored whole when it comes again", async () => {
  const run = await test.begin();
  const first = pageToStore({ ...run, records: [recordToStore("a")], claims: [claimToStore("p1")], checkpoint: { next: 1 } });
  await test.store.pages.apply(first);
  const before = await state();
  const second = pageToStore({
    ...run,
    records: [recordToStore("a", { sequence: 1, facts: { name: "newer" } }), recordToStore("b")],
    claims: [claimToStore("p1")],
    checkpoint: { next: 2 },
  });
  await refuseCommits();
  await expect(test.store.pages.apply(second)).rejects.toMatchObject({ code: "53100" });
  await allowCommits();
  expect(await state()).toEqual(before);
  expect((await test.store.pages.apply(second)).counts).toMatchObject({ rawIn: 2 });
  expect(await state()).toMatchObject({
    records: [
      { source_id: "a", name: "newer" },
      { source_id: "b", name: "Fire Safety" },
    ],
    history: [{ n: 1 }],
    checkpoint: { next: 2 },
  });
});

it("Q2: a page that has done everything but its commit when another takes the lease is not committed, nor its cursor", async () => {
  const zombie = await test.begin();
  const before = await state();
  let release: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  const page = pageToStore({ ...zombie, records: [recordToStore("late")], claims: [claimToStore("p1")], checkpoint: { next: 99 } });
  const frozen = test.store.pages.apply(page, gate).then(
    () => "stored",
    (error: { code?: string }) => error.code,
  );
  const stands = `select 1 from pg_stat_activity where datname = current_database() and state = 'idle in transaction'
    and query like '%insert into ops.page (%'`;
  while ((await test.rows(stands)).length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  const successor = await test.begin();
  release();
  expect(await frozen).toBe("LEASE_LOST");
  expect(await state()).toEqual(before);
  await test.store.pages.apply(pageToStore({ ...successor, records: [recordToStore("a")], claims: [claimToStore("p1")] }));
});

it("a run whose lease has gone does not end: neither its own row nor the connection's next run is touched", async () => {
  const zombie = await test.begin();
  const successor = await test.begin();
  const look = () => test.rows("select next_run_at, last_success_at, failures from ops.connection where id = 'zqa-lms'");
  const before = await look();
  const end = { connectionId: "zqa-lms", outcome: "COMPLETED", error: undefined, nextRunAt: new Date("2026-12-01T00:00:00Z") } as const;
  await expect(test.store.connections.endRun({ ...end, runId: zombie.runId, lease: zombie.lease })).rejects.toMatchObject({
    code: "LEASE_LOST",
  });
  expect(await look()).toEqual(before);
  expect(await test.rows("select outcome from ops.sync_run where id = $1", [zombie.runId])).toEqual([{ outcome: "ABANDONED" }]);
  await test.store.connections.endRun({ ...end, runId: successor.runId, lease: successor.lease });
});

it("two statements of one version end the same, whichever of them comes first", async () => {
  const names = async (prefix: string, order: readonly string[]) => {
    const run = await test.begin();
    for (const name of order)
      await test.store.pages.apply(
        pageToStore({ ...run, records: [recordToStore(prefix, { sequence: 7, facts: { name } })], claims: [claimToStore("p1")] }),
      );
    return (await test.rows("select name from learning.competence_award where source_id = $1", [prefix]))[0]!.name;
  };
  const one = await names("one", ["A", "B"]);
  expect(await names("other", ["B", "A"])).toBe(one);
  expect(await names("again", ["A", "B", "A", "B", "A"])).toBe(one);
});

it("of health nothing is kept that was refused", async () => {
  const refusal = (kind: "immunisation" | "competence-award") => ({
    organisation: "ZQA",
    kind,
    sourceId: `refused ${kind}`,
    code: "CODE_UNKNOWN",
    pointer: "/code",
    got: "another value",
    expected: "a code of the map",
    rawOrdinal: 0,
  });
  const keptOf = async (system: "oh" | "lms", kind: "immunisation" | "competence-award") => {
    const run = await test.begin();
    const before = await test.rows("select id from ops.raw_page");
    await test.store.pages.apply(pageToStore({ ...run, system, raw: [{ id: "r", told: "something" }], refusals: [refusal(kind)] }));
    return (await test.rows("select id from ops.raw_page")).length - before.length;
  };
  expect(await keptOf("lms", "competence-award")).toBe(1);
  expect(await keptOf("oh", "immunisation")).toBe(0);
});
