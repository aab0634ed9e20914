import type { Principal } from "../../access/principal";
import type { ApprovalRow } from "../../store/approvals";
import { askerOf } from "../../subgraphs/kit/approval-verbs";
import { commandLineAs, type Purposes, withGraph } from "../compose/operations";
import { decideApproval, listApprovals } from "../compose/rights";
import { exitCodes, type Output } from "../output";
import { ago, table } from "../present/table";
import { organisationOf } from "./match";

export interface RightsOptions {
  readonly config?: string;
  readonly today?: string;
  readonly as?: string;
  readonly organisation?: string;
  readonly reason?: string;
}

const purposes: Purposes = {
  "information-governance": ["DATA_RIGHTS"],
  oh: ["OH_CARE"],
  ops: ["SERVICE_OPERATION"],
};

/** The account that runs the command, in the role it asks for. */
export function rightsActor({ as = "information-governance", organisation }: RightsOptions): Principal {
  return commandLineAs(as, purposes, organisation);
}

export const approvalText = (row: ApprovalRow): string => {
  const { act, subject, instruction, detail, reason, expiresAt } = row;
  return [
    `${act} of ${subject}${instruction ? `, by ${instruction}` : ""}: ${reason}`,
    ...Object.entries(detail).map(([name, value]) => `    ${name}: ${typeof value === "object" ? JSON.stringify(value) : value}`),
    `    asked by ${askerOf(row)}; until ${expiresAt.toISOString()}`,
  ].join("\n");
};

/** What waits for a second person. Exit 3 when something does. */
export async function approvalsList(output: Output, options: RightsOptions & { readonly all?: boolean }): Promise<number> {
  return withGraph(options, async (_, foundation) => {
    const organisation = organisationOf(options, foundation);
    const approvals = await listApprovals(foundation, rightsActor(options), [organisation], options.all);
    const now = foundation.engine.clock.now();
    output.answer({ organisation, approvals }, () =>
      approvals.length === 0
        ? "Nothing waits for a second person."
        : table(
            ["id", "act", "about", "by", "asked", options.all ? "decision" : "waits until"],
            approvals.map((row) => [
              row.id,
              row.act,
              row.subject,
              row.instruction ?? row.reason,
              `${askerOf(row)}, ${ago(row.askedAt, now)}`,
              options.all ? (row.decision ?? "-") : row.expiresAt.toISOString().slice(0, 10),
            ]),
          ),
    );
    return approvals.length === 0 || options.all ? exitCodes.ok : exitCodes.degraded;
  });
}

export const approvalsApprove = (output: Output, options: RightsOptions, id: string) => decided(output, options, id, "APPROVED");
export const approvalsRefuse = (output: Output, options: RightsOptions, id: string) => decided(output, options, id, "REFUSED");

async function decided(output: Output, options: RightsOptions, id: string, decision: "APPROVED" | "REFUSED"): Promise<undefined> {
  await withGraph(options, async (_, foundation) => {
    organisationOf(options, foundation);
    const row = await decideApproval(foundation, rightsActor(options), { id, decision, reason: options.reason ?? "" });
    output.answer(row, () => `${decision === "APPROVED" ? "Approved" : "Refused"}: ${approvalText(row)}`);
  });
  return undefined;
}
