/** What an operation asks for, in figures: of its text alone, and of how much it may bring. Nothing is executed. */
import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  isCompositeType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  Lexer,
  type OperationDefinitionNode,
  type SelectionSetNode,
  Source,
  TokenKind,
  valueFromASTUntyped,
  visit,
} from "graphql";

export interface Measures {
  /** Longest way from the root to a leaf. */
  readonly depth: number;
  readonly aliases: number;
  readonly directives: number;
  readonly tokens: number;
  readonly rootFields: number;
  /** Fields with all fragments written out: the planner walks every one of them. */
  readonly writtenOut: number;
  /** Fields times the sizes of the lists they stand in: what an answer may hold at most. */
  readonly cost: number;
}

/** A list without a page size is a person's own (records, sources, reasons): most have fewer. */
const usualListSize = 10;
/** A list of scalars is one value of its row. */
const counted = (type: GraphQLOutputType) => isCompositeType(getNamedType(type));

type FragmentOf = (name: string) => FragmentDefinitionNode | null | undefined;

/**
 * Depth over fragments; introspection is deep by nature and bounded by the schema. A cycle of fragments is another rule's.
 * Each fragment is measured once: fragments that name others twice would otherwise double the work with each of them.
 */
export function depthOf(
  set: SelectionSetNode | undefined,
  fragmentOf: FragmentOf,
  measured: Map<string, number> = new Map<string, number>(),
): number {
  let deepest = 0;
  for (const selection of set?.selections ?? []) {
    if (selection.kind === Kind.FIELD) {
      if (selection.name.value.startsWith("__")) continue;
      deepest = Math.max(deepest, 1 + depthOf(selection.selectionSet, fragmentOf, measured));
    } else if (selection.kind === Kind.INLINE_FRAGMENT) {
      deepest = Math.max(deepest, depthOf(selection.selectionSet, fragmentOf, measured));
    } else {
      const name = selection.name.value;
      let depth = measured.get(name);
      if (depth === undefined) {
        measured.set(name, 0); // while it is being measured: a cycle ends here
        depth = depthOf(fragmentOf(name)?.selectionSet, fragmentOf, measured);
        measured.set(name, depth);
      }
      deepest = Math.max(deepest, depth);
    }
  }
  return deepest;
}

/** Fields and spreads of an operation with its fragments written out; stops counting once `most` is passed. */
export function sizeOf(
  set: SelectionSetNode | undefined,
  fragmentOf: FragmentOf,
  most = Number.POSITIVE_INFINITY,
  measured: Map<string, number> = new Map<string, number>(),
): number {
  let size = 0;
  for (const selection of set?.selections ?? []) {
    // Introspection is bounded by the schema and by a rule of its own, and refused in production.
    if (selection.kind === Kind.FIELD && selection.name.value.startsWith("__")) continue;
    size += 1;
    if (selection.kind !== Kind.FRAGMENT_SPREAD) size += sizeOf(selection.selectionSet, fragmentOf, most, measured);
    else {
      const name = selection.name.value;
      let inner = measured.get(name);
      if (inner === undefined) {
        measured.set(name, 0);
        inner = sizeOf(fragmentOf(name)?.selectionSet, fragmentOf, most, measured);
        measured.set(name, inner);
      }
      size += inner;
    }
    if (size > most) return most + 1;
  }
  return size;
}

/** Fields at the root, also those that a fragment brings there. */
export function rootsOf(set: SelectionSetNode, fragmentOf: FragmentOf, entered: ReadonlySet<string> = new Set<string>()): number {
  let roots = 0;
  for (const selection of set.selections) {
    if (selection.kind === Kind.FIELD) roots += 1;
    else if (selection.kind === Kind.INLINE_FRAGMENT) roots += rootsOf(selection.selectionSet, fragmentOf, entered);
    else if (!entered.has(selection.name.value)) {
      const fragment = fragmentOf(selection.name.value);
      if (fragment) roots += rootsOf(fragment.selectionSet, fragmentOf, new Set([...entered, selection.name.value]));
    }
  }
  return roots;
}

export interface Costed {
  readonly schema: GraphQLSchema;
  readonly operation: OperationDefinitionNode;
  readonly fragmentOf: FragmentOf;
  readonly variables: Readonly<Record<string, unknown>>;
}

