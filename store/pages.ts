/** `store.pages`: the order of pages that overlap in time, and what is asked about stored pages. */

import { createAbsence } from "./absence";
import { type ApplyParts, applyPage, probePage } from "./apply";
import { applyIdentical, findIdentical } from "./identical";
import { clearSeen, unfinishedRuns } from "./page-ledger";
import { expireRaw, readRaw } from "./raw-pages";
import type { PageStored, PageToStore, Store } from "./store";

/** `atOnce`: pages that may hold a client at the same time, below the pool's size, or a page could wait for a client for ever. */
export function createPages(parts: ApplyParts, atOnce: number): Store["pages"] {
  const { writing, sealer } = parts;
  const { pool } = writing.usual;
  const slots = createSlots(atOnce);
  const inFlight = new Map<string, Set<ReadonlySet<string>>>();
  const absence = createAbsence(writing, sealer);

  /**
   * A page that waits for its predecessor's commit holds row locks meanwhile. If both write one key, the predecessor would
   * wait for the page that waits for it, and PostgreSQL sees only half of that circle: such a page begins after the other.
   */
  async function inOrder(page: PageToStore, commitAfter: Promise<unknown> | undefined): Promise<PageStored> {
    commitAfter?.catch(() => undefined);
    // Without their kinds: a good record also settles a refusal that could not say of what kind it was.
    const keys = new Set<string>();
    for (const { sourceId } of page.records) keys.add(sourceId);
    for (const { sourceId } of page.refusals) keys.add(sourceId);
    if (page.digest) keys.add(`digest\n${page.digest.key}`);
    let others = inFlight.get(page.connectionId);
    if (!others) inFlight.set(page.connectionId, (others = new Set()));
    const meets = commitAfter !== undefined && [...others].some((other) => overlap(keys, other));
    others.add(keys);
    // First come, first served: a page's predecessor always has its slot before it.
    const leave = await slots.enter();
    try {
      if (meets) await commitAfter;
      return page.identical ? await applyIdentical(writing, page, commitAfter) : await applyPage(parts, page, commitAfter);
    } finally {
      leave();
      others.delete(keys);
      if (others.size === 0 && inFlight.get(page.connectionId) === others) inFlight.delete(page.connectionId);
    }
  }

  return {
    async admitPeople(input) {
      const persons = await parts.persons.admit(input);
      const ids = new Map<string, string>();
      const toMatch: string[] = [];
      for (const [key, person] of persons) {
        ids.set(key, person.id);
        if (person.due) toMatch.push(person.id);
      }
      return { ids, toMatch };
    },
    apply: inOrder,
    probe: (page) => probePage(parts, page),
    identicalPage: (connectionId, key, sha256, derivationVersion) => findIdentical(pool, connectionId, key, sha256, derivationVersion),
    settleAbsence: absence.settle,
    unfinishedRuns: (connectionId, runId) => unfinishedRuns(pool, connectionId, runId),
    clearSeen: (runId) => clearSeen(pool, runId, "<="),
    clearSeenBefore: (runId) => clearSeen(pool, runId, "<"),
    raw: (rawPageId) => readRaw(pool, sealer, rawPageId),
    expireRaw: (day) => expireRaw(pool, day),
  };
}

function overlap(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  const [small, large] = a.size < b.size ? [a, b] : [b, a];
  for (const key of small) if (large.has(key)) return true;
  return false;
}

function createSlots(size: number): { enter(): Promise<() => void> } {
  let free = size;
  const queue: (() => void)[] = [];
  const leave = () => {
    const next = queue.shift();
    if (next) next();
    else free += 1;
  };
  return {
    async enter() {
      if (free > 0) free -= 1;
      else await new Promise<void>((resolve) => queue.push(resolve));
      return leave;
    },
  };
}
