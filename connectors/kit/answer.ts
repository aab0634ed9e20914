import { createHash } from "node:crypto";
import type { Readable } from "node:stream";
import { createBrotliDecompress, createGunzip, createInflate } from "node:zlib";
import { HubError } from "../../platform/errors";
import type { HttpAnswer } from "../connector";
import { jsonOrThrow } from "./json";

/** Reads a body whole, decompressed, never past the limit: the limit counts what comes out, not what came in. */
export async function readBody(body: Readable, encoding: string | undefined, maxBytes: number, host: string): Promise<Buffer> {
  const stages: Readable[] = [body];
  for (const coding of (encoding ?? "identity")
    .toLowerCase()
    .split(",")
    .map((part) => part.trim())
    .reverse()) {
    const stage =
      coding === "gzip" || coding === "x-gzip"
        ? createGunzip()
        : coding === "deflate"
          ? createInflate()
          : coding === "br"
            ? createBrotliDecompress()
            : undefined;
    if (stage) {
      const previous = stages.at(-1)!;
      previous.on("error", (error) => stage.destroy(error));
      stages.push(previous.pipe(stage));
    } else if (coding !== "identity" && coding !== "") {
      // Destroying an unread body is an error event of its own, and one that nobody listens to ends the process.
      for (const opened of stages) opened.on("error", () => {}).destroy();
      throw new HubError({
        code: "NOT_JSON",
        class: "malformed-page",
        detail: { host, contentType: `content-encoding ${coding.slice(0, 20)}` },
      });
    }
  }
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of stages.at(-1)!) {
      size += (chunk as Buffer).length;
      if (size > maxBytes) throw new HubError({ code: "TOO_LARGE", class: "settings", detail: { host, limit: maxBytes, of: "bytes" } });
      chunks.push(chunk as Buffer);
    }
  } finally {
    for (const stage of stages) stage.destroy();
  }
  return Buffer.concat(chunks, size);
}

/** Strict: a byte that is not of the declared encoding is a malformed page, never a replacement character. */
function decode(bytes: Buffer, contentType: string, detail: { host: string; operation: string }): string {
  const charset = /charset\s*=\s*"?([\w-]+)/i.exec(contentType)?.[1]?.toLowerCase() ?? "utf-8";
  const single = charset === "iso-8859-1" || charset === "latin1" || charset === "windows-1252";
  try {
    return new TextDecoder(single ? "windows-1252" : "utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new HubError({
      code: "NOT_JSON",
      class: "malformed-page",
      detail: { ...detail, contentType: `not ${single ? charset : "UTF-8"}`, bytes: bytes.length },
    });
  }
}

export function answerOf(input: {
  status: number;
  headers: Record<string, string>;
  bytes: Buffer;
  host: string;
  operation: string;
  /** A Date header beyond it is no clock: as a cursor or as freshness it would end the reading for ever. */
  latest?: Date;
}): HttpAnswer {
  const contentType = input.headers["content-type"] ?? "";
  const date = Date.parse(input.headers.date ?? "");
  let text: string | undefined;
  let sha256: string | undefined;
  const readText = () => {
    text ??= decode(input.bytes, contentType, { host: input.host, operation: input.operation });
    return text;
  };
  return {
    status: input.status,
    headers: input.headers,
    bytes: input.bytes,
    get sha256() {
      sha256 ??= createHash("sha256").update(input.bytes).digest("hex");
      return sha256;
    },
    vendorDate: Number.isNaN(date) || (input.latest && date > input.latest.getTime()) ? undefined : new Date(date).toISOString(),
    text: readText,
    json: () =>
      jsonOrThrow(readText(), {
        host: input.host,
        operation: input.operation,
        contentType: mediaType(contentType),
        bytes: input.bytes.length,
      }),
  };
}

/** Media type only, cut short: a vendor's header is not a place for surprises in our errors. */
export function mediaType(contentType: string): string {
  const type = contentType.split(";")[0]!.trim().toLowerCase();
  return /^[\w.+-]{1,40}\/[\w.+-]{1,60}$/.test(type) ? type : type === "" ? "none" : "unreadable";
}

function startOf(bytes: Buffer): string {
  return bytes
    .subarray(0, 65_536)
    .toString("latin1")
    .replace(/^\u00ef\u00bb\u00bf/, "")
    .trimStart();
}

export function isHtml(bytes: Buffer, contentType: string): boolean {
  return /html/i.test(contentType) ? !/^[[{]/.test(startOf(bytes)) : /^<(!doctype\s+html|html|head|body|script)/i.test(startOf(bytes));
}

export function isLogin(bytes: Buffer): boolean {
  const start = startOf(bytes);
  // Each in two steps: one expression for all of it takes ever longer on a page that is made for it.
  const inputs = start.match(/<input[^<>]{0,400}/gi) ?? [];
  const title = /<title>([^<]{0,200})/i.exec(start)?.[1] ?? "";
  return inputs.some((input) => /type ?= ?["']?password/i.test(input)) || /log ?in|sign ?in|single sign/i.test(title);
}

/** Content type AND shape: a 200 with a login page, a plain text or nothing at all must not read as an empty answer. */
export function assertShape(answer: HttpAnswer, expect: "json" | "text", host: string, operation: string): void {
  const contentType = answer.headers["content-type"] ?? "";
  const detail = { host, operation, contentType: mediaType(contentType), bytes: answer.bytes.length };
  if (isHtml(answer.bytes, contentType)) {
    if (isLogin(answer.bytes)) throw new HubError({ code: "LOGIN_PAGE", class: "auth", detail });
    if (expect === "json") throw new HubError({ code: "NOT_JSON", class: "malformed-page", detail });
  }
  if (expect === "text") {
    answer.text();
    return;
  }
  const type = mediaType(contentType);
  const declared = type === "none" || /[/+]json$/.test(type) || type === "text/javascript";
  const first = startOf(answer.bytes)[0];
  if (!declared || first === undefined || !/[[{"\-0-9tfn]/.test(first))
    throw new HubError({ code: "NOT_JSON", class: "malformed-page", detail });
  answer.json();
}