/**
 * One for each field, times the sizes of the lists around it: what `first` says, in its literal, its variable or its default;
 * the usual size where a list has none. Whoever asks for 100 people with 40 fields each asks for 4,000.
 */
export function costOf({ schema, operation, fragmentOf, variables }: Costed): number {
  const measured = new Map<string, number>();
  const variableOf = (name: string): unknown => {
    if (Object.hasOwn(variables, name)) return variables[name];
    const declared = operation.variableDefinitions?.find((one) => one.variable.name.value === name)?.defaultValue;
    return declared ? valueFromASTUntyped(declared) : undefined;
  };

  /** `page`: what the nearest field with `first` has asked for, for the lists directly within. */
  function ofSet(set: SelectionSetNode, typeName: string, page: number | undefined): number {
    const type = schema.getType(typeName);
    let cost = 0;
    for (const selection of set.selections) {
      if (selection.kind === Kind.INLINE_FRAGMENT) {
        cost += ofSet(selection.selectionSet, selection.typeCondition?.name.value ?? typeName, page);
      } else if (selection.kind === Kind.FRAGMENT_SPREAD) {
        const key = `${selection.name.value} ${page}`;
        let inner = measured.get(key);
        if (inner === undefined) {
          measured.set(key, 0);
          const fragment = fragmentOf(selection.name.value);
          inner = fragment ? ofSet(fragment.selectionSet, fragment.typeCondition.name.value, page) : 0;
          measured.set(key, inner);
        }
        cost += inner;
      } else if (isObjectType(type) || isInterfaceType(type)) cost += ofField(selection, type.getFields()[selection.name.value], page);
    }
    return cost;
  }

  type Definition = {
    readonly type: GraphQLOutputType;
    readonly args: readonly { readonly name: string; readonly defaultValue?: unknown }[];
  };

  function ofField(node: FieldNode, field: Definition | undefined, page: number | undefined): number {
    if (!field) return 1;
    const asked = pageOf(node, field);
    const inner = node.selectionSet ? ofSet(node.selectionSet, getNamedType(field.type).name, asked ?? undefined) : 0;
    const nullable = isNonNullType(field.type) ? field.type.ofType : field.type;
    const times = isListType(nullable) && counted(field.type) ? (asked ?? page ?? usualListSize) : 1;
    return times * (1 + inner);
  }

  function pageOf(node: FieldNode, field: Definition): number | undefined {
    const argument = field.args.find(({ name }) => name === "first");
    if (!argument) return undefined;
    const given = node.arguments?.find(({ name }) => name.value === "first")?.value;
    const value = given?.kind === Kind.VARIABLE ? variableOf(given.name.value) : given ? valueFromASTUntyped(given) : undefined;
    const size = value ?? argument.defaultValue ?? usualListSize;
    // What is no size is refused further on; it must not make the whole cheaper here.
    return typeof size === "number" && size > 0 ? size : usualListSize;
  }

  const root = schema.getRootType(operation.operation);
  return root ? ofSet(operation.selectionSet, root.name, undefined) : 0;
}

export function tokensOf(text: string): number {
  const lexer = new Lexer(new Source(text));
  let tokens = 0;
  while (lexer.advance().kind !== TokenKind.EOF) tokens += 1;
  return tokens;
}

/** All figures of a document with one operation. */
export function measure(schema: GraphQLSchema, text: string, document: DocumentNode): Measures {
  const operation = document.definitions.find((one) => one.kind === Kind.OPERATION_DEFINITION)!;
  const fragments = new Map(
    document.definitions.flatMap((one) => (one.kind === Kind.FRAGMENT_DEFINITION ? [[one.name.value, one] as const] : [])),
  );
  const fragmentOf: FragmentOf = (name) => fragments.get(name);
  let aliases = 0;
  let directives = 0;
  visit(document, {
    enter(node) {
      if (node.kind === Kind.FIELD && node.alias) aliases += 1;
      if (node.kind === Kind.DIRECTIVE) directives += 1;
    },
  });
  return {
    depth: depthOf(operation.selectionSet, fragmentOf),
    aliases,
    directives,
    tokens: tokensOf(text),
    rootFields: rootsOf(operation.selectionSet, fragmentOf),
    writtenOut: sizeOf(operation.selectionSet, fragmentOf),
    cost: costOf({ schema, operation, fragmentOf, variables: {} }),
  };
}
