import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { hr } from "../../builders/hub";
import { type EsrWorld, esrWorld } from "./world";

let world: EsrWorld;
beforeAll(async () => {
  world = await esrWorld();
}, 120_000);
afterAll(() => world?.close());

test("what is due is written, sent, acknowledged, comes back, and is never due again", async () => {
  const { hub, sandbox, clock } = world;
  const before = await hub.count("learning.competence_award", "connection_id = 'zqa-esr' and source_state <> 'WITHDRAWN'");
  const first = await world.run();
  expect(first).toMatchObject({ error: undefined, files: [{ name: "LY_991_ESR_CAW_20261122_00000001.DAT", mode: "on", sent: true }] });
  const records = first.files[0]!.records;
  expect(records).toBe(first.due);
  expect(await world.states()).toEqual({ SENT: records });
  expect(world.lying("991", "In")).toEqual(["LY_991_ESR_CAW_20261122_00000001.DAT"]);

  expect(sandbox.systems.esr.step(clock.now())).toMatchObject({ loaded: expect.any(Number) });
  const second = await world.run();
  const { ACKNOWLEDGED, REFUSED } = await world.states();
  expect(second).toMatchObject({
    due: 0,
    judged: 0,
    files: [],
    answers: { files: 1, loaded: ACKNOWLEDGED, refused: REFUSED, doubtful: 0 },
  });
  expect(ACKNOWLEDGED! + REFUSED!).toBe(records);
  expect(REFUSED).toBeGreaterThan(0);
  expect(await hub.rows("select distinct refusal_code from ops.esr_delivery where state = 'REFUSED'")).toEqual([
    { refusal_code: "POSITION_CLOSED" },
  ]);

  clock.advance(10 * 60_000);
  expect(sandbox.systems.esr.step(clock.now()).told).toHaveLength(1);
  expect((await hub.sync("zqa-esr")).error).toBeUndefined();
  const third = await world.run();
  expect(third).toMatchObject({ due: 0, files: [], reconciled: { returned: ACKNOWLEDGED } });
  expect(third.judged).toBeGreaterThan(0);
  expect(await world.states()).toEqual({ REFUSED, RETURNED: ACKNOWLEDGED });
  const after = await hub.count("learning.competence_award", "connection_id = 'zqa-esr' and source_state <> 'WITHDRAWN'");
  expect(after - before).toBe(ACKNOWLEDGED);

  expect(await world.run()).toMatchObject({ due: 0, judged: 0, files: [] });
  expect(world.lying("991", "In/taken")).toEqual(["LY_991_ESR_CAW_20261122_00000001.DAT"]);
});

test("E3: the refusal is a problem of the trust with ESR's reason, and a leaver, a held award and a pair one day apart were not sent", async () => {
  const { hub } = world;
  expect(await hub.problems("zqa-esr")).toContainEqual(
    expect.objectContaining({
      code: "ESR_REFUSED",
      owner: "TRUST",
      say: expect.stringContaining("Northbridge University Hospitals: position closed"),
    }),
  );
  const reasons = await hub.rows("select reason, count(*)::int as n from ops.esr_judgement where organisation = 'ZQA' group by 1");
  expect(reasons.find(({ reason }) => reason === "EMPLOYMENT_ENDED")!.n).toBeGreaterThan(0);
  // One day apart in two systems: ESR holds it, and nothing of it was sent.
  expect(await hub.count("ops.esr_judgement", "organisation = 'ZQA' and reason = 'ESR_HOLDS_IT' and days_apart = 1")).toBeGreaterThan(5);
  expect(
    await hub.count(
      "ops.esr_delivery d",
      `exists (select 1 from learning.competence_award a where a.source_person_id = d.esr_source_person_id and a.competence = d.competence
        and a.source_state <> 'WITHDRAWN' and abs(a.awarded_on - d.awarded_on) <= 3 and a.source_id is distinct from d.esr_element_id)`,
    ),
  ).toBe(0);
});

test("the record tells it: one award with two attestations, of which ESR's is the echo of ours", async () => {
  const { hub } = world;
  const [row] = await hub.rows(
    "select staff_member_id::text as id, competence, awarded_on::text as on from ops.esr_delivery where organisation = 'ZQA' and state = 'RETURNED' order by id limit 1",
  );
  const { staffMember } = await hub.ask(
    `query P($id: ID!) { staffMember(id: $id) { learning { competences {
      competence awardedOn esr { state reason sentAt acknowledgedAt returnedAt } attestations { heldByEsr returned esr { state reason } } } } } }`,
    { id: row!.id },
    hr("ZQA"),
  );
  const items = staffMember.learning.competences as any[];
  const found = items.filter((item) => item.competence === row!.competence && item.awardedOn === row!.on);
  expect(found).toEqual([
    expect.objectContaining({
      esr: {
        state: "RETURNED",
        reason: null,
        sentAt: expect.any(String),
        acknowledgedAt: expect.any(String),
        returnedAt: expect.any(String),
      },
    }),
  ]);
  expect(found[0].attestations).toEqual([
    { heldByEsr: true, returned: true, esr: { state: "RETURNED", reason: null } },
    { heldByEsr: false, returned: false, esr: { state: "RETURNED", reason: null } },
  ]);
  // What ESR told itself is held, and the LMS's telling of it is not due.
  const held = items.find((item) => item.esr?.state === "HELD" && item.attestations.length === 2);
  if (held)
    expect(held.attestations.map((it: any) => it.esr)).toEqual([
      { state: "HELD", reason: null },
      { state: "NOT_DUE", reason: "ESR_HOLDS_IT" },
    ]);
  expect(items.every((item) => item.esr !== null)).toBe(true);
});

test("the file holds what the layout says and no name of a person; its bytes in the store are sealed and the same", async () => {
  const { hub, sandbox } = world;
  const name = world.lying("991", "In/taken")[0]!;
  const text = readFileSync(world.exchange("991", `In/taken/${name}`), "latin1");
  const families = new Set(
    sandbox.population
      .at("ZQA")
      .map((person) => person.family)
      .filter((family) => family.length > 5),
  );
  expect([...families].filter((family) => text.includes(family))).toEqual([]);
  const [file] = await hub.rows("select sha256, body from ops.esr_file where name = $1", [name]);
  expect(createHash("sha256").update(text, "latin1").digest("hex")).toBe(file!.sha256);
  expect(file!.body.toString("latin1")).not.toContain("CAW~1~");
});

test("what left is on record: who was in it, before it left", async () => {
  const [event] = await world.hub.rows("select * from audit.event where operation = 'send to ESR'");
  expect(event).toMatchObject({ subject: "esr:991", organisation: "ZQA", role: "esr", decision: "ALLOW", kinds: ["competence-award"] });
  expect(event!.staff_members.length).toBeGreaterThan(100);
});
