/** What people and organisations open and close, by the graph, over two processes' pools: who may, what it does to what others see, and what is kept. */
import type { Principal } from "../../access/principal";
import type { Gateway } from "../../gateway/gateway";
import { principal } from "../builders/principals";
import { admin, asking, auditor, codeOf, hr, oh, ops, self as selfOf } from "./callers";
import { type Cast, createWorld, populate, today, type World } from "./world";

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
  for (const table of ["share", "objection_decision", "objection", "client_approval", "sharing_agreement"])
    await world.sql(`delete from movement.${table}`);
});

const self = (person = cast.doctor) => selfOf(person);
const client = (scope: string[], registered = scope): Principal =>
  principal("passport", { person: cast.doctor, act: "app", scope, registered, aal: 2, purposes: ["SELF_VIEW"] });

const ask = asking(() => here);
const share = "id recordTypes until state history { change by recordTypes lastDay }";
const create = `mutation Share($input: CreateShareInput!) { createShare(input: $input) { ${share} } }`;
const narrow = `mutation Narrow($input: ChangeShareInput!) { narrowShare(input: $input) { ${share} } }`;
const widen = `mutation Widen($input: ChangeShareInput!) { widenShare(input: $input) { ${share} } }`;
const revoke = `mutation Revoke($id: ID!) { revokeShare(share: $id) { ${share} } }`;
const shared = (recordTypes: string[], until = "2026-12-31", organisation = "ZQB") => ({ input: { organisation, recordTypes, until } });
const doses = async (as: Principal, gateway = elsewhere): Promise<number | undefined> => {
  const answer = await ask(
    as,
    "query Doses($id: ID!) { staffMember(id: $id) { health { immunisations { dose } } } }",
    { id: cast.doctor },
    gateway,
  );
  return answer.data.staffMember?.health?.immunisations?.length ?? 0;
};

