/** What the graph may ask of the verbs about replays: values and functions, put together by the command. */
import type { Replay, ReplayFilter, ReplayProgress } from "../../store/replays";
import type { Asker } from "./course-verbs";

export interface ReplayAsked {
  readonly replay: Replay;
  readonly progress: ReplayProgress;
}
export interface ReplayFilterAsked extends Omit<ReplayFilter, "kind"> {
  readonly kind?: string;
}
export type ReplayStarted = ReplayAsked & { readonly differences: readonly string[] };

/** Errors are HubErrors with a code of schema/codes and, where one field is at fault, its name in the detail. */
export interface ReplayVerbs {
  /** Whose records a filter may choose: of the connection it names, else of all of this installation. */
  organisationsOf(filter: ReplayFilterAsked): readonly string[];
  plan(filter: ReplayFilterAsked, reason: string, asker: Asker): Promise<ReplayAsked>;
  find(id: string): Promise<ReplayAsked | undefined>;
  /** The latest first; those about records of these organisations only, or all. */
  list(organisations: readonly string[] | undefined): Promise<readonly ReplayAsked[]>;
  start(id: string, said: { readonly reason: string; readonly rate: number | undefined }, asker: Asker): Promise<ReplayStarted>;
  cancel(id: string, reason: string, asker: Asker): Promise<ReplayAsked>;
}
