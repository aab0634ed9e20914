import type { Tidewater } from "../../sandbox/tidewater/tidewater";
import type { Foundation } from "./foundation";
import { mayRotateKeys } from "./keys";

const connectionId = "zqc-tidewater";

/** The demonstration's vendor that pushes gets its key once, and delivers what is new to the running hub. One line of what came of it. */
export async function letTidewaterDeliver(foundation: Foundation, tidewater: Tidewater, address: string): Promise<string> {
  const { config, store } = foundation;
  const connection = config.connections.find(({ id }) => id === connectionId);
  if (!connection) return "Tidewater has no connection in this configuration.";
  // A revoked key stays revoked: only a database that has never heard of it is another hub.
  if (tidewater.keyId === undefined || !(await store.intake.findKey(tidewater.keyId))) {
    const by = await mayRotateKeys(foundation, `keys issue ${connectionId}`);
    tidewater.takeKey(await store.intake.issueKey({ connectionId, organisation: connection.organisations[0]!.odsCode, by }), true);
  }
  const report = await tidewater.deliver({ url: `${address}/intake/${connectionId}/records` });
  if (report.stopped === 401)
    return `Tidewater pushed, and its key is not accepted: npx lanyard problems, npx lanyard keys list ${connectionId}.`;
  if (report.stopped !== undefined) return `Tidewater could not deliver everything (${report.stopped}); it tries again at the next start.`;
  if (report.items === 0) return "Tidewater (pushes by itself): nothing new.";
  return `Tidewater (pushes by itself): ${report.items} items in ${report.batches} batches, ${report.accepted} accepted (${report.waiting} wait for their person), ${report.refused} refused.`;
}
