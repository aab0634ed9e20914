import { createHmac, randomUUID } from "node:crypto";

/** Standard Webhooks as Tidewater's makers have read it: kept apart from the hub's on purpose, so that a mistake in one shows against the other. */
export function signed(secret: string, body: string, at: Date): Record<string, string> {
  const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
  const id = `msg_${randomUUID()}`;
  const seconds = Math.floor(at.getTime() / 1000).toString();
  const mac = createHmac("sha256", key).update([id, seconds, body].join("."), "utf8").digest("base64");
  return { "webhook-id": id, "webhook-timestamp": seconds, "webhook-signature": `v1,${mac}` };
}
