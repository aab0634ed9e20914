/** What the graph may ask of the verbs about code maps: values and functions, put together by the command. */
import type { UnmappedCode } from "../../store/code-maps";
import type { Asker } from "./course-verbs";
import type { ReplayStarted } from "./replay-verbs";

export interface CodeMapInForce {
  /** Undefined for a row of the configuration: it is changed there. */
  readonly id: string | undefined;
  readonly list: string;
  readonly code: string;
  readonly value: string;
  readonly from: string | undefined;
  readonly to: string | undefined;
  readonly approvedBy: string | undefined;
  readonly reason: string | undefined;
}
export interface CodeMapProposal {
  readonly organisation: string;
  readonly list: string;
  readonly code: string;
  readonly value: string;
  readonly from: string | undefined;
  readonly to: string | undefined;
}

/** Errors are HubErrors with a code of schema/codes and, where one field is at fault, its name in the detail. */
export interface CodeVerbs {
  unmapped(organisation: string): Promise<readonly UnmappedCode[]>;
  inForce(organisation: string): Promise<readonly CodeMapInForce[]>;
  preview(proposal: CodeMapProposal, asker: Asker): Promise<ReplayStarted>;
  previewEnding(organisation: string, codeMaps: readonly string[], asker: Asker): Promise<ReplayStarted>;
  /** Whose code map a replay changes; undefined when it changes none. */
  organisationOf(replayId: string): Promise<string | undefined>;
  apply(replayId: string, said: { readonly approvedBy: string | undefined; readonly reason: string }, asker: Asker): Promise<ReplayStarted>;
}
