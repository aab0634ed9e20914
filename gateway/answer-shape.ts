/**
 * Does what a subgraph in another process sent answer what it was asked? By the types of that subgraph: lists where lists are
 * due, objects where fields were selected, every reference answered. A failed part must not read as an empty one, nor cost more
 * than itself.
 */
import {
  type DocumentNode,
  type GraphQLCompositeType,
  type GraphQLOutputType,
  type GraphQLSchema,
  isAbstractType,
  isCompositeType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  parse,
  type SelectionSetNode,
} from "graphql";
import { Lru } from "./lru";

const documents = new Lru<DocumentNode>(500);

function documentOf(query: string): DocumentNode {
  let document = documents.get(query);
  if (!document) documents.set(query, (document = parse(query, { noLocation: true })));
  return document;
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value);

interface Asked {
  readonly schema: GraphQLSchema;
  readonly document: DocumentNode;
  /** Types of the references, in their order. */
  readonly references: readonly string[];
  /** An error is told: what it is about may be missing. */
  readonly failed: boolean;
}

/** Undefined when it does. A reason is about shapes: nothing of the answer is in it. */
export function whyNoAnswer(
  schema: GraphQLSchema,
  query: string,
  variables: Readonly<Record<string, unknown>>,
  body: unknown,
): string | undefined {
  if (!isObject(body)) return "not an object";
  const { data, errors } = body;
  if (errors !== undefined && !(Array.isArray(errors) && errors.every(isObject))) return "errors that are no list of errors";
  const failed = Array.isArray(errors) && errors.length > 0;
  if (data === undefined || data === null) return failed ? undefined : "neither data nor an error";
  if (!isObject(data)) return "data that are no object";
  const references = Array.isArray(variables.representations)
    ? variables.representations.map((one) => String((one as { __typename?: unknown } | null)?.__typename))
    : [];
  const document = documentOf(query);
  const asked: Asked = { schema, document, references, failed };
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
    const root = schema.getRootType(definition.operation);
    const misfit = root ? whyNoObject(asked, root, definition.selectionSet, data) : undefined;
    if (misfit !== undefined) return misfit;
  }
  return undefined;
}

function whyNoValue(asked: Asked, type: GraphQLOutputType, selected: SelectionSetNode | undefined, value: unknown): string | undefined {
  if (isNonNullType(type)) return value === null ? "null where something is due" : whyNoValue(asked, type.ofType, selected, value);
  if (value === null) return undefined;
  if (isListType(type)) {
    if (!Array.isArray(value)) return "no list where a list is due";
    for (const one of value) {
      const misfit = whyNoValue(asked, type.ofType, selected, one);
      if (misfit !== undefined) return misfit;
    }
    return undefined;
  }
  if (isCompositeType(type) && selected) return whyNoObject(asked, type, selected, value);
  return typeof value === "object" ? "an object where a value is due" : undefined;
}

function whyNoObject(asked: Asked, declared: GraphQLCompositeType, selected: SelectionSetNode, value: unknown): string | undefined {
  if (!isObject(value)) return "no object where an object is due";
  const named = typeof value.__typename === "string" ? asked.schema.getType(value.__typename) : undefined;
  const type = isAbstractType(declared) && isObjectType(named) ? named : declared;
  for (const selection of selected.selections) {
    let misfit: string | undefined;
    if (selection.kind !== Kind.FIELD) {
      const fragment =
        selection.kind === Kind.INLINE_FRAGMENT
          ? selection
          : asked.document.definitions.find((one) => one.kind === Kind.FRAGMENT_DEFINITION && one.name.value === selection.name.value);
      if (fragment?.kind !== Kind.INLINE_FRAGMENT && fragment?.kind !== Kind.FRAGMENT_DEFINITION) continue;
      const condition = fragment.typeCondition ? asked.schema.getType(fragment.typeCondition.name.value) : type;
      if (condition === type && isCompositeType(condition)) misfit = whyNoObject(asked, condition, fragment.selectionSet, value);
    } else if (isObjectType(type) || isInterfaceType(type)) {
      const { value: field } = selection.name;
      const found = value[selection.alias?.value ?? field];
      const conditional = selection.directives?.some(({ name }) => ["skip", "include", "defer"].includes(name.value));
      if (found === undefined) misfit = asked.failed || conditional ? undefined : "a field is missing";
      else if (field === "_entities") misfit = whyNoReferences(asked, selection.selectionSet!, found);
      else {
        const definition = type.getFields()[field];
        if (definition) misfit = whyNoValue(asked, definition.type, selection.selectionSet, found);
      }
    }
    if (misfit !== undefined) return misfit;
  }
  return undefined;
}

/** One for each reference, each of the type that was named: an answer may leave out its __typename. */
function whyNoReferences(asked: Asked, selected: SelectionSetNode, found: unknown): string | undefined {
  if (!Array.isArray(found)) return "no list of references";
  if (found.length !== asked.references.length) return "another number of references";
  for (const [at, one] of found.entries()) {
    const type = asked.schema.getType(asked.references[at]!);
    if (one === null || !isObjectType(type)) continue;
    const misfit = whyNoObject(asked, type, selected, one);
    if (misfit !== undefined) return misfit;
  }
  return undefined;
}
