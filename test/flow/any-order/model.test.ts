/**
 * Any order of what vendors do and of what befalls a hub, against the model: real store, real engine, a vendor that is read over
 * HTTP and one that pushes at the door. More of it: npm run test:model -- --runs 500
 */
import fc from "fast-check";
import { fixedClock } from "../../../platform/clock";
import type { FhirResource, FhirServer } from "../../../sandbox/fhir/server";
import { workReplays } from "../../../sync/rederive/apply";
import { type RunResult, runConnection } from "../../../sync/run";
import { anEsrPerson, employed, writeGoFile } from "../../builders/esr-files";
import { fhirClinic, fhirYaml, immunization, patient } from "../../builders/fhir-clinic";
import { hr, type TestHub, testHub } from "../../builders/hub";
import { type Meddler, type Meddling, startMeddler } from "../../builders/meddler";
import { type PushVendor, pushVendor, skillOf } from "../../builders/push-vendor";
import { doubledIn } from "../../faults/kit/truth";
import { PollModel, PushModel } from "./model";

const runs = Number(process.env.LANYARD_MODEL_RUNS ?? 6);
const seed = process.env.LANYARD_MODEL_SEED === undefined ? undefined : Number(process.env.LANYARD_MODEL_SEED);
/** In `npm test` it is a matter of seconds; where more runs are asked for, all of them are made. */
const boundedMs = process.env.LANYARD_MODEL_RUNS === undefined ? 30_000 : undefined;

const minuteMs = 60_000;
const people = Array.from({ length: 4 }, () => anEsrPerson());
const clock = fixedClock("2026-11-22T09:00:00Z");
const resources: FhirResource[] = [];
let clinic: FhirServer;
let meddler: Meddler;
let hub: TestHub;
let vendor: PushVendor;
let minutes = 0;

beforeAll(async () => {
  clinic = await fhirClinic({ patients: people.map(patient), immunizations: resources, observations: [] }, clock);
  meddler = await startMeddler(clinic.url);
  hub = await testHub({
    yaml: `  - { id: zqa-esr, connector: esr, organisations: [ZQA], settings: { folder: esr } }
  - { id: zqa-lms, connector: push, organisations: [ZQA], freshWithin: 7d }
${fhirYaml(`${meddler.url}${new URL(clinic.url).pathname}`, "pageSize: 2, overlap: PT0M, resources: [Immunization]").replace("connector: fhir", "connector: fhir\n    absenceLimit: { share: 0.9, records: 100000 }")}`,
    clock,
  });
  writeGoFile(`${hub.folder}/esr`, { kind: "GOF", day: "2026-11-19", sequence: 101, rows: employed(...people) });
  await hub.sync("zqa-esr");
  vendor = await pushVendor(hub);
  await hub.rows(
    "create function ops.refuse_commit() returns trigger language plpgsql as $$ begin raise exception 'full' using errcode = '53100'; end $$",
  );
  // Of each vendor one record that no run touches: an empty list is another matter.
  resources.push({ ...immunization("always", people[0]!), meta: { lastUpdated: "2026-11-21T08:00:00.000Z" } });
  expect(await hub.sync("zqa-oh")).toMatchObject({ outcome: "COMPLETED", counts: { rawIn: 1 } });
});
afterAll(async () => {
  await vendor.close();
  await hub.close();
  await meddler.close();
  await clinic.close();
});

type Step =
  | { readonly do: "push"; readonly items: readonly { readonly key: number; readonly version: number; readonly gone: boolean }[] }
  | { readonly do: "change" | "delete" | "undelete"; readonly key: number }
  | { readonly do: "poll" | "full" | "stop" | "replay" | "refused-poll" | "push-again" }
  | { readonly do: "stuck"; readonly at: number; readonly full: boolean }
  | { readonly do: "refused-push"; readonly key: number; readonly version: number };

const key = fc.integer({ min: 0, max: 2 });
const version = fc.integer({ min: 1, max: 6 });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant("push" as const),
      items: fc.array(fc.record({ key, version, gone: fc.nat(3).map((n) => n === 0) }), { minLength: 1, maxLength: 3 }),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constantFrom("change" as const, "change" as const, "delete" as const, "undelete" as const), key }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constantFrom(
        "poll" as const,
        "poll" as const,
        "full" as const,
        "stop" as const,
        "replay" as const,
        "refused-poll" as const,
        "push-again" as const,
      ),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("stuck" as const), at: fc.nat(1), full: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("refused-push" as const), key, version }) },
);

