/** What every server of the hub has in common: the headers of every answer, and bodies that are bounded in size and time. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { parseJson } from "./json";

/** Nothing of an answer is kept, framed, guessed at or read by a page of somebody else's; a page of ours says what it loads. */
export const strictHeaders: Readonly<Record<string, string>> = {
  "cache-control": "no-store",
  "content-security-policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
};

/** In production every address is https: a browser is told to ask for nothing else for two years. */
export const onlyHttps: Readonly<Record<string, string>> = { "strict-transport-security": "max-age=63072000; includeSubDomains" };

/** Before any handler: what it sets of its own replaces these. */
export function applyStrictHeaders(response: ServerResponse, production: boolean): void {
  for (const [name, value] of Object.entries(strictHeaders)) response.setHeader(name, value);
  if (production) for (const [name, value] of Object.entries(onlyHttps)) response.setHeader(name, value);
}

export class BodyTooLarge extends Error {}
export class BodyTooSlow extends Error {}
export class BodyNotJson extends Error {}

export interface BodyLimits {
  readonly bytes: number;
  /** From now to the last byte: an idle timeout alone never ends a slow drip. */
  readonly ms: number;
  readonly depth?: number;
}

const usualMs = 10_000;
/** Input objects are shallow. */
const usualDepth = 32;

const utf8 = new TextDecoder("utf-8", { fatal: true });

/** JSON without prototype keys, or one of the errors above; of what was sent nothing is in them. */
export async function readJson(
  request: IncomingMessage,
  { bytes, ms = usualMs, depth = usualDepth }: Partial<BodyLimits> & { bytes: number },
): Promise<unknown> {
  const content = await readBytes(request, bytes, ms);
  try {
    return parseJson(utf8.decode(content), depth);
  } catch {
    throw new BodyNotJson();
  }
}

export function readBytes(request: IncomingMessage, limit: number, ms: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const settle = (finish: () => void) => {
      clearTimeout(timer);
      request.off("data", take).off("end", ended).off("close", gone).off("error", gone);
      // Whatever it still sends is let go; without a listener an error would end the process.
      request.on("error", () => undefined);
      finish();
    };
    const take = (chunk: Buffer) => {
      size += chunk.length;
      if (size > limit) settle(() => reject(new BodyTooLarge()));
      else chunks.push(chunk);
    };
    const ended = () => settle(() => resolve(Buffer.concat(chunks, size)));
    const gone = () => settle(() => reject(new Error("the sender has gone")));
    const timer = setTimeout(() => settle(() => reject(new BodyTooSlow())), ms);
    request.on("data", take).on("end", ended).on("close", gone).on("error", gone);
  });
}
