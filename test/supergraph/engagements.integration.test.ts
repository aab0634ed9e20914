/** Engagements by the graph, over two processes' pools: what HR states of them, and what the person answers when a record is to move with one. */
import type { Principal } from "../../access/principal";
import type { Gateway } from "../../gateway/gateway";
import { admin, asking, codeOf, hr, oh, self } from "./callers";
import { type Cast, createWorld, populate, type World } from "./world";

let world: World;
let cast: Cast;
let here: Gateway;
let elsewhere: Gateway;

beforeAll(async () => {
  world = await createWorld();
  cast = await populate(world);
  here = await world.gateway();
  elsewhere = await world.elsewhere();
});
afterAll(() => world?.close());
afterEach(async () => {
  for (const table of ["transfer_answer", "engagement"]) await world.sql(`delete from movement.${table}`);
});

const ask = asking(() => here);

describe("an engagement that HR states", () => {
  const state = "mutation S($input: StateEngagementInput!) { stateEngagement(input: $input) { statement kind startsOn endsOn master } }";
  const end = "mutation E($input: EndEngagementInput!) { endEngagement(input: $input) { statement endsOn } }";
  const local = (more: object = {}) => ({
    input: { staffMember: cast.stranger, kind: "LOCALLY_EMPLOYED", startsOn: "2026-01-01", reason: "local terms", ...more },
  });
  const list = async (as: Principal) =>
    (
      await ask(
        as,
        "query E($id: ID!) { staffMember(id: $id) { engagements { kind startsOn endsOn master reason organisation { odsCode } } } }",
        {
          id: cast.stranger,
        },
      )
    ).data.staffMember?.engagements;

  it("makes a doctor a locally employed one for the days it names, and gives them back to ESR when it is withdrawn", async () => {
    const { statement } = (await ask(hr("ZQB"), state, local())).data.stateEngagement;
    expect(await list(hr("ZQB"))).toEqual([
      { kind: "SUBSTANTIVE", startsOn: "2020-01-01", endsOn: "2025-12-31", master: "ESR", reason: null, organisation: { odsCode: "ZQB" } },
      {
        kind: "LOCALLY_EMPLOYED",
        startsOn: "2026-01-01",
        endsOn: null,
        master: "HR",
        reason: "local terms",
        organisation: { odsCode: "ZQB" },
      },
    ]);
    expect(
      (await ask(hr("ZQB"), end, { input: { statement, lastDay: "2026-06-30", reason: "a new contract" } })).data.endEngagement.endsOn,
    ).toBe("2026-06-30");
    expect((await list(hr("ZQB"))).map((it: any) => `${it.kind} ${it.startsOn}`)).toEqual([
      "SUBSTANTIVE 2020-01-01",
      "LOCALLY_EMPLOYED 2026-01-01",
      "SUBSTANTIVE 2026-07-01",
    ]);
    await ask(hr("ZQB"), end, { input: { statement, reason: "said of somebody else" } });
    expect((await list(hr("ZQB"))).map((it: any) => it.kind)).toEqual(["SUBSTANTIVE"]);
    const { rows } = await world.database.pool.query(
      "select change, changed_by, reason from movement.change where thing_id = $1 order by seq",
      [statement],
    );
    expect(rows).toEqual([
      { change: "STATED", changed_by: "test|hr-ZQB", reason: "local terms" },
      { change: "ENDED", changed_by: "test|hr-ZQB", reason: "a new contract" },
      { change: "WITHDRAWN", changed_by: "test|hr-ZQB", reason: "said of somebody else" },
    ]);
  });

  it("is for HR of the organisation: of somebody else's staff, and of nobody, it answers alike", async () => {
    const nobody = await ask(hr("ZQA"), state, local({ staffMember: "10000000-0000-4000-8000-00000000dead" }));
    expect(await ask(hr("ZQA"), state, local())).toEqual(nobody);
    expect(codeOf(nobody)).toBe("FORBIDDEN");
    for (const one of [oh("ZQB"), admin("ZQB"), self(cast.stranger)])
      expect([one.role, codeOf(await ask(one, state, local()))]).toEqual([one.role, "FORBIDDEN"]);
  });

  it("names what is wrong: days without a post, days of another statement, a secondment without an end, no reason", async () => {
    const wrong = async (more: object) => (await ask(hr("ZQB"), state, local(more))).errors[0].extensions.field;
    expect(await wrong({ startsOn: "2019-01-01", endsOn: "2019-12-31" })).toBe("startsOn");
    expect(await wrong({ kind: "SECONDMENT_IN" })).toBe("endsOn");
    expect(await wrong({ endsOn: "2025-12-31" })).toBe("endsOn");
    expect(await wrong({ reason: "  " })).toBe("reason");
    await ask(hr("ZQB"), state, local());
    expect(await wrong({ kind: "BANK" })).toBe("startsOn");
  });
});

