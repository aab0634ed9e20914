/** Makes of a set of true facts the principal, the target and the policy facts of which just they are true. */
import type { Target } from "../../access/decide";
import type { Agreement, PolicyFacts } from "../../access/facts";
import type { Principal, Role } from "../../access/principal";
import type { Access } from "../../schema/registry";
import { allPurposes, bit } from "./table";

export const now = new Date("2026-11-22T12:00:00Z");
export const person = "10000000-0000-4000-8000-000000000001";
const somebodyElse = "10000000-0000-4000-8000-000000000002";
const own = "ZQA";
const other = "ZQX";

export const roleOf: Readonly<Record<string, Role>> = {
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

export interface Asked {
  readonly actor: string;
  readonly isAct: boolean;
  readonly type: string;
  readonly level: number;
  /** Purposes of which one is needed. */
  readonly purposes: readonly string[];
}

const opens = (situation: number): readonly Access[] => (situation & bit.shareable ? ["R3", "R5"] : ["R3", "R8"]);

export function principalOf(situation: number, { actor, isAct, type, level, purposes }: Asked): Principal {
  const has = (mask: number) => (situation & mask) !== 0;
  const base = isAct ? "R11" : type;
  return {
    issuer: "i",
    subject: "me",
    org: own,
    role: roleOf[actor] ?? ("none" as Role),
    person: has(bit.unbound) ? undefined : has(bit.person) ? person : somebodyElse,
    act: actor === "PASS" ? "app" : undefined,
    scope: [...(has(bit.scope) ? [base] : []), ...(has(bit["scope-shared"]) ? opens(situation) : [])],
    registered: [base, ...opens(situation)],
    aal: has(bit.aal) ? level : level - 1,
    purposes: has(bit.purpose) ? purposes : allPurposes.filter((purpose) => !purposes.includes(purpose)),
  };
}

/** An act on whose behalf a second person is asked, which the actor might do. */
const approvable = { IGO: "subject-erase", OHL: "match-health", OPS: "break-glass" } as const;

export function targetOf(situation: number, { actor, type }: Asked): Target {
  const has = (mask: number) => (situation & mask) !== 0;
  return {
    label: type as Access,
    controllerOrg: has(bit.tenant) ? own : other,
    staffMember: person,
    ...(has(bit.party) ? { organisations: [own, other] } : {}),
    opens: opens(situation),
    subject: "the thing",
    approves: approvable[actor as keyof typeof approvable] ?? "subject-erase",
    askedBy: has(bit["of-another"]) ? "i|another" : "i|me",
    pushedBy: has(bit["own-push"]) ? "me" : "another",
  };
}

const factBits =
  bit.tenant |
  bit.frozen |
  bit.emp |
  bit.offer |
  bit.place |
  bit.programme |
  bit.agreement |
  bit.granted |
  bit.yes |
  bit.objection |
  bit.deleg |
  bit.second |
  bit["within-the-hour"] |
  bit["signed-already"] |
  bit.shareable;
const made = new Map<string, Map<number, PolicyFacts>>();

export function factsOf(situation: number, { type, isAct }: Pick<Asked, "type" | "isAct">, act = ""): PolicyFacts {
  const key = `${type} ${isAct} ${act}`;
  const known = made.get(key) ?? new Map<number, PolicyFacts>();
  made.set(key, known);
  let facts = known.get(situation & factBits);
  if (!facts) known.set(situation & factBits, (facts = makeFacts(situation, type as Access, isAct, act)));
  return facts;
}

export const engagement = { staffMember: person, organisation: own, kind: "SUBSTANTIVE", acceptedOn: "2026-01-01", endsBefore: undefined };
export const placement = { staffMember: person, organisation: own, kind: "HONORARY", startsOn: "2026-11-01", endsBefore: "2026-12-31" };
export const agreementOn = (label: Access, controllerOrg: string): Agreement => ({
  controllerOrg,
  organisation: own,
  labels: [label],
  startsOn: "2026-01-01",
  endsBefore: undefined,
  signedByBoth: true,
});
export const shareOf = (label: Access) => ({
  staffMember: person,
  organisation: own,
  labels: [label],
  startsOn: "2026-01-01",
  endsBefore: "2027-01-01",
  revoked: false,
  madeAt: "2026-01-01T00:00:00Z",
});
export const transferOf = (label: Access) => ({
  staffMember: person,
  organisation: own,
  labels: [label],
  acceptedOn: "2026-11-01",
  endsBefore: "2027-01-01",
  answer: "YES" as const,
  state: "OPEN" as const,
});

function makeFacts(situation: number, label: Access, isAct: boolean, act: string): PolicyFacts {
  const has = (mask: number) => (situation & mask) !== 0;
  const some = <T>(mask: number, value: T): T[] => (has(mask) ? [value] : []);
  const base: Access = isAct ? "R11" : label;
  // An approval that names everything but what is asked is none for it.
  const approved = [...(has(bit.deleg) ? [base] : []), ...opens(situation)].filter((one) => has(bit.deleg) || one !== base);
  const recent = new Date(now.getTime() - 10 * 60_000).toISOString();
  const old = new Date(now.getTime() - 2 * 60 * 60_000).toISOString();
  return {
    engagements: [
      ...some(bit.emp, engagement),
      ...some(bit.offer, { ...engagement, kind: "PRE_HIRE", acceptedOn: "2026-11-01", endsBefore: "2026-12-01" }),
    ],
    placements: [...some(bit.place, placement), ...some(bit.programme, { ...placement, organisation: "ZQB", kind: "HOST_PLACEMENT" })],
    agreements: some(bit.agreement, agreementOn(label, has(bit.tenant) ? own : other)),
    shares: some(bit.granted, shareOf(label)),
    delegations: [{ staffMember: person, client: "app", labels: approved, startsOn: "2026-01-01", endsBefore: undefined }],
    objections: some(bit.objection, { staffMember: person, labels: [label], madeAt: "2026-06-01T00:00:00Z" }),
    transfers: some(bit.yes, transferOf(label)),
    restrictions: [],
    approvals: [
      ...some(bit.second, { act, subject: "the thing", by: "i|another", at: has(bit["within-the-hour"]) ? recent : old }),
      ...some(bit["signed-already"], { act, subject: "the thing", by: "i|me", at: recent }),
    ],
    frozen: some(bit.frozen, person).concat(some(bit.frozen, somebodyElse)),
  };
}
