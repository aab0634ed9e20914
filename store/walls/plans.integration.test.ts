import { fixedClock } from "../../platform/clock";
import type { PoolClient } from "../../platform/database";
import { type TestStore, testStore } from "../../test/builders/store";
import { listStaffMembers } from "../read/find";
import { readPart } from "../read/part";
import { healthPart, learningPart } from "../read/parts";
import type { ReadContext } from "../store";

/** People, and records of each table; of every twentieth person one employer is ZQA. */
const people = 2_000;
const rows = 20_000;
const tables = ["staff.assignment", "learning.competence_award", "oh.immunisation"];
const staffOf = (n: string) => `md5('staff ' || ${n})::uuid`;

/** A value of a type that a row needs; whether it makes sense is not the question here. */
function filling(table: string, column: string, type: string): string {
  if (column === "id") return "gen_random_uuid()";
  if (column === "staff_member_id") return staffOf(`(n % ${people})`);
  if (column === "controller_org") return `case when n % 20 = 0 then 'ZQA' else 'Q' || n % 20 end`;
  if (column === "connection_id") return "'zqa-lms'";
  if (column === "source_state") return "'CURRENT'";
  if (type === "uuid") return `md5('${table} ${column} ' || n)::uuid`;
  if (type.endsWith("[]")) return "'{}'";
  if (/^(integer|bigint|smallint|double precision|numeric|real)/.test(type)) return "1";
  if (type === "boolean") return "false";
  if (type === "jsonb" || type === "json") return "'{}'";
  if (type === "bytea") return "'\\x00'";
  if (type === "date" || type.startsWith("timestamp")) return column.endsWith("_to") ? "null" : "'2026-01-01'";
  return `'${column} ' || n`;
}

let test_: TestStore;
let staff: string;
beforeAll(async () => {
  test_ = await testStore(fixedClock("2026-11-22T09:00:00Z"));
  for (const table of tables) {
    const columns = await test_.rows(
      `select a.attname as name, format_type(a.atttypid, null) as type, a.attnotnull as needed from pg_attribute a
        where a.attrelid = $1::regclass and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''`,
      [table],
    );
    const checks = await test_.rows(
      "select format('alter table %s drop constraint %I', conrelid::regclass, conname) as text from pg_constraint where conrelid = $1::regclass and contype = 'c'",
      [table],
    );
    for (const { text } of checks) await test_.rows(text);
    const wanted = columns.filter(({ name, needed }) => needed || ["staff_member_id", "controller_org", "source_state"].includes(name));
    await test_.rows(`set session_replication_role = replica;
      insert into ${table} (${wanted.map(({ name }) => `"${name}"`).join(", ")}) overriding system value
        select ${wanted.map(({ name, type }) => filling(table, name, type)).join(", ")} from generate_series(1, ${rows}) n;
      set session_replication_role = origin;
      analyze ${table}`);
  }
  [{ staff }] = (await test_.rows(`select ${staffOf("20")} as staff`)) as [{ staff: string }];
}, 120_000);
afterAll(() => test_.drop());

interface Plan {
  readonly "Node Type": string;
  readonly "Relation Name"?: string;
  readonly Schema?: string;
  readonly "Function Name"?: string;
  readonly "Parent Relationship"?: string;
  readonly "Actual Loops": number;
  readonly Plans?: readonly Plan[];
}
const nodesOf = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(nodesOf)];

/** Of what `read` asks, as the hub itself asks it. */
async function planOf(context: ReadContext, read: (client: PoolClient) => Promise<unknown>): Promise<Plan[]> {
  return test_.store.withPrincipal(context, async (client) => {
    const plans: Plan[] = [];
    const explaining = {
      async query({ text, values }: { text: string; values: unknown[] }) {
        const { rows } = await client.query({ text: `explain (analyze, verbose, format json) ${text}`, values });
        plans.push(...nodesOf(rows[0]["QUERY PLAN"][0].Plan));
        return { rows: [] };
      },
    };
    await read(explaining as unknown as PoolClient);
    return plans;
  });
}

/** What of a plan costs more the more rows a table has. */
function faultsOf(plan: readonly Plan[]): string[] {
  return plan.flatMap((node) => {
    const name = node["Function Name"] ?? node["Relation Name"] ?? "";
    const isPolicy = node.Schema === "guard" || node["Parent Relationship"] === "InitPlan";
    if (isPolicy && node["Actual Loops"] > 1) return [`${node["Node Type"]} ${name} is run ${node["Actual Loops"]} times`];
    const isOfPeople = tables.includes(`${node.Schema}.${name}`);
    return isOfPeople && node["Node Type"] === "Seq Scan" ? [`${name} is read from end to end`] : [];
  });
}

const reading = (what: ReadContext["what"], kinds: readonly string[]) =>
  ({ what, scope: [{ controllerOrg: "ZQA", kinds, staffMember: staff }] }) as unknown as ReadContext;
const opening = (label: string) => [{ staffMember: staff, controllerOrg: "ZQA", label }] as unknown as Parameters<typeof readPart>[2];
const training = (client: PoolClient) => readPart(client, learningPart, opening("R3"), "2026-11-22");

test.each([
  ["training", "records", ["competence-award", "achievement"], training],
  [
    "health",
    "health",
    ["immunisation", "clinical-test", "observation", "clearance"],
    (client: PoolClient) => readPart(client, healthPart, opening("R5"), "2026-11-22"),
  ],
] as const)("%s of one person is read by the index, and the policy is asked once", async (_, what, kinds, read) => {
  const plan = await planOf(reading(what, kinds), read);
  expect(plan.some(({ Schema }) => Schema === "guard")).toBe(true);
  expect(faultsOf(plan)).toEqual([]);
});

test("an organisation's people are listed by the index", async () => {
  const plan = await planOf(reading("facts", ["assignment"]), (client) => listStaffMembers(client, "ZQA", undefined, 50));
  expect(plan.some((node) => node["Relation Name"] === "assignment")).toBe(true);
  expect(faultsOf(plan)).toEqual([]);
});

test("a policy that is asked for every row, and a table read from end to end, are seen", async () => {
  await test_.rows(
    `create policy planted on learning.competence_award as restrictive for select to lanyard_read
       using (exists (select 1 from guard.scope('competence-award') s where s.staff_member = staff_member_id offset 0))`,
  );
  const slow = await planOf(reading("records", ["competence-award"]), training);
  await test_.rows("drop policy planted on learning.competence_award");
  expect(faultsOf(slow).join()).toMatch(/scope is run \d+ times/);
  const whole = await planOf(reading("records", ["competence-award"]), (client) =>
    client.query({ text: "select count(*) from learning.competence_award where source_state = $1", values: ["CURRENT"] }),
  );
  expect(faultsOf(whole).join()).toMatch(/read from end to end/);
});
