/**
 * Nothing is to be learnt from silence: for whoever has no right to it, the bytes of an answer are the same whether there is something
 * or not, and the hub asks the database as much. No test looks at a clock; statements are counted.
 */
import type { Row, Run } from "../group";
import { everybody, passport, self, staff } from "./callers";
import type { Label } from "./cells";
import { type Caller, factsOf, openTo, scenarioMovement, visible } from "./expect";
import type { SweepHub } from "./hub";
import { organisations, people } from "./scenario";
import { each, Tally } from "./tally";
import { type Operation, walk } from "./walk";

const nobody = "7c0ffee0-0000-4000-8000-00000000dead";
/** What of an answer differs from one request to the next anyway: its id, and instants that move with the clock. */
const withoutNoise = (text: string) => text.replace(/"\d{4}-\d{2}-\d{2}T[^"]*"/g, '"instant"');

const tables: Readonly<Record<string, { readonly labels: readonly Label[]; readonly empty: readonly string[] }>> = {
  health: { labels: ["R4", "R5"], empty: ["oh.immunisation", "oh.clinical_test", "oh.observation", "oh.clearance"] },
  checks: { labels: ["R7"], empty: ["checks.employment_check"] },
  training: { labels: ["R3"], empty: ["learning.competence_award", "learning.achievement"] },
};

/** Person operations and the lists and derived answers that are built of people. */
function aboutPeople(operations: readonly Operation[]): Operation[] {
  return operations.filter(({ root, name }) => ["staffMember", "staffMembers", "organisation"].includes(root) && !name.endsWith("varied"));
}

async function answers(sweep: SweepHub, callers: readonly Caller[], operations: readonly Operation[], persons: readonly string[]) {
  const found = new Map<string, { readonly bytes: string; readonly again: () => Promise<string> }>();
  const asked = callers.flatMap((caller) =>
    operations.flatMap((operation) => (operation.root === "staffMember" ? persons : [""]).map((person) => ({ caller, operation, person }))),
  );
  await each(asked, async ({ caller, operation, person }) => {
    const aim = { staff: sweep.population.ids.get(person) ?? nobody, organisation: caller.org ?? "ZQA", identifier: "x", thing: nobody };
    const again = async () => {
      const { status, text } = await sweep.ask(caller, operation.query(aim));
      return `${status} ${withoutNoise(text)}`;
    };
    found.set(`${caller.name}, ${operation.name}${person ? ` about the ${person}` : ""}`, { bytes: await again(), again });
  });
  return found;
}

/** Rows are taken away kind by kind: for everybody who may read none of that kind of anybody, not one byte changes. */
export async function hiddenRowsChangeNothing(sweep: SweepHub, run: Run): Promise<Row> {
  const tally = new Tally("answers of callers without the right, byte by byte, with hidden rows there and gone: health, checks, training");
  const operations = aboutPeople(walk().operations);
  const persons = run.long ? people.map(({ name }) => name) : ["doctor", "trainee", "hire"];
  for (const [kind, { labels, empty }] of Object.entries(tables)) {
    const callers = everybody(0).filter(
      (caller) =>
        // Who works at the hub's own books counts rows of everybody, whatever they are.
        caller.role !== "ops" &&
        caller.role !== "trust-admin" &&
        !people.some(({ name, known }) =>
          Object.keys(known).some((org) => labels.some((label) => openTo(caller, label, org, factsOf(name, scenarioMovement)).length > 0)),
        ),
    );
    const before = await answers(sweep, callers, operations, persons);
    const client = await sweep.hub.database.pool.connect();
    try {
      for (const table of empty) await client.query(`create table public.kept_${table.replace(".", "_")} as select * from ${table}`);
      for (const table of empty) await client.query(`delete from ${table}`);
      const after = await answers(sweep, callers, operations, persons);
      for (const [what, { bytes, again }] of before) {
        tally.tried += 1;
        // Asked once more where it differs: a part that a busy machine left out tells nothing of the rows.
        if (after.get(what)?.bytes === bytes || (await again()) === bytes) tally.refused += 1;
        else tally.leak(`${what}: the answer tells whether there is ${kind}`, `${kind} ${what.split(",")[0]}`);
      }
      run.note(`${kind}: ${before.size} answers of ${callers.length} callers compared`);
    } finally {
      await client.query("set session_replication_role = replica").catch(() => undefined);
      for (const table of empty) {
        const kept = `public.kept_${table.replace(".", "_")}`;
        const { rows } = await client.query(
          `select string_agg(quote_ident(column_name), ', ') as names from information_schema.columns
           where table_schema = $1 and table_name = $2 and is_generated = 'NEVER'`,
          table.split("."),
        );
        await client.query(`insert into ${table} (${rows[0].names}) overriding system value select ${rows[0].names} from ${kept}`);
        await client.query(`drop table ${kept}`);
      }
      await client.query("set session_replication_role = origin").catch(() => undefined);
      client.release();
    }
  }
  return tally.row();
}

