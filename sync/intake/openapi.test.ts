import { openApi } from "./openapi";

type Json = Record<string, any>;
const document = openApi() as Json;
const operations: [string, string, Json][] = Object.entries(document.paths as Json).flatMap(([path, item]) =>
  Object.entries(item as Json).map(([method, operation]): [string, string, Json] => [method, path, operation]),
);

function* walk(value: unknown): Iterable<Json> {
  if (typeof value !== "object" || value === null) return;
  yield value as Json;
  for (const part of Object.values(value)) yield* walk(part);
}

describe("the OpenAPI document", () => {
  it("is OpenAPI 3.1, with what its rules require of every part", () => {
    expect(document.openapi).toMatch(/^3\.1\.\d$/);
    expect(document.info).toMatchObject({ title: expect.any(String), version: expect.any(String) });
    for (const name of Object.keys(document.components.schemas)) expect(name).toMatch(/^[A-Za-z0-9._-]+$/);
    const ids = operations.map(([, , { operationId }]) => operationId);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [method, path, operation] of operations) {
      expect([path, method]).toEqual([expect.stringMatching(/^\//), expect.stringMatching(/^(get|post)$/)]);
      expect(Object.keys(operation.responses).length).toBeGreaterThan(0);
      for (const [status, response] of Object.entries<Json>(operation.responses))
        expect([status, response.description]).toEqual([expect.stringMatching(/^[1-5]\d\d$/), expect.any(String)]);
      const parameters: Json[] = (operation.parameters ?? []).map((one: Json) =>
        one.$ref ? document.components.parameters[one.$ref.split("/").at(-1)] : one,
      );
      // Every place in the path is a required parameter, and the other way round.
      const places = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      expect(parameters.filter((one) => one.in === "path").map(({ name, required }) => [name, required])).toEqual(
        places.map((name) => [name, true]),
      );
      for (const one of parameters) expect([one.name, typeof one.schema]).toEqual([one.name, "object"]);
      for (const requirement of operation.security)
        for (const scheme of Object.keys(requirement)) expect(document.components.securitySchemes).toHaveProperty([scheme]);
    }
    for (const scheme of Object.values<Json>(document.components.securitySchemes))
      expect(scheme).toMatchObject({ type: "apiKey", in: "header", name: expect.any(String) });
  });

  it("refers to nothing that is not there, and keeps nothing that nobody refers to", () => {
    const referred = new Set<string>();
    for (const { $ref } of walk(document)) {
      if (typeof $ref !== "string") continue;
      const steps = $ref.replace(/^#\//, "").split("/");
      expect([$ref, steps.reduce<any>((at, step) => at?.[step], document)]).toEqual([$ref, expect.any(Object)]);
      referred.add(steps.at(-1)!);
    }
    for (const name of Object.keys(document.components.schemas)) expect(referred).toContain(name);
  });

  it("says of an item what the connector reads of it, and nothing of what it drops", () => {
    const { Item, Batch, Event } = document.components.schemas;
    expect(Item.required).toEqual(["id"]);
    expect(Object.keys(Item.properties)).toEqual(
      expect.arrayContaining(["id", "changedAt", "person", "course", "dateLastAwarded", "withdrawn"]),
    );
    expect(Batch.properties.records).toMatchObject({ maxItems: 500, items: { $ref: "#/components/schemas/Item" } });
    expect(Event.required).toEqual(["specversion", "id", "source", "type", "time", "subject", "filtering", "dataref"]);
  });

  it("says of every door that it can be too fast, and of every answer of ours that it may be away, when to come again", () => {
    for (const [, path, { responses }] of operations.filter(([, one]) => one !== "/openapi.json"))
      for (const status of ["429", "503"])
        expect([path, responses[status]?.headers]).toEqual([path, { "Retry-After": expect.any(Object) }]);
  });
});
