/** V1: 429, with a wait in seconds, as an HTTP date, without one, or an absurd one. */
import type { Fault } from "../fault";
import { answer, expectThat, isReport, learningVendor } from "../kit/learning-vendor";

const hourMs = 3_600_000;
/** The header, and whether a run may sit it out. */
const variants: readonly { readonly name: string; header(now: Date, random: number): string | undefined; readonly short: boolean }[] = [
  { name: "seconds", header: (_, random) => String(1 + Math.floor(random * 4)), short: true },
  { name: "date", header: (now, random) => new Date(now.getTime() + 1000 + Math.floor(random * 4) * 1000).toUTCString(), short: true },
  { name: "absent", header: () => undefined, short: true },
  { name: "nonsense", header: () => "in a while", short: true },
  { name: "long seconds", header: (_, random) => String(60 + Math.floor(random * 3000)), short: false },
  { name: "long date", header: (now, random) => new Date(now.getTime() + 60_000 + Math.floor(random * 3e6)).toUTCString(), short: false },
  { name: "absurd", header: () => "1000000000", short: false },
];

export const fault: Fault = {
  id: "V1",
  shortSeeds: 4,
  async run(arena) {
    const vendor = await learningVendor(arena);
    const { hub, meddler, clock } = vendor;
    const variant = variants[Math.floor(arena.random() * variants.length)]!;
    const header = variant.header(clock.now(), arena.random());
    arena.note(`${variant.name}: ${header}`);
    const from = Math.floor(arena.random() * 4);
    const times = variant.short ? 1 + Math.floor(arena.random() * 3) : Number.POSITIVE_INFINITY;
    let refused = 0;
    let asked = 0;
    meddler.meddle(({ body }) => {
      if (!isReport(body) || asked++ < from || refused >= times) return "pass";
      refused += 1;
      return answer(429, header === undefined ? {} : { "retry-after": header });
    });
    const first = await hub.sync("zqa-moodle");
    if (!variant.short && refused > 0) {
      expectThat(first.error?.class === "throttled", `expected throttled, got ${first.error?.code}`);
      expectThat(refused === 1, `asked ${refused} times although it was told to wait`);
      const told = first.error.retryAfterMs ?? 0;
      expectThat(told >= 60_000 && told <= hourMs + 5_000, `comes back after ${told} ms`);
      const [row] = await hub.rows("select next_run_at, lease_holder from ops.connection where id = 'zqa-moodle'");
      const back = row!.next_run_at.getTime() - clock.now().getTime();
      expectThat(back >= told && back <= told + 5_000, `next run in ${back} ms, told ${told} ms`);
      expectThat(row!.lease_holder === null, "a lease is held while it waits");
      // What one worker was told holds for the others, and for no other vendor.
      const before = meddler.seen.length;
      const other = await (await vendor.worker()).sync("zqa-second");
      expectThat(other.error?.class === "throttled", `another worker got ${other.error?.code ?? other.outcome}`);
      expectThat(meddler.seen.length === before, "another worker asked although the vendor had told the hub to wait");
    }
    expectThat((await hub.sync("zqa-esr")).outcome === "COMPLETED", "another connector was kept waiting");
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
