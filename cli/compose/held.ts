/** Held snapshots, as the graph may ask for them: the store's verbs and the audit. */
import { policyVersion } from "../../access/tables";
import type { HeldVerbs } from "../../subgraphs/kit/held-verbs";
import type { Foundation } from "./foundation";

export function heldVerbs({ store }: Foundation): HeldVerbs {
  return {
    list: (filter) => store.held.list(filter),
    find: (id) => store.held.find(id),
    async decide(held, { decision, reason }, asker) {
      // Before it is done: what cannot be recorded is not done.
      await store.audit([
        {
          requestId: asker.requestId,
          operation: decision === "WITHDRAW" ? "held release" : "held refuse",
          subject: asker.subject,
          organisation: asker.organisation,
          role: asker.role,
          purpose: asker.purpose,
          decision: "ALLOW",
          reason,
          staffMembers: [],
          kinds: [held.kind],
          controllers: held.organisations,
          counts: { held: held.count },
          policyVersion,
        },
      ]);
      return store.held.decide(held.id, { decision, by: asker.subject, reason });
    },
  };
}