const nextMinute = (): string => {
  clock.advance(minuteMs);
  minutes += 1;
  return clock.now().toISOString();
};
/** A day for each word of a vendor, unlike any other. */
const dayOf = (n: number): string => new Date(Date.UTC(2000, 0, 1) + n * 86_400_000).toISOString().slice(0, 10);
const connection = (id: string) => hub.config.connections.find((one) => one.id === id)!;
const runOh = (holder: string, mode: "full" | "increment", signal = new AbortController().signal): Promise<RunResult | undefined> =>
  runConnection(hub.foundation.engine, connection("zqa-oh"), { trigger: "command", holder, signal, ...(mode === "full" ? { mode } : {}) });
const leasesEnd = () => hub.rows("update ops.connection set lease_until = now() - interval '1 second' where lease_holder is not null");

/** One life of both vendors, under keys of its own. */
class Life {
  readonly push = new PushModel();
  readonly poll = new PollModel();
  private readonly words = new Map<string, string | undefined>();
  private last: { readonly records: readonly unknown[]; readonly idempotencyKey: string; readonly text: string } | undefined;
  /** A full read that did not come to its end is still to be made. */
  private fullDue = false;

  constructor(private readonly prefix: string) {}

  async take(it: Step): Promise<void> {
    const now = nextMinute();
    if (it.do === "push") return this.send(it.items);
    if (it.do === "push-again") return this.sendAgain();
    if (it.do === "refused-push") return this.sendRefused(it.key, it.version);
    if (it.do === "change" || it.do === "undelete") return this.change(it.key, now, it.do === "undelete");
    if (it.do === "delete") return this.remove(it.key);
    if (it.do === "replay") return replay();
    if (it.do === "poll" || it.do === "full") return this.read(it.do === "full");
    if (it.do === "stuck") return this.stuck(it.at, it.full);
    if (it.do === "refused-poll") return this.readRefused();
    const stop = new AbortController();
    stop.abort();
    expect(await runOh("stopped", "increment", stop.signal)).toMatchObject({ outcome: "CONTINUES" });
  }

  /** The word on each version of each key is said once and for all. */
  private wordOf(of: number, at: number, gone: boolean) {
    const name = `${of}.${at}`;
    if (!this.words.has(name)) this.words.set(name, gone ? undefined : dayOf(3_000 + this.words.size));
    const day = this.words.get(name);
    const id = `${this.prefix}-p${of}`;
    const changedAt = new Date(Date.UTC(2026, 10, 1, 8, at)).toISOString();
    const record = skillOf(people[of % people.length]!, id, {
      changedAt,
      ...(day === undefined ? { withdrawn: true } : { dateLastAwarded: day }),
    });
    return { id, day, record };
  }

  private async send(items: readonly { key: number; version: number; gone: boolean }[]): Promise<void> {
    const words = items.map((one) => ({ ...one, ...this.wordOf(one.key, one.version, one.gone) }));
    const records = words.map(({ record }) => record);
    const idempotencyKey = `batch-of-${this.prefix}-${minutes}`;
    const { status, text } = await vendor.push(records, { idempotencyKey });
    expect(status).toBe(200);
    for (const word of words) this.push.tell(word.id, word.version, word.day);
    this.last = { records, idempotencyKey, text };
  }

  /** No answer was heard: the same batch, under its key. */
  private async sendAgain(): Promise<void> {
    if (!this.last) return;
    const { records, idempotencyKey, text } = this.last;
    expect(await vendor.push(records, { idempotencyKey })).toMatchObject({ status: 200, text });
  }

  private async sendRefused(of: number, at: number): Promise<void> {
    const word = this.wordOf(of, at, false);
    const idempotencyKey = `batch-of-${this.prefix}-${minutes}`;
    await refusingCommits("ops.intake_request", async () => {
      expect((await vendor.push([word.record], { idempotencyKey })).status).toBe(503);
    });
    await this.check();
    const { status, text } = await vendor.push([word.record], { idempotencyKey });
    expect(status).toBe(200);
    this.push.tell(word.id, at, word.day);
    this.last = { records: [word.record], idempotencyKey, text };
  }

