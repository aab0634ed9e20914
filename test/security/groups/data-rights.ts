/**
 * The rights of the person: a copy that leaves out nothing, and an erasure after which nothing is found, in any form, also
 * inside what is sealed; then polls, pushes, files and replays say it all again.
 */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { inflate } from "node:zlib";
import { handOf } from "../../../access/conditions";
import type { Principal } from "../../../access/principal";
import { approvedAct, ask, decideApproval, readerOf } from "../../../cli/compose/rights";
import { exportText } from "../../../cli/present/subject";
import type { Clock } from "../../../platform/clock";
import { newPassphrase, openFile, sealFile } from "../../../platform/sealed-file";
import type { FhirServer } from "../../../sandbox/fhir/server";
import { historyAad } from "../../../store/history";
import { openIdentifier } from "../../../store/subject/find";
import { workReplays } from "../../../sync/rederive/apply";
import { awardRow, type EsrPerson, employed, writeGoFile } from "../../builders/esr-files";
import { fhirClinic, fhirYaml, immunization, observation, patient } from "../../builders/fhir-clinic";
import { everything, hr, type TestHub, testHub } from "../../builders/hub";
import { type PushVendor, pushVendor, pushYaml, skillOf } from "../../builders/push-vendor";
import setup from "../../global-setup";
import teardown from "../../global-teardown";
import { Net } from "../canaries/search";
import { plantEverywhere } from "../data-rights/planted";
import type { Row, Run, SecurityGroup } from "../group";

let now = new Date("2026-11-22T09:00:00Z");
const clock: Clock = { now: () => now };
const officer = (subject: string): Principal => ({ ...hr("ZQA"), subject, role: "information-governance", purposes: ["DATA_RIGHTS"] });
const [ann, bob] = [officer("ann"), officer("bob")];

const letters = (n: number) => [...String(n).padStart(4, "0")].map((digit) => "bcdfghjklm"[Number(digit)]).join("");
interface Canary extends EsrPerson {
  readonly words: readonly string[];
}
/** Nothing of one is like anything of another, and nobody is born in the years of the hub's own dates. */
function canaryOf(n: number): Canary {
  const day = new Date(Date.UTC(1930, 0, 1) + n * 86_400_000).toISOString().slice(0, 10);
  const one = {
    id: String(88_100_000 + n),
    number: String(77_200_000 + n),
    given: `Quo${letters(n)}`,
    family: `Zep${letters(n + 3000)}`,
    born: day,
    ni: `QQ${String(300_000 + n)}C`,
    email: `ze${letters(n)}@canary.example`,
  };
  return { ...one, words: [...Object.values(one), `award-${letters(n)}-${n}`] };
}

const skills = (one: Canary) => [
  skillOf(one, one.words.at(-1)!),
  { ...skillOf(one, `${one.words.at(-1)!}-bad`), dateLastAwarded: "no day" },
  { ...skillOf(one, `${one.words.at(-1)!}-later`), dateLastAwarded: "2026-09-09" },
];

class World {
  constructor(
    readonly hub: TestHub,
    readonly vendor: PushVendor,
    readonly people: readonly Canary[],
    private sequence = 100,
  ) {}

  /** Everything that can be said of everybody, by every door. */
  async sayAll(day: string): Promise<void> {
    this.sequence += 1;
    const rows = [...employed(...this.people), ...this.people.map((one) => awardRow(one))];
    writeGoFile(path.join(this.hub.folder, "esr"), { kind: "GOF", day, sequence: this.sequence, rows });
    await this.hub.sync("zqa-esr");
    for (let at = 0; at < this.people.length; at += 50) await this.vendor.push(this.people.slice(at, at + 50).flatMap(skills));
    await this.hub.sync("zqa-oh");
  }

  /** As of now: every table as rows, and what is sealed in them opened; the files of the data folder; the log. */
  async places(): Promise<Map<string, string>> {
    const { hub } = this;
    const schemas = (
      await hub.rows("select nspname as n from pg_namespace where nspname not like 'pg\\_%' and nspname <> 'information_schema'")
    ).map((row) => row.n);
    const places = await everything(hub, schemas);
    const { sealer } = hub.store;
    const add = (name: string, text: string) => places.set(name, `${places.get(name) ?? ""}\n${text}`);
    for (const row of await hub.rows("select kind, record_id, key_org, key_version, facts from ops.record_version"))
      add(
        "ops.record_version, opened",
        (await sealer.open(row.key_org, row.key_version, row.facts, historyAad(row.kind, row.record_id))).toString(),
      );
    for (const row of await hub.rows(
      "select i.source_person_id as p, i.encrypted, s.controller_org as o from staff.identifier i join staff.source_person s on s.id = i.source_person_id where encrypted is not null",
    ))
      add("staff.identifier, opened", await openIdentifier(sealer, row.o, row.p, row.encrypted));
    for (const row of await hub.rows("select connection_id, key_org, key_version, body from ops.raw_page"))
      add(
        "ops.raw_page, opened",
        (await promisify(inflate)(await sealer.open(row.key_org, row.key_version, row.body, `raw:${row.connection_id}`))).toString(),
      );
    for (const row of await hub.rows("select id, key_org, key_version, body from ops.esr_file"))
      add("ops.esr_file, opened", (await sealer.open(row.key_org, row.key_version, row.body, `esr-file:${row.id}`)).toString("latin1"));
    places.set("the log", hub.logs.join("\n"));
    const data = path.join(hub.folder, ".lanyard");
    const files = (() => {
      try {
        return readdirSync(data, { recursive: true, withFileTypes: true });
      } catch {
        return [];
      }
    })();
    for (const file of files.filter((one) => one.isFile()))
      places.set(`file ${file.name}`, readFileSync(path.join(file.parentPath, file.name), "latin1"));
    return places;
  }
}

