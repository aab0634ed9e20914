/**
 * What goes wrong with a simulated vendor's answers, and when: said once, seeded, and the same again for the same seed. Every
 * vendor over HTTP takes one; what is spoilt is always the vendor's own true answer.
 */
import type { ServerResponse } from "node:http";
import { gzipSync } from "node:zlib";
import type { Clock } from "../../platform/clock";
import { type Random, random } from "../population/random";
import { type Answered, elsewhere, spoiltContent } from "./spoilt-content";

export const transportFaults = [
  // 429, with four ways to say when to come back; the seed picks the moment.
  "throttled-seconds",
  "throttled-date",
  "throttled-unsaid",
  "throttled-absurd",
  /** 500, 502, 503 or 504. */
  "server-error",
  /** The request is taken, and nothing is ever answered. */
  "silence",
  /** The right answer, a byte at a time, without end in sight. */
  "drip",
  "reset",
  "wrong-length",
  "endless-chunks",
  // Bytes that are no text of the kind announced.
  "garbage",
  "invalid-utf8",
  "byte-order-mark",
  "utf-16",
  "wrong-charset",
  // Status 200, and no data in it.
  "login-page",
  "error-json",
  "plain-text",
  /** Fewer items than there are, and the announcement of all where the vendor announces any. */
  "short-page",
  /** The first page, whatever page is asked for. */
  "same-page",
  /** A next link that leads to the page itself. */
  "same-next",
  // More than anybody should read.
  "huge-body",
  "bomb",
  "deep",
  "long-text",
  "many-items",
  // One item of the page has keys, numbers or characters that hurt a careless reader.
  "hostile-keys",
  "hostile-numbers",
  "hostile-text",
  "unauthorised",
  "forbidden",
  /** To another host, to a cloud's metadata address, or to a file. */
  "redirect-elsewhere",
  "link-elsewhere",
] as const;
export type TransportFault = (typeof transportFaults)[number];

export interface FaultPlan {
  readonly seed: number;
  readonly fault: TransportFault;
  /** Requests whose method, path and query (a Moodle's: function and arguments) hold this text; all of them without it. */
  readonly target?: string;
  /** Where redirects and links lead; else the seed picks a place where nothing of the hub's may go. */
  readonly to?: string;
  readonly schedule?: {
    /** So many of them are answered well first. */
    readonly after?: number;
    /** Then so many are struck; without it, until the plan is taken back. */
    readonly times?: number;
    /** Of those, each with this likelihood; 1 without it. */
    readonly likelihood?: number;
  };
}

export interface FaultDesk {
  /** Undefined takes the plan back; what is held or dripping ends. */
  plan(plan: FaultPlan | undefined): void;
  /** Answers spoilt so far, by all plans. */
  struck(): number;
  /** Whether this request is to be struck; counts it. */
  due(request: string): Strike | undefined;
  close(): void;
}
/** Sends the spoilt answer in place of the vendor's own. */
export type Strike = (response: ServerResponse, answer: Answered) => void;

const hugeBytes = 500 * 1024 * 1024;
const chunkBytes = 64 * 1024;
const mebibyte = 1024 * 1024;
const dripMs = 10;

