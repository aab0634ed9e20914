import { type MaintenanceWindow, secondsOfService } from "./maintenance";

/** The states of connections and what they mean for a part of the record: one vocabulary for graph, console and command. */
export const connectionStates = ["SETTING_UP", "NEVER_WORKED", "ON_TIME", "LATE", "STOPPED", "ERRORS", "PAUSED"] as const;
export type ConnectionStateName = (typeof connectionStates)[number];

export const sourceStates = ["CURRENT", "STALE", "SOURCE_DOWN", "NOT_CONNECTED", "NOT_MATCHED", "NOT_PERMITTED", "NOT_HELD"] as const;
export type SourceStateName = (typeof sourceStates)[number];

export interface ConnectionFacts {
  readonly pausedAt: Date | undefined;
  readonly pauseUntil: Date | undefined;
  /** YYYY-MM-DD; undefined: not announced. */
  readonly goLiveOn: string | undefined;
  /** Class of the error that stands now (platform/errors.ts). */
  readonly errorClass: string | undefined;
  /** The oldest over the data sets. */
  readonly freshAsOf: Date | undefined;
  readonly targetSeconds: number;
  /** The system's maintenance calendar: in it nothing counts as late. */
  readonly maintenance?: readonly MaintenanceWindow[];
  /** Refused records or failed pages within the last 24 hours. */
  readonly recentFailures: boolean;
}

/** These end the polling until a person acts: there is no retry (platform/errors.ts). */
const stopping = new Set(["auth", "schema", "settings"]);

export function connectionState(facts: ConnectionFacts, now: Date, today: string): ConnectionStateName {
  if (facts.pausedAt && (!facts.pauseUntil || facts.pauseUntil > now)) return "PAUSED";
  // A run that found nothing to read (an empty folder) is no success of the source: nothing is known of it yet.
  if (!facts.freshAsOf) {
    if (facts.errorClass && stopping.has(facts.errorClass)) return "NEVER_WORKED";
    // Without an announced day a connection is being set up until its first success.
    return facts.goLiveOn !== undefined && facts.goLiveOn < today ? "NEVER_WORKED" : "SETTING_UP";
  }
  if (facts.errorClass && stopping.has(facts.errorClass)) return "STOPPED";
  const behind = behindSeconds(facts, now);
  if (behind > 2 * facts.targetSeconds) return "STOPPED";
  if (behind > facts.targetSeconds) return "LATE";
  return facts.recentFailures ? "ERRORS" : "ON_TIME";
}

function behindSeconds({ freshAsOf, maintenance = [] }: ConnectionFacts, now: Date): number {
  return freshAsOf ? secondsOfService(maintenance, freshAsOf, now) : Number.POSITIVE_INFINITY;
}

/** What a reader is told of a source that is in this state. */
export function sourceState(state: ConnectionStateName, facts: ConnectionFacts, now: Date): SourceStateName {
  switch (state) {
    case "SETTING_UP":
      return "NOT_CONNECTED";
    case "NEVER_WORKED":
    case "STOPPED":
      return "SOURCE_DOWN";
    case "LATE":
      return "STALE";
    case "PAUSED":
      return behindSeconds(facts, now) > facts.targetSeconds ? "STALE" : "CURRENT";
    default:
      return "CURRENT";
  }
}
