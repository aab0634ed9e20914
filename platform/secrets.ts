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

function checkedKey(text: string, from: string): Buffer {
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

export interface Sealer {
  /** `aad` says what the bytes are and whose: sealed bytes moved to another row do not open. */
  seal(organisation: string, plaintext: Buffer, aad: string): Promise<{ version: number; bytes: Buffer }>;
  open(organisation: string, version: number, bytes: Buffer, aad: string): Promise<Buffer>;
  /** The same value gives the same text, and without the key nobody finds out the value: for matching on what is encrypted. */
  blindIndex(scheme: string, value: string): string;
}

/**
 * Envelope encryption: one data key per organisation, wrapped by the key-encryption key, so that changing the latter
 * rewraps a few rows and destroying an organisation's key makes its bytes unreadable for ever.
 */
export function createSealer(settings: { keyEncryptionKey: Buffer; dataKeys: DataKeys }): Sealer {
  const { dataKeys } = settings;
  const wrappingKey = derive(settings.keyEncryptionKey, "lanyard data keys v1");
  const indexKey = derive(settings.keyEncryptionKey, "lanyard blind index v1");
  const known = new Map<string, Promise<Map<number, Buffer>>>();
  const making = new Map<string, Promise<Map<number, Buffer>>>();

  const load = async (organisation: string): Promise<Map<number, Buffer>> => {
    const rows = await dataKeys.find(organisation);
    return new Map(rows.map((row) => [row.version, decrypt(wrappingKey, row.wrapped, wrapAad(organisation, row.version), "data key")]));
  };
  const keysOf = (organisation: string): Promise<Map<number, Buffer>> => {
    const found = known.get(organisation);
    if (found) return found;
    const loading = load(organisation);
    known.set(organisation, loading);
    // A failed look-up is not remembered: the next caller asks again.
    loading.catch(() => known.delete(organisation));
    return loading;
  };
  const newest = (keys: Map<number, Buffer>) => Math.max(0, ...keys.keys());
  const firstKey = async (organisation: string): Promise<Map<number, Buffer>> => {
    await dataKeys.save(organisation, 1, encrypt(wrappingKey, randomBytes(keyBytes), wrapAad(organisation, 1)));
    // Read back: when another process was first, its key is the one that counts.
    return load(organisation);
  };
  const keysForSealing = async (organisation: string): Promise<Map<number, Buffer>> => {
    const keys = await keysOf(organisation);
    if (keys.size > 0) return keys;
    const already = making.get(organisation);
    if (already) return already;
    const first = firstKey(organisation);
    making.set(organisation, first);
    known.set(organisation, first);
    first.catch(() => known.delete(organisation)).finally(() => making.delete(organisation));
    return first;
  };

  return {
    async seal(organisation, plaintext, aad) {
      const keys = await keysForSealing(organisation);
      const version = newest(keys);
      const key = keys.get(version);
      if (!key) throw keyMissing(organisation, version);
      return { version, bytes: encrypt(key, plaintext, dataAad(organisation, version, aad)) };
    },
    async open(organisation, version, bytes, aad) {
      let key = (await keysOf(organisation)).get(version);
      if (!key) {
        known.delete(organisation); // another process may have made it since
        key = (await keysOf(organisation)).get(version);
      }
      if (!key) throw keyMissing(organisation, version);
      return decrypt(key, bytes, dataAad(organisation, version, aad), "sealed bytes");
    },
    blindIndex: (scheme, value) =>
      createHmac("sha256", indexKey).update(`${scheme}\0${value}`).digest().subarray(0, 16).toString("base64url"),
  };
}

const derive = (key: Buffer, purpose: string) => Buffer.from(hkdfSync("sha256", key, Buffer.alloc(0), purpose, keyBytes));
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
        ? "a data key does not open: LANYARD_KEY is not the key this database was begun with"
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
