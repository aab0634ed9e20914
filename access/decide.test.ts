import type { Access } from "../schema/registry";
import { actorsOf } from "./actors";
import { actOfClaim } from "./acts";
import { type Action, decide, type Target } from "./decide";
import { noFacts, type PolicyFacts } from "./facts";
import type { Principal, Role } from "./principal";
import { personScope } from "./scope";
import { claimTypeOf, readTable } from "./tables";
import type { Actor, Condition, RecordType } from "./vocabulary";

const now = new Date("2026-11-22T12:00:00Z");
const person = "10000000-0000-4000-8000-000000000001";

const roleOf: Record<Actor, Role> = {
  SELF: "self",
  PASS: "passport",
  LEHR: "hr",
  HOHR: "hr",
  OHL: "oh",
  OHR: "oh",
  "L&D": "learning",
  RECR: "recruitment",
  NHSE: "nhse",
  TDQ: "data-quality",
  TRUSTADM: "trust-admin",
  IGO: "information-governance",
  VLMS: "vendor-lms",
  VOH: "vendor-oh",
  FEED: "feed",
  ESR: "esr",
  OPS: "ops",
  AUD: "auditor",
};

interface Situation {
  principal: Principal;
  target: Target;
  facts: PolicyFacts;
}

const bare = (actor: Actor, label: RecordType): Situation => ({
  principal: {
    issuer: "i",
    subject: "s",
    org: "ZQA",
    role: roleOf[actor],
    person: undefined,
    act: undefined,
    scope: [],
    aal: 1,
    purposes: [],
  },
  target: { label, controllerOrg: "ZQX", staffMember: person },
  facts: noFacts,
});

/** Makes one condition true and touches no other, so that leaving one out shows whether it counts. */
const grant: Partial<Record<Condition, (it: Situation, actor: Actor) => Situation>> = {
  "own-push": (it) => ({ ...it, target: { ...it.target, pushedBy: "s" } }),
  programme: (it) =>
    fact(it, {
      placements: [{ staffMember: person, organisation: "ZQB", kind: "HOST_PLACEMENT", startsOn: "2026-11-01", endsBefore: "2026-12-31" }],
    }),
  "share-carries": (it) =>
    fact(it, {
      shares: [
        {
          staffMember: person,
          organisation: "ZQA",
          labels: ["R5"],
          startsOn: "2026-01-01",
          endsBefore: "2027-01-01",
          revoked: false,
          madeAt: "2026-01-01T00:00:00Z",
        },
      ],
    }),
  "not-frozen": (it) => it,
  tenant: (it) => ({ ...it, target: { ...it.target, controllerOrg: "ZQA" } }),
  self: (it) => ({ ...it, principal: { ...it.principal, person } }),
  emp: (it) =>
    fact(it, {
      engagements: [{ staffMember: person, organisation: "ZQA", kind: "SUBSTANTIVE", acceptedOn: "2026-01-01", endsBefore: undefined }],
    }),
  place: (it) =>
    fact(it, {
      placements: [{ staffMember: person, organisation: "ZQA", kind: "HONORARY", startsOn: "2026-11-01", endsBefore: "2026-12-31" }],
    }),
  offer: (it) =>
    fact(it, {
      engagements: [{ staffMember: person, organisation: "ZQA", kind: "PRE_HIRE", acceptedOn: "2026-11-01", endsBefore: "2026-12-01" }],
    }),
  transfer: (it) =>
    fact(it, {
      transfers: [
        {
          staffMember: person,
          organisation: "ZQA",
          labels: [it.target.label as Access],
          acceptedOn: "2026-11-01",
          endsBefore: "2027-01-01",
          answer: "YES",
          state: "OPEN",
        },
      ],
    }),
  wsa: (it) =>
    fact(it, {
      agreements: [
        {
          controllerOrg: it.target.controllerOrg!,
          organisation: "ZQA",
          labels: [it.target.label as Access],
          startsOn: "2026-01-01",
          endsBefore: undefined,
          signedByBoth: true,
        },
      ],
    }),
  share: (it) =>
    fact(it, {
      shares: [
        {
          staffMember: person,
          organisation: "ZQA",
          labels: [it.target.label as Access],
          startsOn: "2026-01-01",
          endsBefore: "2027-01-01",
          revoked: false,
          madeAt: "2026-01-01T00:00:00Z",
        },
      ],
    }),
  deleg: (it) => ({
    ...fact(it, {
      delegations: [
        {
          staffMember: person,
          client: "app",
          labels: it.principal.scope.length ? [it.target.label as Access] : [],
          startsOn: "2026-01-01",
          endsBefore: undefined,
        },
      ],
    }),
    principal: { ...it.principal, act: "app", registered: it.principal.registered ?? [] },
  }),
  scope: (it) => ({
    ...it,
    principal: { ...it.principal, scope: [it.target.label!], registered: [it.target.label!] },
    facts: { ...it.facts, delegations: it.facts.delegations.map((one) => ({ ...one, labels: [it.target.label as Access] })) },
  }),
  aal2: (it) => ({ ...it, principal: { ...it.principal, aal: 2 } }),
  aal3: (it) => ({ ...it, principal: { ...it.principal, aal: 3 } }),
  purpose: (it, actor) => ({ ...it, principal: { ...it.principal, purposes: readTable[actor][it.target.label!]!.purposes } }),
  "no-objection": (it) => it,
};
function fact(it: Situation, more: Partial<PolicyFacts>): Situation {
  return { ...it, facts: { ...it.facts, ...more } };
}
const effect = ({ principal, target, facts }: Situation) => decide(principal, "read", target, facts, now).effect;

