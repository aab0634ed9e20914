import { createHash } from "node:crypto";
import type { ApolloServerPlugin } from "@apollo/server";
import { policyVersion } from "../../access/tables";
import type { GatewayContext } from "../context";

/** One event for each operation that was run. Ids, kinds and counts; never a value. */
export interface AuditEvent {
  readonly requestId: string;
  readonly operation: string;
  readonly subject: string;
  readonly organisation?: string;
  readonly role: string;
  readonly actingClient?: string;
  readonly purpose?: string;
  readonly decision: "ALLOW" | "DENY" | "PARTIAL";
  readonly reason?: string;
  readonly staffMembers: readonly string[];
  readonly kinds: readonly string[];
  readonly controllers: readonly string[];
  readonly counts: Readonly<Record<string, number>>;
  readonly policyVersion: string;
}

/** By the trail: Apollo Server hands its plugins a copy of the context, and the trail in it is the same. */
const drafts = new WeakMap<GatewayContext["trail"], AuditEvent>();

/** The event of a request, once its operation has been run; the handler stores it before the answer leaves. */
export function auditEventOf(context: GatewayContext): AuditEvent | undefined {
  return drafts.get(context.trail);
}

export function useAudit(): ApolloServerPlugin<GatewayContext> {
  return {
    async requestDidStart() {
      return {
        async willSendResponse({ contextValue, operation, operationName, source, response, errors }) {
          // Refused before it was run (syntax, unknown fields, limits): nothing was read.
          if (!operation) return;
          const { caller, trail } = contextValue;
          const refused = (errors ?? []).filter((error) => error.extensions?.code === "FORBIDDEN").length;
          const body = response.body.kind === "single" ? response.body.singleResult.data : undefined;
          const nothing = !body || Object.values(body).every((value) => value === null);
          // "Not found" and "not for you" look the same outside; inside, nothing having been shown is a denial.
          const decision = nothing ? "DENY" : refused > 0 ? "PARTIAL" : "ALLOW";
          const reasons = [
            ...(refused > 0 ? ["no-row-allows"] : nothing ? ["nothing-shown"] : []),
            // What was known at another time is another disclosure than what is known now.
            ...[...trail.asOf].sort().map((instant) => `as-of ${instant}`),
          ];
          const name =
            operationName ??
            `unnamed:${createHash("sha256")
              .update(source ?? "")
              .digest("hex")
              .slice(0, 16)}`;
          drafts.set(trail, {
            requestId: contextValue.requestId,
            operation: name.slice(0, 100),
            subject: `${caller.issuer}|${caller.subject}`,
            ...(caller.org ? { organisation: caller.org } : {}),
            role: caller.role,
            ...(caller.act ? { actingClient: caller.act } : {}),
            ...(caller.purposes.length > 0 ? { purpose: caller.purposes.join(" ") } : {}),
            decision,
            ...(reasons.length > 0 ? { reason: reasons.join("; ").slice(0, 500) } : {}),
            staffMembers: [...trail.staffMembers],
            kinds: [...trail.kinds].sort(),
            controllers: [...trail.controllers].sort(),
            counts: { ...trail.counts, staffMembers: trail.staffMembers.size, errors: errors?.length ?? 0 },
            policyVersion,
          });
        },
      };
    },
  };
}
