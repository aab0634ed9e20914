/**
 * A folder on somebody's server, over SFTP. The server's key is pinned, a file is fetched whole before any of it is read, and a
 * connection that breaks goes on where it stopped. Copies lie in a folder of this run, for its owner only, and are deleted with it.
 */
import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { mkdir, readdir, rm, stat } from "node:fs/promises";
import type { Socket } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { type Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Client, SFTPWrapper, Stats } from "ssh2";
import { z } from "zod";
import { HubError, isHubError } from "../../platform/errors";
import { secretReference } from "./define";
import { type Drop, type DroppedFile, incomplete, longestTextBytes, mostFiles } from "./drop";

const fingerprint = z.string().regex(/^SHA256:[A-Za-z0-9+/]{43}=?$/, "SHA256: and 43 characters, as ssh-keygen -lf prints it");
export const sftpSettings = z
  .strictObject({
    host: z.string().regex(/^[A-Za-z0-9.-]{1,253}$/, "the name or address of a host"),
    port: z.number().int().min(1).max(65_535).default(22),
    user: z.string().min(1).max(200),
    password: secretReference.optional(),
    /** OpenSSH or PEM; with `passphrase` when it is locked. */
    privateKey: secretReference.optional(),
    passphrase: secretReference.optional(),
    /** Fingerprint of the server's key, or of both while it is being changed. */
    hostKey: z.union([fingerprint, z.array(fingerprint).min(1).max(5)], {
      error: "SHA256: and 43 characters, as ssh-keygen -lf prints it",
    }),
    folder: z.string().min(1).max(1000).default("."),
  })
  .refine(({ password, privateKey }) => password !== undefined || privateKey !== undefined, {
    path: ["password"],
    error: "a password or a privateKey, by reference",
  });
export type SftpSettings = z.infer<typeof sftpSettings>;

export interface SftpOptions {
  readonly settings: SftpSettings;
  readonly secrets: { readonly password?: string; readonly privateKey?: string; readonly passphrase?: string };
  /** Tells the copies of this connection from those of others: what an earlier run has left behind is cleared away. */
  readonly owner: string;
  readonly signal: AbortSignal;
  /** To a host of the connection's list, at an address that was checked. */
  readonly socket: (host: string, port: number) => Promise<Socket>;
  readonly limits?: Partial<Limits>;
}
interface Limits {
  readonly connectMs: number;
  /** Without a byte for so long the connection counts as broken. */
  readonly silenceMs: number;
  readonly attempts: number;
  readonly fileBytes: number;
}
const defaultLimits: Limits = { connectMs: 20_000, silenceMs: 60_000, attempts: 4, fileBytes: 4 * 1024 ** 3 };

/** Status codes of the protocol. */
const noSuchFile = 2;
const permissionDenied = 3;