  private change(of: number, changedAt: string, back: boolean): void {
    const id = `${this.prefix}-v${of}`;
    if (back && this.poll.there.has(id)) return;
    this.remove(of);
    const day = dayOf(minutes);
    resources.push({ ...immunization(id, people[of % people.length]!, { on: day }), meta: { lastUpdated: changedAt } });
    this.poll.there.set(id, { day, changedAt });
  }

  private remove(of: number): void {
    const id = `${this.prefix}-v${of}`;
    const at = resources.findIndex((one) => one.id === id);
    if (at >= 0) resources.splice(at, 1);
    this.poll.there.delete(id);
  }

  private async read(full: boolean): Promise<void> {
    const result = await runOh("test", full ? "full" : "increment");
    expect(result?.error && { code: result.error.code, ...result.error.detail }).toBeUndefined();
    expect(result).toMatchObject({ outcome: "COMPLETED" });
    this.wasRead(full);
  }
  private wasRead(full: boolean): void {
    if (full || this.fullDue) this.poll.full();
    else this.poll.increment();
    this.fullDue = false;
  }

  /** The database takes no page; what has been read is read again by the next run. */
  private async readRefused(): Promise<void> {
    await refusingCommits("ops.page", async () => {
      expect(await runOh("refused", "increment")).toMatchObject({ outcome: "FAILED" });
    });
    // It is known to be due once, whatever it was that failed.
    await hub.rows("update ops.connection set next_run_at = null, failures = 0 where id = 'zqa-oh'");
  }

  /** Frozen while it waits for the vendor: another takes over, the vendor goes on, and then it wakes with its old answer. */
  private async stuck(at: number, full: boolean): Promise<void> {
    let wake: () => void = () => undefined;
    let asked = 0;
    const frozen = new Promise<"frozen">((resolve) => {
      meddler.meddle(async (seen): Promise<Meddling> => {
        if (!seen.path.includes("Immunization") && !seen.path.includes("_next")) return "pass";
        asked += 1;
        if (asked !== at + 1) return "pass";
        resolve("frozen");
        await new Promise<void>((go) => {
          wake = go;
        });
        return "pass";
      });
    });
    const zombie = runOh("frozen", full ? "full" : "increment").then(
      (result) => ({ result }),
      (error: { code?: string }) => ({ error }),
    );
    const first = await Promise.race([frozen, zombie]);
    if (first !== "frozen") {
      // It never asked so often.
      meddler.meddle(undefined);
      expect(first).toMatchObject({ result: { outcome: "COMPLETED" } });
      return this.wasRead(full);
    }
    this.fullDue ||= full;
    await leasesEnd();
    this.change(2, nextMinute(), false);
    meddler.meddle(undefined);
    await this.read(false);
    await this.check();
    wake();
    expect(await zombie).toMatchObject({ error: { code: "LEASE_LOST" } });
  }

  async check(): Promise<void> {
    const like = `${this.prefix}-%`;
    const awards = await hub.rows(
      "select id, source_id, awarded_on::text as day, source_state, source_version from learning.competence_award where source_id like $1",
      [like],
    );
    expect(Object.fromEntries(awards.flatMap((row) => (row.source_state === "WITHDRAWN" ? [] : [[row.source_id, row.day]])))).toEqual(
      this.push.current(),
    );
    const doses = await hub.rows(
      "select id, source_id, given_on::text as day, source_state as state from oh.immunisation where source_id like $1",
      [`Immunization/${like}`],
    );
    const plain = (id: string) => id.slice("Immunization/".length);
    expect(Object.fromEntries(doses.map((row) => [plain(row.source_id), { day: row.day, state: row.state }]))).toEqual(this.poll.held());
    await this.checkHistory(awards, doses, plain);
    const { what } = await doubledIn(hub.database.pool);
    expect(what).toEqual([]);
  }

