import { checkedKey } from "../../platform/secrets";
import { mayOperate } from "../compose/acting";
import { configurationOf } from "../compose/configuration";
import { type Foundation, openFoundation } from "../compose/foundation";
import { readEnvironment } from "../environment";
import { exitCodes, type Output, UsageError } from "../output";

interface DataKeysOptions {
  readonly config?: string;
  readonly today?: string;
}

async function asOperations<T>(
  options: DataKeysOptions,
  operation: string,
  why: string,
  act: (foundation: Foundation) => Promise<T>,
): Promise<T> {
  const { config, environment } = configurationOf(readEnvironment(options), options.config);
  const foundation = await openFoundation(environment, config);
  try {
    await mayOperate(foundation, { act: "rotate-keys", operation, kind: "data-key", why });
    return await act(foundation);
  } finally {
    await foundation.close();
  }
}

const progressEveryMs = 2_000;

/** New data keys, and everything sealed by older ones sealed again, while everybody is at work. */
export async function keysRotateData(
  output: Output,
  options: DataKeysOptions & { readonly organisation?: string; readonly destroyOld: boolean; readonly reason: string },
): Promise<number> {
  return asOperations(options, "keys rotate-data", options.reason, async ({ store }) => {
    const there = await store.rekeying.organisations();
    if (options.organisation !== undefined && !there.includes(options.organisation))
      throw new UsageError(`Nothing is sealed for ${options.organisation}. There are data keys of: ${there.join(", ") || "nobody"}.`);
    const rotated = [];
    let saidAt = performance.now();
    for (const organisation of options.organisation === undefined ? there : [options.organisation]) {
      const onProgress = (where: string, rows: number) => {
        if (performance.now() - saidAt < progressEveryMs) return;
        saidAt = performance.now();
        output.note(`${organisation}: ${rows} of ${where}`);
      };
      rotated.push(await store.rekeying.rotate(organisation, { destroyOld: options.destroyOld, onProgress }));
    }
    const words = rotated.map((one) => {
      const rows = Object.values(one.resealed).reduce((sum, count) => sum + count, 0);
      const begun = one.isNew ? "" : " (made by an earlier call)";
      const old =
        one.onOldVersions > 0
          ? `${one.onOldVersions} rows are still sealed by older ones: call it again`
          : one.destroyed.length > 0
            ? `destroyed: ${one.destroyed.join(", ")}`
            : one.oldVersions.length === 0
              ? "there is no older one"
              : `no row needs ${one.oldVersions.join(", ")}, to be destroyed with --destroy-old${one.destroyableFrom ? ` from ${one.destroyableFrom.toISOString()}` : ""}`;
      return `${one.organisation}: version ${one.version}${begun}, ${rows} rows sealed again; ${old}`;
    });
    output.answer({ rotated: rotated.map((one) => ({ ...one, destroyableFrom: one.destroyableFrom?.toISOString() ?? null })) }, () =>
      words.length === 0 ? "Nothing is sealed yet." : words.join("\n"),
    );
    const isOver = rotated.every((one) => one.onOldVersions === 0 && !(options.destroyOld && one.oldVersions.length > 0));
    return isOver ? exitCodes.ok : exitCodes.degraded;
  });
}

/** For processes that run with the key from before: until they are started again. */
const oldContextsSeconds = 3_600;

/** Everything wrapped by another LANYARD_KEY. */
export async function keysRewrap(
  output: Output,
  options: DataKeysOptions & { readonly newKeyEnv: string; readonly atOnce: boolean; readonly reason: string },
): Promise<undefined> {
  const value = readEnvironment(options).values[options.newKeyEnv];
  if (!value) throw new UsageError(`${options.newKeyEnv} is not set: it has to hold the new key (openssl rand -base64 32).`);
  const to = checkedKey(value, options.newKeyEnv);
  await asOperations(options, "keys rewrap", options.reason, async ({ store, keyEncryptionKey }) => {
    if (to.equals(keyEncryptionKey)) throw new UsageError(`${options.newKeyEnv} holds the key that is in use: there is nothing to change.`);
    const { dataKeys } = await store.rekeying.rewrap(to, options.atOnce ? 0 : oldContextsSeconds);
    output.answer({ dataKeys, oldKeyReadsForSeconds: options.atOnce ? 0 : oldContextsSeconds }, () =>
      [
        `${dataKeys} data keys and the key of the blind indexes are wrapped by the new key. LANYARD_KEY is now what ${options.newKeyEnv} holds:`,
        "set it, and keep the old one only with backups from before.",
        options.atOnce
          ? "Processes that run with the old one read nothing any more: start them again."
          : "Start the processes that run with the old one again now: with the data keys they have opened already they go on for an hour, with no other.",
        "Where LANYARD_KEY was never set, the old one is in the file `key` of the data folder, and the next start takes it from there: set LANYARD_KEY.",
      ].join("\n"),
    );
  });
  return undefined;
}
