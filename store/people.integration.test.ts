import { claimToStore, pageToStore, recordToStore } from "../test/builders/pages";
import { type TestStore, testStore } from "../test/builders/store";
import type { BindingToStore } from "./store";

describe("people", () => {
  let test: TestStore;
  beforeAll(async () => {
    test = await testStore();
  });
  afterAll(() => test.drop());
  beforeEach(async () => {
    await test.rows(
      "truncate staff.staff_member, staff.source_person, learning.competence_award, staff.assignment, ops.sync_run, ops.page, ops.seen cascade",
    );
  });

  const binding = (sourcePersonId: string, staffMemberId?: string, more: Partial<BindingToStore> = {}): BindingToStore => ({
    sourcePersonId,
    staffMemberId,
    decision: staffMemberId ? "AUTOMATIC" : "CREATED",
    outcome: "MATCHED",
    score: undefined,
    reasons: [{ rule: "ni-number agrees" }],
    decidedBy: "hub",
    ...more,
  });
  const decide = (input: Partial<Parameters<TestStore["store"]["people"]["decide"]>[0]>) =>
    test.store.people.decide({ bindings: [], proposals: [], conflicts: [], unmatched: [], ...input });
  async function admit(connectionId: "zqa-esr" | "zqb-esr" | "zqa-lms", personKey: string, claim = {}): Promise<string> {
    const { lease } = await test.begin(connectionId);
    const system = connectionId === "zqa-lms" ? "lms" : "esr";
    const organisation = connectionId === "zqb-esr" ? "ZQB" : "ZQA";
    const { ids } = await test.store.pages.admitPeople({
      connectionId,
      lease,
      system,
      claims: [claimToStore(personKey, claim, { organisation })],
    });
    return ids.get(`${organisation}|${personKey}`)!;
  }
  async function esrPerson(personKey = "e1", claim = {}): Promise<{ id: string; staff: string }> {
    const id = await admit("zqa-esr", personKey, claim);
    await decide({ bindings: [binding(id)] });
    return { id, staff: (await test.store.people.forMatching([id]))[0]!.staffMemberId! };
  }
  async function record(sourceId: string) {
    const run = await test.begin("zqa-lms");
    return test.store.pages.apply(pageToStore({ ...run, records: [recordToStore(sourceId)], claims: [claimToStore("p1")] }));
  }
  const staffOfRecords = async () =>
    (await test.rows("select staff_member_id from learning.competence_award order by source_id")).map((row) => row.staff_member_id);

  it("creates staff members from ESR only, and once however often it is told", async () => {
    const { id, staff } = await esrPerson();
    await decide({ bindings: [binding(id)] });
    expect((await test.store.people.forMatching([id]))[0]!.staffMemberId).toBe(staff);
    expect(await test.store.countStaffMembers()).toBe(1);
    const other = await admit("zqa-lms", "p1");
    await expect(decide({ bindings: [binding(other)] })).rejects.toMatchObject({ code: "INTERNAL" });
  });

  it("binds a waiting record when its person appears, and a record of a bound person at once", async () => {
    expect((await record("a")).counts).toMatchObject({ waiting: 1, applied: 0 });
    expect((await record("a")).counts).toMatchObject({ waiting: 1, unchanged: 0 });
    const { id: esr, staff } = await esrPerson();
    const [waiting] = await test.store.people.waitingFor([esr], undefined, 10);
    await decide({ bindings: [binding(waiting!, staff)] });
    expect(await staffOfRecords()).toEqual([staff]);
    expect((await record("a")).counts).toMatchObject({ waiting: 0, unchanged: 1 });
    expect((await record("b")).counts).toMatchObject({ waiting: 0, applied: 1 });
    expect(await staffOfRecords()).toEqual([staff, staff]);
  });

  it("leaves no record behind when somebody is bound while a page of theirs is being written", async () => {
    const { staff } = await esrPerson();
    const person = await admit("zqa-lms", "p1");
    for (let round = 0; round < 5; round++) {
      const run = await test.begin("zqa-lms");
      const records = Array.from({ length: 50 }, (_, n) => recordToStore(`${round}-${n}`));
      await Promise.all([
        test.store.pages.apply(pageToStore({ ...run, records, claims: [claimToStore("p1")] })),
        round % 2 === 0
          ? decide({ bindings: [binding(person, staff, { decision: "PERSON" })] })
          : test.store.people.unlink(person, "hr", "test"),
      ]);
      expect(new Set(await staffOfRecords())).toEqual(new Set([round % 2 === 0 ? staff : null]));
    }
  });

  it("gives way to pages that wait for one another, instead of standing between them (D7)", async () => {
    const { staff } = await esrPerson();
    const person = await admit("zqa-lms", "p1");
    const run = await test.begin("zqa-lms");
    const apply = (sourceId: string, after?: Promise<unknown>) =>
      test.store.pages.apply(pageToStore({ ...run, records: [recordToStore(sourceId)], claims: [claimToStore("p1")] }), after);
    let open: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    const later = apply("later", gate);
    const deciding = decide({ bindings: [binding(person, staff)] });
    const earlier = apply("earlier");
    await earlier;
    open();
    await Promise.all([later, deciding]);
    expect(await staffOfRecords()).toEqual([staff, staff]);
  });

  it("unlinks back to waiting, remembers it against every rule, and obeys a person who changes their mind", async () => {
    await record("a");
    const { id: esr, staff } = await esrPerson();
    const [person] = await test.store.people.waitingFor([esr], undefined, 10);
    await decide({ bindings: [binding(person!, staff)] });
    await test.store.people.unlink(person!, "hr@zqa", "not the same person");
    expect(await staffOfRecords()).toEqual([null]);
    expect(await test.store.people.forbidden([person!])).toEqual([{ sourcePersonId: person, staffMemberId: staff }]);
    await decide({ bindings: [binding(person!, staff)] });
    expect(await staffOfRecords()).toEqual([null]);
    await decide({ bindings: [binding(person!, staff, { decision: "PERSON" })] });
    expect(await staffOfRecords()).toEqual([staff]);
    expect(await test.store.people.forbidden([person!])).toEqual([]);
  });

  it("unlinks back to the earlier match where there was one", async () => {
    await record("a");
    const first = await esrPerson("e1");
    const second = await esrPerson("e2");
    const [person] = await test.store.people.waitingFor([first.id], undefined, 10);
    await decide({ bindings: [binding(person!, first.staff)] });
    await decide({ bindings: [binding(person!, second.staff)] });
    expect(await staffOfRecords()).toEqual([second.staff]);
    await test.store.people.unlink(person!, "hr", "wrong");
    expect(await staffOfRecords()).toEqual([first.staff]);
    const history = await test.rows(
      "select staff_member_id, to_at is null as open from staff.binding where source_person_id = $1 order by from_at",
      [person],
    );
    expect(history.map((row) => [row.staff_member_id, row.open])).toEqual([
      [first.staff, false],
      [second.staff, false],
      [first.staff, true],
    ]);
  });

  it("keeps proposals until somebody decides, and forgets those that a later look no longer makes", async () => {
    const one = await esrPerson("e1");
    const two = await esrPerson("e2");
    const person = await admit("zqa-lms", "p1");
    const proposal = (staffMemberId: string) => ({
      sourcePersonId: person,
      staffMemberId,
      outcome: "NAME_NOT_NI" as const,
      score: 0.7,
      reasons: [],
    });
    await decide({ proposals: [proposal(one.staff), proposal(two.staff)] });
    const [listed] = await test.store.listMatches({ organisations: ["ZQA"], state: "PROPOSED" });
    expect(listed!.proposals).toHaveLength(2);
    expect(await test.store.listMatches({ organisations: ["ZQB"] })).toEqual([]);
    await test.store.people.refuse(person, one.staff, "hr", "no");
    await decide({ proposals: [proposal(one.staff), proposal(two.staff)] });
    expect((await test.store.listMatches({ organisations: ["ZQA"] }))[0]!.proposals.map((p) => p.staffMemberId)).toEqual([two.staff]);
    await decide({ unmatched: [person] });
    expect((await test.store.listMatches({ organisations: ["ZQA"] }))[0]).toMatchObject({ state: "UNBOUND", proposals: [] });
    await decide({ conflicts: [{ sourcePersonId: person, reasons: [{ rule: "employee number of two people" }] }] });
    expect((await test.store.listProblems({ organisations: ["ZQA"] })).map((problem) => [problem.code, problem.detail.why])).toContainEqual(
      ["IDENTITY_CONFLICT", "employee number of two people"],
    );
  });

  it("finds candidates by match key and by identifier, NI numbers blind and encrypted, numbers only where they mean something", async () => {
    const esr = await esrPerson("e1", {
      familyName: "Other",
      identifiers: [
        { scheme: "NI_NUMBER", value: "AB 12 34 56 C" },
        { scheme: "ESR_EMPLOYEE_NUMBER", value: "100" },
      ],
    });
    const byNi = await admit("zqa-lms", "p1", { identifiers: [{ scheme: "NI_NUMBER", value: "ab123456c" }] });
    const byNumber = await admit("zqa-lms", "p2", { familyName: "Third", identifiers: [{ scheme: "ESR_EMPLOYEE_NUMBER", value: "100" }] });
    const elsewhere = await admit("zqb-esr", "e9", {
      familyName: "Fourth",
      identifiers: [{ scheme: "ESR_EMPLOYEE_NUMBER", value: "100" }],
    });
    const idsOf = async (id: string) => (await test.store.people.candidates([id])).map((one) => one.id);
    expect(await idsOf(byNi)).toEqual([esr.id]);
    expect(await idsOf(byNumber)).toEqual([esr.id]);
    expect(await idsOf(elsewhere)).toEqual([]);
    const [ni] = await test.rows("select value, value_index, encrypted from staff.identifier where scheme = 'NI_NUMBER'");
    expect(ni!.value).toBeNull();
    expect(JSON.stringify([ni!.value_index, ni!.encrypted.toString("latin1")])).not.toContain("AB123456C");
    const [a, b] = await test.store.people.forMatching([esr.id, byNi].sort());
    const niOf = (one: typeof a) => one!.identifiers.find((identifier) => identifier.scheme === "NI_NUMBER")!.value;
    expect(niOf(a)).toBe(niOf(b));
  });

  it("asks for matching again when a claim has changed, also after a crash in between", async () => {
    const person = await admit("zqa-lms", "p1");
    expect(await test.store.people.dueForMatching(undefined, 10)).toEqual([person]);
    await decide({ unmatched: [person] });
    expect(await test.store.people.dueForMatching(undefined, 10)).toEqual([]);
    const { lease } = await test.begin("zqa-lms");
    const say = (claim: object) =>
      test.store.pages.admitPeople({ connectionId: "zqa-lms", lease, system: "lms", claims: [claimToStore("p1", claim)] });
    expect((await say({})).toMatch).toEqual([]);
    expect((await say({ familyName: "Married" })).toMatch).toEqual([person]);
    expect(await test.store.people.dueForMatching(undefined, 10)).toEqual([person]);
    expect((await test.store.people.forMatching([person]))[0]).toMatchObject({ familyName: "Married", givenName: "Asha" });
  });

  it("lists the staff to ask a vendor about: bound, engaged here, in stable order, with what is known", async () => {
    const { id, staff } = await esrPerson("e1");
    const run = await test.begin("zqa-esr");
    const ended = recordToStore("old", { kind: "assignment", personKey: "e1", facts: { endsOn: "2020-01-01" } });
    await test.store.pages.apply(pageToStore({ ...run, system: "esr", records: [ended] }));
    expect(await test.store.people.staff(["ZQA"], "zqa-lms", undefined, 10)).toEqual([]);
    await test.store.pages.apply(
      pageToStore({ ...run, system: "esr", records: [recordToStore("now", { kind: "assignment", personKey: "e1" })] }),
    );
    const expected = {
      staffKey: staff,
      given: "Asha",
      family: "Bright",
      birthDate: "1990-02-03",
      esrPersonId: "e1",
      knownSourceId: undefined,
    };
    expect(await test.store.people.staff(["ZQA"], "zqa-lms", undefined, 10)).toEqual([expected]);
    expect(await test.store.people.staff(["ZQB"], "zqa-lms", undefined, 10)).toEqual([]);
    expect(await test.store.people.staff(["ZQA"], "zqa-lms", staff, 10)).toEqual([]);
    const lms = await admit("zqa-lms", "p1");
    await decide({ bindings: [binding(lms, staff)] });
    expect((await test.store.people.staff(["ZQA"], "zqa-lms", undefined, 10))[0]!.knownSourceId).toBe("p1");
    expect(await test.store.show(id)).toMatchObject({ is: "source-person", records: { assignment: 2 } });
    expect(await test.store.show(staff)).toMatchObject({ is: "staff-member" });
  });
});
