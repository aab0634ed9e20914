/**
 * What the records of a stream look like: names of fields, kinds of values, how often; of fields with few values a keyed digest
 * of each, so that a new one is noticed and none can be read. Never a value. Pure.
 */

/** Kinds of values a field has had, as bits. */
const kinds = ["text", "a number", "a yes or no", "a list", "an object"] as const;
const bitOf = (value: unknown): number => {
  if (typeof value === "string") return 1;
  if (typeof value === "number" || typeof value === "bigint") return 2;
  if (typeof value === "boolean") return 4;
  return Array.isArray(value) ? 8 : 16;
};
export const kindsOf = (bits: number): string => kinds.filter((_, at) => bits & (1 << at)).join(" or ");

export interface FieldShape {
  /** Samples that had it. */
  readonly n: number;
  readonly kinds: number;
  /** Digests of its values while they are few; null: many, so it is no coded field. */
  readonly values: readonly string[] | null;
}
export interface Shape {
  readonly sampled: number;
  readonly fields: Readonly<Record<string, FieldShape>>;
}
export const emptyShape: Shape = { sampled: 0, fields: {} };

/** Of one page: enough to see what changed, too few to be felt. */
const samplesPerPage = 40;
const deepest = 4;
const listItems = 3;
/** A stream with more names than these uses data as names: only the first are followed. */
const mostFields = 300;
/** A field with more values is no code. */
const mostValues = 12;
/** Codes are short and written without blanks; what else a text may be is a person's. */
const codeLike = /^[A-Za-z0-9][A-Za-z0-9_.:/|-]{0,39}$/;
const nameLike = /^[A-Za-z_$@][\w$@:-]{0,60}$/;

interface Seen {
  n: number;
  kinds: number;
  values: Set<string> | null;
}

/** What one run has seen of one stream. */
export class Sampler {
  sampled = 0;
  readonly fields = new Map<string, Seen>();

  constructor(private readonly digest: (value: string) => string) {}

  page(records: readonly unknown[]): void {
    const step = Math.max(1, Math.floor(records.length / samplesPerPage));
    for (let at = 0; at < records.length; at += step) {
      const record = records[at];
      if (typeof record !== "object" || record === null) continue;
      this.sampled += 1;
      const met = new Set<string>();
      this.walk(record as Record<string, unknown>, "", 0, met);
    }
  }

  private walk(value: Record<string, unknown>, path: string, depth: number, met: Set<string>): void {
    for (const name of Object.keys(value)) {
      const inner = value[name];
      if (inner === null || inner === undefined || inner === "" || !nameLike.test(name)) continue;
      this.meet(`${path}/${name}`, inner, met);
      this.below(inner, `${path}/${name}`, depth + 1, met);
    }
  }

  private below(value: unknown, path: string, depth: number, met: Set<string>): void {
    if (depth >= deepest || typeof value !== "object" || value === null) return;
    if (!Array.isArray(value)) this.walk(value as Record<string, unknown>, path, depth, met);
    else for (const item of value.slice(0, listItems)) this.below(item, path, depth, met);
  }

  private meet(path: string, value: unknown, met: Set<string>): void {
    let seen = this.fields.get(path);
    if (!seen) {
      if (this.fields.size >= mostFields) return;
      this.fields.set(path, (seen = { n: 0, kinds: 0, values: new Set() }));
    }
    if (!met.has(path)) seen.n += 1;
    met.add(path);
    seen.kinds |= bitOf(value);
    if (typeof value !== "string" || seen.values === null) return;
    if (!codeLike.test(value)) seen.values = null;
    else {
      seen.values.add(this.digest(value));
      if (seen.values.size > mostValues) seen.values = null;
    }
  }
}

export interface Change {
  readonly what: "NEW_FIELD" | "MISSING_FIELD" | "TYPE_CHANGED" | "NEW_VALUE";
  readonly subject: string;
  readonly detail: Readonly<Record<string, string>>;
  readonly count: number;
}

