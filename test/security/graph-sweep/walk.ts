/**
 * Operations that together ask for every field of the supergraph, made from its text: a new field is asked for by itself, a new
 * argument that must be given fails the sweep until somebody says here what to give.
 */
import { readFileSync } from "node:fs";
import path from "node:path";
import {
  buildSchema,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isEnumType,
  isObjectType,
  isRequiredArgument,
} from "graphql";

export function supergraph(): GraphQLSchema {
  const file = path.resolve(__dirname, "..", "..", "..", "schema", "supergraph.graphql");
  return buildSchema(readFileSync(file, "utf8"), { assumeValidSDL: true });
}

/** What an operation is about: fills its arguments. */
export interface Aim {
  /** Staff member id. */
  readonly staff: string;
  readonly organisation: string;
  readonly identifier: string;
  /** Id of a record, a run, a file or anything else that stands by itself. */
  readonly thing: string;
}

export interface Operation {
  readonly name: string;
  readonly query: (aim: Aim) => string;
  /** Coordinates that it asks for: Type.field. */
  readonly coordinates: readonly string[];
  /** Name of the root field. */
  readonly root: string;
}

const text = (value: string) => JSON.stringify(value);
/** By name of the argument, or by Type.field.argument where the name alone does not say. */
const given: Readonly<Record<string, (aim: Aim) => string>> = {
  "Query.staffMember.id": ({ staff }) => text(staff),
  "Query.accounts.staffMember": ({ staff }) => text(staff),
  "Query.heldSnapshot.id": ({ thing }) => text(thing),
  "Query.refusedPayload.refusal": ({ thing }) => text(thing),
  "Operations.trace.id": ({ thing }) => text(thing),
  "Operations.replay.id": ({ thing }) => text(thing),
  "Operations.esrFile.name": () => text("no-such-file"),
  "Operations.rows.of": () => "WAITING",
  "Query.staffMemberByIdentifier.scheme": () => "ESR_EMPLOYEE_NUMBER",
  "Query.staffMemberByIdentifier.value": ({ identifier }) => text(identifier),
  "StaffMember.readiness.for": ({ organisation }) =>
    `{ organisation: ${text(organisation)}, startsOn: "2026-12-02", staffGroup: "Medical and Dental" }`,
  odsCode: ({ organisation }) => text(organisation),
  organisation: ({ organisation }) => text(organisation),
  startsOn: () => text("2026-12-01"),
};
/** Optional ones, for a second asking of the same field. */
const optional: Readonly<Record<string, (aim: Aim) => string>> = {
  asOf: () => text("2026-11-22T09:00:00Z"),
  validOn: () => text("2026-11-22"),
  on: () => text("2026-11-22"),
  forOrganisation: ({ organisation }) => text(organisation),
  side: () => "LEAVING",
  decided: () => "true",
};
const pageSize = "100";

type Answered = (aim: Aim) => string;
function argumentsOf(type: string, field: GraphQLField<unknown, unknown>, varied: boolean): Answered | undefined {
  const said: [string, Answered][] = [];
  for (const argument of field.args) {
    const value = written(type, field.name, argument, varied);
    if (value) said.push([argument.name, value]);
    else if (isRequiredArgument(argument)) return undefined;
  }
  return (aim) => (said.length === 0 ? "" : `(${said.map(([name, value]) => `${name}: ${value(aim)}`).join(", ")})`);
}
function written(type: string, field: string, argument: GraphQLArgument, varied: boolean): Answered | undefined {
  const needed = type === "Query" || isRequiredArgument(argument);
  const own = given[`${type}.${field}.${argument.name}`] ?? (needed ? given[argument.name] : undefined);
  if (own) return own;
  if (argument.name === "first") return () => pageSize;
  return varied ? optional[argument.name] : undefined;
}

/** Types that are large by themselves: each of their parts is an operation of its own. */
const parted = new Set(["StaffMember", "Operations", "ConnectedSystem", "Rotation", "Starter", "Organisation"]);
/** Types with a root of their own: wherever else they stand, their name is enough. */
const wholeAtRoot = new Set(["Organisation"]);
/** Where a whole person stands at the end of; anywhere else a person is told by what has no parts. */
const waysToPeople = new Set([
  "Query",
  "StaffMemberConnection",
  "StaffMemberEdge",
  "Organisation",
  "Rotation",
  "StarterConnection",
  "StarterEdge",
  "Starter",
]);
/** Fields of one operation; the gateway refuses what is much larger. */
const largest = 130;
/** Levels under the root that are written out; the gateway refuses deeper ones. */
const deepest = 11;

interface Written {
  readonly text: (aim: Aim) => string;
  readonly coordinates: readonly string[];
}

class Writer {
  readonly unanswerable = new Set<string>();

  constructor(private readonly varied: boolean) {}

