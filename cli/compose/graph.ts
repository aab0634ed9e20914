import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import path from "node:path";
import type { Principal } from "../../access/principal";
import { policyVersion } from "../../access/tables";
import { catalog } from "../../connectors/catalog";
import { createAuthenticator, type RegisteredLabels } from "../../gateway/auth";
import { createDevelopmentIssuer, type DevelopmentIssuer, developmentClient } from "../../gateway/development-issuer";
import { explorerHandler } from "../../gateway/explorer";
import { createGateway, type Gateway } from "../../gateway/gateway";
import type { Suspicion } from "../../gateway/harvest";
import { loadInternalKeys } from "../../gateway/internal-token";
import { subgraphHandler } from "../../gateway/subgraph-server";
import { HubError } from "../../platform/errors";
import { requirementsFor } from "../../recognition/requirements";
import { createRules } from "../../recognition/rules";
import { versionReader } from "../../store/read/as-of";
import { identifierReader } from "../../store/read/identifiers";
import { allSubgraphs } from "../../subgraphs/all";
import { RequestContext } from "../../subgraphs/kit/context";
import type { Environment as GraphEnvironment } from "../../subgraphs/kit/environment";
import { accountVerbs } from "./accounts";
import { approvalVerbs } from "./approving";
import { codeVerbs } from "./codes";
import { rehearsingConnections } from "./configuration";
import { courseVerbs } from "./courses";
import type { Foundation } from "./foundation";
import { heldVerbs } from "./held";
import type { Route } from "./http";
import { replayVerbs } from "./replays";
import { composeTokens, configuredAddress } from "./tokens";

/** A subgraph that takes longer is left out of the answer, with its reason. */
const subgraphTimeoutMs = 1000;

export interface Told<T> {
  readonly data: T | null;
  readonly errors: readonly { readonly code: string; readonly message: string; readonly field?: string }[];
}

export interface Graph {
  readonly routes: readonly Route[];
  /** A question asked in this process, by a named principal, through the same decisions as over HTTP. */
  ask<T>(query: string, variables: Record<string, unknown>, principal: Principal): Promise<T>;
  /** The same with what was said against it, for whoever has to be told. */
  tell<T>(query: string, variables: Record<string, unknown>, principal: Principal): Promise<Told<T>>;
  readonly developmentIssuer: DevelopmentIssuer | undefined;
  close(): Promise<void>;
}

/** `address`: of the hub outside, which its own tokens name; known once it listens. */
export async function composeGraph(
  foundation: Foundation,
  role: string,
  address: () => string = () => configuredAddress(foundation),
): Promise<Graph> {
  const { config, environment, log, store } = foundation;
  const clock = environment.clock;
  const graphEnvironment = graphEnvironmentOf(foundation);
  const newContext = (principal: Principal, requestId: string) => new RequestContext(graphEnvironment, principal, requestId);
  const subgraphs = allSubgraphs();
  const one = /^subgraph:(.+)$/.exec(role)?.[1];
  if (one) {
    const subgraph = subgraphs.find((candidate) => candidate.name === one)!;
    const keys = await loadInternalKeys(environment.dataFolder);
    const handler = subgraphHandler({ subgraph, keys, clock, context: newContext, log });
    return { routes: [handler], ask: notHere, tell: notHere, developmentIssuer: undefined, close: async () => undefined };
  }
  // Everything in one process asks nobody else; only a gateway of its own goes to the configured addresses.
  const remote = role === "gateway" ? (config.subgraphs ?? {}) : {};
  const keys = Object.keys(remote).length > 0 ? await loadInternalKeys(environment.dataFolder) : undefined;
  const developmentIssuer =
    config.mode === "demonstration"
      ? await createDevelopmentIssuer({ folder: environment.dataFolder, clock, mode: config.mode })
      : undefined;
  const tokens = composeTokens(foundation, address);
  const gateway: Gateway = await createGateway({
    supergraphSdl: readFileSync(path.join(environment.projectRoot, "schema", "supergraph.graphql"), "utf8"),
    subgraphs: subgraphs.map((subgraph) => {
      const url = remote[subgraph.name as keyof typeof remote];
      return url && keys ? { name: subgraph.name, url, types: subgraph.schema, keys, clock, timeoutMs: subgraphTimeoutMs } : subgraph;
    }),
    authenticate: createAuthenticator({
      issuers: [...config.identity.issuers, tokens.issuer, ...(developmentIssuer ? [developmentIssuer.trusted] : [])],
      roleAssignments: config.identity.roleAssignments,
      clock,
      onKeysUnreadable: tokens.onKeysUnreadable,
      fetchKeys: tokens.fetchKeys,
    }),
    context: newContext,
    audit: (event) => store.audit([event]),
    introspection: config.mode === "demonstration",
    registeredOnly: config.mode === "production",
    rates: config.rates,
    onSuspicion: (principal, suspicion, requestId) => void tellSuspicion(foundation, principal, suspicion, requestId),
    log,
  });
  const explorer = config.mode === "demonstration" ? [explorerHandler()] : [];
  return {
    routes: [gateway.handle, tokens.handle, ...explorer],
    developmentIssuer,
    async tell<T>(query: string, variables: Record<string, unknown>, principal: Principal): Promise<Told<T>> {
      const answer = await gateway.execute(principal, { query, variables });
      const body = JSON.parse(answer.body) as {
        data?: T | null;
        errors?: { message: string; extensions?: { code?: string; field?: string } }[];
      };
      const errors = (body.errors ?? []).map(({ message, extensions }) => ({
        code: extensions?.code ?? "INTERNAL_SERVER_ERROR",
        message,
        ...(extensions?.field ? { field: extensions.field } : {}),
      }));
      return { data: body.data ?? null, errors };
    },
    async ask<T>(query: string, variables: Record<string, unknown>, principal: Principal): Promise<T> {
      const answer = await gateway.execute(principal, { query, variables });
      const body = JSON.parse(answer.body) as { data?: T | null; errors?: { message: string; extensions?: { code?: string } }[] };
      if (!body.data)
        throw new HubError({
          code: "INTERNAL",
          class: "internal",
          detail: { why: body.errors?.[0]?.extensions?.code ?? "no answer", request: randomUUID() },
        });
      return body.data;
    },
    close: () => gateway.stop(),
  };
}

