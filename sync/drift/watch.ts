/**
 * The eye on one run: learns what each stream's records look like, notices what is new, and stops a stream whose records do not
 * fit any more. What was read of it stays readable: the checkpoint goes back to where the run began, so nothing is passed over.
 */
import type { Page } from "../../connectors/connector";
import { HubError } from "../../platform/errors";
import type { DriftFound, StreamShape } from "../../store/drift";
import type { PageToStore } from "../../store/store";
import type { Connection } from "../connection";
import type { Engine } from "../engine";
import type { PreparedPage } from "../prepare";
import { changesOf, emptyShape, learnedFrom, Sampler, volumeChange, volumesWith } from "./shape";

/** A stream stands still when more than this share of a run's records, and at least so many, do not fit. */
const breakingShare = 0.01;
const breakingAtLeast = 20;

/** Refusals of a record that lacks what every record needs. Others lack something rightly: a course without a date of completion. */
const missingCodes: ReadonlySet<string> = new Set(["RECORD_INVALID", "DATE_AMBIGUOUS"]);

interface Misfit {
  count: number;
  readonly pointer: string;
  readonly got: string;
  readonly expected: string;
}
interface Stream {
  readonly sampler: Sampler;
  records: number;
  readonly misfits: Map<string, Misfit>;
  stopped: boolean;
  /** Pages that were recognised by their bytes are not counted anew: then the run does not know how many there are. */
  wholly: boolean;
}

export class DriftWatch {
  private readonly streams = new Map<string, Stream>();

  private constructor(
    private readonly engine: Engine,
    private readonly connection: Connection,
    private readonly known: ReadonlyMap<string, StreamShape>,
  ) {}

  static async begin(engine: Engine, connection: Connection): Promise<DriftWatch> {
    const shapes = await engine.store.drift.shapesOf(connection.id);
    return new DriftWatch(engine, connection, new Map(shapes.map((shape) => [shape.dataSet, shape])));
  }

  /** Streams that stand still in this run. */
  get stopped(): readonly string[] {
    return [...this.streams].filter(([, stream]) => stream.stopped).map(([dataSet]) => dataSet);
  }

  /**
   * What of this page may be stored: all of it; of a stream that stands still its refusals only; and once one stands still
   * the checkpoint stays where the run began.
   */
  admit(page: Page<unknown>, prepared: PreparedPage, held: unknown): { prepared: PreparedPage; checkpoint: unknown; stands: boolean } {
    const stream = this.streamOf(page.dataSet);
    stream.sampler.page(page.records);
    stream.records += prepared.counts.rawIn;
    if (page.identical) stream.wholly = false;
    this.count(page.dataSet, stream, prepared.refusals);
    if (this.stopped.length === 0) return { prepared, checkpoint: page.checkpoint, stands: false };
    const checkpoint = held ?? undefined;
    if (!stream.stopped) return { prepared, checkpoint, stands: false };
    const { refusals, counts: counted } = prepared;
    const yielding = new Set(refusals.flatMap(({ kind, position }) => (kind === undefined ? [] : [position]))).size;
    const counts = { rawIn: counted.refusedRaw + yielding, yielding, ignored: 0, refusedRaw: counted.refusedRaw };
    return { prepared: { ...prepared, records: [], claims: [], raw: [], counts, reasons: {} }, checkpoint, stands: true };
  }

  private streamOf(dataSet: string): Stream {
    let stream = this.streams.get(dataSet);
    if (!stream) {
      const digests = new Map<string, string>();
      const digest = (value: string): string => {
        let known = digests.get(value);
        if (known === undefined) {
          known = this.engine.blind(`shape:${this.connection.id}:${dataSet}`, value);
          if (digests.size < 1_000) digests.set(value, known);
        }
        return known;
      };
      this.streams.set(dataSet, (stream = { sampler: new Sampler(digest), records: 0, misfits: new Map(), stopped: false, wholly: true }));
    }
    return stream;
  }

  private count(dataSet: string, stream: Stream, refusals: PageToStore["refusals"]): void {
    const accepted = this.known.get(dataSet)?.accepted;
    for (const { code, kind, pointer, got, expected } of refusals) {
      // A value that a vendor got wrong is one record's matter; a field that is not there or of another kind is the stream's.
      if (!(code === "RAW_INVALID" || (kind !== undefined && got === "nothing" && missingCodes.has(code)))) continue;
      const subject = subjectOf(pointer);
      if (accepted?.has(subject)) continue;
      const misfit = stream.misfits.get(subject);
      if (misfit) misfit.count += 1;
      else stream.misfits.set(subject, { count: 1, pointer: subject, got: got ?? "?", expected: expected ?? "?" });
    }
    const misfits = [...stream.misfits.values()].reduce((sum, { count }) => sum + count, 0);
    if (misfits >= breakingAtLeast && misfits > breakingShare * stream.records) stream.stopped = true;
  }

  /** One write per run. `complete`: streams of which everything was read. Throws SCHEMA_DRIFT when one stands still. */
  async end(runId: string, complete: boolean): Promise<void> {
    const found: DriftFound[] = [];
    const shapes: { dataSet: string; sampled: number; fields: object; volumes: readonly number[] }[] = [];
    for (const [dataSet, stream] of this.streams) {
      const known = this.known.get(dataSet);
      const before = known ?? emptyShape;
      const records = stream.records;
      if (stream.stopped) {
        for (const { count, pointer, got, expected } of stream.misfits.values())
          found.push({ dataSet, what: "BREAKING", subject: pointer, detail: { got, expected }, count, records });
        continue;
      }
      for (const change of changesOf(before, stream.sampler)) found.push({ dataSet, ...change, records });
      const volumes = known?.volumes ?? [];
      const whole = complete && stream.wholly && records > 0;
      const sudden = whole ? volumeChange(volumes, records) : undefined;
      if (sudden)
        found.push({
          dataSet,
          what: "VOLUME_CHANGED",
          subject: "",
          detail: { usual: String(sudden.usual), now: String(records) },
          count: records,
          records,
        });
      if (stream.sampler.sampled > 0)
        shapes.push({ dataSet, ...learnedFrom(before, stream.sampler), volumes: whole ? volumesWith(volumes, records) : volumes });
    }
    const fitting = [...this.streams].filter(([, stream]) => !stream.stopped && stream.records > 0).map(([dataSet]) => dataSet);
    if (this.streams.size > 0) await this.engine.store.drift.store({ connectionId: this.connection.id, runId, shapes, found, fitting });
    const stops = [...this.streams].filter(([, stream]) => stream.stopped);
    const [first] = stops;
    if (!first) return;
    const [dataSet, stream] = first;
    const worst = [...stream.misfits.values()].sort((a, b) => b.count - a.count)[0]!;
    throw new HubError({
      code: "SCHEMA_DRIFT",
      class: "schema",
      detail: {
        connection: this.connection.id,
        dataSet: stops.map(([name]) => name).join(", "),
        refused: [...stream.misfits.values()].reduce((sum, { count }) => sum + count, 0),
        records: stream.records,
        pointer: worst.pointer === "" ? "the record" : worst.pointer,
        got: worst.got,
        expected: worst.expected,
        run: runId,
        first: dataSet,
      },
    });
  }
}

/** Places in lists fall together: "/items/3/code" and "/items/7/code" are one field. */
function subjectOf(pointer: string | undefined): string {
  return (pointer ?? "").replace(/\/\d+(?=\/|$)/g, "/*");
}
