/** Schema changes: by migrations only, one process at a time. */
import type { Pool } from "pg";
import { DataSource, type MigrationInterface } from "typeorm";
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
import { ReadAt1764001300000 } from "./migrations/1764001300000-read-at";
import { Identity1764001500000 } from "./migrations/1764001500000-identity";
import { MovementDecisions1764001600000 } from "./migrations/1764001600000-movement-decisions";
import { AuditChain1764001800000 } from "./migrations/1764001800000-audit-chain";
import { DataRights1764001900000 } from "./migrations/1764001900000-data-rights";
import { ensurePartitions } from "./raw-pages";

/** Any number that nothing else locks; the same in every process. */
const migrationLock = 7_411_190_221;

type MigrationClass = new () => MigrationInterface;
const known: readonly MigrationClass[] = [
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
  ReadAt1764001300000,
  Identity1764001500000,
  MovementDecisions1764001600000,
  AuditChain1764001800000,
  DataRights1764001900000,
];

/** A migration that waits for a lock makes everybody who comes after it wait as well: it gives way, and tries again. */
const lockTimeoutMs = 1_000;
const givingWayMs = 500;
const mostGivingWay = 240;

export function createDataSource(url: string, migrations: readonly MigrationClass[] = known): DataSource {
  return new DataSource({
    type: "postgres",
    url,
    entities: Object.values(recordTypes),
    migrations: [...migrations],
    migrationsTableName: "migration",
    migrationsTransactionMode: "all",
    synchronize: false,
    logging: false,
    poolSize: 1,
    extra: { options: `-c lock_timeout=${lockTimeoutMs}` },
  });
}

/** All that are missing, in one transaction; whoever is at work on the tables meanwhile is not held up for longer than a second. */
export async function runGivingWay(
  source: DataSource,
  pause: (ms: number) => Promise<unknown> = (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
): Promise<readonly { readonly name: string }[]> {
  for (let tries = 1; ; tries++) {
    try {
      return await source.runMigrations();
    } catch (error) {
      const { code, driverError } = error as { code?: string; driverError?: { code?: string } };
      if ((driverError?.code ?? code) !== "55P03" || tries >= mostGivingWay) throw error;
      await pause(givingWayMs);
    }
  }
}

export async function migrate(pool: Pool, url: string, today: string): Promise<{ readonly applied: readonly string[] }> {
  const guard = await pool.connect();
  try {
    await guard.query("select pg_advisory_lock($1)", [migrationLock]);
    const source = createDataSource(url);
    await source.initialize();
    try {
      const applied = await runGivingWay(source);
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
