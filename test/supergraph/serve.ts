import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Handler } from "../../gateway/http";

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly json: any;
}
export interface Served {
  readonly url: string;
  post(path: string, body: unknown, token?: string, headers?: Record<string, string>): Promise<Answer>;
  close(): Promise<void>;
}

/** Handlers over real HTTP on loopback. */
export async function serve(handlers: readonly Handler[]): Promise<Served> {
  const server = createServer(async (request, response) => {
    for (const handle of handlers) if (await handle(request, response)) return;
    response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    async post(path, body, token, headers = {}) {
      const response = await fetch(url + path, {
        method: "POST",
        headers: {
          "content-type": "application/json",
          connection: "close",
          ...(token ? { authorization: `Bearer ${token}` } : {}),
          ...headers,
        },
        body: typeof body === "string" ? body : JSON.stringify(body),
      });
      const text = await response.text();
      return { status: response.status, headers: response.headers, json: text.startsWith("{") ? JSON.parse(text) : text };
    },
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
