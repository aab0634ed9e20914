/** The one door for questions: HTTP, caller, limits, federation, audit, answer. */
import { randomUUID } from "node:crypto";
import { ApolloGateway, type GraphQLDataSource } from "@apollo/gateway";
import { ApolloServer, HeaderMap } from "@apollo/server";
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from "@apollo/server/plugin/disabled";
import type { Principal } from "../access/principal";
import type { Clock } from "../platform/clock";
import { HubError } from "../platform/errors";
import { strictHeaders } from "../platform/http";
import type { Subgraph } from "../subgraphs/kit/subgraph";
import { type Authenticate, Unauthenticated, wantedOf } from "./auth";
import type { GatewayContext, GatewayLog } from "./context";
import { formatError } from "./errors";
import { HarvestWatch, type Suspicion } from "./harvest";
import { type Handler, jsonOfPost, maximumBodyBytes, refusal, sendJson } from "./http";
import { InProcessSource } from "./in-process-source";
import { limits, limitsRule } from "./limits";
import { silenceTelemetry } from "./no-telemetry";
import { admitted } from "./operations/admitted";
import { type AuditEvent, auditEventOf, refusedEvent, useAudit } from "./plugins/use-audit";
import { useCompleteness } from "./plugins/use-completeness";
import { tooMuchText, useLimits } from "./plugins/use-limits";
import { type RateLimits, Rates } from "./rates";
import { type RemoteSettings, RemoteSource } from "./remote-source";

export interface GatewaySettings {
  readonly supergraphSdl: string;
  /** Each subgraph of the supergraph: in this process, or at an address of its own. */
  readonly subgraphs: readonly (Subgraph | RemoteSettings)[];
  readonly authenticate: Authenticate;
  /** A context of its own for every request; in-process subgraphs need their RequestContext. */
  context(principal: Principal, requestId: string): GatewayContext;
  /** Must have committed when it resolves: no answer leaves before. */
  audit(event: AuditEvent): Promise<void>;
  /** In demonstration only. */
  readonly introspection: boolean;
  /** Only what a front-end has registered is answered; without a word said, wherever introspection is off. */
  readonly registeredOnly?: boolean;
  /** What one caller may ask in a while; without it as much as he likes. */
  readonly rates?: RateLimits;
  /** Told once in each window of a caller who seems to be copying people; never awaited. */
  readonly onSuspicion?: (principal: Principal, suspicion: Suspicion, requestId: string) => void;
  /** Of budgets and windows. Time that passes, not the day the hub is told it is: a clock that stands would never give anything back. */
  readonly clock?: Clock;
  /** Of a subgraph in this process, for one question. */
  readonly inProcessTimeoutMs?: number;
  readonly path?: string;
  readonly log?: GatewayLog;
}

export interface Gateway {
  readonly handle: Handler;
  /** An operation in this process, with everything but HTTP and authentication. */
  execute(principal: Principal, operation: { query: string; variables?: Record<string, unknown> }): Promise<GatewayAnswer>;
  stop(): Promise<void>;
}

export interface GatewayAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

function told(status: number, code: string, message: string, headers: Readonly<Record<string, string>> = {}): GatewayAnswer {
  return { status, headers, body: JSON.stringify(refusal(code, message)) };
}
const unrecorded = told(503, "UPSTREAM_UNAVAILABLE", "The answer could not be recorded; ask again.");
const sinceStart: Clock = { now: () => new Date(performance.now()) };
/** The account that runs a command holds the database as well: to count its questions would protect nothing. */
const commandLine = "lanyard:command-line";

const silent = { debug() {}, info() {}, warn() {}, error() {} };

