/**
 * Tidewater sends: in batches, signed, each under a key of its own that stays the same when it is sent again. What it has
 * delivered and what is still to be answered stands in its file, so that a second start sends nothing twice.
 */
import { createHash, randomUUID } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Clock } from "../../platform/clock";
import type { Population } from "../population/population";
import { type TidewaterItem, tidewaterItems } from "./items";
import { signed } from "./signature";

const batchSize = 200;
const mostAttempts = 6;
const longestWaitMs = 5_000;
/** After this long without news Tidewater says that there is none, with an empty batch. */
const quietMs = 86_400_000;
const fileName = "tidewater.json";

export interface TidewaterHub {
  /** Of the connection: `<hub>/intake/<connection>/records`. */
  readonly url: string;
}
export interface TidewaterReport {
  /** Batches that were answered for good, and what became of their items. */
  readonly batches: number;
  readonly items: number;
  readonly accepted: number;
  readonly waiting: number;
  readonly refused: number;
  /** Status of the answer that ended it; undefined when everything was taken. */
  readonly stopped: number | "no answer" | undefined;
}
interface Outgoing {
  readonly idempotencyKey: string;
  readonly items: readonly TidewaterItem[];
}
interface State {
  readonly secret?: string;
  readonly keyId?: string;
  /** Digest of each item as it was delivered, by id. */
  readonly delivered: Readonly<Record<string, string>>;
  /** Sent, and not answered for good yet. */
  readonly outgoing: readonly Outgoing[];
  readonly lastAnsweredAt?: string;
}

export interface Tidewater {
  /** The key it was given, with the hub's id of it. */
  readonly keyId: string | undefined;
  /** A key for another hub, or the next one. `anew`: the hub is another, and knows nothing of what was delivered. */
  takeKey(key: { readonly id: string; readonly secret: string }, anew: boolean): void;
  /** Everything that has not been delivered yet, as it is today. */
  deliver(hub: TidewaterHub): Promise<TidewaterReport>;
  /** Something that has just happened at Saltmarsh. */
  push(hub: TidewaterHub, items: readonly TidewaterItem[]): Promise<TidewaterReport>;
  /** What it would send of somebody, to make more of the kind. */
  readonly items: readonly TidewaterItem[];
}

export function openTidewater(options: {
  readonly folder: string;
  readonly population: Population;
  readonly clock: Clock;
  readonly sleep?: (ms: number) => Promise<unknown>;
}): Tidewater {
  const { population, clock } = options;
  const sleep = options.sleep ?? ((ms: number) => delay(ms));
  const file = path.join(options.folder, fileName);
  let state: State = existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as State) : { delivered: {}, outgoing: [] };
  let items: readonly TidewaterItem[] | undefined;
  const allItems = () => (items ??= tidewaterItems(population));
  const save = (change: Partial<State>) => {
    state = { ...state, ...change };
    mkdirSync(options.folder, { recursive: true });
    writeFileSync(`${file}.part`, JSON.stringify(state), { mode: 0o600 });
    renameSync(`${file}.part`, file);
  };

  /** One batch until it is answered for good: no answer, 429 and 5xx are tried again, under the same key. */
  async function sendBatch(
    hub: TidewaterHub,
    { idempotencyKey, items: batch }: Outgoing,
  ): Promise<{ status: number; body: Answer } | undefined> {
    const body = JSON.stringify({ records: batch });
    for (let attempt = 1; attempt <= mostAttempts; attempt++) {
      let waitMs = 100 * 2 ** attempt;
      try {
        const response = await fetch(hub.url, {
          method: "POST",
          headers: {
            "content-type": "application/json",
            "idempotency-key": idempotencyKey,
            connection: "close",
            // Signed anew each time: a signature is good for five minutes.
            ...signed(state.secret ?? "", body, clock.now()),
          },
          body,
        });
        const answer = (await response.json()) as Answer;
        if (response.status < 500 && response.status !== 429) return { status: response.status, body: answer };
        waitMs = Number(response.headers.get("retry-after") ?? 1) * 1000;
      } catch {
        // The line was cut: whether the batch was stored, the next answer says.
      }
      if (attempt < mostAttempts) await sleep(Math.min(waitMs, longestWaitMs));
    }
    return undefined;
  }

  async function sendAll(hub: TidewaterHub): Promise<TidewaterReport> {
    const sum = { batches: 0, items: 0, accepted: 0, waiting: 0, refused: 0 };
    for (const outgoing of state.outgoing) {
      const answer = await sendBatch(hub, outgoing);
      const isFinal = answer?.status === 200 || answer?.status === 422;
      if (!answer || !isFinal) return { ...sum, stopped: answer?.status ?? "no answer" };
      sum.batches += 1;
      sum.items += outgoing.items.length;
      for (const name of ["accepted", "waiting", "refused"] as const) sum[name] += answer.body[name] ?? 0;
      // A refused item is delivered too: it is not sent again until somebody corrects it.
      const delivered = { ...state.delivered, ...Object.fromEntries(outgoing.items.map((item) => [item.id, digestOf(item)])) };
      save({
        delivered,
        outgoing: state.outgoing.filter((one) => one !== outgoing),
        lastAnsweredAt: clock.now().toISOString(),
      });
    }
    return { ...sum, stopped: undefined };
  }

  function enqueue(fresh: readonly TidewaterItem[]): void {
    const batches: Outgoing[] = [];
    for (let at = 0; at < fresh.length; at += batchSize)
      batches.push({ idempotencyKey: randomUUID(), items: fresh.slice(at, at + batchSize) });
    // Written down before it is sent: after a crash the same batch goes out under the same key.
    if (batches.length > 0) save({ outgoing: [...state.outgoing, ...batches] });
  }

  return {
    get keyId() {
      return state.keyId;
    },
    get items() {
      return allItems();
    },
    takeKey({ id, secret }, anew) {
      save({ keyId: id, secret, ...(anew ? { delivered: {}, outgoing: [], lastAnsweredAt: undefined } : {}) });
    },
    async deliver(hub) {
      const underway = new Set(state.outgoing.flatMap((outgoing) => outgoing.items.map(({ id }) => id)));
      enqueue(allItems().filter((item) => !underway.has(item.id) && state.delivered[item.id] !== digestOf(item)));
      const quietSince = state.lastAnsweredAt === undefined ? 0 : new Date(state.lastAnsweredAt).getTime();
      if (state.outgoing.length === 0 && clock.now().getTime() - quietSince > quietMs)
        save({ outgoing: [{ idempotencyKey: randomUUID(), items: [] }] });
      return sendAll(hub);
    },
    async push(hub, more) {
      enqueue(more);
      return sendAll(hub);
    },
  };
}

interface Answer {
  readonly accepted?: number;
  readonly waiting?: number;
  readonly refused?: number;
}

const digestOf = (item: TidewaterItem): string => createHash("sha256").update(JSON.stringify(item)).digest("base64url").slice(0, 22);
