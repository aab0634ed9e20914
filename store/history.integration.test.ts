/**
 * History against a model that could be written on a napkin: a record is a list of moments, each with what was in force after
 * it. Whatever comes in whatever order, the current state and every earlier one are the model's.
 */
import fc from "fast-check";
import { claimToStore, pageToStore, recordToStore } from "../test/builders/pages";
import { type TestStore, testStore } from "../test/builders/store";
import { readPartAsOf, versionReader } from "./read/as-of";
import { readPart } from "./read/part";
import { learningAsOf, learningPart } from "./read/parts";

let test: TestStore;
let run: { connectionId: string; lease: string; runId: string };
let staff: string;
beforeAll(async () => {
  test = await testStore();
  const esr = await test.begin("zqa-esr");
  const claim = claimToStore("p1", { identifiers: [{ scheme: "ESR_EMPLOYEE_NUMBER", value: "10001" }] });
  const admit = async (of: { connectionId: string; lease: string }, system: "esr" | "lms") =>
    [...(await test.store.pages.admitPeople({ connectionId: of.connectionId, lease: of.lease, system, claims: [claim] })).ids.values()][0]!;
  await bind(await admit(esr, "esr"), undefined);
  staff = (await test.rows("select id from staff.staff_member"))[0]!.id;
  run = await test.begin();
  await bind(await admit(run, "lms"), staff);
});
afterAll(() => test.drop());

async function bind(sourcePersonId: string, staffMemberId: string | undefined): Promise<void> {
  const binding = { sourcePersonId, staffMemberId, score: undefined, reasons: [{ rule: "test" }], decidedBy: "test" };
  const decision = staffMemberId ? ("AUTOMATIC" as const) : ("CREATED" as const);
  await test.store.people.decide({ bindings: [{ ...binding, decision, outcome: "MATCHED" }], proposals: [], conflicts: [], unmatched: [] });
}

/** What the record of a source id said: undefined is not there (withdrawn, or not yet). */
type Told = string | undefined;
const openings = () => [{ staffMember: staff, controllerOrg: "ZQA", label: "R3" as const }];
const scope = () => [{ staffMember: staff, controllerOrg: "ZQA", kinds: ["competence-award", "achievement"] }];
const namesOf = (rows: readonly any[], sourceIds: ReadonlyMap<string, string>): Record<string, Told> =>
  Object.fromEntries(
    (rows[0]?.["competence-award"] ?? [])
      .filter((it: any) => it.sourceState !== "WITHDRAWN")
      .map((it: any) => [sourceIds.get(it.id), it.name]),
  );

async function idsToKeys(prefix: string): Promise<ReadonlyMap<string, string>> {
  const rows = await test.rows("select id, source_id from learning.competence_award where source_id like $1", [`${prefix}%`]);
  return new Map(rows.map((row) => [row.id, row.source_id]));
}
async function current(prefix: string): Promise<Record<string, Told>> {
  const rows = await test.store.withPrincipal({ requestId: "t", scope: scope() }, (client) =>
    readPart<any>(client, learningPart, openings(), "2026-11-22"),
  );
  return only(namesOf(rows, await idsToKeys(prefix)));
}
async function asOf(prefix: string, at: Date): Promise<Record<string, Told>> {
  const rows = await test.store.withPrincipal({ requestId: "t", scope: scope() }, (client) =>
    readPartAsOf<any>(client, learningAsOf, openings(), { at, day: "2026-11-22" }),
  );
  return only(namesOf(await versionReader(test.store.sealer).open(rows, learningAsOf.kinds), await idsToKeys(prefix)));
}
const only = (told: Record<string, Told>) => Object.fromEntries(Object.entries(told).filter(([key]) => key !== "undefined"));
const instant = async (): Promise<Date> => {
  // An instant has milliseconds here and microseconds there: the next step must not share this one's, by the database's own clock.
  const { rows } = await test.store.pool.query("select clock_timestamp() as at, pg_sleep(0.003)");
  return new Date(rows[0].at.getTime() + 1);
};

