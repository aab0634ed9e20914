/** A durable PostgreSQL of the test's own with a hub on it, whose vendor pushes while the server is struck. */
import { createDatabase } from "../../../platform/database";
import type { Arena } from "../fault";
import { type PostgresOptions, type PostgresServer, startPostgresServer } from "./postgres";
import { type Batch, batchOf, item, type PushWorld, pushWorld, type Told, whole } from "./push-world";

export interface OwnServer {
  readonly server: PostgresServer;
  readonly world: PushWorld;
  readonly databaseUrl: string;
}

export async function ownServer(
  arena: Arena,
  options: Partial<PostgresOptions> & { readonly through?: (url: string) => Promise<string> | string } = {},
): Promise<OwnServer> {
  const server = await startPostgresServer({ folder: arena.folder, ...options });
  arena.after(() => server.stop("immediate"));
  const direct = await createDatabase(server.url(), "hub");
  const databaseUrl = (await options.through?.(direct)) ?? direct;
  return { server, databaseUrl, world: await pushWorld(arena, { databaseUrl }) };
}

export const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** A vendor that sends without end, several batches at a time, each until it is answered for good. */
export interface Sending {
  /** Answers of the door so far, by status; 0: none came. */
  readonly answers: ReadonlyMap<number, number>;
  /** Lets what is on its way end; answers with the number of batches taken. */
  end(): Promise<number>;
}

export function sending(arena: Arena, { vendor, intake }: PushWorld, atOnce = 3): Sending {
  const answers = new Map<number, number>();
  let stopped = false;
  let count = 0;
  let taken = 0;
  const next = (): Batch => batchOf(Array.from({ length: whole(arena, 1, 12) }, () => item(`TW-${count++}`)));
  const note = async (told: Told | undefined) => {
    const status = told?.status ?? 0;
    answers.set(status, (answers.get(status) ?? 0) + 1);
    await pause(60);
  };
  const lines = Array.from({ length: atOnce }, async () => {
    while (!stopped) {
      await vendor.deliver(intake.origin, next(), note, 1_000);
      taken += 1;
      answers.set(200, (answers.get(200) ?? 0) + 1);
    }
  });
  return {
    answers,
    async end() {
      stopped = true;
      await Promise.all(lines);
      return taken;
    },
  };
}

/** Since `begun`, until a fresh batch is taken again. */
export async function takenAgain({ vendor, intake }: PushWorld, begun: number): Promise<number> {
  await vendor.deliver(intake.origin, batchOf([item(`TW-again-${begun}`)]), () => pause(30), 1_000);
  return Math.round(performance.now() - begun);
}
