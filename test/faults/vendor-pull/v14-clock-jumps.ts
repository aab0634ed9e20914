/** V14: the vendor's clock is an hour off, jumps back, and once dates a row years ahead. */
import type { Fault } from "../fault";
import { pick, startClinic, upTo } from "../kit/moving-clinic";

const hourMs = 3_600_000;

export const fault: Fault = {
  id: "V14",
  shortSeeds: 2,
  async run(arena) {
    const clinic = await startClinic(arena, { settings: `pageSize: 4, overlap: PT3H, resources: [Immunization]` });
    let count = 0;
    let ahead = 0;
    const rounds = upTo(arena, 5, 8);
    for (let round = 0; round < rounds; round += 1) {
      const to = pick(arena, [-hourMs, 0, hourMs, 0.5 * hourMs]);
      clinic.vendorClock.advance(to - ahead);
      ahead = to;
      const rows = upTo(arena, 1, 6);
      for (let n = 0; n < rows; n += 1) clinic.resources.push(clinic.dose(`i${count++}`, clinic.vendorClock.now().toISOString()));
      // A slip of the keyboard: as a cursor it would hide the next three years.
      if (arena.random() < 0.4) clinic.resources.push(clinic.dose(`x${count++}`, `2029-0${upTo(arena, 1, 9)}-01T00:00:00Z`));
      await clinic.sync();
      const minutes = upTo(arena, 1, 20) * 60_000;
      clinic.clock.advance(minutes);
      clinic.vendorClock.advance(minutes);
    }
    const told = (await clinic.hub.rows("select count(*)::int as n from ops.problem where code = 'CLOCK_AHEAD'"))[0]!.n;
    if (clinic.resources.some(({ id }) => id.startsWith("x")) && told === 0) throw new Error("nobody was told of the clock");
    return clinic.compare();
  },
};
