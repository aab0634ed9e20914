import { catalog } from "../connectors/catalog";
import { definitionOfKind } from "../schema/kinds";
import type { Access } from "../schema/registry";
import { mayReadReceipts, mayWrite } from "./connectors";

const now = new Date("2026-11-22T09:00:00Z");
const writes = (system: "lms" | "oh" | "esr" | "recruitment", label: Access, organisation = "ZQA") =>
  mayWrite("zqa-one", { label, system }, organisation, now);

describe("a job acts as its connector's principal", () => {
  it.each([
    ["lms", ["R1", "R3"]],
    ["oh", ["R1", "R4", "R5"]],
    ["esr", ["R1", "R1s", "R2", "R3", "R7"]],
    ["recruitment", ["R1", "R2", "R7"]],
  ] as const)("what a system of sort %s may bring is %s, and nothing else", (system, allowed) => {
    const labels: readonly Access[] = ["R1", "R1s", "R2", "R3", "R4", "R5", "R7", "R8", "R9", "R10", "R11", "R12"];
    expect(labels.filter((label) => writes(system, label))).toEqual(allowed);
  });

  it("reads what became of its own pushes, and of no other's", () => {
    expect(mayReadReceipts("zqa-lms", "lms", "ZQA", "zqa-lms", now)).toBe(true);
    expect(mayReadReceipts("zqa-lms", "lms", "ZQA", "zqa-oh", now)).toBe(false);
    expect(mayReadReceipts("zqa-oh", "oh", "ZQA", "zqa-oh", now)).toBe(true);
    // What has no door of its own has nothing to ask about.
    expect(mayReadReceipts("zqa-esr", "esr", "ZQA", "zqa-esr", now)).toBe(false);
  });
});

describe("every connector of the catalogue", () => {
  it.each([...Object.values(catalog)].map((connector) => [connector.name, connector.delivers] as const))(
    "%s may bring all that it delivers",
    (_, delivers) => {
      const refused = delivers.filter(({ kind, system }) => !writes(system, definitionOfKind(kind).access));
      expect(refused.map(({ kind, system }) => `${kind} from ${system}`)).toEqual([]);
    },
  );
});
