/** The demonstration's rotation: 34 doctors to Eastmoor by placement, 27 of them ready, and two who change employer. */
import { readFileSync, rmSync } from "node:fs";
import type { Principal } from "../../../access/principal";
import type { Graph } from "../../../cli/compose/graph";
import { askReadiness, askRotation, type RotationAnswer, selfPrincipal, trustPrincipal } from "../../../cli/compose/movement";
import { readinessText, rotationText } from "../../../cli/present/rotation";
import { fixedClock } from "../../../platform/clock";
import type { Ods } from "../../../sandbox/population/organisations";
import { employmentAt } from "../../../sandbox/population/person";
import { type Sandbox, startSandbox } from "../../../sandbox/sandbox";
import { type TestHub, testFolder, testHub } from "../../builders/hub";

const folder = testFolder();
const clock = fixedClock("2026-11-22T09:00:00Z");
const on = "2026-12-02";
let sandbox: Sandbox;
let hub: TestHub;
let graph: Graph;
beforeAll(async () => {
  sandbox = await startSandbox({ folder, clock, basePort: 0 });
  hub = await testHub({ folder, clock, yaml: readFileSync(sandbox.configuration, "utf8"), values: sandbox.environment });
  const polled = hub.config.connections.filter(({ connector }) => connector.poll);
  const order = [...polled].sort((a, b) => Number(b.connector.name === "esr") - Number(a.connector.name === "esr"));
  for (const { id } of order) expect([id, (await hub.sync(id)).error]).toEqual([id, undefined]);
  graph = {
    ask: (query: string, variables: Record<string, unknown>, principal: Principal) => hub.ask(query, variables, principal),
  } as never;
}, 120_000);
afterAll(async () => {
  await hub?.close();
  await sandbox?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Id of a member of the cast, by the employee number at an organisation. */
async function idOf(key: string, at: Ods): Promise<string> {
  const number = employmentAt(sandbox.population.named(key), at)!.employeeNumber;
  const [row] = await hub.rows(
    `select p.staff_member_id as id from staff.identifier i join staff.source_person p on p.id = i.source_person_id
     where i.scheme = 'ESR_EMPLOYEE_NUMBER' and i.value = $1 and p.controller_org = $2`,
    [number, at],
  );
  return row!.id;
}
const readinessOf = async (id: string, principal: Principal) =>
  (await askReadiness(graph, id, { organisation: "ZQB" }, principal))?.readiness;
const eastmoorHr = trustPrincipal("hr", "ZQB");

test("every row of the placement feed finds its doctor, and what is planted in it starts nobody", async () => {
  expect(
    await hub.rows("select state, count(*)::int as n from staff.source_person where connection_id = 'zqa-placements' group by 1"),
  ).toEqual([{ state: "BOUND", n: 34 }]);
  expect(await hub.count("movement.placement", "source_state = 'IN_FORCE'")).toBe(68);
  expect(await hub.count("movement.placement", "host_organisation = 'ZQD' and source_state <> 'WITHDRAWN'")).toBe(0);
});

test("Amara: eleven asked, eight not to repeat and all in ESR, fire safety to repeat, two unknown, for herself and for both HRs", async () => {
  const id = await idOf("amara-osei", "ZQA");
  for (const principal of [selfPrincipal(id), eastmoorHr, trustPrincipal("hr", "ZQA")]) {
    const it = (await readinessOf(id, principal))!;
    expect(it).toMatchObject({
      move: "LEAD_EMPLOYER_PLACEMENT",
      employer: { odsCode: "ZQA" },
      startsOn: on,
      ready: false,
      summary: { asked: 11, notToRepeat: 8, repeat: 1, expiresBeforeStart: 0, unknown: 2 },
    });
    const training = it.items!.filter(({ standard }) => standard === "TRAINING");
    const of = (verdict: string) => training.filter((item) => item.verdict === verdict);
    expect(of("NOT_TO_REPEAT").map(({ esr }) => esr?.state)).toEqual(Array(8).fill("HELD"));
    expect(of("REPEAT")).toMatchObject([{ title: "Fire safety", why: "LOCAL_PERIOD_SHORTER", waitsFor: { odsCode: "ZQB" } }]);
    expect(of("UNKNOWN").map(({ why, waitsFor }) => [why, waitsFor?.odsCode])).toEqual([
      ["WAITS_FOR_COURSE_MAP", "ZQA"],
      ["NOTHING_SENT", undefined],
    ]);
  }
});

test("Eastmoor's HR sees that Amara is cleared for her role, and nothing more of her health", async () => {
  const id = await idOf("amara-osei", "ZQA");
  const query = `query H($id: ID!) { staffMember(id: $id) { health { clearances { clearedForRole validUntil role decidedOn exposureProne connectedSystem }
    immunisations { vaccine } clinicalTests { name } observations { name } sources { state connectedSystem } } } }`;
  const { health } = (await hub.ask(query, { id }, eastmoorHr)).staffMember;
  expect(health.clearances).toMatchObject([
    { clearedForRole: "YES", role: null, decidedOn: null, exposureProne: null, connectedSystem: null },
  ]);
  expect(health).toMatchObject({
    immunisations: null,
    clinicalTests: null,
    observations: null,
    sources: [{ state: "NOT_PERMITTED", connectedSystem: null }],
  });
  const items = (await readinessOf(id, eastmoorHr))!.items!;
  expect(items.map(({ standard }) => standard)).not.toContain("WORK_HEALTH");
  expect((await readinessOf(id, trustPrincipal("oh", "ZQB")))!.items!.map(({ standard }) => standard)).toEqual(["WORK_HEALTH"]);
});

test("34 come by placement, 27 are ready, four wait for the course; each has an own first day", async () => {
  const rotation = await askRotation(graph, { of: "ZQB", on, side: "ARRIVING" });
  const placed = rotation.summary.find(({ move }) => move === "LEAD_EMPLOYER_PLACEMENT");
  expect(placed).toMatchObject({ starters: 34, ready: 27, notReady: 7, waitingForMap: 4, unanswered: 0, daysLeft: 10 });
  const by = rotation.starters.filter(({ move }) => move === "LEAD_EMPLOYER_PLACEMENT");
  expect(new Set(by.map(({ startsOn }) => startsOn))).toEqual(new Set([on, "2026-12-03", "2026-12-04", "2026-12-07"]));
  for (const starter of by) {
    expect(starter).toMatchObject({ transferOffered: false, healthNote: "Occupational health: ask your OH team" });
    expect(starter.transferNote).toBe(
      "No transfer of employment: Northbridge University Hospitals stays the employer, and the host gets the record by placement",
    );
    expect(starter.staffMember.name?.family).toBeTruthy();
    expect(starter.ready).toBe(starter.missing!.length === 0);
  }
  expect(by.map(({ staffMember }) => staffMember.id)).toContain(await idOf("amara-osei", "ZQA"));
});

test("who may not see training is not told that nobody is ready", async () => {
  const query = `{ organisation(odsCode: "ZQB") { rotation(startsOn: "${on}") { summary { move starters ready notReady unanswered say } } } }`;
  const { summary } = (await hub.ask(query, {}, trustPrincipal("oh", "ZQB"))).organisation.rotation;
  expect(summary[0]).toMatchObject({ starters: 34, ready: 0, notReady: 0, unanswered: 34 });
  expect(summary[0].say).toBe("34 by placement of a lead employer: whether they are ready cannot be said here");
});

test("an employer who may not see a secondment learns nothing of it from the kind of move", async () => {
  const [secondee] = await hub.rows(
    "select staff_member_id as id, starts_on from staff.assignment where engagement = 'SECONDMENT_IN' and controller_org = 'ZQB'",
  );
  const query = `query M($id: ID!, $for: ReadinessFor!) { staffMember(id: $id) { readiness(for: $for) { move employer { odsCode } partial } } }`;
  const asked = { id: secondee!.id, for: { organisation: "ZQB", startsOn: secondee!.starts_on, staffGroup: "Medical and Dental" } };
  const ask = async () => (await hub.ask(query, asked, trustPrincipal("hr", "ZQA"))).staffMember.readiness;
  expect(await ask()).toMatchObject({ move: "SECONDMENT", employer: { odsCode: "ZQA" } });
  const agreement = "controller_org = 'ZQB' and organisation = 'ZQA'";
  await hub.rows(`update movement.sharing_agreement set ended_at = now() where ${agreement}`);
  const unseen = await ask();
  await hub.rows(`update movement.sharing_agreement set ended_at = null where ${agreement}`);
  // As if there were no place there, and the same whether the person has other employers or none.
  expect(unseen).toEqual({
    move: "CHANGE_OF_EMPLOYER",
    employer: null,
    partial: "Only what may be seen here is counted; other organisations may hold more of the training",
  });
});

test("Tomasz and Priya change employer: not among the placements, and Saltmarsh's training is not visible before their Yes", async () => {
  const rotation = await askRotation(graph, { of: "ZQB", on, side: "ARRIVING" });
  const changing = rotation.starters.filter(({ move }) => move === "CHANGE_OF_EMPLOYER");
  expect(changing.map(({ staffMember }) => staffMember.id).sort()).toEqual(
    [await idOf("tomasz-zielinski", "ZQB"), await idOf("priya-raman", "ZQB")].sort(),
  );
  for (const starter of changing) {
    expect(starter).toMatchObject({ ready: false, transferOffered: true, employer: null });
    expect(starter.partial).toMatch(/not visible to Eastmoor Hospitals before the person's Yes to a transfer/);
    const everything = [...starter.missing!, ...starter.openChecks!, ...starter.notYetInEsr!];
    for (const item of everything) expect([item.from?.odsCode, item.awardedBy?.odsCode]).not.toContain("ZQC");
  }
  // They themselves see what they have.
  const id = await idOf("tomasz-zielinski", "ZQB");
  const [own, hr] = [await readinessOf(id, selfPrincipal(id)), await readinessOf(id, eastmoorHr)];
  expect(own!.summary!.notToRepeat).toBeGreaterThan(hr!.summary!.notToRepeat);
  expect(own!.partial).toBeNull();
});

test("the lead employer has the same list, and nobody else has any", async () => {
  const arriving = await askRotation(graph, { of: "ZQB", on, side: "ARRIVING", counterpart: "ZQA" });
  const leaving = await askRotation(graph, { of: "ZQA", on, side: "LEAVING", counterpart: "ZQB" });
  const told = (of: RotationAnswer) =>
    of.starters.map(({ staffMember, startsOn, ready, summary }) => [staffMember.id, startsOn, ready, summary]).sort();
  expect(told(leaving)).toEqual(told(arriving));
  expect(leaving.summary).toMatchObject([{ move: "LEAD_EMPLOYER_PLACEMENT", starters: 34, ready: 27 }]);
  expect((await askRotation(graph, { of: "ZQC", on, side: "ARRIVING" })).starters).toEqual([]);
  expect((await askRotation(graph, { of: "ZQD", on, side: "ARRIVING" })).starters).toEqual([]);
});

test("what people read names everybody, what is missing, whose move it is, and the totals", async () => {
  const text = rotationText(await askRotation(graph, { of: "ZQB", on, side: "ARRIVING" }));
  expect(text).toContain("Who starts at Eastmoor Hospitals, 2 December 2026 to 15 December 2026:");
  expect(text).toContain("27 of 34 by placement of a lead employer ready; 4 more once a course is mapped.");
  expect(text).toMatch(/Amara Osei +placement +2026-12-02 +10 +not ready +8 of 11/);
  expect(text).toMatch(/Fire safety: .*every 12 months.*\(whose move: Eastmoor Hospitals\)/);
  expect(text).toMatch(/it waits for Northbridge University Hospitals.*\(whose move: Northbridge University Hospitals\)/);
  expect(text).toContain("(whose move: the person, with a certificate)");
  expect(text.match(/Occupational health: ask your OH team\./g)).toHaveLength(1);
  const one = readinessText((await readinessOf(await idOf("amara-osei", "ZQA"), eastmoorHr))!);
  expect(one).toContain("11 trainings are asked by Eastmoor Hospitals: 8 need not be repeated, 1 to repeat, 2 unknown.");
});

test("an agreement that is taken back closes what it had opened, at once", async () => {
  const id = await idOf("amara-osei", "ZQA");
  const kept = hub.config.sharingAgreements.filter(({ controllerOrg, organisation }) => controllerOrg !== "ZQA" || organisation !== "ZQB");
  await hub.store.agreements.register(kept);
  expect((await readinessOf(id, eastmoorHr))!.summary).toMatchObject({ asked: 11, notToRepeat: 0, repeat: 0, unknown: 11 });
  await hub.store.agreements.register(hub.config.sharingAgreements);
  expect((await readinessOf(id, eastmoorHr))!.summary).toMatchObject({ notToRepeat: 8 });
});
