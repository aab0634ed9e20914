/** The exported heads of a chain, line by line, each with its signature checked. */
import { type KeyObject, verify } from "node:crypto";
import { createReadStream, existsSync, readdirSync, statSync } from "node:fs";
import path from "node:path";
import { createInterface } from "node:readline";

export interface ExportedHead {
  readonly line: number;
  readonly chain: string;
  readonly seq: number;
  readonly hash: string;
  readonly at: string;
  readonly signedAt: string;
}

/** What a file holds of it when the verification begins: what is written meanwhile may be of rows that it does not see yet. */
export type HeadFiles = ReadonlyMap<string, { readonly file: string; readonly bytes: number }>;

export function headFiles(folder: string): HeadFiles {
  if (!existsSync(folder)) return new Map();
  return new Map(
    readdirSync(folder)
      .filter((name) => name.endsWith(".jsonl"))
      .map((name) => {
        const file = path.join(folder, name);
        return [name.slice(0, -".jsonl".length), { file, bytes: statSync(file).size }] as const;
      }),
  );
}

export async function* readHeads(
  { file, bytes }: { readonly file: string; readonly bytes: number },
  chain: string,
  key: KeyObject,
): AsyncIterable<ExportedHead | { readonly line: number; readonly wrong: "HEAD_FORGED" | "HEAD_UNREADABLE" }> {
  if (bytes === 0) return;
  const lines = createInterface({ input: createReadStream(file, { end: bytes - 1 }), crlfDelay: Number.POSITIVE_INFINITY });
  let line = 0;
  for await (const text of lines) {
    line += 1;
    const head = parsed(text);
    if (!head) yield { line, wrong: "HEAD_UNREADABLE" };
    else if (head.chain !== chain || !isSigned(head, key)) yield { line, wrong: "HEAD_FORGED" };
    else yield { ...head, line };
  }
}

function parsed(text: string): (Omit<ExportedHead, "line"> & { signature: string }) | undefined {
  try {
    const head = JSON.parse(text) as Record<string, unknown>;
    const texts = [head.chain, head.hash, head.at, head.signedAt, head.signature];
    return head.v === 1 && Number.isSafeInteger(head.seq) && texts.every((it) => typeof it === "string") ? (head as never) : undefined;
  } catch {
    return undefined;
  }
}

function isSigned(head: Omit<ExportedHead, "line"> & { readonly signature: string }, key: KeyObject): boolean {
  const signed = ["lanyard-audit-head-1", head.chain, String(head.seq), head.hash, head.at, head.signedAt].join("\n");
  try {
    return verify(null, Buffer.from(signed), key, Buffer.from(head.signature, "base64url"));
  } catch {
    return false;
  }
}
