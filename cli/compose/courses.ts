/** Course maps, as the graph may ask for them: the verbs of sync/rederive with this installation's connections, and the audit. */
import { policyVersion } from "../../access/tables";
import type { CourseMapRow } from "../../connectors/connector";
import { countWouldBeDue } from "../../outbound/would-be";
import type { CourseMapChange, Replay } from "../../store/replays";
import type { Asker, CourseVerbs, ReplayPreview } from "../../subgraphs/kit/course-verbs";
import { applyReplay } from "../../sync/rederive/apply";
import type { Sample, WouldBeAward } from "../../sync/rederive/plan";
import { planReplay } from "../../sync/rederive/plan";
import { proposeCourseMap, proposeEnding } from "../../sync/rederive/propose";
import type { Foundation } from "./foundation";
import { holderName } from "./holder";
import { composeOutbound } from "./outbound";

/** How many of these awards would be due for ESR, or why that cannot be said. */
export type CountDue = (awards: readonly WouldBeAward[]) => Promise<{ readonly due: number } | { readonly notKnown: string }>;

/** Judged by the rules that decide what goes to ESR, as if the awards were there. Never a guess. */
function judgedFor(foundation: Foundation): CountDue {
  const outbound = composeOutbound(foundation);
  if (outbound.targets.size === 0) return async () => ({ notKnown: "no organisation's ESR is read here." });
  return async (awards) => ({ due: await countWouldBeDue(outbound, awards) });
}

export function courseVerbs(foundation: Foundation, countDue: CountDue = judgedFor(foundation)): CourseVerbs {
  const { config, engine, store } = foundation;
  const configured = (organisation: string): readonly CourseMapRow[] => config.courseMaps.get(organisation) ?? [];

  async function preview(change: CourseMapChange, asker: Asker): Promise<ReplayPreview> {
    const { replay, sample, awards } = await planReplay(engine, config.connections, change, asker.subject);
    await audit(asker, "course-map preview", replay);
    const counted = await countDue(awards);
    return { ...previewOf(replay, sample), ...("due" in counted ? { wouldBecomeDue: counted.due } : { dueNotKnown: counted.notKnown }) };
  }

  async function audit(asker: Asker, operation: string, replay: Replay, reason?: string): Promise<void> {
    const { change, unchanged, fail, rawExpired, awards, withdrawn } = replay.plan.counts;
    await store.audit([
      {
        requestId: asker.requestId,
        operation,
        subject: asker.subject,
        organisation: asker.organisation,
        role: asker.role,
        purpose: asker.purpose,
        decision: "ALLOW",
        reason,
        staffMembers: [],
        kinds: ["achievement", "competence-award"],
        controllers: [...replay.organisations],
        counts: { change, unchanged, fail, rawExpired, awards, withdrawn },
        policyVersion,
      },
    ]);
  }

  return {
    unmapped: (organisation) => store.courseMaps.unmapped([organisation]),
    async inForce(organisation) {
      const nobody = { id: undefined, approvedBy: undefined, recordedBy: undefined, recordedAt: undefined, reason: undefined };
      return [
        ...(await store.courseMaps.inForce([organisation])),
        ...configured(organisation).map(({ course, competence, from, to }) => ({ ...nobody, course, competence, from, to })),
      ];
    },
    async preview(proposal, asker) {
      const { organisation } = proposal;
      const stated = await store.courseMaps.inForce([organisation]);
      return preview(proposeCourseMap(proposal, [...configured(organisation), ...stated]), asker);
    },
    async previewEnding({ organisation, courseMaps }, asker) {
      return preview(proposeEnding(organisation, courseMaps, await store.courseMaps.inForce([organisation])), asker);
    },
    async organisationOf(replayId) {
      const found = await store.replays.find(replayId);
      return found?.kind === "course-map" ? found.organisation : undefined;
    },
    async apply(replayId, { approvedBy, reason }, asker) {
      const replay = await store.replays.find(replayId);
      // Before it is done: what cannot be recorded is not done.
      if (replay?.state === "PLANNED" || replay?.state === "APPLYING") await audit(asker, "course-map apply", replay, reason);
      const applied = await applyReplay(engine, config.connections, replayId, {
        by: asker.subject,
        approvedBy: approvedBy ?? asker.subject,
        reason,
        holder: holderName(),
      });
      return { ...applied, replay: previewOf(applied.replay, []) };
    },
  };
}

function previewOf(replay: Replay, sample: readonly Sample[]): ReplayPreview {
  const { id, organisation, subject, state, plan } = replay;
  const notCounted = { wouldBecomeDue: undefined, dueNotKnown: undefined };
  return {
    id,
    organisation: organisation ?? "",
    course: subject,
    state,
    counts: { ...plan.counts, completions: plan.counts.records },
    failures: plan.failures,
    sample,
    ...notCounted,
  };
}