export function openFaultDesk(clock: Clock): FaultDesk {
  const timers = new Set<NodeJS.Timeout>();
  const held = new Set<ServerResponse>();
  let current: { readonly plan: FaultPlan; readonly chance: Random; met: number; hit: number; first: string | undefined } | undefined;
  let struck = 0;

  const release = () => {
    for (const timer of timers) clearInterval(timer);
    timers.clear();
    for (const response of held) response.destroy();
    held.clear();
  };

  const head = (answer: Answered, more: Record<string, string>) => ({
    "content-type": answer.contentType,
    date: clock.now().toUTCString(),
    ...answer.headers,
    ...more,
  });
  const whole = (response: ServerResponse, answer: Answered, more: Record<string, string> = {}) => {
    const bytes = Buffer.from(answer.body);
    response.writeHead(answer.status, head(answer, { "content-length": String(bytes.length), ...more }));
    response.end(bytes);
  };
  /** In pieces, as fast as the other side takes them, until it hangs up. */
  const stream = (response: ServerResponse, answer: Answered, pieces: Iterator<Buffer>) => {
    response.writeHead(answer.status, head(answer, {}));
    const go = () => {
      for (;;) {
        if (response.destroyed) return;
        const next = pieces.next();
        if (next.done) return void response.end();
        if (!response.write(next.value)) return void response.once("drain", go);
      }
    };
    go();
  };
  const throttled = (response: ServerResponse, answer: Answered, retryAfter: string | undefined) =>
    whole(
      response,
      { ...answer, status: 429, contentType: "text/plain", body: "Too many requests" },
      retryAfter === undefined ? {} : { "retry-after": retryAfter },
    );

  function strike(fault: TransportFault, chance: Random, response: ServerResponse, answer: Answered): unknown {
    const half = () => Buffer.from(answer.body).subarray(0, Math.max(1, Math.floor(answer.body.length * (0.1 + chance.next() * 0.8))));
    switch (fault) {
      case "throttled-seconds":
        return throttled(response, answer, String(chance.whole(1, 120)));
      case "throttled-date":
        return throttled(response, answer, new Date(clock.now().getTime() + chance.whole(1, 120) * 1000).toUTCString());
      case "throttled-unsaid":
        return throttled(response, answer, undefined);
      case "throttled-absurd":
        return throttled(response, answer, chance.pick(["1000000000", "-5", "soon", "Fri, 31 Dec 9999 23:59:59 GMT", "1e9", ""]));
      case "server-error":
        return whole(response, { status: chance.pick([500, 502, 503, 504]), contentType: "text/plain", body: "fault" });
      case "unauthorised":
        return whole(response, { ...answer, status: 401, body: '{"error":"invalid_token"}' });
      case "forbidden":
        return whole(response, { ...answer, status: 403, body: '{"error":"forbidden"}' });
      case "redirect-elsewhere":
        return whole(
          response,
          { ...answer, status: chance.pick([301, 302, 303, 307, 308]), body: "" },
          { location: current?.plan.to ?? chance.pick(elsewhere) },
        );
      case "silence":
        return void held.add(response);
      case "drip": {
        response.writeHead(answer.status, head(answer, { "content-length": String(10 * mebibyte) }));
        const bytes = Buffer.from(answer.body);
        let at = 0;
        const timer = setInterval(() => response.write(bytes.subarray(at % bytes.length, (at++ % bytes.length) + 1)), dripMs);
        timers.add(timer);
        return void response.once("close", () => clearInterval(timer));
      }
      case "reset":
        response.writeHead(answer.status, head(answer, { "content-length": String(Buffer.byteLength(answer.body)) }));
        return void response.write(half(), () => response.socket?.resetAndDestroy());
      case "wrong-length": {
        // Too little comes, and the connection ends in good order.
        const announced = Buffer.byteLength(answer.body) + chance.whole(1, 5_000);
        response.writeHead(answer.status, head(answer, { "content-length": String(announced), connection: "close" }));
        return void response.write(Buffer.from(answer.body), () => response.socket?.end());
      }
      case "endless-chunks":
        response.writeHead(answer.status, head(answer, {}));
        response.write(half());
        // The last chunk never comes.
        return void held.add(response);
      case "huge-body":
        return stream(response, answer, hugeText());
      case "bomb":
        return stream(response, { ...answer, headers: { ...answer.headers, "content-encoding": "gzip" } }, bomb());
      default: {
        const first = current?.first ?? answer.body.toString();
        if (current) current.first = first;
        return whole(response, spoiltContent(fault, { ...answer, body: answer.body.toString() }, chance, first, current?.plan.to));
      }
    }
  }

  return {
    struck: () => struck,
    plan(plan) {
      release();
      current = plan && { plan, chance: random(`fault ${plan.seed}`), met: 0, hit: 0, first: undefined };
    },
    due(request) {
      if (!current) return undefined;
      const { plan, chance } = current;
      if (plan.target !== undefined && !request.includes(plan.target)) return undefined;
      const { after = 0, times = Number.POSITIVE_INFINITY, likelihood = 1 } = plan.schedule ?? {};
      current.met += 1;
      if (current.met <= after || current.hit >= times || !chance.chance(likelihood)) return undefined;
      current.hit += 1;
      struck += 1;
      return (response, answer) => strike(plan.fault, chance, response, answer);
    },
    close: release,
  };
}

function* hugeText(): Generator<Buffer> {
  yield Buffer.from('{"data":"');
  const piece = Buffer.alloc(chunkBytes, "a");
  for (let sent = 0; sent < hugeBytes; sent += chunkBytes) yield piece;
  yield Buffer.from('"}');
}

/** Half a gigabyte in half a megabyte: members of one gzip stream follow each other. */
function* bomb(): Generator<Buffer> {
  yield gzipSync('{"data":"');
  const member = gzipSync(Buffer.alloc(mebibyte, "a"));
  for (let sent = 0; sent < hugeBytes; sent += mebibyte) yield member;
  yield gzipSync('"}');
}
