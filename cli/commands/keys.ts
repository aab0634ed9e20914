import type { IntakeKey, KeyScope } from "../../store/intake-keys";
import type { Connection } from "../../sync/connection";
import { readPublicKey } from "../../sync/intake/signature";
import { configurationOf } from "../compose/configuration";
import { type Foundation, openFoundation } from "../compose/foundation";
import { mayRotateKeys } from "../compose/keys";
import { readEnvironment } from "../environment";
import { type Output, UsageError } from "../output";
import { ago, table } from "../present/table";

interface KeysOptions {
  readonly config?: string;
  readonly today?: string;
}

interface Asked {
  readonly operation: string;
  readonly reason?: string;
  /** What is said to be a connection whose vendor comes by itself. */
  readonly connection?: string;
}

/** Opens the hub, and does what operations may do with keys. */
async function asOperations<T>(
  options: KeysOptions,
  { operation, reason, connection }: Asked,
  act: (foundation: Foundation, by: string) => Promise<T>,
): Promise<T> {
  const { config, environment } = configurationOf(readEnvironment(options), options.config);
  // Before anything is written down: what is no connection may be a key in its place.
  if (connection !== undefined) vendorConnection({ config }, connection);
  const foundation = await openFoundation(environment, config);
  try {
    return await act(foundation, await mayRotateKeys(foundation, operation, reason));
  } finally {
    await foundation.close();
  }
}

/** A connection whose vendor comes by itself: with records, or with events about people whose records are then read. */
function vendorConnection(foundation: Pick<Foundation, "config">, id: string): Connection {
  const coming = foundation.config.connections.filter(({ connector }) => connector.push ?? connector.poll?.person);
  const found = coming.find((connection) => connection.id === id);
  if (found) return found;
  const there =
    coming.length > 0 ? `Those that do: ${coming.map((one) => one.id).join(", ")}.` : "No connection of this configuration does.";
  throw new UsageError(`${id} is not a connection whose vendor pushes or announces. ${there}`);
}

interface ScopeOptions {
  readonly onlyOrganisation?: readonly string[];
  readonly onlyKind?: readonly string[];
}

/** Narrower than the connection, never wider. */
function scopeOf(connection: Connection, { onlyOrganisation, onlyKind }: ScopeOptions): KeyScope {
  const within = <T extends string>(wanted: readonly string[] | undefined, there: readonly T[], what: string): readonly T[] | undefined =>
    wanted?.map((one) => {
      const found = there.find((other) => other.toLowerCase() === one.toLowerCase());
      if (!found) throw new UsageError(`${connection.id} has no ${what} ${one}. It has: ${there.join(", ")}.`);
      return found;
    });
  return {
    organisations: within(
      onlyOrganisation,
      connection.organisations.map(({ odsCode }) => odsCode),
      "organisation",
    ),
    kinds: within(onlyKind, [...new Set(connection.delivers.map(({ kind }) => kind))], "kind of record"),
  };
}

/** Where the vendor goes with its key. */
function addressOf(foundation: Foundation, connection: Connection, isApiKey: boolean): string {
  const { host, port } = foundation.config.listen;
  const path = isApiKey ? "events" : connection.connector.push ? `intake/${connection.id}/records` : `intake/${connection.id}/events`;
  return `http://${host}:${port}/${path}`;
}

const whose = (connection: Connection) => ({ connectionId: connection.id, organisation: connection.organisations[0]!.odsCode });

export async function keysIssue(
  output: Output,
  options: KeysOptions & ScopeOptions & { readonly apiKey: boolean },
  id: string,
): Promise<undefined> {
  await asOperations(options, { operation: `keys issue ${id}`, connection: id }, async (foundation, by) => {
    const connection = vendorConnection(foundation, id);
    if (options.apiKey && !connection.connector.poll?.person)
      throw new UsageError(`${id} is not read person by person: an API key is for events only. Without --api-key: a key that signs.`);
    const scope = scopeOf(connection, options);
    const algorithm = options.apiKey ? "api-key" : "hmac-sha256";
    const key = await foundation.store.intake.issueKey({ ...whose(connection), by, scope, algorithm });
    const address = addressOf(foundation, connection, options.apiKey);
    output.answer({ id: key.id, connection: id, secret: key.secret, address }, () =>
      [
        `Key ${key.id} of ${id}. It is shown this once:`,
        "",
        `    ${key.secret}`,
        "",
        options.apiKey
          ? `The vendor sends it in the header apikey and posts events to ${address} (docs/vendors/push.md). Hand it over on a safe way.`
          : `The vendor signs with it and posts to ${address} (docs/vendors/push.md). Hand it over on a safe way.`,
        `The keys issued before stay in force until: npx lanyard keys rotate ${id}, or keys revoke <key id> --reason <text>`,
      ].join("\n"),
    );
  });
  return undefined;
}

export async function keysAddPublic(output: Output, options: KeysOptions & ScopeOptions, id: string, text: string): Promise<undefined> {
  const publicKey = readPublicKey(text);
  if (!publicKey) throw new UsageError("That is no Ed25519 public key: whpk_ and 44 characters of base64 are expected.");
  await asOperations(options, { operation: `keys add-public ${id}`, connection: id }, async (foundation, by) => {
    const connection = vendorConnection(foundation, id);
    const key = await foundation.store.intake.addPublicKey({ ...whose(connection), by, publicKey, scope: scopeOf(connection, options) });
    const address = addressOf(foundation, connection, false);
    output.answer({ id: key.id, connection: id, address }, () =>
      [`Key ${key.id} of ${id}: what is signed with its private half (v1a) is accepted at ${address}.`].join("\n"),
    );
  });
  return undefined;
}

