import type { Engine } from "./engine";

/** Seconds a lease lasts; renewed at a third of it. Longer than any page takes, short enough that a crash heals soon. */
export const leaseSeconds = 60;

/** Keeps a lease alive until it is told to stop. One that cannot be renewed is found by the fence of the next write. */
export function keepLease(engine: Engine, connectionId: string, lease: string): { stop(): Promise<void> } {
  const ended = new AbortController();
  const renewing = (async () => {
    while (!ended.signal.aborted) {
      await engine.sleep((leaseSeconds * 1000) / 3, ended.signal).catch(() => undefined);
      if (ended.signal.aborted) return;
      await engine.store.connections.renew(connectionId, lease, leaseSeconds).catch(() => undefined);
    }
  })();
  return {
    async stop() {
      ended.abort();
      await renewing;
    },
  };
}