describe("a share", () => {
  it("opens immunisations to the host's occupational health in another process, and its end closes them there, within five seconds", async () => {
    expect(await doses(oh("ZQB"))).toBe(0);
    const made = (await ask(self(), create, shared(["IMMUNISATIONS"]))).data.createShare;
    expect(made).toMatchObject({ recordTypes: ["IMMUNISATIONS"], until: "2026-12-31", state: "IN_FORCE" });
    expect(await doses(oh("ZQB"))).toBe(1);
    // Nobody else: not HR, not another organisation's.
    expect(await doses(hr("ZQB"))).toBe(0);
    const began = performance.now();
    expect((await ask(self(), revoke, { id: made.id })).data.revokeShare.state).toBe("REVOKED");
    expect(await doses(oh("ZQB"))).toBe(0);
    expect(performance.now() - began).toBeLessThan(5_000);
  });

  it("is narrowed and widened, and keeps how it came about", async () => {
    const { id } = (await ask(self(), create, shared(["IMMUNISATIONS", "TRAINING"]))).data.createShare;
    await ask(self(), narrow, { input: { share: id, recordTypes: ["TRAINING"], until: "2026-12-15" } });
    expect(await doses(oh("ZQB"))).toBe(0);
    const after = await ask(self(), widen, { input: { share: id, recordTypes: ["TRAINING", "IMMUNISATIONS"], until: "2027-01-31" } });
    expect(await doses(oh("ZQB"))).toBe(1);
    const history = [
      { change: "CREATED", by: "the person", recordTypes: ["TRAINING", "IMMUNISATIONS"], lastDay: "2026-12-31" },
      { change: "NARROWED", by: "the person", recordTypes: ["TRAINING"], lastDay: "2026-12-15" },
      { change: "WIDENED", by: "the person", recordTypes: ["TRAINING", "IMMUNISATIONS"], lastDay: "2027-01-31" },
    ];
    expect(after.data.widenShare.history).toEqual(history);
    const listed = await ask(self(), `{ me { shares { ${share} organisation { odsCode } } } }`);
    expect(listed.data.me.shares).toEqual([expect.objectContaining({ id, history, organisation: { odsCode: "ZQB" } })]);
    expect(codeOf(await ask(hr("ZQA"), "query S($id: ID!) { staffMember(id: $id) { shares { id } } }", { id: cast.doctor }))).toBe(
      "FORBIDDEN",
    );
  });

  it("is the person's own: nobody else changes it, and it says nothing to them", async () => {
    const { id } = (await ask(self(), create, shared(["TRAINING"]))).data.createShare;
    const other = self(cast.stranger);
    const own = await ask(other, revoke, { id: "10000000-0000-4000-8000-00000000dead" });
    expect(await ask(other, revoke, { id })).toEqual(own);
    expect(codeOf(own)).toBe("BAD_USER_INPUT");
    for (const one of [hr("ZQA"), oh("ZQA"), admin("ZQA"), ops])
      expect([one.role, codeOf(await ask(one, revoke, { id }))]).toEqual([one.role, "FORBIDDEN"]);
    expect((await ask(self(), "{ me { shares { state } } }")).data.me.shares).toEqual([{ state: "IN_FORCE" }]);
  });

  it("made twice (an answer was lost on the way) is one; one that was taken back stays so", async () => {
    const first = (await ask(self(), create, shared(["TRAINING"]))).data.createShare;
    expect((await ask(self(), create, shared(["TRAINING"]), elsewhere)).data.createShare.id).toBe(first.id);
    await ask(self(), revoke, { id: first.id });
    expect(codeOf(await ask(self(), widen, { input: { share: first.id, until: "2027-02-01" } }))).toBe("BAD_USER_INPUT");
    expect((await ask(self(), revoke, { id: first.id })).data.revokeShare.history.map((it: any) => it.change)).toEqual([
      "CREATED",
      "REVOKED",
    ]);
    await expect(world.sql("update movement.share set revoked_at = null")).rejects.toThrow(/taken back/);
    expect((await ask(self(), create, shared(["TRAINING"]))).data.createShare.id).not.toBe(first.id);
  });

  it.each([
    ["recordTypes", shared([]), "nothing"],
    ["recordTypes", shared(["ACCESS_HISTORY"]), "ACCESS_HISTORY"],
    ["organisation", shared(["TRAINING"], "2026-12-31", "ZQX"), "ZQX"],
    ["organisation", shared(["TRAINING"], "2026-12-31", "' or 1=1"), "something else"],
    ["until", shared(["TRAINING"], "2026-11-21"), "2026-11-21"],
    ["until", shared(["TRAINING"], "2026-11-31"), "2026-11-31"],
    ["until", shared(["TRAINING"], "2029-01-01"), "2029-01-01"],
  ])("says which field is wrong, what was expected and what came: %s", async (field, variables, got) => {
    const { errors, data } = await ask(self(), create, variables);
    expect(data.createShare).toBeNull();
    expect(errors[0].extensions).toEqual({ code: "BAD_USER_INPUT", field, got, expected: expect.any(String) });
    expect(errors[0].message).toContain(`${field}: expected ${errors[0].extensions.expected}; got ${got}`);
  });

  it("of a client needs the person's approval, registration and scope of every type that it opens; narrowing needs that of grants only", async () => {
    const all = ["R1", "R2", "R3", "R5", "R11"];
    expect(codeOf(await ask(client(all), create, shared(["TRAINING"])))).toBe("FORBIDDEN");
    const approve = "mutation A($input: ApproveClientInput!) { approveClient(input: $input) { client recordTypes history { change } } }";
    expect(codeOf(await ask(client(all), approve, { input: { client: "app", recordTypes: ["SHARES"] } }))).toBe("FORBIDDEN");
    // Only who is registered, and only what for.
    for (const [field, input] of [
      ["client", { client: "nobody", recordTypes: ["TRAINING"] }],
      ["recordTypes", { client: "app", recordTypes: ["TRAINING", "CHECKS"] }],
    ] as const)
      expect((await ask(self(), approve, { input })).errors).toEqual([
        expect.objectContaining({ extensions: expect.objectContaining({ code: "BAD_USER_INPUT", field }) }),
      ]);
    await ask(self(), approve, { input: { client: "app", recordTypes: ["SHARES", "TRAINING", "IMMUNISATIONS"] } });
    const made = await ask(client(all), create, shared(["TRAINING", "IMMUNISATIONS"]));
    expect(made.data.createShare.history[0].by).toBe("client app, for the person");
    const { id } = made.data.createShare;
    expect(codeOf(await ask(client(["R3", "R11"]), create, shared(["IMMUNISATIONS"])))).toBe("FORBIDDEN");
    expect(codeOf(await ask(client(["R3", "R5"]), create, shared(["TRAINING"])))).toBe("FORBIDDEN");
    expect(codeOf(await ask(client(all, ["R11", "R3"]), create, shared(["IMMUNISATIONS"])))).toBe("FORBIDDEN");
    // Widening names what is in it already, too: it counts as made now.
    expect(codeOf(await ask(client(["R3", "R11"]), widen, { input: { share: id, until: "2027-01-31" } }))).toBe("FORBIDDEN");
    expect((await ask(client(["R11"]), narrow, { input: { share: id, until: "2026-12-01" } })).data.narrowShare.until).toBe("2026-12-01");
    const take = await ask(self(), 'mutation { revokeClient(client: "app") { revokedAt history { change } } }');
    expect(take.data.revokeClient.history.map((it: any) => it.change)).toEqual(["APPROVED", "REVOKED"]);
    expect(codeOf(await ask(client(all), create, shared(["TRAINING"], "2026-12-30"), elsewhere))).toBe("FORBIDDEN");
  });

  it("stands in the audit with kind and id and no value, refusals too", async () => {
    const { id } = (await ask(self(), create, shared(["IMMUNISATIONS"]))).data.createShare;
    await ask(hr("ZQA"), create, shared(["IMMUNISATIONS"]));
    const { rows } = await world.database.pool.query(
      "select decision, changes, kinds, row_to_json(e)::text as text from audit.event e where operation = 'Share' order by at desc, seq desc limit 2",
    );
    expect(rows.map(({ decision }) => decision).sort()).toEqual(["ALLOW", "DENY"]);
    const done = rows.find(({ decision }) => decision === "ALLOW")!;
    expect(done).toMatchObject({ changes: [`share:${id}`], kinds: ["share"] });
    expect(done.text).not.toContain("IMMUNISATIONS");
  });
});

