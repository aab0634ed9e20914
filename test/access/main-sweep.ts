/**
 * The sweep of the specification: 12 actors x 12 record types x 3 actions x self x tenant x emp x 4 placement states x 4
 * agreement states x 5 grant states x delegation x scope x authentication level: 2,211,840 combinations.
 */
import { type Action, decider } from "../../access/decide";
import type { PolicyFacts } from "../../access/facts";
import type { Principal } from "../../access/principal";
import { type Access, accessLabels } from "../../schema/registry";
import { agreementOn, engagement, factsOf, now, person, placement, principalOf, shareOf, transferOf } from "./situation";
import { type Count, emptyCount, limitsHold, only, tell } from "./sweep";
import { bit, expected, levelOf, purposesOf, written } from "./table";

export const mainActors = ["ANON", "SELF", "PASS", "LEHR", "HOHR", "OHL", "OHR", "VLMS", "VOH", "ESR", "OPS", "AUD"] as const;
const mainTypes = accessLabels.filter((label) => label !== "open");
const mainActions = ["read", "write", "share"] as const;
const writes: readonly Action[] = ["push-training", "push-health", "push-employment", "write-esr"];

/** 91 days ahead of the lead, running, and just past its grace. */
const placements = [
  [],
  [{ ...placement, startsOn: "2027-02-22", endsBefore: "2027-08-01" }],
  [placement],
  [{ ...placement, startsOn: "2026-06-01", endsBefore: "2026-11-08" }],
];
const placed = [0, 0, bit.place, 0];
const agreementsOn = (label: Access, controller: string) => {
  const agreement = agreementOn(label, controller);
  return [[], [{ ...agreement, signedByBoth: false }], [agreement], [{ ...agreement, endsBefore: "2026-11-22" }]];
};
const agreed = [0, 0, bit.agreement, 0];
const none = { shares: [], transfers: [], objections: [] };
const grantsOf = (label: Access): readonly Pick<PolicyFacts, "shares" | "transfers" | "objections">[] => [
  none,
  { ...none, shares: [shareOf(label)] },
  { ...none, shares: [{ ...shareOf(label), revoked: true }] },
  { ...none, transfers: [transferOf(label)] },
  { ...none, objections: [{ staffMember: person, labels: [label], madeAt: "2026-06-01T00:00:00Z" }] },
];
const granted = [0, bit.granted, 0, bit.yes, bit.objection];

interface Facts {
  readonly situation: number;
  readonly facts: PolicyFacts;
}

function* factsFor(label: Access, tenant: boolean, isAct: boolean): Generator<Facts> {
  const agreements = agreementsOn(label, tenant ? "ZQA" : "ZQX");
  for (const [p, places] of placements.entries())
    for (const [a, signed] of agreements.entries())
      for (const [g, grants] of grantsOf(label).entries())
        for (const emp of [0, bit.emp])
          for (const deleg of [0, bit.deleg]) {
            const { delegations, ...rest } = factsOf(deleg | bit.shareable, { type: label, isAct });
            const approved = isAct ? delegations.map((one) => ({ ...one, labels: [...one.labels, label] })) : delegations;
            const facts = {
              ...rest,
              engagements: emp ? [engagement] : [],
              placements: places,
              agreements: signed,
              delegations: approved,
              ...grants,
            };
            yield { situation: placed[p]! | agreed[a]! | granted[g]! | emp | deleg | (tenant ? bit.tenant : 0), facts };
          }
}

/** `note` after each actor. Gives one count per actor. */
export function mainSweep(note: (line: string) => void = () => undefined): Map<string, Count> {
  const counts = new Map<string, Count>();
  for (const actor of mainActors) {
    const count = emptyCount();
    const decide = decider(only(actor));
    for (const action of mainActions) {
      const isAct = action === "share";
      for (const type of mainTypes) {
        const table = expected(written[action][actor]?.[type], type);
        const purposes = action === "read" ? purposesOf(actor, type) : purposesOf(actor);
        const level = action === "read" ? levelOf(actor, type, false) : levelOf(actor, type, true);
        const asked = { actor, type, isAct, level, purposes };
        const principals: { situation: number; principal: Principal }[] = [];
        for (const self of [0, bit.person])
          for (const scope of [0, bit.scope])
            for (const aal of [0, bit.aal]) {
              const principal = principalOf(self | scope | aal | bit.purpose | bit.shareable, asked);
              // To share a type takes the scope of grants and that of the type.
              const covered = isAct && scope ? { scope: ["R11", type], registered: ["R11", type] } : {};
              principals.push({ situation: self | scope | aal, principal: { ...principal, ...covered } });
            }
        const actions: readonly Action[] = action === "read" ? ["read"] : action === "share" ? ["share-create"] : writes;
        for (const tenant of [false, true]) {
          const target = { label: type, controllerOrg: tenant ? "ZQA" : "ZQX", staffMember: person, opens: [type] };
          for (const { situation: known, facts } of factsFor(type, tenant, isAct)) {
            for (const { situation: who, principal } of principals) {
              const situation = known | who | bit.purpose;
              const decisions = actions.map((one) => decide(principal, one, target, facts, now));
              const decision = decisions.find(({ effect }) => effect === "allow");
              const should = table.allows(situation);
              const wide = action === "read" && decision && should && !limitsHold(decision, actor, type, table, situation);
              tell(count, `${actor} ${action} ${type}`, decision !== undefined, should && !wide, situation);
            }
          }
        }
      }
    }
    counts.set(actor, count);
    note(`${actor}: ${count.tried} tried`);
  }
  return counts;
}
