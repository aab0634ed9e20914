/** From the rows that a caller may see to what recognition is asked. What is not here cannot help anybody to a yes. */
import { daysBetween } from "../../recognition/days";
import { sameAwardDays } from "../../recognition/grouping";
import type { AwardEvidence, CheckEvidence, ClearanceEvidence, Standard, UnmappedLearning } from "../../recognition/question";
import { RecordState } from "../../schema/record";
import type { ChecksRow, HealthRow, LearningRow } from "../../store/read/parts";
import type { RequestContext, VisiblePerson } from "../kit/context";
import { Mask } from "../kit/records";

/** Missing from a snapshot that nobody has confirmed: it counts, and the answer says so. */
const suspicion = (state: RecordState) => (state === RecordState.SUSPECTED ? { suspected: true } : {});

/** Where a statement comes from ESR itself. */
export function esrConnectors(context: RequestContext): ReadonlySet<string> {
  return new Set(context.environment.connectors.filter((it) => it.delivers.some(({ system }) => system === "esr")).map((it) => it.name));
}

export function awardsOf(context: RequestContext, row: LearningRow | undefined, firstDays: ReadonlyMap<string, string>): AwardEvidence[] {
  const esr = esrConnectors(context);
  const told = (row?.["competence-award"] ?? []).map((it) => ({
    id: it.id,
    competence: it.competence,
    awardedOn: it.awardedOn,
    awardedBy: it.awardedBy ?? undefined,
    controllerOrg: it.controllerOrg,
    withdrawn: it.sourceState === RecordState.WITHDRAWN,
    heldByEsr: esr.has(context.connection(it.connectionId)?.connector ?? ""),
    ...suspicion(it.sourceState),
  }));
  return withIssuers(told, firstDays);
}

/**
 * Who awarded what names no issuer. ESR never names one, and also holds what came by transfer and what was typed in from a
 * certificate: where another statement of the same award names its issuer that one counts, and what is older than the
 * person's first day there was awarded by somebody else. Else the organisation whose system says so awarded it.
 */
export function withIssuers(awards: readonly AwardEvidence[], firstDays: ReadonlyMap<string, string>): AwardEvidence[] {
  return awards.map((it) => {
    if (it.awardedBy !== undefined) return it;
    const named = awards.find(
      (other) =>
        other.awardedBy !== undefined &&
        other.competence === it.competence &&
        Math.abs(daysBetween(other.awardedOn, it.awardedOn)) <= sameAwardDays,
    );
    if (named) return { ...it, awardedBy: named.awardedBy };
    const first = firstDays.get(it.controllerOrg);
    return it.heldByEsr && first !== undefined && it.awardedOn < first ? it : { ...it, awardedBy: it.controllerOrg };
  });
}

export function unmappedOf(row: LearningRow | undefined): UnmappedLearning[] {
  return (row?.achievement ?? [])
    .filter((it) => it.mapping === "UNMAPPED")
    .map((it) => ({ title: it.title, completedOn: it.completedOn, organisation: it.controllerOrg }));
}

export function checksOf(row: ChecksRow | undefined): CheckEvidence[] {
  return (row?.["employment-check"] ?? []).map((it) => ({
    standard: it.standard as Standard,
    outcome: it.outcome,
    checkedOn: it.checkedOn ?? undefined,
    dbsType: it.dbsType ?? undefined,
    workforce: it.workforce ?? undefined,
    controllerOrg: it.controllerOrg,
    ...suspicion(it.sourceState),
  }));
}

/** Masked as everywhere: a host's OH without a share sees the outcome, and not whether it was for exposure-prone work. */
export function clearancesOf(context: RequestContext, person: VisiblePerson, row: HealthRow | undefined): ClearanceEvidence[] {
  return new Mask(context, person.scope).records("clearance", "clearances", row?.clearance).flatMap((it) =>
    it.clearedForRole == null
      ? []
      : [
          {
            clearedForRole: it.clearedForRole,
            role: it.role ?? undefined,
            decidedOn: it.decidedOn ?? undefined,
            validUntil: it.validUntil ?? undefined,
            exposureProne: it.exposureProne ?? undefined,
            controllerOrg: it.controllerOrg,
            ...suspicion(it.sourceState),
          },
        ],
  );
}
