/** What the graph may ask of the verbs about held snapshots: put together by the command, like those of course maps. */
import type { HeldDecision, HeldSnapshot, HeldSnapshotDetail } from "../../store/held";
import type { Asker } from "./course-verbs";

export interface HeldVerbs {
  list(filter: { readonly decided?: boolean }): Promise<readonly HeldSnapshot[]>;
  find(id: string): Promise<HeldSnapshotDetail | undefined>;
  /** Audited before it is done. Throws HELD_OVER when it has been decided already. */
  decide(held: HeldSnapshot, what: { readonly decision: HeldDecision; readonly reason: string }, asker: Asker): Promise<HeldOutcome>;
}

export interface HeldOutcome {
  /** Records that the decision has changed. */
  readonly settled: number;
  /** Records of the set that the source has listed again since, or that were settled otherwise. */
  readonly listedAgain: number;
}
