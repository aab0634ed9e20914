/** V16: rows are deleted, marked as errors, brought back, and shown once more in an old version. */
import type { FhirResource } from "../../../sandbox/fhir/server";
import type { Fault } from "../fault";
import { pick, startClinic, upTo } from "../kit/moving-clinic";

export const fault: Fault = {
  id: "V16",
  shortSeeds: 2,
  async run(arena) {
    const clinic = await startClinic(arena, { settings: `pageSize: 5, resources: [Immunization]` });
    const { resources } = clinic;
    let minute = 0;
    const next = () => new Date(Date.parse("2026-11-22T11:00:00Z") + minute++ * 1000).toISOString();
    const day = () => `2024-0${upTo(arena, 1, 9)}-1${upTo(arena, 0, 9)}`;
    /** The greatest version of each id decides; undefined: the source does not stand by it. */
    const expected = new Map<string, string | undefined>();
    const put = (id: string, resource: FhirResource) => {
      const at = resources.findIndex((one) => one.id === id);
      if (at < 0) resources.push(resource);
      else resources[at] = resource;
    };
    const write = (id: string) => {
      const givenOn = day();
      put(id, clinic.dose(id, next(), givenOn));
      expected.set(id, givenOn);
    };
    const ids = Array.from({ length: 8 }, (_, n) => `i${n}`);
    // Some that nothing happens to: a list that is empty would be held, which is another fault.
    const steady = Array.from({ length: 4 }, (_, n) => `s${n}`);
    for (const id of [...ids, ...steady]) write(id);
    await clinic.sync();
    for (let step = 0; step < 10; step += 1) {
      const id = pick(arena, ids);
      const held = resources.find((one) => one.id === id);
      switch (pick(arena, ["write", "soft", "hard", "old"] as const)) {
        case "write":
          write(id);
          break;
        case "soft":
          if (!held) break;
          put(id, { ...held, status: "entered-in-error", meta: { lastUpdated: next() } });
          expected.set(id, undefined);
          break;
        case "hard":
          if (!held) break;
          resources.splice(resources.indexOf(held), 1);
          expected.set(id, undefined);
          // Twice: what one sweep lacks the next one has to confirm.
          await clinic.nights(2);
          break;
        case "old":
          // From before everything else, with another day: it must lose, whatever became of the newer one.
          put(id, clinic.dose(id, "2026-11-22T10:00:00Z", "2001-01-01"));
          break;
      }
      await clinic.sync();
    }
    await clinic.nights(2);
    return clinic.compare(new Map([...expected].flatMap(([id, givenOn]) => (givenOn === undefined ? [] : [[id, givenOn] as const]))));
  },
};