/** Tenant first: agreements are with the controller. */
const order = (path: readonly Condition[]) => [...path].sort((a, b) => Number(b === "tenant") - Number(a === "tenant"));

const paths = (Object.keys(readTable) as Actor[]).flatMap((actor) =>
  (Object.keys(readTable[actor]) as RecordType[]).flatMap((label) =>
    readTable[actor][label]!.paths.map(({ conditions: path }) => ({
      name: `${actor} ${label} by ${path.join(" and ")}`,
      actor,
      label,
      path,
    })),
  ),
);

describe("every path of the read table", () => {
  test.each(paths.map((it) => [it.name, it] as const))("%s allows, and without any one of these it denies", (_, { actor, label, path }) => {
    const with_ = (conditions: readonly Condition[]) =>
      order(conditions).reduce((it, condition) => grant[condition]!(it, actor), bare(actor, label));
    expect(effect(with_(path))).toBe("allow");
    for (const left of path) {
      if (left === "no-objection") {
        const objections = [{ staffMember: person, labels: [label as Access], madeAt: "2026-01-02T00:00:00Z" }];
        expect(effect(fact(with_(path), { objections }))).toBe("deny");
      } else if (left === "not-frozen") expect(effect(fact(with_(path), { frozen: [person] }))).toBe("deny");
      else expect([left, effect(with_(path.filter((condition) => condition !== left)))]).toEqual([left, "deny"]);
    }
  });
});

const everything = (role: Role, org = "ZQA"): Principal => ({
  issuer: "i",
  subject: "s",
  org,
  role,
  person,
  act: role === "passport" ? "app" : undefined,
  scope: ["R1", "R2", "R3", "R4", "R5", "R7"],
  registered: ["R1", "R2", "R3", "R4", "R5", "R7"],
  aal: 3,
  purposes: [
    "SELF_VIEW",
    "EMPLOYMENT",
    "PRE_EMPLOYMENT",
    "PLACEMENT",
    "TRAINING_COMPLIANCE",
    "OH_CARE",
    "SETTINGS",
    "SERVICE_OPERATION",
    "AUDIT",
  ],
});
const allFacts = (label: Access): PolicyFacts =>
  (["emp", "place", "transfer", "wsa", "share", "deleg"] as const).reduce((it, condition) => grant[condition]!(it, "PASS"), {
    principal: everything("hr"),
    target: { label, controllerOrg: "ZQA", staffMember: person },
    facts: noFacts,
  } as Situation).facts;
