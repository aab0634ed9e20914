/** The vendors' keys: made or taken over, narrowed, rotated, revoked. A secret leaves here once, when it is made. */
import { randomBytes, randomUUID } from "node:crypto";
import type { Pool, PoolClient } from "pg";
import { reach } from "../platform/crash-point";
import { HubError } from "../platform/errors";
import type { Sealer } from "../platform/secrets";
import type { RecordKind } from "../schema/kinds";
import { inTransaction, retried } from "./transaction";

/** Of a standard webhook's symmetric key: the specification asks for 24 to 64 bytes. */
const secretBytes = 32;
/** One in use, one to change to, and one forgotten: every live key is tried on every push, so there is an end to them. */
const mostLiveKeys = 5;

/** An API key opens the door for events only: it travels with every request, and a body is not bound to it. */
export type KeyAlgorithm = "hmac-sha256" | "ed25519" | "api-key";

/** What a key may speak for; undefined: everything of its connection. */
export interface KeyScope {
  readonly organisations: readonly string[] | undefined;
  readonly kinds: readonly RecordKind[] | undefined;
}
export const wholeConnection: KeyScope = { organisations: undefined, kinds: undefined };

export interface IntakeKey extends KeyScope {
  readonly id: string;
  readonly connectionId: string;
  readonly algorithm: KeyAlgorithm;
  readonly issuedAt: Date;
  readonly issuedBy: string;
  /** After a rotation: until then it is in force beside its successor. */
  readonly endsAt: Date | undefined;
  readonly revokedAt: Date | undefined;
  readonly revokedBy: string | undefined;
  readonly revokeReason: string | undefined;
  readonly lastUsedAt: Date | undefined;
}
export interface LiveKey extends KeyScope {
  readonly id: string;
  readonly algorithm: KeyAlgorithm;
  /** Of an Ed25519 key the public one, 32 bytes. */
  readonly secret: Buffer;
}
/** What stands at one connection's door. */
export interface Door {
  readonly keys: readonly LiveKey[];
  /** Why it is closed for now; undefined when it is open. */
  readonly pausedBecause: string | undefined;
}
interface NewKey {
  readonly connectionId: string;
  /** Whose data key seals it. */
  readonly organisation: string;
  readonly by: string;
  readonly scope?: KeyScope;
}

export interface IntakeKeys {
  /** The secret is shown once, here; afterwards only its id is. */
  issueKey(input: NewKey & { readonly algorithm?: "hmac-sha256" | "api-key" }): Promise<{ readonly id: string; readonly secret: string }>;
  /** A vendor's Ed25519 key: the hub never has its private half. */
  addPublicKey(input: NewKey & { readonly publicKey: Buffer }): Promise<{ readonly id: string }>;
  /** A new symmetric key as narrow as those before it, which end at `endsAt`. */
  rotateKeys(
    input: Omit<NewKey, "scope"> & {
      readonly endsAt: Date;
      readonly now: Date;
      /** The one to change, where several are in force that speak for different things. */
      readonly only?: string;
    },
  ): Promise<{
    readonly id: string;
    readonly secret: string;
    readonly ending: readonly string[];
  }>;
  /** Of one connection or of all, the newest first. Never a secret. */
  listKeys(connectionId?: string): Promise<readonly IntakeKey[]>;
  findKey(id: string): Promise<IntakeKey | undefined>;
  /** `live`: keys that remain. Undefined when there is no such key, or it was revoked before. */
  revokeKey(input: {
    id: string;
    by: string;
    reason: string;
  }): Promise<{ readonly connectionId: string; readonly live: number } | undefined>;
  /** Live keys and whether it is paused. A connection that does not exist has no keys, like one that was given none. */
  door(connectionId: string, now: Date): Promise<Door>;
  /** The connection of an API key, and the key itself as the only one at its door. */
  doorOf(keyId: string, now: Date): Promise<(Door & { readonly connectionId: string }) | undefined>;
  /** Keys whose time is over are revoked for good, and a connection that has none left says so. */
  endKeys(now: Date): Promise<number>;
}

const scopeText = ({ organisations, kinds }: KeyScope) =>
  JSON.stringify([organisations && [...organisations].sort(), kinds && [...kinds].sort()]);
export const keyAad = (connectionId: string, id: string) => `intake-key:${connectionId}:${id}`;
const uuid = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i;
const columns = `id, connection_id, algorithm, organisations, kinds, issued_at, issued_by, ends_at, revoked_at, revoked_by, revoke_reason,
  last_used_at`;
