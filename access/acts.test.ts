import { principal } from "../test/builders/principals";
import { type Act, actOfHeld, actTable } from "./acts";
import { decide } from "./decide";
import { noFacts } from "./facts";
import { type Principal, roles } from "./principal";

const acts = Object.keys(actTable) as Act[];
const as = (more: Partial<Principal>) => principal("ops", { org: "ZQA", purposes: ["SETTINGS", "SERVICE_OPERATION"], ...more });
const effect = (principal: Principal, act: Act, organisations = ["ZQA"]) =>
  decide(principal, act, { organisations }, noFacts, new Date("2026-11-22T12:00:00Z")).effect;

it("leaves a held snapshot to the trust's own people: health to occupational health alone, never to the ESR team", () => {
  const held = ["R1", "R2", "R3", "R4", "R5", "R7"] as const;
  const may = (principal: Principal, organisations?: string[]) =>
    held.filter((label) => effect(principal, actOfHeld(label), organisations) === "allow").join(" ");
  expect(may(as({ role: "oh", purposes: ["OH_CARE"] }))).toBe("R4 R5");
  expect(may(as({ role: "hr", purposes: ["EMPLOYMENT"] }))).toBe("R1 R2 R3 R7");
  expect(may(as({ role: "learning", purposes: ["TRAINING_COMPLIANCE"] }))).toBe("R3");
  expect(may(as({ role: "ops" }))).toBe("R1 R2 R3 R7");
  expect(may(as({ role: "trust-admin" }))).toBe("");
  expect(may(as({ role: "oh", purposes: ["OH_CARE"] }), ["ZQA", "ZQB"])).toBe("");
  expect(may(as({ role: "hr", purposes: ["EMPLOYMENT"] }), ["ZQB"])).toBe("");
  expect(may(as({ role: "oh", purposes: ["OH_CARE"], aal: 2 }))).toBe("");
});

it("allows a trust's administrator the course map of that trust, the ESR team the rest, and nobody anything else", () => {
  const people = roles.filter((role) => !["esr", "feed", "vendor-lms", "vendor-oh"].includes(role));
  const allowed = people.flatMap((role) => acts.filter((act) => effect(as({ role }), act) === "allow").map((act) => `${role} ${act}`));
  expect(allowed.sort()).toEqual([
    "ops accept-drift",
    "ops backfill",
    "ops decide-held-employment",
    "ops decide-held-training",
    "ops pause-connections",
    "ops redrive-refused",
    "ops replay-records",
    "ops rotate-keys",
    "ops run-retention",
    "ops send-to-esr",
    "ops sync-now",
    "ops verify-audit",
    "trust-admin esr-on",
    "trust-admin map-courses",
    "trust-admin prepare-agreement",
    "trust-admin replay-records",
  ]);
});

it("denies another trust's map, a map of nobody's, a lower level and another purpose", () => {
  const admin = as({ role: "trust-admin" });
  expect(effect(admin, "map-courses", ["ZQB"])).toBe("deny");
  expect(effect(admin, "map-courses", ["ZQA", "ZQB"])).toBe("deny");
  expect(effect(admin, "map-courses", [])).toBe("deny");
  expect(effect({ ...admin, aal: 1 }, "map-courses")).toBe("deny");
  expect(effect({ ...admin, purposes: ["SERVICE_OPERATION"] }, "map-courses")).toBe("deny");
  expect(effect(as({ aal: 2 }), "rotate-keys")).toBe("deny");
});
