import { readFileSync, rmSync } from "node:fs";
import { fixedClock } from "../../../platform/clock";
import { startSandbox } from "../../../sandbox/sandbox";
import { testFolder, testHub } from "../../builders/hub";
test("explore", async () => {
  const folder = testFolder();
  const clock = fixedClock("2026-11-22T09:00:00Z");
  const sandbox = await startSandbox({ folder, clock, basePort: 0 });
  const hub = await testHub({ folder, clock, yaml: readFileSync(sandbox.configuration, "utf8"), values: sandbox.environment });
  const order = [...hub.config.connections].sort((a, b) => Number(b.connector.name === "esr") - Number(a.connector.name === "esr"));
  for (const { id } of order) { const r = await hub.sync(id); console.log(id, r.error?.code, JSON.stringify(r.counts)); }
  const P = (role: any, org: string, purposes: string[]) => ({ issuer: "t", subject: "t", org, role, person: undefined, act: undefined, scope: [], aal: 3, purposes });
  console.log(JSON.stringify(await hub.rows("select p.connection_id, p.state, p.staff_member_id, a.controller_org, a.engagement, a.starts_on::text, a.projected_hire_on::text, a.ends_on::text, a.valid_from::text, a.valid_to::text, a.source_state from staff.source_person p left join staff.assignment a on a.source_person_id = p.id where p.family_name ilike 'ziel%'"), null, 1));
  await hub.close(); await sandbox.close(); rmSync(folder, { recursive: true, force: true });
}, 200000);
