/** An SFTP server over one real folder: passwords and keys, read and remove, and connections that break on request. */
import { createHash } from "node:crypto";
import { closeSync, fstatSync, openSync, readdirSync, readSync, rmSync, statSync } from "node:fs";
import path from "node:path";
import { type Attributes, type AuthContext, type Connection, Server, type ServerSftp, utils } from "ssh2";

export interface SftpServer {
  readonly port: number;
  /** Of its key, as ssh-keygen prints it. */
  readonly fingerprint: string;
  readonly control: {
    /** What was asked for so far: "list", "read <name>", "remove <name>". */
    readonly requests: readonly string[];
    /** Breaks the connection once so many bytes of files have been sent, so many times. */
    cutAfterBytes(bytes: number, times?: number): void;
    /** Everything a client may not do from now on. */
    deny: boolean;
  };
  close(): Promise<void>;
}

const { STATUS_CODE } = utils.sftp;
const regularFile = 0o100000;
const directory = 0o040000;

export function newSshKey(): { readonly privateKey: string; readonly publicKey: string; readonly fingerprint: string } {
  const pair = utils.generateKeyPairSync("ed25519");
  const blob = Buffer.from(pair.public.split(" ")[1]!, "base64");
  const fingerprint = `SHA256:${createHash("sha256").update(blob).digest("base64").replace(/=+$/, "")}`;
  return { privateKey: pair.private, publicKey: pair.public, fingerprint };
}

