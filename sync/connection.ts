import type { AnyConnector, Delivery } from "../connectors/connector";
import type { MaintenanceWindow } from "../schema/operations/maintenance";
import type { OrganisationSettings } from "../schema/operations/organisation";
import type { AbsenceLimit } from "../store/store";

/** One organisation's (or several organisations') use of one connector, as lanyard.yaml states it, checked. */
export interface Connection {
  /** Never changes; the name may. */
  readonly id: string;
  readonly title: string;
  readonly connector: AnyConnector;
  /** What this connection reads: the connector's deliveries that its settings ask for. */
  readonly delivers: readonly Delivery[];
  readonly organisations: readonly OrganisationSettings[];
  readonly settings: unknown;
  readonly everyMinutes: number;
  /** Target of freshness, in seconds. */
  readonly freshWithinSeconds: number;
  readonly absenceLimit: AbsenceLimit;
  /** When everything is read anew, for a connector that reads increments: minutes of the day in London; undefined: never by itself. */
  readonly fullRead?: { readonly fromMinute: number; readonly toMinute: number };
  /** Days that reduced raw records are kept. */
  readonly rawDays: number;
  /** Hosts beyond those of the settings, for example of a file store that `next` links point to. */
  readonly allowHosts: readonly string[];
  /** How often, and when, the system behind it may be asked. */
  readonly pace?: {
    /** The instance of the vendor's product, whose budget all its connections share; undefined: nobody is asked over HTTP. */
    readonly instance: string | undefined;
    readonly requestsPerSecond: number;
    readonly maintenance: readonly MaintenanceWindow[];
  };
  readonly goLiveOn: string | undefined;
  /** How its awards stand towards ESR; absent when it has none. */
  readonly esr?: { readonly competenceAwards: { readonly mode: "observe" | "shadow" | "on"; readonly fedBy: "hub" | "vendor" } };
  /** Why it may not run, for example an agreement past its review; shown as Paused. */
  readonly pausedBecause?: string;
  /** Digest of connector and settings, kept beside the connection: tells that they have changed, and triggers nothing. */
  readonly fingerprint: string;
}
