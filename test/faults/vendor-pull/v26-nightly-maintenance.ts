/** V26: the vendor is in maintenance every night from 02:00 to 04:00, also on the nights on which the clocks change. */
import type { Fault } from "../fault";
import { answer, expectThat, isReport, learningVendor } from "../kit/learning-vendor";

/** The night's 01:50, 02:00, 04:00 and the morning after, as instants. */
const nights = [
  { name: "winter", before: "2026-11-22T01:50:00Z", to: "2026-11-22T04:00:00Z", late: "2026-11-22T05:45:00Z" },
  { name: "summer", before: "2026-07-01T00:50:00Z", to: "2026-07-01T03:00:00Z", late: "2026-07-01T04:45:00Z" },
  // 01:00 UTC is 02:00 of London at once; before it there are the ten minutes to 01:00.
  { name: "spring forward", before: "2026-03-29T00:50:00Z", to: "2026-03-29T03:00:00Z", late: "2026-03-29T04:45:00Z" },
  { name: "back in autumn", before: "2026-10-25T01:50:00Z", to: "2026-10-25T04:00:00Z", late: "2026-10-25T05:45:00Z" },
] as const;
const page = "<html><head><title>Maintenance</title></head><body>Back at four.</body></html>";
const login = '<html><head><title>Log in</title></head><body><form><input type="password" name="p"></form></body></html>';
const faces = [
  () => ({ status: 503, contentType: "text/html", body: page }),
  () => ({ status: 503, contentType: "text/html", headers: { "retry-after": "7200" }, body: page }),
  () => ({ contentType: "text/html", body: page }),
  () => ({ contentType: "text/html", body: login }),
  () => answer(500),
  () => answer(401),
  () => "reset" as const,
];

export const fault: Fault = {
  id: "V26",
  shortSeeds: 4,
  async run(arena) {
    const night = nights[Math.floor(arena.random() * nights.length)]!;
    const face = Math.floor(arena.random() * faces.length);
    const from = Math.floor(arena.random() * 3);
    arena.note(`${night.name}, face ${face}, from request ${from}`);
    const vendor = await learningVendor(arena, {
      at: night.before,
      options: 'maintenance: [{ from: "02:00", to: "04:00" }]\n    everyMinutes: 15',
    });
    const { hub, meddler, clock } = vendor;
    await hub.sync("zqa-esr");
    const fresh = await hub.sync("zqa-second");
    expectThat(fresh.outcome === "COMPLETED", `before the night: ${fresh.error?.code}`);

    // A run that is under way when the maintenance begins.
    let reports = 0;
    meddler.meddle(({ body }) => {
      if (!isReport(body) || reports++ < from) return "pass";
      if (reports === from + 1) clock.advance(20 * 60_000);
      return faces[face]!();
    });
    const first = await hub.sync("zqa-moodle");
    expectThat(first.error?.code === "IN_MAINTENANCE", `a failure in the maintenance time was raised as ${first.error?.code}`);
    const asked = meddler.seen.length;
    // In it no run begins, whoever asks for one; and it comes back when it is over (it is looked at every hour).
    for (const id of ["zqa-moodle", "zqa-second"]) {
      const { error } = await hub.sync(id);
      expectThat(error?.code === "IN_MAINTENANCE", `a run began in the maintenance time: ${error?.code}`);
    }
    expectThat(meddler.seen.length === asked, "the vendor was asked in its maintenance time");
    const [row] = await hub.rows("select next_run_at, error_code from ops.connection where id = 'zqa-moodle'");
    expectThat(row!.error_code === null, `an error stands: ${row!.error_code}`);
    const back = row!.next_run_at.getTime();
    expectThat(back > clock.now().getTime() && back <= new Date(night.to).getTime() + 5_000, `comes back at ${row!.next_run_at}`);
    const quiet = await hub.system("zqa-moodle");
    // Whose person is still to come waits for it: that is no alert.
    const alerts = quiet.problems.filter(({ code }) => code !== "PERSON_UNMATCHED");
    expectThat(alerts.length === 0, `somebody is told of ${alerts.map(({ code }) => code)}`);
    expectThat(quiet.maintenanceUntil === new Date(night.to).toISOString(), `maintenance until ${quiet.maintenanceUntil}`);

    // The target is two hours: 3 h 55 min later, two of them in maintenance, the other connection is not late; 20 minutes on it is.
    clock.advance(new Date(night.late).getTime() - clock.now().getTime());
    const stateOf = async () => (await hub.system("zqa-second")).state;
    expectThat((await stateOf()) === "ON_TIME", `its state is ${await stateOf()} although the clock stood still`);
    clock.advance(20 * 60_000);
    expectThat((await stateOf()) === "LATE", `its state is ${await stateOf()} after more than its target`);

    meddler.meddle(undefined);
    await vendor.pauseIsOver();
    const began = performance.now();
    for (const id of ["zqa-moodle", "zqa-second"]) {
      const { outcome, error } = await hub.sync(id);
      expectThat(outcome === "COMPLETED", `${id} ended ${outcome} ${error?.code}`);
    }
    const compared = await vendor.compare(["zqa-moodle", "zqa-second"]);
    compared.differences.forEach(arena.note);
    return { ...compared, recoveryMs: performance.now() - began };
  },
};
