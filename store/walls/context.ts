/**
 * The signed context. It names the role, the session and the transaction it is for, so that one that is copied elsewhere, or
 * into the next transaction, is none; the database checks it (functions.ts: guard.verified) and reads nothing without it.
 */
import { createHash, createHmac, hkdfSync } from "node:crypto";
import type { ClientBase } from "pg";

const blockBytes = 64;

/** What ties a context to a transaction: when it began, to the microsecond, and in which session. */
export const momentOfTransaction =
  "select trunc(extract(epoch from transaction_timestamp()) * 1000000)::bigint::text as at, pg_backend_pid()::text as pid";

/** What a worker's page writes under: as long as the lease is held, for the organisations of its connection. */
export function writingUnder(signer: ContextSigner, role: string, connectionId: string, lease: string): string {
  const signed = signer.sign({ role, connection: connectionId, lease });
  return `select set_config('lanyard.write', '${signed.replaceAll("'", "''")}', true)`;
}

export interface ContextSigner {
  sign(body: object): string;
  /** Makes the database know this key; only the migrating login may. Others in force stay, for processes that still run with them. */
  install(client: ClientBase): Promise<void>;
  isInstalled(client: ClientBase): Promise<boolean>;
  /** Every other key holds so long yet and no longer: for processes that have not been started again. */
  endOthers(client: ClientBase, seconds: number): Promise<void>;
  /** The same, asked by a login that cannot look: whether a context that it signs is one. */
  isKnownTo(client: ClientBase): Promise<boolean>;
}

export function contextSigner(keyEncryptionKey: Buffer): ContextSigner {
  const key = Buffer.from(hkdfSync("sha256", keyEncryptionKey, Buffer.alloc(0), "lanyard context v1", blockBytes));
  const fingerprint = createHash("sha256").update(key).digest("hex").slice(0, 32);
  const pad = (byte: number) => Buffer.from(key.map((one) => one ^ byte));
  const sign = (body: object) => {
    const text = JSON.stringify(body);
    return `${createHmac("sha256", key).update(text).digest("hex")}.${text}`;
  };
  return {
    sign,
    async isKnownTo(client) {
      await client.query("begin read only");
      try {
        await client.query("set local role lanyard_facts");
        const { rows } = await client.query(momentOfTransaction);
        await client.query("select set_config('lanyard.context', $1, true)", [sign({ role: "lanyard_facts", ...rows[0], scope: [] })]);
        return (await client.query("select guard.signed() as known")).rows[0].known;
      } finally {
        await client.query("rollback");
      }
    },
    async install(client) {
      await client.query(
        "insert into guard.context_key (fingerprint, inner_pad, outer_pad) values ($1, $2, $3) on conflict (fingerprint) do update set ends_at = null",
        [fingerprint, pad(0x36), pad(0x5c)],
      );
    },
    async isInstalled(client) {
      return (
        (await client.query("select 1 from guard.context_key where fingerprint = $1 and ends_at is null", [fingerprint])).rowCount === 1
      );
    },
    async endOthers(client, seconds) {
      await client.query("delete from guard.context_key where ends_at < now()");
      await client.query(
        "update guard.context_key set ends_at = least(ends_at, now() + make_interval(secs => $2)) where fingerprint <> $1",
        [fingerprint, seconds],
      );
    },
  };
}
