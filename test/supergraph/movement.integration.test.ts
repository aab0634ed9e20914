import type { TokenRequest } from "../../gateway/development-issuer";
import { RequestContext } from "../../subgraphs/kit/context";
import type { Served } from "./serve";
import { type Cast, createWorld, populate, type World } from "./world";

let world: World;
let cast: Cast;
let served: Served;

beforeAll(async () => {
  world = await createWorld();
  cast = await populate(world);
  served = await world.door();
});
afterAll(() => world?.close());

const hostHr: TokenRequest = { as: "hr", organisation: "ZQB" };
const employerHr: TokenRequest = { as: "hr", organisation: "ZQA" };
const self = (): TokenRequest => ({ as: "self", staff: cast.doctor });
const ask = async (as: TokenRequest, query: string, variables: Record<string, unknown> = {}) =>
  served.post("/graphql", { query, variables }, await world.token(as));

const item =
  "standard competence title subject verdict why say awardedBy { odsCode name } awardedOn inDateUntil rule { basis period months reason source } esr { state } waitsFor { odsCode } from { odsCode } daysApart";
const readinessQuery = `query R($id: ID!, $for: ReadinessFor!) { staffMember(id: $id) { readiness(for: $for) {
  organisation { odsCode name } employer { odsCode } move startsOn daysLeft staffGroup jobRole ready unanswered say partial healthNote
  withheld { field reason } summary { asked notToRepeat repeat expiresBeforeStart unknown minutesSaved } items { ${item} } } } }`;
const start = { organisation: "ZQB", staffGroup: "Medical and Dental" };
/** For those who do not see the host's entry, and so not the day. */
const dated = { ...start, startsOn: "2026-12-02" };
const readinessFor = async (as: TokenRequest, given: Record<string, unknown> = start) =>
  ask(as, readinessQuery, { id: cast.doctor, for: given });
const readiness = async (as: TokenRequest, given?: Record<string, unknown>) =>
  (await readinessFor(as, given)).json.data.staffMember.readiness;
const standards = (of: { items: { standard: string }[] }) => of.items.map((it) => it.standard);

/** One direction of an agreement; the next one takes its place. */
async function agree(more: Record<string, unknown> = {}, controller = "ZQA", organisation = "ZQB"): Promise<void> {
  await world.sql("delete from movement.sharing_agreement where controller_org = $1 and organisation = $2", [controller, organisation]);
  await world.insert("movement.sharing_agreement", {
    reference: "WSA-1",
    controller_org: controller,
    organisation,
    labels: ["R1", "R2", "R3", "R4", "R7"],
    starts_on: "2026-01-01",
    signed_for_controller: "A, Northbridge",
    signed_for_organisation: "B, Eastmoor",
    recorded_by: "test",
    ...more,
  });
}
afterEach(() => world.sql("delete from movement.sharing_agreement"));