const personal: readonly Access[] = ["R1", "R1s", "R2", "R3", "R4", "R5", "R7"];

test("without facts nobody but the person sees anything of a person; a trust's ESR knows its own numbers", () => {
  for (const role of ["passport", "hr", "oh", "learning", "recruitment", "esr", "ops", "trust-admin", "auditor"] as const) {
    for (const label of personal) {
      expect([
        role,
        label,
        decide(everything(role), "read", { label, controllerOrg: "ZQA", staffMember: person }, noFacts, now).effect,
      ]).toEqual([role, label, role === "esr" && label === "R2" ? "allow" : "deny"]);
    }
  }
});

test("HR never reads immunisations, whatever is shared or agreed", () => {
  expect(decide(everything("hr"), "read", { label: "R5", controllerOrg: "ZQA", staffMember: person }, allFacts("R5"), now).effect).toBe(
    "deny",
  );
});

test("HR reads of a clearance its outcome and until when, as employer and as host", () => {
  const { fields } = decide(everything("hr"), "read", { label: "R4", controllerOrg: "ZQA", staffMember: person }, allFacts("R4"), now);
  expect([...new Set(fields)].sort()).toEqual(["clearedForRole", "validUntil"]);
});

test("operations staff, administrators and auditors read nothing of a person", () => {
  for (const role of ["ops", "trust-admin", "auditor"] as const) {
    for (const label of personal) {
      expect(decide(everything(role), "read", { label, controllerOrg: "ZQA", staffMember: person }, allFacts(label), now).effect).toBe(
        "deny",
      );
    }
  }
});

test("a restriction beats every path", () => {
  const facts = { ...allFacts("R3"), restrictions: [{ staffMember: person, controllerOrg: "ZQA", labels: ["R3" as const] }] };
  expect(decide(everything("self"), "read", { label: "R3", controllerOrg: "ZQA", staffMember: person }, facts, now).effect).toBe("deny");
});

test("an employment ends 30 days after its last day, a placement opens 91 days early and closes 14 days late, in London's days", () => {
  const at = (instant: string, facts: Partial<PolicyFacts>) =>
    decide(
      everything("hr"),
      "read",
      { label: "R2", controllerOrg: "ZQA", staffMember: person },
      { ...noFacts, ...facts },
      new Date(instant),
    ).effect;
  const left = {
    engagements: [{ staffMember: person, organisation: "ZQA", kind: "SUBSTANTIVE", acceptedOn: "2020-01-01", endsBefore: "2026-06-01" }],
  };
  expect(at("2026-06-30T22:59:59Z", left)).toBe("allow");
  expect(at("2026-06-30T23:00:00Z", left)).toBe("deny"); // already 1 July in London
  const placed = {
    placements: [{ staffMember: person, organisation: "ZQA", kind: "HONORARY", startsOn: "2027-02-03", endsBefore: "2027-08-04" }],
  };
  expect(at("2026-11-03T23:59:59Z", placed)).toBe("deny");
  expect(at("2026-11-04T00:00:00Z", placed)).toBe("allow");
  expect(at("2027-08-17T22:59:59Z", placed)).toBe("allow");
  expect(at("2027-08-17T23:00:00Z", placed)).toBe("deny");
});

test("broken facts deny instead of failing", () => {
  const broken = { ...noFacts, engagements: undefined as never };
  expect(decide(everything("hr"), "read", { label: "R3", controllerOrg: "ZQA", staffMember: person }, broken, now)).toMatchObject({
    effect: "deny",
    reason: "decision-failed",
  });
});

test("a person of whom nothing is open is not visible", () => {
  const known = { facts: new Map([[person, noFacts]]), controllers: new Map([[person, ["ZQA"]]]) };
  expect(personScope(everything("hr"), person, known, now).visible).toBe(false);
  expect(personScope({ ...everything("self"), act: undefined }, person, known, now).visible).toBe(true);
});

