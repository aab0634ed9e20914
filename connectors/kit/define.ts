import { z } from "zod";
import type { Connector, SecretReference } from "../connector";

/** Gives a connector its types without writing them: settings, raw and checkpoint are inferred from its schemas. */
export function defineConnector<Settings, Raw, Checkpoint>(
  connector: Connector<Settings, Raw, Checkpoint>,
): Connector<Settings, Raw, Checkpoint> {
  return connector;
}

/** A secret by reference: `{ env: NAME }` or `{ file: path }`. A value in its place is refused, whatever it looks like. */
export const secretReference: z.ZodType<SecretReference> = z.union(
  [
    z.strictObject({ env: z.string().regex(/^[A-Z][A-Z0-9_]*$/, "the name of an environment variable") }),
    z.strictObject({ file: z.string().min(1) }),
  ],
  { error: "{ env: NAME_OF_A_VARIABLE } or { file: path }, never the secret itself" },
);
