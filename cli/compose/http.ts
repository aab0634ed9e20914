import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Foundation } from "./foundation";

export type Route = (request: IncomingMessage, response: ServerResponse) => Promise<boolean>;

/** One server: liveness, readiness, then the routes in order; anything else is not found. */
export function createHubServer(foundation: Foundation, routes: readonly Route[], ready: () => boolean): Server {
  return createServer((request, response) => {
    void answer(request, response).catch((error: unknown) => {
      foundation.log.error({}, "request failed", error);
      if (!response.headersSent) send(response, 500, { error: { code: "INTERNAL" } });
      else response.destroy();
    });
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (request.url ?? "/").split("?")[0];
    if (path === "/livez") return send(response, 200, { alive: true });
    if (path === "/readyz") return readiness(response);
    for (const route of routes) if (await route(request, response)) return;
    send(response, 404, {
      error: { code: "NOT_FOUND", say: "There is /console, /graphql, /explorer, /intake/{connection}/records (POST), /livez and /readyz." },
    });
  }

  /** Ready: the graph is composed and the database answers now. */
  async function readiness(response: ServerResponse): Promise<void> {
    const database = await foundation.store.ping().then(
      () => true,
      () => false,
    );
    const parts = { graph: ready(), database };
    send(response, parts.graph && database ? 200 : 503, { ready: parts.graph && database, parts });
  }
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json", "cache-control": "no-store" }).end(JSON.stringify(body));
}