  /** One selection for each part of a parted type; else a single one. Empty when nothing below can be asked for. */
  selections(type: GraphQLObjectType, above: readonly string[]): Written[] {
    const scalars: Written[] = [];
    const parts: Written[] = [];
    for (const field of Object.values(type.getFields())) {
      const coordinate = `${type.name}.${field.name}`;
      if (wholeAtRoot.has(type.name) && above.length > 1 && isObjectType(getNamedType(field.type))) continue;
      const args = argumentsOf(type.name, field, this.varied);
      if (!args) {
        this.unanswerable.add(coordinate);
        continue;
      }
      const result = getNamedType(field.type);
      if (!isObjectType(result)) {
        scalars.push({ text: (aim) => `${field.name}${args(aim)}`, coordinates: [coordinate] });
        continue;
      }
      for (const below of this.below(result, [...above, type.name]))
        parts.push({ text: (aim) => `${field.name}${args(aim)} { ${below.text(aim)} }`, coordinates: [coordinate, ...below.coordinates] });
    }
    if (parted.has(type.name)) return packed([...scalars, ...parts], ids(scalars));
    // A part that comes in several pieces gives the whole as many: the rest is repeated with each.
    const single = new Map<string, Written[]>();
    for (const part of parts) single.set(part.coordinates[0]!, [...(single.get(part.coordinates[0]!) ?? []), part]);
    const pieces = Math.max(1, ...[...single.values()].map((list) => list.length));
    return Array.from({ length: pieces }, (_, at) =>
      join([...scalars, ...[...single.values()].flatMap((list) => (at === 0 ? [list[0]!] : list[at] ? [list[at]] : []))]),
    ).filter(({ coordinates }) => coordinates.length > 0);
  }

  private below(type: GraphQLObjectType, above: readonly string[]): Written[] {
    const partOnly = type.name === "StaffMember" && above.some((one) => !waysToPeople.has(one));
    if (above.length >= deepest || above.includes(type.name) || partOnly) {
      const scalars = Object.values(type.getFields()).filter((field) => !isObjectType(getNamedType(field.type)) && field.args.length === 0);
      return scalars.length === 0 ? [] : [join(scalars.map(({ name }) => ({ text: () => name, coordinates: [`${type.name}.${name}`] })))];
    }
    return this.selections(type, above);
  }
}
/** As few operations as the limits of one operation allow. */
function packed(all: readonly Written[], always: readonly Written[]): Written[] {
  const packs: Written[][] = [];
  for (const one of all) {
    const last = packs.at(-1);
    // Twice the same part, in pieces, would ask one field with two selections: they go into operations of their own.
    const fits = last && sizeOf([...last, one]) <= largest && !last.some(({ coordinates }) => coordinates[0] === one.coordinates[0]);
    if (fits) last.push(one);
    else packs.push([one]);
  }
  return packs.map((pack) => join([...always.filter((one) => !pack.includes(one)), ...pack]));
}
const sizeOf = (all: readonly Written[]) => all.reduce((sum, { coordinates }) => sum + coordinates.length, 0);
const ids = (scalars: readonly Written[]) => scalars.filter(({ coordinates }) => coordinates[0]!.endsWith(".id"));
function join(all: readonly Written[]): Written {
  return { text: (aim) => all.map(({ text }) => text(aim)).join(" "), coordinates: all.flatMap(({ coordinates }) => coordinates) };
}

export interface Walk {
  readonly schema: GraphQLSchema;
  readonly operations: readonly Operation[];
  /** Coordinates of everything that can be reached from a query. */
  readonly all: ReadonlySet<string>;
  /** Of them, those that no operation asks for. */
  readonly uncovered: readonly string[];
}

export function walk(): Walk {
  const schema = supergraph();
  const operations: Operation[] = [];
  for (const varied of [false, true]) {
    const writer = new Writer(varied);
    for (const field of Object.values(schema.getQueryType()!.getFields())) {
      const args = argumentsOf("Query", field, varied);
      const type = getNamedType(field.type);
      if (!args || !isObjectType(type)) continue;
      writer.selections(type, ["Query"]).forEach((selection, at) => {
        operations.push({
          name: `${field.name}-${at}${varied ? "-varied" : ""}`,
          root: field.name,
          query: (aim) => `{ ${field.name}${args(aim)} { ${selection.text(aim)} } }`,
          coordinates: [`Query.${field.name}`, ...selection.coordinates],
        });
      });
    }
  }
  const all = reachable(schema);
  const covered = new Set(operations.flatMap(({ coordinates }) => coordinates));
  return { schema, operations: different(operations), all, uncovered: [...all].filter((one) => !covered.has(one)) };
}

const anAim: Aim = { staff: "s", organisation: "o", identifier: "i", thing: "t" };
function different(operations: readonly Operation[]): Operation[] {
  const seen = new Set<string>();
  return operations.filter(({ query }) => {
    const written = query(anAim);
    if (seen.has(written)) return false;
    seen.add(written);
    return true;
  });
}

function reachable(schema: GraphQLSchema): Set<string> {
  const found = new Set<string>();
  const todo: GraphQLObjectType[] = [schema.getQueryType()!];
  const seen = new Set(todo);
  for (let type = todo.pop(); type; type = todo.pop()) {
    for (const field of Object.values(type.getFields())) {
      found.add(`${type.name}.${field.name}`);
      const result = getNamedType(field.type);
      if (isObjectType(result) && !seen.has(result)) {
        seen.add(result);
        todo.push(result);
      }
    }
  }
  return found;
}

/** Values of an enum of the schema. */
export function valuesOf(schema: GraphQLSchema, name: string): string[] {
  const type = schema.getType(name);
  return isEnumType(type) ? type.getValues().map((value) => value.name) : [];
}
