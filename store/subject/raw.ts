/** Stored raw records of a person: one page at a time, whatever there is of them. */
import { promisify } from "node:util";
import { deflate, inflate } from "node:zlib";
import type { Pool } from "pg";
import type { Sealer } from "../../platform/secrets";
import { rawAad } from "../raw-pages";
import { inTransaction, retried } from "../transaction";

const compress = promisify(deflate);
const expand = promisify(inflate);

/** Whether a stored raw record of a connection is about the person. */
export type IsAbout = (connectionId: string, raw: unknown) => boolean;

interface Page {
  readonly id: string;
  readonly connectionId: string;
  readonly createdOn: string;
  readonly keyOrg: string;
  readonly records: readonly (readonly [ordinal: number, raw: unknown])[];
}

async function* pagesOf(pool: Pool, sealer: Sealer, connections: readonly string[], after: string): AsyncIterable<Page> {
  for (let last = after; ; ) {
    const { rows } = await retried(() =>
      pool.query({
        name: "subject-raw-page",
        text: `select id, connection_id, created_on::text as created_on, key_org, key_version, body from ops.raw_page
          where connection_id = any($1::text[]) and id > $2 order by id limit 1`,
        values: [connections, last],
      }),
    );
    const row = rows[0];
    if (!row) return;
    last = row.id;
    const opened = await sealer.open(row.key_org, row.key_version, row.body, rawAad(row.connection_id));
    const records = JSON.parse((await expand(opened)).toString("utf8"));
    yield { id: row.id, connectionId: row.connection_id, createdOn: row.created_on, keyOrg: row.key_org, records };
  }
}

export interface RawFound {
  readonly connectionId: string;
  readonly receivedOn: string;
  readonly raw: unknown;
}

export async function* rawOf(pool: Pool, sealer: Sealer, connections: readonly string[], isAbout: IsAbout): AsyncIterable<RawFound> {
  for await (const { connectionId, createdOn, records } of pagesOf(pool, sealer, connections, "0")) {
    for (const [, raw] of records) if (isAbout(connectionId, raw)) yield { connectionId, receivedOn: createdOn, raw };
  }
}

/**
 * Takes them out of their pages. How far it has come stands in the erasure's own row, written with each page, so that what a
 * crash interrupts goes on where it was.
 */
export async function eraseRaw(
  pool: Pool,
  sealer: Sealer,
  erasure: { readonly id: string; readonly after: string; readonly connections: readonly string[] },
  isAbout: IsAbout,
  afterPage: () => void,
): Promise<void> {
  for await (const page of pagesOf(pool, sealer, erasure.connections, erasure.after)) {
    const kept = page.records.filter(([, raw]) => !isAbout(page.connectionId, raw));
    const gone = page.records.length - kept.length;
    if (gone === 0) continue;
    const sealed =
      kept.length > 0
        ? await sealer.seal(page.keyOrg, await compress(JSON.stringify(kept), { level: 1 }), rawAad(page.connectionId))
        : undefined;
    await retried(() =>
      inTransaction(pool, async (client) => {
        // Of two that go through the same pages one waits here, and then counts nothing twice.
        const { rowCount } = await client.query(
          `update ops.erasure set raw_after = $2, done = jsonb_set(done, '{ops.raw_page}', to_jsonb(coalesce((done->>'ops.raw_page')::bigint, 0) + $3))
           where id = $1 and raw_after < $2`,
          [erasure.id, page.id, gone],
        );
        if (rowCount !== 1) return;
        if (sealed)
          await client.query("update ops.raw_page set body = $3, key_version = $4, records = $5 where id = $1 and created_on = $2", [
            page.id,
            page.createdOn,
            sealed.bytes,
            sealed.version,
            kept.length,
          ]);
        else await client.query("delete from ops.raw_page where id = $1 and created_on = $2", [page.id, page.createdOn]);
      }),
    );
    afterPage();
  }
}
