/** Where somebody puts files for us: a folder here, or one on their server (sftp.ts). Nothing in it is changed unless it is asked for. */
import { readFile, rm, stat } from "node:fs/promises";
import path from "node:path";
import { HubError } from "../../platform/errors";
import { listFolder } from "./files";

export interface DroppedFile {
  readonly name: string;
  readonly bytes: number;
  /** ISO instant on the clock of whoever keeps the folder; files there may be older than their content. */
  readonly modifiedAt: string;
}
export interface Drop {
  /** Every file that is not hidden. */
  list(): Promise<readonly DroppedFile[]>;
  /** Path of the file as listed, here: whole, or an error. */
  fetch(file: DroppedFile): Promise<string>;
  /** A small file whole: a checksum, a list. */
  text(file: DroppedFile): Promise<string>;
  /** Whether it is still the file that was listed. */
  unchanged(file: DroppedFile): Promise<boolean>;
  remove(file: DroppedFile): Promise<void>;
  close(): Promise<void>;
}

/** Checksums and lists of files are short; anything else of that name is something else. */
export const longestTextBytes = 1 << 20;
/** More names in one folder are no drop but an archive. */
export const mostFiles = 20_000;

export const incomplete = (file: string): HubError => new HubError({ code: "FILE_INCOMPLETE", class: "transient", detail: { file } });

/** A folder of this machine, or one that is mounted. */
export function folderDrop(folder: string, shown: string): Drop {
  const full = (file: DroppedFile) => path.join(folder, file.name);
  const same = async (file: DroppedFile) => {
    const now = await stat(full(file)).catch(() => undefined);
    return now !== undefined && now.size === file.bytes && now.mtime.toISOString() === file.modifiedAt;
  };
  return {
    async list() {
      const files = await listFolder(folder, shown);
      return files.map(({ name, bytes, modifiedAt }) => ({ name, bytes, modifiedAt }));
    },
    async fetch(file) {
      return full(file);
    },
    async text(file) {
      if (file.bytes > longestTextBytes) throw incomplete(file.name);
      return readFile(full(file), "utf8");
    },
    unchanged: same,
    remove: (file) => rm(full(file), { force: true }),
    close: async () => {},
  };
}
