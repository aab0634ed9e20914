/**
 * A connector that keeps the contract, and the ways of breaking it that we have met or fear: each animal has one habit, and
 * names the check that is there for it.
 */
import { z } from "zod";
import type { AnyConnector, Http, Normalised, Page, SourceSystem } from "../../../connectors/connector";
import { defineConnector, secretReference } from "../../../connectors/kit/define";
import { HubError, isHubError } from "../../../platform/errors";
import type { Completion } from "./vendor";

export type Habit =
  | "asks-strictly-after"
  | "drops-last-page"
  | "swallows-errors"
  | "takes-patience-for-nothing"
  | "goes-on-when-locked-out"
  | "reuses-ids"
  | "swaps-people"
  | "empty-ids"
  | "withdraws-on-empty"
  | "checkpoint-ahead"
  | "no-look-back"
  | "empty-for-a-stranger"
  | "secret-in-checkpoint"
  | "calls-home"
  | "another-order"
  | "forgets-some"
  | "looks-at-the-clock"
  | "open-door"
  | "garbles-names"
  | "local-times"
  | "ahead-of-time"
  | "complete-at-once"
  | "never-complete"
  | "follows-for-ever"
  | "reads-429-as-empty"
  | "deaf"
  | "never-ends"
  | "remembers-all"
  | "undeclared-kind"
  | "one-huge-page"
  | "refuses-half"
  | "impossible-facts"
  | "wrong-total"
  | "stops-early"
  | "reports-always";

/** Which check catches it; and how many records its vendor has, when it shows itself only in a crowd. */
export const zoo: Readonly<Record<Habit, { readonly caughtBy: string; readonly records?: number }>> = {
  "asks-strictly-after": { caughtBy: "since-inclusive" },
  "drops-last-page": { caughtBy: "page-edges" },
  "swallows-errors": { caughtBy: "errors-passed-on" },
  "takes-patience-for-nothing": { caughtBy: "throttling-passed-on" },
  "goes-on-when-locked-out": { caughtBy: "refusal-passed-on" },
  "reuses-ids": { caughtBy: "id-once" },
  "swaps-people": { caughtBy: "id-stays" },
  "empty-ids": { caughtBy: "ids-usable" },
  "withdraws-on-empty": { caughtBy: "empty-withdraws-nothing" },
  "checkpoint-ahead": { caughtBy: "interrupted-anywhere" },
  "no-look-back": { caughtBy: "since-overlaps" },
  "empty-for-a-stranger": { caughtBy: "auth-refused" },
  "secret-in-checkpoint": { caughtBy: "secrets-stay" },
  "calls-home": { caughtBy: "own-hosts" },
  "another-order": { caughtBy: "same-order" },
  "forgets-some": { caughtBy: "same-records" },
  "looks-at-the-clock": { caughtBy: "normalise-pure" },
  "open-door": { caughtBy: "door-closed" },
  "garbles-names": { caughtBy: "names-whole" },
  "local-times": { caughtBy: "times-zoned" },
  "ahead-of-time": { caughtBy: "times-past" },
  "complete-at-once": { caughtBy: "complete-is-complete" },
  "never-complete": { caughtBy: "removal-seen" },
  "follows-for-ever": { caughtBy: "circle-ends" },
  "reads-429-as-empty": { caughtBy: "throttled-and-on" },
  deaf: { caughtBy: "stops-when-told" },
  "never-ends": { caughtBy: "nothing-new-ends" },
  "remembers-all": { caughtBy: "checkpoint-small", records: 600 },
  "undeclared-kind": { caughtBy: "kinds-declared" },
  "one-huge-page": { caughtBy: "page-bounded", records: 6_000 },
  "refuses-half": { caughtBy: "few-refused" },
  "impossible-facts": { caughtBy: "facts-valid" },
  "wrong-total": { caughtBy: "totals-agree" },
  "stops-early": { caughtBy: "long-walk" },
  "reports-always": { caughtBy: "auth-accepted" },
};

