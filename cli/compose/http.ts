import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { applyStrictHeaders } from "../../platform/http";
import { isDoor } from "./doors";
import type { Foundation } from "./foundation";

/** What a worker in this process says of itself (cli/compose/worker.ts). */
export interface Health {
  readonly healthy: boolean;
  readonly why?: string;
  readonly blockedMs: number;
}

export type Route = (request: IncomingMessage, response: ServerResponse) => Promise<boolean>;

/** Headers that take longer are nobody's: a connection that only holds its place is ended. */
const headersWithinMs = 10_000;
/** The whole request; what reads bodies is stricter. */
const requestWithinMs = 60_000;
/** Of one address at a time: far more than any client opens, far fewer than the process can hold. */
const mostConnectionsOfOne = 256;

/** One server: liveness, readiness, then the routes in order; anything else is not found. */
export function createHubServer(
  foundation: Foundation,
  routes: readonly Route[],
  ready: () => boolean,
  worker: () => Health | undefined = () => undefined,
): Server {
  const settings = {
    headersTimeout: headersWithinMs,
    requestTimeout: requestWithinMs,
    connectionsCheckingInterval: 2_000,
    maxHeaderSize: 16_384,
  };
  const server = createServer(settings, (request, response) => {
    applyStrictHeaders(response, foundation.config.mode === "production");
    void answer(request, response).catch((error: unknown) => {
      foundation.log.error({}, "request failed", error);
      if (!response.headersSent) send(response, 500, { error: { code: "INTERNAL" } });
      else response.destroy();
    });
  });
  boundConnections(server);
  return server;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (request.url ?? "/").split("?")[0];
    if ((path === "/livez" || path === "/readyz") && request.method !== "GET" && request.method !== "HEAD")
      return send(response, 405, { error: { code: "BAD_REQUEST" } });
    if (path === "/livez") return send(response, 200, { alive: true });
    if (path === "/readyz") return readiness(response);
    if (isDoor(request.url ?? "/")) for (const route of routes) if (await route(request, response)) return;
    send(response, 404, {
      error: {
        code: "NOT_FOUND",
        say: "There is /console, /graphql, /oauth2/token (POST), /explorer, /intake/{connection}/records (POST), /events (POST), /openapi.json, /livez and /readyz.",
      },
    });
  }

  /** Ready: the graph is composed, the database answers now, and a worker in this process takes the work that waits. */
  async function readiness(response: ServerResponse): Promise<void> {
    const database = await foundation.store.ping().then(
      () => true,
      () => false,
    );
    const working = worker();
    const parts = { graph: ready(), database, ...(working ? { worker: working.healthy } : {}) };
    const all = Object.values(parts).every(Boolean);
    send(response, all ? 200 : 503, { ready: all, parts, ...(working ? { worker: working } : {}) });
  }
}

/** Whoever opens connections without end is cut off at the next, before a byte is read. */
function boundConnections(server: Server): void {
  const open = new Map<string, number>();
  server.on("connection", (socket: Socket) => {
    const address = socket.remoteAddress ?? "?";
    const count = (open.get(address) ?? 0) + 1;
    open.set(address, count);
    socket.once("close", () => {
      const left = (open.get(address) ?? 1) - 1;
      if (left > 0) open.set(address, left);
      else open.delete(address);
    });
    if (count > mostConnectionsOfOne) socket.destroy();
  });
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}
