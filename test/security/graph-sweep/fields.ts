/** Every field of the supergraph for every actor, about people and organisations of the actor's own and of others. */
import type { Row, Run } from "../group";
import { everybody, rolesWithoutRow, staff } from "./callers";
import type { Origin } from "./canary";
import { originText } from "./canary";
import { type Caller, factsOf, type Movement, opensTraining, verdict } from "./expect";
import type { SweepHub } from "./hub";
import { type Judging, judge, ownersOf } from "./judge";
import { organisations, people } from "./scenario";
import { each, Tally, withoutNames } from "./tally";
import { type Aim, type Operation, type Walk, walk } from "./walk";

interface Asking {
  readonly caller: Caller;
  readonly operation: Operation;
  readonly aim: Aim;
  /** Whose record it is about, where it is about one. */
  readonly person?: string;
}

/** What is asked by one caller: every operation, about every person or organisation it can be about. */
function askings(caller: Caller, walked: Walk, sweep: SweepHub, long: boolean, things: readonly string[]): Asking[] {
  const { ids } = sweep.population;
  const own = organisations.find((org) => org === caller.org) ?? "ZQA";
  const foreign = organisations.find((org) => org !== own)!;
  const all: Asking[] = [];
  for (const operation of walked.operations) {
    const base = { caller, operation };
    if (operation.root === "staffMember") {
      const varied = operation.name.endsWith("varied");
      // Asked again with all its arguments, about two of them only: the rest is the same path.
      for (const { name } of varied && !long ? people.slice(0, 1) : people)
        all.push({ ...base, person: name, aim: { staff: ids.get(name)!, organisation: own, identifier: "x", thing: things[0]! } });
    } else if (operation.root === "staffMemberByIdentifier") {
      for (const org of long ? organisations : [own, foreign])
        all.push({ ...base, aim: { staff: "x", organisation: org, identifier: sweep.numbers.get(`doctor ${org}`)!, thing: things[0]! } });
    } else if (operation.root === "me") all.push({ ...base, aim: { staff: "x", organisation: own, identifier: "x", thing: things[0]! } });
    else {
      const asked = operation.query({ staff: "", organisation: "", identifier: "", thing: "@" }).includes('"@"') ? things : [things[0]!];
      for (const org of [own, foreign])
        for (const thing of asked) all.push({ ...base, aim: { staff: "x", organisation: org, identifier: "x", thing } });
    }
  }
  return all;
}

export async function sweepFields(sweep: SweepHub, run: Run, movement: Movement): Promise<Row[]> {
  const walked = walk();
  const coverage = new Tally("fields of the supergraph that an operation of the sweep asks for");
  coverage.tried = walked.all.size;
  coverage.refused = walked.all.size - walked.uncovered.length;
  for (const one of walked.uncovered) coverage.miss(`${one} is asked for by no operation: say in walk.ts what its arguments are`);
  const judging: Judging = { schema: walked.schema, owners: await ownersOf(sweep), sweep, movement };
  const things = [...judging.owners.keys()].filter((_, at) => at % (run.long ? 10 : 60) === 0);
  const answered = new Set<string>();
  const rows: Row[] = [coverage.row()];
  for (const remote of [false, true]) {
    const tally = new Tally(`every field, every actor, own and foreign organisations${remote ? ", subgraphs over HTTP" : ""}`);
    const callers =
      remote && !run.long
        ? [staff("hr", "ZQA"), staff("hr", "ZQB"), staff("oh", "ZQB"), staff("learning", "ZQC")]
        : everybody(run.long ? undefined : 3);
    for (const caller of callers) await sweepCaller(sweep, judging, walked, caller, tally, answered, { remote, long: run.long, things });
    run.note(`${tally.check}: ${tally.tried} tried`);
    rows.push(tally.row());
  }
  const silent = [...walked.all].filter((one) => !answered.has(one));
  run.note(`${silent.length} of ${walked.all.size} fields were answered with nothing to everybody: ${silent.join(" ")}`);
  return [...rows, await withoutToken(sweep, judging, walked), await withoutRow(sweep, judging, walked)];
}

