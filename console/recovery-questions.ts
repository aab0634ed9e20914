/** What the pages of held snapshots and replays ask the graph. */
import type { OrganisationAnswer } from "./questions";

const held = `id connectedSystemId organisations { odsCode name } kind cause becomes count inForce stillMissing heldAt mayDecide whoDecides
  decidedAt decidedBy decision reason settled`;
export const heldListQuestion = `query ConsoleHeldList { open: heldSnapshots { ${held} } decided: heldSnapshots(decided: true) { ${held} } }`;
export const heldQuestion = `query ConsoleHeld($id: ID!) { heldSnapshot(id: $id) { ${held} } }`;
const decision = `settled listedAgain heldSnapshot { ${held} } userErrors { message }`;
export const decideQuestions = {
  release: `mutation ConsoleRelease($input: HeldSnapshotInput!) { answer: releaseHeldSnapshot(input: $input) { ${decision} } }`,
  refuse: `mutation ConsoleRefuse($input: HeldSnapshotInput!) { answer: refuseHeldSnapshot(input: $input) { ${decision} } }`,
} as const;

const replay = `id kind state subject organisations { odsCode name } records lookedAt willChange unchanged willFail rawExpired rows withdrawn waiting
  failures { code say next count } rate changed alreadyThere movedOn left plannedAt startedAt appliedAt cancelledAt reason cancelReason`;
export const replaysQuestion = `query ConsoleReplays($organisation: String) { operations { asOf replays(organisation: $organisation) { ${replay} } } }`;
export const replayQuestion = `query ConsoleReplay($id: ID!) { operations { asOf replay(id: $id) { ${replay} } } }`;

export interface HeldAnswer {
  readonly id: string;
  readonly connectedSystemId: string | null;
  readonly organisations: readonly OrganisationAnswer[] | null;
  readonly kind: string | null;
  readonly cause: string | null;
  readonly becomes: string | null;
  readonly count: number | null;
  readonly inForce: number | null;
  readonly stillMissing: number | null;
  readonly heldAt: string | null;
  readonly mayDecide: boolean | null;
  readonly whoDecides: string | null;
  readonly decidedAt: string | null;
  readonly decidedBy: string | null;
  readonly decision: string | null;
  readonly reason: string | null;
  readonly settled: number | null;
}
export interface DecisionAnswer {
  readonly answer: {
    readonly settled: number | null;
    readonly listedAgain: number | null;
    readonly heldSnapshot: HeldAnswer | null;
    readonly userErrors: readonly { readonly message: string }[];
  } | null;
}
/** Of a plan: known when it is planned. */
interface PlanCounts {
  readonly willChange: number;
  readonly unchanged: number;
  readonly willFail: number;
  readonly rawExpired: number;
  readonly rows: number;
  readonly withdrawn: number;
  readonly waiting: number;
}
export type ReplayAnswer = ReplayState & (PlanCounts | { readonly [Count in keyof PlanCounts]: null });
interface ReplayState {
  readonly id: string;
  readonly kind: string;
  readonly state: string;
  readonly subject: string;
  readonly organisations: readonly OrganisationAnswer[];
  readonly records: number;
  readonly lookedAt: number;
  readonly failures: readonly { readonly code: string; readonly say: string; readonly next: string; readonly count: number }[];
  readonly rate: number | null;
  readonly changed: number;
  readonly alreadyThere: number;
  readonly movedOn: number;
  readonly left: number;
  readonly plannedAt: string;
  readonly startedAt: string | null;
  readonly appliedAt: string | null;
  readonly cancelledAt: string | null;
  readonly cancelReason: string | null;
  readonly reason: string | null;
}
