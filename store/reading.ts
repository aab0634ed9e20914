/** Reads on behalf of somebody. */
import type { Pool, PoolClient } from "pg";
import type { Sealer } from "../platform/secrets";
import type { ReadContext } from "./store";
import { inTransaction, retried } from "./transaction";

/**
 * One client, BEGIN, the context for this transaction only, the statements, COMMIT. The context is signed, so that a
 * statement that sets one itself gains nothing; it ends with the transaction, so that a pooled client never carries it on.
 */
export function createWithPrincipal(pool: Pool, sealer: Sealer) {
  return <T>(context: ReadContext, statements: (client: PoolClient) => Promise<T>): Promise<T> => {
    const text = JSON.stringify(context);
    const signature = sealer.blindIndex("read-context", text);
    return retried(() =>
      inTransaction(
        pool,
        async (client) => {
          await client.query({
            name: "set-context",
            text: "select set_config('lanyard.context', $1, true), set_config('lanyard.signature', $2, true)",
            values: [text, signature],
          });
          return statements(client);
        },
        "begin read only",
      ),
    );
  };
}
