/**
 * Changing a data key while everybody is at work: a new version, with which all seal from within seconds on, then everything
 * that older versions sealed is sealed again, a few rows at a time. How far it has come stands nowhere but in the rows, so
 * what a kill interrupts is simply gone on with.
 */
import { setTimeout as delay } from "node:timers/promises";
import type { Pool } from "pg";
import { freshSeconds, type Sealer } from "../../platform/secrets";
import { inTransaction, retried } from "../transaction";
import { type SealedColumn, sealedColumns } from "./sealed";

/**
 * Minutes after a new version before those older may be destroyed: what somebody sealed with an older one, in the seconds
 * before he knew of the new, has been written, or its transaction has been ended, long before.
 */
export const settlingMinutes = 10;
const rowsAtATime = 100;

export interface Rotated {
  readonly organisation: string;
  /** The version in use. */
  readonly version: number;
  /** False: an earlier rotation was not finished, and was gone on with. */
  readonly isNew: boolean;
  /** Rows sealed again, by table and column. */
  readonly resealed: Readonly<Record<string, number>>;
  /** Rows that an older version still seals: none, or something is wrong. */
  readonly onOldVersions: number;
  readonly oldVersions: readonly number[];
  readonly destroyed: readonly number[];
  /** Before that no older version is destroyed. */
  readonly destroyableFrom: Date | undefined;
}

export interface Rotating {
  /** Whose data keys there are. */
  organisations(): Promise<readonly string[]>;
  rotate(organisation: string, options?: RotateOptions): Promise<Rotated>;
}

interface RotateOptions {
  readonly destroyOld?: boolean;
  readonly onProgress?: (where: string, rows: number) => void;
}

interface Version {
  readonly version: number;
  readonly retired: boolean;
  readonly settled: boolean;
  readonly settlesAt: Date;
  readonly ageMs: number;
}

type Exclusively = <T>(what: `data-key ${string}`, work: () => Promise<T>) => Promise<T>;

export function createRekeying(pool: Pool, sealer: Pick<Sealer, "open" | "seal" | "addVersion">, exclusively: Exclusively): Rotating {
  const versionsOf = async (organisation: string): Promise<readonly Version[]> =>
    (
      await retried(() =>
        pool.query(
          `select version, retired_at is not null as retired, created_at + make_interval(mins => $2) <= now() as settled,
             created_at + make_interval(mins => $2) as "settlesAt",
             (extract(epoch from now() - created_at) * 1000)::float8 as "ageMs" from ops.data_key where organisation = $1 order by version`,
          [organisation, settlingMinutes],
        ),
      )
    ).rows;

  const rotate = async (organisation: string, { destroyOld = false, onProgress = () => {} }: RotateOptions): Promise<Rotated> => {
    let versions = await versionsOf(organisation);
    // What has been begun is finished first; and whoever wants old ones destroyed wants no more of them.
    const isNew = versions.length < 2 || (!destroyOld && versions.slice(0, -1).every(({ retired }) => retired));
    if (isNew) {
      await sealer.addVersion(organisation);
      versions = await versionsOf(organisation);
    }
    const { version, settled, settlesAt, ageMs } = versions.at(-1)!;
    const old = versions.slice(0, -1).map((one) => one.version);
    const resealed: Record<string, number> = {};
    let left = Number.POSITIVE_INFINITY;
    // In the first seconds others still seal with the version before; and rows that somebody held were left out.
    const allKnowAt = performance.now() + (old.length > 0 ? Math.max(allKnowAfterMs - ageMs, 0) : 0);
    for (let pass = 1, isCertain = false; (left > 0 || !isCertain) && pass <= mostPasses; pass++) {
      if (pass > 1) await delay(left > 0 ? betweenPassesMs : Math.max(allKnowAt - performance.now(), 0));
      isCertain = performance.now() >= allKnowAt;
      for (const sealed of sealedColumns) {
        const where = `${sealed.table}.${sealed.column}`;
        for await (const rows of resealing(sealed, organisation, version)) {
          resealed[where] = (resealed[where] ?? 0) + rows;
          onProgress(where, resealed[where]);
        }
      }
      left = await countOlder(pool, organisation, version);
    }
    if (left === 0)
      await retried(() =>
        pool.query("update ops.data_key set retired_at = now() where organisation = $1 and version < $2 and retired_at is null", [
          organisation,
          version,
        ]),
      );
    const destroyed = destroyOld && left === 0 && settled ? await destroy(organisation, version) : [];
    return {
      organisation,
      version,
      isNew,
      resealed,
      onOldVersions: left,
      oldVersions: old.filter((one) => !destroyed.includes(one)),
      destroyed,
      destroyableFrom: settled ? undefined : settlesAt,
    };
  };

  async function* resealing(sealed: SealedColumn, organisation: string, version: number): AsyncIterable<number> {
    for (let after: string | undefined = sealed.cursor.first; after !== undefined; ) {
      const from: string = after;
      const batch = await retried(() => resealBatch(pool, sealer, sealed, organisation, version, from));
      if (batch.rows > 0) yield batch.rows;
      after = batch.last;
    }
  }

  const destroy = (organisation: string, version: number): Promise<readonly number[]> =>
    retried(async () => {
      // Counted once more after it was settled: what is destroyed is gone with everything under it.
      if ((await countOlder(pool, organisation, version)) > 0) return [];
      const { rows } = await pool.query<{ version: number }>(
        "delete from ops.data_key where organisation = $1 and version < $2 and retired_at is not null returning version",
        [organisation, version],
      );
      return rows.map((row) => row.version).sort((a, b) => a - b);
    });

  return {
    async organisations() {
      const { rows } = await retried(() => pool.query("select distinct organisation from ops.data_key order by 1"));
      return rows.map(({ organisation }) => organisation);
    },
    rotate: (organisation, options = {}) => exclusively(`data-key ${organisation}`, () => rotate(organisation, options)),
  };
}