async function searched(world: World, canaries: readonly Canary[], check: string): Promise<Row> {
  const words = canaries.flatMap((one) => one.words);
  const net = new Net(words);
  const leaked = new Set<string>();
  const examples: string[] = [];
  for (const [name, text] of await world.places())
    for (const hit of net.search(text)) {
      leaked.add(hit.canary);
      if (examples.length < 8) examples.push(`${name} (${hit.form}): ${hit.around}`);
    }
  return { check, tried: words.length, refused: words.length - leaked.size, leaked: leaked.size, missed: 0, examples };
}

const idOf = async (hub: TestHub, one: Canary): Promise<string> =>
  (
    await hub.rows("select staff_member_id as id from staff.source_person where source_key = $1 and connection_id = 'zqa-esr'", [one.id])
  )[0]!.id;

async function byTwo(hub: TestHub, act: "subject-erase" | "subject-export", subject: string): Promise<string> {
  const asked = { act, subject, organisation: "ZQA", instruction: "IG-2026-7", reason: "asked by the controller" } as const;
  const request = await ask(hub.foundation, ann, asked);
  await decideApproval(hub.foundation, bob, { id: request.id, decision: "APPROVED", reason: "checked" });
  const approval = await approvedAct(hub.foundation, ann, asked);
  if (!approval || approval.askedBy !== handOf(ann)) throw new Error("two people said yes, and it is not approved");
  return approval.id;
}

/** The copy of one person, sealed and opened again as its reader does. */
async function copyOf(hub: TestHub, staff: string): Promise<string> {
  const copy = await hub.store.exportSubject(staff, "ZQA", readerOf(hub.foundation), clock.now());
  const { main, health, ...about } = copy;
  return [main, health]
    .map((part, at) => {
      const contents = { ...about, part: at === 0 ? ("record" as const) : ("health" as const), ...part };
      const passphrase = newPassphrase();
      const sealed = sealFile(`${exportText(contents)}\n${JSON.stringify(contents)}`, passphrase);
      if (openFile(sealed, newPassphrase()) !== undefined) throw new Error("another passphrase opened it");
      return openFile(sealed, passphrase) ?? "";
    })
    .join("\n");
}

async function copies(world: World, some: readonly Canary[]): Promise<Row> {
  let tried = 0;
  const missed: string[] = [];
  for (const one of some) {
    const text = await copyOf(world.hub, await idOf(world.hub, one));
    for (const word of one.words) {
      tried += 1;
      if (!text.includes(word)) missed.push(word === one.born ? "a date of birth" : "a word");
    }
    for (const other of world.people.filter((person) => person !== one))
      if (text.includes(other.family)) missed.push("somebody else is in it");
  }
  return {
    check: `particulars of ${some.length} people in their own copies, and nobody else's`,
    tried,
    refused: 0,
    leaked: 0,
    missed: missed.length,
    examples: missed.slice(0, 5),
  };
}

async function everyTable(world: World, one: Canary): Promise<Row> {
  const { hub } = world;
  const staff = await idOf(hub, one);
  const [person] = await hub.rows(
    "select id, source_key, connection_id as c from staff.source_person where staff_member_id = $1 and connection_id = 'zqa-lms'",
    [staff],
  );
  const [record] = await hub.rows("select id from learning.competence_award where source_person_id = $1 limit 1", [person!.id]);
  const canaries = await plantEverywhere(hub, {
    staff,
    person: person!.id,
    record: record!.id,
    sourceKey: person!.source_key,
    refused: hub.store.sealer.blindIndex("refused", `ZQA|${person!.source_key}`),
    organisation: "ZQA",
    connection: "zqa-lms",
  });
  const text = await copyOf(hub, staff);
  // A copy leaves the trust: it says which role looked, never which user.
  const user = canaries.get("audit.event.subject")!;
  const missed = [...canaries].filter(([, canary]) => canary !== user && !text.includes(canary)).map(([where]) => where);
  return {
    check: `text columns of ${new Set([...canaries.keys()].map((name) => name.slice(0, name.lastIndexOf(".")))).size} tables about people, a canary in each, all in the copy`,
    tried: canaries.size,
    refused: 1,
    leaked: text.includes(user) ? 1 : 0,
    missed: missed.length,
    examples: missed.slice(0, 8),
  };
}

