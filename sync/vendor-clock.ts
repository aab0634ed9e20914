/** What a vendor dates after our own time: a clock or a zone that is wrong over there, or here. */
import type { Connection } from "./connection";
import type { Engine } from "./engine";

/** Clocks differ; this much means nothing. */
const toleratedMs = 2 * 60_000;

export class VendorClock {
  private readonly aheadMs = new Map<string, number>();

  /** `instant` as the vendor wrote it; how far it lies after our reading is kept, the farthest for each data set. */
  note(dataSet: string, instant: string | undefined, readAt: string): void {
    if (instant === undefined) return;
    const ahead = Date.parse(instant) - Date.parse(readAt);
    if (ahead > toleratedMs && ahead > (this.aheadMs.get(dataSet) ?? 0)) this.aheadMs.set(dataSet, ahead);
  }

  /** Fresh as of a time that has not come would hide that nothing arrives: never later than now. */
  static notAfter(asOf: string, now: Date): string {
    return Date.parse(asOf) > now.getTime() ? now.toISOString() : asOf;
  }

  async report(engine: Engine, connection: Connection): Promise<void> {
    for (const [dataSet, ahead] of this.aheadMs) {
      const detail = { dataSet, seconds: Math.round(ahead / 1000) };
      await engine.store.connections.problem({ connectionId: connection.id, code: "CLOCK_AHEAD", subject: dataSet, detail, count: 1 });
    }
  }
}
