/**
 * A hop for bytes between the hub and anything it talks to by TCP: a vendor, PostgreSQL, Redis. It knows no protocol; it cuts,
 * drips, swallows and counts.
 */

import type { AddressInfo } from "node:net";
import { connect, createServer, type Server, type Socket } from "node:net";

/** pass: on it goes; drop: these bytes never arrive; cut: both sides end; reset: both sides break (RST). */
export type Fate = "pass" | "drop" | "cut" | "reset";

export interface Conversation {
  /** From 0, in the order of connecting. */
  readonly number: number;
  /** So far, in this conversation. */
  asked: number;
  answered: number;
}

export interface Manner {
  /** Accepts and never passes anything on, in either direction. */
  readonly silent?: boolean;
  /** The answer comes at this rate. */
  readonly bytesPerSecond?: number;
  /** The answer ends after so many bytes, by `by` (default reset). */
  readonly cutAnswerAfter?: number;
  readonly by?: "cut" | "reset";
  /** Decides about bytes on their way to the target, or from it. */
  onRequest?(bytes: Buffer, conversation: Conversation): Fate;
  onAnswer?(bytes: Buffer, conversation: Conversation): Fate;
}

export interface Relay {
  readonly port: number;
  /** The same address with this proxy's host and port. */
  through(url: string): string;
  /** From now on, for conversations under way too; undefined: passes everything. */
  behave(manner: Manner | undefined): void;
  /** Ends every conversation under way: politely, or by RST. */
  cut(by?: "cut" | "reset"): void;
  /** Refuses (ECONNREFUSED) until `listen` is called. */
  refuse(): Promise<void>;
  listen(): Promise<void>;
  /** Conversations begun so far, and under way. */
  readonly begun: number;
  readonly open: number;
  close(): Promise<void>;
}

const dripEveryMs = 20;

export async function startProxy(target: { readonly host?: string; readonly port: number }): Promise<Relay> {
  const pairs = new Set<{ readonly client: Socket; readonly server: Socket }>();
  let manner: Manner = {};
  let begun = 0;
  let port = 0;

  const end = (pair: { readonly client: Socket; readonly server: Socket }, by: "cut" | "reset") => {
    pairs.delete(pair);
    for (const socket of [pair.client, pair.server]) {
      if (by === "reset") socket.resetAndDestroy();
      else socket.destroy();
    }
  };

  const accept = (client: Socket) => {
    const server = connect({ host: target.host ?? "127.0.0.1", port: target.port });
    const pair = { client, server };
    const conversation: Conversation = { number: begun++, asked: 0, answered: 0 };
    const late: Buffer[] = [];
    let dripping: NodeJS.Timeout | undefined;
    pairs.add(pair);
    client.setNoDelay(true);
    server.setNoDelay(true);

    const drip = () => {
      const rate = manner.bytesPerSecond;
      let budget = rate === undefined ? Number.POSITIVE_INFINITY : Math.max(1, Math.round((rate * dripEveryMs) / 1000));
      while (budget > 0 && late.length > 0) {
        const next = late[0]!;
        const piece = next.subarray(0, Math.min(budget, next.length));
        budget -= piece.length;
        if (piece.length === next.length) late.shift();
        else late[0] = next.subarray(piece.length);
        client.write(piece);
      }
      if (late.length === 0 && dripping) {
        clearInterval(dripping);
        dripping = undefined;
      }
    };
    client.on("data", (bytes: Buffer) => {
      conversation.asked += bytes.length;
      const fate = manner.silent ? "drop" : (manner.onRequest?.(bytes, conversation) ?? "pass");
      if (fate === "pass") server.write(bytes);
      else if (fate !== "drop") end(pair, fate);
    });
    server.on("data", (bytes: Buffer) => {
      const before = conversation.answered;
      conversation.answered += bytes.length;
      const fate = manner.silent ? "drop" : (manner.onAnswer?.(bytes, conversation) ?? "pass");
      if (fate === "drop") return;
      if (fate !== "pass") return end(pair, fate);
      const limit = manner.cutAnswerAfter;
      if (limit !== undefined && conversation.answered > limit) {
        client.write(bytes.subarray(0, Math.max(0, limit - before)), () => end(pair, manner.by ?? "reset"));
        return;
      }
      if (manner.bytesPerSecond === undefined && late.length === 0) return void client.write(bytes);
      late.push(bytes);
      dripping ??= setInterval(drip, dripEveryMs);
    });
    for (const socket of [client, server]) {
      socket.on("error", () => end(pair, "cut"));
      socket.on("close", () => {
        clearInterval(dripping);
        end(pair, "cut");
      });
    }
    client.on("end", () => server.end());
    server.on("end", () => {
      if (late.length === 0) client.end();
    });
  };

  let server: Server | undefined;
  const listen = async () => {
    if (server) return;
    const opened = createServer({ allowHalfOpen: false }, accept);
    await new Promise<void>((resolve, reject) => {
      opened.once("error", reject);
      opened.listen(port, "127.0.0.1", resolve);
    });
    port = (opened.address() as AddressInfo).port;
    server = opened;
  };
  const stopListening = async () => {
    const closing = server;
    server = undefined;
    for (const pair of [...pairs]) end(pair, "reset");
    if (closing) await new Promise<void>((resolve) => closing.close(() => resolve()));
  };
  await listen();
  return {
    get port() {
      return port;
    },
    get begun() {
      return begun;
    },
    get open() {
      return pairs.size;
    },
    through(url) {
      const address = new URL(url);
      address.hostname = "127.0.0.1";
      address.port = String(port);
      return address.toString();
    },
    behave: (next) => {
      manner = next ?? {};
    },
    cut(by = "reset") {
      for (const pair of [...pairs]) end(pair, by);
    },
    refuse: stopListening,
    listen,
    close: stopListening,
  };
}
