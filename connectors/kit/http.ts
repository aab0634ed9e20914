import { connect } from "node:net";
import { Agent, request as send } from "undici";
import { hostGuard, type Resolve } from "../../platform/addresses";
import { HubError, isHubError } from "../../platform/errors";
import type { Http, HttpAnswer, HttpRequest } from "../connector";
import { answerOf, assertShape, isHtml, isLogin, mediaType, readBody } from "./answer";
import { backOff, type ClockLike, createPace, inProcessLedger, type PaceLedger, retryAfter, type Sleep } from "./pace";

export interface HttpLimits {
  /** Whole answer, from the request to its last byte: an idle timeout alone never ends a slow drip. */
  readonly totalMs: number;
  readonly headerMs: number;
  readonly connectMs: number;
  readonly maxBytes: number;
  /** Attempts per request for transient failures; a malformed page is asked for three times. */
  readonly attempts: number;
  readonly malformedAttempts: number;
  /** Retries of all requests of one run together. */
  readonly retriesPerRun: number;
  /** What the vendor may make one request wait, in all: beyond it the run ends and comes back, and holds no worker. */
  readonly longestHoldMs: number;
  /** What a vendor may tell us to wait; more than this is nonsense. */
  readonly longestToldMs: number;
  /** Of our own pauses between attempts. */
  readonly longestWaitMs: number;
  readonly failuresInARow: number;
  readonly redirects: number;
}
export const defaultLimits: HttpLimits = {
  totalMs: 60_000,
  headerMs: 10_000,
  connectMs: 10_000,
  maxBytes: 32 * 1024 * 1024,
  attempts: 5,
  malformedAttempts: 3,
  retriesPerRun: 100,
  longestHoldMs: 20_000,
  longestToldMs: 60 * 60_000,
  longestWaitMs: 15 * 60_000,
  failuresInARow: 5,
  redirects: 3,
};

export interface HttpOptions {
  /** `host`, `host:port`, an address, or a subnet that names may resolve to (kit/addresses.ts). */
  readonly allowedHosts: readonly string[];
  readonly requestsPerSecond: number;
  /** The budget that all workers share; without one it is this http's own. */
  readonly ledger?: PaceLedger;
  readonly clock: ClockLike;
  readonly sleep: Sleep;
  readonly signal: AbortSignal;
  /** Demonstration and tests: http, to loopback only. */
  readonly insecureLoopback: boolean;
  /** http to every allowed host; never in production. */
  readonly plainHttp?: boolean;
  /** Instead of the system's resolver: for tests. */
  readonly resolve?: Resolve;
  readonly limits?: Partial<HttpLimits>;
  readonly log?: { warn(fields: Record<string, unknown>, message: string): void };
  readonly random?: () => number;
  /** Further trusted certificate authorities (PEM): a trust's own, beside the system's. */
  readonly certificateAuthorities?: readonly string[];
}

const tlsCodes = /^(CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|ERR_TLS_|ERR_SSL_|HOSTNAME_MISMATCH|EPROTO$)/;
const unreachable = new Set([
  "ENOTFOUND",
  "EAI_AGAIN",
  "EAI_NODATA",
  "ECONNREFUSED",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENETDOWN",
  "EHOSTDOWN",
  "EADDRNOTAVAIL",
]);
const timedOut = new Set(["UND_ERR_HEADERS_TIMEOUT", "UND_ERR_BODY_TIMEOUT", "UND_ERR_CONNECT_TIMEOUT", "ETIMEDOUT"]);

/**
 * The door to a vendor. Everything a vendor can do wrong becomes one of the error classes here, so that a connector reads
 * as if the network always worked. Call `close` at the end of the run.
 */
