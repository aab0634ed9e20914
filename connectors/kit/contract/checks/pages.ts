/** Order, page edges, and a long walk. */
import { type Check, fail, pass, skip } from "../contract";
import { keyOf, type Reading, readAll } from "../reading";

const keysOf = (reading: Reading) => reading.records.map(keyOf);
export const missingFrom = (all: Iterable<string>, here: ReadonlySet<string>) => [...new Set(all)].filter((key) => !here.has(key)).length;

/** More vendor records than a page may have: it is held in memory and written in one transaction. */
const mostPerPage = 5_000;
const longWalk = 10_000;

export const pages: readonly Check[] = [
  {
    id: "same-records",
    level: "must",
    owes: "Two readings of unchanged data give the same records.",
    cure: "Vendor: sort every list by something that does not change (an id), and page by it.",
    async run({ subject, baseline }) {
      const first = new Set(keysOf(await baseline()));
      const again = await readAll(subject, subject.open());
      if (again.error) throw again.error;
      const second = new Set(keysOf(again));
      const lost = missingFrom(first, second);
      const more = missingFrom(second, first);
      return lost + more === 0 ? pass : fail(`the second reading lacked ${lost} records and had ${more} others`);
    },
  },
  {
    id: "same-order",
    level: "should",
    owes: "Two readings give the records in the same order.",
    cure: "Vendor: a stable order makes an interrupted reading cheap to go on with.",
    async run({ subject, baseline }) {
      const first = keysOf(await baseline());
      const again = await readAll(subject, subject.open());
      if (again.error) throw again.error;
      const second = keysOf(again);
      const at = first.findIndex((key, position) => second[position] !== key);
      return at === -1 && first.length === second.length ? pass : fail(`the order differs from record ${at + 1} on`);
    },
  },
  {
    id: "page-edges",
    level: "must",
    owes: "Small pages and large pages give the same records: nothing is lost or changed at an edge.",
    cure: "Whoever keeps the connector or the system: an edge belongs to one page or to both, never to none; the last page counts.",
    async run({ subject, baseline }) {
      const settings = subject.settings as { pageSize?: unknown };
      if (typeof settings.pageSize !== "number") return skip("the size of a page cannot be set");
      const whole = await baseline();
      const wanted = new Set(keysOf(whole));
      // A system with many records is not asked for them three at a time.
      const small = Math.max(3, Math.ceil(whole.raws.length / 200));
      for (const pageSize of [small, small * 2 + 1]) {
        const other = await readAll(subject, subject.open({ settings: { ...settings, pageSize } }));
        if (other.error) throw other.error;
        const got = new Set(keysOf(other));
        const lost = missingFrom(wanted, got);
        const more = missingFrom(got, wanted);
        if (lost + more > 0) return fail(`pages of ${pageSize}: ${lost} records lost, ${more} more`);
      }
      return pass;
    },
  },
  {
    id: "page-bounded",
    level: "must",
    owes: `A page has at most ${mostPerPage} vendor records.`,
    cure: "Whoever keeps the connector: cut what the vendor sends into pages.",
    async run({ baseline }) {
      const largest = Math.max(0, ...(await baseline()).pages.map(({ records }) => records.length));
      return largest <= mostPerPage ? pass : fail(`a page of ${largest}`);
    },
  },
  {
    id: "totals-agree",
    level: "should",
    owes: "What is announced as a total is what comes.",
    cure: "Vendor: a total that is not the number of what follows makes a truncated answer look whole, and the other way round.",
    async run({ baseline }) {
      const last = new Map<string, { done: number; total: number }>();
      for (const { dataSet, progress } of (await baseline()).pages)
        if (progress?.total !== undefined) last.set(dataSet, { done: progress.done, total: progress.total });
      if (last.size === 0) return skip("nothing announces a total");
      const wrong = [...last.values()].find(({ done, total }) => done !== total);
      return wrong ? fail(`${wrong.total} announced, ${wrong.done} came`) : pass;
    },
  },
  {
    id: "long-walk",
    level: "must",
    owes: `A reading of ${longWalk.toLocaleString("en-GB")} records comes to its end with all of them.`,
    cure: "Vendor: look for limits on offsets, on links that expire, and on the number of pages.",
    async run({ subject, baseline }) {
      const fresh = await subject.fresh?.(longWalk);
      if (!fresh || fresh.records < longWalk) {
        await fresh?.close();
        const { raws } = await baseline();
        return raws.length >= longWalk ? pass : skip(`the system holds ${raws.length} vendor records`);
      }
      try {
        const reading = await readAll(fresh.subject, fresh.subject.open());
        if (reading.error) throw reading.error;
        const got = new Set(keysOf(reading)).size;
        return got >= fresh.records ? pass : fail(`${fresh.records} are there, ${got} came`);
      } finally {
        await fresh.close();
      }
    },
  },
];
