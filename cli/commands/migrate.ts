import { configurationOf } from "../compose/configuration";
import { openFoundation } from "../compose/foundation";
import { readEnvironment } from "../environment";
import type { Output } from "../output";

/** Applies what is missing; a second run applies nothing. */
export async function migrate(output: Output, options: { config?: string; today?: string }): Promise<undefined> {
  const read = readEnvironment(options);
  const { config, environment } = configurationOf(read, options.config);
  const foundation = await openFoundation(environment, config);
  try {
    output.answer({ applied: foundation.migrated }, () =>
      foundation.migrated.length === 0 ? "The database is up to date." : `Applied: ${foundation.migrated.join(", ")}`,
    );
  } finally {
    await foundation.close();
  }
}
