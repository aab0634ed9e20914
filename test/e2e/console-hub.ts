/** The whole demonstration in this process, read once, with its console on a port of its own. */
import { readFileSync, rmSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { composeConsole } from "../../cli/compose/console";
import { composeGraph } from "../../cli/compose/graph";
import { createHubServer } from "../../cli/compose/http";
import { composeOutbound } from "../../cli/compose/outbound";
import { runOutbound } from "../../outbound/run";
import { fixedClock } from "../../platform/clock";
import { closeServer, listen } from "../../platform/listen";
import { type Sandbox, startSandbox } from "../../sandbox/sandbox";
import { type TestHub, testFolder, testHub } from "../builders/hub";

export interface ConsoleHub {
  readonly url: string;
  readonly hub: TestHub;
  readonly sandbox: Sandbox;
  close(): Promise<void>;
}

export async function startConsoleHub(): Promise<ConsoleHub> {
  const folder = testFolder();
  const clock = fixedClock("2026-11-22T09:00:00Z");
  const sandbox = await startSandbox({ folder, clock, basePort: 0 });
  // Fernleaf rehearses towards ESR: the pages show a rehearsed file beside those that have left.
  const yaml = readFileSync(sandbox.configuration, "utf8").replace(
    'mode: on, approvedBy: "Chief People Officer',
    'mode: shadow, approvedBy: "Chief People Officer',
  );
  const hub = await testHub({ folder, clock, yaml, values: sandbox.environment });
  const order = [...hub.config.connections].sort((a, b) => Number(b.connector.name === "esr") - Number(a.connector.name === "esr"));
  for (const { id, connector } of order) if (connector.poll) await hub.sync(id);
  const outbound = composeOutbound(hub.foundation);
  for (const organisation of ["ZQA", "ZQB"]) await runOutbound(outbound, organisation);
  sandbox.systems.esr.step(clock.now());
  await runOutbound(outbound, "ZQA");
  const graph = await composeGraph(hub.foundation, "all");
  const server = createHubServer(hub.foundation, [...graph.routes, await composeConsole(hub.foundation, graph)], () => true);
  await listen(server, "127.0.0.1", 0);
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    hub,
    sandbox,
    async close() {
      await closeServer(server);
      await graph.close();
      await hub.close();
      await sandbox.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
