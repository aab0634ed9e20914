/** What comes in at the vendors' doors: batches, events, and the keys that open them. */
import { generateKeyPairSync } from "node:crypto";
import { fixedClock } from "../../../platform/clock";
import { startWorkforceApi } from "../../../sandbox/workforce-api/server";
import { anEsrPerson, employed, writeGoFile } from "../../builders/esr-files";
import { testHub } from "../../builders/hub";
import { intakeOf } from "../../builders/push-vendor";
import { batchOf, compareVendors, exchange, expect, item, pushConnections, Vendor, whole } from "../../faults/kit/push-world";
import { freePort } from "../../faults/kit/redis";
import { doubledIn } from "../../faults/kit/truth";
import { Door, type Scenario, Workers } from "../scenario";

const clock = fixedClock("2026-11-22T09:00:00Z");

export const push: Scenario = {
  name: "batches are pushed",
  async run(arena, crashPoint) {
    const hub = await testHub({ yaml: pushConnections, folder: arena.folder, databaseUrl: (await arena.database()).url, clock });
    arena.after(() => hub.close());
    const { secret } = await hub.store.intake.issueKey({ connectionId: "zqa-lms", organisation: "ZQA", by: "test" });
    const vendor = new Vendor("zqa-lms", secret, clock);
    const workers = new Workers(arena, hub, crashPoint);
    const door = new Door(workers, hub, await freePort());
    await door.open();
    const batches = [0, 1, 2].map((n) =>
      // Each says something anew about the first one of the batch before.
      batchOf(
        Array.from({ length: whole(arena, 2, 12) }, (_, at) =>
          item(at === 0 ? "TW-0" : `TW-${n}-${at}`, { dateLastAwarded: `2026-10-0${n + 1}` }),
        ),
      ),
    );
    for (const batch of batches) {
      const told = await door.until(() => vendor.send(door.origin, batch));
      expect("it is taken", told.status === 200, told.status);
      const again = await door.until(() => vendor.send(door.origin, batch));
      expect("the same answer again", again.text === told.text);
    }
    if (workers.killed) {
      // A run that was cut off after its commit is ended by the next one: there always is one.
      const last = batchOf([item("TW-last")]);
      batches.push(last);
      expect("the next is taken", (await door.until(() => vendor.send(door.origin, last))).status === 200);
    }
    await door.close();
    const compared = await compareVendors(arena, hub, [vendor]);
    const requests = await hub.count("ops.intake_request");
    return {
      said: workers.said,
      killed: workers.killed,
      outcome: { ...compared, doubled: compared.doubled + Math.abs(requests - batches.length) },
    };
  },
};

const skill = (subjectName: string, dateLastAwarded: string) => ({
  recordType: "CoreSkillsTraining",
  competencyFramework: "CSTF",
  subjectName,
  competencyName: subjectName,
  subjectLevel: "1",
  attainmentStatus: "ACHIEVED",
  awardingOrganisation: "ZQA",
  dateLastAwarded,
});