/** Somebody who is not for the caller and somebody who is not there: the same bytes, and as many statements. */
export async function nobodyLooksLikeSomebody(sweep: SweepHub, run: Run): Promise<Row[]> {
  const bytes = new Tally("somebody who is not for the caller looks like nobody, byte by byte: by id, by identifiers");
  const statements = new Tally("... and takes as many statements of the database");
  const operations = walk().operations.filter(({ root, name }) => root === "staffMember" && !name.endsWith("varied"));
  for (const caller of everybody(2)) {
    for (const { name } of run.long ? people : people.slice(0, 4).concat(people.filter((one) => one.name === "stranger"))) {
      if (visible(caller, name, scenarioMovement)) continue;
      const one = operations[0]!;
      const aim = (staffId: string) => ({ staff: staffId, organisation: caller.org ?? "ZQA", identifier: "x", thing: nobody });
      const there = await counted(sweep, caller, one.query(aim(sweep.population.ids.get(name)!)));
      const notThere = await counted(sweep, caller, one.query(aim(nobody)));
      compare(`${caller.name} asks for the ${name} by id`, there, notThere);
      for (const org of organisations) {
        const number = sweep.numbers.get(`${name} ${org}`);
        if (number === undefined) continue;
        const query = (value: string) =>
          `{ staffMemberByIdentifier(scheme: ESR_EMPLOYEE_NUMBER, value: "${value}", organisation: "${org}") { id } }`;
        compare(
          `${caller.name} looks for the ${name} by a number`,
          await counted(sweep, caller, query(number)),
          await counted(sweep, caller, query("zz9999zz")),
        );
      }
    }
  }
  return [bytes.row(), statements.row()];

  function compare(what: string, there: Counted, notThere: Counted): void {
    bytes.tried += 1;
    statements.tried += 1;
    if (there.text === notThere.text) bytes.refused += 1;
    else bytes.leak(`${what}: the answer tells that there is somebody`);
    if (there.statements === notThere.statements) statements.refused += 1;
    else statements.leak(`${what}: ${there.statements} statements, ${notThere.statements} for nobody`);
  }
}

interface Counted {
  readonly text: string;
  readonly statements: number;
}
async function counted(sweep: SweepHub, caller: Caller, query: string): Promise<Counted> {
  // A first asking fills what is kept beyond a request: plans, compiled operations, keys.
  await sweep.ask(caller, query);
  // The fewest of several: what the process does by itself meanwhile is no part of the answer.
  let fewest = Number.POSITIVE_INFINITY;
  let said = "";
  for (let time = 0; time < 4; time += 1) {
    const from = sweep.statements();
    const { status, text } = await sweep.ask(caller, query);
    fewest = Math.min(fewest, sweep.statements() - from);
    said = `${status} ${withoutNoise(text)}`;
  }
  return { text: said, statements: fewest };
}

/** Two callers equal in every fact get equal answers; and taking a grant away never adds anything. */
export async function equalsAreEqual(sweep: SweepHub): Promise<Row> {
  const tally = new Tally("two callers equal in facts get equal answers; fewer rights never show more");
  const operations = walk().operations.filter(({ root, name }) => root === "staffMember" && !name.endsWith("varied"));
  const whole = [
    ...["hr", "oh"].flatMap((role) => [staff(role, "ZQA"), staff(role, "ZQB")]),
    staff("recruitment", "ZQB"),
    self("doctor"),
    passport("doctor"),
  ];
  await each(whole, async (caller) => {
    for (const operation of operations) {
      const query = operation.query({
        staff: sweep.population.ids.get("doctor")!,
        organisation: caller.org ?? "ZQA",
        identifier: "x",
        thing: "x",
      });
      const seen = async (one: Caller) => sweep.canaries.in((await sweep.ask(one, query)).text);
      const all = new Set(await seen(caller));
      tally.tried += 1;
      const again = await seen({ ...caller });
      if (again.length !== all.size || again.some((origin) => !all.has(origin)))
        tally.miss(`${caller.name}: the same question, another answer`);
      else tally.refused += 1;
      for (const less of fewer(caller)) {
        tally.tried += 1;
        const shown = await seen(less);
        const more = shown.find((origin) => !all.has(origin) && !["Name", "BirthDate"].includes(origin.type));
        if (more) tally.leak(`${caller.name} sees ${more.type}.${more.field} with level ${less.aal}, "${less.purpose}" and not with more`);
        else tally.refused += 1;
      }
    }
  });
  return tally.row();
}
const fewer = (caller: Caller): Caller[] => [
  { ...caller, aal: 2 },
  { ...caller, aal: 0 },
  ...caller.purpose.split(" ").map((purpose) => ({ ...caller, purpose })),
  ...(caller.scope ? [{ ...caller, scope: "R3" }] : []),
];
