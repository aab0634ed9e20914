/**
 * What one operation may ask at most: set from the registered operations, with room (operations/registered.ts). What its text
 * shows is refused as invalid; its cost, which hangs on variables too, before anything is read. Both are the asker's fault: 400.
 */
import {
  type ASTVisitor,
  type DocumentNode,
  type FieldNode,
  GraphQLError,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  type ValidationContext,
} from "graphql";
import { costOf, depthOf, rootsOf, sizeOf } from "./operations/measure";
import { limits } from "./operations/registered";

export { limits };

function refuse(what: string, limit: number): GraphQLError {
  return new GraphQLError(`The operation has more than ${limit} ${what}.`, { extensions: { code: "GRAPHQL_VALIDATION_FAILED" } });
}

export function limitsRule(context: ValidationContext): ASTVisitor {
  let aliases = 0;
  let directives = 0;
  const fragmentOf = (name: string) => context.getFragment(name);
  return {
    Field(node: FieldNode) {
      if (node.alias) aliases += 1;
      if (aliases === limits.aliases + 1) context.reportError(refuse("aliases", limits.aliases));
    },
    Directive() {
      directives += 1;
      if (directives === limits.directives + 1) context.reportError(refuse("directives", limits.directives));
    },
    OperationDefinition({ selectionSet }) {
      if (depthOf(selectionSet, fragmentOf) > limits.depth) context.reportError(refuse("levels", limits.depth));
      if (sizeOf(selectionSet, fragmentOf, limits.writtenOut) > limits.writtenOut) context.reportError(refuse("fields", limits.writtenOut));
      if (rootsOf(selectionSet, fragmentOf) > limits.rootFields) context.reportError(refuse("root fields", limits.rootFields));
    },
  };
}

/** What the operation would cost with these variables; throws where that is more than anybody may ask at once. */
export function costWithin(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
): number {
  const fragmentOf = (name: string) =>
    document.definitions.find((one) => one.kind === Kind.FRAGMENT_DEFINITION && one.name.value === name) as
      | Extract<(typeof document.definitions)[number], { kind: Kind.FRAGMENT_DEFINITION }>
      | undefined;
  const cost = costOf({ schema, operation, fragmentOf, variables });
  if (cost > limits.cost)
    throw new GraphQLError(`The operation may bring ${Math.min(cost, 1e9)} fields; ask for smaller pages, at most ${limits.cost} in all.`, {
      extensions: { code: "OPERATION_TOO_COSTLY", http: { status: 400 } },
    });
  return cost;
}
