import "reflect-metadata";
import { openFoundation } from "../../cli/compose/foundation";
import { loadConfig } from "../../cli/config/load";
import { readEnvironment } from "../../cli/environment";
import { fixedClock } from "../../platform/clock";
import { silentLog } from "../../platform/log";
import { runConnection } from "../../sync/run";
import { testEnvironment } from "./hub";

/** A process that runs one connection of a test's hub once: to be killed, frozen, or left to finish. */
async function main(): Promise<void> {
  const [folder, databaseUrl, connectionId] = process.argv.slice(2) as [string, string, string];
  const { values } = readEnvironment();
  const environment = testEnvironment(folder, databaseUrl, fixedClock("2026-11-22T09:00:00Z"), values as Record<string, string>);
  const config = loadConfig(`${folder}/lanyard.yaml`, { today: environment.today, environment: environment.values });
  const foundation = await openFoundation(environment, config, { log: silentLog, http: { requestsPerSecond: 100_000 } });
  const connection = config.connections.find(({ id }) => id === connectionId)!;
  const result = await runConnection(foundation.engine, connection, {
    trigger: "command",
    holder: `process:${process.pid}`,
    signal: new AbortController().signal,
  });
  if (result?.error)
    process.stderr.write(
      `${result.error.code} ${JSON.stringify(result.error.detail)} ${(result.error.cause as Error | undefined)?.stack ?? ""}\n`,
    );
  await foundation.close();
  process.stderr.write(`outcome ${result?.outcome ?? "HELD_BY_ANOTHER"}, at most ${process.resourceUsage().maxRSS} KiB\n`);
}

main().catch((error: Error) => {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
});
