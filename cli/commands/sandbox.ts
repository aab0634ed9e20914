import { randomInt } from "node:crypto";
import { once } from "node:events";
import { startDemonstrationSandbox } from "../compose/sandbox";
import { strikeSystems, systemFaults } from "../compose/sandbox-faults";
import { readEnvironment } from "../environment";
import { type Output, UsageError } from "../output";

export interface SandboxUpOptions {
  readonly today?: string;
  readonly folder?: string;
  /** As `system=fault`. */
  readonly fault?: readonly string[];
  readonly seed?: string;
}

/** The vendors' systems alone: for rehearsing against them, and for the container. Runs until stopped. */
export async function sandboxUp(output: Output, options: SandboxUpOptions): Promise<undefined> {
  // Said in the answer, so that the same misbehaviour can be had again.
  const seed = options.seed === undefined ? randomInt(1, 1_000_000) : Number(options.seed);
  if (!Number.isSafeInteger(seed) || seed < 1) throw new UsageError(`--seed ${options.seed} is not a number from 1 on.`);
  const faults = systemFaults(options.fault ?? [], seed);
  const environment = readEnvironment(options);
  const sandbox = await startDemonstrationSandbox(environment, { folder: options.folder });
  strikeSystems(sandbox.systems, faults);
  const struck = faults.map(({ system, plan }) => ({ system, ...plan }));
  const misbehaving = struck.length > 0 ? { faults: struck } : {};
  output.answer({ ready: true, configuration: sandbox.configuration, addresses: sandbox.addresses, ...misbehaving }, () =>
    [
      "The sandbox is up: synthetic people, not an NHS service.",
      ...Object.entries(sandbox.addresses).map(([name, address]) => `  ${name.padEnd(20)} ${address}`),
      `Configuration: ${sandbox.configuration}`,
      ...struck.map(({ system, fault }) => `Misbehaving: ${system} (${fault}), seed ${seed}.`),
      "Ctrl-C stops it.",
    ].join("\n"),
  );
  await Promise.race([once(process, "SIGINT"), once(process, "SIGTERM")]);
  await sandbox.close();
}
