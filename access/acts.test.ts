import { type Act, actTable, decideAct } from "./acts";
import { type Principal, roles } from "./principal";

const acts = Object.keys(actTable) as Act[];
const as = (more: Partial<Principal>): Principal => ({
  issuer: "i",
  subject: "s",
  org: "ZQA",
  role: "ops",
  person: undefined,
  act: undefined,
  scope: [],
  aal: 3,
  purposes: ["SETTINGS", "SERVICE_OPERATION"],
  ...more,
});
const effect = (principal: Principal, act: Act, organisations = ["ZQA"]) => decideAct(principal, act, organisations).effect;

it("allows a trust's administrator the course map of that trust, the ESR team the rest, and nobody anything else", () => {
  const allowed = roles.flatMap((role) => acts.filter((act) => effect(as({ role }), act) === "allow").map((act) => `${role} ${act}`));
  expect(allowed.sort()).toEqual(["ops rotate-keys", "ops send-to-esr", "ops sync-now", "trust-admin map-courses"]);
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
