/** A learning system in thirty lines of manners: lists by changed-at and id, at or after, with tombstones and a total. */
import type { VendorControls } from "../../../connectors/kit/contract/contract";
import { type Clock, fixedClock } from "../../../platform/clock";
import { startVendorServer } from "../../../sandbox/kit/vendor-server";

export interface Completion {
  id: string;
  person: string;
  family: string;
  changedAt: string;
  awardedOn: string;
  removed?: boolean;
}
export const zooSecret = "zoo-secret-0123456789";
export const zooClock: Clock = fixedClock("2026-11-22T10:00:00Z");
const families = ["O'Donnell-Pryce", "Zieliński", "Bjørnsdóttir", "Nguyễn", "Smith"];
const instantOf = (minute: number) => new Date(Date.UTC(2026, 9, 1, 8, minute)).toISOString();

export interface ZooVendor {
  readonly url: string;
  readonly controls: VendorControls;
  close(): Promise<void>;
}

export async function startZooVendor(records: number): Promise<ZooVendor> {
  let minute = 0;
  let emptied = false;
  let looping = false;
  let throttled = 0;
  const held: Completion[] = [];
  const add = (changedAt: string): string => {
    const n = held.length;
    const family = families[n % families.length]!;
    held.push({ id: `c${n}`, person: `p${n % 50}-${n % families.length}`, family, changedAt, awardedOn: "2026-03-02" });
    return `c${n}`;
  };
  // Three of a minute: instants are shared, and an edge falls between them.
  while (held.length < records) add(instantOf(Math.floor(minute++ / 3)));
  const newest = () =>
    held
      .map(({ changedAt }) => changedAt)
      .sort()
      .at(-1)!;

  const server = await startVendorServer({
    clock: zooClock,
    contentType: "application/json",
    unauthorised: { status: 401, body: { error: "no" } },
    unfailing: () => true,
    async answer({ url, headers }) {
      if (url.pathname !== "/completions") return { status: 404, body: { error: "no such list" } };
      if (headers.authorization !== `Bearer ${zooSecret}`) return { status: 401, body: { error: "who are you" } };
      if (throttled > 0) {
        throttled -= 1;
        return { status: 429, body: { error: "slowly" } };
      }
      const query = url.searchParams;
      const since = query.get("since") ?? "";
      const after = looping ? "" : (query.get("after") ?? "");
      const limit = Number(query.get("limit") ?? "10");
      const isAfter = query.get("strictly") === "yes" ? (at: string) => at > since : (at: string) => at >= since;
      const placeOf = (one: Completion) => `${one.changedAt}|${one.id}`;
      const all = held.filter((one) => isAfter(one.changedAt)).sort((a, b) => (placeOf(a) < placeOf(b) ? -1 : 1));
      const items = emptied ? [] : all.filter((one) => placeOf(one) > after).slice(0, limit);
      const last = items.at(-1);
      const more = looping || (last !== undefined && placeOf(all.at(-1)!) > placeOf(last));
      return { status: 200, body: { items, total: emptied ? 0 : all.length, ...(more && last ? { next: placeOf(last) } : {}) } };
    },
  });
  return {
    url: server.origin,
    controls: {
      addAtNewestInstant: async () => add(newest()),
      addLate: async () => add(new Date(Date.parse(newest()) - 5 * 60_000).toISOString()),
      remove: async () => {
        const one = held[3]!;
        one.removed = true;
        one.changedAt = instantOf(100_000);
        return one.id;
      },
      empty: async () => {
        emptied = true;
      },
      throttle: async (times) => {
        throttled = times;
      },
      loop: async () => {
        looping = true;
      },
      familyNames: families,
    },
    close: server.close,
  };
}
