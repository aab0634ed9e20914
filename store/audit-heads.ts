/**
 * Where the chains stood, signed, in files that whoever owns the database cannot write: what is cut off or rewritten in the database
 * no longer fits them. A head is what the database told the writer when it committed, never what a table says later.
 */
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import path from "node:path";
import type { Clock } from "../platform/clock";
import { HubError } from "../platform/errors";
import type { ChainHead } from "./audit";

/** Rows of a chain, and time, after which its head is written out. */
const rowsBetween = 1_000;
const betweenMs = 60_000;

export interface AuditHeads {
  committed(heads: readonly ChainHead[]): void;
  /** What has not been written out yet; the last time at a clean stop. */
  exportNow(): Promise<void>;
  close(): Promise<void>;
}

export interface HeadsSettings {
  readonly folder: string;
  readonly key: KeyObject;
  readonly clock: Clock;
  readonly onFailure: (error: unknown) => void;
  readonly rowsBetween?: number;
  readonly betweenMs?: number;
}

export function createAuditHeads(settings: HeadsSettings): AuditHeads {
  const { folder, key, clock, onFailure } = settings;
  const latest = new Map<string, ChainHead>();
  const written = new Map<string, number>();
  let busy: Promise<void> = Promise.resolve();

  const exportNow = () => {
    busy = busy.then(async () => {
      for (const head of [...latest.values()]) {
        if (written.get(head.chain) === head.seq) continue;
        try {
          await append(path.join(folder, `${head.chain}.jsonl`), lineOf(head, clock.now().toISOString(), key));
          written.set(head.chain, head.seq);
        } catch (error) {
          // Tried again with the next; the rows themselves are safe.
          onFailure(error);
        }
      }
    });
    return busy;
  };
  const timer = setInterval(exportNow, settings.betweenMs ?? betweenMs);
  timer.unref();

  return {
    committed(heads) {
      let due = false;
      for (const head of heads) {
        if ((latest.get(head.chain)?.seq ?? 0) > head.seq) continue;
        latest.set(head.chain, head);
        due ||= head.seq - (written.get(head.chain) ?? 0) >= (settings.rowsBetween ?? rowsBetween);
      }
      if (due) void exportNow();
    },
    exportNow,
    async close() {
      clearInterval(timer);
      await exportNow();
    },
  };
}

/** The signature is over the values, one to a line: nobody need agree on how JSON is written. */
function lineOf({ chain, seq, hash, at }: ChainHead, signedAt: string, key: KeyObject): string {
  const signed = ["lanyard-audit-head-1", chain, String(seq), hash, at, signedAt].join("\n");
  const signature = sign(null, Buffer.from(signed), key).toString("base64url");
  return `${JSON.stringify({ v: 1, chain, seq, hash, at, signedAt, signature })}\n`;
}

/** One write of a line that is far shorter than a page: several processes may append to one file. */
async function append(file: string, line: string): Promise<void> {
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  const handle = await open(file, "a", 0o600);
  try {
    await handle.appendFile(line);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** The key that heads are signed with: made once, beside the data and apart from the database. Its public half is for whoever verifies. */
export function loadHeadKey(folder: string): KeyObject {
  const file = path.join(folder, "audit-key.pem");
  if (!existsSync(file)) {
    mkdirSync(folder, { recursive: true });
    const { privateKey } = generateKeyPairSync("ed25519");
    try {
      writeFileSync(file, privateKey.export({ type: "pkcs8", format: "pem" }), { mode: 0o600, flag: "wx" });
    } catch (error) {
      // Two first starts at once: the other one's key is the key.
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
  }
  const { mode } = statSync(file);
  if (process.platform !== "win32" && (mode & 0o077) !== 0) {
    throw new HubError({
      code: "SETTINGS_INVALID",
      class: "settings",
      message: `The key file ${file} can be read by others: chmod 600 ${file}`,
      detail: { pointer: file, expected: "mode 0600", got: (mode & 0o777).toString(8) },
    });
  }
  const key = createPrivateKey(readFileSync(file));
  const open = path.join(folder, "audit-key.pub.pem");
  if (!existsSync(open)) writeFileSync(open, createPublicKey(key).export({ type: "spki", format: "pem" }), { mode: 0o644 });
  return key;
}
