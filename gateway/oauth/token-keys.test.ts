import type { NewTokenKey, TokenIssuing } from "../../store/token-issuing";
import { createTokenKeys } from "./token-keys";

const start = Date.parse("2026-11-23T09:00:00Z");

/** The table of keys, in memory. */
function table(): Pick<TokenIssuing, "keys" | "privateKey" | "addKey"> & { readonly rows: NewTokenKey[] } {
  const rows: NewTokenKey[] = [];
  return {
    rows,
    async keys() {
      return rows.map((row) => ({
        kid: row.publicJwk.kid,
        publicJwk: row.publicJwk,
        createdAt: row.now,
        createdBy: row.by,
        signsFrom: row.signsFrom,
        endsAt: undefined,
      }));
    },
    privateKey: async (kid) => rows.find((row) => row.publicJwk.kid === kid)!.privateJwk,
    async addKey(key) {
      if (rows.length === 0) rows.push(key);
    },
  };
}

const keysOf = (store: ReturnType<typeof table>, now: () => Date) =>
  createTokenKeys({ store: store as unknown as TokenIssuing, clock: { now } });

test("the very first key signs for whoever asked before it was made", async () => {
  const store = table();
  // The millisecond changes between any two looks at the clock, as it does now and then on a busy machine.
  let looks = 0;
  const keys = keysOf(store, () => new Date(start + looks++));
  const { kid } = await keys.signing();
  expect(kid).toBe(store.rows[0]!.publicJwk.kid);
});

test("the only key signs also for a process whose clock is behind that of its maker", async () => {
  const store = table();
  const { kid } = await keysOf(store, () => new Date(start)).signing();
  expect(await keysOf(store, () => new Date(start - 30_000)).signing()).toMatchObject({ kid });
});
