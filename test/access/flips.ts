/** What a grant is of: a fact that is somebody else's, another organisation's, of another type, over or not begun opens nothing. */
import { type Action, decide, type Target } from "../../access/decide";
import { noFacts, type PolicyFacts } from "../../access/facts";
import type { Principal } from "../../access/principal";
import type { Access } from "../../schema/registry";
import { agreementOn, engagement, now, person, placement, roleOf, shareOf, transferOf } from "./situation";
import { allPurposes } from "./table";

export interface Flip {
  readonly name: string;
  readonly principal: Principal;
  readonly action: Action;
  readonly target: Target;
  /** With these it is open. */
  readonly facts: PolicyFacts;
  /** With any of these it is not. */
  readonly shut: readonly (readonly [name: string, facts: PolicyFacts, principal?: Principal, target?: Target])[];
}

const all: readonly Access[] = ["R1", "R2", "R3", "R4", "R5", "R7", "R11"];
const as = (actor: string, more: Partial<Principal> = {}): Principal => ({
  issuer: "i",
  subject: "me",
  org: "ZQA",
  role: roleOf[actor]!,
  person: actor === "SELF" || actor === "PASS" ? person : undefined,
  act: actor === "PASS" ? "app" : undefined,
  scope: all,
  registered: all,
  aal: 3,
  purposes: allPurposes,
  ...more,
});
const foreign = (label: Access): Target => ({ label, controllerOrg: "ZQX", staffMember: person });
const local = (label: Access): Target => ({ label, controllerOrg: "ZQA", staffMember: person });
const past = { startsOn: "2026-01-01", endsBefore: "2026-11-22" };
const future = { startsOn: "2026-11-23", endsBefore: "2027-11-23" };
const stranger = { staffMember: "10000000-0000-4000-8000-000000000009" };

type List = Exclude<keyof PolicyFacts, "frozen" | "objections" | "restrictions">;
/** One flip of each altered member of the one fact that matters. */
function flips<T extends object>(
  name: string,
  principal: Principal,
  target: Target,
  list: List,
  fact: T,
  altered: readonly (readonly [string, Partial<Record<keyof T, unknown>>])[],
  beside: Partial<PolicyFacts> = {},
  action: Action = "read",
): Flip {
  const withFact = (one: object): PolicyFacts => ({ ...noFacts, ...beside, [list]: [one] });
  return {
    name,
    principal,
    action,
    target,
    facts: withFact(fact),
    shut: [["gone", { ...noFacts, ...beside }], ...altered.map(([what, more]) => [what, withFact({ ...fact, ...more })] as const)],
  };
}

const elsewhere = ["of another organisation", { organisation: "ZQB" }] as const;
const anothers = ["of somebody else", stranger] as const;
const employed: Partial<PolicyFacts> = { engagements: [engagement] };
const placed: Partial<PolicyFacts> = { placements: [placement] };
const delegation = { staffMember: person, client: "app", labels: all, startsOn: "2026-01-01", endsBefore: undefined };
const objection = (label: Access, madeAt = "2026-06-01T00:00:00Z") => ({ staffMember: person, labels: [label], madeAt });
const yes = { act: "subject-erase", subject: "one", by: "i|another" };
const pane = { act: "break-glass", subject: "one", by: "i|another", at: "2026-11-22T11:30:00Z" };

