/**
 * A learning record store, xAPI 1.0.3: GET /statements with `since`, `until`, `limit`, `ascending` and an opaque relative `more`;
 * voided statements are not listed and are found by `voidedStatementId` only. Manners as seen of a real store: newest first
 * unless asked otherwise, `since` on `stored`, 400 without the version header and for unknown parameters, pages cut short.
 */
import type { Clock } from "../../platform/clock";
import { startVendorServer, type VendorAnswer, type VendorControl, type VendorRequest } from "../kit/vendor-server";

export interface Statement {
  readonly id: string;
  readonly actor: Readonly<Record<string, unknown>>;
  readonly verb: { readonly id: string; readonly display?: Readonly<Record<string, string>> };
  readonly object: Readonly<Record<string, unknown>>;
  readonly timestamp?: string;
  readonly [more: string]: unknown;
}
interface Stored {
  readonly statement: Statement & { readonly stored: string };
  readonly order: number;
}

export interface LearningRecordStore {
  /** Base URL for the connection's settings. */
  readonly url: string;
  readonly control: VendorControl & {
    /** Stores a statement now, or as if it had been stored then (a store dates what it shows only later). */
    put(statement: Statement, storedAt?: string): void;
    /** Voids a statement, whether it is there or not; answers with the void's id. */
    void(statementId: string): string;
    /** Clears a statement away without a word, as stores do with what is old. */
    purge(statementId: string): void;
    /** Every cursor given out so far becomes unknown. */
    forgetCursors(): void;
    /** How far behind its clock the store says it is complete. */
    lagSeconds: number;
    /** Lists voided statements too, which no store should. */
    showVoided: boolean;
    /** The link to the rest, as it would be given: for links that lead astray. */
    more: ((link: string) => string) | undefined;
  };
  close(): Promise<void>;
}

const voidedVerb = "http://adlnet.gov/expapi/verbs/voided";
const version = "1.0.3";
const parameters = new Set([
  "statementId",
  "voidedStatementId",
  "verb",
  "activity",
  "since",
  "until",
  "limit",
  "ascending",
  "format",
  "cursor",
]);
const refused = (message: string): VendorAnswer => ({ status: 400, body: { errorId: "sandbox", message } });

