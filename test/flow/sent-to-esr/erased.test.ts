import { rawReader } from "../../../sync/erased";
import { approved } from "../../builders/approvals";
import { type EsrWorld, esrWorld } from "./world";

let world: EsrWorld;
beforeAll(async () => {
  world = await esrWorld();
}, 180_000);
afterAll(() => world?.close());

test("somebody of whom files have left for ESR is erased: ledger and lines go, no poll brings the person back, nothing is due", async () => {
  const { hub, clock, sandbox } = world;
  await world.run();
  sandbox.systems.esr.step(clock.now());
  await world.run();
  const [sent] = await hub.rows(
    `select p.staff_member_id::text as staff, count(*)::int as lines from ops.esr_delivery d join staff.source_person p on p.id = d.esr_source_person_id
     where d.organisation = 'ZQA' and d.controller_org = 'ZQA' group by 1 order by 2 desc, 1 limit 1`,
  );
  const { staff, lines } = sent as { staff: string; lines: number };
  expect(lines).toBeGreaterThan(1);
  const ofHer = async () =>
    hub.count(
      "ops.esr_delivery d",
      `exists (select 1 from staff.source_person p where p.id = d.esr_source_person_id and p.staff_member_id = '${staff}')`,
    );
  const all = await hub.count("ops.esr_delivery");

  const of = { subject: staff, organisation: "ZQA" };
  const approvalId = await approved(hub, { act: "subject-erase", ...of }, clock.now());
  const reader = rawReader(hub.foundation.engine, hub.config.connections);
  const erasure = await hub.store.erasures.erase({ ...of, instruction: "IG-1", approvalId, by: "ann" }, reader, clock.now);

  expect(erasure).toMatchObject({ state: "ERASED", done: erasure.planned });
  expect(erasure.done).toMatchObject({ "ops.esr_delivery": lines });
  expect(await hub.count("ops.esr_delivery")).toBe(all - lines);
  clock.advance(10 * 60_000);
  sandbox.systems.esr.step(clock.now());
  for (const id of ["zqa-esr", "zqa-moodle"]) expect((await hub.sync(id)).error).toBeUndefined();
  expect(await world.run()).toMatchObject({ error: undefined, due: 0 });
  expect(await ofHer()).toBe(0);
  expect(await hub.count("staff.source_person", `staff_member_id = '${staff}' and controller_org = 'ZQA'`)).toBe(0);
}, 120_000);