describe("a host's HR", () => {
  test("sees under an agreement what need not be repeated, by its own period, and that ESR holds it", async () => {
    await agree();
    const it = await readiness(hostHr);
    expect(it).toMatchObject({
      organisation: { odsCode: "ZQB", name: "Eastmoor Hospitals" },
      employer: { odsCode: "ZQA" },
      move: "SECONDMENT",
      startsOn: "2026-12-02",
      daysLeft: 10,
      ready: true,
      unanswered: null,
      partial: null,
      summary: { asked: 1, notToRepeat: 1, repeat: 0, expiresBeforeStart: 0, unknown: 0, minutesSaved: null },
    });
    expect(it.items[0]).toMatchObject({
      standard: "TRAINING",
      subject: "Fire Safety",
      verdict: "NOT_TO_REPEAT",
      why: "IN_DATE",
      awardedBy: { odsCode: "ZQA", name: "Northbridge University Hospitals" },
      awardedOn: "2025-12-10",
      inDateUntil: "2026-12-09",
      rule: { basis: "LOCAL_DEVIATION", period: "every 12 months", months: 12, reason: "timber-framed wards" },
      esr: { state: "HELD" },
      waitsFor: null,
      from: { odsCode: "ZQA" },
      daysApart: 1,
    });
  });

  test.each([
    ["no agreement", undefined],
    ["an agreement that one side has not signed", { signed_for_organisation: null }],
    ["an agreement that the other side has not signed", { signed_for_controller: null }],
    ["an agreement that has ended", { ended_at: "2026-11-22T11:59:00Z" }],
    ["an agreement whose last day was yesterday", { ends_before: "2026-11-22" }],
    ["an agreement that begins tomorrow", { starts_on: "2026-11-23" }],
    ["an agreement about other records", { labels: ["R1", "R2"] }],
  ])("with %s sees nothing of the training, and is not told that there is none", async (_, agreement) => {
    if (agreement) await agree(agreement);
    const it = await readiness(hostHr);
    expect(it).toMatchObject({ ready: false, summary: { asked: 1, notToRepeat: 0, unknown: 1 } });
    expect(it.items[0]).toMatchObject({
      verdict: "UNKNOWN",
      why: "NOTHING_SENT",
      say: "Nothing has been sent that may be seen here; this is not a no",
      awardedBy: null,
      esr: null,
    });
    expect(it.partial).toMatch(/^Other organisations hold records that no agreement opens here/);
  });

  test("gets one line of health, and the same bytes whether there are health records or not", async () => {
    await agree();
    const read = async (as: TokenRequest) => [JSON.stringify((await readinessFor(as)).json), JSON.stringify((await rotation(as)).json)];
    const before = [await read(hostHr), await readinessFor(employerHr, dated).then(({ json }) => JSON.stringify(json))];
    expect(before[0]![0]).toContain('"healthNote":"Occupational health: ask your OH team"');
    expect(standards((await readiness(hostHr)) as never)).toEqual(["TRAINING", "RIGHT_TO_WORK"]);
    const tables = ["oh.clearance", "oh.immunisation", "oh.clinical_test", "oh.observation", "staff.source_person"];
    const oh = "staff_member_id = $1 and (source_person_id in (select id from staff.source_person where system = 'oh'))";
    const where = (table: string) => (table === "staff.source_person" ? "staff_member_id = $1 and system = 'oh'" : oh);
    const kept = await Promise.all(
      tables.map(async (table) => (await world.database.pool.query(`select * from ${table} where ${where(table)}`, [cast.doctor])).rows),
    );
    expect(kept.every((rows) => rows.length > 0)).toBe(true);
    const bind = (to: string | null) => async (table: string, index: number) => {
      const ids = kept[index]!.map((row: { id: string }) => row.id);
      await world.sql(`update ${table} set staff_member_id = $1 where id = any($2::uuid[])`, [to, ids]);
    };
    for (const [index, table] of tables.entries()) await bind(null)(table, index);
    const after = [await read(hostHr), await readinessFor(employerHr, dated).then(({ json }) => JSON.stringify(json))];
    // The net is real: to occupational health the two worlds differ.
    const ohAfter = await readiness({ as: "oh", organisation: "ZQA" }, dated);
    for (const [index, table] of tables.entries()) await bind(cast.doctor)(table, index);
    const ohBefore = await readiness({ as: "oh", organisation: "ZQA" }, dated);
    expect(after).toEqual(before);
    expect(ohAfter).not.toEqual(ohBefore);
  });
});

