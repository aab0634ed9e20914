/**
 * Another LANYARD_KEY: every data key and the key of the blind indexes are wrapped by the new one, and nothing else changes.
 * All of it or nothing, so there is never a database that needs two.
 */
import { mappingLostServer, withClient } from "../../platform/database";
import { markOf, rewrapDataKey, unwrapIndexKey, wrapIndexKey } from "../../platform/secrets";
import { otherKey } from "../keys";
import { retried } from "../transaction";
import { contextSigner } from "../walls/context";

export interface Rewrapped {
  readonly dataKeys: number;
}

interface Rewrapping {
  /** Of the login that may change the schema: nobody else gives the database a key for contexts. */
  readonly url: string;
  readonly from: Buffer;
  readonly to: Buffer;
  readonly oldContextsEndInSeconds: number;
}

export async function rewrap({ url, from, to, oldContextsEndInSeconds }: Rewrapping): Promise<Rewrapped> {
  return mappingLostServer(() =>
    retried(() =>
      withClient(
        url,
        async (client) => {
          await client.query("begin");
          // First, and in the same order as whoever saves a data key (keys.ts): it waits, and then finds another mark.
          const { rows: index } = await client.query<{ wrapped: Buffer; by: string }>(
            'select wrapped, wrapped_by as "by" from ops.index_key for update',
          );
          if (index[0]?.by !== markOf(from)) throw otherKey();
          const { rows } = await client.query<{ organisation: string; version: number; wrapped: Buffer }>(
            "select organisation, version, wrapped from ops.data_key for update",
          );
          for (const row of rows)
            await client.query("update ops.data_key set wrapped = $3 where organisation = $1 and version = $2", [
              row.organisation,
              row.version,
              rewrapDataKey(from, to, row),
            ]);
          await client.query("update ops.index_key set wrapped = $1, wrapped_by = $2", [
            wrapIndexKey(to, unwrapIndexKey(from, index[0].wrapped)),
            markOf(to),
          ]);
          const signer = contextSigner(to);
          await signer.install(client);
          await signer.endOthers(client, oldContextsEndInSeconds);
          await client.query("commit");
          return { dataKeys: rows.length };
        },
        30_000,
      ),
    ),
  );
}
