import type { Principal } from "../access/principal";
import { allSubgraphs } from "../subgraphs/all";
import { principal } from "../test/builders/principals";
import { CompiledSubgraph } from "./in-process-source";
import { isPass, issuePass } from "./internal-pass";

const hr = (over: Partial<Principal> = {}) => principal("hr", { org: "ZQA", purposes: ["EMPLOYMENT"], ...over });
const request = { principal: hr(), requestId: "r" };
const asked = { query: "{ _service { sdl } }", variables: { r: [1] } };

test("a pass holds for this subgraph, operation, variables, caller and request, for thirty seconds", () => {
  const pass = issuePass("health", asked, request, 1_000_000);
  const holds = (over: { subgraph?: string; asked?: object; request?: object; now?: number } = {}) =>
    isPass(pass, over.subgraph ?? "health", { ...asked, ...over.asked }, { ...request, ...over.request }, over.now ?? 1_000_000);
  expect(holds()).toBe(true);
  expect(holds({ now: 1_030_000 })).toBe(true);
  expect(holds({ now: 1_030_001 })).toBe(false);
  expect(holds({ now: 999_999 })).toBe(false);
  expect(holds({ subgraph: "staff" })).toBe(false);
  expect(holds({ asked: { query: "{ me { id } }" } })).toBe(false);
  expect(holds({ asked: { variables: { r: [2] } } })).toBe(false);
  expect(holds({ request: { requestId: "q" } })).toBe(false);
  for (const over of [{ org: "ZQB" }, { role: "oh" as const }, { person: "p" }, { purposes: ["OH_CARE"] }, { act: "c" }, { aal: 2 }])
    expect(holds({ request: { principal: hr(over) } })).toBe(false);
  expect(isPass({ ...pass, expiresAt: pass.expiresAt + 1 }, "health", asked, request, 1_000_001)).toBe(false);
  expect(isPass({ ...pass, mac: Buffer.alloc(32) }, "health", asked, request, 1_000_000)).toBe(false);
  expect(isPass({ ...pass, mac: Buffer.alloc(0) }, "health", asked, request, 1_000_000)).toBe(false);
});

test("whom a pass was issued for cannot become somebody else", () => {
  const mutable = hr() as { role: string };
  issuePass("health", asked, { principal: mutable as Principal, requestId: "r" });
  expect(() => {
    mutable.role = "oh";
  }).toThrow(TypeError);
});

test.each(allSubgraphs().map((subgraph) => [subgraph.name, subgraph] as const))(
  "in this process too %s answers nothing without a pass for the very question: _service, _entities and its fields",
  async (name, subgraph) => {
    const compiled = new CompiledSubgraph(subgraph);
    const context = { caller: request.principal, requestId: "r" };
    for (const query of [
      "{ _service { sdl } }",
      "query E($r: [_Any!]!) { _entities(representations: $r) { __typename } }",
      "{ __typename }",
    ]) {
      const variables = { r: [] };
      const passes = [
        undefined,
        issuePass("another", { query, variables }, request),
        issuePass(name, { query: "{ a }", variables }, request),
      ];
      for (const pass of passes) {
        const result = await compiled.run(pass, query, variables, context);
        expect(result.data).toBeUndefined();
        expect(result.errors?.map(({ extensions }) => extensions.code)).toEqual(["UNAUTHENTICATED"]);
      }
      const allowed = await compiled.run(issuePass(name, { query, variables }, request), query, variables, context);
      expect(allowed.errors).toBeUndefined();
      expect(allowed.data).toBeDefined();
    }
  },
);
