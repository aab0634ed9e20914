import type { Principal } from "../access/principal";
import type { Clock } from "../platform/clock";
import { readJson } from "../platform/http";
import type { RequestContext } from "../subgraphs/kit/context";
import type { Subgraph } from "../subgraphs/kit/subgraph";
import type { GatewayLog } from "./context";
import { type Handler, refusal, sendJson } from "./http";
import { CompiledSubgraph } from "./in-process-source";
import { issuePass } from "./internal-pass";
import { type InternalKeys, verifyInternal } from "./internal-token";

export interface SubgraphServerSettings {
  readonly subgraph: Subgraph;
  readonly keys: Pick<InternalKeys, "verify">;
  readonly clock: Clock;
  context(principal: Principal, requestId: string): RequestContext;
  readonly log?: GatewayLog;
}

/** A batch of references of one fetch may be large. */
const maximumRequestBytes = 2_000_000;

/** One subgraph over HTTP: it obeys the gateway's internal token and nothing else, `_service` and `_entities` included. */
export function subgraphHandler({ subgraph, keys, clock, context, log }: SubgraphServerSettings): Handler {
  const compiled = new CompiledSubgraph(subgraph, log);
  return async (request, response) => {
    if (request.url !== "/graphql") return false;
    const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? "")?.[1];
    if (request.method !== "POST" || token === undefined) {
      sendJson(response, 401, refusal("UNAUTHENTICATED", "Only the gateway may ask a subgraph."));
      return true;
    }
    const body = (await readJson(request, { bytes: maximumRequestBytes }).catch(() => undefined)) as
      | { query?: unknown; variables?: Record<string, unknown> }
      | undefined;
    const query = body?.query;
    if (typeof query !== "string") {
      sendJson(response, 400, refusal("BAD_REQUEST", "The body is not an operation."));
      return true;
    }
    const asked = { query, variables: body?.variables };
    const caller = await verifyInternal(keys, clock, subgraph.name, asked, token).catch(() => undefined);
    if (!caller) {
      sendJson(response, 401, refusal("UNAUTHENTICATED", "Only the gateway may ask a subgraph."));
      return true;
    }
    const requestContext = context(caller.principal, caller.requestId);
    const result = await compiled.run(issuePass(subgraph.name, asked, caller), query, asked.variables ?? {}, requestContext);
    const { staffMembers, refusedMembers, changes, grounds, kinds, controllers, counts, completeness, asOf } = requestContext.trail;
    const trail = {
      staffMembers: [...staffMembers],
      refusedMembers: [...refusedMembers],
      changes: [...changes],
      grounds: [...grounds],
      kinds: [...kinds],
      controllers: [...controllers],
      counts,
      completeness: [...completeness],
      asOf: [...asOf],
    };
    sendJson(response, 200, { ...result, extensions: { trail } });
    return true;
  };
}
