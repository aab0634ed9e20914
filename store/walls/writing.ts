/** As whom a page, a snapshot or a decision writes: occupational health has a login of its own, and every write its connection. */
import type { Pool } from "pg";
import { healthKinds, type RecordKind } from "../../schema/kinds";
import { type ContextSigner, writingUnder } from "./context";
import type { Pools } from "./pools";

export interface Writer {
  readonly pool: Pool;
  /** A statement to begin with: writes for the organisations of this connection, as long as the lease is held. */
  under(connectionId: string, lease: string): string;
  /** The same without a lease, for one transaction; `begun` is its moment (context.ts). */
  forConnection(connectionId: string, begun: unknown): string;
}

export interface Writing {
  /** Everything but occupational health. */
  readonly usual: Writer;
  readonly health: Writer;
  of(kinds: Iterable<RecordKind | undefined>): Writer;
}

export function createWriting(pools: Pick<Pools, "lanyard_work" | "lanyard_work_health">, signer: ContextSigner): Writing {
  const writer = (role: "lanyard_work" | "lanyard_work_health"): Writer => ({
    pool: pools[role],
    under: (connectionId, lease) => writingUnder(signer, role, connectionId, lease),
    forConnection: (connectionId, begun) => signer.sign({ role, connection: connectionId, ...(begun as object) }),
  });
  const usual = writer("lanyard_work");
  const health = writer("lanyard_work_health");
  return {
    usual,
    health,
    of(kinds) {
      for (const kind of kinds) if (kind !== undefined && healthKinds.has(kind)) return health;
      return usual;
    },
  };
}
