import { readFileSync, rmSync } from "node:fs";
import { fixedClock } from "../../../platform/clock";
import { type Sandbox, startSandbox } from "../../../sandbox/sandbox";
import { recordTables } from "../../../store/record-tables";
import { type TestHub, testFolder, testHub } from "../../builders/hub";

/** The whole demonstration, read twice: the widest mixture of sources, records and planted faults there is. */
const folder = testFolder();
const clock = fixedClock("2026-11-22T09:00:00Z");
let sandbox: Sandbox;
let hub: TestHub;
const order = () =>
  [...hub.config.connections].sort((a, b) => Number(b.connector.name === "esr") - Number(a.connector.name === "esr")).map(({ id }) => id);

beforeAll(async () => {
  sandbox = await startSandbox({ folder, clock, basePort: 0 });
  hub = await testHub({ folder, clock, yaml: readFileSync(sandbox.configuration, "utf8"), values: sandbox.environment });
  for (const id of order()) expect((await hub.sync(id)).error).toBeUndefined();
}, 120_000);
afterAll(async () => {
  await hub?.close();
  await sandbox?.close();
  rmSync(folder, { recursive: true, force: true });
});

const tables = [...recordTables.values()].map(({ table }) => table);
async function footprint(): Promise<Record<string, { rows: string; versions: string }>> {
  const found: Record<string, { rows: string; versions: string }> = {};
  for (const table of [
    ...tables,
    "ops.record_version",
    "ops.raw_page",
    "staff.source_person",
    "staff.binding",
    "staff.identifier",
    "ops.refused",
  ]) {
    // xmin names the transaction that wrote the row version: an update that changes nothing would still show.
    const columns = table === "ops.refused" ? "id::text" : "xmin::text || ':' || ctid::text";
    const [row] = await hub.rows(
      `select count(*)::text as rows, md5(coalesce(string_agg(${columns}, ',' order by ${columns}), '')) as versions from ${table}`,
    );
    found[table] = row as { rows: string; versions: string };
  }
  return found;
}

test("a second read of everything writes no record, no history and no raw page, and doubles nothing", async () => {
  const before = await footprint();
  const staff = await hub.store.countStaffMembers();
  expect(staff).toBeGreaterThan(300);
  for (const id of order()) {
    const { counts, error } = await hub.sync(id);
    expect([id, error?.code, counts.applied, counts.superseded]).toEqual([id, undefined, 0, 0]);
  }
  expect(await hub.store.countStaffMembers()).toBe(staff);
  expect(await footprint()).toEqual(before);
});

test("the counts of every page and every run close", async () => {
  expect(await hub.count("ops.page")).toBeGreaterThan(10);
  expect(
    await hub.count(
      "ops.page",
      "raw_in <> yielding + ignored + refused_raw or records <> applied + unchanged + superseded + waiting + refused",
    ),
  ).toBe(0);
  const open = await hub.rows(
    `select r.id from ops.sync_run r left join (select run_id, sum(raw_in) i, sum(yielding) y, sum(ignored) g, sum(refused_raw) f, sum(applied) a, sum(unchanged) u,
       sum(superseded) s, sum(waiting) w, sum(refused) x, count(*) n from ops.page group by 1) p on p.run_id = r.id
     where r.ended_at is null or (r.raw_in, r.yielding, r.ignored, r.refused_raw, r.applied, r.unchanged, r.superseded, r.waiting, r.refused, r.pages)
       is distinct from (coalesce(i, 0), coalesce(y, 0), coalesce(g, 0), coalesce(f, 0), coalesce(a, 0), coalesce(u, 0), coalesce(s, 0), coalesce(w, 0), coalesce(x, 0), coalesce(n, 0))`,
  );
  expect(open).toEqual([]);
});

test("records that wait, and refusals, are as many as the lists of them say", async () => {
  for (const connection of await hub.store.listConnections()) {
    const waiting = await Promise.all(
      [...recordTables.values()]
        .filter(({ aboutStaffMember }) => aboutStaffMember)
        .map(({ table }) =>
          hub.count(table, `connection_id = '${connection.id}' and staff_member_id is null and source_state <> 'WITHDRAWN'`),
        ),
    );
    expect([connection.id, connection.waiting]).toEqual([connection.id, waiting.reduce((sum, n) => sum + n, 0)]);
    expect([connection.id, connection.refused]).toEqual([
      connection.id,
      await hub.count("ops.refused", `connection_id = '${connection.id}' and resolved_at is null`),
    ]);
  }
});

test("V25: the shared occupational health system's row of another trust is refused and leaves nothing", async () => {
  const [refusal] = await hub.rows("select * from ops.refused where connection_id = 'larkspur-fhir' and code = 'OTHER_ORGANISATION'");
  expect(refusal).toMatchObject({ pointer: "/performer" });
  expect(await hub.count("oh.immunisation", `source_id = '${refusal!.source_id}'`)).toBe(0);
  expect(await hub.count("oh.immunisation", "connection_id = 'larkspur-fhir' and controller_org <> 'ZQB'")).toBe(0);
});
