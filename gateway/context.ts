import type { Principal } from "../access/principal";
import type { Trail } from "../subgraphs/kit/context";

/** What the gateway knows of a request. Subgraphs in the same process get the very same value. */
export interface GatewayContext {
  readonly requestId: string;
  readonly caller: Principal;
  readonly trail: Trail;
}

/** The part of the log that the gateway writes to; never a value of a person. */
export interface GatewayLog {
  error(fields: { readonly [name: string]: string | number | boolean | undefined }, message: string, error?: unknown): void;
}
