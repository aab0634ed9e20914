/** A hop between the hub and a simulated vendor that spoils what a test wants spoilt: the faults a polite server never shows. */
import { createServer, request as forward, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** The hub's request, by what the vendor's interface calls it. */
export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly body: string;
  /** How many requests went through before. */
  readonly before: number;
}
/** pass: as the vendor says; a text or bytes: this body instead; silence: nothing is ever answered; drip: it never ends; reset: half of it. */
export type Meddling =
  | "pass"
  | "silence"
  | "drip"
  | "reset"
  | {
      readonly status?: number;
      readonly contentType?: string;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body: string | Buffer;
    };

export interface Meddler {
  readonly url: string;
  readonly seen: Seen[];
  /** Asked for every answer; given the vendor's own body. */
  meddle(how: ((seen: Seen, body: string) => Meddling | Promise<Meddling>) | undefined): void;
  close(): Promise<void>;
}

async function textOf(message: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}

export async function startMeddler(vendorUrl: string): Promise<Meddler> {
  const vendor = new URL(vendorUrl);
  const seen: Seen[] = [];
  const drips = new Set<NodeJS.Timeout>();
  let how: ((seen: Seen, body: string) => Meddling | Promise<Meddling>) | undefined;
  let own = "";

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await textOf(request);
    const one: Seen = { method: request.method ?? "GET", path: request.url ?? "/", body, before: seen.length };
    seen.push(one);
    const from = await new Promise<IncomingMessage>((resolve, reject) => {
      const outgoing = forward(
        {
          host: vendor.hostname,
          port: vendor.port,
          method: one.method,
          path: one.path,
          headers: { ...request.headers, host: vendor.host, "accept-encoding": "identity" },
          agent: false,
        },
        resolve,
      );
      outgoing.once("error", reject);
      outgoing.end(body);
    });
    // Links in the answer lead back here.
    const said = (await textOf(from)).replaceAll(vendor.origin, own);
    const meddling = (await how?.(one, said)) ?? "pass";
    if (meddling === "silence") return;
    const spoilt = typeof meddling === "object" ? meddling : undefined;
    const bytes = Buffer.from(spoilt?.body ?? said);
    const headers: Record<string, string> = { "content-type": spoilt?.contentType ?? from.headers["content-type"] ?? "application/json" };
    if (from.headers.date) headers.date = from.headers.date;
    Object.assign(headers, spoilt?.headers);
    response.writeHead(spoilt?.status ?? from.statusCode ?? 200, { ...headers, "content-length": String(bytes.length) });
    if (meddling === "drip") {
      let at = 0;
      const drip = setInterval(() => response.write(bytes.subarray(at, ++at)), 5);
      drips.add(drip);
      response.once("close", () => clearInterval(drip));
    } else if (meddling === "reset") response.write(bytes.subarray(0, bytes.length >> 1), () => response.socket?.destroy());
    else response.end(bytes);
  }

  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  own = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: own,
    seen,
    meddle: (next) => {
      how = next;
    },
    async close() {
      for (const drip of drips) clearInterval(drip);
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}
