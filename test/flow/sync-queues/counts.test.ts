import { readFileSync, rmSync } from "node:fs";
import { composeOutbound } from "../../../cli/compose/outbound";
import { runOutbound } from "../../../outbound/run";
import { fixedClock } from "../../../platform/clock";
import { type Sandbox, startSandbox } from "../../../sandbox/sandbox";
import { type TestHub, testFolder, testHub } from "../../builders/hub";
import { principal } from "../../builders/principals";

/** The whole demonstration: every number of the sync queues is as large as the list of rows behind it. */
const folder = testFolder();
const clock = fixedClock("2026-11-22T09:00:00Z");
let sandbox: Sandbox;
let hub: TestHub;

/** Fernleaf only rehearses towards ESR. */
const rehearsed = (yaml: string) =>
  yaml.replace('mode: on, approvedBy: "Chief People Officer', 'mode: shadow, approvedBy: "Chief People Officer');

beforeAll(async () => {
  sandbox = await startSandbox({ folder, clock, basePort: 0 });
  hub = await testHub({ folder, clock, yaml: rehearsed(readFileSync(sandbox.configuration, "utf8")), values: sandbox.environment });
  const order = [...hub.config.connections].sort((a, b) => Number(b.connector.name === "esr") - Number(a.connector.name === "esr"));
  for (const { id, connector } of order) if (connector.poll) await hub.sync(id);
  const outbound = composeOutbound(hub.foundation);
  for (const organisation of ["ZQA", "ZQB"]) await runOutbound(outbound, organisation);
  sandbox.systems.esr.step(clock.now());
  await runOutbound(outbound, "ZQA");
}, 120_000);
afterAll(async () => {
  await hub?.close();
  await sandbox?.close();
  rmSync(folder, { recursive: true, force: true });
});

const ops = principal("ops", { purposes: ["SERVICE_OPERATION"] });
const trustAdmin = (org: string) => principal("trust-admin", { org, aal: 2, purposes: ["SETTINGS"] });

const queuesQuery = `query Queues { operations { connectedSystems { id waiting refused queues { dataSet state waiting refused held due sent acknowledged
  returned refusedByEsr shadowed behindSeconds target oldestWaitingAt } } causes { code owner count systems { system { id } subject count rows } }
  coverage { organisation { odsCode } fewerThanFive activeAssignments people hasLms linkedToLms hasHealth linkedToHealth eligible acknowledged unknownToEsr } } }`;
const rowsQuery = `query Rows($of: OperationsNumber!, $system: ID, $dataSet: String, $organisation: String, $code: String, $subject: String, $state: String, $after: String) {
  operations { rows(of: $of, connectedSystem: $system, dataSet: $dataSet, organisation: $organisation, code: $code, subject: $subject, state: $state, first: 100, after: $after) {
    fewerThanFive edges { node { id what recordId kind connectedSystem organisation { odsCode } state code title pointer count file line since lastAt owner next } }
    pageInfo { hasNextPage endCursor } } } }`;

interface Row {
  id: string;
  kind: string | null;
  count: number | null;
  connectedSystem: string;
  organisation: { odsCode: string } | null;
  next: string;
}
async function rowsOf(variables: Record<string, unknown>, as = ops): Promise<Row[]> {
  const found: Row[] = [];
  let after: string | null = null;
  do {
    const answer: any = await hub.ask(rowsQuery, { ...variables, after }, as);
    found.push(...answer.operations.rows.edges.map((edge: any) => edge.node));
    after = answer.operations.rows.pageInfo.hasNextPage ? answer.operations.rows.pageInfo.endCursor : null;
  } while (after);
  return found;
}

const numbers = {
  waiting: "WAITING",
  refused: "REFUSED",
  due: "DUE",
  sent: "SENT",
  acknowledged: "ACKNOWLEDGED",
  refusedByEsr: "REFUSED_BY_ESR",
  shadowed: "SHADOWED",
};

test("each number of a queue is as large as its list, and the queues of a system add up to the system", async () => {
  const { operations } = await hub.ask(queuesQuery, {}, ops);
  let lists = 0;
  for (const system of operations.connectedSystems) {
    for (const what of ["waiting", "refused"] as const) {
      expect([system.id, what, system.queues.reduce((sum: number, it: any) => sum + it[what], 0)]).toEqual([system.id, what, system[what]]);
    }
    for (const queue of system.queues) {
      for (const [field, of] of Object.entries(numbers)) {
        if (queue[field] === 0) continue;
        lists += 1;
        const rows = await rowsOf({ of, system: system.id, dataSet: queue.dataSet });
        expect([system.id, queue.dataSet, of, new Set(rows.map((row) => row.id)).size]).toEqual([
          system.id,
          queue.dataSet,
          of,
          queue[field],
        ]);
      }
    }
  }
  expect(lists).toBeGreaterThan(4);
});