const betweenPassesMs = 1_000;
const allKnowAfterMs = (freshSeconds + 1) * 1_000;
const mostPasses = freshSeconds + 25;

const older = ({ whose, version }: SealedColumn) => `${whose} and ${version} < $2`;

export async function countOlder(pool: Pool, organisation: string, version: number): Promise<number> {
  let left = 0;
  for (const sealed of sealedColumns) {
    const text = `select count(*)::int as left from ${sealed.table} t where ${older(sealed)}`;
    left += (await retried(() => pool.query(text, [organisation, version]))).rows[0].left;
  }
  return left;
}

/** `last` is where to go on; undefined at the end. Rows that somebody is changing are left to the next pass. */
async function resealBatch(
  pool: Pool,
  sealer: Pick<Sealer, "open" | "seal">,
  sealed: SealedColumn,
  organisation: string,
  version: number,
  after: string,
): Promise<{ readonly rows: number; readonly last: string | undefined }> {
  const { table, column, columns, cursor, versionColumn } = sealed;
  return inTransaction(pool, async (client) => {
    const { rows } = await client.query(
      `select t.tableoid::text as "#table", t.ctid::text as "#row", t.${cursor.column}::text as "#cursor", ${sealed.version}::int as "#version",
         t.${column} as "#bytes", ${columns.map((one) => `t.${one}::text`).join(", ")}
       from ${table} t where t.${cursor.column} >= $3::${cursor.type} and ${older(sealed)}
       order by t.${cursor.column} limit ${rowsAtATime} for update of t skip locked`,
      [organisation, version, after],
    );
    let done = 0;
    for (const row of rows) {
      const bytes: Buffer = versionColumn ? row["#bytes"] : row["#bytes"].subarray(4);
      const plain = await sealer.open(organisation, row["#version"], bytes, sealed.aad(row));
      const again = await sealer.seal(organisation, plain, sealed.aad(row));
      // Somebody has made a version newer than ours: it is as good.
      const set = versionColumn ? `, ${versionColumn} = $4` : "";
      const value = versionColumn ? again.bytes : Buffer.concat([versionInFront(again.version), again.bytes]);
      const { rowCount } = await client.query(
        `update ${table} t set ${column} = $3${set} where t.ctid = $1::tid and t.tableoid = $2::oid`,
        [row["#row"], row["#table"], value, ...(versionColumn ? [again.version] : [])],
      );
      done += rowCount ?? 0;
    }
    return { rows: done, last: rows.length < rowsAtATime ? undefined : rows.at(-1)!["#cursor"] };
  });
}

function versionInFront(version: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(version);
  return bytes;
}
