/** The path of a record in steps (projection R8-trace): no name, no date of birth, no value; of health no more than that it is health. */
import { endText } from "../../schema/codes/ends";
import { problemText, sentence } from "../../schema/codes/problems";
import { definitionOfKind } from "../../schema/kinds";
import { type End, endOfRecord } from "../../schema/operations/whereabouts";
import type { TracedDelivery, TracedRecord } from "../../store/read/trace";
import type { RequestContext } from "../kit/context";
import { type Trace, type TraceEnd, type TraceStep, TraceStepName, TraceSubject } from "./trace-types";

export function isHealth(kind: TracedRecord["kind"]): boolean {
  const { access } = definitionOfKind(kind);
  return access === "R4" || access === "R5";
}

export const instant = (text: string | Date | null | undefined): Date | null => (text ? new Date(text) : null);
export const step = (
  name: TraceStepName,
  state: string,
  at: string | Date | null | undefined,
  detail: string | null = null,
): TraceStep => ({
  step: name,
  state,
  at: instant(at),
  detail,
});

/** What somebody wrote when deciding is for the trust whose people they are; that a person decided is not. */
function rulesOf(reasons: readonly { readonly rule?: string }[] | null | undefined): string {
  return (reasons ?? [])
    .flatMap(({ rule }) => (rule === undefined ? [] : [/^(decided|unlinked):/.test(rule) ? "decided by a person" : rule]))
    .join(", ");
}

const decisions: Readonly<Record<string, string>> = {
  AUTOMATIC: "matched by the rules",
  PERSON: "decided by a person",
  CREATED: "ESR knows the person",
};
const waitingFor: Readonly<Record<string, string>> = {
  UNBOUND: "nobody known fits well enough",
  PROPOSED: "probably somebody known, not surely",
  CONFLICT: "claims contradict each other",
  BOUND: "being bound",
};

function deliverySteps(it: TracedDelivery): TraceStep[] {
  const file = it.file === null ? null : `${it.file}${it.line === null ? "" : `, line ${it.line}`}`;
  const steps = [
    step(
      TraceStepName.DUE,
      it.state === "DUE" ? "due" : it.state === "DROPPED" ? "no longer due" : "was due",
      it.dueAt,
      `for the ESR of ${it.organisation}`,
    ),
  ];
  if (it.writtenAt) steps.push(step(TraceStepName.WRITTEN, it.state === "SHADOWED" ? "rehearsed" : "written", it.writtenAt, file));
  if (it.sentAt) steps.push(step(TraceStepName.SENT, "sent", it.sentAt, file));
  if (it.acknowledgedAt) steps.push(step(TraceStepName.ACKNOWLEDGED, "acknowledged", it.acknowledgedAt));
  if (it.refusedAt) steps.push(step(TraceStepName.REFUSED, "refused by ESR", it.refusedAt, it.refusalCode));
  if (it.returnedAt) steps.push(step(TraceStepName.RETURNED, "came back", it.returnedAt));
  return steps;
}

const sourceStates: Readonly<Record<string, string>> = {
  IN_FORCE: "in force",
  NOT_AT_SOURCE: "in force; its source lists it no more",
  SUSPECTED: "missing from the last snapshot",
  WITHDRAWN: "withdrawn",
};

function stepsOf(it: TracedRecord, health: boolean): TraceStep[] {
  const page = it.page;
  const received = page?.at ?? it.person?.claimedAt;
  const steps = [
    step(
      TraceStepName.RECEIVED,
      "received",
      received,
      page
        ? [`run ${page.run}`, page.file ?? `page ${page.ordinal + 1}`, ...(health ? [] : [page.dataSet])].join(", ")
        : "before the page ledger, or not with its own page",
    ),
    step(
      TraceStepName.RAW,
      it.rawPage === null ? "not kept" : it.rawUntil === null ? "expired" : "kept",
      null,
      it.rawUntil === null ? null : `until ${it.rawUntil}`,
    ),
    step(TraceStepName.NORMALISED, "read", received, it.derivationVersion),
  ];
  if (it.binding)
    steps.push(
      step(
        TraceStepName.MATCHED,
        decisions[it.binding.decision] ?? it.binding.decision,
        it.binding.at,
        rulesOf(it.binding.reasons) || null,
      ),
    );
  else if (it.person)
    steps.push(
      step(TraceStepName.MATCHED, `waits: ${waitingFor[it.person.state] ?? it.person.state}`, null, rulesOf(it.person.reasons) || null),
    );
  steps.push(step(TraceStepName.STORED, sourceStates[it.sourceState] ?? it.sourceState, received, `version ${it.versions + 1}`));
  for (const delivery of it.deliveries) steps.push(...deliverySteps(delivery));
  if (it.deliveries.length === 0 && it.judgement) {
    const apart = it.judgement.daysApart ? `, ${it.judgement.daysApart} days apart` : "";
    steps.push(step(TraceStepName.JUDGED, "not to be sent", it.judgement.at, `${it.judgement.reason}${apart}`));
  }
  return steps;
}

export function endOf(it: TracedRecord): End {
  return endOfRecord({
    kind: it.kind,
    health: isHealth(it.kind),
    aboutStaffMember: definitionOfKind(it.kind).subject === "staff-member",
    bound: it.staffMember !== null,
    sourceState: it.sourceState,
    held: it.held,
    mapping: it.mapping ?? undefined,
    toldByEsr: it.connector === "esr",
    deliveries: it.deliveries.map(({ state, reason, refusalCode }) => ({
      state,
      reason: reason ?? undefined,
      refusalCode: refusalCode ?? undefined,
    })),
    judged: it.judgement?.reason,
  });
}

/** The end in sentences; `cause` is the code of the problem that stopped it, where one did. */
export function told(end: End, detail: Readonly<Record<string, unknown>>, cause?: string): TraceEnd {
  const text = endText(end.state, end.reason);
  const problem = cause === undefined ? undefined : problemText(cause);
  const known: Record<string, unknown> = problem
    ? { ...detail, why: sentence(problem.say, detail), next: sentence(problem.next, detail) }
    : detail;
  return {
    state: end.state,
    reason: end.reason ?? cause ?? null,
    owner: problem?.owner ?? text.owner,
    say: sentence(text.say, known),
    next: sentence(text.next, known),
  };
}

export function recordTrace(it: TracedRecord, context: Pick<RequestContext, "organisation">): Trace {
  const health = isHealth(it.kind);
  const why = waitingFor[it.person?.state ?? "UNBOUND"];
  const as = health ? " --as oh" : "";
  const end = told(endOf(it), { organisation: `${it.controllerOrg}${as}`, connection: it.connectionId, why });
  return {
    id: it.id,
    is: TraceSubject.RECORD,
    kind: health ? "health record" : it.kind,
    organisations: [context.organisation(it.controllerOrg)],
    connectedSystem: it.connectionId,
    steps: stepsOf(it, health),
    counts: [],
    end,
    records: [],
  };
}