test("that only an occupational health system knows somebody opens nothing to HR, and all to the person", () => {
  const facts: PolicyFacts = {
    ...noFacts,
    placements: [{ staffMember: person, organisation: "ZQA", kind: "HOST_PLACEMENT", startsOn: "2000-01-01", endsBefore: "2999-01-01" }],
  };
  const known = { facts: new Map([[person, facts]]), controllers: new Map([[person, ["ZQA"]]]) };
  const health = { ...known, healthOnly: new Map([[person, ["ZQA"]]]) };
  const hr: Principal = { ...everything("hr"), org: "ZQA", aal: 2, purposes: ["PLACEMENT"] };
  expect(personScope(hr, person, known, now).visible).toBe(true);
  expect(personScope(hr, person, health, now).visible).toBe(false);
  expect(personScope({ ...everything("self"), act: undefined }, person, health, now).may("R2", "ZQA")).toBe(true);
});

describe("who decides on claims", () => {
  const as = (role: Role, more: Partial<Principal> = {}): Principal => ({
    ...bare("LEHR", "R1").principal,
    role,
    aal: 3,
    purposes: ["DATA_QUALITY"],
    ...more,
  });
  const effect = (principal: Principal, system: string, controllerOrg = "ZQA") => {
    const seen = decide(principal, "read", { label: claimTypeOf(system), controllerOrg }, noFacts, now).effect;
    expect(decide(principal, actOfClaim(system), { controllerOrg }, noFacts, now).effect).toBe(seen);
    return seen;
  };

  it("a trust's data-quality person on what its training and employment systems say", () => {
    expect(["lms", "esr", "oh"].map((system) => effect(as("data-quality"), system))).toEqual(["allow", "allow", "deny"]);
  });
  it("its OH team on what an OH system says, and on nothing else", () => {
    expect(["lms", "esr", "oh"].map((system) => effect(as("oh"), system))).toEqual(["deny", "deny", "allow"]);
  });
  it("nobody on another trust's, without the level, without the purpose, or in another role", () => {
    expect(effect(as("oh"), "oh", "ZQB")).toBe("deny");
    expect(effect(as("oh", { aal: 2 }), "oh")).toBe("deny");
    expect(effect(as("data-quality", { purposes: [] }), "lms")).toBe("deny");
    for (const role of ["hr", "ops", "self", "auditor", "trust-admin"] as const) expect(effect(as(role), "lms")).toBe("deny");
  });
});

describe("a token that a client acts with", () => {
  it("is the client's, also where it says self", () => {
    const principal: Principal = { ...bare("SELF", "R3").principal, person, aal: 3, purposes: ["SELF_VIEW"] };
    const target: Target = { label: "R3", controllerOrg: "ZQX", staffMember: person };
    expect(decide(principal, "read", target, noFacts, now).effect).toBe("allow");
    expect(actorsOf({ ...principal, act: "a-client" })).toEqual(["PASS"]);
    expect(decide({ ...principal, act: "a-client" }, "read", target, noFacts, now).effect).toBe("deny");
  });
});

