import type { GraphQLDataSource, GraphQLDataSourceProcessOptions } from "@apollo/gateway";
import type { GraphQLSchema } from "graphql";
import { Pool } from "undici";
import type { Clock } from "../platform/clock";
import { whyNoAnswer } from "./answer-shape";
import type { GatewayContext, GatewayLog } from "./context";
import { partError } from "./errors";
import { patienceMs } from "./in-process-source";
import { type InternalKeys, signInternal } from "./internal-token";

export interface RemoteSettings {
  readonly name: string;
  readonly url: string;
  /** Its own types: what it answers is held to them. */
  readonly types: GraphQLSchema;
  readonly keys: Pick<InternalKeys, "sign">;
  readonly clock: Clock;
  /** The gateway has no time limit of its own for a subgraph. */
  readonly timeoutMs: number;
  readonly log?: GatewayLog;
}

interface SubgraphAnswer {
  readonly data?: unknown;
  readonly errors?: readonly unknown[];
  readonly extensions?: {
    readonly trail?: {
      staffMembers: string[];
      refusedMembers: string[];
      changes: string[];
      grounds: string[];
      kinds: string[];
      controllers: string[];
      counts: Record<string, number>;
      completeness: [string, string][];
      asOf: string[];
    };
  };
}

/** A subgraph in another process, over kept-alive connections. What it saw of whom comes back for the audit event. */
export class RemoteSource implements GraphQLDataSource {
  private readonly pool: Pool;
  private readonly path: string;

  constructor(private readonly settings: RemoteSettings) {
    const { origin, pathname } = new URL(settings.url);
    this.path = pathname;
    const longest = patienceMs("mutation", settings.timeoutMs);
    this.pool = new Pool(origin, { connections: 32, headersTimeout: longest, bodyTimeout: longest });
  }

  async process({ request, context }: GraphQLDataSourceProcessOptions): ReturnType<GraphQLDataSource["process"]> {
    const { name, keys, clock, timeoutMs, types } = this.settings;
    const { caller, requestId, trail } = context as GatewayContext;
    const query = request.query ?? "";
    const token = await signInternal(keys, clock, name, { query, variables: request.variables }, { principal: caller, requestId });
    let answer: SubgraphAnswer;
    try {
      const response = await this.pool.request({
        method: "POST",
        path: this.path,
        headers: { "content-type": "application/json", authorization: `Bearer ${token}` },
        body: JSON.stringify({ query, variables: request.variables }),
        signal: AbortSignal.timeout(patienceMs(query, timeoutMs)),
      });
      if (response.statusCode !== 200) {
        await response.body.dump();
        throw new Error(`subgraph ${name} answered ${response.statusCode}`);
      }
      const body: unknown = await response.body.json();
      // A failed part must not read as an empty one: what does not answer the question is no answer.
      const misfit = whyNoAnswer(types, query, request.variables ?? {}, body);
      if (misfit !== undefined) throw new Error(`subgraph ${name} answered something else: ${misfit}`);
      answer = body as SubgraphAnswer;
    } catch (error) {
      // An error thrown here, an abort above all, could cost the whole answer: told as the subgraph's own, it costs the part.
      this.settings.log?.error({ part: name, requestId }, "A subgraph did not answer", error);
      return { errors: [partError(name)] };
    }
    const seen = answer.extensions?.trail;
    if (seen) {
      for (const id of seen.staffMembers) trail.staffMembers.add(id);
      for (const id of seen.refusedMembers) trail.refusedMembers.add(id);
      for (const change of seen.changes) trail.changes.add(change);
      for (const ground of seen.grounds) trail.grounds.add(ground);
      for (const kind of seen.kinds) trail.kinds.add(kind);
      for (const controller of seen.controllers) trail.controllers.add(controller);
      for (const [part, state] of seen.completeness) trail.completeness.set(part, state);
      for (const instant of seen.asOf) trail.asOf.add(instant);
    }
    return { data: answer.data, errors: answer.errors } as Awaited<ReturnType<GraphQLDataSource["process"]>>;
  }

  async close(): Promise<void> {
    // Not close(): that waits for requests to an address that nobody answers.
    await this.pool.destroy();
  }
}
