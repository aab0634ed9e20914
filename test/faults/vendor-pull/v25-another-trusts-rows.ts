/** V25: among a trust's own rows the vendor sends another trust's. They are refused, nothing of them is kept, and it is said. */
import { anEsrPerson } from "../../builders/esr-files";
import { immunization } from "../../builders/fhir-clinic";
import { everything } from "../../builders/hub";
import type { Fault } from "../fault";
import { clinicWorld } from "../kit/clinic";
import { compareWithTruth } from "../kit/truth";

export const fault: Fault = {
  id: "V25",
  shortSeeds: 3,
  async run(arena) {
    const people = [anEsrPerson(), anEsrPerson()];
    const isForeign = Array.from({ length: 40 }, () => arena.random() < 0.25);
    isForeign[Math.floor(arena.random() * 40)] = true;
    const rows = isForeign.map((foreign, at) =>
      immunization(`${foreign ? "theirs" : "ours"}${at}`, people[at % 2]!, {
        on: `2019-0${1 + (at % 9)}-12`,
        organisation: foreign ? "ZQB" : "ZQA",
      }),
    );
    const { hub } = await clinicWorld(arena, people, { immunizations: rows }, { settings: "organisationFrom: performer" });
    const result = await hub.sync("zqa-oh");
    const foreign = isForeign.filter(Boolean).length;
    if (result.outcome !== "COMPLETED" || result.counts.refused !== foreign)
      throw new Error(`${result.outcome} with ${result.counts.refused} refused of ${foreign} foreign rows`);
    const [event] = await hub.rows("select decision, counts from audit.event where reason = 'OTHER_ORGANISATION'");
    if (event?.decision !== "DENY" || event.counts.refused !== foreign) throw new Error("no event of security was written down");
    for (const [table, text] of await everything(hub))
      if (text.includes("theirs")) throw new Error(`${table} holds an id of another trust's row`);
    const compared = await compareWithTruth(hub, "zqa-oh", {
      records: rows.flatMap(({ id }, at) =>
        isForeign[at] ? [] : [{ kind: "immunisation" as const, sourceId: `Immunization/${id as string}`, organisation: "ZQA" }],
      ),
    });
    compared.differences.forEach(arena.note);
    return compared;
  },
};