interface Step {
  readonly key: number;
  readonly version: number;
  readonly what: "put" | "withdraw" | "missing";
  readonly name: string;
}
const step: fc.Arbitrary<Step> = fc.record({
  key: fc.integer({ min: 0, max: 1 }),
  version: fc.integer({ min: 1, max: 6 }),
  what: fc.constantFrom("put", "put", "put", "withdraw", "missing"),
  name: fc.constantFrom("A", "B", "C"),
});

/** One word on each version of each key: vendors do not say two things under one version. */
const steps = fc.array(step, { minLength: 2, maxLength: 10 }).map((all) => {
  const said = new Map<string, Step>();
  return all.map((it) => {
    if (it.what === "missing") return it;
    const first = said.get(`${it.key}.${it.version}`) ?? it;
    said.set(`${it.key}.${it.version}`, first);
    return first;
  });
});

it("V16: puts, late puts, withdrawals, late withdrawals and returns in any order give the model's state, now and as of every step", async () => {
  let round = 0;
  await fc.assert(
    fc.asyncProperty(steps, async (all) => {
      round += 1;
      const prefix = `r${round}-`;
      const keyOf = (it: Step) => `${prefix}${it.key}`;
      const model = new Map<string, { version: number; name: string | undefined }>();
      const moments: { at: Date; told: Record<string, Told> }[] = [{ at: await instant(), told: {} }];
      for (const it of all) {
        const before = model.get(keyOf(it));
        if (it.what === "missing") {
          // A snapshot that no longer lists it, of a source whose absence says nothing: flagged, in force.
          await test.rows(
            "update learning.competence_award set source_state = 'NOT_AT_SOURCE', known_from = nextval('ops.knowing') where source_id = $1 and source_state = 'IN_FORCE'",
            [keyOf(it)],
          );
        } else {
          const withdrawn = it.what === "withdraw";
          const changedAt = `2026-0${it.version}-01T00:00:00Z`;
          const record = recordToStore(keyOf(it), { withdrawn, changedAt, ...(withdrawn ? {} : { facts: { name: it.name } }) });
          const stored = await test.store.pages.apply(pageToStore({ ...run, records: [record] }));
          // The statement would refuse it too: what the vendor hears must be right by itself.
          if (before && it.version < before.version) expect(stored.counts.applied).toBe(0);
          if (!before || it.version > before.version) model.set(keyOf(it), { version: it.version, name: withdrawn ? undefined : it.name });
        }
        const told = Object.fromEntries([...model].flatMap(([key, { name }]) => (name === undefined ? [] : [[key, name]])));
        moments.push({ at: await instant(), told });
      }
      expect(await current(prefix)).toEqual(moments.at(-1)!.told);
      for (const { at, told } of moments) expect(await asOf(prefix, at)).toEqual(told);
      await everyVersionIsKept(prefix, all);
    }),
    { numRuns: 40 },
  );
}, 120_000);

/** Every put that was ever told is in force or in history, once. */
async function everyVersionIsKept(prefix: string, all: readonly Step[]): Promise<void> {
  const told = new Set(all.flatMap(({ key, version, what, name }) => (what === "put" ? [`${prefix}${key} ${version} ${name}`] : [])));
  const keys = new Map([
    ...(await idsToKeys(prefix)),
    ...(await test.rows("select id, source_id from ops.tombstone where source_id like $1", [`${prefix}%`])).map((row): [string, string] => [
      row.id,
      row.source_id,
    ]),
  ]);
  const kept = new Set<string>();
  const monthOf = (version: string) => Number(version.slice(5, 7));
  for (const row of await test.rows(
    "select source_id, name, source_version, source_state from learning.competence_award where source_id like $1",
    [`${prefix}%`],
  ))
    if (row.source_state !== "WITHDRAWN") kept.add(`${row.source_id} ${monthOf(row.source_version)} ${row.name}`);
  for (const row of await test.rows("select * from ops.record_version where record_id = any($1::uuid[])", [[...keys.keys()]])) {
    if (row.source_state === "WITHDRAWN") continue;
    const facts = await test.store.sealer.open(row.key_org, row.key_version, row.facts, `record-version:${row.kind}:${row.record_id}`);
    kept.add(`${keys.get(row.record_id)} ${monthOf(row.source_version)} ${JSON.parse(facts.toString()).name}`);
  }
  // Equal facts under several versions are one version that was confirmed: any of them stands for all.
  const facts = (it: string) => it.replace(/ \d+ /, " ");
  expect([...told].filter((it) => !kept.has(it) && ![...kept].some((other) => facts(other) === facts(it)))).toEqual([]);
}

