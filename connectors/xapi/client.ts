/**
 * Reading a learning record store: what was stored since the last pass (with a look-back), or everything. Statements come in
 * order of `stored`; the store's own `more` link is followed as given, and never to another host.
 */
import { HubError } from "../../platform/errors";
import type { HttpAnswer, Page, ReadMode, SourceSystem } from "../connector";
import { mostAwaited, type XapiCheckpoint, type XapiSettings } from "./settings";
import { type ReducedStatement, reduce, statement, statementResult, voidedVerb } from "./vendor";

type Source = SourceSystem<XapiSettings>;
type Pass = NonNullable<XapiCheckpoint["pass"]>;
const dataSet = "learning";
const hourMs = 3_600_000;

const statementsUrl = ({ baseUrl }: XapiSettings): URL => new URL(`${baseUrl.replace(/\/+$/, "")}/statements`);

function firstUrl(settings: XapiSettings, from: string | undefined): string {
  const url = statementsUrl(settings);
  url.searchParams.set("ascending", "true");
  url.searchParams.set("limit", String(settings.pageSize));
  if (from !== undefined) url.searchParams.set("since", from);
  return url.toString();
}

/** Relative to the server, as the standard has it, or absolute; the credential goes to the connection's own host only. */
function moreUrl(settings: XapiSettings, more: string): string {
  const base = statementsUrl(settings);
  let next: URL;
  try {
    next = new URL(more, base);
  } catch {
    throw new HubError({
      code: "UNEXPECTED_ANSWER",
      class: "schema",
      detail: { operation: "GET statements", pointer: "/more", expected: "an address", got: "something else" },
    });
  }
  if (next.origin !== base.origin)
    throw new HubError({
      code: "FOREIGN_HOST",
      class: "settings",
      detail: { host: next.host, why: "the link to the rest leads to another host" },
    });
  return next.toString();
}

/** Up to when the store says it is complete; a header that is missing, unreadable or ahead of the clock is no such word. */
function throughOf(answer: HttpAnswer, now: string): string {
  const clock = answer.vendorDate ?? now;
  const said = Date.parse(answer.headers["x-experience-api-consistent-through"] ?? "");
  return Number.isNaN(said) || said > Date.parse(clock) + 1000 ? clock : new Date(said).toISOString();
}

export async function* statementPages(
  source: Source,
  since: XapiCheckpoint | undefined,
  mode: ReadMode = "increment",
): AsyncGenerator<Page<XapiCheckpoint>> {
  const { settings } = source;
  const { auth } = settings;
  const secret = await source.secret(auth.kind === "basic" ? auth.password : auth.token);
  const authorization =
    auth.kind === "basic" ? `Basic ${Buffer.from(`${auth.username}:${secret}`, "utf8").toString("base64")}` : `Bearer ${secret}`;
  const call = (url: string, accept: readonly number[] = []) =>
    source.http.request({
      url,
      headers: { Authorization: authorization, "X-Experience-API-Version": settings.version },
      expect: "json",
      accept,
      operation: "GET statements",
    });

  // A pass that was cut off is finished first, but a whole reading is not replaced by what is left of an increment.
  const interrupted = since?.pass && (mode === "increment" || since.pass.full) ? since.pass : undefined;
  const full = interrupted?.full ?? (mode === "full" || since?.through === undefined);
  const from = interrupted
    ? interrupted.from
    : full || since?.through === undefined
      ? undefined
      : new Date(Date.parse(since.through) - settings.overlapHours * hourMs).toISOString();
  const voids = new Voids(since?.awaited ?? []);
  let pass: Pass | undefined = interrupted;
  let url = pass ? moreUrl(settings, pass.more) : firstUrl(settings, from);
  const followed = new Set<string>();

  for (;;) {
    followed.add(url);
    const resuming = pass !== undefined && followed.size === 1;
    // A link that the store no longer knows: the pass starts again, nothing is lost.
    const answer = await call(url, resuming ? [400, 404, 410] : []);
    if (answer.status >= 400) {
      pass = undefined;
      url = firstUrl(settings, from);
      continue;
    }
    const page = statementResult.safeParse(answer.json());
    if (!page.success)
      throw new HubError({
        code: "UNEXPECTED_ANSWER",
        class: "schema",
        detail: {
          operation: "GET statements",
          pointer: `/${page.error.issues[0]?.path.join("/") ?? ""}`,
          expected: "statements and more",
          got: "something else",
        },
      });
    const through: string = pass?.through ?? throughOf(answer, source.now());
    const reduced = page.data.statements.map((one) => reduce(one, settings));
    const records = await voids.mark(reduced, page.data.statements, async (id) => {
      const asked = statementsUrl(settings);
      asked.searchParams.set("voidedStatementId", id);
      const found = await call(asked.toString(), [400, 404]);
      return found.status >= 400 ? undefined : statement.safeParse(reduce(found.json(), settings)).data;
    });
    const done = (pass?.done ?? 0) + records.length;
    const shared = { dataSet, records, asOf: through, progress: { done } };
    const more = page.data.more?.trim();
    if (more) {
      const next = moreUrl(settings, more);
      if (followed.has(next)) throw new HubError({ code: "PAGE_LOOP", class: "malformed-page", detail: { operation: "GET statements" } });
      pass = { full, ...(from === undefined ? {} : { from }), through, more, done };
      yield { ...shared, checkpoint: { ...(since?.through === undefined ? {} : { through: since.through }), pass, ...voids.kept() } };
      url = next;
      continue;
    }
    yield {
      ...shared,
      checkpoint: { through, ...voids.kept() },
      completes: full ? [{ scope: "connection", key: source.connectionId }] : [],
    };
    return;
  }
}

/**
 * What is voided. A store does not list a voided statement, so a void asks for it by its id and withdraws what was made of it.
 * One that is not there yet, or that a store lists all the same, is recognised when it comes.
 */
class Voids {
  private readonly voided: Set<string>;

  constructor(private awaited: readonly string[]) {
    this.voided = new Set(awaited);
  }

  kept(): { awaited?: string[] } {
    return this.awaited.length === 0 ? {} : { awaited: [...this.awaited] };
  }

  async mark(reduced: readonly unknown[], received: readonly unknown[], find: (id: string) => Promise<unknown>): Promise<unknown[]> {
    const targets = new Map<number, string>();
    for (const [at, one] of reduced.entries()) {
      if ((one as ReducedStatement | null)?.verb !== voidedVerb) continue;
      const id = (received[at] as { object?: { id?: unknown } | null }).object?.id;
      if (typeof id === "string") targets.set(at, id.toLowerCase());
    }
    const marked: unknown[] = [];
    for (const id of targets.values()) this.voided.add(id);
    for (const [at, one] of reduced.entries()) {
      const target = targets.get(at);
      if (target !== undefined) {
        const taken = reduced.find((other) => idOf(other) === target) ?? (await find(target));
        if (taken === undefined) this.awaited = [...this.awaited.filter((id) => id !== target), target].slice(-mostAwaited);
        marked.push({ ...(one as object), voids: { id: target, ...(taken === undefined ? {} : { statement: taken }) } });
        continue;
      }
      const id = idOf(one);
      const isVoided = id !== undefined && this.voided.has(id);
      if (isVoided) this.awaited = this.awaited.filter((known) => known !== id);
      marked.push(isVoided ? { ...(one as object), isVoided } : one);
    }
    return marked;
  }
}

function idOf(statement: unknown): string | undefined {
  const id = (statement as { id?: unknown } | null)?.id;
  return typeof id === "string" ? id.toLowerCase() : undefined;
}
