import "reflect-metadata";
import { systemClock } from "../../platform/clock";
import { openStore } from "../../store/open";

/** The hub's schema, and the one connection of the bench. */
export async function prepareBenchDatabase(url: string): Promise<void> {
  const store = await openStore({ url, keyEncryptionKey: Buffer.alloc(32, 7), clock: systemClock });
  await store.migrate();
  await store.connections.register([
    {
      id: "bench",
      connector: "made-up-vendor",
      title: "",
      organisations: ["ZQA"],
      everyMinutes: 60,
      freshWithinSeconds: 3600,
      goLiveOn: undefined,
      settingsFingerprint: "",
    },
  ]);
  await store.close();
}
