/** A process of a test's hub that does one kind of work, and may be killed at a crash point. Arguments: what, folder, database, its own. */
import "reflect-metadata";
import type { AddressInfo } from "node:net";
import { type Foundation, openFoundation } from "../../cli/compose/foundation";
import { createHubServer } from "../../cli/compose/http";
import { composeIntake } from "../../cli/compose/intake";
import { composeOutbound } from "../../cli/compose/outbound";
import { loadConfig } from "../../cli/config/load";
import { readEnvironment } from "../../cli/environment";
import { runOutbound } from "../../outbound/run";
import { fixedClock } from "../../platform/clock";
import { isHubError } from "../../platform/errors";
import { silentLog } from "../../platform/log";
import { rawReader } from "../../sync/erased";
import { fetchEvents } from "../../sync/events";
import { startReplay, workReplays } from "../../sync/rederive/apply";
import { testEnvironment } from "../builders/hub";

const holder = `process:${process.pid}`;

const works: Readonly<Record<string, (foundation: Foundation, given: readonly string[]) => Promise<unknown>>> = {
  /** Vendors' doors, until it is ended. */
  async intake(foundation, [port]) {
    const server = createHubServer(foundation, [composeIntake(foundation)], () => true);
    await new Promise<void>((resolve) => server.listen(Number(port), "127.0.0.1", resolve));
    process.stdout.write(`listening ${(server.address() as AddressInfo).port}\n`);
    await new Promise<void>((resolve) => process.once("SIGTERM", resolve));
    server.closeAllConnections();
    server.close();
  },
  async events({ engine, store, config }) {
    const connections = new Map(config.connections.map((connection) => [connection.id, connection]));
    const signal = new AbortController().signal;
    for (let left = 1; left > 0; ) {
      const done = await fetchEvents(engine, store.vendorEvents, connections, { holder, signal });
      left = done.fetched + done.unknown;
    }
  },
  async replay({ engine, config }, [id]) {
    await startReplay(engine, config.connections, id!, { by: "test", approvedBy: "test", reason: "a test", holder });
    while ((await workReplays(engine, config.connections, holder)) > 0) await engine.sleep(20);
  },
  async release({ store }, [id]) {
    await store.held.decide(id!, { decision: "WITHDRAW", by: "test", reason: "a test" }).catch((error: unknown) => {
      // Decided by the process before this one.
      if (!isHubError(error) || error.code !== "HELD_OVER") throw error;
    });
  },
  async rotate({ store, environment }, [connectionId]) {
    const now = environment.clock.now();
    const endsAt = new Date(now.getTime() + 3_600_000);
    const { secret } = await store.intake.rotateKeys({ connectionId: connectionId!, organisation: "ZQA", by: "test", endsAt, now });
    process.stdout.write(`secret ${secret}\n`);
  },
  async erase({ store, engine, config, environment }, [subject, approvalId]) {
    const erasure = { subject: subject!, organisation: "ZQA", instruction: "IG-1", approvalId: approvalId!, by: "ann" };
    await store.erasures.erase(erasure, rawReader(engine, config.connections), () => environment.clock.now());
  },
  async retain({ store }, [now]) {
    await store.retention.run(new Date(now!));
  },
  async outbound(foundation) {
    await runOutbound(composeOutbound(foundation), "ZQA");
  },
};

async function main(): Promise<void> {
  const [what, folder, databaseUrl, ...given] = process.argv.slice(2) as [string, string, string, ...string[]];
  const { values } = readEnvironment();
  const environment = testEnvironment(folder, databaseUrl, fixedClock("2026-11-22T09:00:00Z"), values as Record<string, string>);
  const config = loadConfig(`${folder}/lanyard.yaml`, { today: environment.today, environment: environment.values });
  const foundation = await openFoundation(environment, config, { log: silentLog, http: { requestsPerSecond: 100_000 } });
  await works[what]!(foundation, given);
  await foundation.close();
}

main().catch((error: Error) => {
  process.stderr.write(`${error.stack}\n`);
  process.exitCode = 1;
});
