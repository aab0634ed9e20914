/** Code maps, as the graph may ask for them: the verbs of sync/rederive with this installation's connections, and the audit. */
import { policyVersion } from "../../access/tables";
import { HubError } from "../../platform/errors";
import type { CodeMapChange, Replay } from "../../store/replays";
import type { CodeVerbs } from "../../subgraphs/kit/code-verbs";
import type { Asker } from "../../subgraphs/kit/course-verbs";
import { applyReplay } from "../../sync/rederive/apply";
import { planCodes } from "../../sync/rederive/plan";
import { proposeCodeEnding, proposeCodeMap } from "../../sync/rederive/propose-codes";
import type { Foundation } from "./foundation";
import { holderName } from "./holder";

export function codeVerbs({ config, engine, store }: Foundation): CodeVerbs {
  const configured = (organisation: string) => config.codeMaps.get(organisation) ?? [];
  const asked = async (replay: Replay, differences: readonly string[] = []) => ({
    replay,
    progress: await store.replays.progress(replay.id),
    differences,
  });
  async function audit(asker: Asker, operation: string, replay: Replay, reason?: string): Promise<void> {
    const { records, change, unchanged, fail, rawExpired, withdrawn } = replay.plan.counts;
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
        kinds: [],
        controllers: [...replay.organisations],
        counts: { records, change, unchanged, fail, rawExpired, withdrawn },
        policyVersion,
      },
    ]);
  }
  async function preview(change: CodeMapChange, asker: Asker) {
    const replay = await planCodes(engine, config.connections, change, asker.subject);
    await audit(asker, "code-map preview", replay);
    return asked(replay);
  }
  return {
    unmapped: (organisation) => store.codeMaps.unmapped([organisation]),
    async inForce(organisation) {
      const nobody = { id: undefined, approvedBy: undefined, reason: undefined };
      return [...(await store.codeMaps.inForce([organisation])), ...configured(organisation).map((row) => ({ ...nobody, ...row }))];
    },
    async preview(proposal, asker) {
      const { organisation } = proposal;
      const stated = await store.codeMaps.inForce([organisation]);
      return preview(proposeCodeMap(proposal, [...configured(organisation), ...stated]), asker);
    },
    async previewEnding(organisation, codeMaps, asker) {
      return preview(proposeCodeEnding(organisation, codeMaps, await store.codeMaps.inForce([organisation])), asker);
    },
    async organisationOf(replayId) {
      const found = await store.replays.find(replayId);
      return found?.kind === "code-map" ? found.organisation : undefined;
    },
    async apply(replayId, { approvedBy, reason }, asker) {
      const replay = await store.replays.find(replayId);
      if (replay?.kind !== "code-map") throw new HubError({ code: "REPLAY_NOT_FOUND", class: "settings", detail: {} });
      // Before it is done: what cannot be recorded is not done.
      if (replay.state === "PLANNED" || replay.state === "APPLYING") await audit(asker, "code-map apply", replay, reason);
      const applied = await applyReplay(engine, config.connections, replayId, {
        by: asker.subject,
        approvedBy: approvedBy ?? asker.subject,
        reason,
        holder: holderName(),
      });
      return asked(applied.replay, applied.state === "STALE" ? applied.differences : []);
    },
  };
}
