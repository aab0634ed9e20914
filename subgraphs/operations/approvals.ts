/** Acts of two people: what waits for the caller, and the second person's yes or no. */
import { Arg, Ctx, Mutation, Query, Resolver } from "type-graphql";
import { isHubError } from "../../platform/errors";
import { problemText, sentence } from "../../schema/codes/problems";
import type { ApprovalRow } from "../../store/approvals";
import { type ApprovalVerbs, askerOf } from "../kit/approval-verbs";
import type { RequestContext } from "../kit/context";
import { badInput } from "../kit/refusals";
import { Approval, type ApprovalDetail, ApprovalInput, ApprovalPayload } from "./approvals-types";

const longestReason = 1000;

export function verbs(context: RequestContext): ApprovalVerbs {
  const { approvals } = context.environment;
  if (!approvals) throw badInput("This process only answers questions: what takes two people is kept by the hub's own process.");
  return approvals;
}

/** Undefined: none, or more than anybody reads. */
export function reasonOf(given: string): string | undefined {
  const reason = given.trim();
  return reason === "" || reason.length > longestReason ? undefined : reason;
}

export function refused(code: string, field: string): ApprovalPayload {
  const { say, next } = problemText(code);
  return { approval: null, userErrors: [{ code, field, message: `${sentence(say, {})} ${sentence(next, {})}` }] };
}

/** Tables of occupational health stand in a plan with their counts: that there is anything is health data itself. */
const ofHealth = /^oh\./;
function detailsOf(detail: Readonly<Record<string, unknown>>): ApprovalDetail[] {
  return Object.entries(detail).flatMap(([name, value]) => {
    if (value === null || value === undefined || ofHealth.test(name)) return [];
    if (typeof value === "object" && !Array.isArray(value)) return detailsOf(value as Record<string, unknown>);
    return [{ name, value: Array.isArray(value) ? value.join(", ") : String(value) }];
  });
}

export function approvalOf(context: RequestContext, row: ApprovalRow, mayApprove: boolean): Approval {
  context.trail.kinds.add("approval");
  context.trail.controllers.add(row.organisation);
  const { id, act, reason, askedRole, askedAt, expiresAt } = row;
  return {
    ...{ id, act, reason, askedRole, askedAt, expiresAt, mayApprove },
    askedBy: askerOf(row),
    about: row.subject,
    organisation: context.organisation(row.organisation),
    instruction: row.instruction ?? null,
    details: detailsOf(row.detail),
    decision: row.decision ?? null,
    decidedAt: row.decidedAt ?? null,
  };
}

@Resolver()
export class ApprovalsResolver {
  @Query(() => [Approval], {
    nullable: true,
    description: "What takes two people and waits for the caller's decision, the newest first; of the caller's own organisation.",
  })
  async approvals(@Ctx() context: RequestContext): Promise<Approval[]> {
    const rows = await verbs(context).waiting(await context.principal());
    context.trail.counts.approvals = rows.length;
    return rows.map((row) => approvalOf(context, row, row.mayApprove));
  }

  @Mutation(() => ApprovalPayload, {
    nullable: true,
    description: "A second person's yes or no to exactly what was asked. Whoever asked can take it back, and never say yes to it.",
  })
  async decideApproval(
    @Arg("input", () => ApprovalInput, { description: "Which, yes or no, and why." }) input: ApprovalInput,
    @Ctx() context: RequestContext,
  ): Promise<ApprovalPayload> {
    const reason = reasonOf(input.reason);
    if (reason === undefined) return refused("APPROVAL_REASON", "reason");
    try {
      const what = { id: input.approval, decision: input.decision, reason };
      const decided = await verbs(context).decide(await context.principal(), what, context.requestId);
      if (!decided) return refused("APPROVAL_NOT_YOURS", "approval");
      context.changed("approval", decided.id);
      return { approval: approvalOf(context, decided, false), userErrors: [] };
    } catch (error) {
      if (!isHubError(error) || error.class !== "guard") throw error;
      return refused(error.code, "approval");
    }
  }
}
