/** A run over a vendor that is asked, and the release of a snapshot that was held. */
import { fixedClock } from "../../../platform/clock";
import type { FhirResource } from "../../../sandbox/fhir/server";
import { anEsrPerson } from "../../builders/esr-files";
import { fhirClinic, fhirYaml, immunization, patient } from "../../builders/fhir-clinic";
import { type TestHub, testHub } from "../../builders/hub";
import type { Arena, Outcome } from "../../faults/fault";
import { compareWithTruth } from "../../faults/kit/truth";
import { type Scenario, Workers } from "../scenario";

const connectionId = "zqa-oh";

interface Clinic {
  readonly hub: TestHub;
  /** What the vendor holds; changed in place. */
  readonly resources: FhirResource[];
  dose(at: number, changedAt: string, on: string): FhirResource;
  /** The next run reads everything. */
  planFull(): Promise<void>;
  compare(): Promise<Outcome>;
}

async function clinicOf(arena: Arena, options: string): Promise<Clinic> {
  const people = Array.from({ length: 4 }, () => anEsrPerson());
  const resources: FhirResource[] = [];
  const clock = fixedClock("2026-11-22T09:00:00Z");
  const server = await fhirClinic({ patients: people.map(patient), immunizations: resources, observations: [] }, clock);
  arena.after(() => server.close());
  const yaml = fhirYaml(server.url, "pageSize: 3, resources: [Immunization]").replace("connector: fhir", `connector: fhir\n    ${options}`);
  const hub = await testHub({ yaml, folder: arena.folder, databaseUrl: (await arena.database()).url, clock });
  arena.after(() => hub.close());
  return {
    hub,
    resources,
    dose: (at, changedAt, on) => ({ ...immunization(`i${at}`, people[at % people.length]!, { on }), meta: { lastUpdated: changedAt } }),
    async planFull() {
      const lease = await hub.store.connections.lease(connectionId, "test", 60);
      await hub.store.fullReads.plan(connectionId, lease!.number, clock.now());
      await hub.store.connections.release(connectionId, lease!.number);
    },
    async compare() {
      const compared = await compareWithTruth(hub, connectionId, {
        records: resources.map((one) => ({
          kind: "immunisation",
          sourceId: `Immunization/${one.id}`,
          columns: { given_on: String(one.occurrenceDateTime) },
        })),
        completeFor: ["immunisation"],
      });
      compared.differences.forEach(arena.note);
      return compared;
    },
  };
}

const some = (arena: Arena, least: number, more: number) => least + Math.floor(arena.random() * more);

/** Everything is read again after some were changed, some are new and one has gone. */
export const poll: Scenario = {
  name: "a run over a vendor",
  async run(arena, crashPoint) {
    const { hub, resources, dose, planFull, compare } = await clinicOf(arena, "absenceLimit: { share: 0.9, records: 1000 }");
    const known = some(arena, 8, 6);
    for (let at = 0; at < known; at += 1) resources.push(dose(at, "2026-11-20T08:00:00.000Z", "2024-03-11"));
    await hub.sync(connectionId);
    for (let at = 1; at < known; at += 3) resources[at] = dose(at, "2026-11-21T08:00:00.000Z", "2024-04-12");
    for (let at = known; at < known + some(arena, 2, 4); at += 1) resources.push(dose(at, "2026-11-21T09:00:00.000Z", "2024-05-13"));
    resources.splice(0, 1);
    await planFull();
    const workers = new Workers(arena, hub, crashPoint);
    const said = await workers.run(connectionId);
    if (!said.includes("outcome COMPLETED")) throw new Error(`the run did not come to its end: ${said.slice(-500)}`);
    // What moved between pages is only suspected: the next whole read confirms it.
    await planFull();
    await hub.sync(connectionId);
    return { said: workers.said, killed: workers.killed, outcome: await compare() };
  },
};

/** More has gone than the limit lets go: a person releases it. */
export const release: Scenario = {
  name: "a held snapshot is released",
  async run(arena, crashPoint) {
    const { hub, resources, dose, planFull, compare } = await clinicOf(arena, "absenceLimit: { share: 0.05, records: 50 }");
    for (let at = 0; at < 12; at += 1) resources.push(dose(at, "2026-11-20T08:00:00.000Z", "2024-03-11"));
    await hub.sync(connectionId);
    resources.splice(0, some(arena, 5, 4));
    await planFull();
    const { outcome } = await hub.sync(connectionId);
    const [held] = await hub.store.held.list({});
    if (outcome !== "HELD" || !held) throw new Error(`nothing was held: ${outcome}`);
    const workers = new Workers(arena, hub, crashPoint);
    await workers.work("release", held.id);
    // One version of each that went, and no more.
    const twice = await hub.count("(select record_id from ops.record_version where why = 'WITHDRAWN' group by 1 having count(*) > 1) t");
    const outcomeNow = await compare();
    return { said: workers.said, killed: workers.killed, outcome: { ...outcomeNow, doubled: outcomeNow.doubled + twice } };
  },
};
