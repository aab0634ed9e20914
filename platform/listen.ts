import type { Server as HttpServer } from "node:http";
import type { Server } from "node:net";

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
