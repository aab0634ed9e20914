/** What one operation may ask at most; refused as invalid (400) before anything is read. Set from the record query, with room. */
import { type ASTVisitor, type FieldNode, GraphQLError, type SelectionSetNode, type ValidationContext } from "graphql";

export const limits = {
  /** Longest way from the root to a leaf; the whole record has 6. */
  depth: 12,
  /** The whole record has none. */
  aliases: 15,
  directives: 20,
  /** The whole record has about 200. */
  tokens: 1500,
  /** `staffMembers` and the like at the root. */
  rootFields: 10,
} as const;

function refuse(what: string, limit: number): GraphQLError {
  return new GraphQLError(`The operation has more than ${limit} ${what}.`, { extensions: { code: "GRAPHQL_VALIDATION_FAILED" } });
}

/** Depth over fragments; introspection is deep by nature and bounded by the schema. A cycle of fragments is another rule's. */
function depthOf(set: SelectionSetNode | undefined, context: ValidationContext, seen: ReadonlySet<string>): number {
  let deepest = 0;
  for (const selection of set?.selections ?? []) {
    if (selection.kind === "Field") {
      if (selection.name.value.startsWith("__")) continue;
      deepest = Math.max(deepest, 1 + depthOf(selection.selectionSet, context, seen));
    } else if (selection.kind === "InlineFragment") {
      deepest = Math.max(deepest, depthOf(selection.selectionSet, context, seen));
    } else if (!seen.has(selection.name.value)) {
      const fragment = context.getFragment(selection.name.value);
      deepest = Math.max(deepest, depthOf(fragment?.selectionSet, context, new Set([...seen, selection.name.value])));
    }
  }
  return deepest;
}

export function limitsRule(context: ValidationContext): ASTVisitor {
  let aliases = 0;
  let directives = 0;
  return {
    Field(node: FieldNode) {
      if (node.alias) aliases += 1;
      if (aliases === limits.aliases + 1) context.reportError(refuse("aliases", limits.aliases));
    },
    Directive() {
      directives += 1;
      if (directives === limits.directives + 1) context.reportError(refuse("directives", limits.directives));
    },
    OperationDefinition(node) {
      if (depthOf(node.selectionSet, context, new Set()) > limits.depth) context.reportError(refuse("levels", limits.depth));
      if (node.selectionSet.selections.length > limits.rootFields) context.reportError(refuse("root fields", limits.rootFields));
    },
  };
}
