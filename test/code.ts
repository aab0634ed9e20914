/** The program's own code, for the checks that read it: neither the tests nor the measurements. */
import { readdirSync } from "node:fs";
import path from "node:path";

export const root = path.resolve(__dirname, "..");
export const codeFolders = [
  "platform",
  "schema",
  "connectors",
  "sandbox",
  "sync",
  "outbound",
  "store",
  "access",
  "recognition",
  "subgraphs",
  "gateway",
  "console",
  "cli",
] as const;

/** The TypeScript of a folder, as paths from the root; a test beside its code is none of it. */
export const sourcesOf = (folder: (typeof codeFolders)[number]): string[] =>
  readdirSync(path.join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => /\.tsx?$/.test(name) && !/\.test\.tsx?$/.test(name))
    .map((name) => path.join(folder, name));
