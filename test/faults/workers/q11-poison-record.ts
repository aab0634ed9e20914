/** Q11: one record of thousands that nobody can read or store. It is refused by itself; everything else is applied. */
import type { FhirResource } from "../../../sandbox/fhir/server";
import { runConnection } from "../../../sync/run";
import { anEsrPerson, type EsrPerson } from "../../builders/esr-files";
import { immunization } from "../../builders/fhir-clinic";
import type { Fault } from "../fault";
import { clinicWorld } from "../kit/clinic";
import { compareWithTruth } from "../kit/truth";

const variants: readonly ((person: EsrPerson) => FhirResource)[] = [
  // The database's integer ends at 2,147,483,647.
  (person) => ({ ...immunization("poison", person), protocolApplied: [{ doseNumberPositiveInt: 99_999_999_999 }] }),
  (person) => immunization("poi\u0000son", person),
  (person) => immunization("poi\ud800son", person),
  (person) => immunization("x".repeat(4_000), person),
  (person) => ({ ...immunization("poison", person), occurrenceDateTime: 20_240_231 }),
  // The connector's own code fails on it, or gives what only the database refuses (below).
  (person) => immunization("bug", person),
  (person) => immunization("no-day", person),
];

export const fault: Fault = {
  id: "Q11",
  shortSeeds: 7,
  async run(arena) {
    const people = Array.from({ length: 5 }, () => anEsrPerson());
    const size = arena.long ? 10_000 : 800;
    const good = Array.from({ length: size - 1 }, (_, at) =>
      immunization(`i${at}`, people[at % people.length]!, { on: `20${10 + (at % 15)}-0${1 + (at % 9)}-1${at % 9}` }),
    );
    const place = Math.floor(arena.random() * size);
    const poison = variants[arena.seed % variants.length]!(people[0]!);
    const { hub } = await clinicWorld(arena, people, { immunizations: [...good.slice(0, place), poison, ...good.slice(place)] });
    const connection = hub.config.connections.find(({ id }) => id === "zqa-oh")!;
    const { connector } = connection;
    const normalise: typeof connector.normalise = (raw, context) => {
      if ((raw as { id?: unknown }).id === "bug") throw new TypeError("Cannot read properties of undefined");
      const items = connector.normalise(raw, context);
      return (raw as { id?: unknown }).id === "no-day" ? items.map((item) => ({ ...item, validFrom: "2026-02-31" })) : items;
    };
    const failing = { ...connection, connector: { ...connector, normalise } };
    const result = await runConnection(hub.foundation.engine, failing, {
      trigger: "command",
      holder: "test",
      signal: new AbortController().signal,
    });
    if (result?.outcome !== "COMPLETED") throw new Error(`the run ended ${result?.outcome} with ${result?.error?.code}`);
    const { applied, refused, refusedRaw } = result.counts;
    arena.note(`variant ${arena.seed % variants.length} at ${place} of ${size}: ${applied} applied, ${refused + refusedRaw} refused`);
    if (applied !== size - 1 || refused + refusedRaw !== 1)
      throw new Error(`${applied} applied and ${refused + refusedRaw} refused of ${size}`);
    const refusals = await hub.rows(
      "select code, pointer, got, expected from ops.refused where connection_id = 'zqa-oh' and resolved_at is null",
    );
    if (refusals.length !== 1) throw new Error(`${refusals.length} refusals`);
    for (const said of ["code", "pointer", "got", "expected"])
      if (refusals[0]![said] === null) throw new Error(`the refusal does not say ${said}`);
    const compared = await compareWithTruth(hub, "zqa-oh", {
      records: good.map(({ id }) => ({ kind: "immunisation", sourceId: `Immunization/${id as string}` })),
    });
    compared.differences.forEach(arena.note);
    return compared;
  },
};
