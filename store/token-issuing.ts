/** What the hub's own token endpoint keeps: assertions that were used, and the keys that sign its tokens. */
import { createHash } from "node:crypto";
import type { Pool } from "pg";
import type { Sealer } from "../platform/secrets";
import { inTransaction, retried } from "./transaction";

export interface TokenKey {
  readonly kid: string;
  readonly publicJwk: Readonly<Record<string, unknown>>;
  readonly createdAt: Date;
  readonly createdBy: string;
  /** Published before it signs, so that whoever keeps the list for some minutes knows it by then. */
  readonly signsFrom: Date;
  /** Published until here: what it signed last has expired by then. */
  readonly endsAt: Date | undefined;
}
export interface NewTokenKey {
  readonly publicJwk: Readonly<Record<string, unknown>> & { readonly kid: string };
  readonly privateJwk: Readonly<Record<string, unknown>>;
  readonly by: string;
  readonly now: Date;
  readonly signsFrom: Date;
  /** When those before it end. */
  readonly othersEndAt: Date;
}

export interface TokenIssuing {
  /** True once for a client and a jti, in whichever process; a claim of another client's is another one. */
  firstUse(clientId: string, jti: string, expiresAt: Date, now: Date): Promise<boolean>;
  /** Those that are published, the newest first. */
  keys(now: Date): Promise<readonly TokenKey[]>;
  privateKey(kid: string): Promise<Readonly<Record<string, unknown>>>;
  /** `unlessSince`: not when there is one made later than that, so that of two processes at the same thought one acts. */
  addKey(key: NewTokenKey, unlessSince?: Date): Promise<void>;
}

/** Under whose data key the hub's own secrets are sealed: no organisation's. */
export const hubKeyOwner = "lanyard:hub";
export const tokenKeyAad = (kid: string) => `token-key:${kid}`;
/** An assertion that has expired by less is still kept: clocks differ. */
const keptAfterMs = 60_000;
const pruneEveryMs = 60_000;
const keyLock = 7_411_190_231;

export function createTokenIssuing(pool: Pool, sealer: Pick<Sealer, "seal" | "open">): TokenIssuing {
  let prunedAt = 0;
  return {
    async firstUse(clientId, jti, expiresAt, now) {
      if (Math.abs(now.getTime() - prunedAt) > pruneEveryMs) {
        prunedAt = now.getTime();
        await retried(() => pool.query("delete from ops.client_assertion where expires_at < $1", [new Date(now.getTime() - keptAfterMs)]));
      }
      const digest = createHash("sha256").update(jti).digest("base64url");
      // Not tried again: an insert whose answer was lost may have been the first use.
      const { rowCount } = await pool.query({
        name: "use-assertion",
        text: "insert into ops.client_assertion (client_id, jti_sha256, expires_at) values ($1, $2, $3) on conflict do nothing",
        values: [clientId, digest, expiresAt],
      });
      return rowCount === 1;
    },
    async keys(now) {
      const { rows } = await retried(() =>
        pool.query(
          `select kid, public_jwk as "publicJwk", created_at as "createdAt", created_by as "createdBy", signs_from as "signsFrom", ends_at as "endsAt"
             from ops.token_key where ends_at is null or ends_at > $1 order by signs_from desc, kid`,
          [now],
        ),
      );
      return rows.map((row) => ({ ...row, endsAt: row.endsAt ?? undefined }));
    },
    async privateKey(kid) {
      const { rows } = await retried(() => pool.query("select key_version, sealed from ops.token_key where kid = $1", [kid]));
      return JSON.parse((await sealer.open(hubKeyOwner, rows[0].key_version, rows[0].sealed, tokenKeyAad(kid))).toString());
    },
    async addKey({ publicJwk, privateJwk, by, now, signsFrom, othersEndAt }, unlessSince) {
      const { version, bytes } = await sealer.seal(hubKeyOwner, Buffer.from(JSON.stringify(privateJwk)), tokenKeyAad(publicJwk.kid));
      await retried(() =>
        inTransaction(pool, async (client) => {
          await client.query("select pg_advisory_xact_lock($1)", [keyLock]);
          const newer = "select 1 from ops.token_key where ends_at is null and created_at > $1 limit 1";
          if (unlessSince && (await client.query(newer, [unlessSince])).rowCount) return;
          await client.query("update ops.token_key set ends_at = $1 where ends_at is null or ends_at > $1", [othersEndAt]);
          await client.query(
            `insert into ops.token_key (kid, public_jwk, key_version, sealed, created_at, created_by, signs_from)
               values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing`,
            [publicJwk.kid, JSON.stringify(publicJwk), version, bytes, now, by, signsFrom],
          );
        }),
      );
    },
  };
}
