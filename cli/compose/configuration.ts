import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";
import { type Config, loadConfig } from "../config/load";
import type { Environment } from "../environment";
import { UsageError } from "../output";
import { checkOperator } from "./named-person";

/** Where the demonstration keeps its configuration and the secrets of its vendors' systems. */
export function demonstrationFolder(environment: Environment): string {
  return path.join(environment.dataFolder, "sandbox");
}
export function demonstrationFile(environment: Environment): string {
  return path.join(demonstrationFolder(environment), "lanyard.yaml");
}
export const secretsFile = "environment.json";

/** The configuration a command works on: the given file, or that of the demonstration that has been started here. */
export function configurationOf(environment: Environment, given: string | undefined): { config: Config; environment: Environment } {
  const file = given ? path.resolve(given) : demonstrationFile(environment);
  if (!given && !existsSync(file)) {
    throw new UsageError(
      "Nothing has been started here yet. Run `npm start` for the demonstration, or name your configuration with --config.",
    );
  }
  const withSecrets = { ...environment, values: { ...sandboxSecrets(path.dirname(file)), ...environment.values } };
  const config = loadConfig(file, { today: environment.today, environment: withSecrets.values });
  checkOperator(config);
  return { config, environment: withSecrets };
}

/** Beside a sandbox's configuration stand the synthetic secrets of its systems; nowhere else is such a file read. */
function sandboxSecrets(folder: string): Record<string, string> {
  const file = path.join(folder, secretsFile);
  const manifest = path.join(folder, "lanyard.yaml");
  if (!existsSync(file) || !existsSync(manifest)) return {};
  const mode = (parse(readFileSync(manifest, "utf8")) as { mode?: string } | null)?.mode;
  return mode === "demonstration" ? (JSON.parse(readFileSync(file, "utf8")) as Record<string, string>) : {};
}

/** Connections whose awards are written for ESR and compared, and never leave. */
export function rehearsingConnections(config: Config): readonly string[] {
  return config.connections.filter(({ esr }) => esr?.competenceAwards.mode === "shadow").map(({ id }) => id);
}
