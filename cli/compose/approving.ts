/** Acts of two people, as the graph may ask for them, and the one look at a refused payload of training. */
import type { Target } from "../../access/conditions";
import { glassMs, handOf } from "../../access/conditions";
import { noFacts } from "../../access/facts";
import type { Principal } from "../../access/principal";
import { roleTable } from "../../access/roles";
import { healthSystems } from "../../access/tables";
import { today } from "../../platform/clock";
import { definitionOfKind } from "../../schema/kinds";
import type { RefusedPayload } from "../../store/refused-payloads";
import type { ApprovalVerbs, ShownPayload } from "../../subgraphs/kit/approval-verbs";
import { UsageError } from "../output";
import type { Foundation } from "./foundation";
import { ask, decideApproval, listApprovals, may, mayDecideApproval } from "./rights";

type Of = Pick<Foundation, "config" | "store" | "engine">;

/** What was refused is a denial here as well, and looks like nothing. */
async function unlessDenied<T>(act: () => Promise<T>): Promise<T | undefined> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof UsageError) return undefined;
    throw error;
  }
}

export function approvalVerbs(foundation: Of): ApprovalVerbs {
  const { config, store, engine } = foundation;
  const find = (refusal: string) => store.refusedPayloads.find(refusal, today(engine.clock));

  /**
   * Of which type a payload is. Whatever a system of occupational health sends is health, whatever kind it was taken for, and what
   * no connection is known of is of no type.
   */
  function labelOf({ connectionId, kind }: RefusedPayload): Target["label"] {
    const connection = config.connections.find(({ id }) => id === connectionId);
    if (!connection || kind === undefined) return undefined;
    return connection.delivers.some(({ system }) => healthSystems.has(system)) ? "R5" : definitionOfKind(kind).access;
  }

  const organisationsOf = ({ role, org }: Principal) =>
    roleTable[role].ofOrganisation ? (org === undefined ? [] : [org]) : config.organisations.map(({ odsCode }) => odsCode);

  return {
    async waiting(principal) {
      const rows = await listApprovals(foundation, principal, organisationsOf(principal));
      return rows.flatMap((row) => {
        const { yes, no } = mayDecideApproval(foundation, principal, row);
        return yes || no ? [{ ...row, mayApprove: yes }] : [];
      });
    },

    decide: (principal, what, requestId) => unlessDenied(() => decideApproval(foundation, principal, { ...what, requestId })),

    async askForPayload(principal, { refusal, reason }, requestId) {
      const found = await find(refusal);
      return unlessDenied(async () => {
        if (!found) {
          await may(foundation, principal, "ask-break-glass", {}, noFacts, nothing("ask break-glass", reason, requestId));
          return undefined;
        }
        const { id: subject, organisation, connectionId: connection, kind, code, payload } = found;
        const detail = { label: labelOf(found), connection, kind, code, payload };
        return ask(foundation, principal, { act: "break-glass", subject, organisation, reason, detail, requestId });
      });
    },

    async showPayload(principal, refusal, requestId): Promise<ShownPayload | undefined> {
      const now = engine.clock.now();
      const found = await find(refusal);
      const of = { act: "break-glass", subject: refusal, organisation: found?.organisation ?? "", askedBy: handOf(principal) };
      const yes = await store.approvals.approved(of, now);
      // The yes was to this very payload: the vendor may have sent another since.
      const given = yes?.decidedBy !== undefined && yes.decidedAt !== undefined && yes.detail.payload === found?.payload ? yes : undefined;
      const facts = {
        ...noFacts,
        approvals: given ? [{ act: given.act, subject: given.subject, by: given.decidedBy!, at: given.decidedAt!.toISOString() }] : [],
      };
      const target: Target = found ? { subject: found.id, controllerOrg: found.organisation, label: labelOf(found) } : {};
      return unlessDenied(async () => {
        await may(foundation, principal, "break-glass", target, facts, {
          ...nothing("break-glass", [found?.id, given?.reason].filter(Boolean).join(": "), requestId),
          organisation: found?.organisation,
        });
        if (!found || !given) return undefined;
        const payload = await store.refusedPayloads.show(found, given.id, today(engine.clock), now);
        if (payload === undefined) return undefined;
        return {
          refusal: found.id,
          connectionId: found.connectionId,
          organisation: found.organisation,
          kind: found.kind!,
          code: found.code,
          until: new Date(given.decidedAt!.getTime() + glassMs),
          payload: JSON.stringify(payload, null, 1),
        };
      });
    },

    looks: (organisations) => store.refusedPayloads.looks(organisations),
  };
}

/** Whose a payload is that nobody has: for the audit, that somebody asked. */
const nothing = (operation: string, why: string, requestId: string) => ({ operation, organisation: undefined, why, requestId });
