import { buildSubgraphSchema } from "@apollo/subgraph";
import { printSchemaWithDirectives } from "@graphql-tools/utils";
import { type GraphQLSchema, parse, specifiedDirectives } from "graphql";
import { buildSchemaSync, createResolversMap, type NonEmptyArray } from "type-graphql";
import type { RequestContext } from "./context";
import { organisationReference } from "./organisation";

/** Version of the Federation specification that every subgraph speaks. */
const federation = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@shareable"])';

export type ResolveReference = (reference: { readonly id?: unknown; readonly odsCode?: unknown }, context: RequestContext) => unknown;

export interface SubgraphDefinition {
  readonly name: string;
  readonly resolvers: NonEmptyArray<Function>;
  /** Types that nothing but `_entities` reaches: left out here, they vanish without a word. */
  readonly entities: NonEmptyArray<Function>;
  /** How a representation becomes an entity, by type name. A representation is hostile input: only its key is read. */
  readonly references: Readonly<Record<string, ResolveReference>>;
}

export interface Subgraph {
  readonly name: string;
  readonly schema: GraphQLSchema;
  /** What composition reads. */
  readonly sdl: string;
}

export function buildSubgraph(definition: SubgraphDefinition): Subgraph {
  const schema = buildSchemaSync({
    resolvers: definition.resolvers,
    orphanedTypes: definition.entities as Function[],
    directives: [...specifiedDirectives],
    // Arguments are few and checked where they are used; a record's own check stands before the store.
    validate: false,
    skipCheck: true,
  });
  const sdl = `${federation}\n\n${printSchemaWithDirectives(schema)}\n`;
  const resolvers = createResolversMap(schema) as Record<string, Record<string, unknown>>;
  for (const [name, type] of Object.entries(schema.getTypeMap())) {
    if (name.startsWith("__") || !("getFields" in type)) continue;
    const map = resolvers[name];
    if (!map) continue;
    const reference = definition.references[name] ?? (name === "Organisation" ? organisationReference : undefined);
    if (reference) map.__resolveReference = reference;
    // A record is reached through its staff member only; asked for by itself it is nobody's.
    else if (sdl.includes(`type ${name} @key(`)) map.__resolveReference = () => null;
  }
  return { name: definition.name, schema: buildSubgraphSchema({ typeDefs: parse(sdl), resolvers: resolvers as never }), sdl };
}
