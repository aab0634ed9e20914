import { createHash } from "node:crypto";
import type { ApolloServerPlugin } from "@apollo/server";
import { type DocumentNode, Kind, type OperationDefinitionNode, type SelectionSetNode } from "graphql";
import type { Principal } from "../../access/principal";
import { policyVersion } from "../../access/tables";
import type { GatewayContext } from "../context";

/** One event for each operation, run or refused. Ids, kinds and counts; never a value. */
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
  readonly fields?: readonly string[];
  readonly grounds?: readonly string[];
  readonly staffMembers: readonly string[];
  readonly refusedMembers?: readonly string[];
  readonly kinds: readonly string[];
  readonly controllers: readonly string[];
  readonly changes?: readonly string[];
  readonly counts: Readonly<Record<string, number>>;
  readonly policyVersion: string;
}

/** By the trail: Apollo Server hands its plugins a copy of the context, and the trail in it is the same. */
const drafts = new WeakMap<GatewayContext["trail"], AuditEvent>();

/** The event of a request; the handler stores it before the answer leaves. */
export function auditEventOf(context: GatewayContext): AuditEvent | undefined {
  return drafts.get(context.trail);
}

function whose({ issuer, subject, org, role, act, purposes }: Principal) {
  return {
    subject: `${issuer}|${subject}`,
    ...(org ? { organisation: org } : {}),
    role,
    ...(act ? { actingClient: act } : {}),
    ...(purposes.length > 0 ? { purpose: purposes.join(" ") } : {}),
  };
}

/** Somebody known asked what was refused before anything was read. */
export function refusedEvent(requestId: string, caller: Principal, reason: string, operation = "refused"): AuditEvent {
  return {
    requestId,
    operation,
    ...whose(caller),
    decision: "DENY",
    reason: reason.slice(0, 500),
    staffMembers: [],
    kinds: [],
    controllers: [],
    counts: {},
    policyVersion,
  };
}

const digest = (text: string | undefined) =>
  createHash("sha256")
    .update(text ?? "")
    .digest("hex")
    .slice(0, 16);

/** Documents are parsed once and asked again. */
const known = new WeakMap<OperationDefinitionNode, readonly string[]>();
const mostFields = 50;

/** What it asks for at the top, as Query.staffMember: a caller may call its operation what it likes. */
function rootFields(document: DocumentNode, operation: OperationDefinitionNode): readonly string[] {
  let found = known.get(operation);
  if (!found) {
    const type = operation.operation === "mutation" ? "Mutation" : "Query";
    const fields = new Set<string>();
    const seen = new Set<string>();
    const walk = ({ selections }: SelectionSetNode): void => {
      for (const one of selections) {
        if (one.kind === Kind.FIELD) fields.add(`${type}.${one.name.value}`);
        else if (one.kind === Kind.INLINE_FRAGMENT) walk(one.selectionSet);
        else if (!seen.has(one.name.value)) {
          seen.add(one.name.value);
          for (const it of document.definitions)
            if (it.kind === Kind.FRAGMENT_DEFINITION && it.name.value === one.name.value) walk(it.selectionSet);
        }
      }
    };
    walk(operation.selectionSet);
    found = [...fields].slice(0, mostFields);
    known.set(operation, found);
  }
  return found;
}

/** Codes with which mutations said no. */
function userErrors(data: Readonly<Record<string, unknown>>): string[] {
  const codes = Object.values(data).flatMap((value) => {
    const errors = (value as { userErrors?: unknown } | null)?.userErrors;
    return Array.isArray(errors) ? errors.map((error: { code?: unknown }) => String(error.code ?? "unnamed")) : [];
  });
  return [...new Set(codes)];
}

export function useAudit(): ApolloServerPlugin<GatewayContext> {
  return {
    async requestDidStart() {
      return {
        async willSendResponse({ contextValue, document, operation, operationName, source, response, errors }) {
          const { caller, trail, requestId } = contextValue;
          if (!operation || !document) {
            // Syntax, unknown fields, limits: nothing was read, and somebody tried.
            const codes = [...new Set((errors ?? []).map((error) => String(error.extensions?.code ?? "error")))];
            drafts.set(trail, refusedEvent(requestId, caller, `refused ${codes.join(" ")}`, `refused:${digest(source)}`));
            return;
          }
          const refused = (errors ?? []).filter((error) => error.extensions?.code === "FORBIDDEN").length;
          const body = response.body.kind === "single" ? response.body.singleResult.data : undefined;
          const nothing = !body || Object.values(body).every((value) => value === null);
          // "Not found" and "not for you" look the same outside; inside, nothing having been shown is a denial.
          const decision = nothing ? "DENY" : refused > 0 ? "PARTIAL" : "ALLOW";
          const said = body && operation.operation === "mutation" ? userErrors(body) : [];
          const reasons = [
            ...(refused > 0 ? ["no-row-allows"] : nothing ? ["nothing-shown"] : []),
            ...(said.length > 0 ? [`not done: ${said.join(" ")}`] : []),
            // What was known at another time is another disclosure than what is known now.
            ...[...trail.asOf].sort().map((instant) => `as-of ${instant}`),
          ];
          const name = operationName ?? `unnamed:${digest(source)}`;
          drafts.set(trail, {
            requestId,
            operation: name.slice(0, 100),
            ...whose(caller),
            decision,
            ...(reasons.length > 0 ? { reason: reasons.join("; ").slice(0, 500) } : {}),
            fields: rootFields(document, operation),
            grounds: [...trail.grounds].sort(),
            staffMembers: [...trail.staffMembers],
            refusedMembers: [...trail.refusedMembers].filter((id) => !trail.staffMembers.has(id)),
            kinds: [...trail.kinds].sort(),
            controllers: [...trail.controllers].sort(),
            changes: [...trail.changes],
            counts: { ...trail.counts, staffMembers: trail.staffMembers.size, errors: errors?.length ?? 0 },
            policyVersion,
          });
        },
      };
    },
  };
}
