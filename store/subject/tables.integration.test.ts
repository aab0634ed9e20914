import { type TestStore, testStore } from "../../test/builders/store";
import { aboutNobody, classify, personTablesOf, special } from "./tables";

describe("what the hub's tables hold of people", () => {
  let test: TestStore;
  beforeAll(async () => {
    test = await testStore();
  });
  afterAll(() => test.drop());

  const asked = async <T>(ask: Parameters<typeof classify>[0] extends infer C ? (client: C) => Promise<T> : never): Promise<T> => {
    const client = await test.store.pool.connect();
    try {
      return await ask(client);
    } finally {
      client.release();
    }
  };

  it("is told of every one of them: by its columns, or here", async () => {
    const { unknown, tables } = await asked(classify);
    expect(unknown).toEqual([]);
    const there = (
      await test.rows(
        "select n.nspname || '.' || c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.relkind in ('r', 'p')",
      )
    ).map((row) => row.name);
    for (const name of [...Object.keys(aboutNobody), ...special.map(({ table }) => table)]) expect(there).toContain(name);
    expect(tables.map(({ table }) => table)).toEqual(expect.arrayContaining(["oh.immunisation", "movement.share", "staff.identifier"]));
  });

  it("is none of the queue's, which a worker adds at its first start", async () => {
    await test.rows("create schema if not exists bullmq");
    await test.rows("create table if not exists bullmq.job (id text, data jsonb)");
    expect((await asked(classify)).unknown).toEqual([]);
  });

  it("finds a new table by its columns, and stops where nobody has said what another holds", async () => {
    await test.rows("create table ops.new_one (id uuid, staff_member_id uuid)");
    expect((await asked(personTablesOf)).map(({ table }) => table)).toContain("ops.new_one");
    await test.rows("create table ops.another (id uuid, whose text)");
    await expect(asked(personTablesOf)).rejects.toMatchObject({ detail: { tables: ["ops.another"] } });
    await test.rows("drop table ops.another, ops.new_one");
  });

  it("deletes what points to another table before that", async () => {
    const order = (await asked(personTablesOf)).map(({ table }) => table);
    const first = (a: string, b: string) => expect([a, b, order.indexOf(a) < order.indexOf(b)]).toEqual([a, b, true]);
    first("staff.identifier", "staff.source_person");
    first("ops.esr_delivery", "staff.source_person");
    first("movement.objection_decision", "movement.objection");
    first("staff.account_code", "staff.account");
    first("ops.intake_request", "ops.receipt");
  });
});
