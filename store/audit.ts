/** `store.audit`: one event per operation, written before its answer leaves. */
import type { Pool } from "pg";
import type { AuditEvent } from "./store";
import { retried } from "./transaction";

export function createAudit(pool: Pool) {
  return async (events: readonly AuditEvent[]): Promise<void> => {
    if (events.length === 0) return;
    const rows = events.map((event) => ({
      request_id: event.requestId,
      operation: event.operation,
      subject: event.subject,
      organisation: event.organisation,
      role: event.role,
      acting_client: event.actingClient,
      purpose: event.purpose,
      decision: event.decision,
      reason: event.reason,
      staff_members: event.staffMembers,
      kinds: event.kinds,
      controllers: event.controllers,
      counts: event.counts,
      policy_version: event.policyVersion,
    }));
    await retried(() =>
      pool.query({
        name: "insert-audit",
        text: `insert into audit.event (request_id, operation, subject, organisation, role, acting_client, purpose, decision, reason, staff_members,
            kinds, controllers, counts, policy_version)
          select request_id, operation, subject, organisation, role, acting_client, purpose, decision, reason, coalesce(staff_members, '{}'),
            coalesce(kinds, '{}'), coalesce(controllers, '{}'), coalesce(counts, '{}'), policy_version
          from jsonb_to_recordset($1::jsonb) as r(request_id text, operation text, subject text, organisation text, role text, acting_client text,
            purpose text, decision text, reason text, staff_members uuid[], kinds text[], controllers text[], counts jsonb, policy_version text)`,
        values: [JSON.stringify(rows)],
      }),
    );
  };
}
