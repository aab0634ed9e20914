/** Where the wrapped data keys live. */
import type { Pool } from "pg";
import { HubError } from "../platform/errors";
import type { DataKeys } from "../platform/secrets";
import { asUnit } from "./transaction";

/** `mark` is the key-encryption key's: nothing is saved that is wrapped by one that was changed in the meantime. */
export function createDataKeys(pool: Pool, mark: string): DataKeys {
  return {
    async find(organisation) {
      const { rows } = await asUnit(() => pool.query("select version, wrapped from ops.data_key where organisation = $1", [organisation]));
      return rows;
    },
    async save(organisation, version, wrapped) {
      const { rows } = await asUnit(() =>
        pool.query(
          `with fence as materialized (select wrapped_by from ops.index_key for share),
            saved as (insert into ops.data_key (organisation, version, wrapped)
              select $1, $2, $3 from fence where wrapped_by = $4 on conflict do nothing returning 1)
           select wrapped_by = $4 as current, (select count(*) from saved) as saved from fence`,
          [organisation, version, wrapped, mark],
        ),
      );
      if (rows[0]?.current !== true) throw otherKey();
    },
  };
}

export function otherKey(cause?: unknown): HubError {
  return new HubError({
    code: "SETTINGS_INVALID",
    class: "settings",
    message:
      "LANYARD_KEY is not the key that this database is sealed under: set it to the present one (`npx lanyard keys rewrap` changes it)",
    detail: { pointer: "LANYARD_KEY", expected: "the key that this database is sealed under", got: "another key" },
    cause,
  });
}
