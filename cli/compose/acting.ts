import { type Act, decide } from "../../access/decide";
import { noFacts } from "../../access/facts";
import type { Principal } from "../../access/principal";
import { policyVersion } from "../../access/tables";
import { UsageError } from "../output";
import type { Foundation } from "./foundation";
import { commandLine } from "./operations";

interface Acting {
  readonly act: Act;
  readonly operation: string;
  readonly kind: string;
  readonly why?: string | undefined;
  readonly counts?: Readonly<Record<string, number>>;
}
type Needed = Pick<Foundation, "config" | "store" | "engine">;

/** An act of operations at the command line, over everything. Gives who acts. */
export function mayOperate(foundation: Needed, act: Acting): Promise<string> {
  const organisations = foundation.config.organisations.map(({ odsCode }) => odsCode);
  return mayAct(foundation, commandLine({ role: "ops", purpose: "SERVICE_OPERATION" }), organisations, act);
}

/** An act at the command line: decided, and written down with its reason before it is done, the refused ones too. Gives who acts. */
export async function mayAct(
  { store, engine }: Needed,
  principal: Principal,
  organisations: readonly string[],
  act: Acting,
): Promise<string> {
  const { effect, reason } = decide(principal, act.act, { organisations }, noFacts, engine.clock.now());
  await store.audit([
    {
      requestId: `command-${process.pid}-${act.operation.replaceAll(" ", "-")}`,
      operation: act.operation,
      subject: principal.subject,
      ...(principal.org === undefined ? {} : { organisation: principal.org }),
      role: principal.role,
      purpose: principal.purposes.join(" "),
      decision: effect === "allow" ? "ALLOW" : "DENY",
      reason: act.why === undefined ? reason : `${reason}: ${act.why}`,
      staffMembers: [],
      kinds: [act.kind],
      controllers: [],
      counts: act.counts ?? {},
      policyVersion,
    },
  ]);
  if (effect !== "allow") throw new UsageError(`You may not do this (${reason}).`);
  return principal.subject;
}
