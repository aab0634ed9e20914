import { type Act, decide } from "../../access/decide";
import { noFacts } from "../../access/facts";
import { policyVersion } from "../../access/tables";
import { UsageError } from "../output";
import type { Foundation } from "./foundation";
import { commandLine } from "./operations";

/** An act of operations at the command line: decided, and written down with its reason before it is done, the refused ones too. Gives who acts. */
export async function mayOperate(
  { config, store, engine }: Pick<Foundation, "config" | "store" | "engine">,
  act: { readonly act: Act; readonly operation: string; readonly kind: string; readonly why?: string | undefined },
): Promise<string> {
  const principal = commandLine({ role: "ops", purpose: "SERVICE_OPERATION" });
  const organisations = config.organisations.map(({ odsCode }) => odsCode);
  const { effect, reason } = decide(principal, act.act, { organisations }, noFacts, engine.clock.now());
  await store.audit([
    {
      requestId: `command-${process.pid}-${act.operation.replaceAll(" ", "-")}`,
      operation: act.operation,
      subject: principal.subject,
      role: principal.role,
      purpose: "SERVICE_OPERATION",
      decision: effect === "allow" ? "ALLOW" : "DENY",
      reason: act.why === undefined ? reason : `${reason}: ${act.why}`,
      staffMembers: [],
      kinds: [act.kind],
      controllers: [],
      counts: {},
      policyVersion,
    },
  ]);
  if (effect !== "allow") throw new UsageError(`You may not do this (${reason}).`);
  return principal.subject;
}