export async function createGateway(settings: GatewaySettings): Promise<Gateway> {
  const { log, path = "/graphql", clock = sinceStart, onSuspicion } = settings;
  const registeredOnly = settings.registeredOnly ?? !settings.introspection;
  const rates = settings.rates && new Rates(settings.rates, clock);
  const counted = ({ issuer }: Principal) => (issuer === commandLine ? undefined : rates);
  const watch = new HarvestWatch(clock);
  const sources = new Map<string, GraphQLDataSource>(
    settings.subgraphs.map((it) => [
      it.name,
      "schema" in it ? new InProcessSource(it, log, settings.inProcessTimeoutMs) : new RemoteSource(it),
    ]),
  );
  silenceTelemetry();
  const gateway = new ApolloGateway({
    supergraphSdl: settings.supergraphSdl,
    logger: silent,
    buildService: ({ name }) => {
      const source = sources.get(name);
      if (!source)
        throw new HubError({
          code: "SETTINGS_INVALID",
          class: "settings",
          detail: { pointer: "subgraphs", expected: name, got: "nothing" },
        });
      return source;
    },
  });
  const server = new ApolloServer<GatewayContext>({
    gateway,
    introspection: settings.introspection,
    hideSchemaDetailsFromClientErrors: !settings.introspection,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    persistedQueries: false,
    logger: silent,
    parseOptions: { maxTokens: limits.tokens },
    validationRules: [limitsRule],
    formatError: formatError(log),
    plugins: [
      // biome-ignore lint/correctness/useHookAtTopLevel: a plugin of Apollo Server; no React here
      useLimits(({ caller }, cost) => counted(caller)?.charge(caller, cost) ?? 0),
      // biome-ignore lint/correctness/useHookAtTopLevel: a plugin of Apollo Server; no React here
      useAudit(),
      // biome-ignore lint/correctness/useHookAtTopLevel: a plugin of Apollo Server; no React here
      useCompleteness(),
      ApolloServerPluginUsageReportingDisabled(),
      ApolloServerPluginInlineTraceDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginLandingPageDisabled(),
    ],
  });
  await server.start();
  let stopped = false;

  /** Whether the event has been committed: without it nothing leaves. */
  async function recorded(event: AuditEvent): Promise<boolean> {
    try {
      await settings.audit(event);
      return true;
    } catch (error) {
      log?.error({ requestId: event.requestId }, "An audit event could not be written; the answer was withheld", error);
      return false;
    }
  }

  async function answer(principal: Principal, headers: HeaderMap, body: unknown): Promise<GatewayAnswer> {
    const wait = counted(principal)?.request(principal) ?? 0;
    if (wait > 0) {
      // Not each of them: what is refused to spare the database would cost it a row.
      if (rates?.isFirst(principal)) await recorded(refusedEvent(randomUUID(), principal, "refused TOO_MANY_REQUESTS"));
      return told(429, "TOO_MANY_REQUESTS", tooMuchText(wait), { "retry-after": String(wait) });
    }
    const asked = admitted(principal, body, registeredOnly);
    if ("code" in asked) {
      await recorded(refusedEvent(randomUUID(), principal, `refused ${asked.code}`));
      return told(400, asked.code, asked.message);
    }
    const context = settings.context(principal, randomUUID());
    const result = await server.executeHTTPGraphQLRequest({
      httpGraphQLRequest: { method: "POST", headers, search: "", body: asked.body },
      context: async () => context,
    });
    const text = result.body.kind === "complete" ? result.body.string : "";
    const event = auditEventOf(context) ?? refusedEvent(context.requestId, principal, `refused ${result.status ?? 400}`);
    if (!(await recorded(event))) return unrecorded;
    const suspicion = watch.saw(principal, [...event.staffMembers, ...(event.refusedMembers ?? [])], event.decision !== "DENY");
    if (suspicion) onSuspicion?.(principal, suspicion, context.requestId);
    return {
      status: result.status ?? 200,
      headers: { ...Object.fromEntries(result.headers), "x-request-id": context.requestId },
      body: text,
    };
  }

  return {
    async handle(request, response) {
      if (request.url?.split("?")[0] !== path) return false;
      let principal: Principal;
      try {
        principal = await settings.authenticate(request.headers.authorization, wantedOf(request.headers));
      } catch (error) {
        if (!(error instanceof Unauthenticated)) log?.error({}, "A token could not be checked", error);
        sendJson(response, 401, refusal("UNAUTHENTICATED", "A valid bearer token is needed."), { "www-authenticate": "Bearer" });
        return true;
      }
      const sent = await jsonOfPost(request, response, { bytes: maximumBodyBytes });
      if ("refused" in sent) {
        // Somebody known asked in a way that nothing can be read of.
        await recorded(refusedEvent(randomUUID(), principal, `refused ${sent.refused}`));
        return true;
      }
      const headers = new HeaderMap();
      for (const [name, value] of Object.entries(request.headers)) {
        if (value !== undefined && name !== "authorization") headers.set(name, Array.isArray(value) ? value.join(", ") : value);
      }
      const result = await answer(principal, headers, sent.body);
      response.writeHead(result.status, {
        "content-type": "application/json; charset=utf-8",
        ...result.headers,
        ...strictHeaders,
        "content-length": Buffer.byteLength(result.body),
      });
      response.end(result.body);
      return true;
    },
    execute: (principal, operation) => answer(principal, new HeaderMap([["content-type", "application/json"]]), operation),
    async stop() {
      if (stopped) return;
      stopped = true;
      await server.stop();
      await Promise.all([...sources.values()].map((source) => (source instanceof RemoteSource ? source.close() : undefined)));
    },
  };
}