/** Seconds in "7d", "12h", "30m"; no more than a month: a key that was changed is to go. */
function overlapSeconds(text: string): number {
  const [, count, unit] = /^(\d{1,4})(m|h|d)$/.exec(text) ?? [];
  const seconds = Number(count ?? Number.NaN) * { m: 60, h: 3_600, d: 86_400 }[unit as "m" | "h" | "d"];
  if (!(seconds >= 0 && seconds <= 31 * 86_400))
    throw new UsageError(`--overlap ${text}: a number and m, h or d is expected, at most 31d.`);
  return seconds;
}

export async function keysRotate(
  output: Output,
  options: KeysOptions & { readonly overlap: string; readonly reason: string; readonly key?: string },
  id: string,
): Promise<undefined> {
  const seconds = overlapSeconds(options.overlap);
  await asOperations(options, { operation: `keys rotate ${id}`, reason: options.reason, connection: id }, async (foundation, by) => {
    const connection = vendorConnection(foundation, id);
    const now = foundation.engine.clock.now();
    const endsAt = new Date(now.getTime() + seconds * 1000);
    const key = await foundation.store.intake.rotateKeys({ ...whose(connection), by, now, endsAt, only: options.key });
    const value = { id: key.id, connection: id, secret: key.secret, ending: key.ending, endsAt: endsAt.toISOString() };
    output.answer({ ...value, address: addressOf(foundation, connection, false) }, () =>
      [
        `Key ${key.id} of ${id}. It is shown this once:`,
        "",
        `    ${key.secret}`,
        "",
        key.ending.length === 0
          ? "There was no other in force: the vendor can come in with this one."
          : `In force beside it until ${endsAt.toISOString()}, and no longer: ${key.ending.join(", ")}.`,
        `When the vendor signs with the new one (npx lanyard keys list ${id}) nothing more is to be done.`,
      ].join("\n"),
    );
  });
  return undefined;
}

export async function keysList(output: Output, options: KeysOptions, id?: string): Promise<undefined> {
  await asOperations(options, { operation: "keys list" }, async (foundation) => {
    if (id !== undefined) vendorConnection(foundation, id);
    const keys = await foundation.store.intake.listKeys(id);
    output.answer({ keys }, () =>
      keys.length === 0 ? "No key has been issued. npx lanyard keys issue <connection>" : keysText(keys, foundation.engine.clock.now()),
    );
  });
  return undefined;
}

function stateOf(key: IntakeKey, now: Date): string {
  if (key.revokedAt) return `revoked: ${key.revokeReason ?? ""}`;
  if (key.endsAt === undefined) return "in force";
  return key.endsAt > now ? `in force until ${key.endsAt.toISOString()}` : "ended";
}

function keysText(keys: readonly IntakeKey[], now: Date): string {
  return table(
    ["key", "connection", "kind", "for", "issued", "by", "last used", "state"],
    keys.map((key) => [
      key.id,
      key.connectionId,
      key.algorithm,
      [...(key.organisations ?? []), ...(key.kinds ?? [])].join(", ") || "all of it",
      `${ago(key.issuedAt, now)} ago`,
      key.issuedBy,
      key.lastUsedAt ? `${ago(key.lastUsedAt, now)} ago` : "never",
      stateOf(key, now),
    ]),
  );
}

const isPolled = ({ config }: Foundation, id: string) =>
  config.connections.some((one) => one.id === id && one.connector.poll !== undefined);

export async function keysRevoke(output: Output, options: KeysOptions & { readonly reason: string }, keyId: string): Promise<undefined> {
  // Before anything is written down: what is no id may be the key itself.
  if (!/^[0-9a-f-]{36}$/.test(keyId)) throw new UsageError("That is no id of a key. npx lanyard keys list");
  const revoke = async (foundation: Foundation, by: string) => {
    const { intake } = foundation.store;
    const known = await intake.findKey(keyId);
    if (!known) throw new UsageError(`There is no key ${keyId}. npx lanyard keys list`);
    const revoked = await intake.revokeKey({ id: keyId, by, reason: options.reason });
    if (!revoked)
      throw new UsageError(`Key ${keyId} of ${known.connectionId} had been revoked before (${known.revokeReason ?? "no reason given"}).`);
    output.answer({ id: keyId, connection: revoked.connectionId, keysInForce: revoked.live }, () =>
      revoked.live > 0
        ? `Revoked. ${revoked.connectionId} has ${revoked.live} more in force.`
        : `Revoked. It was the last key of ${revoked.connectionId}: nothing that the vendor sends is accepted now${isPolled(foundation, revoked.connectionId) ? "; it is read all the same" : ""}.\n    Next: npx lanyard keys issue ${revoked.connectionId}`,
    );
  };
  await asOperations(options, { operation: `keys revoke ${keyId}`, reason: options.reason }, revoke);
  return undefined;
}
