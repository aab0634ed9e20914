/** A page whose bytes are those stored before: its counts again, its records seen again, nothing else written. */
import type { Pool } from "pg";
import { HubError } from "../platform/errors";
import type { RecordKind } from "../schema/kinds";
import { beginPage, countsOfStored, moveCheckpoint } from "./apply";
import { insertPage, type PageRow } from "./page-ledger";
import { recordTable } from "./record-tables";
import type { PageStored, PageToStore } from "./store";
import { inTransaction, retried, violates } from "./transaction";
import type { Writing } from "./walls/writing";

export async function findIdentical(pool: Pool, connectionId: string, key: string, sha256: string, derivationVersion: string) {
  const { rows } = await retried(() =>
    pool.query({
      name: "find-digest",
      text: "select records from ops.page_digest where connection_id = $1 and key = $2 and sha256 = $3 and derivation_version = $4",
      values: [connectionId, key, sha256, derivationVersion],
    }),
  );
  return rows[0] ? { records: rows[0].records as number } : undefined;
}

export async function applyIdentical(writing: Writing, page: PageToStore, commitAfter: Promise<unknown> | undefined): Promise<PageStored> {
  const { digest } = page;
  const { pool, under } = writing.of(await kindsOfDigest(writing.usual.pool, page));
  return retried(async () => {
    try {
      return await inTransaction(
        pool,
        async (client) => {
          const { rows } = await client.query({
            name: "read-digest",
            text: "select counts, record_ids from ops.page_digest where connection_id = $1 and key = $2 and sha256 = $3 and derivation_version = $4",
            values: [page.connectionId, digest?.key, digest?.sha256, page.derivationVersion],
          });
          if (!rows[0]) {
            throw new HubError({
              code: "INTERNAL",
              class: "internal",
              detail: { why: "page said to be identical has no digest", page: page.ordinal },
            });
          }
          const held = rows[0].counts as PageRow & { reasons: Record<string, number> };
          const seen = Object.entries(rows[0].record_ids as Record<RecordKind, string>).map(([kind, ids]) => ({
            kind: kind as RecordKind,
            ids,
          }));
          let waiting = 0;
          for (const { kind, ids } of seen) {
            if (ids === "{}") continue;
            const table = recordTable(kind);
            const found = await client.query({ ...table.recount, values: [ids] });
            waiting += found.rows[0].waiting;
            // The source lists them again, so they are no longer missing there. A withdrawal stays what it is.
            if (found.rows[0].flagged > 0) {
              await client.query(
                `update ${table.table} set source_state = 'IN_FORCE', known_from = nextval('ops.knowing')
               where id = any($1::uuid[]) and source_state in ('NOT_AT_SOURCE', 'SUSPECTED')`,
                [ids],
              );
            }
          }
          const { rawIn, yielding, ignored, refusedRaw, refused, records } = held;
          waiting = Math.min(waiting, records - refused);
          const row: PageRow = {
            rawIn,
            yielding,
            ignored,
            refusedRaw,
            applied: 0,
            unchanged: records - refused - waiting,
            superseded: 0,
            waiting,
            refused,
            records,
          };
          const again = { ...page, reasons: { ...held.reasons, ...page.reasons } };
          await insertPage(
            client,
            again,
            row,
            null,
            true,
            seen.map(({ kind, ids }) => ({ kind, ids: ids.slice(1, -1) })),
          );
          await commitAfter;
          await moveCheckpoint(client, page, true);
          const { records: _, ...counts } = row;
          return { counts, toMatch: [] };
        },
        `${beginPage}; ${under(page.connectionId, page.lease)}`,
      );
    } catch (error) {
      if (violates(error, "page_once")) return { counts: await countsOfStored(pool, page), toMatch: [] };
      throw error;
    }
  });
}

/** Whose rows the page is about: who may touch them follows from it. */
async function kindsOfDigest(pool: Pool, { connectionId, digest }: PageToStore): Promise<readonly RecordKind[]> {
  const { rows } = await retried(() =>
    pool.query({
      name: "kinds-of-digest",
      text: "select jsonb_object_keys(record_ids) as kind from ops.page_digest where connection_id = $1 and key = $2",
      values: [connectionId, digest?.key],
    }),
  );
  return rows.map((row) => row.kind);
}
