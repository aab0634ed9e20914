/** Replays, as the graph may ask for them: the verbs of sync/rederive with this installation's connections, and the audit. */
import { policyVersion } from "../../access/tables";
import { HubError } from "../../platform/errors";
import { within } from "../../platform/within";
import { type RecordKind, recordKinds } from "../../schema/kinds";
import type { Replay, ReplayFilter } from "../../store/replays";
import { normalisedInstant } from "../../store/version";
import type { Asker } from "../../subgraphs/kit/course-verbs";
import type { ReplayAsked, ReplayFilterAsked, ReplayVerbs } from "../../subgraphs/kit/replay-verbs";
import { startReplay } from "../../sync/rederive/apply";
import { planRecords } from "../../sync/rederive/plan";
import type { Foundation } from "./foundation";
import { holderName } from "./holder";

const mostListed = 100;
/** Whoever asks for a plan waits this long for it; a larger one is computed on, and asked for until it is there. */
const patienceMs = 10_000;
const leastRate = 0.1;
const mostRate = 10_000;
const uuid = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

const invalid = (field: string, expected: string) =>
  new HubError({ code: "REPLAY_FILTER_INVALID", class: "settings", detail: { field, expected } });

/** A day is its first instant; the period ends before `until`. */
function instantOf(field: string, text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  try {
    return normalisedInstant(/^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00:00Z` : text);
  } catch {
    throw invalid(field, "a day (YYYY-MM-DD) or an instant with its zone");
  }
}

function filterOf(asked: ReplayFilterAsked): ReplayFilter {
  const { record, refusal, connection, organisation, kind, code } = asked;
  if (kind !== undefined && !recordKinds.includes(kind as RecordKind)) throw invalid("kind", `one of ${recordKinds.join(", ")}`);
  for (const [field, id] of [["record", record] as const, ["refusal", refusal] as const]) {
    if (id !== undefined && !uuid.test(id)) throw invalid(field, "an id, as `npx lanyard problems` and `npx lanyard where` show it");
  }
  const since = instantOf("since", asked.since);
  const until = instantOf("until", asked.until);
  if (since !== undefined && until !== undefined && until <= since) throw invalid("until", "after since");
  const filter = { record, refusal, connection, organisation, kind, code, since, until };
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined)) as ReplayFilter;
}

/** In planning it has none yet. */
function countsOf({ plan }: Replay): Record<string, number> {
  const counts = plan.counts as typeof plan.counts | undefined;
  if (!counts) return {};
  const { records, change, unchanged, fail, rawExpired } = counts;
  return { records, change, unchanged, fail, rawExpired };
}

export function replayVerbs({ config, engine, store, log }: Foundation, patience = patienceMs): ReplayVerbs {
  const { connections } = config;
  const asked = async (replay: Replay): Promise<ReplayAsked> => ({ replay, progress: await store.replays.progress(replay.id) });
  async function known(id: string): Promise<Replay> {
    const replay = await store.replays.find(id);
    if (!replay) throw new HubError({ code: "REPLAY_NOT_FOUND", class: "settings", detail: {} });
    return replay;
  }
  async function audit(asker: Asker, operation: string, replay: Replay, reason: string): Promise<void> {
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
        kinds: replay.plan.filter?.kind ? [replay.plan.filter.kind] : [],
        controllers: [...replay.organisations],
        counts: countsOf(replay),
        policyVersion,
      },
    ]);
  }
  return {
    organisationsOf({ connection, organisation }) {
      if (organisation !== undefined) return [organisation];
      const own = connections.filter(({ id }) => connection === undefined || id === connection);
      return [...new Set(own.flatMap((one) => one.organisations.map(({ odsCode }) => odsCode)))];
    },
    async plan(filter, reason, asker) {
      const { id, planned } = await planRecords(engine, connections, filterOf(filter), asker.subject);
      const recorded = planned
        .then((replay) => audit(asker, "replay plan", replay, reason))
        .catch(async (error: unknown) => {
          await store.replays.cancel(id, "hub", "It could not be planned: the hub's log says why.").catch(() => undefined);
          throw error;
        });
      if ((await within(patience, recorded)) === "late")
        recorded.catch((error: unknown) => log.error({ replay: id }, "A replay could not be planned", error));
      return asked(await known(id));
    },
    async find(id) {
      const replay = await store.replays.find(id);
      return replay && asked(replay);
    },
    list: async (organisations) => Promise.all((await store.replays.list(organisations, mostListed)).map(asked)),
    async start(id, { reason, rate }, asker) {
      if (rate !== undefined && !(rate >= leastRate && rate <= mostRate))
        throw invalid("rate", `records per second, from ${leastRate} to ${mostRate}`);
      const replay = await known(id);
      // A change of a map is started by whoever may change the map.
      if (replay.kind !== "records") throw new HubError({ code: "REPLAY_NOT_FOUND", class: "settings", detail: {} });
      // Before it is done: what cannot be recorded is not done.
      await audit(asker, "replay start", replay, reason);
      const started = await startReplay(engine, connections, id, {
        by: asker.subject,
        approvedBy: asker.subject,
        reason,
        holder: holderName(),
        ...(rate === undefined ? {} : { rate }),
      });
      return { ...(await asked(started.replay)), differences: started.state === "STALE" ? started.differences : [] };
    },
    async cancel(id, reason, asker) {
      const replay = await known(id);
      await audit(asker, "replay cancel", replay, reason);
      if (!(await store.replays.cancel(id, asker.subject, reason)) && replay.state !== "CANCELLED")
        throw new HubError({ code: "REPLAY_NOT_CANCELLABLE", class: "settings", detail: { replay: id } });
      return asked(await known(id));
    },
  };
}
