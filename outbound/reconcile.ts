/** After ESR's own file has been read: what in it is ours, and what should have been answered by now. */
import type { EsrTarget } from "../store/esr-due";
import { sameAwardDays } from "./due";
import { type Outbound, problemsOf } from "./outbound";

/** An acknowledgement is a matter of hours; after two days somebody asks. */
export const answerWithinHours = 48;

export interface Reconciled {
  /** Deliveries of ours that came back: never an attestation of their own. */
  readonly returned: number;
  /** Rehearsed, and got by ESR in another way. */
  readonly foundElsewhere: number;
  /** Sent, and for too long neither answered nor returned. */
  readonly unanswered: number;
  /** ESR has them, and their source has taken them back or moved them to an earlier day or another person. */
  readonly noLongerTold: number;
  /** Loaded once, and taken out in ESR. */
  readonly removedByEsr: number;
}

export async function reconcile(outbound: Outbound, organisation: string): Promise<Reconciled | undefined> {
  const target = outbound.targets.get(organisation);
  return target && outbound.store.exclusively(`esr ${target.vpd}`, () => reconcileTarget(outbound, target));
}

/** For who holds the VPD already. */
export async function reconcileTarget(outbound: Outbound, target: EsrTarget): Promise<Reconciled> {
  const { store, clock } = outbound;
  const now = clock.now();
  const found = await store.esr.reconcile(target, now);
  const late = await store.esr.unanswered(target, new Date(now.getTime() - answerWithinHours * 3_600_000));
  const problems = problemsOf(outbound, target);
  if (late.records === 0) await problems.resolve("ESR_ACK_MISSING");
  else await problems.report("ESR_ACK_MISSING", { ...late, hours: answerWithinHours }, { count: late.records });
  // Nothing in the hub takes an award back from ESR: that is somebody's to do there, so somebody has to know.
  const { noLongerTold, removedByEsr, noLongerToldExample, removedByEsrExample } = await store.esr.disagreements(target, sameAwardDays);
  const organisation = outbound.organisations.find(({ odsCode }) => odsCode === target.organisation)?.name ?? target.organisation;
  const { report, resolve } = problems;
  if (noLongerTold === 0) await resolve("ESR_NO_LONGER_TOLD");
  else await report("ESR_NO_LONGER_TOLD", { records: noLongerTold, organisation, example: noLongerToldExample! }, { count: noLongerTold });
  if (removedByEsr === 0) await resolve("ESR_REMOVED_OURS");
  else await report("ESR_REMOVED_OURS", { records: removedByEsr, organisation, example: removedByEsrExample! }, { count: removedByEsr });
  return { ...found, unanswered: late.records, noLongerTold, removedByEsr };
}
