import type { Http, Maps, SecretReference } from "../connectors/connector";
import type { Clock } from "../platform/clock";
import type { Store } from "../store/store";
import type { Connection } from "./connection";

/** Ids and counts only. */
export interface EngineLog {
  info(message: string, detail?: Readonly<Record<string, string | number | boolean | undefined>>): void;
  warn(message: string, detail?: Readonly<Record<string, string | number | boolean | undefined>>): void;
}

/** Everything the verbs need from outside, as values: put together in cli/ only. */
export interface Engine {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: EngineLog;
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
  readonly blind: (scheme: string, value: string) => string;
  readonly mapsFor: (connection: Connection) => Maps;
  readonly secret: (reference: SecretReference) => Promise<string>;
  readonly resolvePath: (path: string) => string;
  readonly httpFor: (connection: Connection, signal: AbortSignal) => Http;
  /** Decides about these source persons and binds what is sure. */
  readonly match: (sourcePersonIds: readonly string[]) => Promise<void>;
}
