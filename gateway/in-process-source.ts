/**
 * A subgraph in the gateway's own process. Apollo's local source parses and validates the planner's operations again on
 * every request; here each is parsed and compiled once. They come from the planner, never from a client.
 */
import type { GraphQLDataSource, GraphQLDataSourceProcessOptions } from "@apollo/gateway";
import { type ExecutionResult, execute, GraphQLError, parse } from "graphql";
import { compileQuery, isCompiledQuery } from "graphql-jit";
import type { Subgraph } from "../subgraphs/kit/subgraph";
import type { GatewayContext, GatewayLog } from "./context";
import { maskSubgraphErrors, partError } from "./errors";
import { isPass, issuePass, type Pass } from "./internal-pass";
import { Lru } from "./lru";

type Run = (context: unknown, variables: Record<string, unknown>) => ExecutionResult | Promise<ExecutionResult>;

/** A question in this process; a change is waited for longer, since what it says of itself must be true. */
export const inProcessTimeoutMs = 5_000;
const changeTimeoutMs = 30_000;

/** How long a planned operation may take. A change that was cut off may have been made all the same. */
export function patienceMs(operation: string, questionMs: number): number {
  return /^\s*mutation\b/.test(operation) ? Math.max(changeTimeoutMs, questionMs) : questionMs;
}

/** Compiled operations kept for each subgraph. */
const compiledOperations = 500;

export class CompiledSubgraph {
  private readonly compiled = new Lru<Run>(compiledOperations);

  constructor(
    readonly subgraph: Subgraph,
    private readonly log?: GatewayLog,
  ) {}

  private compile(operation: string): Run {
    const { schema } = this.subgraph;
    const document = parse(operation, { noLocation: true });
    const query = compileQuery(schema, document);
    const run: Run = isCompiledQuery(query)
      ? (context, variables) => query.query(undefined, context, variables) as ExecutionResult
      : (contextValue, variableValues) => execute({ schema, document, contextValue, variableValues }) as ExecutionResult;
    this.compiled.set(operation, run);
    return run;
  }

  /** Nothing is answered without a pass for this very question, `_service` and `_entities` included. */
  async run(
    pass: Pass | undefined,
    operation: string,
    variables: Record<string, unknown>,
    context: Pick<GatewayContext, "requestId" | "caller">,
  ): Promise<ExecutionResult> {
    const asked = { query: operation, variables };
    if (!isPass(pass, this.subgraph.name, asked, { principal: context.caller, requestId: context.requestId })) {
      this.log?.error({ part: this.subgraph.name, requestId: context.requestId }, "A subgraph was asked by somebody else than the gateway");
      return { errors: [new GraphQLError("Only the gateway may ask a subgraph.", { extensions: { code: "UNAUTHENTICATED" } })] };
    }
    let result: ExecutionResult;
    try {
      const run = this.compiled.get(operation) ?? this.compile(operation);
      result = await run(context, variables);
    } catch (error) {
      this.log?.error({ part: this.subgraph.name, requestId: context.requestId }, "A part of the record failed", error);
      return { errors: [partError(this.subgraph.name)] };
    }
    if (!result.errors?.length) return result;
    return { ...result, errors: maskSubgraphErrors(this.subgraph.name, result.errors as GraphQLError[], this.log, context.requestId) };
  }
}

/**
 * A part that hangs costs itself, not the answer: its work goes on unheard. Longer than for a process of its own, because
 * everything in this one waits for the same two hands: a short time would cut answers that are only queued.
 */
export class InProcessSource implements GraphQLDataSource {
  private readonly subgraph: CompiledSubgraph;

  constructor(
    subgraph: Subgraph,
    private readonly log?: GatewayLog,
    private readonly timeoutMs = inProcessTimeoutMs,
  ) {
    this.subgraph = new CompiledSubgraph(subgraph, log);
  }

  async process({ request, context }: GraphQLDataSourceProcessOptions): ReturnType<GraphQLDataSource["process"]> {
    const { requestId } = context as GatewayContext;
    const { name } = this.subgraph.subgraph;
    const query = request.query ?? "";
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<ExecutionResult>((resolve) => {
      timer = setTimeout(
        () => {
          this.log?.error({ part: name, requestId }, "A part of the record took too long");
          resolve({ errors: [partError(name)] });
        },
        patienceMs(query, this.timeoutMs),
      );
    });
    try {
      const variables = request.variables ?? {};
      const { caller } = context as GatewayContext;
      const pass = issuePass(name, { query, variables }, { principal: caller, requestId });
      const run = this.subgraph.run(pass, query, variables, context as GatewayContext);
      return (await Promise.race([run, late])) as Awaited<ReturnType<GraphQLDataSource["process"]>>;
    } finally {
      clearTimeout(timer);
    }
  }
}
