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
    const retention = createRetention(test.store.pool, test.store.sealer, 5);
    const lastDay = new Date("2026-06-30T00:00:00Z");
    const due = async (now: Date) => (await retention.plan(now)).find((row) => row.recordType === "refused records, settled")!.rows;
    expect(await due(lastDay)).toBe(0);
    expect((await retention.run(lastDay)).gone["refused records, settled"]).toBe(0);
    const next = new Date("2026-06-30T00:00:01Z");
    expect(await due(next)).toBe(11);
    expect((await retention.run(next)).gone).toMatchObject({ "refused records, settled": 11, "assertions of clients": 0 });
    // Open ones stay whatever their age.
    expect((await test.rows("select count(*)::int as n from ops.refused"))[0]!.n).toBe(4);
    expect((await test.rows("select count(*)::int as n from ops.client_assertion"))[0]!.n).toBe(0);
  });

  it("goes by the civil day that a row holds itself", async () => {
    const { runId } = await test.begin();
    await test.rows(
      `insert into ops.intake_request (connection_id, idempotency_key, body_sha256, run_id, received_at, answer, expires_on)
       values ('zqa-lms', 'batch-1', repeat('0', 64), $1, now(), '{}', '2026-07-14')`,
      [runId],
    );
    const gone = async (now: string) =>
      (await createRetention(test.store.pool, test.store.sealer).run(new Date(now))).gone["answers to pushes"];
    // In London the day after begins an hour before the one of UTC.
    expect(await gone("2026-07-14T22:59:59Z")).toBe(0);
    expect(await gone("2026-07-14T23:00:00Z")).toBe(1);
  });

  it("keeps what is about somebody whose records are restricted by their controller, until it is lifted", async () => {
    const { runId } = await test.begin();
    const [someone, other] = ["00000000-0000-4000-8000-00000000000a", "00000000-0000-4000-8000-00000000000b"];
    await test.rows("insert into staff.staff_member (id) values ($1), ($2)", [someone, other]);
    const persons = [
      { staff: someone, organisation: "ZQA", key: "k1" },
      { staff: someone, organisation: "ZQB", key: "k2" },
      { staff: other, organisation: "ZQA", key: "k3" },
    ];
    for (const { staff, organisation, key } of persons) {
      const connection = organisation === "ZQA" ? "zqa-lms" : "zqb-esr";
      await test.rows(
        `insert into staff.source_person (id, connection_id, controller_org, source_key, system, state, staff_member_id)
         values (gen_random_uuid(), $4, $1, $2, 'lms', 'BOUND', $3)`,
        [organisation, key, staff, connection],
      );
      await test.rows(
        `insert into ops.refused (id, connection_id, controller_org, source_id, code, run_id, resolved_at, person)
         select gen_random_uuid(), $4, $1, $2 || n, 'RAW_INVALID', $3, '2026-01-01T00:00:00Z', $5 from generate_series(1, 7) n`,
        [organisation, `of-${key}-`, runId, connection, test.store.sealer.blindIndex("refused", `${organisation}|${key}`)],
      );
      await test.rows(
        `insert into staff.account_code (controller_org, staff_member_id, code_index, issued_at, issued_by, expires_at)
         values ($1, $2, $3, '2026-01-01', 'hr', '2026-01-02')`,
        [organisation, staff, key],
      );
    }
    // The yes that the restriction began with, and a request that nobody decided.
    const [approval] = await test.rows(
      `insert into ops.approval (id, act, subject, organisation, asked_by, asked_role, reason, expires_at, decision, decided_by, decided_role, decided_at)
       select gen_random_uuid(), 'subject-restrict', $1, 'ZQA', 'ann', 'information-governance', 'a test', '2026-01-03', decision, by, by, at
       from (values ('APPROVED', 'bob', '2026-01-02'::timestamptz), (null, null, null)) made (decision, by, at) returning id, decision`,
      [someone],
    );
    // Of one type only: what is about the person is held whatever its type.
    await test.rows(
      `insert into ops.restriction (id, staff_member_id, controller_org, labels, instruction, approval_id)
       values (gen_random_uuid(), $1, 'ZQA', '{R3}', 'IG-1', $2)`,
      [someone, approval!.id],
    );
    const retention = createRetention(test.store.pool, test.store.sealer, 5);
    const now = new Date("2028-01-01T00:00:00Z");
    const planned = Object.fromEntries((await retention.plan(now)).map(({ recordType, rows, held }) => [recordType, [rows, held]]));
    const told = ["refused records, settled", "one-time codes", "requests that nobody decided"] as const;
    expect(told.map((what) => planned[what])).toEqual([
      [14, 7],
      [2, 1],
      [0, 1],
    ]);
    const { gone, held } = await retention.run(now);
    expect(told.map((what) => [gone[what], held[what]])).toEqual(told.map((what) => planned[what]));
    const left = "select distinct left(source_id, 5) as of from ops.refused where resolved_at is not null";
    expect(await test.rows(left)).toEqual([{ of: "of-k1" }]);
    await test.rows("update ops.restriction set lifted_at = now(), lifted_by = 'ann', lift_instruction = 'IG-2'");
    expect((await retention.run(now)).gone).toMatchObject({ "refused records, settled": 7, "one-time codes": 1 });
  });

  it("lets a restriction that is begun meanwhile hold what the batch has left", async () => {
    const { runId } = await test.begin();
    await test.rows(
      `insert into ops.refused (id, connection_id, source_id, code, run_id, resolved_at) select gen_random_uuid(), 'zqa-lms', 't' || n, 'RAW_INVALID', $1,
         '2026-01-01T00:00:00Z' from generate_series(1, 6) n`,
      [runId],
    );
    const begun = await test.store.pool.connect();
    try {
      await begun.query("begin");
      await begun.query("lock table ops.restriction in row exclusive mode");
      let isOver = false;
      const run = createRetention(test.store.pool, test.store.sealer, 5).run(new Date("2028-01-01T00:00:00Z"));
      const over = run.then(() => void (isOver = true));
      await new Promise((resolve) => setTimeout(resolve, 150));
      expect(isOver).toBe(false);
      await begun.query("commit");
      await over;
    } finally {
      begun.release();
    }
    expect((await test.rows("select count(*)::int as n from ops.refused where resolved_at is not null"))[0]!.n).toBe(0);
  });
});
