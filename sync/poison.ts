/**
 * One record that the database (or our own code) does not take must not stop its page, or the page would come again for ever.
 * The page is halved until the record stands alone; what is tried is rolled back, so that the page stays one page of the ledger.
 */
import { blameOf, blamesRecords } from "../store/blame";
import type { ClaimToStore, PageStored, PageToStore, RefusalToStore, Store } from "../store/store";
import { storable } from "./storable";

type Pages = Pick<Store["pages"], "apply" | "admitPeople" | "probe">;

/** More than these are no bad records but a fault of the hub: the page fails, and somebody is told. */
const mostPoison = 20;

/** Stores a page; records on which the database fails are refused in it. */
export async function storePage(pages: Pages, page: PageToStore, commitAfter?: Promise<unknown>): Promise<PageStored> {
  try {
    return await pages.apply(page, commitAfter);
  } catch (error) {
    if (page.identical || page.rederives || page.records.length === 0 || !blamesRecords(error)) throw error;
    const ordinals = [...new Set(page.records.map(({ rawOrdinal }) => rawOrdinal))];
    const blamed = new Map<number, string>();
    await narrow(ordinals, blamed, (some) => pages.probe(partOf(page, new Set(some))));
    if (blamed.size === 0 || blamed.size > mostPoison) throw error;
    return pages.apply(without(page, blamed), commitAfter);
  }
}

/** Halves what fails until single ones are left. Stops when there are too many to be records' own fault. */
async function narrow<T>(all: readonly T[], blamed: Map<T, string>, attempt: (some: readonly T[]) => Promise<unknown>): Promise<void> {
  const [first] = all;
  if (first === undefined || blamed.size > mostPoison) return;
  try {
    await attempt(all);
  } catch (error) {
    if (!blamesRecords(error)) throw error;
    if (all.length === 1) {
      blamed.set(first, blameOf(error));
      return;
    }
    const middle = Math.ceil(all.length / 2);
    await narrow(all.slice(0, middle), blamed, attempt);
    await narrow(all.slice(middle), blamed, attempt);
  }
}

function partOf(page: PageToStore, ordinals: ReadonlySet<number>): PageToStore {
  return {
    ...page,
    records: page.records.filter(({ rawOrdinal }) => ordinals.has(rawOrdinal)),
    claims: [],
    refusals: [],
    counts: { rawIn: 0, yielding: 0, ignored: 0, refusedRaw: 0 },
    digest: undefined,
    push: undefined,
  };
}

function without(page: PageToStore, blamed: ReadonlyMap<number, string>): PageToStore {
  const refusals: RefusalToStore[] = page.records.flatMap(({ organisation, kind, sourceId, rawOrdinal }) => {
    const got = blamed.get(rawOrdinal);
    if (got === undefined) return [];
    const expected = "values that the database can hold";
    return [
      {
        organisation,
        kind,
        sourceId: storable(sourceId),
        code: "RECORD_UNSTORABLE",
        pointer: "",
        got,
        expected,
        rawOrdinal,
        position: rawOrdinal,
      },
    ];
  });
  return {
    ...page,
    records: page.records.filter(({ rawOrdinal }) => !blamed.has(rawOrdinal)),
    refusals: [...page.refusals, ...refusals],
    // The bytes are read again next time: a repaired hub may take them.
    digest: undefined,
  };
}

export interface Admitted {
  readonly toMatch: readonly string[];
  /** Person keys of claims that could not be stored: their records are refused. */
  readonly refused: ReadonlyMap<string, string>;
}

/** The people of a page; a claim that the database does not take is left out and named. */
export async function admitClaims(pages: Pages, input: Parameters<Pages["admitPeople"]>[0]): Promise<Admitted> {
  if (input.claims.length === 0) return { toMatch: [], refused: new Map() };
  try {
    return { toMatch: (await pages.admitPeople(input)).toMatch, refused: new Map() };
  } catch (error) {
    if (!blamesRecords(error)) throw error;
    const blamed = new Map<ClaimToStore, string>();
    const toMatch: string[] = [];
    await narrow(input.claims, blamed, async (claims) => {
      toMatch.push(...(await pages.admitPeople({ ...input, claims })).toMatch);
    });
    if (blamed.size === 0 || blamed.size > mostPoison) throw error;
    return {
      toMatch: [...new Set(toMatch)],
      refused: new Map([...blamed].map(([{ organisation, claim }, got]) => [`${organisation}|${claim.personKey}`, got])),
    };
  }
}

/** The page without the people that could not be admitted. */
export function withoutPeople<P extends Pick<PageToStore, "records" | "claims" | "refusals">>(page: P, refused: Admitted["refused"]): P {
  if (refused.size === 0) return page;
  const gotOf = (organisation: string, personKey: string | undefined) =>
    personKey === undefined ? undefined : refused.get(`${organisation}|${personKey}`);
  return {
    ...page,
    records: page.records.filter(({ organisation, personKey }) => gotOf(organisation, personKey) === undefined),
    claims: page.claims.filter(({ organisation, claim }) => gotOf(organisation, claim.personKey) === undefined),
    refusals: [
      ...page.refusals,
      ...page.records.flatMap(({ organisation, kind, sourceId, personKey, rawOrdinal }): RefusalToStore[] => {
        const got = gotOf(organisation, personKey);
        if (got === undefined) return [];
        const expected = "details of a person that the database can hold";
        return [
          { organisation, kind, sourceId, code: "RECORD_UNSTORABLE", pointer: "/person", got, expected, rawOrdinal, position: rawOrdinal },
        ];
      }),
    ],
  };
}