export async function startSftp(input: {
  readonly folder: string;
  readonly user: string;
  readonly password?: string;
  /** In the manner of authorized_keys. */
  readonly publicKey?: string;
  readonly hostKey?: { readonly privateKey: string; readonly fingerprint: string };
  readonly port?: number;
}): Promise<SftpServer> {
  const hostKey = input.hostKey ?? newSshKey();
  const requests: string[] = [];
  const open = new Set<Connection>();
  let cut: { left: number; readonly bytes: number; times: number } | undefined;
  const control = {
    requests,
    cutAfterBytes(bytes: number, times = 1) {
      cut = { left: bytes, bytes, times };
    },
    deny: false,
  };
  /** How much of what is to be sent still goes out. */
  const allowed = (bytes: number): number => {
    if (!cut) return bytes;
    const now = Math.min(bytes, cut.left);
    cut.left -= now;
    return now;
  };

  const authenticate = (context: AuthContext) => {
    if (context.username !== input.user) return context.reject(["password", "publickey"]);
    if (context.method === "password" && input.password !== undefined && context.password === input.password) return context.accept();
    if (context.method === "publickey" && input.publicKey !== undefined) {
      const key = utils.parseKey(input.publicKey);
      const good =
        !(key instanceof Error) &&
        key.getPublicSSH().equals(context.key!.data) &&
        (context.signature === undefined || key.verify(context.blob!, context.signature, context.hashAlgo));
      if (good) return context.accept();
    }
    return context.reject(["password", "publickey"]);
  };

  const server = new Server({ hostKeys: [hostKey.privateKey] }, (connection) => {
    open.add(connection);
    connection.on("close", () => open.delete(connection));
    connection.on("error", () => {});
    connection.on("authentication", authenticate);
    connection.on("session", (accept: () => { on(event: "sftp", listen: (accept: () => ServerSftp) => void): void }) => {
      accept().on("sftp", (acceptSftp) => serve(acceptSftp(), connection));
    });
  });

  function serve(sftp: ServerSftp, connection: Connection): void {
    const handles = new Map<number, { readonly file?: number; list?: string[]; readonly name: string }>();
    let next = 0;
    const local = (remote: string) => path.join(input.folder, path.posix.normalize(`/${remote}`));
    const guarded = (id: number, what: () => void) => {
      if (control.deny) return sftp.status(id, STATUS_CODE.PERMISSION_DENIED);
      try {
        what();
      } catch (error) {
        sftp.status(id, (error as NodeJS.ErrnoException).code === "ENOENT" ? STATUS_CODE.NO_SUCH_FILE : STATUS_CODE.FAILURE);
      }
    };
    const newHandle = (id: number, handle: { file?: number; list?: string[]; name: string }) => {
      handles.set(++next, handle);
      const bytes = Buffer.alloc(4);
      bytes.writeUInt32BE(next);
      sftp.handle(id, bytes);
    };
    const handleOf = (bytes: Buffer) => handles.get(bytes.readUInt32BE(0))!;
    const attributesOf = (file: string): Attributes => {
      const stats = statSync(file);
      return {
        mode: (stats.isDirectory() ? directory : regularFile) | 0o644,
        uid: 0,
        gid: 0,
        size: stats.size,
        atime: Math.floor(stats.atimeMs / 1000),
        mtime: Math.floor(stats.mtimeMs / 1000),
      };
    };
    sftp.on("REALPATH", (id: number, remote: string) =>
      sftp.name(id, [{ filename: path.posix.normalize(`/${remote}`), longname: remote, attrs: {} }]),
    );
    sftp.on("OPENDIR", (id: number, remote: string) =>
      guarded(id, () => {
        requests.push("list");
        newHandle(id, { list: readdirSync(local(remote)), name: remote });
      }),
    );
    sftp.on("READDIR", (id: number, bytes: Buffer) =>
      guarded(id, () => {
        const handle = handleOf(bytes);
        const names = handle.list!.splice(0, 100);
        if (names.length === 0) return sftp.status(id, STATUS_CODE.EOF);
        sftp.name(
          id,
          names.map((filename) => ({ filename, longname: filename, attrs: attributesOf(path.join(local(handle.name), filename)) })),
        );
      }),
    );
    const stat = (id: number, remote: string) => guarded(id, () => sftp.attrs(id, attributesOf(local(remote))));
    sftp.on("STAT", stat);
    sftp.on("LSTAT", stat);
    sftp.on("OPEN", (id: number, remote: string) =>
      guarded(id, () => {
        requests.push(`read ${path.basename(remote)}`);
        newHandle(id, { file: openSync(local(remote), "r"), name: remote });
      }),
    );
    sftp.on("FSTAT", (id: number, bytes: Buffer) =>
      guarded(id, () => sftp.attrs(id, { size: fstatSync(handleOf(bytes).file!).size, mode: regularFile | 0o644 })),
    );
    sftp.on("READ", (id: number, bytes: Buffer, offset: number, length: number) =>
      guarded(id, () => {
        const buffer = Buffer.alloc(Math.min(length, 1 << 15));
        const read = readSync(handleOf(bytes).file!, buffer, 0, buffer.length, offset);
        if (read === 0) return sftp.status(id, STATUS_CODE.EOF);
        if (allowed(read) < read) {
          cut = cut && cut.times > 1 ? { left: cut.bytes, bytes: cut.bytes, times: cut.times - 1 } : undefined;
          connection._sock?.destroy();
          return;
        }
        sftp.data(id, buffer.subarray(0, read));
      }),
    );
    sftp.on("CLOSE", (id: number, bytes: Buffer) => {
      const handle = handleOf(bytes);
      handles.delete(bytes.readUInt32BE(0));
      if (handle?.file !== undefined) closeSync(handle.file);
      sftp.status(id, STATUS_CODE.OK);
    });
    sftp.on("REMOVE", (id: number, remote: string) =>
      guarded(id, () => {
        requests.push(`remove ${path.basename(remote)}`);
        rmSync(local(remote));
        sftp.status(id, STATUS_CODE.OK);
      }),
    );
  }

  await new Promise<void>((resolve) => server.listen(input.port ?? 0, "127.0.0.1", resolve));
  return {
    port: server.address().port,
    fingerprint: hostKey.fingerprint,
    control,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const connection of open) connection._sock?.destroy();
      await closed;
    },
  };
}
