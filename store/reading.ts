/** Reads on behalf of somebody. */
import type { PoolClient } from "pg";
import type { ReadContext } from "./store";
import { inTransaction, retried } from "./transaction";
import { type ContextSigner, momentOfTransaction } from "./walls/context";
import type { Pools } from "./walls/pools";

/** Which role reads, by what is read: each sees what it is for, whatever the statement says. */
const roles = {
  records: "lanyard_read",
  health: "lanyard_health",
  facts: "lanyard_facts",
  operations: "lanyard_ops",
  audit: "lanyard_auditor",
} as const;

/** Records are of people: a scope that names none is about what people and organisations have agreed. */
const aboutSomebody = ({ scope }: ReadContext) => scope.some(({ staffMember }) => staffMember !== undefined);

const beginReading = `begin read only; ${momentOfTransaction}`;

/**
 * One client, BEGIN, the context for this transaction only, the statements, COMMIT. The context is signed for this role, this
 * session and this transaction, so that a statement that sets one itself gains nothing; it ends with the transaction, so that
 * a pooled client never carries it on.
 */
export function createWithPrincipal(pools: Pools, signer: ContextSigner) {
  return <T>(context: ReadContext, statements: (client: PoolClient) => Promise<T>): Promise<T> => {
    const { what = aboutSomebody(context) ? "records" : "facts", ...said } = context;
    const role = roles[what];
    return retried(() =>
      inTransaction(
        pools[role],
        async (client, begun) => {
          const { at, pid } = begun as { at: string; pid: string };
          await client.query({
            name: "set-context",
            text: "select set_config('lanyard.context', $1, true)",
            values: [signer.sign({ role, pid, at, ...said })],
          });
          return statements(client);
        },
        beginReading,
      ),
    );
  };
}
