/** V13: rows are committed after the vendor has dated them, behind the cursor: within the look-back, and far behind it. */
import type { Fault } from "../fault";
import { pick, startClinic, upTo } from "../kit/moving-clinic";

const hourMs = 3_600_000;

export const fault: Fault = {
  id: "V13",
  shortSeeds: 2,
  async run(arena) {
    const clinic = await startClinic(arena, { settings: `pageSize: ${upTo(arena, 3, 8)}, resources: [Immunization]` });
    const at = (hoursAgo: number) => new Date(clinic.clock.now().getTime() - hoursAgo * hourMs).toISOString();
    for (let n = 0; n < 12; n += 1) clinic.resources.push(clinic.dose(`a${n}`, at(upTo(arena, 48, 400))));
    clinic.resources.push(clinic.dose("last", at(1)));
    await clinic.sync();
    const rounds = upTo(arena, 2, 4);
    for (let round = 0; round < rounds; round += 1) {
      clinic.clock.advance(hourMs);
      clinic.vendorClock.advance(hourMs);
      clinic.resources.push(clinic.dose(`now${round}`, at(0)));
      clinic.resources.push(clinic.dose(`late${round}`, at(upTo(arena, 2, 23))));
      await clinic.sync();
    }
    // The look-back has found every one of them, without any full read.
    const soon = await clinic.compare();
    if (soon.lost > 0) return soon;
    for (let n = 0; n < 3; n += 1) clinic.resources.push(clinic.dose(`far${n}`, at(pick(arena, [30, 100, 2000]) + n)));
    await clinic.nights(1);
    return clinic.compare();
  },
};