describe("agreements between organisations", () => {
  const host = everything("hr");
  const placed = { staffMember: person, organisation: "ZQA", kind: "HOST_PLACEMENT", startsOn: "2026-12-02", endsBefore: "2027-04-07" };
  const agreement = {
    controllerOrg: "ZQX",
    organisation: "ZQA",
    labels: ["R3" as const],
    startsOn: "2026-11-22",
    endsBefore: "2026-11-23",
    signedByBoth: true,
  };
  const reads = (more: Partial<typeof agreement>, label: Access = "R3", at = now) =>
    decide(
      host,
      "read",
      { label, controllerOrg: "ZQX", staffMember: person },
      { ...noFacts, placements: [placed], agreements: [{ ...agreement, ...more }] },
      at,
    ).effect;

  it("open what they list, between these two, from the first day to the last, when both have signed", () => {
    expect(reads({})).toBe("allow");
    expect(reads({ signedByBoth: false })).toBe("deny");
    expect(reads({}, "R2")).toBe("deny");
    expect(reads({ controllerOrg: "ZQC" })).toBe("deny");
    expect(reads({ organisation: "ZQB" })).toBe("deny");
    expect(reads({ controllerOrg: "ZQA", organisation: "ZQX" })).toBe("deny");
  });
  it("begin and end at midnight in London", () => {
    expect(reads({}, "R3", new Date("2026-11-21T23:59:59Z"))).toBe("deny");
    expect(reads({}, "R3", new Date("2026-11-22T00:00:00Z"))).toBe("allow");
    expect(reads({}, "R3", new Date("2026-11-22T23:59:59Z"))).toBe("allow");
    expect(reads({}, "R3", new Date("2026-11-23T00:00:00Z"))).toBe("deny");
  });
  it("open nothing by themselves: without a placement there is nobody to read about", () => {
    const facts = { ...noFacts, agreements: [agreement] };
    expect(decide(host, "read", { label: "R3", controllerOrg: "ZQX", staffMember: person }, facts, now).effect).toBe("deny");
  });
  it("never open immunisations", () => {
    for (const role of ["hr", "oh"] as const) {
      const facts = { ...noFacts, placements: [placed], agreements: [{ ...agreement, labels: ["R5" as const] }] };
      expect(decide(everything(role), "read", { label: "R5", controllerOrg: "ZQX", staffMember: person }, facts, now).effect).toBe("deny");
    }
  });
});

describe("rotations and health items", () => {
  it("are for HR and occupational health of the own organisation; health items for the person and occupational health", () => {
    const by = (may: (principal: Principal) => boolean) =>
      (["self", "passport", "hr", "oh", "learning", "recruitment", "data-quality", "trust-admin", "ops", "auditor", "esr"] as const).filter(
        (role) => may({ ...bare("SELF", "R1").principal, role }),
      );
    const may = (action: Action, controllerOrg: string) => (principal: Principal) =>
      decide({ ...everything(principal.role), act: undefined }, action, { controllerOrg }, noFacts, now).effect === "allow";
    expect(by(may("list-rotation", "ZQA"))).toEqual(["hr", "oh"]);
    expect(by(may("list-rotation", "ZQB"))).toEqual([]);
    expect(by(may("answer-health-items", "ZQA"))).toEqual(["self", "oh"]);
  });
});

describe("who lists staff", () => {
  it("those who work with an organisation's people, of their own organisation only", () => {
    const list = (role: Role, organisation = "ZQA") =>
      decide(everything(role), "list-staff", { controllerOrg: organisation }, noFacts, now).effect === "allow";
    expect((["hr", "oh", "learning", "recruitment"] as const).map((role) => list(role))).toEqual([true, true, true, true]);
    expect((["self", "passport", "ops", "trust-admin", "auditor", "data-quality", "esr"] as const).some((role) => list(role))).toBe(false);
    expect(list("hr", "ZQB")).toBe(false);
  });
});

describe("what an OH system says of somebody's identity", () => {
  it("is heard by those who may see immunisations there", () => {
    const { facts } = grant.emp!(bare("LEHR", "R1"), "LEHR");
    const known = { facts: new Map([[person, facts]]), controllers: new Map([[person, ["ZQA"]]]) };
    const scopeOf = (role: Role, purpose: string) =>
      personScope({ ...bare("LEHR", "R1").principal, role, aal: 3, purposes: [purpose] }, person, known, now);
    expect(scopeOf("hr", "EMPLOYMENT").mayHear("oh", "ZQA")).toBe(false);
    expect(scopeOf("hr", "EMPLOYMENT").mayHear("lms", "ZQA")).toBe(true);
    expect(scopeOf("oh", "OH_CARE").mayHear("oh", "ZQA")).toBe(true);
    expect(scopeOf("oh", "OH_CARE").mayHear("oh", "ZQB")).toBe(false);
  });
});
