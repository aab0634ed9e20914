import { randomUUID } from "node:crypto";
import { policyVersion } from "../../access/tables";
import { createDoor, type IntakeLimits } from "../../sync/intake/door";
import type { Foundation } from "./foundation";
import { holderName } from "./holder";
import type { Route } from "./http";

/** The vendors' door. What somebody with a valid key tried and may not do is an audited denial. */
export function composeIntake(foundation: Foundation, limits?: Partial<IntakeLimits>): Route {
  const { config, engine, store } = foundation;
  return createDoor({
    engine,
    intake: store.intake,
    connections: config.connections,
    holder: holderName(),
    limits,
    onSecurityEvent: ({ connection, keyId, code, items }) =>
      store.audit([
        {
          requestId: randomUUID(),
          operation: "intake push",
          subject: `intake-key:${keyId}`,
          organisation: connection.organisations[0]?.odsCode,
          role: "vendor",
          decision: "DENY",
          reason: code,
          staffMembers: [],
          kinds: [],
          controllers: connection.organisations.map(({ odsCode }) => odsCode),
          counts: { items },
          policyVersion,
        },
      ]),
  });
}
