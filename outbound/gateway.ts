/** How files reach ESR and come back: small, because the real way (FTPS through the NHS Interface Hub) will replace it. */
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { HubError } from "../platform/errors";

export interface EsrGateway {
  /** Puts a file out, whole or not at all; the same name again does no harm, because ESR never takes a name twice. */
  put(name: string, bytes: Buffer): Promise<void>;
  /** Names of the acknowledgements that lie there, in their order. */
  answers(): Promise<readonly string[]>;
  /** ESR_ACK_UNREADABLE when this one cannot be read. */
  read(name: string): Promise<Buffer>;
  /** What has been read and noted is laid aside. */
  settle(name: string): Promise<void>;
}

/** Ten times the largest file that could be answered. */
const mostAnswerBytes = 50 * 1024 * 1024;

/** An exchange folder with `In/` (to ESR) and `Out/` (from ESR), as ESR's own file transfer has them. */
export function folderGateway(folder: string, shown: string): EsrGateway {
  const inbox = path.join(folder, "In");
  const outbox = path.join(folder, "Out");
  const settled = path.join(outbox, "read");
  const unreachable = (cause: unknown): HubError =>
    new HubError({
      code: "ESR_UNREACHABLE",
      class: "downstream",
      detail: { folder: shown, why: (cause as NodeJS.ErrnoException).code ?? "unknown" },
      cause,
    });
  const reaching = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw unreachable(error);
    }
  };
  return {
    put: (name, bytes) =>
      reaching(async () => {
        // A file that is half there would be picked up half.
        const draft = path.join(inbox, `.${name}.part`);
        await writeFile(draft, bytes);
        await rename(draft, path.join(inbox, name)).catch(async (error: unknown) => {
          await rm(draft, { force: true });
          throw error;
        });
      }),
    answers: () =>
      reaching(async () => {
        const entries = await readdir(outbox, { withFileTypes: true });
        return entries
          .filter((entry) => entry.isFile() && !entry.name.startsWith("."))
          .map((entry) => entry.name)
          .sort();
      }),
    // What is wrong with one file is no word about the folder: the others are read, and what is due goes.
    read: async (name) => {
      const unreadable = (expected: string, cause?: unknown) =>
        new HubError({ code: "ESR_ACK_UNREADABLE", class: "malformed-page", detail: { file: name, pointer: "/", expected }, cause });
      const file = path.join(outbox, name);
      const { size } = await stat(file).catch((error: unknown) => Promise.reject(unreadable("a file that can be read", error)));
      if (size > mostAnswerBytes) throw unreadable(`a file of at most ${mostAnswerBytes} bytes`);
      return readFile(file).catch((error: unknown) => Promise.reject(unreadable("a file that can be read", error)));
    },
    settle: (name) =>
      reaching(async () => {
        await mkdir(settled, { recursive: true });
        await rename(path.join(outbox, name), path.join(settled, name)).catch(async (error: unknown) => {
          // Laid aside by a run that did not live to note it.
          if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
          await stat(path.join(settled, name));
        });
      }),
  };
}
