/**
 * What every simulated vendor over HTTP has in common: a real `node:http` server on loopback, a clock of its own in the
 * Date header, and faults on request. A vendor's own manners (paths, words, errors) stand in its folder.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Clock } from "../../platform/clock";
import { type FaultPlan, openFaultDesk } from "./fault-plan";

/**
 * html: a maintenance page with status 200; 500: the vendor's own fault; 401: every token is rejected; slow: the answer is
 * held until the fault ends (nothing sleeps); truncated: the connection breaks in the middle of the body.
 */
export type VendorFault = "html" | "500" | "401" | "slow" | "truncated";

export interface VendorControl {
  /** From now on every answer (but the token's) is this fault; undefined ends it. With `times`, it ends by itself. */
  fail(kind: VendorFault | undefined, times?: number): void;
  /** A seeded fault of its answers, beside `fail`; undefined takes it back. */
  plan(plan: FaultPlan | undefined): void;
  /** Answers that a plan has spoilt so far. */
  struck(): number;
  /** Method and path of every request so far, oldest first; never a header or a body. */
  readonly requests: readonly string[];
}

export interface VendorRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingMessage["headers"];
  body(): Promise<string>;
}

export interface VendorAnswer {
  readonly status: number;
  readonly body?: unknown;
  readonly contentType?: string;
  /** Beside the usual ones. */
  readonly headers?: Readonly<Record<string, string>>;
}

export interface VendorServer {
  readonly origin: string;
  readonly control: VendorControl;
  close(): Promise<void>;
}

const bodyLimitBytes = 1024 * 1024;

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > bodyLimitBytes) break;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

const textOf = ({ body }: VendorAnswer): string => (typeof body === "string" ? body : body === undefined ? "" : JSON.stringify(body));

/** Starts a vendor. `answer` gives the vendor's reply; `unfailing` names paths that faults leave alone (the token). */
export async function startVendorServer(input: {
  port?: number;
  clock: Clock;
  contentType: string;
  unauthorised: VendorAnswer;
  unfailing(url: URL): boolean;
  answer(request: VendorRequest, origin: string): Promise<VendorAnswer>;
}): Promise<VendorServer> {
  const requests: string[] = [];
  const held = new Set<() => void>();
  let fault: VendorFault | undefined;
  let remaining = Number.POSITIVE_INFINITY;
  let origin = "";

  const release = () => {
    for (const go of [...held]) go();
    held.clear();
  };
  const desk = openFaultDesk(input.clock);
  const control: VendorControl = {
    requests,
    plan: desk.plan,
    struck: desk.struck,
    fail(kind, times) {
      fault = kind;
      remaining = times ?? Number.POSITIVE_INFINITY;
      if (kind !== "slow") release();
    },
  };
  const takeFault = (): VendorFault | undefined => {
    if (!fault) return undefined;
    const now = fault;
    remaining -= 1;
    if (remaining <= 0) fault = undefined;
    return now;
  };

  const send = (response: ServerResponse, answer: VendorAnswer, truncated: boolean) => {
    const bytes = Buffer.from(textOf(answer), "utf8");
    response.writeHead(answer.status, {
      "Content-Type": answer.contentType ?? input.contentType,
      "Content-Length": String(bytes.length),
      "Cache-Control": "no-store",
      Date: input.clock.now().toUTCString(),
      ...answer.headers,
    });
    if (!truncated) return void response.end(bytes);
    // The announced length never comes: the socket breaks half way.
    response.write(bytes.subarray(0, Math.floor(bytes.length / 2)), () => response.socket?.destroy());
  };

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    // Links lead to where the vendor was asked: there may be a hop in between.
    const asked = `http://${request.headers.host ?? new URL(origin).host}`;
    const url = new URL(request.url ?? "/", asked);
    requests.push(`${request.method} ${url.pathname}${url.search}`);
    const now = input.unfailing(url) ? undefined : takeFault();
    if (now === "slow") await new Promise<void>((resolve) => held.add(resolve));
    if (now === "html") {
      return send(response, { status: 200, contentType: "text/html", body: "<html><body>Down for maintenance</body></html>" }, false);
    }
    if (now === "500") return send(response, { status: 500, contentType: "text/plain", body: "fault" }, false);
    if (now === "401") return send(response, input.unauthorised, false);
    const answer = await input.answer(
      { method: request.method ?? "GET", url, headers: request.headers, body: () => readBody(request) },
      asked,
    );
    const strike = input.unfailing(url) ? undefined : desk.due(`${request.method} ${url.pathname}${url.search}`);
    if (!strike) return send(response, answer, now === "truncated");
    const { status, headers, contentType = input.contentType } = answer;
    strike(response, { status, headers, contentType, body: textOf(answer), url: url.toString() });
  };

  const server: Server = createServer((request, response) => {
    handle(request, response).catch(() => {
      if (!response.headersSent) send(response, { status: 500, contentType: "text/plain", body: "fault" }, false);
      else response.destroy();
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(input.port ?? 0, "127.0.0.1", resolve);
  });
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    origin,
    control,
    async close() {
      release();
      desk.close();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

/** Bearer tokens that really expire, on the vendor's clock. */
export function tokenDesk(
  clock: Clock,
  lifetimeSeconds: number,
): {
  issue(): { access_token: string; token_type: "Bearer"; expires_in: number };
  accepts(authorization: string | undefined): boolean;
  revokeAll(): void;
} {
  const expiries = new Map<string, number>();
  let count = 0;
  return {
    issue() {
      count += 1;
      const token = `sandbox-${count}-${clock.now().getTime().toString(36)}`;
      expiries.set(token, clock.now().getTime() + lifetimeSeconds * 1000);
      return { access_token: token, token_type: "Bearer", expires_in: lifetimeSeconds };
    },
    accepts(authorization) {
      const token = /^Bearer (.+)$/i.exec(authorization ?? "")?.[1];
      const until = token === undefined ? undefined : expiries.get(token);
      return until !== undefined && until > clock.now().getTime();
    },
    revokeAll: () => expiries.clear(),
  };
}
