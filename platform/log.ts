import { types } from "node:util";
import pino, { type DestinationStream, type Logger } from "pino";
import { type ErrorDetail, isHubError } from "./errors";

export type LogLevel = "trace" | "debug" | "info" | "warn" | "error" | "fatal" | "silent";
/** Ids, counts, codes. Whole records do not fit the type; `error` goes through the serialiser below. */
export type LogFields = { readonly [name: string]: string | number | boolean | readonly string[] | undefined };
type Fields = LogFields & { readonly error?: never };

export interface Log {
  debug(fields: Fields, message: string): void;
  info(fields: Fields, message: string): void;
  warn(fields: Fields, message: string, error?: unknown): void;
  error(fields: Fields, message: string, error?: unknown): void;
  /** A log whose every line carries these fields. */
  with(fields: Fields): Log;
}

/**
 * What an error may say in a log. A foreign error's message can quote anything ("invalid input syntax: \"...\"", a vendor's
 * sentence with a name in it), so it never leaves: name, code and the places in our source are enough to find it.
 */
export function describeError(error: unknown, depth = 0): Record<string, unknown> {
  if (isHubError(error)) {
    return {
      code: error.code,
      class: error.class,
      detail: plain(error.detail),
      frames: framesOf(error),
      ...(error.cause !== undefined && depth < 3 ? { cause: describeError(error.cause, depth + 1) } : {}),
    };
  }
  if (types.isNativeError(error) || error instanceof Error) {
    const { code } = error as { code?: unknown };
    return {
      name: isWord(error.name) ? error.name : "Error",
      ...(typeof code === "number" || isWord(code) ? { code } : {}),
      frames: framesOf(error),
      ...(error.cause !== undefined && depth < 3 ? { cause: describeError(error.cause, depth + 1) } : {}),
    };
  }
  return { name: typeof error };
}

const isWord = (value: unknown): value is string => typeof value === "string" && /^[A-Za-z0-9_]{1,60}$/.test(value);

/** Only lines of the form "at ... (file:line:column)": a message of several lines cannot slip through as a frame. */
function framesOf(error: Error): string[] {
  const stack = typeof error.stack === "string" ? error.stack : "";
  const head = `${error.name}: ${error.message}`;
  const afterHead = stack.startsWith(head)
    ? stack.slice(head.length)
    : stack.slice(Math.max(0, stack.lastIndexOf(error.message) + error.message.length));
  return afterHead
    .split("\n")
    .map((line) => /^ {4}at (?:[\w$.<>[\] ]{1,120} \()?((?:node:|file:|\/|[A-Z]:\\)[^\s()]{1,300})\)?$/.exec(line)?.[1])
    .filter((frame): frame is string => frame !== undefined && /:\d{1,9}:\d{1,9}$/.test(frame))
    .slice(0, 8);
}

/** The types forbid nested values; this net catches what a cast let through. */
function plain(fields: LogFields | ErrorDetail): Record<string, unknown> {
  const kept: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined) continue;
    if (forbidden.test(name)) kept[name] = "[withheld]";
    else if (typeof value === "string") kept[name] = value.slice(0, 500);
    else if (typeof value === "number" || typeof value === "boolean") kept[name] = value;
    else if (Array.isArray(value) && value.every((one) => typeof one === "string")) kept[name] = value.slice(0, 20);
    else kept[name] = "[withheld]";
  }
  return kept;
}

/** A second net under the types: names of fields that are never ids, counts or codes. */
const forbidden =
  /(password|secret|token|authori[sz]ation|cookie|api_?key|given|family|surname|forename|maiden|birth|dob|nino|nhsnumber|niNumber|email|phone|address|postcode|headers?$|body$|raw$|payload)/i;

export function createLog(settings: { level: LogLevel; destination?: DestinationStream }): Log {
  const options = {
    level: settings.level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    serializers: {},
    redact: { paths: ["url", "*.url", "connectionString", "*.connectionString"], censor: "[withheld]" },
  };
  return wrap(settings.destination ? pino(options, settings.destination) : pino(options, pino.destination({ dest: 2, sync: true })));
}

function wrap(logger: Logger): Log {
  const write = (level: "debug" | "info" | "warn" | "error", fields: Fields, message: string, error?: unknown) => {
    if (!logger.isLevelEnabled(level)) return;
    logger[level](error === undefined ? plain(fields) : { ...plain(fields), error: describeError(error) }, message);
  };
  return {
    debug: (fields, message) => write("debug", fields, message),
    info: (fields, message) => write("info", fields, message),
    warn: (fields, message, error) => write("warn", fields, message, error),
    error: (fields, message, error) => write("error", fields, message, error),
    with: (fields) => wrap(logger.child(plain(fields))),
  };
}

/** For tests and for commands that must not print. */
export const silentLog: Log = createLog({ level: "silent" });