describe("an objection", () => {
  const object = "mutation O($input: ObjectInput!) { object(input: $input) { id recordTypes withdrawnAt decisions { decision } } }";
  const agree = (labels: string[]) =>
    world.insert("movement.sharing_agreement", {
      reference: "WSA-1",
      controller_org: "ZQA",
      organisation: "ZQB",
      labels,
      starts_on: "2026-01-01",
      signed_for_controller: "A",
      signed_for_organisation: "B",
      recorded_by: "test",
    });
  const trainings = async (as: Principal) =>
    (await ask(as, "query T($id: ID!) { staffMember(id: $id) { learning { competences { subject } } } }", { id: cast.doctor }, elsewhere))
      .data.staffMember?.learning?.competences?.length ?? 0;

  it("to health closes older shares, not newer ones, and nobody decides against it", async () => {
    await ask(self(), create, shared(["IMMUNISATIONS"]));
    const { id } = (await ask(self(), object, { input: { recordTypes: ["IMMUNISATIONS"] } })).data.object;
    expect(await doses(oh("ZQB"))).toBe(0);
    const verdict = { input: { objection: id, decision: "OVERRULED", reason: "we need it" } };
    expect(
      codeOf(await ask(hr("ZQA"), "mutation D($input: DecideObjectionInput!) { decideObjection(input: $input) { id } }", verdict)),
    ).toBe("FORBIDDEN");
    await ask(self(), create, shared(["IMMUNISATIONS"], "2026-12-30"));
    expect(await doses(oh("ZQB"))).toBe(1);
  });

  it("to training closes what organisations have agreed until its controller decides, for that controller's records", async () => {
    await agree(["R2", "R3"]);
    expect(await trainings(hr("ZQB"))).toBe(2);
    const { id } = (await ask(self(), object, { input: { recordTypes: ["TRAINING"], reason: "not before I start" } })).data.object;
    expect(await trainings(hr("ZQB"))).toBe(0);
    const list = '{ organisation(odsCode: "ZQA") { objections { id reason recordTypes staffMember { id } } } }';
    expect((await ask(hr("ZQA"), list)).data.organisation.objections).toEqual([
      { id, reason: "not before I start", recordTypes: ["TRAINING"], staffMember: { id: cast.doctor } },
    ]);
    expect(codeOf(await ask(hr("ZQB"), list))).toBe("FORBIDDEN");
    const decide =
      "mutation D($input: DecideObjectionInput!) { decideObjection(input: $input) { decisions { controller { odsCode } decision } } }";
    const verdict = (decision: string) => ({ input: { objection: id, decision, reason: "placement under the agreement" } });
    // ZQB holds records of the doctor too: its decision is about its own, and opens nothing of ZQA's.
    await ask(hr("ZQB"), decide, verdict("OVERRULED"));
    expect(await trainings(hr("ZQB"))).toBe(0);
    await ask(hr("ZQA"), decide, verdict("OVERRULED"));
    expect(await trainings(hr("ZQB"))).toBe(2);
    await ask(hr("ZQA"), decide, verdict("UPHELD"));
    expect(await trainings(hr("ZQB"))).toBe(0);
    await ask(self(), "mutation W($id: ID!) { withdrawObjection(objection: $id) { id } }", { id });
    expect(await trainings(hr("ZQB"))).toBe(2);
  });
});