test("each cause with rows lists as many as it counts", async () => {
  const { operations } = await hub.ask(queuesQuery, {}, ops);
  let lists = 0;
  for (const cause of operations.causes) {
    expect(cause.count).toBe(cause.systems.reduce((sum: number, it: any) => sum + it.count, 0));
    for (const at of cause.systems.filter((it: any) => it.rows)) {
      lists += 1;
      const course = at.rows === "UNMAPPED_COURSE" ? at.subject : null;
      const rows = await rowsOf({
        of: at.rows,
        system: at.system.id,
        code: at.rows === "UNMAPPED_COURSE" || at.rows === "HELD" ? null : cause.code,
        subject: course,
      });
      const sameKind = rows.filter((row) => at.rows !== "REFUSED" || row.kind === at.subject || (row.kind === null && at.subject === null));
      expect([cause.code, at.system.id, sameKind.reduce((sum, row) => sum + (row.count ?? 1), 0)]).toEqual([
        cause.code,
        at.system.id,
        at.count,
      ]);
      expect(rows.every((row) => row.next.length > 10 && !row.next.includes("?"))).toBe(true);
    }
  }
  expect(lists).toBeGreaterThan(3);
});

const filesQuery =
  "{ operations { esrFiles { edges { node { name mode organisation { odsCode } records ledger { state reason count } comparison { held differ lacks } } } } } }";
const numberOfState: Record<string, string> = { WRITTEN: "DUE", REFUSED: "REFUSED_BY_ESR" };

test("each number of a file for ESR is as large as its list, and a rehearsal says what ESR holds, differs in and lacks", async () => {
  const files = (await hub.ask(filesQuery, {}, ops)).operations.esrFiles.edges.map((edge: any) => edge.node);
  expect([...new Set(files.map((file: any) => `${file.organisation.odsCode} ${file.mode}`))].sort()).toEqual(["ZQA on", "ZQB shadow"]);
  const states = new Set<string>();
  for (const file of files) {
    for (const { state, reason, count } of file.ledger) {
      states.add(state);
      const rows = await rowsOf({ of: numberOfState[state] ?? state, subject: file.name, state, code: reason });
      expect([file.name, state, reason, rows.length]).toEqual([file.name, state, reason, count]);
    }
    expect(file.ledger.reduce((sum: number, it: any) => sum + it.count, 0)).toBe(file.records);
    if (file.mode === "on") expect(file.comparison).toBeNull();
    else {
      const { held, differ, lacks } = file.comparison;
      for (const [of, count] of Object.entries({ REHEARSED_HELD: held, REHEARSED_DIFFERS: differ, REHEARSED_LACKS: lacks })) {
        expect(count).toBeGreaterThan(0);
        const rows = await rowsOf({ of, organisation: file.organisation.odsCode });
        expect([of, rows.length]).toEqual([of, count]);
        expect(rows.every((row) => row.connectedSystem === "zqb-fernleaf" && row.next.length > 10)).toBe(true);
      }
    }
  }
  expect([...states]).toEqual(expect.arrayContaining(["ACKNOWLEDGED", "REFUSED", "SHADOWED"]));
  // What is sent is no rehearsal.
  expect(await rowsOf({ of: "REHEARSED_LACKS", organisation: "ZQA" })).toEqual([]);
});

test("a file for ESR is found by its name, by the own trust and the ESR team only", async () => {
  const one = "query One($name: String!) { operations { esrFile(name: $name) { name records ledger { count } comparison { lacks } } } }";
  const [rehearsal] = (await hub.ask(filesQuery, {}, trustAdmin("ZQB"))).operations.esrFiles.edges.map((edge: any) => edge.node);
  const name = rehearsal.name;
  const seen = (await hub.ask(one, { name }, ops)).operations.esrFile;
  expect(seen.comparison.lacks).toBe(seen.records);
  expect((await hub.ask(one, { name }, trustAdmin("ZQB"))).operations.esrFile).toEqual(seen);
  expect((await hub.ask(one, { name }, trustAdmin("ZQA"))).operations.esrFile).toBeNull();
  expect((await hub.ask(one, { name: "nothing" }, ops)).operations.esrFile).toBeNull();
  expect(await rowsOf({ of: "REHEARSED_HELD", organisation: "ZQB" }, trustAdmin("ZQA"))).toEqual([]);
});

