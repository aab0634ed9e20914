/** V2: bursts of 500, 502, 503 and 504, of few requests or of all. */
import type { Fault } from "../fault";
import { answer, expectThat, isReport, learningVendor } from "../kit/learning-vendor";

const statuses = [500, 502, 503, 504];
/** Attempts of one run: its budget of retries, and the first attempt of each request. */
const mostRequests = 150;

export const fault: Fault = {
  id: "V2",
  shortSeeds: 3,
  async run(arena) {
    const vendor = await learningVendor(arena);
    const { hub, meddler } = vendor;
    const share = [0.05, 0.3, 0.7, 1][Math.floor(arena.random() * 4)]!;
    const from = Math.floor(arena.random() * 3);
    arena.note(`${share * 100} % from request ${from} on`);
    let reports = 0;
    meddler.meddle(({ body }) => {
      if (isReport(body)) reports += 1;
      if (reports <= from || arena.random() >= share) return "pass";
      return answer(statuses[Math.floor(arena.random() * statuses.length)]!);
    });
    const first = await hub.sync("zqa-moodle");
    expectThat(meddler.seen.length <= mostRequests, `one run asked ${meddler.seen.length} times`);
    expectThat(first.error === undefined || first.error.class === "transient", `expected transient, got ${first.error?.code}`);
    if (share === 1) {
      expectThat(first.error !== undefined, "a run went well although every answer was an error");
      const row = await vendor.pace();
      expectThat(row.open_since !== null, "the breaker did not open");
      await hub.rows("update ops.vendor_pace set probe_at = now() + interval '1 hour' where open_since is not null");
      // Another worker, with the other connection to the same installation.
      const second = await vendor.worker();
      const before = meddler.seen.length;
      const { error } = await second.sync("zqa-second");
      expectThat(error?.code === "BREAKER_OPEN" && error.class === "transient", `expected an open breaker, got ${error?.code}`);
      expectThat(meddler.seen.length === before, "a worker asked although the breaker is open");
      const told = await hub.system("zqa-second");
      expectThat(told.breaker?.openSince === row.open_since.toISOString(), "nobody is told since when the breaker is open");
      await oneProbe(vendor, second);
    }
    meddler.meddle(undefined);
    await vendor.pauseIsOver();
    const began = performance.now();
    const held = Number((await hub.rows("select count(*) as n from learning.achievement where connection_id = 'zqa-moodle'"))[0]!.n);
    for (const id of ["zqa-moodle", "zqa-second"]) {
      const { outcome, error, counts } = await hub.sync(id);
      expectThat(outcome === "COMPLETED", `${id} ended ${outcome} ${error?.code}`);
      // It goes on at its cursor: what it has is not applied again.
      if (id === "zqa-moodle")
        expectThat(counts.applied <= 2 * (vendor.people.length * 3 - held), `${counts.applied} applied after ${held}`);
    }
    expectThat((await vendor.pace()).open_since === null, "the breaker stayed open");
    const compared = await vendor.compare(["zqa-moodle", "zqa-second"]);
    compared.differences.forEach(arena.note);
    return { ...compared, recoveryMs: performance.now() - began };
  },
};

/** Two workers begin at once when the pause is over: one request goes out, and until it is answered no other. */
async function oneProbe(vendor: Awaited<ReturnType<typeof learningVendor>>, second: typeof vendor.hub): Promise<void> {
  const { hub, meddler } = vendor;
  let answered: () => void = () => undefined;
  const both = new Promise<void>((resolve) => {
    answered = resolve;
  });
  meddler.meddle(async () => {
    await both;
    return answer(503);
  });
  await vendor.pauseIsOver();
  const before = meddler.seen.length;
  let ended = 0;
  const runs = [hub.sync("zqa-moodle"), second.sync("zqa-second")].map(async (run) => {
    const result = await run;
    ended += 1;
    // The one that does not probe ends without asking; then the probe may be answered.
    if (ended === 1) {
      expectThat(result.error?.code === "BREAKER_OPEN", `the other worker got ${result.error?.code}`);
      expectThat(meddler.seen.length - before === 1, `${meddler.seen.length - before} requests went out for one probe`);
      answered();
    }
  });
  await Promise.all(runs);
  expectThat((await vendor.pace()).open_since !== null, "a probe that failed closed the breaker");
}
