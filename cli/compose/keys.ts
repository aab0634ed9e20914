import { decideAct } from "../../access/acts";
import { policyVersion } from "../../access/tables";
import { UsageError } from "../output";
import type { Foundation } from "./foundation";
import { commandLine } from "./operations";

/** Keys of the intake are the ESR team's to give and to take; each act is decided and written down, the refused ones too. Gives who acts. */
export async function mayRotateKeys({ config, store }: Foundation, operation: string, why?: string): Promise<string> {
  const principal = commandLine({ role: "ops", purpose: "SERVICE_OPERATION" });
  const { effect, reason } = decideAct(
    principal,
    "rotate-keys",
    config.organisations.map(({ odsCode }) => odsCode),
  );
  await store.audit([
    {
      requestId: `command-${process.pid}-${operation.replaceAll(" ", "-")}`,
      operation,
      subject: principal.subject,
      role: principal.role,
      purpose: "SERVICE_OPERATION",
      decision: effect === "allow" ? "ALLOW" : "DENY",
      reason: why === undefined ? reason : `${reason}: ${why}`,
      staffMembers: [],
      kinds: ["intake-key"],
      controllers: [],
      counts: {},
      policyVersion,
    },
  ]);
  if (effect !== "allow") throw new UsageError(`You may not do this (${reason}).`);
  return principal.subject;
}
