import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { type Sandbox, startSandbox, tidewaterOf } from "../../sandbox/sandbox";
import type { Tidewater } from "../../sandbox/tidewater/tidewater";
import type { Environment } from "../environment";
import type { Output } from "../output";
import { demonstrationFolder, secretsFile } from "./configuration";

export interface DemonstrationSandbox {
  /** The configuration that fits it: lanyard.yaml. */
  readonly configuration: string;
  readonly addresses: Readonly<Record<string, string>>;
  /** The doctor whose record the start ends with: employee number and employer. */
  readonly doctor: Doctor;
  /** Only where this very process keeps it up: its systems can be asked for faults. */
  readonly systems?: Sandbox;
  /** One turn of the simulated ESR now; undefined where another process keeps the sandbox up, and takes turns by itself. */
  readonly stepEsr?: () => void;
  /** The vendor that pushes. */
  readonly tidewater: Tidewater | undefined;
  close(): Promise<void>;
}
export interface Doctor {
  readonly employeeNumber: string;
  readonly organisation: string;
  /** Where the doctor starts next. */
  readonly next: string;
}
/** Seconds after which what lies in a simulated ESR's In/ is answered. */
const esrEverySeconds = 5;

interface Marker {
  readonly pid: number;
  readonly configuration: string;
  readonly addresses: Readonly<Record<string, string>>;
  readonly doctor: Doctor;
}

/** Starts the sandbox of this data folder, or uses the one that another living process keeps up. */
export async function startDemonstrationSandbox(
  environment: Environment,
  options: { folder?: string } = {},
): Promise<DemonstrationSandbox> {
  const folder = path.resolve(options.folder ?? demonstrationFolder(environment));
  const markerFile = path.join(folder, "running.json");
  const living = livingSandbox(markerFile);
  if (living) return { ...living, tidewater: tidewaterOf(folder, environment.clock), close: async () => undefined };
  const sandbox = await startSandbox({ folder, clock: environment.clock, esrEverySeconds });
  writeFileSync(path.join(folder, secretsFile), JSON.stringify(sandbox.environment), { mode: 0o600 });
  const amara = sandbox.population.named("amara-osei").employments.find((employment) => employment.organisation === "ZQA");
  const doctor: Doctor = { employeeNumber: amara?.employeeNumber ?? "", organisation: "ZQA", next: "ZQB" };
  const marker: Marker = { pid: process.pid, configuration: sandbox.configuration, addresses: sandbox.addresses, doctor };
  writeFileSync(markerFile, JSON.stringify(marker));
  return {
    configuration: sandbox.configuration,
    addresses: sandbox.addresses,
    doctor,
    systems: sandbox,
    stepEsr: () => void sandbox.systems.esr.step(environment.clock.now()),
    tidewater: sandbox.systems.tidewater,
    async close() {
      rmSync(markerFile, { force: true });
      await sandbox.close();
    },
  };
}

/** For a command that talks to the demonstration's vendors while no hub is up. */
export async function sandboxIfNeeded(environment: Environment, output: Output): Promise<DemonstrationSandbox> {
  const running = livingSandbox(path.join(demonstrationFolder(environment), "running.json"));
  if (!running) output.note("The sandbox is not up: starting it for this command.");
  return startDemonstrationSandbox(environment);
}

function livingSandbox(markerFile: string): Marker | undefined {
  if (!existsSync(markerFile)) return undefined;
  try {
    const marker = JSON.parse(readFileSync(markerFile, "utf8")) as Marker;
    process.kill(marker.pid, 0);
    return marker.pid === process.pid ? undefined : marker;
  } catch {
    return undefined;
  }
}
