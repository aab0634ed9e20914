/** Schema changes: by migrations only, one process at a time. */
import type { ClientBase } from "pg";
import { DataSource, type MigrationInterface } from "typeorm";
import { withClient } from "../platform/database";
import { HubError } from "../platform/errors";
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
import { Walls1764002900000 } from "./migrations/1764002900000-walls";
import { Keys1764003000000 } from "./migrations/1764003000000-keys";
import { PayloadLooks1764003100000 } from "./migrations/1764003100000-payload-looks";
import { FeedAcceptances1764003200000 } from "./migrations/1764003200000-feed-acceptances";
import { ensurePartitions } from "./raw-pages";
import { ensureIndexKey } from "./rekey/index-key";
import type { ContextSigner } from "./walls/context";
import { raiseWalls } from "./walls/raise";
import { ensureLogins, ensureRoles } from "./walls/roles";

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
  Walls1764002900000,
  Keys1764003000000,
  PayloadLooks1764003100000,
  FeedAcceptances1764003200000,
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
  pause?: (ms: number) => Promise<unknown>,
): Promise<readonly { readonly name: string }[]> {
  return givingWay(() => source.runMigrations(), pause);
}

async function givingWay<T>(
  change: () => Promise<T>,
  pause: (ms: number) => Promise<unknown> = (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await change();
    } catch (error) {
      const { code, driverError } = error as { code?: string; driverError?: { code?: string } };
      if ((driverError?.code ?? code) !== "55P03" || tries >= mostGivingWay) throw error;
      await pause(givingWayMs);
    }
  }
}

export interface Migrating {
  /** Of the login that may change the schema. */
  readonly url: string;
  readonly keyEncryptionKey: Buffer;
  readonly signer: ContextSigner;
  readonly today: string;
}

/**
 * Roles, migrations, the walls over what they made, and the key by which the database knows a signed context. A login that may
 * not change the schema (the application's own in production) only makes sure that all of it is there.
 */
export async function migrate({ url, keyEncryptionKey, signer, today }: Migrating): Promise<{ readonly applied: readonly string[] }> {
  return withClient(
    url,
    async (client) => {
      const { rows } = await client.query(
        "select rolsuper as super, rolsuper or rolbypassrls as may from pg_roles where rolname = current_user",
      );
      if (!rows[0].may) return requireMigrated(client, signer);
      await client.query("select pg_advisory_lock($1)", [migrationLock]);
      await ensureRoles(client);
      const isNew = (await client.query("select to_regclass('public.migration') is null as new")).rows[0].new;
      const source = createDataSource(url);
      await source.initialize();
      try {
        const applied = await runGivingWay(source);
        await client.query(`set lock_timeout = '${lockTimeoutMs}ms'`);
        await givingWay(() => raiseWalls(client));
        await ensureIndexKey(client, keyEncryptionKey, isNew);
        if (!(await signer.isInstalled(client))) await signer.install(client);
        if (rows[0].super) await ensureLogins(client, decodeURIComponent(new URL(url).password));
        await ensurePartitions(client, today);
        return { applied: applied.map((migration) => migration.name) };
      } finally {
        await source.destroy();
      }
      // The lock goes with the connection.
    },
    10_000,
  );
}

const missing = (what: string) =>
  new HubError({
    code: "SETTINGS_INVALID",
    class: "settings",
    message: `The database is not ready for this version (${what}): run \`npx lanyard migrate\` with DATABASE_OWNER_URL first`,
    detail: { pointer: "DATABASE_URL", expected: "a migrated database", got: what },
  });

async function requireMigrated(client: ClientBase, signer: ContextSigner): Promise<{ readonly applied: readonly string[] }> {
  const { rows: there } = await client.query(
    // By the catalogue: the login itself may not even look into the schema.
    "select exists (select 1 from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = 'public' and c.relname = 'migration') as there",
  );
  if (!there[0].there) throw missing("no migration has been applied");
  await client.query("set role lanyard_work");
  const { rows } = await client.query<{ name: string }>("select name from public.migration");
  const applied = new Set(rows.map(({ name }) => name));
  const lacking = known.filter(({ name }) => !applied.has(name));
  if (lacking.length > 0) throw missing(`${lacking.length} migrations are missing`);
  if (!(await signer.isKnownTo(client))) throw missing("the key of this hub's contexts is not known there");
  return { applied: [] };
}