/** An event is announced, noted, and its person is read from the vendor's own system. */
export const event: Scenario = {
  name: "events are announced",
  async run(arena, crashPoint) {
    const people = [anEsrPerson(), anEsrPerson()];
    const pair = generateKeyPairSync("rsa", {
      modulusLength: 2048,
      publicKeyEncoding: { type: "spki", format: "pem" },
      privateKeyEncoding: { type: "pkcs8", format: "pem" },
    });
    const organisation = {
      employees: people.map(({ id, given, family, born }, at) => ({
        id: `w${at}`,
        firstName: given,
        surname: family,
        birthDate: born,
        esrIdentifier: id,
      })),
      records: Object.fromEntries(people.map((_, at) => [`w${at}`, [skill("Fire Safety", `2026-01-1${at}`)]])),
    };
    const api = await startWorkforceApi({
      organisations: { ZQA: organisation },
      clientId: "hub",
      publicKeyPem: pair.publicKey,
      keyId: "k1",
      clock,
    });
    arena.after(() => api.close());
    const values = { PEM: pair.privateKey };
    const hub = await testHub({
      yaml: `  - { id: zqa-esr, connector: esr, organisations: [ZQA], settings: { folder: esr } }
  - id: zqa-workforce
    connector: workforce-api
    organisations: [ZQA]
    settings: { baseUrl: "${api.url}", tokenUrl: "${api.tokenUrl}", clientId: hub, privateKey: { env: PEM }, keyId: k1, reads: [core-skills] }
`,
      folder: arena.folder,
      databaseUrl: (await arena.database()).url,
      clock,
      values,
    });
    arena.after(() => hub.close());
    writeGoFile(`${hub.folder}/esr`, { kind: "GOF", day: "2026-11-19", sequence: 101, rows: employed(...people) });
    for (const id of ["zqa-esr", "zqa-workforce"]) expect("beforehand", (await hub.sync(id)).outcome === "COMPLETED");
    const key = await hub.store.intake.issueKey({ connectionId: "zqa-workforce", organisation: "ZQA", by: "test", algorithm: "api-key" });
    const workers = new Workers(arena, hub, crashPoint, values);
    const door = new Door(workers, hub, await freePort());
    await door.open();
    for (const { id } of organisation.employees) {
      organisation.records[id]!.push(skill("Health, Safety and Welfare", "2026-11-20"));
      const body = JSON.stringify({
        specversion: "1.0",
        id: `236a1d4a-5d69-4fa9-9c7f-${id}`,
        source: "com.example.workforce",
        type: "employee-elearning-completed",
        time: "2026-11-22T08:59:00Z",
        subject: id,
        filtering: { organisation: "ZQA" },
        dataref: `https://workforce.example/dsp-api/organisations/ZQA/employees/${id}/records`,
      });
      const headers = { "content-type": "application/cloudevents+json", apikey: key.secret };
      const told = await door.until(() => exchange(door.origin, "/events", "POST", headers, body));
      expect("it is taken", told.status === 200, told.text);
    }
    await door.close();
    await workers.work("events");
    const awarded = (
      await hub.rows(
        "select awarded_on from learning.competence_award where connection_id = 'zqa-workforce' and source_state = 'IN_FORCE' order by 1",
      )
    ).map((row) => String(row.awarded_on));
    const truth = Object.values(organisation.records)
      .flatMap((all) => all.map((one) => one.dateLastAwarded))
      .sort();
    const twice = await doubledIn(hub.database.pool);
    const open = await hub.count("ops.vendor_event", "state <> 'FETCHED'");
    const runs = await hub.count("ops.sync_run", "ended_at is null");
    return {
      said: workers.said,
      killed: workers.killed,
      outcome: {
        lost: truth.filter((day, at) => awarded[at] !== day).length,
        doubled: twice.count + Math.max(0, awarded.length - truth.length) + Math.abs((await hub.count("ops.vendor_event")) - people.length),
        uncertain: open + runs,
      },
    };
  },
};

/** Keys are changed without a gap: whatever dies, the vendor is never locked out, and no key that nobody was told of stays. */
export const rotate: Scenario = {
  name: "a key is rotated",
  async run(arena, crashPoint) {
    const hub = await testHub({ yaml: pushConnections, folder: arena.folder, databaseUrl: (await arena.database()).url, clock });
    arena.after(() => hub.close());
    const { secret: old } = await hub.store.intake.issueKey({ connectionId: "zqa-lms", organisation: "ZQA", by: "test" });
    const vendor = new Vendor("zqa-lms", old, clock);
    const workers = new Workers(arena, hub, crashPoint);
    const said = await workers.work("rotate", "zqa-lms");
    const fresh = /^secret (\S+)$/m.exec(said)?.[1];
    expect("the new key is told", fresh !== undefined);
    const intake = await intakeOf(hub);
    arena.after(() => intake.close());
    for (const [name, secret] of [
      ["old", old],
      ["new", fresh!],
    ] as const) {
      const told = await vendor.send(intake.origin, batchOf([item(`TW-${name}`)]), secret);
      expect(`the ${name} key opens`, told?.status === 200, told?.status);
    }
    const endless = await hub.count("ops.intake_key", "connection_id = 'zqa-lms' and ends_at is null and revoked_at is null");
    return {
      said: workers.said,
      killed: workers.killed,
      outcome: { ...(await compareVendors(arena, hub, [vendor])), uncertain: endless - 1 },
    };
  },
};