/** To the log at once, and to the audit, where whoever answers for it looks; it never holds up an answer. */
async function tellSuspicion(
  { log, store }: Foundation,
  { issuer, subject, org, role, act }: Principal,
  { why, count }: Suspicion,
  requestId: string,
): Promise<void> {
  log.warn({ code: "HARVEST_SUSPECTED", count }, "One caller has asked for very many people");
  await store
    .audit([
      {
        requestId,
        operation: "harvest suspected",
        subject: `${issuer}|${subject}`,
        ...(org ? { organisation: org } : {}),
        role,
        ...(act ? { actingClient: act } : {}),
        decision: "ALLOW",
        reason: why,
        staffMembers: [],
        kinds: [],
        controllers: [],
        counts: { [why === "many-people" ? "staffMembers" : "misses"]: count },
        policyVersion,
      },
    ])
    .catch((error: unknown) => log.error({ requestId }, "A suspicion could not be written down", error));
}

async function notHere(): Promise<never> {
  throw new HubError({ code: "INTERNAL", class: "internal", detail: { why: "this process serves one subgraph only" } });
}

function graphEnvironmentOf(foundation: Foundation): GraphEnvironment {
  const { config, environment, store } = foundation;
  const rules = createRules(config);
  return {
    store,
    clock: environment.clock,
    organisations: config.organisations,
    connectors: Object.values(catalog).map(({ name, title, delivers }) => ({
      name,
      title,
      delivers: delivers.map(({ kind, system }) => ({ kind, system })),
    })),
    periodFor: rules.periodFor,
    recognition: { rules, requirementsFor: (post) => requirementsFor(config.requirements, post) },
    deliveries: new Map(config.connections.map((connection) => [connection.id, connection.delivers])),
    expiringDays: config.expiringWithinDays,
    rehearsing: rehearsingConnections(config),
    identifiers: identifierReader(store.sealer),
    versions: versionReader(store.sealer),
    courses: courseVerbs(foundation),
    held: heldVerbs(foundation),
    replays: replayVerbs(foundation),
    codes: codeVerbs(foundation),
    accounts: accountVerbs(foundation),
    approvals: approvalVerbs(foundation),
    clients: approvableClients(foundation),
  };
}

/** Front-ends that a person can approve: nobody lets a system act, which comes for itself. */
function approvableClients({ config }: Pick<Foundation, "config">): readonly RegisteredLabels[] {
  const registered = config.identity.clients.filter(({ kind }) => kind === "passport");
  return config.mode === "demonstration" ? [...registered, developmentClient] : registered;
}
