import { isDay } from "../../platform/clock";
import { HubError } from "../../platform/errors";
import { mayOperate } from "../compose/acting";
import { configurationOf } from "../compose/configuration";
import { type Foundation, openFoundation } from "../compose/foundation";
import { readEnvironment } from "../environment";
import { type Output, UsageError } from "../output";

interface ConnectionOptions {
  readonly config?: string;
  readonly today?: string;
  readonly reason: string;
}

async function withConnection(
  options: ConnectionOptions,
  verb: "pause" | "resume",
  id: string,
  act: (foundation: Foundation, by: string) => Promise<void>,
): Promise<undefined> {
  if (options.reason.trim().length < 5) throw new UsageError("--reason should say in a few words why.");
  const { config, environment } = configurationOf(readEnvironment(options), options.config);
  if (!config.connections.some((connection) => connection.id === id))
    throw new UsageError(`There is no connection ${id}. There are: ${config.connections.map((connection) => connection.id).join(", ")}.`);
  const foundation = await openFoundation(environment, config);
  try {
    const said = { act: "pause-connections", operation: `connections ${verb} ${id}`, kind: "connection", why: options.reason } as const;
    await act(foundation, await mayOperate(foundation, said));
  } finally {
    await foundation.close();
  }
  return undefined;
}

/** Nothing is read from it, and nothing that it pushes is taken, until it is resumed; what was committed stays. */
export function connectionsPause(output: Output, options: ConnectionOptions & { readonly until?: string }, id: string): Promise<undefined> {
  const { until } = options;
  if (until !== undefined && !isDay(until)) throw new UsageError(`--until ${until} is not a day: write YYYY-MM-DD, a day that exists.`);
  return withConnection(options, "pause", id, async ({ store }, by) => {
    await store.connections.pause(id, {
      by,
      reason: options.reason,
      ...(until === undefined ? {} : { until: new Date(`${until}T00:00:00Z`) }),
    });
    output.answer({ connection: id, paused: true, until: until ?? null }, () =>
      [
        `${id} is paused${until === undefined ? "" : ` until ${until}`}. A run that was under way ends at its page; what it stored stays.`,
        `    Next: npx lanyard connections resume ${id} --reason <text>`,
      ].join("\n"),
    );
  });
}

/** Due at once, with a clean slate: also what was set apart because its runs had died. */
export function connectionsResume(output: Output, options: ConnectionOptions, id: string): Promise<undefined> {
  return withConnection(options, "resume", id, async ({ store }) => {
    const resumed = await store.connections.resume(id);
    if (resumed === "not paused") throw new HubError({ code: "CONNECTION_NOT_PAUSED", class: "settings", detail: { connection: id } });
    if (resumed !== "resumed")
      throw new HubError({
        code: "CONNECTION_PAUSED_BY_CONFIGURATION",
        class: "settings",
        detail: { connection: id, why: resumed.configuration },
      });
    output.answer(
      { connection: id, paused: false },
      () => `${id} runs again: a worker takes it within a minute, or now: npx lanyard sync ${id}`,
    );
  });
}