describe("who sees which items", () => {
  beforeEach(() => agree());

  test("the person: everything, health included, and no line instead of it", async () => {
    const it = await readiness(self());
    expect(standards(it)).toEqual(["TRAINING", "RIGHT_TO_WORK", "WORK_HEALTH", "EXPOSURE_PRONE"]);
    expect(it).toMatchObject({ healthNote: null, withheld: [], partial: null, ready: true });
    expect(it.items[3]).toMatchObject({ standard: "EXPOSURE_PRONE", verdict: "NOT_TO_REPEAT", inDateUntil: "2027-08-01" });
  });

  test("the employer's HR: training and checks", async () => {
    const it = await readiness(employerHr, dated);
    expect(standards(it)).toEqual(["TRAINING", "RIGHT_TO_WORK"]);
    expect(it).toMatchObject({ healthNote: "Occupational health: ask your OH team", ready: true });
  });

  test("occupational health: health, and nothing of training or checks", async () => {
    const own = await readiness({ as: "oh", organisation: "ZQA" }, dated);
    expect(standards(own)).toEqual(["WORK_HEALTH", "EXPOSURE_PRONE"]);
    expect(own).toMatchObject({ ready: null, summary: null, partial: null, healthNote: null });
    expect(own.withheld.map((it: { field: string }) => it.field)).toEqual(["items.checks", "items.training"]);
    // The host's: without the person's share it does not see for which work the clearance is, so the answer is the careful one.
    const host = await readiness({ as: "oh", organisation: "ZQB" });
    expect(standards(host)).toEqual(["WORK_HEALTH", "EXPOSURE_PRONE"]);
    expect(host.items[1]).toMatchObject({ verdict: "REPEAT", why: "COUNTS_AS_NEW" });
    expect(host.employer).toBeNull();
  });

  test("the learning team: nothing, for the move and the post are not its business", async () => {
    const answer = await readinessFor({ as: "learning", organisation: "ZQA" });
    expect(answer.json.data.staffMember.readiness).toBeNull();
    expect(answer.json.errors[0].extensions).toEqual({ code: "FORBIDDEN", reason: "NOT_PERMITTED", part: "readiness" });
  });

  test.each([
    ["HR of another trust", { as: "hr", organisation: "ZQC" }],
    ["occupational health of another trust", { as: "oh", organisation: "ZQC" }],
    ["operations", { as: "ops" }],
    ["an administrator", { as: "trust-admin", organisation: "ZQA" }],
  ] as const)("%s: nobody is found", async (_, as) => {
    expect((await readinessFor(as)).json).toEqual({ data: { staffMember: null } });
  });

  test("a passport without the person's approval: nobody is found", async () => {
    expect((await readinessFor({ as: "passport", staff: cast.doctor })).json).toEqual({ data: { staffMember: null } });
  });
});

describe("what cannot be answered says why", () => {
  test("nothing stated, no start known, no staff group known", async () => {
    const nothing = await readiness(self(), { organisation: "ZQA", staffGroup: "Medical and Dental", startsOn: "2026-12-02" });
    expect(nothing).toMatchObject({ unanswered: "NO_REQUIREMENTS_STATED", items: null, summary: null, ready: null });
    expect(nothing.say).toContain('this is not "nothing"');
    expect(await readiness(self(), { organisation: "ZQC" })).toMatchObject({ unanswered: "START_UNKNOWN", items: null, startsOn: null });
    expect(await readiness(self(), { organisation: "ZQB" })).toMatchObject({ unanswered: "STAFF_GROUP_UNKNOWN", items: null });
  });

  test.each([
    [{ organisation: "\u0000" }],
    [{ ...start, startsOn: "2026-02-31" }],
    [{ ...start, startsOn: "tomorrow" }],
    [{ ...start, staffGroup: " " }],
    [{ ...start, jobRole: "x".repeat(200) }],
  ])("%j is refused", async (given) => {
    expect((await readinessFor(self(), given)).json.errors[0].extensions.code).toBe("BAD_USER_INPUT");
  });

  test("a day without a placement counts as a change of employer, the most careful move", async () => {
    await agree();
    expect(await readiness(employerHr, { ...start, startsOn: "2027-06-01" })).toMatchObject({ move: "CHANGE_OF_EMPLOYER", employer: null });
  });
});

const rotationQuery = `query Rotation($of: String!, $on: String!, $side: RotationSide, $first: Int, $after: String, $counterpart: String) { organisation(odsCode: $of) { odsCode name
  rotation(startsOn: $on, side: $side, counterpart: $counterpart) { side startsOn lastOn summary { move starters ready notReady waitingForMap unanswered daysLeft say }
    starters(first: $first, after: $after) { pageInfo { hasNextPage endCursor } edges { node { staffMember { id name { family } } move organisation { odsCode } employer { odsCode }
      startsOn daysLeft ready missing { title why waitsFor { odsCode } } openChecks { title } notYetInEsr { title } partial transferOffered transferNote healthNote } } } } } }`;