export async function startXapi(input: {
  port?: number;
  clock: Clock;
  statements?: readonly (Statement & { readonly stored?: string })[];
  auth: { readonly username: string; readonly password: string } | { readonly token: string };
  /** Largest page, whatever `limit` asks for. */
  limitCap?: number;
}): Promise<LearningRecordStore> {
  const { clock } = input;
  const stored: Stored[] = [];
  const voided = new Set<string>();
  let cursorAge = 0;
  let voids = 0;

  const put = (statement: Statement, storedAt = clock.now().toISOString()) => {
    if (stored.some((one) => one.statement.id === statement.id)) return;
    stored.push({ statement: { timestamp: storedAt, version: "1.0.0", ...statement, stored: storedAt }, order: stored.length });
    if (statement.verb.id === voidedVerb) voided.add(String(statement.object.id));
  };
  for (const { stored: at, ...statement } of input.statements ?? []) put(statement as Statement, at);

  const control = {
    put,
    void(statementId: string) {
      voids += 1;
      const id = `00000000-0000-4000-8000-${String(voids).padStart(12, "0")}`;
      put({
        id,
        actor: { objectType: "Agent", mbox: "mailto:lms-admin@lms.example.test" },
        verb: { id: voidedVerb },
        object: { objectType: "StatementRef", id: statementId },
      });
      return id;
    },
    purge(statementId: string) {
      const at = stored.findIndex((one) => one.statement.id === statementId);
      if (at >= 0) stored.splice(at, 1);
    },
    forgetCursors() {
      cursorAge += 1;
    },
    lagSeconds: 0,
    showVoided: false,
    more: undefined as ((link: string) => string) | undefined,
  };

  const list = (url: URL): VendorAnswer => {
    const query = url.searchParams;
    const bound = (name: string) => (query.has(name) ? Date.parse(query.get(name)!) : undefined);
    const [since, until] = [bound("since"), bound("until")];
    const ascending = query.get("ascending") === "true";
    const limit = Math.min(Number(query.get("limit") ?? 0) || 100, input.limitCap ?? 500);
    const atOf = (one: Stored) => Date.parse(one.statement.stored);
    let found = stored
      .filter((one) => control.showVoided || !voided.has(one.statement.id))
      .filter((one) => (since === undefined || atOf(one) > since) && (until === undefined || atOf(one) <= until))
      .filter((one) => !query.has("verb") || one.statement.verb.id === query.get("verb"))
      .sort((a, b) => (ascending ? 1 : -1) * (atOf(a) - atOf(b) || a.order - b.order));
    const cursor = query.get("cursor");
    if (cursor !== null) {
      const [age, at, order] = Buffer.from(cursor, "base64url").toString("utf8").split("~").map(Number);
      if (age !== cursorAge || at === undefined || order === undefined) return refused("Unknown cursor");
      const after = (one: Stored) => atOf(one) - at || one.order - order;
      found = found.filter((one) => (ascending ? after(one) > 0 : after(one) < 0));
    }
    const page = found.slice(0, limit);
    const last = page.at(-1);
    let more = "";
    if (last && found.length > page.length) {
      query.set("cursor", Buffer.from(`${cursorAge}~${atOf(last)}~${last.order}`, "utf8").toString("base64url"));
      more = `${url.pathname}?${query}`;
    }
    return { status: 200, body: { more: control.more?.(more) ?? more, statements: page.map(({ statement }) => statement) } };
  };

  const one = (id: string, isVoided: boolean): VendorAnswer => {
    const found = stored.find(({ statement }) => statement.id === id && voided.has(id) === isVoided);
    return found ? { status: 200, body: found.statement } : { status: 404, body: { errorId: "sandbox", message: "No statement" } };
  };

  const authorised = (header: string | undefined): boolean =>
    "token" in input.auth
      ? header === `Bearer ${input.auth.token}`
      : header === `Basic ${Buffer.from(`${input.auth.username}:${input.auth.password}`, "utf8").toString("base64")}`;

  const answer = async ({ method, url, headers }: VendorRequest): Promise<VendorAnswer> => {
    if (!authorised(headers.authorization)) return { status: 401, body: { errorId: "sandbox", message: "Unauthorised" } };
    if (method !== "GET" || url.pathname !== "/xapi/statements") return { status: 404, body: { errorId: "sandbox", message: "Not found" } };
    if (!/^1\.0/.test(String(headers["x-experience-api-version"] ?? ""))) return refused("X-Experience-API-Version header required");
    for (const name of url.searchParams.keys()) if (!parameters.has(name)) return refused(`Unknown parameter: ${name}`);
    const [id, voidedId] = [url.searchParams.get("statementId"), url.searchParams.get("voidedStatementId")];
    if (id !== null && voidedId !== null) return refused("statementId and voidedStatementId");
    return id !== null ? one(id, false) : voidedId !== null ? one(voidedId, true) : list(url);
  };

  const server = await startVendorServer({
    port: input.port,
    clock,
    contentType: "application/json; charset=utf-8",
    unauthorised: { status: 401, body: { errorId: "sandbox", message: "Unauthorised" } },
    unfailing: () => false,
    async answer(request) {
      return {
        ...(await answer(request)),
        headers: {
          "X-Experience-API-Version": version,
          "X-Experience-API-Consistent-Through": new Date(clock.now().getTime() - control.lagSeconds * 1000).toISOString(),
        },
      };
    },
  });
  return { url: `${server.origin}/xapi`, control: Object.assign(control, server.control), close: server.close };
}
