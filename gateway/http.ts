import type { IncomingMessage, ServerResponse } from "node:http";
import { BodyNotJson, BodyTooLarge, BodyTooSlow, readJson, strictHeaders } from "../platform/http";

/** Handles a request, or says that it is somebody else's. */
export type Handler = (request: IncomingMessage, response: ServerResponse) => Promise<boolean>;

/** Longest body of an operation with its variables, in bytes. */
export const maximumBodyBytes = 100_000;

export function sendJson(response: ServerResponse, status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): void {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    ...strictHeaders,
    "content-type": "application/json; charset=utf-8",
    "content-length": Buffer.byteLength(text),
    ...headers,
  });
  response.end(text);
}

export function refusal(code: string, message: string): { errors: { message: string; extensions: { code: string } }[] } {
  return { errors: [{ message, extensions: { code } }] };
}

/** A request that no form and no other site's script can send without asking first: JSON, and said to be. */
function isJson(contentType: string | undefined): boolean {
  const [type, ...parameters] = (contentType ?? "")
    .toLowerCase()
    .split(";")
    .map((part) => part.trim());
  const charset = parameters
    .find((part) => part.startsWith("charset="))
    ?.slice("charset=".length)
    .replace(/"/g, "");
  return (type === "application/json" || type === "application/graphql-response+json") && (charset === undefined || charset === "utf-8");
}

/** The JSON of a POST, or why there is none: it has then been answered, or has nobody left to answer. */
export async function jsonOfPost(
  request: IncomingMessage,
  response: ServerResponse,
  limits: { readonly bytes: number; readonly ms?: number },
): Promise<{ readonly body: unknown } | { readonly refused: string }> {
  const refuse = (refused: string, status: number, message: string, headers = {}) => {
    sendJson(response, status, refusal("BAD_REQUEST", message), headers);
    return { refused };
  };
  if (request.method !== "POST") return refuse("method", 405, "Operations are sent by POST.", { allow: "POST" });
  if (!isJson(request.headers["content-type"]))
    return refuse("content type", 415, "The content type is application/json, in UTF-8.", { accept: "application/json" });
  if ((request.headers["content-encoding"] ?? "identity") !== "identity")
    return refuse("content coding", 415, "The body is sent as it is, not compressed.");
  try {
    return { body: await readJson(request, limits) };
  } catch (error) {
    if (error instanceof BodyTooLarge) return refuse("body too large", 413, "The body is too large.", { connection: "close" });
    if (error instanceof BodyTooSlow) return refuse("body too slow", 408, "The body took too long.", { connection: "close" });
    if (error instanceof BodyNotJson) return refuse("body", 400, "The body is not JSON.");
    response.destroy();
    return { refused: "body" };
  }
}
