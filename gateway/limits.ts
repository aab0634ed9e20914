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
  /** Fields with all fragments written out: the planner walks every one of them. The whole record has about 100. */
  writtenOut: 1000,
} as const;

function refuse(what: string, limit: number): GraphQLError {
  return new GraphQLError(`The operation has more than ${limit} ${what}.`, { extensions: { code: "GRAPHQL_VALIDATION_FAILED" } });
}

/**
 * Depth over fragments; introspection is deep by nature and bounded by the schema. A cycle of fragments is another rule's.
 * Each fragment is measured once: fragments that name others twice would otherwise double the work with each of them.
 */
function depthOf(set: SelectionSetNode | undefined, context: ValidationContext, measured: Map<string, number>): number {
  let deepest = 0;
  for (const selection of set?.selections ?? []) {
    if (selection.kind === "Field") {
      if (selection.name.value.startsWith("__")) continue;
      deepest = Math.max(deepest, 1 + depthOf(selection.selectionSet, context, measured));
    } else if (selection.kind === "InlineFragment") {
      deepest = Math.max(deepest, depthOf(selection.selectionSet, context, measured));
    } else {
      const name = selection.name.value;
      let depth = measured.get(name);
      if (depth === undefined) {
        measured.set(name, 0); // while it is being measured: a cycle ends here
        depth = depthOf(context.getFragment(name)?.selectionSet, context, measured);
        measured.set(name, depth);
      }
      deepest = Math.max(deepest, depth);
    }
  }
  return deepest;
}

/** Fields and spreads of an operation with its fragments written out; stops counting once the limit is passed. */
function sizeOf(set: SelectionSetNode | undefined, context: ValidationContext, measured: Map<string, number>): number {
  let size = 0;
  for (const selection of set?.selections ?? []) {
    size += 1;
    if (selection.kind !== "FragmentSpread") size += sizeOf(selection.selectionSet, context, measured);
    else {
      const name = selection.name.value;
      let inner = measured.get(name);
      if (inner === undefined) {
        measured.set(name, 0);
        inner = sizeOf(context.getFragment(name)?.selectionSet, context, measured);
        measured.set(name, inner);
      }
      size += inner;
    }
    if (size > limits.writtenOut) return limits.writtenOut + 1;
  }
  return size;
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
      if (depthOf(node.selectionSet, context, new Map()) > limits.depth) context.reportError(refuse("levels", limits.depth));
      if (sizeOf(node.selectionSet, context, new Map()) > limits.writtenOut) context.reportError(refuse("fields", limits.writtenOut));
      if (node.selectionSet.selections.length > limits.rootFields) context.reportError(refuse("root fields", limits.rootFields));
    },
  };
}