const settings = z.strictObject({ baseUrl: z.string(), token: secretReference, pageSize: z.number().int().default(10) });
const fields = {
  id: z.string(),
  person: z.string(),
  family: z.string(),
  changedAt: z.string(),
  awardedOn: z.string(),
  removed: z.boolean().optional(),
};
const checkpoint = z.looseObject({ cursor: z.string().optional(), after: z.string().optional(), since: z.string().optional() });
type Checkpoint = z.infer<typeof checkpoint>;
type Settings = z.infer<typeof settings>;
const answerOf = z.object({ items: z.array(z.unknown()), total: z.number(), next: z.string().optional() });

const lookBackMs = 24 * 60 * 60_000;
const earlier = (at: string, ms: number) => new Date(Date.parse(at) - ms).toISOString();
const dataSet = "completions";

/** Without a habit: the connector that keeps the contract. */
export function animal(habit?: Habit): AnyConnector {
  const is = (one: Habit) => habit === one;
  /** What an animal carries from one reading to the next. */
  let readings = 0;
  let known: string[] = [];
  let calls = 0;

  async function ask(source: SourceSystem<Settings>, url: URL, authorisation: string) {
    const accept = [...(is("reads-429-as-empty") ? [429] : []), ...(is("empty-for-a-stranger") ? [401] : [])];
    const request: Parameters<Http["request"]>[0] = {
      url: url.toString(),
      headers: { Authorization: authorisation },
      expect: "json",
      ...(accept.length > 0 ? { accept } : {}),
    };
    for (let tries = 0; ; tries++) {
      try {
        const answer = await source.http.request(request);
        return answer.status === 200 ? answerOf.parse(answer.json()) : { items: [], total: 0, next: undefined };
      } catch (error) {
        if (is("deaf") && !isHubError(error) && tries < 40) continue;
        const swallowed =
          isHubError(error) &&
          ((is("swallows-errors") && error.class === "transient") ||
            (is("takes-patience-for-nothing") && error.class === "throttled") ||
            (is("goes-on-when-locked-out") && error.class === "auth" && calls > 0));
        if (!swallowed) throw error;
        return { items: [], total: 0, next: undefined };
      }
    }
  }

  async function* pages(source: SourceSystem<Settings>, from: Checkpoint | undefined): AsyncGenerator<Page<Checkpoint>> {
    readings += 1;
    const token = await source.secret(source.settings.token);
    const since = from?.after !== undefined ? from.since : from?.cursor;
    const newestOf = (records: readonly unknown[], before: string | undefined) =>
      [before ?? "", ...(records as Completion[]).map(({ changedAt }) => changedAt)].sort().at(-1)!;
    let cursor = from?.cursor;
    let after = from?.after;
    let done = 0;
    const all: unknown[] = [];
    const ids: string[] = [];
    const followed = new Set<string>();
    if (is("reports-always")) source.report(new HubError({ code: "UNEXPECTED_ANSWER", class: "schema" }));
    if (is("calls-home")) await source.http.request({ url: "http://127.0.0.2:9/", expect: "json" }).catch(() => undefined);
    for (;;) {
      const url = new URL(`${source.settings.baseUrl}/completions`);
      url.searchParams.set("limit", String(source.settings.pageSize));
      if (since) url.searchParams.set("since", is("no-look-back") || is("asks-strictly-after") ? since : earlier(since, lookBackMs));
      if (since && is("asks-strictly-after")) url.searchParams.set("strictly", "yes");
      if (after !== undefined) url.searchParams.set("after", after);
      const { items, total, next } = await ask(source, url, `Bearer ${token}`);
      calls += 1;
      let records = items;
      if (is("forgets-some") && readings % 2 === 0) records = items.slice(1);
      if (is("another-order") && readings % 2 === 0) records = [...items].reverse();
      if (is("drops-last-page") && next === undefined && after !== undefined) records = [];
      cursor = newestOf(items, cursor);
      done += items.length;
      ids.push(...(items as Completion[]).map(({ id }) => id));
      if (is("withdraws-on-empty") && items.length === 0 && known.length > 0)
        records = known.map((id) => ({
          id,
          person: "p",
          family: "x",
          changedAt: cursor || "2026-10-01T08:00:00Z",
          awardedOn: "2026-03-02",
          removed: true,
        }));
      if (is("withdraws-on-empty") && items.length > 0) known = ids;
      all.push(...records);
      const ended = next === undefined || (is("stops-early") && done >= 5_000);
      if (next !== undefined && followed.has(next) && !is("follows-for-ever"))
        throw new HubError({ code: "PAGES_REPEAT", class: "malformed-page", detail: { operation: "completions" } });
      if (next !== undefined) followed.add(next);
      const ahead = is("checkpoint-ahead") && next !== undefined ? { after: bumped(next) } : { after: next };
      const page: Page<Checkpoint> = {
        dataSet,
        records: is("one-huge-page") ? (ended ? all : []) : records,
        checkpoint: {
          ...(ended ? { cursor: cursor || undefined } : { ...ahead, since, cursor: cursor || undefined }),
          ...(is("secret-in-checkpoint") ? { token } : {}),
          ...(is("remembers-all") ? { ids: [...ids] } : {}),
        },
        progress: { done, total: is("wrong-total") ? total + 5 : total },
        ...((ended || is("complete-at-once")) && !is("never-complete") && since === undefined
          ? { completes: [{ scope: "connection" as const, key: source.connectionId }] }
          : {}),
      };
      if (!is("one-huge-page") || ended) yield page;
      if (ended && !(is("never-ends") && from !== undefined)) return;
      after = next ?? after ?? "";
    }
  }

  /** As if everything up to a later place had been stored. */
  const bumped = (place: string) => `${earlier(place.split("|")[0]!, -5 * 60_000)}|~`;

  const normalise = (one: Completion): readonly Normalised[] => {
    if (is("refuses-half") && Number(one.id.slice(1)) % 2 === 0)
      return [{ refused: "RECORD_INVALID", kind: "competence-award", sourceId: one.id, pointer: "/score", expected: "a score" }];
    calls += 1;
    const claim = {
      personKey: is("swaps-people") ? `${one.person}-${readings}` : one.person,
      givenName: "Test",
      familyName: is("garbles-names") ? Buffer.from(one.family, "utf8").toString("latin1") : one.family,
    };
    const sourceId = is("reuses-ids") ? `c${Number(one.id.slice(1)) % 7}` : is("empty-ids") && one.id === "c4" ? "" : one.id;
    const changedAt = is("local-times")
      ? one.changedAt.slice(0, 19)
      : is("ahead-of-time")
        ? earlier(one.changedAt, -90 * 24 * 60 * 60_000)
        : one.changedAt;
    const kind = is("undeclared-kind") ? ("achievement" as "competence-award") : "competence-award";
    const base = { kind, sourceId, claim, sourceVersion: is("reuses-ids") ? {} : { changedAt } };
    if (one.removed && !is("never-complete")) return [{ ...base, withdrawn: true }];
    const awardedOn = is("impossible-facts") ? "2026-02-30" : one.awardedOn;
    const competence = is("looks-at-the-clock") ? `NHS|CSTF|Fire Safety ${calls}|` : "CSTF|Fire Safety||";
    return [{ ...base, facts: { competence, name: one.id, awardedOn } as never }];
  };

  return defineConnector<Settings, Completion, Checkpoint>({
    name: "zoo",
    version: 1,
    title: "An animal of the zoo",
    delivers: [{ kind: "competence-award", system: "lms", absence: "withdraws", provenance: {} }],
    settings,
    checkpoint,
    raw: (is("open-door") ? z.looseObject(fields) : z.object(fields)) as z.ZodType<Completion>,
    poll: { everyMinutes: 15, requestsPerSecond: 10, pages },
    hosts: ({ baseUrl }) => [new URL(baseUrl).host],
    normalise: (raw) => normalise(raw),
  });
}
