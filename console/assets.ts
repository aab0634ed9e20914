import { readFileSync } from "node:fs";
import path from "node:path";
import { HubError } from "../platform/errors";

export interface Asset {
  readonly type: string;
  readonly body: Buffer;
}
export interface Assets {
  /** Names under which they are served; each carries the hash of its content. */
  readonly style: string;
  readonly icon: string;
  readonly files: ReadonlyMap<string, Asset>;
}

const types: Readonly<Record<string, string>> = { ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml" };

/** What build.cjs has made; small, and read once. */
export function loadAssets(folder: string): Assets {
  let names: { style: string; icon: string };
  try {
    names = JSON.parse(readFileSync(path.join(folder, "assets.json"), "utf8")) as typeof names;
  } catch (cause) {
    throw new HubError({ code: "INTERNAL", class: "internal", detail: { why: "the console's style sheet has not been built" }, cause });
  }
  const files = [names.style, names.icon].map(
    (name) => [name, { type: types[path.extname(name)]!, body: readFileSync(path.join(folder, name)) }] as const,
  );
  return { ...names, files: new Map(files) };
}
