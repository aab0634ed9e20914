import "reflect-metadata";
import { openFoundation } from "../../cli/compose/foundation";
import { loadConfig } from "../../cli/config/load";
import { readEnvironment } from "../../cli/environment";
import { fixedClock } from "../../platform/clock";
import { silentLog } from "../../platform/log";
import { workReplays } from "../../sync/rederive/apply";
import { testEnvironment } from "./hub";

/** A process that works on the replays of a test's hub until none is left: to be killed. */
async function main(): Promise<void> {
  const [folder, databaseUrl] = process.argv.slice(2) as [string, string];
  const { values } = readEnvironment();
  const environment = testEnvironment(folder, databaseUrl, fixedClock("2026-11-22T09:00:00Z"), values as Record<string, string>);
  const config = loadConfig(`${folder}/lanyard.yaml`, { today: environment.today, environment: environment.values });
  const foundation = await openFoundation(environment, config, { log: silentLog });
  while ((await workReplays(foundation.engine, config.connections, `process:${process.pid}`)) > 0) await foundation.engine.sleep(50);
  await foundation.close();
}

main().catch((error: Error) => {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
});