export function allFlips(): Flip[] {
  const shares = (["R1", "R2", "R3", "R7"] as const).map((label) =>
    flips(
      `a share of ${label} with the employer`,
      as("LEHR"),
      foreign(label),
      "shares",
      shareOf(label),
      [
        elsewhere,
        anothers,
        ["of another type", { labels: ["R11"] }],
        ["revoked", { revoked: true }],
        ["over", past],
        ["not begun", future],
      ],
      employed,
    ),
  );
  const health = (["R4", "R5"] as const).map((label): Flip => {
    const base = flips(
      `a share of ${label} with the host`,
      as("OHR"),
      foreign(label),
      "shares",
      shareOf(label),
      [["revoked", { revoked: true }]],
      placed,
    );
    return {
      ...base,
      shut: [
        ...base.shut,
        ["objected to since", { ...base.facts, objections: [objection(label)] }],
        ["of a frozen account", { ...base.facts, frozen: [person] }],
        [
          "of an instant that cannot be read",
          { ...base.facts, shares: [{ ...shareOf(label), madeAt: "?" }], objections: [objection(label)] },
        ],
      ],
    };
  });
  const again: Flip = {
    name: "a share of R5 that was made after the objection",
    principal: as("OHR"),
    action: "read",
    target: foreign("R5"),
    facts: { ...noFacts, ...placed, shares: [shareOf("R5")], objections: [objection("R5", "2025-12-31T23:59:59Z")] },
    shut: [
      [
        "an objection of the next second",
        { ...noFacts, ...placed, shares: [shareOf("R5")], objections: [objection("R5", "2026-01-01T00:00:01Z")] },
      ],
    ],
  };
  const carried = flips(
    "the name that a share of training carries",
    as("LEHR"),
    foreign("R1"),
    "shares",
    shareOf("R3"),
    [["of checks", { labels: ["R7"] }], ["revoked", { revoked: true }], elsewhere, anothers, ["over", past]],
    employed,
  );
  const transfers = flips(
    "a transfer of training",
    as("LEHR"),
    foreign("R3"),
    "transfers",
    transferOf("R3"),
    [
      elsewhere,
      anothers,
      ["answered no", { answer: "NO" }],
      ["not answered", { answer: "NONE" }],
      ...["DECLINED", "CANCELLED", "EXPIRED", "DONE", undefined].map((state) => [`${state}`, { state }] as const),
      ["of another type", { labels: ["R2"] }],
      ["over", { acceptedOn: "2026-01-01", endsBefore: "2026-11-22" }],
      ["not accepted yet", { acceptedOn: "2026-11-23" }],
    ],
    employed,
  );
  const agreements = flips(
    "an agreement about training",
    as("HOHR"),
    foreign("R3"),
    "agreements",
    agreementOn("R3", "ZQX"),
    [
      elsewhere,
      ["with another controller", { controllerOrg: "ZQC" }],
      ["the other way round", { controllerOrg: "ZQA", organisation: "ZQX" }],
      ["signed by one", { signedByBoth: false }],
      ["of another type", { labels: ["R2"] }],
      ["over", past],
      ["not begun", future],
      ["with days of its own that are over", { placementGraceDays: 0, placementLeadDays: -30 }],
    ],
    { placements: [placement] },
  );
  const objected: Flip = {
    name: "an agreement beside an objection",
    principal: as("HOHR"),
    action: "read",
    target: foreign("R4"),
    facts: { ...noFacts, ...placed, agreements: [agreementOn("R4", "ZQX")], objections: [objection("R3")] },
    shut: [["to that type", { ...noFacts, ...placed, agreements: [agreementOn("R4", "ZQX")], objections: [objection("R4")] }]],
  };
  const engagements = flips("an engagement", as("LEHR"), local("R2"), "engagements", engagement, [
    elsewhere,
    anothers,
    ["of a kind that employs nobody", { kind: "HONORARY" }],
    ["ended 30 days ago", { endsBefore: "2026-10-23" }],
    ["not accepted yet", { acceptedOn: "2026-11-23" }],
  ]);
  const places = flips("a placement", as("HOHR"), local("R2"), "placements", placement, [
    elsewhere,
    anothers,
    ["of a kind that places nobody", { kind: "SUBSTANTIVE" }],
    ["without an end", { endsBefore: undefined }],
    ["92 days ahead", { startsOn: "2027-02-22", endsBefore: "2027-06-01" }],
    ["ended 14 days ago", { endsBefore: "2026-11-08" }],
  ]);
  const offers = flips(
    "an offer",
    as("RECR"),
    local("R1"),
    "engagements",
    { ...engagement, kind: "PRE_HIRE", acceptedOn: "2026-11-01", endsBefore: "2026-11-09" as string | undefined },
    [
      elsewhere,
      anothers,
      ["that has become an employment", { kind: "SUBSTANTIVE" }],
      ["14 days after the start", { endsBefore: "2026-11-08" }],
    ],
  );
  const programmes = flips(
    "a training programme",
    as("NHSE"),
    foreign("R1"),
    "placements",
    { ...placement, organisation: "ZQB", kind: "HOST_PLACEMENT" },
    [
      anothers,
      ["honorary", { kind: "HONORARY" }],
      ["long over", { endsBefore: "2026-11-08" }],
      ["without an end", { endsBefore: undefined }],
    ],
  );
  const leads = flips(
    "a lead employer",
    as("NHSE"),
    foreign("R1"),
    "engagements",
    { ...engagement, organisation: "ZQB", kind: "LEAD_EMPLOYER", endsBefore: undefined as string | undefined },
    [anothers, ["substantive", { kind: "SUBSTANTIVE" }], ["over", { endsBefore: "2026-11-22" }]],
  );
  const approvals = flips("a person's approval of a client", as("PASS"), foreign("R3"), "delegations", delegation, [
    anothers,
    ["of another client", { client: "app-2" }],
    ["of another type", { labels: ["R2"] }],
    ["over", past],
    ["not begun", future],
  ]);
  const client: Flip = {
    ...approvals,
    shut: [
      ...approvals.shut,
      ["a client that is not registered", approvals.facts, { ...approvals.principal, registered: undefined } as Principal],
      ["registered for another type", approvals.facts, as("PASS", { registered: ["R2"] })],
      ["a token for another type", approvals.facts, as("PASS", { scope: ["R2"] })],
      ["no client", approvals.facts, as("PASS", { act: undefined })],
      ["a token of staff that a client acts with", approvals.facts, as("LEHR", { act: "app" })],
    ],
  };
  const second = flips(
    "an erasure",
    as("IGO"),
    { controllerOrg: "ZQA", staffMember: person, subject: "one" },
    "approvals",
    yes,
    [
      ["approved by the same person", { by: "i|me" }],
      ["of another act", { act: "subject-export" }],
      ["of another thing", { subject: "two" }],
    ],
    {},
    "subject-erase",
  );
  const glass = flips(
    "a look at a refused payload of training",
    as("OPS"),
    { label: "R3", controllerOrg: "ZQX", subject: "one" },
    "approvals",
    pane,
    [
      ["approved by the same person", { by: "i|me" }],
      ["an hour ago", { at: "2026-11-22T11:00:00Z" }],
      ["in the future", { at: "2026-11-22T12:00:01Z" }],
      ["at no instant", { at: undefined }],
      ["for another payload", { subject: "two" }],
    ],
    {},
    "break-glass",
  );
  const never: Flip = {
    ...glass,
    name: "a look at a refused payload of health",
    shut: (["R4", "R5"] as const).map((label) => [label, glass.facts, glass.principal, { ...glass.target, label }] as const),
  };
  return [
    ...shares,
    ...health,
    again,
    carried,
    transfers,
    agreements,
    objected,
    engagements,
    places,
    offers,
    programmes,
    leads,
    client,
    second,
    glass,
    never,
    ...otherFlips(),
  ];
}