const apiKeyOf = (id: string, secret: Buffer) => `lanyard_${id}_${secret.toString("base64url")}`;
/** What an API key says of itself: which one it is, and its secret. */
export function readApiKey(text: string): { readonly id: string; readonly secret: Buffer } | undefined {
  const found = /^lanyard_([0-9a-f-]{36})_([A-Za-z0-9_-]{43})$/.exec(text);
  return found && uuid.test(found[1]!) ? { id: found[1]!, secret: Buffer.from(found[2]!, "base64url") } : undefined;
}

export function createIntakeKeys(pool: Pool, sealer: Sealer): IntakeKeys {
  const list = async (where: string, values: unknown[]) => {
    const { rows } = await retried(() =>
      pool.query(`select ${columns} from ops.intake_key where ${where} order by issued_at desc, id`, values),
    );
    return rows.map(keyOf);
  };

  /** Sealed also when it is public: whoever can write the table must not be able to put in a key of their own. */
  async function add(input: NewKey, algorithm: KeyAlgorithm, secret: Buffer, before?: (client: PoolClient) => Promise<void>) {
    const { connectionId, organisation, by, scope = wholeConnection } = input;
    const id = randomUUID();
    const { version, bytes } = await sealer.seal(organisation, secret, keyAad(connectionId, id));
    await retried(() =>
      inTransaction(pool, async (client) => {
        // The connection's row is held, so that two who issue at once are counted.
        const { rows } = await client.query("select error_code from ops.connection where id = $1 for update", [connectionId]);
        await before?.(client);
        const live = await client.query(
          `select count(*)::int as n from ops.intake_key
           where connection_id = $1 and revoked_at is null and (ends_at is null or ends_at > now()) and id <> $2`,
          [connectionId, id],
        );
        if (live.rows[0].n >= mostLiveKeys)
          throw new HubError({
            code: "INTAKE_KEYS_TOO_MANY",
            class: "settings",
            detail: { connection: connectionId, limit: mostLiveKeys },
          });
        await client.query(
          `insert into ops.intake_key (id, connection_id, key_org, key_version, secret, issued_by, algorithm, organisations, kinds)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (id) do nothing`,
          [id, connectionId, organisation, version, bytes, by, algorithm, scope.organisations ?? null, scope.kinds ?? null],
        );
        // From here it is the vendor's move; the first good push ends it.
        if (rows[0]?.error_code === "INTAKE_KEYS_REVOKED" && algorithm !== "api-key")
          await client.query("update ops.connection set error_code = 'INTAKE_KEY_NOT_USED', error_detail = $2 where id = $1", [
            connectionId,
            JSON.stringify({ key: id }),
          ]);
        reach("key:before-commit");
      }),
    );
    reach("key:after-commit");
    return id;
  }

  // biome-ignore lint/suspicious/noExplicitAny: rows of ops.intake_key
  async function open(rows: readonly Record<string, any>[]): Promise<LiveKey[]> {
    const keys: LiveKey[] = [];
    for (const row of rows)
      keys.push({
        id: row.id,
        algorithm: row.algorithm,
        organisations: row.organisations ?? undefined,
        kinds: row.kinds ?? undefined,
        secret: await sealer.open(row.key_org, row.key_version, row.secret, keyAad(row.connection_id, row.id)),
      });
    return keys;
  }
  const live = (where: string, values: unknown[]) =>
    retried(() =>
      pool.query(
        `select k.*, case when c.paused_at is not null and (c.pause_until is null or c.pause_until > now())
             then coalesce(c.pause_reason, 'paused') end as paused
         from ops.connection c join ops.intake_key k on k.connection_id = c.id and k.revoked_at is null and (k.ends_at is null or k.ends_at > $2)
         where ${where} and c.retired_at is null order by k.issued_at desc, k.id`,
        values,
      ),
    );

  return {
    async issueKey(input) {
      const secret = randomBytes(secretBytes);
      const algorithm = input.algorithm ?? "hmac-sha256";
      const id = await add(input, algorithm, secret);
      return { id, secret: algorithm === "api-key" ? apiKeyOf(id, secret) : `whsec_${secret.toString("base64")}` };
    },

    async addPublicKey(input) {
      return { id: await add(input, "ed25519", input.publicKey) };
    },

    async rotateKeys({ endsAt, now, only, ...input }) {
      const all = (await list("connection_id = $1", [input.connectionId])).filter((key) => key.algorithm !== "api-key");
      const isLive = (key: IntakeKey) => key.revokedAt === undefined && (key.endsAt === undefined || key.endsAt > now);
      const before = all.filter((key) => key.algorithm === "hmac-sha256" && isLive(key) && (only === undefined || key.id === only));
      if (only !== undefined && before.length === 0)
        throw new HubError({ code: "INTAKE_KEY_NOT_IN_FORCE", class: "settings", detail: { connection: input.connectionId, key: only } });
      if (new Set(before.map(scopeText)).size > 1)
        throw new HubError({
          code: "INTAKE_KEYS_DIFFER",
          class: "settings",
          detail: { connection: input.connectionId, count: before.length },
        });
      const secret = randomBytes(secretBytes);
      // Nobody gets more by a rotation than there was: not beside a narrow key of the vendor's own, and not after the last one.
      const newest = before[0] ?? all.find(isLive) ?? all[0];
      // A key that ends sooner already ends then: a second rotation prolongs nothing.
      const end = (client: PoolClient) =>
        client
          .query("update ops.intake_key set ends_at = least(ends_at, $2) where id = any($1::uuid[]) and revoked_at is null", [
            before.map(({ id }) => id),
            endsAt,
          ])
          .then(() => undefined);
      const id = await add({ ...input, scope: newest ?? wholeConnection }, "hmac-sha256", secret, end);
      return { id, secret: `whsec_${secret.toString("base64")}`, ending: before.map((key) => key.id) };
    },

    listKeys: (connectionId) => list("$1::text is null or connection_id = $1", [connectionId ?? null]),
    findKey: async (id) => (uuid.test(id) ? (await list("id = $1", [id]))[0] : undefined),

    async revokeKey({ id, by, reason }) {
      if (!uuid.test(id)) return undefined;
      return retried(() =>
        inTransaction(pool, async (client) => {
          const found = await client.query("select connection_id from ops.intake_key where id = $1", [id]);
          const connectionId = found.rows[0]?.connection_id as string | undefined;
          if (connectionId === undefined) return undefined;
          await client.query("select 1 from ops.connection where id = $1 for update", [connectionId]);
          const { rowCount } = await client.query(
            "update ops.intake_key set revoked_at = now(), revoked_by = $2, revoke_reason = $3 where id = $1 and revoked_at is null",
            [id, by, reason],
          );
          if (rowCount !== 1) return undefined;
          return { connectionId, live: await stopWithoutKeys(client, connectionId, id) };
        }),
      );
    },

    async door(connectionId, now) {
      const { rows } = await live("c.id = $1", [connectionId, now]);
      return { keys: await open(rows), pausedBecause: rows[0]?.paused ?? undefined };
    },

    async doorOf(keyId, now) {
      const { rows } = await live("k.id = $1::uuid and k.algorithm = 'api-key'", [keyId, now]);
      const row = rows[0];
      return row && { connectionId: row.connection_id, keys: await open(rows), pausedBecause: row.paused ?? undefined };
    },

    endKeys: (now) =>
      retried(() =>
        inTransaction(pool, async (client) => {
          const { rows } = await client.query(
            `update ops.intake_key set revoked_at = ends_at, revoked_by = 'rotation', revoke_reason = 'its time after a rotation is over'
             where revoked_at is null and ends_at <= $1 returning id, connection_id`,
            [now],
          );
          for (const row of rows) await stopWithoutKeys(client, row.connection_id, row.id);
          return rows.length;
        }),
      ),
  };
}