const rotation = (as: TokenRequest, more: Record<string, unknown> = {}) =>
  ask(as, rotationQuery, { of: "ZQB", on: "2026-12-01", first: 10, ...more });
const starters = (answer: { json: any }) => answer.json.data.organisation.rotation.starters.edges.map((edge: any) => edge.node);

describe("a rotation", () => {
  test("lists who starts at the host, with name and what is missing", async () => {
    const [one, ...others] = starters(await rotation(hostHr));
    expect(others).toEqual([]);
    // The host's own entry has no post with a staff group: that is said, not guessed.
    expect(one).toMatchObject({
      staffMember: { id: cast.doctor, name: { family: "Osei-Mensah" } },
      startsOn: "2026-12-02",
      ready: null,
      missing: null,
    });
    await agree();
    await world.sql("update staff.position set staff_group = 'Medical and Dental'");
    const answer = await rotation(hostHr);
    expect(starters(answer)).toMatchObject([
      {
        move: "SECONDMENT",
        employer: { odsCode: "ZQA" },
        daysLeft: 10,
        ready: true,
        missing: [],
        openChecks: [{ title: "Right to work" }],
        notYetInEsr: [],
        transferOffered: false,
        transferNote: "No transfer of employment: Northbridge University Hospitals stays the employer during the secondment",
        healthNote: "Occupational health: ask your OH team",
      },
    ]);
    expect(answer.json.data.organisation.rotation).toMatchObject({
      startsOn: "2026-12-01",
      lastOn: "2026-12-14",
      summary: [{ move: "SECONDMENT", starters: 1, ready: 1, notReady: 0, waitingForMap: 0, unanswered: 0, daysLeft: 10 }],
    });
  });

  test("its days are the fourteen from its own day on, and another's people are not in it", async () => {
    await agree();
    for (const [on, there] of [
      ["2026-11-18", false],
      ["2026-11-19", true],
      ["2026-12-02", true],
      ["2026-12-03", false],
    ] as const)
      expect([on, starters(await rotation(hostHr, { on })).length === 1]).toEqual([on, there]);
    expect(starters(await rotation(hostHr, { counterpart: "ZQA" }))).toHaveLength(1);
    expect(starters(await rotation(hostHr, { counterpart: "ZQC" }))).toHaveLength(0);
  });

  test("of the releasing side holds whom the host's entry or the own placement feed places elsewhere", async () => {
    const leaving = { of: "ZQA", side: "LEAVING" };
    expect(starters(await rotation(employerHr, leaving))).toEqual([]);
    await agree({}, "ZQB", "ZQA");
    expect(starters(await rotation(employerHr, leaving))).toMatchObject([{ organisation: { odsCode: "ZQB" }, startsOn: "2026-12-02" }]);
    await world.sql("delete from movement.sharing_agreement");
    const { rows } = await world.database.pool.query(
      "select id from staff.source_person where staff_member_id = $1 and controller_org = 'ZQA' and system = 'esr'",
      [cast.doctor],
    );
    await world.record("movement.placement", {
      controller_org: "ZQA",
      staff_member_id: cast.doctor,
      source_person_id: rows[0].id,
      connection_id: "zqa-esr",
      host_organisation: "ZQB",
      lead_employer: "ZQA",
      starts_on: "2026-12-04",
      ends_on: "2027-04-06",
    });
    // The feed's own day counts, once.
    expect(starters(await rotation(employerHr, leaving))).toMatchObject([
      { organisation: { odsCode: "ZQB" }, startsOn: "2026-12-04", move: "LEAD_EMPLOYER_PLACEMENT", transferOffered: false },
    ]);
    await agree();
    expect(starters(await rotation(hostHr))).toMatchObject([{ startsOn: "2026-12-04", move: "LEAD_EMPLOYER_PLACEMENT", ready: true }]);
    await world.sql("delete from movement.placement");
  });

  test.each([
    ["HR of another trust", { as: "hr", organisation: "ZQA" }],
    ["operations", { as: "ops" }],
    ["the learning team", { as: "learning", organisation: "ZQB" }],
    ["an administrator", { as: "trust-admin", organisation: "ZQB" }],
  ] as const)("is refused to %s, once", async (_, as) => {
    const answer = await rotation(as);
    expect(answer.json.data.organisation).toEqual({ odsCode: "ZQB", name: "Eastmoor Hospitals", rotation: null });
    expect(answer.json.errors).toEqual([
      expect.objectContaining({ extensions: { code: "FORBIDDEN", reason: "NOT_PERMITTED", part: "rotation" } }),
    ]);
  });

  test("is refused to the person and to a passport", async () => {
    for (const as of [self(), { as: "passport", staff: cast.doctor } as const])
      expect((await rotation(as)).json.errors[0].extensions.code).toBe("FORBIDDEN");
  });

  test("of occupational health holds health items' answers and no training", async () => {
    await agree();
    const [one] = starters(await rotation({ as: "oh", organisation: "ZQB" }));
    expect(one).toMatchObject({ ready: null, missing: [], healthNote: null });
  });

  test("takes the same number of statements for any number of starters", async () => {
    await agree();
    const count = async () => {
      let reads = 0;
      const { store } = world.environment;
      const counting = {
        ...world.environment,
        store: {
          ...store,
          withPrincipal: ((...given: Parameters<typeof store.withPrincipal>) => {
            reads += 1;
            return store.withPrincipal(...given);
          }) as typeof store.withPrincipal,
        },
      };
      const front = await world.door({ context: (principal, requestId) => new RequestContext(counting, principal, requestId) });
      const answer = await front.post(
        "/graphql",
        { query: rotationQuery, variables: { of: "ZQB", on: "2026-12-01", first: 100 } },
        await world.token(hostHr),
      );
      return { reads, people: starters(answer).length };
    };
    const one = await count();
    for (let index = 0; index < 12; index += 1) {
      const staff = await world.insert("staff.staff_member", {});
      for (const [connection, org, engagement, from, until] of [
        ["zqa-esr", "ZQA", "LEAD_EMPLOYER", "2025-08-06", null],
        ["zqb-esr", "ZQB", "HONORARY", "2026-12-02", "2027-04-06"],
      ] as const) {
        const person = await world.insert("staff.source_person", {
          connection_id: connection,
          controller_org: org,
          source_key: `many-${index}`,
          system: "esr",
          family_name: "Many",
          state: "BOUND",
          staff_member_id: staff,
        });
        await world.record("staff.assignment", {
          controller_org: org,
          staff_member_id: staff,
          source_person_id: person,
          connection_id: connection,
          number: `9${index}`,
          engagement,
          starts_on: from,
          ends_on: until,
          position_source_id: "P1",
        });
      }
    }
    const many = await count();
    expect([one.people, many.people]).toEqual([1, 13]);
    expect(many.reads).toBe(one.reads);
  });

  test("comes page by page, in order", async () => {
    await agree();
    const first = await rotation(hostHr, { first: 5 });
    const { endCursor } = first.json.data.organisation.rotation.starters.pageInfo;
    const second = await rotation(hostHr, { first: 10, after: endCursor });
    const ids = [...starters(first), ...starters(second)].map((it) => it.staffMember.id);
    expect([ids.length, new Set(ids).size, second.json.data.organisation.rotation.starters.pageInfo.hasNextPage]).toEqual([13, 13, false]);
    expect((await rotation(hostHr, { after: "nonsense" })).json.errors[0].extensions.code).toBe("BAD_USER_INPUT");
  });

  test("of an organisation that is none of the hub's is null", async () => {
    expect((await rotation(hostHr, { of: "ZZZ" })).json).toEqual({ data: { organisation: null } });
  });
});

test("what was told of somebody is in the audit, and a refused rotation names nobody", async () => {
  await agree();
  await rotation(hostHr);
  const last = async () => (await world.database.pool.query("select * from audit.event order by id desc limit 1")).rows[0];
  const told = await last();
  expect(told.staff_members).toContain(cast.doctor);
  expect(told.kinds).toEqual(expect.arrayContaining(["assignment", "placement", "competence-award"]));
  expect(told.kinds).not.toContain("clearance");
  await rotation({ as: "ops" });
  expect((await last()).staff_members).toEqual([]);
});
