/** Schema changes: by migrations only, one process at a time. */
import type { Pool } from "pg";
import { DataSource } from "typeorm";
import { recordTypes } from "../schema/kinds";
import { Foundation1763830000000 } from "./migrations/1763830000000-foundation";
import { Intake1764000100000 } from "./migrations/1764000100000-intake";
import { Outbound1764000200000 } from "./migrations/1764000200000-outbound";
import { Movement1764000300000 } from "./migrations/1764000300000-movement";
import { CourseMaps1764000400000 } from "./migrations/1764000400000-course-maps";
import { Trace1764000500000 } from "./migrations/1764000500000-trace";
import { Engine1764000600000 } from "./migrations/1764000600000-engine";
import { Pace1764000700000 } from "./migrations/1764000700000-pace";
import { Absence1764000800000 } from "./migrations/1764000800000-absence";
import { History1764000900000 } from "./migrations/1764000900000-history";
import { Replays1764001000000 } from "./migrations/1764001000000-replays";
import { IntakeDoors1764001100000 } from "./migrations/1764001100000-intake-doors";
import { ensurePartitions } from "./raw-pages";

/** Any number that nothing else locks; the same in every process. */
const migrationLock = 7_411_190_221;

export function createDataSource(url: string): DataSource {
  return new DataSource({
    type: "postgres",
    url,
    entities: Object.values(recordTypes),
    migrations: [
      Foundation1763830000000,
      Intake1764000100000,
      Outbound1764000200000,
      Movement1764000300000,
      CourseMaps1764000400000,
      Trace1764000500000,
      Engine1764000600000,
      Pace1764000700000,
      Absence1764000800000,
      History1764000900000,
      Replays1764001000000,
      IntakeDoors1764001100000,
    ],
    migrationsTableName: "migration",
    migrationsTransactionMode: "all",
    synchronize: false,
    logging: false,
    poolSize: 1,
  });
}

export async function migrate(pool: Pool, url: string, today: string): Promise<{ readonly applied: readonly string[] }> {
  const guard = await pool.connect();
  try {
    await guard.query("select pg_advisory_lock($1)", [migrationLock]);
    const source = createDataSource(url);
    await source.initialize();
    try {
      const applied = await source.runMigrations();
      await ensurePartitions(pool, today);
      return { applied: applied.map((migration) => migration.name) };
    } finally {
      await source.destroy();
    }
  } finally {
    await guard.query("select pg_advisory_unlock($1)", [migrationLock]).catch(() => undefined);
    guard.release();
  }
}
