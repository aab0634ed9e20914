import type { IncomingMessage, ServerResponse } from "node:http";

/** Handles a request, or says that it is somebody else's. */
export type Handler = (request: IncomingMessage, response: ServerResponse) => Promise<boolean>;

/** Longest body of an operation with its variables, in bytes. */
export const maximumBodyBytes = 100_000;

export class BodyTooLarge extends Error {}
export class BodyNotJson extends Error {}

export async function readJson(request: IncomingMessage, limit = maximumBodyBytes): Promise<unknown> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += (chunk as Buffer).length;
    if (bytes > limit) throw new BodyTooLarge();
    chunks.push(chunk as Buffer);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString("utf8"));
  } catch {
    throw new BodyNotJson();
  }
}

export const securityHeaders: Readonly<Record<string, string>> = {
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
};

export function sendJson(response: ServerResponse, status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): void {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    ...securityHeaders,
    "content-type": "application/json; charset=utf-8",
    "content-length": Buffer.byteLength(text),
    ...headers,
  });
  response.end(text);
}

export function refusal(code: string, message: string): { errors: { message: string; extensions: { code: string } }[] } {
  return { errors: [{ message, extensions: { code } }] };
}
