/**
 * A subgraph in the gateway's own process. Apollo's local source parses and validates the planner's operations again on
 * every request; here each is parsed and compiled once. They come from the planner, never from a client.
 */
import type { GraphQLDataSource, GraphQLDataSourceProcessOptions } from "@apollo/gateway";
import { type ExecutionResult, execute, type GraphQLError, parse } from "graphql";
import { compileQuery, isCompiledQuery } from "graphql-jit";
import type { Subgraph } from "../subgraphs/kit/subgraph";
import type { GatewayContext, GatewayLog } from "./context";
import { maskSubgraphErrors, partError } from "./errors";
import { Lru } from "./lru";

type Run = (context: unknown, variables: Record<string, unknown>) => ExecutionResult | Promise<ExecutionResult>;

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

  async run(operation: string, variables: Record<string, unknown>, context: Pick<GatewayContext, "requestId">): Promise<ExecutionResult> {
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

export class InProcessSource implements GraphQLDataSource {
  private readonly subgraph: CompiledSubgraph;

  constructor(subgraph: Subgraph, log?: GatewayLog) {
    this.subgraph = new CompiledSubgraph(subgraph, log);
  }

  process({ request, context }: GraphQLDataSourceProcessOptions): ReturnType<GraphQLDataSource["process"]> {
    return this.subgraph.run(request.query ?? "", request.variables ?? {}, context as GatewayContext) as ReturnType<
      GraphQLDataSource["process"]
    >;
  }
}
