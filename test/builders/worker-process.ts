import "reflect-metadata";
import { openFoundation } from "../../cli/compose/foundation";
import { startWorker } from "../../cli/compose/worker";
import { loadConfig } from "../../cli/config/load";
import { readEnvironment } from "../../cli/environment";
import { systemClock } from "../../platform/clock";
import { createLog } from "../../platform/log";
import { testEnvironment } from "./hub";

/** A worker of a test's hub, as a process of its own: to be killed, frozen, starved, or stopped. Its health is a line a second. */
async function main(): Promise<void> {
  const [folder, databaseUrl, redisUrl, settings] = process.argv.slice(2) as [string, string, string, string];
  const { values } = readEnvironment();
  const environment = testEnvironment(folder, databaseUrl, systemClock, values as Record<string, string>);
  const config = loadConfig(`${folder}/lanyard.yaml`, { today: environment.today, environment: environment.values });
  const log = createLog({ level: "warn", destination: { write: (line: string) => void process.stderr.write(line) } });
  const foundation = await openFoundation(environment, config, { log, http: { requestsPerSecond: 100_000 } });
  const worker = await startWorker(foundation, {
    redisUrl: redisUrl || undefined,
    ...JSON.parse(settings),
    onBeyondRepair: () => process.exit(3),
  });
  process.stdout.write("worker up\n");
  const telling = setInterval(() => process.stdout.write(`health ${JSON.stringify(worker.health())}\n`), 500);
  // So that a test can block the event loop for real.
  process.on("SIGUSR2", () => {
    const until = performance.now() + 4_000;
    while (performance.now() < until);
  });
  let stopping = false;
  process.on("SIGTERM", () => {
    if (stopping) process.exit(1);
    stopping = true;
    clearInterval(telling);
    void worker
      .close()
      .then(() => foundation.close())
      .then(() => {
        process.stdout.write("worker stopped\n", () => process.exit(0));
      });
  });
}

main().catch((error: Error) => {
  process.stderr.write(`${error.stack}\n`);
  process.exitCode = 1;
});
