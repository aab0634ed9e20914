/** Every field of the graph and the record types it tells of: what has no label, and what is no longer there. */
import { type GraphQLSchema, isObjectType } from "graphql";
import { projections } from "../../access/vocabulary";
import { definitionOfKind, recordKinds, recordTypes } from "../../schema/kinds";
import { accessLabels } from "../../schema/registry";

export type Labels = Readonly<Record<string, Readonly<Record<string, string>>>>;
const words: ReadonlySet<string> = new Set([...accessLabels, ...projections]);

/** What is wrong with the labels, in words that say where. */
export function labelFaults(schema: GraphQLSchema, labels: Labels): string[] {
  const faults: string[] = [];
  const labelled = new Map<string, string[]>();
  for (const [type, lines] of Object.entries(labels)) {
    for (const [label, fields] of Object.entries(lines)) {
      const unknown = label === "each record" ? [] : label.split(" ").filter((word) => !words.has(word));
      if (unknown.length > 0) faults.push(`${type}: ${unknown.join(", ")} is no record type`);
      for (const field of fields.split(" ")) {
        const name = `${type}.${field}`;
        if (labelled.has(name)) faults.push(`${name} stands twice`);
        labelled.set(name, label.split(" "));
      }
    }
  }
  const there = new Set<string>();
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith("_")) continue;
    for (const field of Object.keys(type.getFields())) {
      const name = `${type.name}.${field}`;
      there.add(name);
      if (!labelled.has(name)) faults.push(`${name} has no label`);
    }
  }
  for (const name of labelled.keys()) if (!there.has(name)) faults.push(`${name} is not in the graph`);
  // What a record's class says of its own fields counts.
  for (const kind of recordKinds) {
    const definition = definitionOfKind(kind);
    for (const { name, access = definition.access } of definition.fields) {
      const label = labelled.get(`${recordTypes[kind].name}.${name}`);
      if (label && label.join(" ") !== access) faults.push(`${recordTypes[kind].name}.${name} is ${access}, not ${label.join(" ")}`);
    }
  }
  return faults;
}
