/**
 * What must hold of any situation, whatever the tables say: less granted is never more seen, time that goes by opens nothing
 * where everything has begun, and who differs in nothing that counts gets the same answer.
 */
import { type Decision, decide } from "../../access/decide";
import type { PolicyFacts } from "../../access/facts";
import type { Principal } from "../../access/principal";
import { type Actor, actors } from "../../access/vocabulary";
import { type Random, random } from "../../sandbox/population/random";
import { type Access, accessLabels } from "../../schema/registry";
import { now, person, roleOf } from "./situation";
import { allPurposes } from "./table";

const organisations = ["ZQA", "ZQB", "ZQX"];
const people = [person, "10000000-0000-4000-8000-000000000002"];
const labels = accessLabels.filter((label) => label !== "open");
/** Who reads about people by way of what is granted. */
const readers: readonly Actor[] = ["PASS", "LEHR", "HOHR", "OHL", "OHR", "L&D", "RECR", "NHSE", "ESR"];
const kinds = ["SUBSTANTIVE", "LEAD_EMPLOYER", "LOCALLY_EMPLOYED", "BANK", "PRE_HIRE", "HOST_PLACEMENT", "SECONDMENT_IN", "HONORARY"];
const grants = ["engagements", "placements", "agreements", "shares", "delegations", "transfers", "approvals"] as const;

const day = (offset: number) => new Date(now.getTime() + offset * 86_400_000).toISOString().slice(0, 10);
/** Begun a while ago, so that time that goes by begins nothing. */
const begun = (any: Random) => day(-any.whole(1, 400));
const end = (any: Random) => day(any.whole(-20, 60));
const some = <T>(any: Random, most: number, make: () => T): T[] => Array.from({ length: any.whole(most > 1 ? 1 : 0, most) }, make);
const typesOf = (any: Random): Access[] => labels.filter(() => any.chance(0.7));

function anyFacts(any: Random): PolicyFacts {
  const who = () => ({
    staffMember: any.chance(0.85) ? person : any.pick(people),
    organisation: any.chance(0.7) ? "ZQA" : any.pick(organisations),
  });
  return {
    engagements: some(any, 2, () => ({
      ...who(),
      kind: any.pick(kinds),
      acceptedOn: begun(any),
      endsBefore: any.chance(0.3) ? undefined : end(any),
    })),
    placements: some(any, 2, () => ({ ...who(), kind: any.pick(kinds), startsOn: begun(any), endsBefore: end(any) })),
    agreements: some(any, 2, () => ({
      controllerOrg: any.pick(organisations),
      organisation: any.chance(0.7) ? "ZQA" : any.pick(organisations),
      labels: typesOf(any),
      startsOn: begun(any),
      endsBefore: any.chance(0.3) ? undefined : end(any),
      signedByBoth: any.chance(0.8),
      ...(any.chance(0.3) ? { placementLeadDays: any.whole(0, 120), placementGraceDays: any.whole(0, 60) } : {}),
    })),
    shares: some(any, 2, () => ({
      ...who(),
      labels: typesOf(any),
      startsOn: begun(any),
      endsBefore: end(any),
      revoked: any.chance(0.2),
      madeAt: `${begun(any)}T10:00:00Z`,
    })),
    delegations: some(any, 2, () => ({
      staffMember: person,
      client: any.pick(["app", "app", "app-2"]),
      labels: typesOf(any),
      startsOn: begun(any),
      endsBefore: any.chance(0.5) ? undefined : end(any),
    })),
    objections: some(any, 1, () => ({ staffMember: person, labels: typesOf(any), madeAt: `${begun(any)}T10:00:00Z` })),
    transfers: some(any, 1, () => ({
      ...who(),
      labels: typesOf(any),
      acceptedOn: begun(any),
      endsBefore: end(any),
      answer: any.pick(["YES", "YES", "NO", "NONE"] as const),
      state: any.pick(["OPEN", "OPEN", "DECLINED", "EXPIRED"] as const),
    })),
    restrictions: any.chance(0.05) ? [{ staffMember: person, controllerOrg: "ZQA", labels: typesOf(any) }] : [],
    approvals: [],
    frozen: any.chance(0.1) ? [person] : [],
  };
}

function anyPrincipal(any: Random): Principal {
  const actor = any.chance(0.8) ? any.pick(readers) : any.pick(actors);
  const purposes = any.chance(0.8) ? allPurposes : [any.pick(allPurposes)];
  return {
    issuer: "i",
    subject: `subject-${any.whole(1, 9)}`,
    org: any.chance(0.8) ? "ZQA" : any.pick(organisations),
    role: roleOf[actor]!,
    person: actor === "SELF" || actor === "PASS" ? person : undefined,
    act: actor === "PASS" ? "app" : undefined,
    scope: typesOf(any),
    registered: typesOf(any),
    aal: any.pick([1, 2, 3, 3]),
    purposes,
  };
}

/** Whether what `after` opens stands in what `before` opened. */
function isWithin(after: Decision, before: Decision): boolean {
  if (after.effect === "deny") return true;
  if (before.effect === "deny") return false;
  if (before.rows && !after.rows) return false;
  if (!before.fields) return true;
  return after.fields?.every((field) => before.fields!.includes(field)) ?? false;
}
const same = (one: Decision, two: Decision) => isWithin(one, two) && isWithin(two, one);

export interface MetamorphicResult {
  readonly tried: Readonly<Record<"removals" | "later" | "equals", number>>;
  /** Of the situations, how many were open at all: of shut ones nothing is learned. */
  readonly open: number;
  readonly wrong: readonly string[];
}

/** `judge` is another decision in proofs that this finds what it is to find. */
export function runMetamorphic(rounds: number, seed: number, judge: typeof decide = decide): MetamorphicResult {
  const any = random(`metamorphic ${seed}`);
  const wrong: string[] = [];
  const tried = { removals: 0, later: 0, equals: 0 };
  let open = 0;
  for (let round = 0; round < rounds; round++) {
    const principal = anyPrincipal(any);
    const facts = anyFacts(any);
    const controllerOrg = any.pick(organisations);
    for (const label of labels) {
      const target = { label, controllerOrg, staffMember: person };
      const before = judge(principal, "read", target, facts, now);
      if (before.effect === "allow") open++;
      const check = (name: keyof typeof tried, holds: boolean) => {
        tried[name]++;
        if (!holds) wrong.push(`round ${round} (seed ${seed}): ${name}, ${principal.role} reads ${label}`);
      };
      for (const grant of grants) {
        for (const at of facts[grant].keys()) {
          const fewer = { ...facts, [grant]: (facts[grant] as readonly unknown[]).filter((_, index) => index !== at) };
          check("removals", isWithin(judge(principal, "read", target, fewer, now), before));
        }
      }
      const later = new Date(now.getTime() + any.whole(1, 200) * 86_400_000);
      check("later", isWithin(judge(principal, "read", target, facts, later), before));
      const turned = Object.fromEntries(Object.entries(facts).map(([name, list]) => [name, [...(list as unknown[])].reverse()])) as never;
      const twin = { ...principal, subject: "somebody else entirely", issuer: "another issuer" };
      check("equals", same(judge(twin, "read", { ...target }, turned, now), before));
    }
  }
  return { tried, open, wrong };
}
