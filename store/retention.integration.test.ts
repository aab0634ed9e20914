import { type TestStore, testStore } from "../test/builders/store";
import { createRetention, retentionTable } from "./retention";
import { special } from "./subject/tables";

describe("retention", () => {
  let test: TestStore;
  beforeAll(async () => {
    test = await testStore();
  });
  afterAll(() => test.drop());

  it("says of every table that ends by it when, from when and why, and deletes nothing by an assumed period", () => {
    for (const row of retentionTable) {
      expect([row.recordType, row.days > 0, row.basis !== "", row.starts !== ""]).toEqual([row.recordType, true, true, true]);
      expect([row.recordType, row.by === "run"]).toEqual([
        row.recordType,
        row.where !== undefined && row.key !== undefined && !row.assumed,
      ]);
    }
    expect(
      retentionTable.filter(({ by, tables }) => by === "run" && tables.some((name) => /^(oh|learning|checks|audit)\./.test(name))),
    ).toEqual([]);
    expect(special.length).toBeGreaterThan(0);
  });

  it("lets go on the day after the last one, in batches, and not a day before", async () => {
    const { runId } = await test.begin();
    await test.rows(
      `insert into ops.refused (id, connection_id, source_id, code, run_id, resolved_at) select gen_random_uuid(), 'zqa-lms', 's' || n, 'RAW_INVALID', $1,
         case when n < 12 then '2026-01-01T00:00:00Z'::timestamptz end from generate_series(1, 15) n`,
      [runId],
    );
    await test.rows(
      "insert into ops.client_assertion (client_id, jti_sha256, expires_at) select 'c', 'j' || n, '2026-01-01T00:00:00Z' from generate_series(1, 3) n",
    );
    const retention = createRetention(test.store.pool, 5);
    const lastDay = new Date("2026-06-30T00:00:00Z");
    const due = async (now: Date) => (await retention.plan(now)).find((row) => row.recordType === "refused records, settled")!.rows;
    expect(await due(lastDay)).toBe(0);
    expect((await retention.run(lastDay))["refused records, settled"]).toBe(0);
    const next = new Date("2026-06-30T00:00:01Z");
    expect(await due(next)).toBe(11);
    expect(await retention.run(next)).toMatchObject({ "refused records, settled": 11, "assertions of clients": 0 });
    // Open ones stay whatever their age.
    expect((await test.rows("select count(*)::int as n from ops.refused"))[0]!.n).toBe(4);
    expect((await test.rows("select count(*)::int as n from ops.client_assertion"))[0]!.n).toBe(0);
  });
});
