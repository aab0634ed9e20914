/** Where the wrapped data keys live. */
import type { Pool } from "pg";
import type { DataKeys } from "../platform/secrets";
import { asUnit } from "./transaction";

export function createDataKeys(pool: Pool): DataKeys {
  return {
    async find(organisation) {
      const { rows } = await asUnit(() => pool.query("select version, wrapped from ops.data_key where organisation = $1", [organisation]));
      return rows;
    },
    async save(organisation, version, wrapped) {
      await asUnit(() =>
        pool.query("insert into ops.data_key (organisation, version, wrapped) values ($1, $2, $3) on conflict do nothing", [
          organisation,
          version,
          wrapped,
        ]),
      );
    },
  };
}
