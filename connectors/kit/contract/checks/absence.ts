/** What is not there any more, and what only seems so. */
import { HubError } from "../../../../platform/errors";
import type { Page } from "../../../connector";
import { type Check, fail, pass, skip } from "../contract";
import { keyOf, readAll, spread, watched } from "../reading";

/** Whether some page says that everything of this kind was read. */
const calledComplete = (pages: readonly Page<unknown>[], kind: string) =>
  pages.some((page) =>
    page.completes?.some(
      ({ scope, kinds }) => (scope === "connection" || scope === "file") && (kinds === undefined || kinds.some((one) => one === kind)),
    ),
  );

export const absence: readonly Check[] = [
  {
    id: "removal-seen",
    level: "must",
    owes: "A record that the vendor has removed is told as withdrawn, or is missing from a reading that says it is complete.",
    cure: "Vendor: keep a tombstone with the instant of removal, or serve complete lists. Connector: say which scope a page completes.",
    async run({ subject }) {
      const fresh = await subject.fresh?.();
      try {
        if (!fresh?.vendor.remove) return skip("only the vendor can remove a record; it was not done here");
        const first = await readAll(fresh.subject, fresh.subject.open());
        if (first.error) throw first.error;
        const id = await fresh.vendor.remove();
        const next = await readAll(fresh.subject, fresh.subject.open(), { since: first.checkpoint, mode: "full" });
        if (next.error) throw next.error;
        const about = next.records.filter(({ sourceId }) => sourceId === id);
        if (about.some(({ withdrawn }) => withdrawn)) return pass;
        if (about.length > 0) return fail("it still came");
        const first0 = first.records.find(({ sourceId }) => sourceId === id);
        const covered = next.pages.some((page) =>
          page.completes?.some(({ kinds }) => kinds === undefined || first0 === undefined || kinds.includes(first0.kind)),
        );
        return covered ? pass : fail("it did not come, and no page says that anything was complete: nobody can tell that it has gone");
      } finally {
        await fresh?.close();
      }
    },
  },
  {
    id: "empty-withdraws-nothing",
    level: "must",
    owes: "An empty answer withdraws nothing by itself.",
    cure: "Whoever keeps the connector: yield what was read; what absence means is the hub's to decide.",
    async run({ subject }) {
      const fresh = await subject.fresh?.();
      try {
        if (!fresh?.vendor.empty) return skip("only the vendor can answer with nothing; it was not done here");
        const first = await readAll(fresh.subject, fresh.subject.open());
        if (first.error) throw first.error;
        await fresh.vendor.empty();
        const next = await readAll(fresh.subject, fresh.subject.open(), { since: first.checkpoint, mode: "full" });
        const withdrawn = next.records.filter((record) => record.withdrawn).length;
        return withdrawn === 0 ? pass : fail(`${withdrawn} records withdrawn because a list was empty`);
      } finally {
        await fresh?.close();
      }
    },
  },
  {
    id: "complete-is-complete",
    level: "must",
    owes: "A reading that lacks an answer never says that it was complete.",
    cure: "Whoever keeps the connector: `completes` only after every answer of the scope has come.",
    async run({ subject, baseline, most }) {
      await baseline();
      const seen = watched();
      const whole = await readAll(subject, subject.open({ around: seen.around }));
      if (whole.error) throw whole.error;
      if (seen.requests.length === 0) return skip("it reads files");
      if (!whole.records.some(({ kind }) => calledComplete(whole.pages, kind))) return skip("no page says that everything was read");
      for (const broken of spread(1, seen.requests.length, most)) {
        const meddled = watched((_, nth) => {
          if (nth === broken) throw new HubError({ code: "VENDOR_ERROR", class: "transient", detail: { status: 500 } });
        });
        const reading = await readAll(subject, subject.open({ around: meddled.around }));
        const got = new Set(reading.records.map(keyOf));
        const lacking = whole.records.filter((record) => !got.has(keyOf(record)) && calledComplete(reading.pages, record.kind)).length;
        if (lacking > 0)
          return fail(`request ${broken} of ${seen.requests.length} failed, ${lacking} records were lacking, and it was called complete`);
      }
      return pass;
    },
  },
];