export function createHttp(options: HttpOptions): Http & { close(): Promise<void> } {
  const limits = { ...defaultLimits, ...options.limits };
  const random = options.random ?? Math.random;
  const guard = hostGuard(options);
  const pace = createPace({
    ledger: options.ledger ?? inProcessLedger(options.clock),
    // Turns on a shared ledger are so far from now, not at an instant of our clock.
    nowMs: options.ledger ? () => performance.now() : () => options.clock.now().getTime(),
    perSecond: options.requestsPerSecond,
    host: options.allowedHosts[0] ?? "",
    sleep: options.sleep,
    signal: options.signal,
    random,
    failuresInARow: limits.failuresInARow,
    longestHoldMs: limits.longestHoldMs,
  });
  let retriesLeft = limits.retriesPerRun;
  const agent = new Agent({
    connect: {
      lookup: guard.lookup,
      timeout: limits.connectMs,
      ca: options.certificateAuthorities ? [...options.certificateAuthorities] : undefined,
    },
    headersTimeout: limits.headerMs,
    bodyTimeout: limits.totalMs,
    maxHeaderSize: 16_384,
    pipelining: 1,
  });

  async function exchange(
    request: HttpRequest,
    url: URL,
    operation: string,
  ): Promise<{ status: number; headers: Record<string, string>; bytes: Buffer }> {
    const controller = new AbortController();
    const detail = { host: url.host, operation };
    let late = false;
    const deadline = setTimeout(() => {
      late = true;
      controller.abort();
    }, limits.totalMs);
    const stop = () => controller.abort();
    options.signal.addEventListener("abort", stop, { once: true });
    try {
      const body = request.form
        ? new URLSearchParams(request.form.map(([name, value]): [string, string] => [name, value])).toString()
        : request.json === undefined
          ? undefined
          : JSON.stringify(request.json);
      const response = await send(url, {
        dispatcher: agent,
        method: request.method ?? (body === undefined ? "GET" : "POST"),
        headers: {
          accept: request.expect === "json" ? "application/json" : "*/*",
          "accept-encoding": "gzip, br",
          "user-agent": "lanyard",
          ...(request.form
            ? { "content-type": "application/x-www-form-urlencoded" }
            : request.json === undefined
              ? {}
              : { "content-type": "application/json" }),
          ...Object.fromEntries(Object.entries(request.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value])),
        },
        body,
        signal: controller.signal,
      });
      const headers: Record<string, string> = {};
      for (const [name, value] of Object.entries(response.headers))
        if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(", ") : value;
      const bytes = await readBody(response.body, headers["content-encoding"], request.maxBytes ?? limits.maxBytes, url.host);
      return { status: response.statusCode, headers, bytes };
    } catch (error) {
      if (options.signal.aborted) throw options.signal.reason;
      throw late ? timeout(detail) : translate(error, detail);
    } finally {
      clearTimeout(deadline);
      options.signal.removeEventListener("abort", stop);
    }
  }

  function timeout(detail: { host: string; operation: string }, cause?: unknown): HubError {
    return new HubError({
      code: "TIMED_OUT",
      class: "transient",
      detail: { ...detail, seconds: Math.round(limits.totalMs / 1000) },
      cause,
    });
  }

  function translate(error: unknown, detail: { host: string; operation: string }): HubError {
    if (isHubError(error)) return error;
    const code = codeOf(error);
    if (code === "LANYARD_PRIVATE_ADDRESS")
      return new HubError({ code: "FOREIGN_HOST", class: "settings", detail: { ...detail, why: "private address" } });
    if (tlsCodes.test(code)) return new HubError({ code: "TLS_FAILED", class: "auth", detail: { ...detail, why: code } });
    if (timedOut.has(code)) return timeout(detail, error);
    const why = unreachable.has(code) ? code : /^[A-Z][A-Z0-9_]{2,40}$/.test(code) ? `connection broke: ${code}` : "connection broke";
    return new HubError({ code: "UNREACHABLE", class: "transient", detail: { ...detail, why } });
  }

  /** One answer that may be used, or a HubError whose class says what happens next. */
  async function attempt(request: HttpRequest, first: URL, operation: string): Promise<HttpAnswer> {
    let url = first;
    for (let hop = 0; ; hop += 1) {
      const turn = await pace.take();
      try {
        const got = await exchange(request, url, operation);
        const accepted = request.accept?.includes(got.status) ?? false;
        if (got.status >= 300 && got.status < 400 && !accepted && got.headers.location !== undefined) {
          url = redirect(request, url, got.status, got.headers.location, hop, operation);
          await turn.ended();
          continue;
        }
        const answer = answerOf({ ...got, host: url.host, operation, latest: new Date(options.clock.now().getTime() + dayMs) });
        if (!accepted && (got.status < 200 || got.status >= 300)) throw refusal(answer, url.host, operation);
        if (!accepted) assertShape(answer, request.expect, url.host, operation);
        request.inspect?.(answer);
        await turn.ended();
        return answer;
      } catch (error) {
        await turn.ended(error);
        throw error;
      }
    }
  }

  /** To the same host only, never down to http, and never turning a POST into a GET. */
  function redirect(request: HttpRequest, from: URL, status: number, location: string, hop: number, operation: string): URL {
    const to = guard.check(location, from);
    const sameHost = to.hostname === from.hostname && !(from.protocol === "https:" && to.protocol === "http:");
    if (!sameHost)
      throw new HubError({
        code: "FOREIGN_HOST",
        class: "settings",
        detail: { host: to.host, operation, why: "redirect to another host" },
      });
    const isPost = request.method === "POST" || request.form !== undefined || request.json !== undefined;
    if (hop >= limits.redirects || (isPost && status !== 307 && status !== 308)) {
      throw new HubError({ code: "REQUEST_REFUSED", class: "settings", detail: { host: from.host, status, operation, why: "redirect" } });
    }
    return to;
  }

  function refusal(answer: HttpAnswer, host: string, operation: string): HubError {
    const { status } = answer;
    const contentType = answer.headers["content-type"] ?? "";
    const detail = { host, status, operation, contentType: mediaType(contentType) };
    const wait = retryAfter(answer.headers["retry-after"], options.clock.now(), limits.longestToldMs);
    if (status === 429) {
      return new HubError({
        code: "THROTTLED",
        class: "throttled",
        retryAfterMs: wait,
        detail: { ...detail, seconds: wait === undefined ? undefined : Math.ceil(wait / 1000) },
      });
    }
    const html = isHtml(answer.bytes, contentType);
    if (status === 503 && html) return new HubError({ code: "MAINTENANCE", class: "transient", retryAfterMs: wait, detail });
    if (status >= 500 || status === 408 || status === 425)
      return new HubError({ code: "VENDOR_ERROR", class: "transient", retryAfterMs: wait, detail });
    if (html && isLogin(answer.bytes)) return new HubError({ code: "LOGIN_PAGE", class: "auth", detail });
    if (status === 401) return new HubError({ code: "CREDENTIALS_REJECTED", class: "auth", detail: { ...detail, why: "HTTP 401" } });
    if (status === 403) return new HubError({ code: "PERMISSION_MISSING", class: "auth", detail: { ...detail, why: "HTTP 403" } });
    return new HubError({ code: "REQUEST_REFUSED", class: "settings", detail });
  }

  /** Milliseconds to wait before the next attempt, or undefined when there is none. */
  async function waitFor(error: HubError, asked: Asked): Promise<number | undefined> {
    if (error.class === "throttled" || error.retryAfterMs !== undefined) {
      asked.throttled += 1;
      const told = error.retryAfterMs;
      // Somewhat later than told, each by its own chance: who was told together does not come back together.
      const later =
        told === undefined
          ? backOff(Math.min(asked.throttled, 6), random, 1000, limits.longestWaitMs)
          : Math.ceil(told + random() * Math.min(told / 10, mostLaterMs));
      const waitMs = Math.max(shortestToldMs, later);
      await pace.told(waitMs);
      asked.heldMs += waitMs;
      if (asked.heldMs > limits.longestHoldMs) throw comesBack(error, waitMs);
      if (error.class === "throttled") return waitMs;
      return budgetFor(error, asked) ? waitMs : undefined;
    }
    return budgetFor(error, asked)
      ? backOff(Math.max(asked.transient, asked.malformed) - 1, random, 1000, limits.longestWaitMs)
      : undefined;
  }

  function budgetFor(error: HubError, asked: Asked): boolean {
    const most = error.class === "transient" ? limits.attempts : error.class === "malformed-page" ? limits.malformedAttempts : 1;
    const limit = Math.min(most, asked.attempts);
    const made = error.class === "malformed-page" ? ++asked.malformed : ++asked.transient;
    if (made >= limit || retriesLeft <= 0) return false;
    retriesLeft -= 1;
    return true;
  }

  /** Too long for a worker to stand by: the run ends where it is, and the next one comes at the time told. */
  function comesBack(error: HubError, waitMs: number): HubError {
    const detail = { ...error.detail, seconds: Math.ceil(waitMs / 1000) };
    return new HubError({ code: error.code, class: error.class, retryAfterMs: waitMs, detail, cause: error });
  }

  return {
    async request(request) {
      const url = guard.check(request.url);
      const operation = request.operation ?? operationOf(request, url);
      const asked: Asked = { attempts: request.attempts ?? Number.POSITIVE_INFINITY, transient: 0, malformed: 0, throttled: 0, heldMs: 0 };
      for (;;) {
        options.signal.throwIfAborted();
        try {
          return await attempt(request, url, operation);
        } catch (error) {
          // The ledger's own word (told to wait, breaker open) is no failure of this request: nothing was sent.
          if (!isHubError(error) || error.detail.notAskedAgain === true) throw error;
          const wait = await waitFor(error, asked);
          if (wait === undefined) throw error;
          options.log?.warn({ host: url.host, operation, code: error.code, waitMs: wait }, "asking again");
          await options.sleep(wait, options.signal);
        }
      }
    },
    socket: (host, port) =>
      new Promise((resolve, reject) => {
        guard.checkHost(host, port);
        const detail = { host: `${host}:${port}`, operation: "connect" };
        const socket = connect({ host, port, lookup: guard.lookup, timeout: limits.connectMs, signal: options.signal });
        const failed = (error: Error) => reject(options.signal.aborted ? options.signal.reason : translate(error, detail));
        socket.once("error", failed);
        socket.once("timeout", () => socket.destroy(Object.assign(new Error("timeout"), { code: "ETIMEDOUT" })));
        socket.once("connect", () => {
          socket.off("error", failed).removeAllListeners("timeout").setTimeout(0);
          resolve(socket);
        });
      }),
    close: () => agent.close(),
  };
}

/** How one request has fared so far. */
interface Asked {
  readonly attempts: number;
  transient: number;
  malformed: number;
  throttled: number;
  heldMs: number;
}
/** What chance adds to a wait that was told, at most. */
const mostLaterMs = 5_000;
const dayMs = 86_400_000;
/** "Retry-After: 0" from a system that goes on refusing would be a circle without a pause. */
const shortestToldMs = 500;

/** Method and path without query; path parts that may be somebody's key are left out. */
function operationOf(request: HttpRequest, url: URL): string {
  const method = request.method ?? (request.form || request.json !== undefined ? "POST" : "GET");
  const path = url.pathname
    .split("/")
    .map((part) => (/\d{3}|%|@/.test(part) || part.length > 40 ? "{id}" : part))
    .join("/");
  return `${method} ${path}`;
}

function codeOf(error: unknown): string {
  for (let at: unknown = error, depth = 0; typeof at === "object" && at !== null && depth < 5; depth += 1) {
    const { code, errors, cause } = at as { code?: unknown; errors?: unknown[]; cause?: unknown };
    if (typeof code === "string" && code !== "") return code;
    at = errors?.[0] ?? cause;
  }
  return "";
}
