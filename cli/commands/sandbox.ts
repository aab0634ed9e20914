import { once } from "node:events";
import { startDemonstrationSandbox } from "../compose/sandbox";
import { readEnvironment } from "../environment";
import type { Output } from "../output";

/** The vendors' systems alone: for rehearsing against them, and for the container. Runs until stopped. */
export async function sandboxUp(output: Output, options: { today?: string; folder?: string }): Promise<undefined> {
  const environment = readEnvironment(options);
  const sandbox = await startDemonstrationSandbox(environment, { folder: options.folder });
  output.answer({ ready: true, configuration: sandbox.configuration, addresses: sandbox.addresses }, () =>
    [
      "The sandbox is up: synthetic people, not an NHS service.",
      ...Object.entries(sandbox.addresses).map(([name, address]) => `  ${name.padEnd(20)} ${address}`),
      `Configuration: ${sandbox.configuration}`,
      "Ctrl-C stops it.",
    ].join("\n"),
  );
  await Promise.race([once(process, "SIGINT"), once(process, "SIGTERM")]);
  await sandbox.close();
}
