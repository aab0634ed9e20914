import type { Delivery, Http, Maps, SecretReference } from "../connectors/connector";
import type { Clock } from "../platform/clock";
import type { Log } from "../platform/log";
import type { CodeMapStatement, CourseMapStatement } from "../store/replays";
import type { Store } from "../store/store";
import type { Connection } from "./connection";

/** Maps as they would be, or were: with rows that are not in force, and without some that are. */
export interface MapsAs {
  readonly organisation: string;
  readonly adding: readonly CourseMapStatement[];
  readonly addingCodes?: readonly CodeMapStatement[];
  /** Ids of stated rows. */
  readonly without: readonly string[];
}

/** Everything the verbs need from outside, as values: put together in cli/ only. */
export interface Engine {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
  readonly blind: (scheme: string, value: string) => string;
  /** As they are now, of the connection's own organisations: what another trust says changes no derivation here. */
  readonly mapsFor: (connection: Connection, as?: MapsAs) => Promise<Maps>;
  /** As the connection's own principal, for one organisation. Asked once for a run or a batch. */
  readonly may: {
    write(connection: Connection, delivery: Delivery, organisation: string): boolean;
    readReceipts(connection: Connection, pushedBy: string, organisation: string): boolean;
  };
  readonly secret: (reference: SecretReference) => Promise<string>;
  readonly resolvePath: (path: string) => string;
  readonly httpFor: (connection: Connection, signal: AbortSignal) => Http;
  /** Decides about these source persons and binds what is sure. */
  readonly match: (sourcePersonIds: readonly string[]) => Promise<void>;
}
