import type { Server as HttpServer } from "node:http";
import { Server } from "node:net";

/** How many ports beyond the wanted one are tried. */
const tries = 20;

/** A taken port moves on to the next free one; the caller says so. Port 0 takes any. */
export async function listen(server: Server, host: string, port: number): Promise<{ port: number; moved: boolean }> {
  for (let offset = 0; ; offset += 1) {
    const candidate = port === 0 ? 0 : port + offset;
    try {
      await listenOnce(server, host, candidate);
      const address = server.address();
      const bound = typeof address === "object" && address ? address.port : candidate;
      return { port: bound, moved: port !== 0 && bound !== port };
    } catch (error) {
      const taken = (error as NodeJS.ErrnoException).code === "EADDRINUSE";
      if (!taken || offset >= tries || candidate >= 65_535) throw error;
    }
  }
}

function listenOnce(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const failed = (error: Error) => {
      server.off("listening", ready);
      reject(error);
    };
    const ready = () => {
      server.off("error", failed);
      resolve();
    };
    server.once("error", failed);
    server.once("listening", ready);
    server.listen(port, host);
  });
}

/** Lets running requests finish, at most so long; idle keep-alive connections would else hold the process for ever. */
export function closeServer(server: Server, withinMs = 5_000): Promise<void> {
  const http = server as Partial<Pick<HttpServer, "closeIdleConnections" | "closeAllConnections">>;
  return new Promise((resolve, reject) => {
    if (!server.listening) return resolve();
    const force = setTimeout(() => http.closeAllConnections?.(), withinMs);
    server.close((error) => {
      clearTimeout(force);
      if (error && (error as NodeJS.ErrnoException).code !== "ERR_SERVER_NOT_RUNNING") reject(error);
      else resolve();
    });
    http.closeIdleConnections?.();
  });
}

/**
 * Takes no new connection, answers what comes on those that are open, and lets each of them end by itself: told to close with
 * its next answer, or idle for as long as it was promised (keepAliveTimeout). An idle connection that is cut may be the one on
 * which a client has just sent its request, and that request would be lost.
 */
export function drainServer(server: HttpServer, withinMs = 10_000): Promise<void> {
  return new Promise((resolve) => {
    if (!server.listening) return resolve();
    const force = setTimeout(() => server.closeAllConnections(), withinMs);
    server.prependListener("request", (_, response) => {
      response.shouldKeepAlive = false;
    });
    // The http server's own close() cuts idle connections first.
    Server.prototype.close.call(server, () => {
      clearTimeout(force);
      resolve();
    });
  });
}