describe("a transfer", () => {
  const answer = "mutation A($input: AnswerTransferInput!) { answerTransfer(input: $input) { state answer say } }";
  const offer = async () => {
    await world.sql(
      "insert into staff.source_person (id, connection_id, controller_org, source_key, system, state, staff_member_id) values (gen_random_uuid(), 'zqa-esr', 'ZQA', 'offer', 'esr', 'BOUND', $1) on conflict do nothing",
      [cast.stranger],
    );
    const person = (await world.database.pool.query("select id from staff.source_person where source_key = 'offer'")).rows[0].id;
    return world.record("staff.assignment", {
      controller_org: "ZQA",
      staff_member_id: cast.stranger,
      source_person_id: person,
      connection_id: "zqa-esr",
      number: "50000001",
      engagement: "PRE_HIRE",
      valid_from: "2026-11-10",
      projected_hire_on: "2026-12-02",
    });
  };
  const posts = async () =>
    (
      await ask(
        hr("ZQA"),
        "query P($id: ID!) { staffMember(id: $id) { assignments { organisation { odsCode } } } }",
        { id: cast.stranger },
        elsewhere,
      )
    ).data.staffMember?.assignments
      ?.map((it: any) => it.organisation.odsCode)
      .sort();

  it("moves the record on the person's Yes and not without; a No is kept and wins until it is changed", async () => {
    const id = await offer();
    try {
      expect(await posts()).toEqual(["ZQA"]);
      const said = async (value: string) =>
        (await ask(self(cast.stranger), answer, { input: { organisation: "ZQA", answer: value } })).data.answerTransfer;
      expect(await said("YES")).toMatchObject({ state: "OPEN", answer: "YES" });
      expect(await posts()).toEqual(["ZQA", "ZQB"]);
      expect(await said("NO")).toMatchObject({ state: "DECLINED", answer: "NO" });
      expect(await posts()).toEqual(["ZQA"]);
      expect(
        (await ask(self(cast.stranger), "{ me { transfers { state answer organisation { odsCode } from { odsCode } startsOn } } }")).data.me
          .transfers,
      ).toEqual([
        { state: "DECLINED", answer: "NO", organisation: { odsCode: "ZQA" }, from: [{ odsCode: "ZQB" }], startsOn: "2026-12-02" },
      ]);
      expect(await said("YES")).toMatchObject({ state: "OPEN" });
      const { rows } = await world.database.pool.query(
        "select change, row->>'answer' as answer from movement.change where thing = 'transfer-answer' order by seq",
      );
      expect(rows).toEqual([
        { change: "ANSWERED", answer: "YES" },
        { change: "CHANGED", answer: "NO" },
        { change: "CHANGED", answer: "YES" },
      ]);
    } finally {
      await world.sql("delete from staff.assignment where id = $1", [id]);
    }
    expect((await ask(self(cast.stranger), answer, { input: { organisation: "ZQA", answer: "YES" } })).errors[0].extensions).toMatchObject({
      code: "BAD_USER_INPUT",
      field: "organisation",
      got: "ZQA",
    });
  });
});
