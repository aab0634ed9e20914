import { readFileSync } from "node:fs";
import path from "node:path";
import { buildSchema } from "graphql";
import fieldLabels from "../../access/field-labels.json";
import { allSubgraphs } from "../../subgraphs/all";
import type { RequestContext } from "../../subgraphs/kit/context";
import { type Labels, labelFaults } from "./labels";

const sdl = readFileSync(path.resolve(__dirname, "../../schema/supergraph.graphql"), "utf8");
const supergraph = (text = sdl) => buildSchema(text, { assumeValidSDL: true });
const labels = fieldLabels.labels as unknown as Labels;

describe("the labels of the graph's fields", () => {
  it("stand at every field of every type, and at nothing that is gone", () => {
    expect(labelFaults(supergraph(), labels)).toEqual([]);
  });

  it("are missed at a new field of a type, and at a new type", () => {
    const planted = sdl.replace(/^type StaffName[^{]*(\{)/m, (head) => `${head}\n  nickname: String\n`);
    expect(labelFaults(supergraph(`${planted}\ntype Diagnosis { text: String }`), labels)).toEqual([
      "StaffName.nickname has no label",
      "Diagnosis.text has no label",
    ]);
  });

  it("are found when they outlive their field, name no record type, or contradict the record's class", () => {
    const { StaffName, ...others } = labels;
    const wrong = { ...others, StaffName: { ...StaffName, R6: "formerly" } };
    expect(labelFaults(supergraph(), wrong)).toEqual(["StaffName: R6 is no record type", "StaffName.formerly is not in the graph"]);
    const lower = { ...labels, Immunisation: { R3: Object.values(labels.Immunisation!).join(" ") } };
    expect(labelFaults(supergraph(), lower)).toContain("Immunisation.vaccine is R5, not R3");
  });
});

type Reference = (reference: object, context: RequestContext, info: object) => unknown;
const referenceOf = (type: unknown) =>
  (type as { extensions?: { apollo?: { subgraph?: { resolveReference?: Reference } } } }).extensions?.apollo?.subgraph?.resolveReference;

/** A request's context of which nothing but `person()` may be used. */
function onlyPerson(asked: string[]): RequestContext {
  const person = async (id: string) => void asked.push(id);
  return new Proxy({ person } as unknown as RequestContext, {
    get(_, name) {
      if (name === "person") return person;
      if (name === "then") return undefined;
      throw new Error(`${String(name)} was used before the person was decided on`);
    },
  });
}

describe("a reference to a staff member", () => {
  const subgraphs = allSubgraphs().filter(({ schema }) => schema.getType("StaffMember"));

  it.each(subgraphs.map(({ name, schema }) => [name, schema] as const))(
    "in %s is nothing before the person is decided on",
    async (_, schema) => {
      const id = "7c6c8a3e-6a4f-4b39-9a53-2f3f9a0f5d11";
      const asked: string[] = [];
      const reference = referenceOf(schema.getType("StaffMember"))!;
      expect(await reference({ __typename: "StaffMember", id }, onlyPerson(asked), {})).toBeNull();
      expect(asked).toEqual([id]);
    },
  );

  it("is the only way to a person in every subgraph that has one", () => {
    expect(subgraphs.map(({ name }) => name).sort()).toEqual(["checks", "health", "learning", "movement", "operations", "staff"]);
  });
});