it("what is bound later was not there before, and what is unlinked was never theirs", async () => {
  const before = await instant();
  await test.store.pages.apply(
    pageToStore({ ...run, records: [recordToStore("late-bound", { personKey: "p2", changedAt: "2026-01-01T00:00:00Z" })] }),
  );
  const arrived = await instant();
  expect(await asOf("late-bound", arrived)).toEqual({});
  const [{ id }] = (await test.rows("select id from staff.source_person where source_key = 'p2'")) as [{ id: string }];
  await bind(id, staff);
  const bound = await instant();
  expect(await asOf("late-bound", bound)).toEqual({ "late-bound": "Fire Safety" });
  expect(await asOf("late-bound", arrived)).toEqual({});
  expect(await asOf("late-bound", before)).toEqual({});
  await test.store.people.unlink(id, "test", "somebody else");
  expect(await asOf("late-bound", bound)).toEqual({});
});

it("a withdrawal that comes before its record is remembered: the older record loses, a newer one revives it under one id", async () => {
  const key = "never-seen";
  const apply = async (options: Parameters<typeof recordToStore>[1]) =>
    (await test.store.pages.apply(pageToStore({ ...run, records: [recordToStore(key, options)] }))).counts;
  await apply({ withdrawn: true, changedAt: "2026-03-01T00:00:00Z" });
  expect(await apply({ changedAt: "2026-02-01T00:00:00Z" })).toMatchObject({ applied: 0, superseded: 1 });
  expect(await current(key)).toEqual({});
  expect(await apply({ withdrawn: true, changedAt: "2026-03-01T00:00:00Z" })).toMatchObject({ unchanged: 1 });
  expect(await apply({ changedAt: "2026-04-01T00:00:00Z" })).toMatchObject({ applied: 1 });
  expect(await current(key)).toEqual({ [key]: "Fire Safety" });
  const versions = await test.rows(
    "select why from ops.record_version where record_id = (select id from learning.competence_award where source_id = $1)",
    [key],
  );
  expect(versions).toEqual([{ why: "LATE" }]);
});

it("an older version that comes late is kept even where its facts are those of another version", async () => {
  const put = (version: number, name: string) =>
    test.store.pages.apply(
      pageToStore({ ...run, records: [recordToStore("aba", { changedAt: `2026-0${version}-01T00:00:00Z`, facts: { name } })] }),
    );
  await put(1, "A");
  await put(5, "B");
  await put(3, "A");
  await put(3, "A");
  const rows = await test.rows(
    "select why, left(source_version, 7) as month from ops.record_version where record_id = (select id from learning.competence_award where source_id = 'aba') order by 2",
  );
  expect(rows).toEqual([
    { why: "SUPERSEDED", month: "2026-01" },
    { why: "LATE", month: "2026-03" },
  ]);
});

it("the order of knowing is one order over all sessions", async () => {
  const [{ cache_size }] = (await test.rows(
    "select cache_size::int from pg_sequences where schemaname = 'ops' and sequencename = 'knowing'",
  )) as [any];
  expect(cache_size).toBe(1);
});
