import type { IntakeKey } from "../../store/intake";
import type { Connection } from "../../sync/connection";
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

/** Opens the hub, and does what operations may do with keys. */
async function asOperations<T>(
  options: KeysOptions,
  operation: string,
  act: (foundation: Foundation, by: string) => Promise<T>,
): Promise<T> {
  const { config, environment } = configurationOf(readEnvironment(options), options.config);
  const foundation = await openFoundation(environment, config);
  try {
    return await act(foundation, await mayRotateKeys(foundation, operation));
  } finally {
    await foundation.close();
  }
}

function pushConnection(foundation: Foundation, id: string): Connection {
  const pushing = foundation.config.connections.filter(({ connector }) => connector.push);
  const found = pushing.find((connection) => connection.id === id);
  if (found) return found;
  const there =
    pushing.length > 0 ? `Those that do: ${pushing.map((one) => one.id).join(", ")}.` : "No connection of this configuration does.";
  throw new UsageError(`${id} is not a connection whose vendor pushes. ${there}`);
}

export async function keysIssue(output: Output, options: KeysOptions, id: string): Promise<undefined> {
  await asOperations(options, `keys issue ${id}`, async (foundation, by) => {
    const connection = pushConnection(foundation, id);
    const organisation = connection.organisations[0]!.odsCode;
    const key = await foundation.store.intake.issueKey({ connectionId: id, organisation, by });
    const { host, port } = foundation.config.listen;
    const address = `http://${host}:${port}/intake/${id}/records`;
    output.answer({ id: key.id, connection: id, secret: key.secret, address }, () =>
      [
        `Key ${key.id} of ${id}. It is shown this once:`,
        "",
        `    ${key.secret}`,
        "",
        `The vendor signs with it and posts to ${address} (docs/vendors/push.md). Hand it over on a safe way.`,
        `The keys issued before stay in force until: npx lanyard keys revoke <key id> --reason <text>`,
      ].join("\n"),
    );
  });
  return undefined;
}

export async function keysList(output: Output, options: KeysOptions, id?: string): Promise<undefined> {
  await asOperations(options, "keys list", async (foundation) => {
    if (id !== undefined) pushConnection(foundation, id);
    const keys = await foundation.store.intake.listKeys(id);
    output.answer({ keys }, () =>
      keys.length === 0 ? "No key has been issued. npx lanyard keys issue <connection>" : keysText(keys, foundation.engine.clock.now()),
    );
  });
  return undefined;
}

function keysText(keys: readonly IntakeKey[], now: Date): string {
  return table(
    ["key", "connection", "issued", "by", "last used", "state"],
    keys.map((key) => [
      key.id,
      key.connectionId,
      `${ago(key.issuedAt, now)} ago`,
      key.issuedBy,
      key.lastUsedAt ? `${ago(key.lastUsedAt, now)} ago` : "never",
      key.revokedAt ? `revoked: ${key.revokeReason ?? ""}` : "in force",
    ]),
  );
}

export async function keysRevoke(output: Output, options: KeysOptions & { readonly reason: string }, keyId: string): Promise<undefined> {
  await asOperations(options, `keys revoke ${keyId}`, async (foundation, by) => {
    const { intake } = foundation.store;
    const known = await intake.findKey(keyId);
    if (!known) throw new UsageError(`There is no key ${keyId}. npx lanyard keys list`);
    const revoked = await intake.revokeKey({ id: keyId, by, reason: options.reason });
    if (!revoked)
      throw new UsageError(`Key ${keyId} of ${known.connectionId} had been revoked before (${known.revokeReason ?? "no reason given"}).`);
    output.answer({ id: keyId, connection: revoked.connectionId, keysInForce: revoked.live }, () =>
      revoked.live > 0
        ? `Revoked. ${revoked.connectionId} has ${revoked.live} more in force.`
        : `Revoked. It was the last key of ${revoked.connectionId}: nothing that the vendor sends is accepted now.\n    Next: npx lanyard keys issue ${revoked.connectionId}`,
    );
  });
  return undefined;
}
