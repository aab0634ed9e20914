import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from "node:crypto";
import { linkSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { HubError } from "./errors";

const keyBytes = 32;
const nonceBytes = 12;
const tagBytes = 16;

/**
 * The key that wraps every data key. From the environment where there is one; else a generated file beside the data, which
 * a production hub refuses: whoever copies the data folder would have the key with it.
 */
export function loadKeyEncryptionKey(settings: { value?: string; file: string; mayGenerate: boolean }): Buffer {
  if (settings.value !== undefined && settings.value !== "") return checkedKey(settings.value, "LANYARD_KEY");
  if (!settings.mayGenerate) {
    throw new HubError({
      code: "SECRET_MISSING",
      class: "settings",
      message: "LANYARD_KEY is not set, and no key may be generated in this mode",
      detail: { reference: "LANYARD_KEY" },
    });
  }
  try {
    return readKeyFile(settings.file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
  mkdirSync(path.dirname(settings.file), { recursive: true });
  // Written aside and linked: of two first starts both end with the same key, and neither sees half of one.
  const aside = `${settings.file}.${process.pid}.${randomBytes(4).toString("hex")}`;
  writeFileSync(aside, `${randomBytes(keyBytes).toString("base64")}\n`, { mode: 0o600, flag: "wx" });
  try {
    linkSync(aside, settings.file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  } finally {
    rmSync(aside, { force: true });
  }
  return readKeyFile(settings.file);
}

function readKeyFile(file: string): Buffer {
  const text = readFileSync(file, "utf8");
  const { mode } = statSync(file);
  if (process.platform !== "win32" && (mode & 0o077) !== 0) {
    throw new HubError({
      code: "SETTINGS_INVALID",
      class: "settings",
      message: `The key file ${file} can be read by others: chmod 600 ${file}`,
      detail: { pointer: file, expected: "mode 0600", got: (mode & 0o777).toString(8) },
    });
  }
  return checkedKey(text, file);
}

/** 32 random bytes in base64; `from` says where the text stood. */
export function checkedKey(text: string, from: string): Buffer {
  const trimmed = text.trim();
  const key = Buffer.from(trimmed, "base64");
  // Node decodes leniently: a hexadecimal key or a passphrase would pass as a shorter or weaker one.
  if (key.length !== keyBytes || key.toString("base64").replace(/=+$/, "") !== trimmed.replace(/=+$/, "")) {
    throw new HubError({
      code: "SETTINGS_INVALID",
      class: "settings",
      message: `${from} is not a key: expected ${keyBytes} random bytes in base64 (openssl rand -base64 ${keyBytes})`,
      detail: { pointer: from, expected: `${keyBytes} bytes in base64`, got: `${key.length} bytes` },
    });
  }
  return key;
}

export interface DataKeys {
  /** Every version of an organisation's key, in any order. */
  find(organisation: string): Promise<readonly { version: number; wrapped: Buffer }[]>;
  /** Tolerates that another process has saved this version in the meantime; the first one stands. */
  save(organisation: string, version: number, wrapped: Buffer): Promise<void>;
}

/** Seconds after a new version of a data key was made within which every process seals with it. */
export const freshSeconds = 5;

export interface Sealer {
  /** `aad` says what the bytes are and whose: sealed bytes moved to another row do not open. */
  seal(organisation: string, plaintext: Buffer, aad: string): Promise<{ version: number; bytes: Buffer }>;
  open(organisation: string, version: number, bytes: Buffer, aad: string): Promise<Buffer>;
  /** The same value gives the same text, and without the key nobody finds out the value: for matching on what is encrypted. */
  blindIndex(scheme: string, value: string): string;
  /** A new version of the organisation's data key; gives its number. */
  addVersion(organisation: string): Promise<number>;
}

interface Known {
  readonly keys: ReadonlyMap<number, Buffer>;
  /** On a clock that only goes forward. */
  readonly readAt: number;
}

/**
 * Envelope encryption: one data key per organisation, wrapped by the key-encryption key, so that changing the latter
 * rewraps a few rows and destroying an organisation's key makes its bytes unreadable for ever.
 */
export function createSealer(settings: {
  keyEncryptionKey: Buffer;
  dataKeys: DataKeys;
  /** Undefined: the one that follows from the key-encryption key, as long as none is kept. */
  indexKey?: () => Buffer | undefined;
  monotonicMs?: () => number;
}): Sealer {
  const { dataKeys, monotonicMs = () => performance.now() } = settings;
  const wrapping = wrappingKey(settings.keyEncryptionKey);
  const derivedIndex = derivedIndexKey(settings.keyEncryptionKey);
  const known = new Map<string, Promise<Known>>();
  const making = new Map<string, Promise<Known>>();

  const load = async (organisation: string, before?: Known): Promise<Known> => {
    const readAt = monotonicMs();
    const rows = await dataKeys.find(organisation);
    // What is known stays known, so that a process outlives the rewrapping of its keys under another key-encryption key.
    const open = ({ version, wrapped }: { version: number; wrapped: Buffer }) =>
      before?.keys.get(version) ?? decrypt(wrapping, wrapped, wrapAad(organisation, version), "data key");
    return { keys: new Map(rows.map((row) => [row.version, open(row)])), readAt };
  };
  /** A failed look-up is not remembered: the next caller asks again. */
  const remember = (organisation: string, loading: Promise<Known>): Promise<Known> => {
    known.set(organisation, loading);
    loading.catch(() => {
      if (known.get(organisation) === loading) known.delete(organisation);
    });
    return loading;
  };
  const keysOf = (organisation: string): Promise<Known> => known.get(organisation) ?? remember(organisation, load(organisation));
  const newest = (keys: Known["keys"]) => Math.max(0, ...keys.keys());
  const save = async (organisation: string, version: number, before?: Known): Promise<Known> => {
    await dataKeys.save(organisation, version, encrypt(wrapping, randomBytes(keyBytes), wrapAad(organisation, version)));
    // Read back: when another process was first, its key is the one that counts.
    return load(organisation, before);
  };
  const fresh = async (organisation: string): Promise<Known> => {
    const before = await keysOf(organisation);
    if (monotonicMs() - before.readAt < freshSeconds * 1_000) return before;
    // Of many who find it old one reads.
    const current = known.get(organisation);
    const now = current ? await current : before;
    return now === before ? remember(organisation, load(organisation, before)) : now;
  };
  const keysForSealing = async (organisation: string): Promise<Known> => {
    const found = await fresh(organisation);
    if (found.keys.size > 0) return found;
    const already = making.get(organisation);
    if (already) return already;
    const first = save(organisation, 1);
    making.set(organisation, first);
    first.catch(() => undefined).finally(() => making.delete(organisation));
    return remember(organisation, first);
  };

  return {
    async seal(organisation, plaintext, aad) {
      const { keys } = await keysForSealing(organisation);
      const version = newest(keys);
      const key = keys.get(version);
      if (!key) throw keyMissing(organisation, version);
      return { version, bytes: encrypt(key, plaintext, dataAad(organisation, version, aad)) };
    },
    async open(organisation, version, bytes, aad) {
      const found = await keysOf(organisation);
      // Another process may have made it since.
      const key = found.keys.get(version) ?? (await remember(organisation, load(organisation, found))).keys.get(version);
      if (!key) throw keyMissing(organisation, version);
      return decrypt(key, bytes, dataAad(organisation, version, aad), "sealed bytes");
    },
    blindIndex: (scheme, value) =>
      createHmac("sha256", settings.indexKey?.() ?? derivedIndex)
        .update(`${scheme}\0${value}`)
        .digest()
        .subarray(0, 16)
        .toString("base64url"),
    async addVersion(organisation) {
      const before = await load(organisation);
      return newest((await remember(organisation, save(organisation, newest(before.keys) + 1, before))).keys);
    },
  };
}

/** Says which key-encryption key something is wrapped by, and nothing about it. */
export const markOf = (keyEncryptionKey: Buffer): string => derive(keyEncryptionKey, "lanyard key mark v1").toString("hex").slice(0, 32);
export const derivedIndexKey = (keyEncryptionKey: Buffer): Buffer => derive(keyEncryptionKey, "lanyard blind index v1");
export const newIndexKey = (): Buffer => randomBytes(keyBytes);
export const wrapIndexKey = (keyEncryptionKey: Buffer, key: Buffer): Buffer => encrypt(wrappingKey(keyEncryptionKey), key, indexAad);
export const unwrapIndexKey = (keyEncryptionKey: Buffer, wrapped: Buffer): Buffer =>
  decrypt(wrappingKey(keyEncryptionKey), wrapped, indexAad, "data key");

/** The same data key under another key-encryption key; fails when it is not wrapped by `from`. */
export function rewrapDataKey(from: Buffer, to: Buffer, row: { organisation: string; version: number; wrapped: Buffer }): Buffer {
  const aad = wrapAad(row.organisation, row.version);
  return encrypt(wrappingKey(to), decrypt(wrappingKey(from), row.wrapped, aad, "data key"), aad);
}

const derive = (key: Buffer, purpose: string) => Buffer.from(hkdfSync("sha256", key, Buffer.alloc(0), purpose, keyBytes));
const wrappingKey = (keyEncryptionKey: Buffer) => derive(keyEncryptionKey, "lanyard data keys v1");
const indexAad = "index-key";
const wrapAad = (organisation: string, version: number) => `data-key\0${organisation}\0${version}`;
const dataAad = (organisation: string, version: number, aad: string) => `${organisation}\0${version}\0${aad}`;

/** nonce | ciphertext | tag. A random nonce of 96 bits is safe for 2^32 messages per key: pages and NI numbers stay far below. */
function encrypt(key: Buffer, plaintext: Buffer, aad: string): Buffer {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv("aes-256-gcm", key, nonce, { authTagLength: tagBytes });
  cipher.setAAD(Buffer.from(aad));
  return Buffer.concat([nonce, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
}

function decrypt(key: Buffer, bytes: Buffer, aad: string, what: string): Buffer {
  try {
    const decipher = createDecipheriv("aes-256-gcm", key, bytes.subarray(0, nonceBytes), { authTagLength: tagBytes });
    decipher.setAAD(Buffer.from(aad));
    decipher.setAuthTag(bytes.subarray(bytes.length - tagBytes));
    return Buffer.concat([decipher.update(bytes.subarray(nonceBytes, bytes.length - tagBytes)), decipher.final()]);
  } catch (error) {
    const why =
      what === "data key"
        ? "a data key does not open: LANYARD_KEY is not the key that this database is sealed under"
        : "sealed bytes do not open";
    throw new HubError({
      code: "INTERNAL",
      class: what === "data key" ? "settings" : "internal",
      message: why,
      detail: { why },
      cause: error,
    });
  }
}

function keyMissing(organisation: string, version: number): HubError {
  const why = "the data key of these bytes is gone";
  return new HubError({ code: "INTERNAL", class: "internal", message: why, detail: { why, organisation, version } });
}
