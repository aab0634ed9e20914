import { createPool } from "../platform/database";
import { claimToStore, pageToStore, recordToStore } from "../test/builders/pages";
import { type TestStore, testStore } from "../test/builders/store";

describe("applying pages", () => {
  let test: TestStore;
  beforeAll(async () => {
    test = await testStore();
  });
  afterAll(() => test.drop());
  beforeEach(async () => {
    await test.rows(`truncate staff.staff_member, staff.source_person, learning.competence_award, learning.achievement, staff.assignment, oh.immunisation,
      staff.position, ops.sync_run, ops.page, ops.seen, ops.raw_page, ops.record_version, ops.refused, ops.page_digest, ops.held_absence cascade`);
  });

  const stored = () => test.rows("select * from learning.competence_award order by source_id, valid_from nulls first");
  const history = () => test.rows("select * from ops.record_version order by known_to");
  const none = { applied: 0, unchanged: 0, superseded: 0, waiting: 0, refused: 0 };

  async function bindEverybody(): Promise<void> {
    const ids = (await test.rows("select id from staff.source_person where staff_member_id is null")).map((row) => row.id);
    await test.rows("update staff.source_person set system = 'esr' where id = any($1)", [ids]);
    await test.store.people.decide({
      bindings: ids.map((sourcePersonId) => ({
        sourcePersonId,
        staffMemberId: undefined,
        decision: "CREATED" as const,
        outcome: "MATCHED" as const,
        score: undefined,
        reasons: [],
        decidedBy: "test",
      })),
      proposals: [],
      conflicts: [],
      unmatched: [],
    });
  }
  async function boundPerson(): Promise<void> {
    const run = await test.begin();
    await test.store.pages.apply(pageToStore({ ...run, claims: [claimToStore("p1")] }));
    await bindEverybody();
  }

  it("stores records once, says whom to match, and keeps the checkpoint and the raw of what changed", async () => {
    const run = await test.begin();
    const page = pageToStore({
      ...run,
      records: [recordToStore("a"), recordToStore("b")],
      claims: [claimToStore("p1")],
      checkpoint: { next: 2 },
    });
    const { counts, toMatch } = await test.store.pages.apply(page);
    expect(counts).toEqual({ rawIn: 2, yielding: 2, ignored: 0, refusedRaw: 0, ...none, waiting: 2 });
    expect(toMatch).toHaveLength(1);
    const rows = await stored();
    expect(rows.map((row) => [row.source_id, row.competence, row.awarded_on, row.source_state])).toEqual([
      ["a", "CSTF|Fire Safety|1", "2026-01-10", "IN_FORCE"],
      ["b", "CSTF|Fire Safety|1", "2026-01-10", "IN_FORCE"],
    ]);
    expect(await test.store.pages.raw(rows[0]!.raw_page_id)).toEqual([
      [0, { id: "a" }],
      [1, { id: "b" }],
    ]);
    expect((await test.rows("select checkpoint from ops.connection where id = 'zqa-lms'"))[0]!.checkpoint).toEqual({ next: 2 });
  });

  it("writes nothing into record and raw tables for unchanged records", async () => {
    await boundPerson();
    const run = await test.begin();
    const records = [recordToStore("a"), recordToStore("b")];
    await test.store.pages.apply(pageToStore({ ...run, records, claims: [claimToStore("p1")] }));
    const before = await test.rows("select xmin, ctid, id from learning.competence_award order by id");
    const again = records.map((record) => recordToStore(record.sourceId, { readAt: "2026-11-02T10:00:00Z" }));
    const { counts, toMatch } = await test.store.pages.apply(pageToStore({ ...run, records: again, claims: [claimToStore("p1")] }));
    expect(counts).toMatchObject({ ...none, unchanged: 2 });
    expect(toMatch).toEqual([]);
    expect(await test.rows("select xmin, ctid, id from learning.competence_award order by id")).toEqual(before);
    expect(await test.rows("select 1 from ops.raw_page")).toHaveLength(1);
    expect(await history()).toHaveLength(0);
  });

  it("recognises again what it stored, whatever characters, segments and organisations it holds", async () => {
    await boundPerson();
    await test.rows("update ops.connection set organisations = '{ZQA,ZQB}' where id = 'zqa-lms'");
    const run = await test.begin();
    const page = (readAt: string) =>
      pageToStore({
        ...run,
        records: [
          ...["null", "a,b", 'quote " backslash \\', "{}", " space ", "tab\tline\nend"].map((id) =>
            recordToStore(id, { readAt, facts: { name: `${id} \\N` } }),
          ),
          recordToStore("other trust", { readAt, organisation: "ZQB" }),
          recordToStore("segments", { readAt, validFrom: "2026-01-01", validTo: "2026-05-31" }),
          recordToStore("segments", { readAt, validFrom: "2026-06-01" }),
          recordToStore("x", { readAt, kind: "immunisation", facts: { diseases: ["a,b", 'c"d', "e\\f"] } }),
        ],
        claims: [claimToStore("p1"), claimToStore("p1", {}, { organisation: "ZQB" })],
      });
    const first = await test.store.pages.apply(page("2026-11-01T10:00:00Z"));
    expect(first.counts).toMatchObject({ ...none, applied: 9, waiting: 1 });
    expect((await stored()).map((row) => [row.source_id, row.name])).toContainEqual(["tab\tline\nend", "tab\tline\nend \\N"]);
    expect((await test.rows("select diseases from oh.immunisation"))[0]!.diseases).toEqual(["a,b", 'c"d', "e\\f"]);
    const before = await test.rows("select xmin, ctid, id from learning.competence_award order by id");
    const again = await test.store.pages.apply(page("2026-11-02T10:00:00Z"));
    expect(again.counts).toMatchObject({ ...none, unchanged: 9, waiting: 1 });
    expect(await test.rows("select xmin, ctid, id from learning.competence_award order by id")).toEqual(before);
    const seen = await test.rows(
      "select ids from ops.seen where page_ordinal > 0 and kind = 'competence-award' order by page_ordinal desc limit 2",
    );
    expect([...seen[0]!.ids].sort()).toEqual([...seen[1]!.ids].sort());
    await test.rows("update ops.connection set organisations = '{ZQA}' where id = 'zqa-lms'");
  });

  it("is refused by the database itself for an organisation that is not the connection's", async () => {
    await boundPerson();
    const run = await test.begin();
    const people = pageToStore({ ...run, records: [], claims: [claimToStore("p9", {}, { organisation: "ZQB" })] });
    await expect(test.store.pages.apply(people)).rejects.toMatchObject({ code: "42501" });
    const award = pageToStore({ ...run, records: [recordToStore("b", { organisation: "ZQA" })], claims: [claimToStore("p1")] });
    await test.rows("update ops.connection set organisations = '{ZQB}' where id = 'zqa-lms'");
    await expect(test.store.pages.apply(award)).rejects.toMatchObject({ code: "42501" });
    await test.rows("update ops.connection set organisations = '{ZQA}' where id = 'zqa-lms'");
    expect((await test.store.pages.apply(award)).counts).toMatchObject({ applied: 1 });
  });

  it("reads again when another writer stores a key between its reading and its writing", async () => {
    await boundPerson();
    const run = await test.begin();
    const person = (await test.rows("select id from staff.source_person"))[0]!.id;
    const administrator = createPool({ url: test.url, max: 1, applicationName: "lanyard-test" });
    const other = await administrator.connect();
    try {
      await other.query("begin");
      await other.query(
        `insert into learning.competence_award (id, controller_org, source_person_id, connection_id, source_id, content_hash, source_version, derivation_version,
           provenance_id, competence, awarded_on)
         values (gen_random_uuid(), 'ZQA', $1, 'zqa-lms', 'a', gen_random_uuid(), '-|-|2026-10-01T00:00:00.000000000Z', 'other/1', 1, 'x', '2026-01-01')`,
        [person],
      );
      const applied = test.store.pages.apply(pageToStore({ ...run, records: [recordToStore("a")] }));
      for (;;) {
        const { rows } = await other.query(
          "select 1 from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()",
        );
        if (rows.length > 0) break;
      }
      await other.query("commit");
      expect((await applied).counts).toMatchObject({ ...none, applied: 1 });
      expect((await stored()).map((row) => row.competence)).toEqual(["CSTF|Fire Safety|1"]);
      expect((await history()).map((row) => row.why)).toEqual(["SUPERSEDED"]);
    } finally {
      other.release();
      await administrator.end();
    }
  });

  it("replaces facts by a newer version and keeps the old ones, encrypted", async () => {
    await boundPerson();
    const run = await test.begin();
    await test.store.pages.apply(pageToStore({ ...run, records: [recordToStore("a", { facts: { name: "Old title" } })] }));
    const newer = recordToStore("a", { facts: { name: "New title" }, readAt: "2026-11-02T10:00:00Z" });
    const { counts } = await test.store.pages.apply(pageToStore({ ...run, records: [newer] }));
    expect(counts).toMatchObject({ ...none, applied: 1 });
    const [row] = await stored();
    expect(row!.name).toBe("New title");
    const [old] = await history();
    expect(old).toMatchObject({ why: "SUPERSEDED", record_id: row!.id, source_state: "IN_FORCE" });
    expect(old!.facts.toString("latin1")).not.toContain("Old title");
    const facts = await test.store.sealer.open("ZQA", old!.key_version, old!.facts, `record-version:competence-award:${row!.id}`);
    expect(JSON.parse(facts.toString())).toMatchObject({ name: "Old title" });
  });

  it("lets an older version that arrives late lose, once into history (I4, V16)", async () => {
    await boundPerson();
    const run = await test.begin();
    await test.store.pages.apply(
      pageToStore({ ...run, records: [recordToStore("a", { facts: { name: "2" }, changedAt: "2026-10-02T00:00:00Z" })] }),
    );
    for (const readAt of ["2026-11-03T00:00:00Z", "2026-11-04T00:00:00Z"]) {
      const late = recordToStore("a", { facts: { name: "1" }, changedAt: "2026-10-01T00:00:00Z", readAt });
      const { counts } = await test.store.pages.apply(pageToStore({ ...run, records: [late] }));
      expect(counts).toMatchObject({ ...none, superseded: 1 });
    }
    expect((await stored())[0]!.name).toBe("2");
    expect((await history()).map((row) => row.why)).toEqual(["LATE"]);
  });

  it("withdraws every segment, lets what is older than the withdrawal lose, and takes back what is newer", async () => {
    await boundPerson();
    const run = await test.begin();
    const segment = (validFrom: string, sequence: number, facts = {}) => recordToStore("a", { validFrom, sequence, facts });
    await test.store.pages.apply(pageToStore({ ...run, records: [segment("2026-01-01", 1), segment("2026-06-01", 2)] }));
    const withdrawal = recordToStore("a", { withdrawn: true, sequence: 5 });
    expect((await test.store.pages.apply(pageToStore({ ...run, records: [withdrawal] }))).counts).toMatchObject({ ...none, applied: 1 });
    expect((await stored()).map((row) => row.source_state)).toEqual(["WITHDRAWN", "WITHDRAWN"]);
    expect((await history()).map((row) => row.why)).toEqual(["WITHDRAWN", "WITHDRAWN"]);
    expect((await test.store.pages.apply(pageToStore({ ...run, records: [withdrawal] }))).counts).toMatchObject({ ...none, unchanged: 1 });
    const late = [segment("2026-01-01", 3, { name: "late" }), segment("2026-09-01", 4)];
    expect((await test.store.pages.apply(pageToStore({ ...run, records: late }))).counts).toMatchObject({ ...none, superseded: 2 });
    expect((await stored()).map((row) => row.source_state)).toEqual(["WITHDRAWN", "WITHDRAWN"]);
    const back = [segment("2026-01-01", 6)];
    expect((await test.store.pages.apply(pageToStore({ ...run, records: back }))).counts).toMatchObject({ ...none, applied: 1 });
    expect((await stored()).map((row) => row.source_state)).toEqual(["IN_FORCE", "WITHDRAWN"]);
    const unknown = recordToStore("never", { withdrawn: true });
    expect((await test.store.pages.apply(pageToStore({ ...run, records: [unknown] }))).counts).toMatchObject({ ...none, superseded: 1 });
  });

  it("takes the later of two versions of one key in one page", async () => {
    await boundPerson();
    const run = await test.begin();
    const records = [recordToStore("a", { sequence: 2, facts: { name: "2" } }), recordToStore("a", { sequence: 1, facts: { name: "1" } })];
    expect((await test.store.pages.apply(pageToStore({ ...run, records }))).counts).toMatchObject({ ...none, applied: 1, superseded: 1 });
    expect((await stored()).map((row) => row.name)).toEqual(["2"]);
    expect((await history()).map((row) => row.why)).toEqual(["LATE"]);
  });

  it("keeps a record whose key now names another person, and refuses the change (I3, V17)", async () => {
    await boundPerson();
    const run = await test.begin();
    await test.store.pages.apply(pageToStore({ ...run, records: [recordToStore("a")] }));
    const other = recordToStore("a", { personKey: "p2", facts: { name: "other" }, readAt: "2026-11-05T00:00:00Z" });
    expect((await test.store.pages.apply(pageToStore({ ...run, records: [other] }))).counts).toMatchObject({ ...none, refused: 1 });
    expect((await stored())[0]!.name).toBe("Fire Safety");
    expect(await test.rows("select code, source_id from ops.refused where resolved_at is null")).toEqual([
      { code: "IDENTITY_CONFLICT", source_id: "a" },
    ]);
    await test.store.pages.apply(pageToStore({ ...run, records: [recordToStore("a")] }));
    expect(await test.rows("select 1 from ops.refused where resolved_at is null")).toEqual([]);
  });

  it("fails the commit of a worker whose lease has moved on (I7, Q2)", async () => {
    const zombie = await test.begin();
    await test.rows("update ops.connection set lease_until = now() - interval '1 minute' where id = 'zqa-lms'");
    let release: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    const frozen = test.store.pages.apply(pageToStore({ ...zombie, records: [recordToStore("z")], claims: [claimToStore("p1")] }), gate);
    await test.store.connections.lease("zqa-lms", "other", 60);
    release();
    await expect(frozen).rejects.toMatchObject({ code: "LEASE_LOST", class: "internal" });
    expect(await stored()).toEqual([]);
    await expect(test.store.connections.renew("zqa-lms", zombie.lease, 60)).rejects.toMatchObject({ code: "LEASE_LOST" });
    await test.rows("update ops.connection set lease_until = null, lease_holder = null where id = 'zqa-lms'");
  });

  it("stores nothing of a page whose counts do not close (I8)", async () => {
    const run = await test.begin();
    const page = pageToStore({ ...run, records: [recordToStore("a")], counts: { rawIn: 3, yielding: 1, ignored: 1, refusedRaw: 0 } });
    await expect(test.store.pages.apply(page)).rejects.toMatchObject({ code: "COUNTS_DO_NOT_CLOSE" });
    expect(await stored()).toEqual([]);
  });

  it("commits pages that overlap in time in their order, and none after one that failed", async () => {
    const run = await test.begin();
    const pages = [1, 2, 3, 4].map((n) =>
      pageToStore({
        ...run,
        ordinal: 10_000 + n,
        checkpoint: { n },
        records: [recordToStore(`${n}`), recordToStore("same", { sequence: n, facts: { name: `${n}` } })],
        claims: [claimToStore("p1")],
      }),
    );
    let last: Promise<unknown> = Promise.resolve();
    const all = pages.map((page) => {
      const previous = last;
      const mine = test.store.pages.apply(page, previous);
      last = mine;
      return mine;
    });
    await Promise.all(all);
    expect((await stored()).map((row) => [row.source_id, row.name])).toContainEqual(["same", "4"]);
    expect((await test.rows("select checkpoint from ops.connection where id = 'zqa-lms'"))[0]!.checkpoint).toEqual({ n: 4 });
    const after = test.store.pages.apply(
      pageToStore({ ...run, records: [recordToStore("x")] }),
      Promise.reject(new Error("the page before failed")),
    );
    await expect(after).rejects.toThrow("the page before failed");
    expect((await stored()).map((row) => row.source_id)).not.toContain("x");
  });

  it("answers a page whose commit succeeded unheard with what it did (D6)", async () => {
    await boundPerson();
    const run = await test.begin();
    const page = pageToStore({ ...run, records: [recordToStore("a")] });
    const first = await test.store.pages.apply(page);
    const second = await test.store.pages.apply(page);
    expect(second.counts).toEqual(first.counts);
    expect(await test.rows("select 1 from ops.page where data_set = 'completions' and records = 1")).toHaveLength(1);
  });

  it("recognises an identical page: counts again, seen again, bound people no longer waiting", async () => {
    const run = await test.begin();
    const digest = { key: "page=1", sha256: "ab" };
    const page = pageToStore({ ...run, records: [recordToStore("a"), recordToStore("b")], claims: [claimToStore("p1")], digest });
    expect((await test.store.pages.apply(page)).counts).toMatchObject({ waiting: 2 });
    expect(await test.store.pages.identicalPage("zqa-lms", "page=1", "ab", "test/1")).toEqual({ records: 2 });
    expect(await test.store.pages.identicalPage("zqa-lms", "page=1", "ab", "test/2")).toBeUndefined();
    expect(await test.store.pages.identicalPage("zqa-lms", "page=1", "cd", "test/1")).toBeUndefined();
    const same = () => pageToStore({ ...run, digest, identical: true });
    expect((await test.store.pages.apply(same())).counts).toMatchObject({ rawIn: 2, yielding: 2, ...none, waiting: 2 });
    await bindEverybody();
    expect((await test.store.pages.apply(same())).counts).toMatchObject({ rawIn: 2, yielding: 2, ...none, unchanged: 2 });
    expect((await test.rows("select cardinality(ids) as n from ops.seen")).map((row) => row.n)).toEqual([2, 2, 2]);
  });

  it("keeps refusals open until a good version of the same key arrives", async () => {
    const run = await test.begin();
    const refusal = {
      organisation: "ZQA",
      kind: "competence-award" as const,
      sourceId: "bad",
      code: "RECORD_INVALID",
      pointer: "/awardedOn",
      got: "number",
      expected: "date",
      rawOrdinal: 0,
    };
    expect((await test.store.pages.apply(pageToStore({ ...run, refusals: [refusal] }))).counts).toMatchObject({ ...none, refused: 1 });
    await test.store.pages.apply(pageToStore({ ...run, refusals: [refusal] }));
    const open = await test.rows("select source_id, first_seen_at < last_seen_at as again from ops.refused where resolved_at is null");
    expect(open).toEqual([{ source_id: "bad", again: true }]);
    await test.store.pages.apply(pageToStore({ ...run, records: [recordToStore("bad")] }));
    expect(await test.rows("select 1 from ops.refused where resolved_at is null")).toEqual([]);
  });
});
