import { randomBytes } from "node:crypto";
import { createDatabase, createPool, dropDatabase, type Pool } from "../../platform/database";

export interface TestDatabase {
  readonly url: string;
  readonly pool: Pool;
  drop(): Promise<void>;
}

/** Address of the run's server (test/global-setup.ts). */
export function testServerUrl(): string {
  const url = process.env.LANYARD_TEST_DATABASE;
  if (!url) throw new Error("No test server: run through jest, whose global setup starts one");
  return url;
}

/** A fresh database, dropped in afterAll: one per test file. Empty, or migrated where the run has prepared a template of that. */
export async function testDatabase(template = process.env.LANYARD_TEST_TEMPLATE): Promise<TestDatabase> {
  const name = `test_${randomBytes(8).toString("hex")}`;
  const url = await createDatabase(testServerUrl(), name, template);
  const pool = createPool({ url, max: 8, applicationName: "lanyard-test" });
  return {
    url,
    pool,
    async drop() {
      await pool.end();
      await dropDatabase(testServerUrl(), name);
    },
  };
}
