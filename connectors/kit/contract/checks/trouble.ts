/** What goes wrong at the vendor has to reach the hub: its class decides what happens next. */
import { type ErrorClass, HubError, isHubError } from "../../../../platform/errors";
import { type Bench, type Check, fail, nameOf, pass, skip, type Verdict } from "../contract";
import { keyOf, readAll, spread, watched } from "../reading";
import { missingFrom } from "./pages";

/** Requests still on their way when a reading is told to stop. */
const mostAfterStop = 16;

/** Every request in turn (or a spread of them) fails for good: the reading fails with it, or reports it. */
async function passedOn(bench: Bench, code: string, of: ErrorClass): Promise<Verdict> {
  const { subject, most } = bench;
  await bench.baseline();
  const seen = watched();
  const whole = await readAll(subject, subject.open({ around: seen.around }));
  if (whole.error) throw whole.error;
  if (seen.requests.length === 0) return skip("it reads files");
  const wanted = new Set(whole.records.map(keyOf));
  for (const broken of spread(1, seen.requests.length, most)) {
    const meddled = watched((_, nth) => {
      if (nth === broken) throw new HubError({ code, class: of, detail: { status: 0 } });
    });
    const { error, reported, records } = await readAll(subject, subject.open({ around: meddled.around }));
    if (error !== undefined) {
      if (!isHubError(error) || error.class !== of) return fail(`request ${broken}: ${of} became ${nameOf(error)}`);
    } else if (reported.length === 0) {
      const lost = missingFrom(wanted, new Set(records.map(keyOf)));
      if (lost > 0)
        return fail(`request ${broken} of ${seen.requests.length} failed (${of}); ${lost} records are lacking, and nobody was told`);
    }
  }
  return pass;
}

const cure = "Whoever keeps the connector: catch nothing that is not an answer; the hub retries, waits and stops by the error's class.";

export const trouble: readonly Check[] = [
  {
    id: "errors-passed-on",
    level: "must",
    owes: "A vendor that fails in mid-reading is never silent: the reading fails, or says what it lacks.",
    cure,
    run: (bench) => passedOn(bench, "VENDOR_ERROR", "transient"),
  },
  {
    id: "throttling-passed-on",
    level: "must",
    owes: "A vendor that asks for patience is not taken for one that has nothing.",
    cure,
    run: (bench) => passedOn(bench, "THROTTLED", "throttled"),
  },
  {
    id: "refusal-passed-on",
    level: "must",
    owes: "Credentials that stop working in mid-reading stop it.",
    cure,
    run: (bench) => passedOn(bench, "CREDENTIALS_REJECTED", "auth"),
  },
  {
    id: "throttled-and-on",
    level: "must",
    owes: "After a 429 the reading goes on and has everything.",
    cure: "Vendor: answer 429 with Retry-After, and nothing else, when it is too much.",
    async run({ subject }) {
      const fresh = await subject.fresh?.();
      try {
        if (!fresh?.vendor.throttle) return skip("only the vendor can say that it is too much; it was not done here");
        const first = await readAll(fresh.subject, fresh.subject.open());
        if (first.error) throw first.error;
        await fresh.vendor.throttle(3);
        const again = await readAll(fresh.subject, fresh.subject.open());
        if (again.error) return fail(`the reading failed: ${nameOf(again.error)}`);
        const lost = missingFrom(first.records.map(keyOf), new Set(again.records.map(keyOf)));
        return lost === 0 ? pass : fail(`${lost} records lost`);
      } finally {
        await fresh?.close();
      }
    },
  },
  {
    id: "circle-ends",
    level: "must",
    owes: "A list that leads to itself for ever is noticed.",
    cure: "Whoever keeps the connector: remember the links that were followed; the same one again is an error.",
    async run({ subject }) {
      const fresh = await subject.fresh?.();
      try {
        if (!fresh?.vendor.loop) return skip("only the vendor can lead in a circle; it was not done here");
        await fresh.vendor.loop();
        const most = 500;
        const { error, pages } = await readAll(fresh.subject, fresh.subject.open(), { pages: most });
        return error !== undefined && pages.length < most ? pass : fail(`${pages.length} pages, and no end`);
      } finally {
        await fresh?.close();
      }
    },
  },
  {
    id: "stops-when-told",
    level: "must",
    owes: "A reading that is told to stop asks for next to nothing more.",
    cure: "Whoever keeps the connector: hand the signal on, and look at it between requests.",
    async run({ subject, baseline }) {
      if ((await baseline()).pages.length < 2) return skip("one page holds everything");
      const whole = watched();
      await readAll(subject, subject.open({ around: whole.around }));
      if (whole.requests.length <= 3) return skip(`it asks ${whole.requests.length} times in all`);
      const stop = new AbortController();
      let after = 0;
      const seen = watched(() => {
        if (stop.signal.aborted) after += 1;
        else if (seen.requests.length === 2) stop.abort();
      });
      const { pages } = await readAll(subject, subject.open({ around: seen.around, signal: stop.signal }));
      return after <= mostAfterStop ? pass : fail(`${after} requests and ${pages.length} pages after it was told to stop`);
    },
  },
];
