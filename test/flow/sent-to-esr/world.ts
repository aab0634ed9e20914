/** The whole demonstration with the simulated ESR of every employer, and a hub that has read it once. */
import { readdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { composeOutbound } from "../../../cli/compose/outbound";
import type { Outbound } from "../../../outbound/outbound";
import { type OutboundRun, runOutbound } from "../../../outbound/run";
import { fixedClock } from "../../../platform/clock";
import { type Sandbox, startSandbox } from "../../../sandbox/sandbox";
import { type TestHub, testFolder, testHub } from "../../builders/hub";

export interface EsrWorld {
  readonly clock: ReturnType<typeof fixedClock>;
  readonly sandbox: Sandbox;
  readonly hub: TestHub;
  readonly outbound: Outbound;
  /** What stands in the exchange folder of an employer's ESR. */
  lying(vpd: string, folder: "In" | "In/taken" | "Out" | "Out/read"): string[];
  exchange(vpd: string, folder: string): string;
  run(organisation?: string): Promise<OutboundRun>;
  states(organisation?: string): Promise<Record<string, number>>;
  close(): Promise<void>;
}

/** `change` rewrites lanyard.yaml before the hub reads it. */
export async function esrWorld(change: (yaml: string) => string = (yaml) => yaml): Promise<EsrWorld> {
  const folder = testFolder();
  const clock = fixedClock("2026-11-22T09:00:00Z");
  const sandbox = await startSandbox({ folder, clock, basePort: 0 });
  const hub = await testHub({ folder, clock, yaml: change(readFileSync(sandbox.configuration, "utf8")), values: sandbox.environment });
  for (const id of ["zqa-esr", "zqb-esr", "zqc-esr", "zqa-moodle", "zqb-fernleaf"]) {
    const { error } = await hub.sync(id);
    if (error) throw error;
  }
  const outbound = composeOutbound(hub.foundation);
  const exchange = (vpd: string, name: string) => path.join(folder, "exchange", vpd, name);
  return {
    clock,
    sandbox,
    hub,
    outbound,
    exchange,
    lying: (vpd, name) =>
      readdirSync(exchange(vpd, name), { withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => entry.name)
        .sort(),
    run: async (organisation = "ZQA") => (await runOutbound(outbound, organisation))!,
    async states(organisation = "ZQA") {
      const rows = await hub.rows("select state, count(*)::int as n from ops.esr_delivery where organisation = $1 group by 1 order by 1", [
        organisation,
      ]);
      return Object.fromEntries(rows.map(({ state, n }) => [state, n]));
    },
    async close() {
      await hub.close();
      await sandbox.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
