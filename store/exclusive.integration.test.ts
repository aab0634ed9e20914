import { type TestStore, testStore } from "../test/builders/store";

describe("one at a time over all processes", () => {
  let test: TestStore;
  beforeAll(async () => {
    test = await testStore();
  });
  afterAll(() => test.drop());

  const nothing = { bindings: [], proposals: [], conflicts: [], unmatched: ["00000000-0000-4000-8000-000000000001"] };

  it("decides under the session that holds the lock of matching, which ends by itself when it gives no sign of life", async () => {
    await test.store.exclusively("matching", async (session) => {
      await test.store.people.decide({ ...nothing, session });
      const [held] = await test.rows("select count(*)::int as n from pg_locks where locktype = 'advisory' and pid = $1", [session]);
      expect(held!.n).toBe(1);
    });
    const [left] = await test.rows("select count(*)::int as n from pg_locks where locktype = 'advisory' and objid = 7301001");
    expect(left!.n).toBe(0);
  });

  it("Q2: refuses what is decided by whoever has lost the lock meanwhile, while another has it", async () => {
    const frozen = test.store.exclusively("matching", async (session) => {
      // What PostgreSQL does to a session that has been silent for too long.
      await test.rows("select pg_terminate_backend($1, 5000)", [session]);
      await expect(test.store.people.decide({ ...nothing, session })).rejects.toMatchObject({ code: "DATABASE_UNAVAILABLE" });
    });
    await expect(frozen).rejects.toThrow();
    const other = test.store.exclusively("matching", (session) => test.store.people.decide({ ...nothing, session }));
    await expect(other).resolves.toBeUndefined();
  });
});