async function sweepCaller(
  sweep: SweepHub,
  judging: Judging,
  walked: Walk,
  caller: Caller,
  tally: Tally,
  answered: Set<string>,
  how: { readonly remote: boolean; readonly long: boolean; readonly things: readonly string[] },
): Promise<void> {
  const seen = new Map<string, Set<Origin>>();
  await each(askings(caller, walked, sweep, how.long, how.things), async ({ operation, aim, person }) => {
    const query = operation.query(aim);
    let answer = await (how.remote ? sweep.askRemote(caller, query) : sweep.ask(caller, query));
    // A part that did not answer in its time on a busy machine is asked once more: what it says is judged, not how fast.
    if (how.remote && answer.text.includes('"UPSTREAM_UNAVAILABLE"')) answer = await sweep.askRemote(caller, query);
    const judged = judge(judging, caller, answer);
    tally.tried += operation.coordinates.length;
    tally.refused += operation.coordinates.filter((one) => !judged.answered.has(one)).length;
    for (const one of judged.answered) answered.add(one);
    for (const why of judged.leaks) tally.leak(`${why} (${operation.name})`, withoutNames(why));
    if (
      answer.status >= 500 ||
      /"INTERNAL"|"GRAPHQL_VALIDATION_FAILED"|"SOURCE_DOWN"/.test(answer.text.replace(/"state":"SOURCE_DOWN"/g, ""))
    )
      tally.miss(`${caller.name}: ${operation.name} failed: ${answer.status} ${answer.text.slice(0, 250)}`, `${operation.name}`);
    const whose = person ?? (operation.root === "me" ? caller.person : undefined);
    if (whose !== undefined) seen.set(whose, new Set([...(seen.get(whose) ?? []), ...judged.seen]));
  });
  for (const [person, canaries] of seen)
    for (const why of missing(sweep, caller, person, canaries, judging.movement)) tally.miss(why, withoutNames(why));
}

/** What the caller must see of a person and did not, in all operations about the person together. */
export function missing(sweep: SweepHub, caller: Caller, person: string, seen: ReadonlySet<Origin>, movement: Movement): string[] {
  const missed: string[] = [];
  const wanted = sweep.canaries.all().filter((origin) => origin.person === person && wants(caller, origin, movement));
  // One name and one day of birth is shown, of the source that is best placed.
  for (const type of ["Name", "BirthDate"]) {
    const one = [...seen].some((origin) => origin.person === person && origin.type === type);
    if (!one && wanted.some((origin) => origin.type === type)) missed.push(`${caller.name} sees no ${type} of ${person}`);
  }
  for (const origin of wanted)
    if (origin.type !== "Name" && origin.type !== "BirthDate" && !seen.has(origin))
      missed.push(`${caller.name} does not see ${originText(origin)}`);
  return missed;
}

export function wants(caller: Caller, { person, controller, type, field }: Origin, movement: Movement): boolean {
  if (type.startsWith("Health")) return false;
  if (type.endsWith("Competence")) return opensTraining(caller, controller, factsOf(person, movement), type === "NationalCompetence");
  if (type === "Identifier" && field === "LOCAL") return false;
  return verdict(caller, person, controller, type, field, movement) === "must";
}

async function withoutToken(sweep: SweepHub, judging: Judging, walked: Walk): Promise<Row> {
  const tally = new Tally("every field without a token");
  const aim = { staff: sweep.population.ids.get("doctor")!, organisation: "ZQA", identifier: sweep.numbers.get("doctor ZQA")!, thing: "x" };
  await each(walked.operations, async (operation) => {
    const { leaks } = judge(judging, undefined, await sweep.ask(undefined, operation.query(aim)));
    tally.tried += operation.coordinates.length;
    if (leaks.length === 0) tally.refused += operation.coordinates.length;
    for (const why of leaks) tally.leak(why);
  });
  return tally.row();
}

/** A line manager, a supervisor, a developer: no row, on purpose, so that no purpose and no level opens anything. */
async function withoutRow(sweep: SweepHub, judging: Judging, walked: Walk): Promise<Row> {
  const tally = new Tally("roles without a row: line managers, supervisors, developers, and made-up ones");
  const operations = walked.operations.filter(({ root }) => root === "staffMember" || root === "staffMembers" || root === "operations");
  for (const role of rolesWithoutRow)
    await each(operations, async (operation) => {
      const caller = staff(role, "ZQA");
      const answer = await sweep.ask(
        caller,
        operation.query({ staff: sweep.population.ids.get("doctor")!, organisation: "ZQA", identifier: "x", thing: "x" }),
      );
      tally.tried += operation.coordinates.length;
      const { answered, leaks } = judge(judging, caller, answer);
      if (leaks.length > 0 || answered.size > 0)
        tally.leak(`the role ${JSON.stringify(role)} was answered ${answer.status} (${operation.name})`);
      else tally.refused += operation.coordinates.length;
    });
  return tally.row();
}