export function sftpDrop(options: SftpOptions): Drop {
  const { settings, signal } = options;
  const limits = { ...defaultLimits, ...options.limits };
  const host = `${settings.host}:${settings.port}`;
  const folder = copiesOf(options);
  const copies = new Map<string, string>();
  let session: Promise<Session> | undefined;

  const open = (): Promise<Session> => {
    session ??= connect(options, limits, host).catch((error: unknown) => {
      session = undefined;
      throw error;
    });
    return session;
  };
  const drop = async () => {
    const held = session;
    session = undefined;
    await held?.then(
      (one) => one.client.destroy(),
      () => undefined,
    );
  };
  /** Transient trouble is tried again on a new connection; what the server refuses is not. */
  const attempt = async <T>(operation: string, what: (sftp: SFTPWrapper, session: Session) => Promise<T>): Promise<T> => {
    for (let made = 1; ; made += 1) {
      signal.throwIfAborted();
      try {
        const now = await open();
        return await what(now.sftp, now);
      } catch (error) {
        // A fault of ours is not the network's.
        if (error instanceof TypeError || error instanceof RangeError) throw error;
        const known = isHubError(error) ? error : translate(error, host, operation, settings.folder);
        if (signal.aborted || known.class !== "transient" || known.code === "FILE_INCOMPLETE" || made >= limits.attempts) {
          signal.throwIfAborted();
          throw known;
        }
        await drop();
      }
    }
  };
  const at = (file: { readonly name: string }) => `${settings.folder.replace(/\/+$/, "")}/${file.name}`;
  const statOf = (file: DroppedFile) =>
    attempt("stat", (sftp, now) => now.call<Stats>((done) => sftp.stat(at(file), done))).catch((error: unknown) => {
      if (isHubError(error) && error.code === "FOLDER_MISSING") return undefined;
      throw error;
    });
  const isSame = (file: DroppedFile, stats: Stats | undefined) =>
    stats !== undefined && stats.size === file.bytes && instant(stats.mtime) === file.modifiedAt;

  return {
    async list() {
      const listed = await attempt("list", (sftp, now) =>
        now.call<{ filename: string; attrs: Stats }[]>((done) => sftp.readdir(settings.folder, done)),
      );
      if (listed.length > mostFiles)
        throw new HubError({ code: "TOO_LARGE", class: "settings", detail: { host, limit: `${mostFiles} files in ${settings.folder}` } });
      return listed
        .filter(({ filename, attrs }) => attrs.isFile() && !filename.startsWith(".") && path.posix.basename(filename) === filename)
        .map(({ filename, attrs }) => ({ name: filename, bytes: attrs.size, modifiedAt: instant(attrs.mtime) }));
    },
    async fetch(file) {
      const known = copies.get(file.name);
      if (known) return known;
      if (file.bytes > limits.fileBytes)
        throw new HubError({ code: "TOO_LARGE", class: "settings", detail: { host, limit: limits.fileBytes } });
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const copy = path.join(folder, `${copies.size}.copy`);
      await rm(copy, { force: true });
      await attempt("fetch", async (sftp, now) => {
        if (!isSame(file, await now.call<Stats>((done) => sftp.stat(at(file), done)))) throw incomplete(file.name);
        const start = await sizeOf(copy);
        if (start < file.bytes)
          await pipeline(
            now.stream(at(file), { start, end: file.bytes - 1, highWaterMark: 1 << 18 }),
            watched(limits.silenceMs),
            createWriteStream(copy, { flags: "a", mode: 0o600 }),
            { signal },
          );
        else if (file.bytes === 0) await pipeline([], createWriteStream(copy, { flags: "a", mode: 0o600 }));
        // Less than announced without an error: the file was cut while it was on its way.
        if ((await sizeOf(copy)) !== file.bytes) throw incomplete(file.name);
      });
      if (!isSame(file, await statOf(file))) throw incomplete(file.name);
      copies.set(file.name, copy);
      return copy;
    },
    async text(file) {
      if (file.bytes > longestTextBytes) throw incomplete(file.name);
      return attempt("fetch", async (_, now) => {
        const chunks: Buffer[] = [];
        await pipeline(now.stream(at(file), {}), watched(limits.silenceMs), async (source) => {
          for await (const chunk of source) chunks.push(chunk as Buffer);
        });
        return Buffer.concat(chunks).toString("utf8");
      });
    },
    unchanged: async (file) => isSame(file, await statOf(file)),
    remove: (file) => attempt("remove", (sftp, now) => now.call<void>((done) => sftp.unlink(at(file), (error) => done(error, undefined)))),
    async close() {
      await drop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** One folder for the copies of each connection; what a run that was killed has left there goes first. */
function copiesOf({ owner, settings }: SftpOptions): string {
  const own = createHash("sha256").update(`${owner}\n${settings.host}:${settings.port}\n${settings.folder}`).digest("hex").slice(0, 24);
  return path.join(tmpdir(), `lanyard-sftp-${process.getuid?.() ?? "user"}-${own}`);
}

/** Copies that a killed run has left behind: called once at the start of the next. */
export async function clearCopies(options: SftpOptions): Promise<void> {
  const folder = copiesOf(options);
  if ((await readdir(folder).catch(() => [])).length > 0) await rm(folder, { recursive: true, force: true });
}

const instant = (seconds: number): string => new Date(seconds * 1000).toISOString();
const sizeOf = async (file: string): Promise<number> => (await stat(file).catch(() => undefined))?.size ?? 0;

function called<T>(call: (done: (error: Error | undefined, value: T) => void) => void): Promise<T> {
  return new Promise((resolve, reject) => call((error, value) => (error ? reject(error) : resolve(value))));
}

/** As Node tells of it: `translate` makes it one of ours. */
const networkError = (name: "ETIMEDOUT" | "ECONNRESET") => Object.assign(new Error(name), { code: name });

/** Bytes as they come; an error when none has come for too long. */
function watched(silenceMs: number): Transform {
  let timer: NodeJS.Timeout;
  const stream = new Transform({
    transform(chunk, _, done) {
      timer.refresh();
      done(null, chunk);
    },
    destroy(error, done) {
      clearTimeout(timer);
      done(error);
    },
  });
  timer = setTimeout(() => stream.destroy(networkError("ETIMEDOUT")), silenceMs);
  return stream;
}

interface Session {
  readonly client: Client;
  readonly sftp: SFTPWrapper;
  /** One question; an error when the connection ends before the answer. */
  call<T>(what: (done: (error: Error | undefined, value: T) => void) => void): Promise<T>;
  /** A file from there; it ends with an error when the connection does. */
  stream(file: string, options: { start?: number; end?: number; highWaterMark?: number }): Readable;
}

async function connect({ settings, secrets, signal, socket }: SftpOptions, limits: Limits, host: string): Promise<Session> {
  // Loaded when it is needed: most connections never speak SSH.
  const { Client, utils } = require("ssh2") as typeof import("ssh2");
  if (secrets.privateKey !== undefined && utils.parseKey(secrets.privateKey, secrets.passphrase) instanceof Error)
    // Without the cause: what could not be read may be half a key.
    throw new HubError({
      code: "SETTINGS_INVALID",
      class: "settings",
      detail: { pointer: "/sftp/privateKey", expected: "a private key that this passphrase (or none) opens", got: "something else" },
    });
  const pinned = new Set([settings.hostKey].flat().map((one) => one.replace(/=$/, "")));
  const client = new Client();
  let shown: string | undefined;
  const stop = () => client.destroy();
  signal.addEventListener("abort", stop, { once: true });
  const broken = new Promise<never>((_, reject) => {
    client.once("close", () => {
      signal.removeEventListener("abort", stop);
      reject(networkError("ECONNRESET"));
    });
  });
  broken.catch(() => undefined);
  try {
    const ready = new Promise<void>((resolve, reject) => {
      client.once("ready", resolve);
      client.on("error", reject);
      client.on("keyboard-interactive", (_name, _text, _language, prompts: readonly unknown[], answer: (texts: string[]) => void) =>
        // One question is the password; anything more asks for a person.
        answer(prompts.length === 1 && secrets.password !== undefined ? [secrets.password] : []),
      );
    });
    const sock = await socket(settings.host, settings.port);
    client.connect({
      sock,
      host: settings.host,
      port: settings.port,
      username: settings.user,
      ...secrets,
      tryKeyboard: secrets.password !== undefined,
      hostVerifier: (key) => {
        shown = `SHA256:${createHash("sha256").update(key).digest("base64").replace(/=+$/, "")}`;
        return pinned.has(shown);
      },
      readyTimeout: limits.connectMs,
      keepaliveInterval: 15_000,
      keepaliveCountMax: 4,
    });
    await Promise.race([ready, broken]);
    const sftp = await Promise.race([called<SFTPWrapper>((done) => client.sftp(done)), broken]);
    return {
      client,
      sftp,
      call: (what) => Promise.race([called(what), broken]),
      stream(file, range) {
        const stream = sftp.createReadStream(file, range);
        broken.catch((error: Error) => stream.destroy(error));
        return stream;
      },
    };
  } catch (error) {
    client.destroy();
    signal.throwIfAborted();
    if (shown !== undefined && !pinned.has(shown))
      throw new HubError({ code: "HOST_KEY_CHANGED", class: "auth", detail: { host, got: shown, expected: [...pinned].join(" or ") } });
    if (isHubError(error)) throw error;
    throw translate(error, host, "connect", settings.folder);
  }
}

/** An error of the network, of SSH or of the file protocol, as one of ours; the server's own words are free text and stay out. */
function translate(error: unknown, host: string, operation: string, folder: string): HubError {
  const { level, code } = error as { level?: string; code?: string | number };
  const detail = { host, operation };
  if (level === "client-authentication")
    return new HubError({ code: "CREDENTIALS_REJECTED", class: "auth", detail: { ...detail, why: "user, password or key not accepted" } });
  if (level === "client-timeout" || code === "ETIMEDOUT")
    return new HubError({ code: "TIMED_OUT", class: "transient", detail: { ...detail, seconds: 60 } });
  if (code === noSuchFile) return new HubError({ code: "FOLDER_MISSING", class: "settings", detail: { folder, host } });
  if (code === permissionDenied)
    return new HubError({ code: "PERMISSION_MISSING", class: "auth", detail: { ...detail, why: `no right to ${operation} in ${folder}` } });
  if (level === "handshake" || level === "protocol")
    return new HubError({ code: "SSH_REFUSED", class: "settings", detail: { ...detail, why: "no common language with the server" } });
  const why = typeof code === "string" && /^[A-Z][A-Z0-9_]{2,40}$/.test(code) ? code : "connection broke";
  return new HubError({ code: "UNREACHABLE", class: "transient", detail: { ...detail, why } });
}
