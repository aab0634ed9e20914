/** V12: many rows carry one and the same `lastUpdated`, across page borders and across runs. */
import type { Fault } from "../fault";
import { startClinic, upTo } from "../kit/moving-clinic";

export const fault: Fault = {
  id: "V12",
  shortSeeds: 2,
  async run(arena) {
    // No look-back at all: what is found is found because the cursor is compared with "at or after".
    const clinic = await startClinic(arena, { settings: `pageSize: ${upTo(arena, 2, 4)}, overlap: PT0M, resources: [Immunization]` });
    const instants = Array.from({ length: 3 }, (_, n) => new Date(Date.parse("2026-11-20T10:00:00Z") + n * 1000).toISOString());
    let count = 0;
    const add = (at: string, rows: number) => {
      for (let n = 0; n < rows; n += 1) clinic.resources.push(clinic.dose(`i${String(count++).padStart(3, "0")}`, at));
    };
    for (let round = 0; round < instants.length; round += 1) {
      // More of the last instant that has been read, and some of a new one.
      if (round > 0) add(instants[round - 1]!, upTo(arena, 1, 4));
      add(instants[round]!, upTo(arena, 3, 9));
      await clinic.sync();
    }
    add(instants.at(-1)!, upTo(arena, 1, 3));
    await clinic.sync();
    return clinic.compare();
  },
};
