/** One reading of a source system as the engine makes it: pages, `raw`, `normalise`; kept whole, so that it can be compared. */
import type { Http, HttpRequest, NormalisedRecord, NormalisedWithdrawal, Page } from "../../connector";
import type { Opened, Subject } from "./contract";

export type ReadRecord = (NormalisedRecord | NormalisedWithdrawal) & { readonly page: number };

export interface Reading {
  readonly pages: readonly Page<unknown>[];
  /** After the `raw` schema, with the page each came in. */
  readonly raws: readonly { readonly page: number; readonly raw: unknown; readonly received: unknown }[];
  readonly records: readonly ReadRecord[];
  readonly refused: readonly { readonly code: string; readonly page: number }[];
  /** As stored and read again: JSON, through the connector's schema. */
  readonly checkpoint: unknown;
  readonly reported: readonly string[];
  readonly secrets: readonly string[];
  /** What ended it before its end. */
  readonly error: unknown;
}

export interface ReadOptions {
  readonly since?: unknown;
  readonly mode?: "increment" | "full";
  /** Stop after so many pages. */
  readonly pages?: number;
}

/** More pages than any system of ours has: what leads round in a circle ends here. */
const mostPages = 20_000;

export const keyOf = (record: ReadRecord): string =>
  [record.kind, record.organisation ?? "", record.sourceId, record.validFrom ?? ""].join("|");

export async function readAll(subject: Subject, opened: Opened, options: ReadOptions = {}): Promise<Reading> {
  const { connector } = subject;
  const pages: Page<unknown>[] = [];
  const raws: { page: number; raw: unknown; received: unknown }[] = [];
  const records: ReadRecord[] = [];
  const refused: { code: string; page: number }[] = [];
  let checkpoint = options.since;
  let error: unknown;
  const context = {
    settings: opened.source.settings,
    maps: { version: "contract", coursesToCompetences: () => undefined, codes: () => undefined },
    organisations: opened.source.organisations,
  };
  try {
    const most = options.pages ?? mostPages;
    if (most > 0) {
      for await (const page of pagesOf(subject, opened, options)) {
        checkpoint = connector.checkpoint.parse(JSON.parse(JSON.stringify(page.checkpoint)));
        const at = pages.push(page) - 1;
        for (const received of page.records) {
          const parsed = connector.raw.safeParse(received);
          if (!parsed.success) {
            refused.push({ code: "RAW_INVALID", page: at });
            continue;
          }
          raws.push({ page: at, raw: parsed.data, received });
          for (const one of connector.normalise(parsed.data, context)) {
            if ("refused" in one) refused.push({ code: one.refused, page: at });
            else if (!("ignored" in one)) records.push({ ...one, page: at });
          }
        }
        for (const { code } of page.refusedRaw ?? []) refused.push({ code, page: at });
        if (pages.length >= most) break;
      }
    }
  } catch (caught) {
    error = caught;
  } finally {
    await opened.close();
  }
  return { pages, raws, records, refused, checkpoint, reported: [...opened.reported], secrets: [...opened.secrets], error };
}

function pagesOf(
  { connector, sample, organisations, now }: Subject,
  { source }: Opened,
  options: ReadOptions,
): AsyncIterable<Page<unknown>> {
  const { poll, push } = connector;
  if (poll) {
    const iterate = poll.pages as (...given: unknown[]) => AsyncIterable<Page<unknown>>;
    return iterate.call(poll, source, options.since, options.mode);
  }
  return (async function* () {
    if (!push || sample === undefined) return;
    const records = push.records({ body: sample, receivedAt: now(), organisations: organisations.map(({ odsCode }) => odsCode) });
    yield { dataSet: push.dataSet, records: records.map(({ record }) => record), checkpoint: {} };
  })();
}

/** Counts what is asked; `disturb` may throw in its place. */
export function watched(disturb: (request: HttpRequest, nth: number) => void = () => undefined): {
  around(http: Http): Http;
  readonly requests: readonly string[];
} {
  const requests: string[] = [];
  return {
    requests,
    around: (http) => ({
      async request(request) {
        const nth = requests.push(request.url);
        disturb(request, nth);
        return http.request(request);
      },
    }),
  };
}

/** So many of a range, the first and the last among them. */
export function spread(from: number, to: number, most: number): readonly number[] {
  const count = to - from + 1;
  if (count <= 0) return [];
  if (count <= most) return Array.from({ length: count }, (_, at) => from + at);
  return [...new Set(Array.from({ length: most }, (_, at) => from + Math.round((at * (count - 1)) / (most - 1))))];
}
