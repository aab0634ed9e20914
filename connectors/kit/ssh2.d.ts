/** The part of ssh2 that is used. Its own types bring the types of another Node with them. */
declare module "ssh2" {
  import type { EventEmitter } from "node:events";
  import type { Readable } from "node:stream";

  export interface Attributes {
    mode: number;
    uid: number;
    gid: number;
    size: number;
    atime: number;
    mtime: number;
  }
  export interface Stats extends Attributes {
    isFile(): boolean;
  }
  export interface SftpError extends Error {
    code?: number | string;
  }
  export interface SFTPWrapper extends EventEmitter {
    readdir(path: string, done: (error: SftpError | undefined, list: { filename: string; attrs: Stats }[]) => void): void;
    stat(path: string, done: (error: SftpError | undefined, stats: Stats) => void): void;
    unlink(path: string, done: (error: SftpError | undefined) => void): void;
    createReadStream(path: string, options: { start?: number; end?: number; highWaterMark?: number }): Readable;
    end(): void;
  }
  export class Client extends EventEmitter {
    connect(options: {
      host: string;
      port: number;
      /** A connection that is there already: ssh2 then makes none. */
      sock?: import("node:stream").Duplex;
      username: string;
      password?: string;
      privateKey?: string;
      passphrase?: string;
      tryKeyboard?: boolean;
      hostVerifier(key: Buffer): boolean;
      readyTimeout?: number;
      keepaliveInterval?: number;
      keepaliveCountMax?: number;
    }): this;
    sftp(done: (error: Error | undefined, sftp: SFTPWrapper) => void): boolean;
    end(): this;
    destroy(): this;
  }

  export interface AuthContext extends EventEmitter {
    method: string;
    username: string;
    password?: string;
    key?: { algo: string; data: Buffer };
    signature?: Buffer;
    blob?: Buffer;
    hashAlgo?: string;
    accept(): void;
    reject(methods?: string[]): void;
  }
  export interface ServerSftp extends EventEmitter {
    status(id: number, code: number): void;
    handle(id: number, handle: Buffer): void;
    data(id: number, data: Buffer): void;
    name(id: number, names: { filename: string; longname: string; attrs: Partial<Attributes> }[]): void;
    attrs(id: number, attrs: Partial<Attributes>): void;
  }
  export interface Connection extends EventEmitter {
    end(): void;
    _sock?: { destroy(): void };
  }
  export class Server extends EventEmitter {
    constructor(options: { hostKeys: (string | Buffer)[] }, connected: (connection: Connection) => void);
    listen(port: number, host: string, done: () => void): this;
    address(): { port: number };
    close(done?: () => void): this;
  }
  interface ParsedKey {
    getPublicSSH(): Buffer;
    verify(data: Buffer, signature: Buffer, algo?: string): boolean;
  }
  export const utils: {
    parseKey(key: string, passphrase?: string): ParsedKey | Error;
    generateKeyPairSync(type: "ed25519"): { private: string; public: string };
    sftp: { STATUS_CODE: Readonly<Record<"OK" | "EOF" | "NO_SUCH_FILE" | "PERMISSION_DENIED" | "FAILURE" | "OP_UNSUPPORTED", number>> };
  };
}
