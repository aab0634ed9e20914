import { type Clock, fixedClock } from "../../platform/clock";
import { type OpenStore, openStore } from "../../store/open";
import type { ConnectionToRegister } from "../../store/store";
import { testDatabase } from "./database";

export interface TestStore {
  readonly store: OpenStore;
  readonly url: string;
  /** Takes the lease of a connection and starts a run. */
  begin(connectionId?: string): Promise<{ connectionId: string; lease: string; runId: string }>;
  rows(sql: string, values?: unknown[]): Promise<Record<string, any>[]>;
  drop(): Promise<void>;
}

export function testConnections(): ConnectionToRegister[] {
  return [
    ["zqa-lms", "ZQA"],
    ["zqa-oh", "ZQA"],
    ["zqa-esr", "ZQA"],
    ["zqb-esr", "ZQB"],
  ].map(([id, organisation]) => ({
    id: id!,
    connector: id!.slice(4),
    title: id!,
    organisations: [organisation!],
    everyMinutes: 15,
    freshWithinSeconds: 7_200,
    goLiveOn: undefined,
    settingsFingerprint: "",
  }));
}

/** A migrated store with two connections of one trust (zqa-lms, zqa-oh), its ESR (zqa-esr), and the ESR of another (zqb-esr). */
export async function testStore(clock: Clock = fixedClock("2026-11-22T09:00:00Z")): Promise<TestStore> {
  const database = await testDatabase();
  const store = await openStore({ url: database.url, keyEncryptionKey: Buffer.alloc(32, 9), clock, poolSize: 8 });
  await store.migrate();
  await store.connections.register(testConnections());
  return {
    store,
    url: database.url,
    async begin(connectionId = "zqa-lms") {
      // Whoever held it before has stopped, and the lease has run out.
      await database.pool.query("update ops.connection set lease_until = null, deaths = 0 where id = $1", [connectionId]);
      const lease = await store.connections.lease(connectionId, "test", 600);
      if (!lease) throw new Error(`${connectionId} is leased by another holder`);
      return { connectionId, lease: lease.number, runId: await store.connections.startRun(connectionId, lease.number, "test") };
    },
    rows: async (sql, values) => (await database.pool.query(sql, values)).rows,
    async drop() {
      await store.close();
      await database.drop();
    },
  };
}