/** How many are left. Nothing that the vendor sends can be accepted without any: that is a connection that has stopped. */
async function stopWithoutKeys(client: PoolClient, connectionId: string, last: string): Promise<number> {
  const { rows } = await client.query(
    `select count(*)::int as n,
       exists (select 1 from ops.sync_run where connection_id = $1 and trigger not in ('push', 'replay', 'event')) as polled
     from ops.intake_key where connection_id = $1 and revoked_at is null and (ends_at is null or ends_at > now())`,
    [connectionId],
  );
  // A vendor that only announces is polled all the same.
  if (rows[0].n === 0 && !rows[0].polled)
    await client.query(
      `update ops.connection set error_code = 'INTAKE_KEYS_REVOKED', error_class = 'auth', error_detail = $2, error_since = now()
       where id = $1`,
      [connectionId, JSON.stringify({ key: last })],
    );
  return rows[0].n as number;
}

// biome-ignore lint/suspicious/noExplicitAny: a row of ops.intake_key
function keyOf(row: Record<string, any>): IntakeKey {
  return {
    id: row.id,
    connectionId: row.connection_id,
    algorithm: row.algorithm,
    organisations: row.organisations ?? undefined,
    kinds: row.kinds ?? undefined,
    issuedAt: row.issued_at,
    issuedBy: row.issued_by,
    endsAt: row.ends_at ?? undefined,
    revokedAt: row.revoked_at ?? undefined,
    revokedBy: row.revoked_by ?? undefined,
    revokeReason: row.revoke_reason ?? undefined,
    lastUsedAt: row.last_used_at ?? undefined,
  };
}
