/** The body of a push: bounded in size before and after decompression, and in time; then strict UTF-8 and bounded JSON. */
import type { IncomingMessage } from "node:http";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { HubError } from "../../platform/errors";
import { parseJson } from "../../platform/json";

/** A batch of 500 items is a tenth of it. */
export const bodyLimitBytes = 5 * 1024 * 1024;
/** Deeper than any item, far from what exhausts a stack. */
const mostDepth = 32;

export const tooLarge = (limit: number) => new HubError({ code: "BODY_TOO_LARGE", class: "bad-record", detail: { limit } });
const unreadable = (why: string) => new HubError({ code: "BODY_NOT_READABLE", class: "bad-record", detail: { why } });

/** Undefined when the sender has gone away. Throws as soon as it is too large, or when `late` comes first. */
export function readBody(request: IncomingMessage, late: Promise<HubError>, limitBytes: number): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const settle = (finish: () => void) => {
      request.off("data", take).off("end", ended).off("close", gone).off("error", gone);
      // Whatever it still sends is let go; without a listener an error would end the process.
      request.on("error", () => undefined);
      finish();
    };
    const take = (chunk: Buffer) => {
      size += chunk.length;
      if (size > limitBytes) settle(() => reject(tooLarge(limitBytes)));
      else chunks.push(chunk);
    };
    const ended = () => settle(() => resolve(Buffer.concat(chunks, size)));
    const gone = () => settle(() => resolve(undefined));
    request.on("data", take).on("end", ended).on("close", gone).on("error", gone);
    late.then(
      (error) => settle(() => reject(error)),
      () => undefined,
    );
  });
}

const decompress = promisify(gunzip);

/** What was signed: the body without its content coding, which anything on the way may put on or take off. */
export async function withoutCoding(body: Buffer, coding: string | undefined, limitBytes: number): Promise<Buffer> {
  if (coding !== "gzip") return body;
  try {
    return await decompress(body, { maxOutputLength: limitBytes });
  } catch (error) {
    throw (error as { code?: string }).code === "ERR_BUFFER_TOO_LARGE" ? tooLarge(limitBytes) : unreadable("not gzip, or cut short");
  }
}

const utf8 = new TextDecoder("utf-8", { fatal: true });

export function jsonOf(content: Buffer): unknown {
  let text: string;
  try {
    text = utf8.decode(content);
  } catch {
    throw unreadable("not UTF-8");
  }
  try {
    return parseJson(text, mostDepth);
  } catch (error) {
    // Without the parser's own words: they quote the text around the fault, and that may be somebody's record.
    throw unreadable(/^nested deeper/.test((error as Error).message) ? `nested deeper than ${mostDepth} levels` : "not JSON");
  }
}