describe("a sharing agreement", () => {
  const fields = "id state waitsFor { odsCode } history { change by }";
  const prepare = `mutation P($input: PrepareAgreementInput!) { prepareAgreement(input: $input) { ${fields} } }`;
  const sign = `mutation S($id: ID!) { signAgreement(agreement: $id) { ${fields} } }`;
  const end = `mutation E($input: EndAgreementInput!) { endAgreement(input: $input) { ${fields} } }`;
  const draft = (more: object = {}) => ({
    input: {
      reference: "WSA-9",
      controller: "ZQA",
      organisation: "ZQB",
      recordTypes: ["EMPLOYMENT", "TRAINING"],
      startsOn: today,
      ...more,
    },
  });
  const sees = async () =>
    (
      await ask(
        hr("ZQB"),
        "query T($id: ID!) { staffMember(id: $id) { learning { competences { subject } } } }",
        { id: cast.doctor },
        elsewhere,
      )
    ).data.staffMember?.learning?.competences?.length ?? 0;

  it("is prepared by an administrator, opens with the second signature in another process, and ends at once by either", async () => {
    const made = (await ask(admin("ZQA"), prepare, draft())).data.prepareAgreement;
    expect(made).toMatchObject({ state: "WAITS_FOR_SIGNATURES", waitsFor: [{ odsCode: "ZQA" }, { odsCode: "ZQB" }] });
    const { id } = made;
    await ask(hr("ZQA"), sign, { id });
    expect(await sees()).toBe(0);
    expect((await ask(hr("ZQB"), sign, { id })).data.signAgreement).toMatchObject({ state: "IN_FORCE", waitsFor: [] });
    expect(await sees()).toBe(2);
    const ended = (await ask(hr("ZQB"), end, { input: { agreement: id, reason: "no longer needed" } })).data.endAgreement;
    expect(ended).toMatchObject({ state: "ENDED" });
    expect(ended.history).toEqual([
      { change: "PREPARED", by: "an administrator of ZQA" },
      { change: "SIGNED", by: "HR of ZQA" },
      { change: "SIGNED", by: "HR of ZQB" },
      { change: "ENDED", by: "HR of ZQB" },
    ]);
    expect(await sees()).toBe(0);
    const list = `{ organisation(odsCode: "ZQB") { sharingAgreements { ${fields} } } }`;
    for (const one of [hr("ZQB"), admin("ZQB"), auditor("ZQB")])
      expect([one.role, (await ask(one, list)).data.organisation.sharingAgreements]).toEqual([one.role, [ended]]);
    for (const one of [hr("ZQA"), admin("ZQA"), oh("ZQB"), self()])
      expect([one.role, codeOf(await ask(one, list))]).toEqual([one.role, "FORBIDDEN"]);
  });

  it("takes two people, in the database too, and one signature a side", async () => {
    const { id } = (await ask(admin("ZQA"), prepare, draft())).data.prepareAgreement;
    const both = hr("ZQA", "one-person");
    await ask(both, sign, { id });
    expect(codeOf(await ask({ ...both, org: "ZQB" }, sign, { id }))).toBe("FORBIDDEN");
    expect(codeOf(await ask(hr("ZQA", "another"), sign, { id }))).toBe("BAD_USER_INPUT");
    await expect(world.sql("update movement.sharing_agreement set signed_for_organisation = signed_for_controller")).rejects.toThrow(
      /sharing_agreement_two_people/,
    );
    await expect(world.sql("update movement.sharing_agreement set labels = '{R1,R4}'")).rejects.toThrow(/never altered/);
    await expect(world.sql("update movement.sharing_agreement set signed_for_controller = 'x'")).rejects.toThrow(/never altered/);
    await expect(world.sql("update movement.sharing_agreement set labels = '{R5}'")).rejects.toThrow();
  });

  it("is for the two alone: others neither prepare nor sign nor end it, and immunisations are in none", async () => {
    expect(codeOf(await ask(admin("ZQC"), prepare, draft()))).toBe("FORBIDDEN");
    expect(codeOf(await ask(hr("ZQA"), prepare, draft()))).toBe("FORBIDDEN");
    const { id } = (await ask(admin("ZQB"), prepare, draft())).data.prepareAgreement;
    const nobodys = await ask(hr("ZQC"), sign, { id: "10000000-0000-4000-8000-00000000dead" });
    expect(await ask(hr("ZQC"), sign, { id })).toEqual(nobodys);
    expect(codeOf(await ask(admin("ZQA"), sign, { id }))).toBe("FORBIDDEN");
    expect(codeOf(await ask(oh("ZQA"), end, { input: { agreement: id, reason: "r" } }))).toBe("FORBIDDEN");
    const wrong = async (more: object) =>
      (await ask(admin("ZQA"), prepare, draft({ reference: "WSA-10", ...more }))).errors[0].extensions.field;
    expect(await wrong({ recordTypes: ["IMMUNISATIONS"] })).toBe("recordTypes");
    expect(await wrong({ organisation: "ZQA" })).toBe("organisation");
    expect(await wrong({ endsOn: "2026-01-01" })).toBe("endsOn");
    expect(await wrong({ placementLeadDays: 400 })).toBe("placementLeadDays");
    expect(await wrong({ reference: "WSA-9" })).toBe("reference");
  });

  it("may open a placement later and close it earlier than usual", async () => {
    const lead = (await ask(admin("ZQA"), prepare, draft({ placementLeadDays: 9 }))).data.prepareAgreement.id;
    for (const org of ["ZQA", "ZQB"]) await ask(hr(org), sign, { id: lead });
    // The placement starts in ten days.
    expect(await sees()).toBe(0);
    await ask(hr("ZQA"), end, { input: { agreement: lead, reason: "another one" } });
    const wider = (await ask(admin("ZQA"), prepare, draft({ reference: "WSA-10", placementLeadDays: 10 }))).data.prepareAgreement.id;
    for (const org of ["ZQA", "ZQB"]) await ask(hr(org), sign, { id: wider });
    expect(await sees()).toBe(2);
  });
});

it("keeps every change: nothing of it is altered or taken away", async () => {
  await ask(self(), create, shared(["TRAINING"]));
  await expect(world.sql("update movement.change set changed_by = 'x'")).rejects.toThrow(/only ever added to/);
  await expect(world.sql("delete from movement.change")).rejects.toThrow(/only ever added to/);
  await expect(world.sql("truncate movement.change")).rejects.toThrow(/only ever added to/);
});
