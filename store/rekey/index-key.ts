/**
 * The key of the blind indexes is kept, wrapped like the data keys: were it derived from LANYARD_KEY, nothing that is encrypted
 * could be matched after LANYARD_KEY has changed.
 */
import type { ClientBase } from "pg";
import { mappingLostServer, withClient } from "../../platform/database";
import { derivedIndexKey, markOf, newIndexKey, rewrapDataKey, unwrapIndexKey, wrapIndexKey } from "../../platform/secrets";
import { otherKey } from "../keys";

/** Undefined in a database that has none yet. Refuses a key-encryption key that is not the present one, before anything is done with it. */
export async function readIndexKey(url: string, keyEncryptionKey: Buffer): Promise<Buffer | undefined> {
  return mappingLostServer(() =>
    withClient(
      url,
      async (client) => {
        const { rows: there } = await client.query(
          `select has_schema_privilege(n.oid, 'usage') and has_table_privilege(c.oid, 'select') as mine
           from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = 'ops' and c.relname = 'index_key'`,
        );
        if (there.length === 0) return undefined;
        // The application's login has no right to anything itself; its roles have.
        if (!there[0].mine) await client.query("set role lanyard_work");
        return read(client, keyEncryptionKey);
      },
      10_000,
    ),
  );
}

async function read(client: ClientBase, keyEncryptionKey: Buffer): Promise<Buffer | undefined> {
  const { rows } = await client.query<{ wrapped: Buffer; by: string }>('select wrapped, wrapped_by as "by" from ops.index_key');
  const [row] = rows;
  if (row === undefined) return undefined;
  if (row.by !== markOf(keyEncryptionKey)) throw otherKey();
  return unwrapIndexKey(keyEncryptionKey, row.wrapped);
}

/** A database from before goes on with the derived one, so that what it has indexed is found. */
export async function ensureIndexKey(client: ClientBase, keyEncryptionKey: Buffer, isNew: boolean): Promise<void> {
  if (await read(client, keyEncryptionKey)) return;
  const { rows } = await client.query("select organisation, version, wrapped from ops.data_key limit 1");
  try {
    if (rows[0]) rewrapDataKey(keyEncryptionKey, keyEncryptionKey, rows[0]);
  } catch (error) {
    throw otherKey(error);
  }
  const key = isNew ? newIndexKey() : derivedIndexKey(keyEncryptionKey);
  await client.query("insert into ops.index_key (wrapped, wrapped_by) values ($1, $2) on conflict do nothing", [
    wrapIndexKey(keyEncryptionKey, key),
    markOf(keyEncryptionKey),
  ]);
}
