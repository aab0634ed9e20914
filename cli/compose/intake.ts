import { randomUUID } from "node:crypto";
import { policyVersion } from "../../access/tables";
import { runSoon } from "../../outbound/schedule";
import { openQueue, type Queue } from "../../platform/queue";
import type { Connection } from "../../sync/connection";
import { eventStage } from "../../sync/events";
import { createDoor, type IntakeLimits } from "../../sync/intake/door";
import type { Foundation } from "./foundation";
import { holderName } from "./holder";
import type { Route } from "./http";
import { composeOutbound } from "./outbound";

/** Batches come in a row: what they bring goes to ESR in one file. */
const afterPushMs = 20_000;

/** What is asked for after a commit: only sooner than the schedule would, so that nobody waits for it and nothing depends on it. */
export interface Following {
  records(connection: Connection): void;
  event(connection: Connection): void;
}

export interface RunningFollowing extends Following {
  close(): Promise<void>;
}

/** Over a queue that is opened when it is first needed: a door does not wait for one that is away. */
export function followByQueue(foundation: Foundation, redisUrl: string | undefined): RunningFollowing {
  const { databaseUrl, log } = foundation;
  let opened: Promise<Queue> | undefined;
  const queue = () => {
    opened ??= (async () => {
      const made = openQueue({ backend: redisUrl ? { redisUrl } : { postgresUrl: databaseUrl }, log });
      try {
        await made.ready();
        return made;
      } catch (error) {
        opened = undefined;
        await made.close().catch(() => undefined);
        throw error;
      }
    })();
    return opened;
  };
  const towardsEsr = composeOutbound(foundation).targets;
  const soon = (connection: Connection, what: (queue: Queue) => Promise<void>) =>
    void queue()
      .then(what)
      .catch((error: unknown) => log.warn({ connection: connection.id }, "asked for later, by the schedule", error));
  return {
    records(connection) {
      const codes = connection.esr ? connection.organisations.map(({ odsCode }) => odsCode).filter((code) => towardsEsr.has(code)) : [];
      if (codes.length > 0) soon(connection, (open) => runSoon(open, codes, afterPushMs));
    },
    event(connection) {
      soon(connection, (open) => open.add(eventStage, `events-${connection.id}`, { v: 1, connectionId: connection.id }));
    },
    async close() {
      await opened?.then((open) => open.close()).catch(() => undefined);
    },
  };
}

/** The vendors' doors. What somebody with a valid key tried and may not do is an audited denial. */
export function composeIntake(foundation: Foundation, limits?: Partial<IntakeLimits>, following?: Following): Route {
  const { config, engine, store } = foundation;
  return createDoor({
    engine,
    intake: store.intake,
    vendorEvents: store.vendorEvents,
    onRecords: following && ((connection) => following.records(connection)),
    onEvent: following && ((connection) => following.event(connection)),
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