  /** Each version that was told stands once, as the current one or in history. */
  private async checkHistory(awards: readonly any[], doses: readonly any[], plain: (id: string) => string): Promise<void> {
    const pushed: Record<string, number[]> = {};
    const minuteOf = (sourceVersion: string) => Number(sourceVersion.slice("2026-11-01T08:".length).slice(0, 2));
    const ids = new Map([...awards].map((row) => [row.id, row.source_id]));
    for (const row of await hub.rows("select id, source_id from ops.tombstone where source_id like $1", [`${this.prefix}-%`]))
      if (!ids.has(row.id)) ids.set(row.id, row.source_id);
    const add = (id: string, at: string) => {
      const list = pushed[id] ?? [];
      pushed[id] = list;
      list.push(minuteOf(at));
    };
    for (const row of awards) if (row.source_state !== "WITHDRAWN") add(row.source_id, row.source_version);
    const history = await hub.rows(
      "select record_id, source_version, source_state, kind from ops.record_version where record_id = any($1::uuid[])",
      [[...ids.keys(), ...doses.map(({ id }) => id)]],
    );
    for (const row of history)
      if (ids.has(row.record_id) && row.source_state !== "WITHDRAWN") add(ids.get(row.record_id), row.source_version);
    for (const list of Object.values(pushed)) list.sort((a, b) => a - b);
    expect(pushed).toEqual(this.push.versions());
    const read = Object.fromEntries(
      doses.map((row) => {
        const earlier = history.filter(({ record_id, source_state }) => record_id === row.id && source_state !== "WITHDRAWN").length;
        return [plain(row.source_id), earlier + (row.state === "WITHDRAWN" ? 0 : 1)];
      }),
    );
    expect(read).toEqual(this.poll.versions());
  }

  /** Whatever has happened: two nights later the hub holds what the vendors hold, and nobody's run is left open. */
  async end(): Promise<void> {
    for (const _ of [1, 2]) {
      nextMinute();
      await this.read(true);
    }
    await this.check();
    const held = Object.entries(this.poll.held()).flatMap(([id, { day, state }]) => (state === "WITHDRAWN" ? [] : [[id, day]]));
    expect(Object.fromEntries(held)).toEqual(Object.fromEntries([...this.poll.there].map(([id, { day }]) => [id, day])));
    expect(await hub.count("ops.sync_run", "connection_id = 'zqa-oh' and ended_at is null")).toBe(0);
  }
}

async function refusingCommits(table: string, work: () => Promise<void>): Promise<void> {
  await hub.rows(
    `create constraint trigger refuse after insert on ${table} deferrable initially deferred for each row execute function ops.refuse_commit()`,
  );
  try {
    await work();
  } finally {
    await hub.rows(`drop trigger refuse on ${table}`);
  }
}

/** Everything that was pushed is derived again from its raw records: there is nothing that it would change. */
async function replay(): Promise<void> {
  const ops = { ...hr("NHS"), role: "ops" as const, purposes: ["SERVICE_OPERATION"] };
  const input = { filter: { connection: "zqa-lms" }, reason: "a test" };
  const { planReplay } = await hub.ask(
    "mutation P($input: PlanReplayInput!) { planReplay(input: $input) { replay { id willChange } userErrors { code } } }",
    { input },
    ops,
  );
  if (!planReplay.replay) return;
  expect(planReplay.replay.willChange).toBe(0);
  await hub.ask(
    "mutation S($input: StartReplayInput!) { startReplay(input: $input) { replay { id } userErrors { code } } }",
    { input: { replay: planReplay.replay.id, reason: "a test" } },
    ops,
  );
  for (let left = 1; left > 0; ) left = await workReplays(hub.foundation.engine, hub.config.connections, "test");
}

test("any order of pushes, polls, late words, deletions, returns, replays and crashes gives the model's state, history and counts", async () => {
  let life = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 14 }), async (steps) => {
      life += 1;
      const one = new Life(`m${life}`);
      for (const it of steps) {
        await one.take(it);
        await one.check();
      }
      await one.end();
    }),
    {
      numRuns: runs,
      ...(seed === undefined ? {} : { seed }),
      ...(boundedMs === undefined ? {} : { interruptAfterTimeLimit: boundedMs }),
      // What is found is told as it was found; to make it smaller takes longer than anybody waits.
      endOnFailure: process.env.LANYARD_MODEL_RUNS === undefined,
    },
  );
}, 3_600_000);
