/** Where a reading goes on: after an interruption, and the next time. */
import { type Bench, type Check, fail, pass, skip, type VendorControls, type Verdict } from "../contract";
import { keyOf, type Reading, readAll, spread } from "../reading";
import { missingFrom } from "./pages";

/** Bytes of JSON: a checkpoint is written with every page. */
const largestCheckpoint = 4_096;

/** Reads all, lets the vendor do something, reads on from the checkpoint. */
async function readOnAfter(
  bench: Bench,
  control: (vendor: VendorControls) => (() => Promise<string>) | undefined,
  judge: (id: string, next: Reading) => Verdict,
): Promise<Verdict> {
  const fresh = await bench.subject.fresh?.();
  try {
    const act = fresh && control(fresh.vendor);
    if (!fresh || !act) return skip("only the vendor can make such a change; it was not made here");
    const first = await readAll(fresh.subject, fresh.subject.open());
    if (first.error) throw first.error;
    const id = await act();
    const next = await readAll(fresh.subject, fresh.subject.open(), { since: first.checkpoint });
    if (next.error) throw next.error;
    return judge(id, next);
  } finally {
    await fresh?.close();
  }
}

const has = (reading: Reading, id: string) => reading.records.some(({ sourceId, withdrawn }) => sourceId === id && !withdrawn);

export const goingOn: readonly Check[] = [
  {
    id: "interrupted-anywhere",
    level: "must",
    owes: "A reading that is interrupted after any page and goes on from its checkpoint has everything.",
    cure: "Whoever keeps the connector: a page's checkpoint says where to go on after that page, and never further.",
    async run({ subject, baseline, most }) {
      const whole = await baseline();
      const wanted = new Set(whole.records.map(keyOf));
      if (whole.pages.length < 2) return skip("one page holds everything");
      for (const after of spread(1, whole.pages.length - 1, most)) {
        const before = await readAll(subject, subject.open(), { pages: after });
        if (before.error) throw before.error;
        const rest = await readAll(subject, subject.open(), { since: before.checkpoint });
        if (rest.error) throw rest.error;
        const lost = missingFrom(wanted, new Set([...before.records, ...rest.records].map(keyOf)));
        if (lost > 0) return fail(`interrupted after page ${after} of ${whole.pages.length}: ${lost} records never came`);
      }
      return pass;
    },
  },
  {
    id: "since-inclusive",
    level: "must",
    owes: "A record with the very instant of the newest one, written after the reading, comes with the next.",
    cure: "Ask for changes since an instant with 'at or after', never 'after': several records share an instant.",
    run: (bench) =>
      readOnAfter(
        bench,
        (vendor) => vendor.addAtNewestInstant,
        (id, next) => (has(next, id) ? pass : fail("it never came")),
      ),
  },
  {
    id: "since-overlaps",
    level: "must",
    owes: "A record that is committed late, with an instant some minutes back, comes with the next reading.",
    cure: "Whoever keeps the connector: look back further than the cursor; what comes again costs nothing.",
    run: (bench) =>
      readOnAfter(
        bench,
        (vendor) => vendor.addLate,
        (id, next) => (has(next, id) ? pass : fail("it never came")),
      ),
  },
  {
    id: "nothing-new-ends",
    level: "must",
    owes: "Reading on when there is nothing new comes to an end, time after time.",
    cure: "Whoever keeps the connector: a pass without news leaves the checkpoint where it is.",
    async run({ subject, baseline }) {
      let { checkpoint } = await baseline();
      const most = (await baseline()).pages.length + 10;
      for (let turn = 0; turn < 3; turn++) {
        const next = await readAll(subject, subject.open(), { since: checkpoint, pages: most });
        if (next.error) throw next.error;
        if (next.pages.length >= most) return fail(`more than ${most - 1} pages although nothing has changed`);
        checkpoint = next.checkpoint;
      }
      return pass;
    },
  },
  {
    id: "checkpoint-small",
    level: "must",
    owes: `A checkpoint is JSON of at most ${largestCheckpoint} bytes that its own schema accepts.`,
    cure: "Whoever keeps the connector: keep a position, not what was read.",
    async run({ subject, baseline }) {
      const { pages } = await baseline();
      let largest = 0;
      for (const { checkpoint } of pages) {
        const text = JSON.stringify(checkpoint);
        if (text === undefined || !subject.connector.checkpoint.safeParse(JSON.parse(text)).success) return fail("its schema refuses it");
        largest = Math.max(largest, Buffer.byteLength(text));
      }
      return largest <= largestCheckpoint ? pass : fail(`${largest} bytes`);
    },
  },
];
