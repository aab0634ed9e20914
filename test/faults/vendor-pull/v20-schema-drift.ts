/** V20: the vendor's records change their shape: new field, renamed, other type, null in a required place, new code. */
import type { FhirResource } from "../../../sandbox/fhir/server";
import { anEsrPerson } from "../../builders/esr-files";
import { immunization } from "../../builders/fhir-clinic";
import type { Fault } from "../fault";
import { clinicWorld } from "../kit/clinic";
import { compareWithTruth } from "../kit/truth";

const renamed = ({ occurrenceDateTime, ...rest }: FhirResource): FhirResource =>
  ({ ...rest, occurredOn: occurrenceDateTime }) as FhirResource;
const variants: readonly { readonly says: string; readonly change: (one: FhirResource) => FhirResource; readonly breaks: boolean }[] = [
  { says: "NEW_FIELD", change: (one) => ({ ...one, manufacturerLot: "on file" }), breaks: false },
  { says: "BREAKING", change: renamed, breaks: true },
  { says: "BREAKING", change: (one) => ({ ...one, occurrenceDateTime: 20_240_101 }), breaks: true },
  { says: "BREAKING", change: (one) => ({ ...one, status: null }), breaks: true },
  { says: "NEW_VALUE", change: (one) => ({ ...one, status: "finished" }), breaks: false },
];

export const fault: Fault = {
  id: "V20",
  shortSeeds: 5,
  async run(arena) {
    const people = [anEsrPerson(), anEsrPerson(), anEsrPerson()];
    const good = Array.from({ length: 450 }, (_, at) =>
      immunization(`i${at}`, people[at % 3]!, { on: `20${10 + (at % 15)}-0${1 + (at % 9)}-11` }),
    );
    const { hub, clinic } = await clinicWorld(arena, people, { immunizations: good }, { settings: "pageSize: 50" });
    await hub.sync("zqa-oh");
    const checkpoint = async () =>
      JSON.stringify((await hub.rows("select checkpoint from ops.connection where id = 'zqa-oh'"))[0]!.checkpoint);
    const before = await checkpoint();

    const variant = variants[arena.seed % variants.length]!;
    const from = Math.floor(arena.random() * 300);
    const changed = good.slice(from, from + 70);
    for (const one of changed) clinic.control.put(variant.change(one));
    const result = await hub.sync("zqa-oh");
    const drift = await hub.store.drift.list({ connectionId: "zqa-oh", all: false });
    arena.note(
      `${variant.says} at ${from}: ${result.outcome} ${result.error?.code ?? ""}, ${drift.map(({ what, subject }) => `${what} ${subject}`).join(", ")}`,
    );
    if (!drift.some(({ what }) => what === variant.says))
      throw new Error(`expected ${variant.says}, noticed ${drift.map(({ what }) => what).join(", ")}`);
    if (!variant.breaks) {
      if (result.outcome !== "COMPLETED") throw new Error(`what is additive stopped the run: ${result.error?.code}`);
    } else {
      if (result.error?.class !== "schema") throw new Error(`expected the class schema, got ${result.error?.class ?? result.outcome}`);
      if ((await checkpoint()) !== before) throw new Error("the checkpoint has moved past records that did not fit");
      if ((await hub.count("ops.refused", "connection_id = 'zqa-oh' and resolved_at is null")) < 20)
        throw new Error("the records were not kept as refusals");
      if ((await hub.sync("zqa-esr")).outcome !== "COMPLETED") throw new Error("another connection stands still");
      // Either the vendor repairs it, or a person says that it is as it should be: in both cases the stream goes on.
      if (arena.random() < 0.5) {
        for (const one of changed) clinic.control.put(one);
      } else await hub.store.drift.accept({ connectionId: "zqa-oh", by: "test", reason: "as it should be" });
      const again = await hub.sync("zqa-oh");
      if (again.outcome !== "COMPLETED") throw new Error(`the stream did not go on: ${again.error?.code}`);
      if ((await checkpoint()) === before) throw new Error("the checkpoint did not move on");
    }
    const compared = await compareWithTruth(hub, "zqa-oh", {
      records: good.map(({ id }) => ({ kind: "immunisation", sourceId: `Immunization/${id as string}` })),
    });
    compared.differences.forEach(arena.note);
    return compared;
  },
};