/** Before so many samples nobody knows what is usual. */
const learned = 200;
const learnedValues = 400;
/** What is rarer is a rare field, and no change. */
const rare = 3;
const rareShare = 0.05;
/** Samples of a run before something can be missing in it. */
const enough = 50;

export function changesOf(before: Shape, run: Pick<Sampler, "sampled" | "fields">): Change[] {
  if (before.sampled < learned) return [];
  const changes: Change[] = [];
  for (const [subject, seen] of run.fields) {
    const known = before.fields[subject];
    if (!known) {
      if (seen.n >= rare && seen.n >= rareShare * run.sampled)
        changes.push({ what: "NEW_FIELD", subject, detail: { kind: kindsOf(seen.kinds) }, count: seen.n });
      continue;
    }
    if (seen.kinds & ~known.kinds)
      changes.push({ what: "TYPE_CHANGED", subject, detail: { got: kindsOf(seen.kinds), expected: kindsOf(known.kinds) }, count: seen.n });
    if (known.values?.length && known.n >= learnedValues) {
      const fresh = seen.values === null ? undefined : [...seen.values].filter((value) => !known.values?.includes(value)).length;
      if (fresh === undefined || fresh > 0)
        changes.push({
          what: "NEW_VALUE",
          subject,
          detail: { values: String(fresh ?? "many"), known: String(known.values.length) },
          count: fresh ?? mostValues,
        });
    }
  }
  if (run.sampled < enough) return changes;
  for (const [subject, known] of Object.entries(before.fields)) {
    const share = (run.fields.get(subject)?.n ?? 0) / run.sampled;
    const usual = known.n / before.sampled;
    if (usual >= 0.95 && share < usual / 2)
      changes.push({
        what: "MISSING_FIELD",
        subject,
        detail: { before: `${Math.round(usual * 100)} %`, now: `${Math.round(share * 100)} %` },
        count: run.sampled,
      });
  }
  return changes;
}

/** Samples that are remembered: what was usual years ago fades. */
const remembered = 4_000;

/** What is known after the run. A name that has come once only may be a value used as a name: it is not kept. */
export function learnedFrom(before: Shape, run: Pick<Sampler, "sampled" | "fields">): Shape {
  const fade = before.sampled > remembered ? remembered / before.sampled : 1;
  const fields: Record<string, FieldShape> = {};
  for (const [name, { n, kinds: had, values }] of Object.entries(before.fields))
    fields[name] = { n: Math.round(n * fade), kinds: had, values };
  for (const [name, seen] of run.fields) {
    const known = fields[name];
    if (!known && (seen.n < 2 || Object.keys(fields).length >= mostFields)) continue;
    const values = known?.values === null || seen.values === null ? null : [...new Set([...(known?.values ?? []), ...seen.values])].sort();
    fields[name] = {
      n: (known?.n ?? 0) + seen.n,
      kinds: (known?.kinds ?? 0) | seen.kinds,
      values: values && values.length > mostValues ? null : values,
    };
  }
  return { sampled: Math.round(before.sampled * fade) + run.sampled, fields };
}

/** Complete reads that are compared with; a share below or above is sudden. */
const reads = 5;
const suddenShare = 0.4;
/** A stream of a few records changes by half when one person leaves. */
const worthComparing = 50;

export function volumeChange(volumes: readonly number[], records: number): { readonly usual: number } | undefined {
  if (volumes.length === 0) return undefined;
  const usual = [...volumes].sort((a, b) => a - b)[Math.floor(volumes.length / 2)]!;
  if (Math.max(usual, records) < worthComparing) return undefined;
  return Math.abs(records - usual) > suddenShare * usual ? { usual } : undefined;
}

export const volumesWith = (volumes: readonly number[], records: number): number[] => [...volumes, records].slice(-reads);