function otherFlips(): Flip[] {
  const sign: Target = { organisations: ["ZQA", "ZQX"], subject: "one" };
  const tenants: Target = { organisations: ["ZQA"] };
  const approve: Target = { controllerOrg: "ZQA", approves: "subject-erase", askedBy: "i|another" };
  return [
    {
      name: "a signature for one's own side",
      principal: as("LEHR"),
      action: "sign-agreement",
      target: sign,
      facts: { ...noFacts, approvals: [{ act: "sign-agreement", subject: "one", by: "i|another" }] },
      shut: [
        ["the same hand twice", { ...noFacts, approvals: [{ act: "sign-agreement", subject: "one", by: "i|me" }] }],
        ["of others", noFacts, undefined, { ...sign, organisations: ["ZQB", "ZQX"] }],
        ["of nobody", noFacts, undefined, { subject: "one" }],
      ],
    },
    {
      name: "a second person's yes",
      principal: as("IGO"),
      action: "approve-second",
      target: approve,
      facts: noFacts,
      shut: [
        ["to one's own request", noFacts, undefined, { ...approve, askedBy: "i|me" }],
        ["to nobody's request", noFacts, undefined, { ...approve, askedBy: undefined } as Target],
        ["to an act of others", noFacts, undefined, { ...approve, approves: "break-glass" }],
      ],
    },
    {
      name: "a thing of the own trust",
      principal: as("TRUSTADM"),
      action: "map-courses",
      target: tenants,
      facts: noFacts,
      shut: [
        ["of another's too", noFacts, undefined, { organisations: ["ZQA", "ZQB"] }],
        ["of nobody's", noFacts, undefined, { organisations: [] }],
        ["of nobody that is known", noFacts, undefined, {}],
        ["a credential of no organisation", noFacts, { ...as("TRUSTADM"), org: undefined } as Principal, {}],
      ],
    },
    {
      name: "a restriction",
      principal: as("SELF"),
      action: "read",
      target: local("R3"),
      facts: { ...noFacts, restrictions: [{ staffMember: person, controllerOrg: "ZQX", labels: ["R3"] }] },
      shut: [["of this", { ...noFacts, restrictions: [{ staffMember: person, controllerOrg: "ZQA", labels: ["R3"] }] }]],
    },
  ];
}

export interface FlipResult {
  readonly opens: number;
  readonly shut: number;
  readonly wrong: readonly string[];
}

export function runFlips(): FlipResult {
  const wrong: string[] = [];
  let opens = 0;
  let shut = 0;
  for (const flip of allFlips()) {
    opens++;
    const asked = (facts: PolicyFacts, principal = flip.principal, target = flip.target) =>
      decide(principal, flip.action, target, facts, now).effect;
    if (asked(flip.facts) !== "allow") wrong.push(`${flip.name}: shut`);
    for (const [what, facts, principal, target] of flip.shut) {
      shut++;
      if (asked(facts, principal, target) !== "deny") wrong.push(`${flip.name}, ${what}: open`);
    }
  }
  return { opens, shut, wrong };
}
