import { existsSync } from "node:fs";
import path from "node:path";
import { type Clock, systemClock } from "./clock";
import { ensureDatabase } from "./database";
import type { Log } from "./log";
import { findBinaries } from "./postgres/binaries";
import { ensureData, passwordOf, preparePlace } from "./postgres/folder";
import { type Found, guardServer } from "./postgres/guard";
import { usersOf, withStartLock } from "./postgres/lock";
import { findRunning, type Home, startServer, stopServer, unavailable, urlOf } from "./postgres/server";

export interface EmbeddedPostgres {
  /** Address of the hub's database, with the password: never logged. */
  readonly url: string;
  /** Where the records live; may be the fallback (then a note says so). */
  readonly folder: string;
  readonly pid: number;
  /** "adopted": a server of this folder was running already, for example after a kill -9 of its starter. */
  readonly how: "initialised" | "started" | "adopted";
  /** Lines for the user. */
  readonly notes: readonly string[];
  /** Stops the server, unless another living process of the hub still uses it: that one then stops it. */
  stop(): Promise<void>;
}

export interface PostgresSettings {
  /** LANYARD_DATA. */
  folder: string;
  projectRoot: string;
  log?: { info(fields: { code: string; pid?: number; durationMs?: number; at?: string }, message: string): void };
  /** Watched: a server that dies under us is started again, and this log is told. One that somebody has stopped stays stopped. */
  revives?: Pick<Log, "warn" | "error">;
  clock?: Clock;
  /** Where records go when root starts it and the server's account cannot reach `folder`. */
  fallbackFolder?: string;
  /** Settings of the server beyond ours; tests turn fsync off. */
  server?: Readonly<Record<string, string>>;
}

/** Longer than the slowest start, so that the second of two waits for the first. */
const lockWaitMs = 150_000;

/**
 * Starts, or adopts, the PostgreSQL of a data folder. It outlives a kill -9 of ours by design: the next start adopts it and
 * nothing that was acknowledged is lost.
 */
export async function startPostgres(settings: PostgresSettings): Promise<EmbeddedPostgres> {
  const begun = performance.now();
  const place = preparePlace(settings.folder, settings.projectRoot, settings.fallbackFolder);
  const binaries = findBinaries(settings.projectRoot, place.account);
  const users = usersOf(place.home);

  return withStartLock(place.home, lockWaitMs, async () => {
    const home: Home = {
      data: path.join(place.home, "data"),
      log: path.join(place.home, "server.log"),
      native: binaries.native,
      account: place.account,
      password: passwordOf(place),
    };
    const running = await findRunning(home);
    const isNew = running ? false : ensureData(place, binaries, settings.server?.fsync !== "off");
    let server = running ?? (await startServer(home, settings.server ?? {}));
    const how = running ? "adopted" : isNew ? "initialised" : "started";
    const user = users.enter();
    try {
      await ensureDatabase(urlOf(home, server.port), "lanyard");
    } catch (error) {
      if (users.leave(user)) await stopServer(server.pid);
      throw error;
    }
    settings.log?.info(
      {
        code: how,
        pid: server.pid,
        durationMs: Math.round(performance.now() - begun),
        at: (settings.clock ?? systemClock).now().toISOString(),
      },
      "embedded PostgreSQL is ready",
    );
    const revive = () =>
      withStartLock(place.home, lockWaitMs, async () => {
        const found = await findRunning(home);
        // A server that ends in good order takes its pid file with it; one that is killed leaves it.
        if (!found && !existsSync(path.join(home.data, "postmaster.pid"))) return "stopped" as const;
        if (found && found.port !== server.port)
          throw unavailable(
            `it runs again at port ${found.port}, and this process knows port ${server.port}: start the hub again`,
            "internal",
          );
        server = found ?? (await startServer(home, settings.server ?? {}, server.port));
        return found ? ("adopted" as const) : ("revived" as const);
      });
    const guard = settings.revives && watch(settings.revives, { pid: () => server.pid, revive });
    let stopping: Promise<void> | undefined;
    return {
      url: urlOf(home, server.port, "lanyard"),
      folder: place.folder,
      get pid() {
        return server.pid;
      },
      how,
      notes: place.notes,
      stop() {
        stopping ??= (async () => {
          await guard?.end();
          await withStartLock(place.home, lockWaitMs, async () => {
            if (users.leave(user)) await stopServer(server.pid);
          });
        })();
        return stopping;
      },
    };
  });
}

const words = {
  revived: "embedded PostgreSQL is back: it had died, and was started again",
  adopted: "embedded PostgreSQL is back: somebody has started it again",
  stopped: "embedded PostgreSQL was stopped by somebody: the hub waits until it is started again",
};

function watch(log: Pick<Log, "warn" | "error">, server: { pid(): number; revive(): Promise<Found> }) {
  return guardServer({
    ...server,
    onGone: () => log.warn({ code: "gone", pid: server.pid() }, "embedded PostgreSQL has gone"),
    onFound: (what, durationMs) => log.warn({ code: what, pid: server.pid(), durationMs }, words[what]),
    onFailed: (error) => log.error({ code: "not-back" }, "embedded PostgreSQL could not be started again; the next attempt follows", error),
  });
}
