import { readFileSync } from "node:fs";
import path from "node:path";
import { isEnumType, isInputObjectType, isInterfaceType, isObjectType, isScalarType } from "graphql";
import { personLabels } from "../../access/scope";
import { composeSupergraph } from "../../gateway/compose";
import { generatedFiles } from "../../gateway/generated";
import { definitionOfKind, recordKinds } from "../../schema/kinds";
import { accessLabels } from "../../schema/registry";
import { allSubgraphs } from "../../subgraphs/all";

const root = path.resolve(__dirname, "../..");

test.each(generatedFiles().map((it) => [it.path, it.content]))("%s is what the code says", (file, content) => {
  // Out of date: npm run schema
  expect(readFileSync(path.join(root, file), "utf8")).toBe(content);
});

test("the subgraphs compose, and one that contradicts another does not", () => {
  const subgraphs = allSubgraphs();
  expect(composeSupergraph(subgraphs)).toContain("type StaffMember");
  const learning = subgraphs.find((it) => it.name === "learning")!;
  const twice = { ...learning, name: "again" };
  expect(() => composeSupergraph([...subgraphs, twice])).toThrow(/do not compose/);
});

test("no subgraph carries another one's fields: the stub is a class of its own in each", () => {
  for (const { name, sdl } of allSubgraphs()) {
    for (const part of ["learning", "health", "checks"]) {
      expect(new RegExp(`^  ${part}[(:]`, "m").test(sdl)).toBe(name === part);
    }
  }
});

const federation = /^(_|link__|federation__)/;

test.each(allSubgraphs().map((it) => [it.name, it.schema] as const))(
  "every type, field, argument and enum value of %s is described",
  (_, schema) => {
    const silent: string[] = [];
    for (const type of Object.values(schema.getTypeMap())) {
      if (federation.test(type.name) || ["Query", "Mutation", "String", "Int", "Float", "Boolean", "ID"].includes(type.name)) continue;
      if (!type.description) silent.push(type.name);
      if (isEnumType(type)) for (const value of type.getValues()) if (!value.description) silent.push(`${type.name}.${value.name}`);
      if (isObjectType(type) || isInterfaceType(type) || isInputObjectType(type)) {
        for (const field of Object.values(type.getFields())) {
          if (!field.description) silent.push(`${type.name}.${field.name}`);
          if ("args" in field) for (const arg of field.args) if (!arg.description) silent.push(`${type.name}.${field.name}(${arg.name})`);
        }
      }
      if (isScalarType(type) && !type.description) silent.push(type.name);
    }
    for (const root of [schema.getQueryType(), schema.getMutationType()]) {
      for (const field of Object.values(root?.getFields() ?? {})) {
        if (federation.test(field.name)) continue;
        if (!field.description) silent.push(`${root!.name}.${field.name}`);
        for (const arg of field.args) if (!arg.description) silent.push(`${root!.name}.${field.name}(${arg.name})`);
      }
    }
    expect(silent).toEqual([]);
  },
);

test("every field that crosses a subgraph is nullable", () => {
  for (const { name, schema } of allSubgraphs()) {
    const fields =
      (schema.getType("StaffMember") as { getFields?: () => Record<string, { type: unknown }> } | undefined)?.getFields?.() ?? {};
    for (const [field, { type }] of Object.entries(fields)) {
      if (field !== "id") expect(`${name}.${field}: ${String(type)}`).not.toMatch(/!$/);
    }
  }
});

test("every record kind about a person carries a label that access decides on", () => {
  for (const kind of recordKinds) {
    const definition = definitionOfKind(kind);
    expect(accessLabels).toContain(definition.access);
    if (definition.subject === "staff-member") expect(personLabels).toContain(definition.access);
  }
});
