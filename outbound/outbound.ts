import type { Clock } from "../platform/clock";
import type { Log } from "../platform/log";
import type { OrganisationSettings } from "../schema/operations/organisation";
import type { EsrTarget } from "../store/esr-due";
import type { EsrLedger } from "../store/open";
import type { Store } from "../store/store";
import type { Feed } from "./due";
import type { EsrGateway } from "./gateway";

/** Everything this folder needs from outside, as values: put together in cli/ only. */
export interface Outbound {
  readonly store: Pick<Store, "audit" | "exclusively"> & {
    readonly esr: EsrLedger;
    readonly connections: Pick<Store["connections"], "problem" | "resolveProblems">;
  };
  readonly clock: Clock;
  readonly log: Log;
  readonly organisations: readonly OrganisationSettings[];
  /** Employers with a VPD and a connection that reads it, by ODS code. */
  readonly targets: ReadonlyMap<string, EsrTarget>;
  /** How each connection that delivers awards stands towards ESR. */
  readonly feeds: ReadonlyMap<string, Feed>;
  /** Ways to the ESR of an organisation; without one nothing leaves for it. */
  readonly gateways: ReadonlyMap<string, EsrGateway>;
  /** Whether an organisation was aligned with the Core Skills Training Framework on a day; undefined: not known here. */
  readonly aligned: (organisation: string, on: string) => boolean | undefined;
  /** Changes with every setting that the judgements depend on. */
  readonly settingsVersion: string;
  /** An organisation's own renewal period in months; null: needs no renewal. */
  readonly ownMonths: (competence: string, organisation: string, on: string) => number | null | undefined;
}

/** A problem of an employer's ESR stands with the connection that reads that ESR: there its team looks. */
export function problemsOf(outbound: Outbound, target: EsrTarget) {
  const connectionId = target.connections[0]!;
  const { connections } = outbound.store;
  return {
    report: (code: string, detail: Record<string, string | number>, more: { subject?: string; count?: number } = {}) =>
      connections.problem({ connectionId, code, detail, ...more }),
    resolve: (...codes: string[]) => connections.resolveProblems(connectionId, codes),
  };
}
