/** `POST /intake/{connection}/records`: one verified batch on its way to the receiver. */
import { createHash } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import type { PushedRecord } from "../../connectors/connector";
import type { LiveKey } from "../../store/intake-keys";
import type { Connection } from "../connection";
import { asHubError } from "../run";
import { type Admitted, refusal } from "./admission";
import { jsonOf } from "./body";
import type { Call } from "./calls";
import type { Answer, DoorSettings, IntakeLimits } from "./door";
import { createReceiver } from "./receive";

/** Tried with a valid key, and not allowed: written down, and audited. */
const securityCodes = new Set(["IDEMPOTENCY_KEY_REUSED", "OTHER_ORGANISATION", "EVENT_ID_REUSED", "KIND_NOT_ALLOWED"]);

/** The connection as far as a key may speak for it: what is outside is refused like another trust's. */
export function scopedTo(connection: Connection, key: LiveKey): Connection {
  const { organisations } = key;
  if (!organisations) return connection;
  return { ...connection, organisations: connection.organisations.filter(({ odsCode }) => organisations.includes(odsCode)) };
}

/** An attempt at what the key may not do is a problem of the connection and an audited denial, whatever is answered. */
export async function auditing<T>(settings: DoorSettings, { connection, key }: Admitted, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const { code, detail } = asHubError(error);
    if (securityCodes.has(code)) {
      await settings.onSecurityEvent({ connection, keyId: key.id, code, items: 0 });
      await settings.engine.store.connections.problem({ connectionId: connection.id, code, detail });
    }
    throw error;
  }
}

export function createRecordDoor(settings: DoorSettings, limits: IntakeLimits) {
  const { engine, intake } = settings;
  const receiver = createReceiver(engine, intake, { holder: settings.holder, busyAfterMs: limits.busyAfterMs });

  return async (_: Call, admitted: Admitted, headers: IncomingHttpHeaders): Promise<Answer> => {
    const { key, content, receivedAt } = admitted;
    const connection = scopedTo(admitted.connection, key);
    const idempotencyKey = headers["idempotency-key"];
    if (typeof idempotencyKey !== "string" || !/^[\x21-\x7e]{8,200}$/.test(idempotencyKey)) throw refusal("IDEMPOTENCY_KEY_MISSING");
    /** Only when its turn has come: a parsed batch is many times as large as its bytes. */
    const records = (): readonly PushedRecord[] => {
      const all = connection.connector.push!.records({
        body: jsonOf(content),
        receivedAt: receivedAt.toISOString(),
        organisations: connection.organisations.map(({ odsCode }) => odsCode),
      });
      if (all.length > limits.items) throw refusal("BATCH_TOO_LONG", { got: String(all.length), limit: limits.items });
      return all;
    };
    return auditing(settings, admitted, async () => {
      const bodySha256 = createHash("sha256").update(content).digest("hex");
      const { answer, again, items, denied } = await receiver.receive({ connection, records, idempotencyKey, bodySha256, key, receivedAt });
      for (const [code, count] of denied) await settings.onSecurityEvent({ connection, keyId: key.id, code, items: count });
      engine.log.info({ connection: connection.id, status: answer.status, items, bytes: content.length, again }, "push answered");
      if (!again) settings.onRecords?.(connection);
      return answer;
    });
  };
}
