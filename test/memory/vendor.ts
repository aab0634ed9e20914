/** A vendor that answers with more than anybody should read, and one that sends it. Both stream: they hold nothing themselves. */
import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { gzipSync } from "node:zlib";

const mebibyte = 1024 * 1024;
export const hugeMb = 500;
const piece = Buffer.alloc(mebibyte, " ");
const gzipped = gzipSync(piece);

function* hugeText(): Generator<Buffer> {
  for (let sent = 0; sent < hugeMb; sent++) yield piece;
}
/** Members of one gzip stream follow each other: half a megabyte that is half a gigabyte. */
function* hugeZipped(): Generator<Buffer> {
  for (let sent = 0; sent < hugeMb; sent++) yield gzipped;
}

export interface HugeVendor {
  readonly url: string;
  /** Bytes that left it: what the hub has not asked for stays here. */
  sentBytes(): number;
  close(): Promise<void>;
}

export async function hugeVendor(how: "body" | "bomb"): Promise<HugeVendor> {
  let sent = 0;
  const server = createServer((asked, response) => {
    asked.resume();
    response.writeHead(200, { "content-type": "application/json", ...(how === "bomb" ? { "content-encoding": "gzip" } : {}) });
    const body = Readable.from(how === "bomb" ? hugeZipped() : hugeText());
    body.on("data", (chunk: Buffer) => {
      sent += chunk.length;
    });
    response.on("error", () => undefined).on("close", () => body.destroy());
    body.pipe(response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    sentBytes: () => sent,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

/** Status of the answer; undefined when the line was cut before one came. */
export function pushHuge(url: string, how: "announced" | "unannounced" | "bomb", headers: Readonly<Record<string, string>>) {
  return new Promise<number | undefined>((resolve) => {
    const more =
      how === "bomb"
        ? { "content-encoding": "gzip" }
        : how === "announced"
          ? { "content-length": String(hugeMb * mebibyte) }
          : { "transfer-encoding": "chunked" };
    const body = Readable.from(how === "bomb" ? hugeZipped() : hugeText());
    const sending = request(url, { method: "POST", agent: false, headers: { ...headers, ...more } }, (response) => {
      response.resume().on("error", () => undefined);
      resolve(response.statusCode);
      body.destroy();
      sending.destroy();
    });
    sending.on("error", () => resolve(undefined));
    body.pipe(sending);
  });
}