async function replayed(world: World): Promise<void> {
  const { hub } = world;
  const ops: Principal = { ...hr("NHS"), role: "ops", purposes: ["SERVICE_OPERATION"] };
  for (const connection of ["zqa-lms", "zqa-oh", "zqa-esr"]) {
    const plan = await hub.ask(
      "mutation P($input: PlanReplayInput!) { planReplay(input: $input) { replay { id } userErrors { code } } }",
      { input: { filter: { connection }, reason: "a test" } },
      ops,
    );
    const id = plan.planReplay.replay?.id;
    if (!id) continue;
    await hub.ask(
      "mutation S($input: StartReplayInput!) { startReplay(input: $input) { userErrors { code } } }",
      { input: { replay: id, reason: "a test" } },
      ops,
    );
    await workReplays(hub.foundation.engine, hub.config.connections, "test");
  }
}

async function prove(run: Run, hub: TestHub, vendor: PushVendor, people: readonly Canary[]): Promise<Row[]> {
  const world = new World(hub, vendor, people);
  const half = people.length / 2;
  const [going, staying] = [people.slice(0, half), people.slice(half)];
  await world.sayAll("2026-11-19");
  run.note(`${people.length} people are known`);
  const rows: Row[] = [];
  const before = await searched(world, going, "");
  // The search itself: what is there before is found before.
  rows.push({
    check: "particulars of the people to be erased, found before",
    tried: before.tried,
    refused: 0,
    leaked: 0,
    missed: before.refused,
  });
  rows.push(await copies(world, people.slice(0, run.long ? 100 : 6)));

  let asPlanned = 0;
  const off: string[] = [];
  for (const one of going) {
    const staff = await idOf(hub, one);
    const plan = await hub.store.erasures.plan(staff, "ZQA", readerOf(hub.foundation));
    const approvalId = await byTwo(hub, "subject-erase", staff);
    const input = { subject: staff, organisation: "ZQA", instruction: "IG-2026-7", approvalId, by: "ann" };
    const { done, planned } = await hub.store.erasures.erase(input, readerOf(hub.foundation), clock.now);
    const same = (a: object, b: object) =>
      JSON.stringify(
        Object.entries(a)
          .filter(([, n]) => n > 0)
          .sort(),
      ) ===
      JSON.stringify(
        Object.entries(b)
          .filter(([, n]) => n > 0)
          .sort(),
      );
    if (same(done, planned) && same(done, plan.erases)) asPlanned += 1;
    else off.push(JSON.stringify({ plan: plan.erases, done }).slice(0, 300));
  }
  rows.push({
    check: "erasures that did exactly what was planned",
    tried: going.length,
    refused: 0,
    leaked: 0,
    missed: going.length - asPlanned,
    examples: off.slice(0, 3),
  });
  run.note(`${going.length} people are erased`);
  rows.push(await searched(world, going, "particulars after the erasure, in every table, opened columns, files and the log"));
  for (const day of ["2026-11-20", "2026-11-21"]) {
    now = new Date(now.getTime() + 86_400_000);
    await world.sayAll(day);
    await replayed(world);
  }
  rows.push(await searched(world, going, "... after polls, pushes, files and replays have said everything twice more"));
  const kept = await searched(world, staying, "");
  rows.push({ check: "particulars of everybody else, still there", tried: kept.tried, refused: 0, leaked: 0, missed: kept.refused });
  rows.push(await everyTable(world, staying[0]!));
  return rows;
}

export const group: SecurityGroup = {
  what: "a copy for the person leaves out nothing, and who was erased is nowhere and does not come back",
  async run(run) {
    await setup();
    let clinic: FhirServer | undefined;
    let hub: TestHub | undefined;
    let vendor: PushVendor | undefined;
    try {
      const people = Array.from({ length: run.long ? 200 : 16 }, (_, n) => canaryOf(n + run.seed * 1000));
      clinic = await fhirClinic(
        {
          patients: people.map(patient),
          immunizations: people.map((one) => immunization(`imm-${one.words.at(-1)}`, one)),
          observations: people.map((one) => observation(`obs-${one.words.at(-1)}`, one)),
        },
        clock,
      );
      hub = await testHub({ yaml: `${pushYaml()}${fhirYaml(clinic.url)}`, clock });
      vendor = await pushVendor(hub);
      return await prove(run, hub, vendor, people);
    } finally {
      await vendor?.close();
      await hub?.close();
      await clinic?.close();
      await teardown();
    }
  },
};