test("coverage counts the staff with an active assignment, and those unknown to ESR as a list of them", async () => {
  const { operations } = await hub.ask(queuesQuery, {}, ops);
  const northbridge = operations.coverage.find((it: any) => it.organisation.odsCode === "ZQA");
  expect(northbridge).toMatchObject({ fewerThanFive: false, hasLms: true, hasHealth: true });
  expect(northbridge.people).toBeGreaterThan(100);
  expect(northbridge.linkedToLms).toBeLessThanOrEqual(northbridge.people);
  expect(await rowsOf({ of: "ACTIVE", organisation: "ZQA" })).toHaveLength(northbridge.activeAssignments);
  expect(await rowsOf({ of: "UNKNOWN_TO_ESR", organisation: "ZQA" })).toHaveLength(northbridge.unknownToEsr);
  expect(northbridge.unknownToEsr).toBeGreaterThan(0);
});

test("fewer than five people are not counted out, and not listed", async () => {
  const [member] = await hub.rows(
    "select controller_org as org, id from staff.assignment where controller_org = 'ZQA' and staff_member_id is not null limit 1",
  );
  await hub.rows("update staff.assignment set controller_org = 'ZQD' where id = $1", [member!.id]);
  try {
    const { operations } = await hub.ask(queuesQuery, {}, ops);
    expect(operations.coverage.find((it: any) => it.organisation.odsCode === "ZQD")).toMatchObject({
      fewerThanFive: true,
      people: null,
      activeAssignments: null,
      linkedToLms: null,
      unknownToEsr: null,
    });
    const answer = await hub.ask(rowsQuery, { of: "ACTIVE", organisation: "ZQD" }, ops);
    expect(answer.operations.rows).toMatchObject({ fewerThanFive: true, edges: [] });
  } finally {
    await hub.rows("update staff.assignment set controller_org = 'ZQA' where id = $1", [member!.id]);
  }
});

test("a trust's administrator counts the own organisation only", async () => {
  const { operations } = await hub.ask(queuesQuery, {}, trustAdmin("ZQB"));
  expect(operations.coverage.map((it: any) => it.organisation.odsCode)).toEqual(["ZQB"]);
  const own = hub.config.connections.filter((it) => it.organisations.some(({ odsCode }) => odsCode === "ZQB")).map(({ id }) => id);
  expect(operations.connectedSystems.map((it: any) => it.id).sort()).toEqual([...own].sort());
  for (const number of ["WAITING", "REFUSED", "UNMATCHED", "UNMAPPED_COURSE", "ELIGIBLE"]) {
    for (const row of await rowsOf({ of: number }, trustAdmin("ZQB"))) {
      expect(own).toContain(row.connectedSystem);
      expect([null, undefined, "ZQB"]).toContain(row.organisation?.odsCode);
    }
    expect(await rowsOf({ of: number, system: "zqa-moodle" }, trustAdmin("ZQB"))).toEqual([]);
  }
});

test("nobody else sees a queue: HR and OH are refused, and so is the ESR team without its authentication level", async () => {
  for (const as of [
    principal("hr", { org: "ZQA", purposes: ["EMPLOYMENT"] }),
    principal("oh", { org: "ZQA", purposes: ["OH_CARE"] }),
    { ...ops, aal: 2 },
    { ...ops, purposes: ["AUDIT"] },
  ]) {
    expect((await hub.ask(queuesQuery, {}, as)).operations).toBeNull();
    expect((await hub.ask(rowsQuery, { of: "WAITING" }, as)).operations).toBeNull();
  }
});

test("a health record's kind, and the vendor's keys of people, are in no row and no cause", async () => {
  const { operations } = await hub.ask(queuesQuery, {}, ops);
  const lists = await Promise.all(
    ["WAITING", "UNMATCHED", "REFUSED", "HELD", "UNMAPPED_COURSE", "ELIGIBLE", "UNKNOWN_TO_ESR", "REHEARSED_HELD", "REHEARSED_DIFFERS"].map(
      (of) => rowsOf({ of }),
    ),
  );
  const shown = JSON.stringify([operations.causes, lists]).toLowerCase();
  for (const kind of ["immunisation", "clinical-test", "clinical test", "observation", 'clearance"'])
    expect(shown).not.toContain(`"${kind}`);
  expect(shown).toContain("health record");
  const keys = await hub.rows("select source_key as key from staff.source_person union select source_id from ops.refused");
  expect(keys.length).toBeGreaterThan(500);
  expect(keys.filter(({ key }) => key.length > 3 && shown.includes(`"${key.toLowerCase()}"`))).toEqual([]);
});
