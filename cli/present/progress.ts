import { MultiBar, Presets, type SingleBar } from "cli-progress";
import type { RunProgress } from "../../sync/run";

/** Shows how far each data set is: bars on a terminal, a line per finished data set elsewhere. Always on stderr. */
export interface ProgressView {
  update(progress: RunProgress): void;
  /** The connection's run has ended; its bars fill up. */
  finish(connectionId: string): void;
  close(): void;
}

export function progressView(terminal: boolean, quiet: boolean): ProgressView {
  if (quiet) return { update: () => undefined, finish: () => undefined, close: () => undefined };
  return terminal ? bars() : lines();
}

function bars(): ProgressView {
  const view = new MultiBar(
    {
      format: "  {name} [{bar}] {value}/{total} {what}",
      barsize: 24,
      stream: process.stderr,
      hideCursor: true,
      clearOnComplete: false,
      forceRedraw: true,
    },
    Presets.rect,
  );
  const known = new Map<string, SingleBar>();
  return {
    update({ connectionId, dataSet, done, total }) {
      const key = `${connectionId} ${dataSet}`;
      let bar = known.get(key);
      if (!bar) {
        bar = view.create(Math.max(total ?? done, 1), 0, { name: connectionId.padEnd(20), what: dataSet });
        known.set(key, bar);
      }
      bar.setTotal(Math.max(total ?? 0, done, 1));
      bar.update(done);
    },
    finish(connectionId) {
      for (const [key, bar] of known) if (key.startsWith(`${connectionId} `)) bar.update(bar.getTotal());
    },
    close() {
      view.stop();
    },
  };
}

function lines(): ProgressView {
  const last = new Map<string, RunProgress>();
  return {
    update(progress) {
      last.set(`${progress.connectionId} ${progress.dataSet}`, progress);
    },
    finish(connectionId) {
      for (const [key, progress] of last) {
        if (progress.connectionId !== connectionId) continue;
        process.stderr.write(`  ${connectionId.padEnd(20)} ${progress.dataSet}: ${progress.done} done\n`);
        last.delete(key);
      }
    },
    close: () => undefined,
  };
}
