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
export async function drainServer(server: HttpServer, withinMs = 10_000): Promise<void> {
  if (!server.listening) return;
  await nobodyAtTheDoor(server);
  await new Promise<void>((resolve) => {
    const force = setTimeout(() => server.closeAllConnections(), withinMs);
    // Only now: whoever is told to close comes back by another connection at once.
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

const quietTurnMs = 1;
const quietWithinMs = 250;

/**
 * A connection that the system has taken and this process has not yet seen would be reset, with the request on it. The loop sees
 * one of them in each turn: when a short turn brought none, none waits.
 */
function nobodyAtTheDoor(server: HttpServer): Promise<void> {
  return new Promise((resolve) => {
    const begun = performance.now();
    let seen = 0;
    const count = () => {
      seen += 1;
    };
    server.on("connection", count);
    const turn = (seenBefore: number, since: number) => {
      const now = performance.now();
      const isQuiet = seen === seenBefore && now - since < quietTurnMs;
      if (!isQuiet && now - begun < quietWithinMs) return void setImmediate(turn, seen, now);
      server.off("connection", count);
      resolve();
    };
    // The first turn may be the rest of the one in which this was called.
    setImmediate(() => setImmediate(turn, seen, performance.now()));
  });
}
