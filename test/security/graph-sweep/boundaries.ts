/**
 * Every condition flipped alone, in the database or in the token, and everything judged anew: what it held open must be shut, what
 * it did not concern must stay as it was, and one day before the boundary it must still be open.
 */
import type { Row, Run } from "../group";
import { client, passport, self, staff, staffRoles } from "./callers";
import type { Origin } from "./canary";
import { type Caller, type Movement, scenarioMovement } from "./expect";
import { missing, wants } from "./fields";
import { flips } from "./flips";
import type { SweepHub } from "./hub";
import { type Judging, judge, ownersOf } from "./judge";
import { organisations, people } from "./scenario";
import { each, Tally, withoutNames } from "./tally";
import { type Operation, walk } from "./walk";

const readers = (person: string): Caller[] => [
  ...["hr", "oh"].flatMap((role) => organisations.map((org) => staff(role, org))),
  ...["learning", "recruitment"].flatMap((role) => [staff(role, "ZQA"), staff(role, "ZQB")]),
  staff("esr", "ZQA", { aal: 2 }),
  staff("esr", "ZQB", { aal: 2 }),
  staff("nhse", undefined),
  self(person),
  passport(person),
];

export class Boundary {
  constructor(
    readonly sweep: SweepHub,
    readonly judging: Judging,
    readonly operations: readonly Operation[],
  ) {}

  static async open(sweep: SweepHub): Promise<Boundary> {
    const walked = walk();
    const judging: Judging = { schema: walked.schema, owners: await ownersOf(sweep), sweep, movement: scenarioMovement };
    return new Boundary(
      sweep,
      judging,
      walked.operations.filter(({ root, name }) => root === "staffMember" && !name.endsWith("varied")),
    );
  }

  /** Everything about one person for one caller, judged by these facts; `misses`: also whether all that is theirs is there. */
  async check(tally: Tally, caller: Caller, person: string, movement: Movement, what: string, misses = true): Promise<void> {
    const seen = new Set<Origin>();
    const judging = { ...this.judging, movement };
    const aim = { staff: this.sweep.population.ids.get(person)!, organisation: caller.org ?? "ZQA", identifier: "x", thing: "x" };
    for (const operation of this.operations) {
      const judged = judge(judging, caller, await this.sweep.ask(caller, operation.query(aim)));
      for (const origin of judged.seen) seen.add(origin);
      for (const why of judged.leaks) tally.leak(`${what}: ${why}`, `${what} ${withoutNames(why)}`);
    }
    if (misses)
      for (const why of missing(this.sweep, caller, person, seen, movement)) tally.miss(`${what}: ${why}`, `${what} ${withoutNames(why)}`);
  }

  /** How much of a person a caller has to see. */
  amount(caller: Caller, person: string, movement: Movement): number {
    return this.sweep.canaries.all().filter((origin) => origin.person === person && wants(caller, origin, movement)).length;
  }
}

/** Each fact of the database changed alone, and put back. */
export async function flipFacts(sweep: SweepHub, run: Run): Promise<Row> {
  const boundary = await Boundary.open(sweep);
  const tally = new Tally(
    "each fact flipped alone in the database: end, start, offer, signature, share, objection, transfer, approval, freeze",
  );
  for (const flip of flips) {
    const { person, name, shuts } = flip;
    const movement = flip.facts(scenarioMovement);
    const callers = readers(person);
    await flip.apply(sweep, sweep.population.ids.get(person)!);
    try {
      const before = callers.map((caller) => boundary.amount(caller, person, scenarioMovement));
      const closed = callers.filter((caller, at) => boundary.amount(caller, person, movement) < before[at]!);
      // A flip that shuts nothing would prove nothing.
      if (closed.length === 0 && shuts) tally.miss(`${name}: the table says that it shuts nothing`);
      tally.tried += callers.length;
      tally.refused += closed.length;
      await each(callers, (caller) => boundary.check(tally, caller, person, movement, name));
    } finally {
      await flip.undo(sweep, sweep.population.ids.get(person)!);
    }
  }
  run.note(`${flips.length} facts flipped`);
  for (const person of new Set(flips.map((flip) => flip.person)))
    await each(readers(person), (caller) => boundary.check(tally, caller, person, scenarioMovement, "all put back"));
  return tally.row();
}

/** Each word of the token changed alone: level, purpose, organisation, scope, client; and pairs of them. */
export async function flipTokens(sweep: SweepHub, run: Run): Promise<Row> {
  const boundary = await Boundary.open(sweep);
  const tally = new Tally("each word of the token flipped alone, and in pairs: level, purpose, organisation, scope, client");
  const asked = run.long ? people.map(({ name }) => name) : ["doctor", "hire"];
  const variants = callerVariants(run.long);
  await each(
    variants.flatMap((caller) => asked.map((person) => ({ caller, person }))),
    async ({ caller, person }) => {
      tally.tried += 1;
      const open = boundary.amount(caller, person, scenarioMovement);
      if (open === 0) tally.refused += 1;
      await boundary.check(tally, caller, person, scenarioMovement, `level ${caller.aal}, ${caller.purpose || "no purpose"}`, false);
    },
  );
  run.note(`${variants.length} tokens`);
  return tally.row();
}

const allPurposes =
  "SELF_VIEW EMPLOYMENT PRE_EMPLOYMENT PLACEMENT TRAINING_COMPLIANCE OH_CARE SUPERVISION_OF_TRAINING SERVICE_OPERATION AUDIT";
function callerVariants(long: boolean): Caller[] {
  const variants: Caller[] = [];
  const roles = staffRoles.filter((role) => !role.startsWith("vendor") && role !== "esr");
  for (const role of roles) {
    for (const org of role === "nhse" || role === "ops" ? [undefined] : long ? organisations : (["ZQA", "ZQB"] as const)) {
      const whole = staff(role, org);
      for (const aal of [0, 2, 3]) variants.push({ ...whole, aal });
      for (const purpose of ["", "AUDIT", ...allPurposes.split(" ")]) {
        variants.push({ ...whole, purpose });
        if (long) variants.push({ ...whole, purpose, aal: 2 }, { ...whole, purpose, aal: 0 });
      }
    }
  }
  for (const person of ["doctor", "hire", "trainee"]) {
    for (const aal of [0, 2]) variants.push(self(person, { aal }), passport(person, { aal }));
    variants.push(self(person, { purpose: "EMPLOYMENT" }), passport(person, { purpose: "" }));
    variants.push(passport(person, { scope: "R3" }), passport(person, { scope: "R1 R2" }), passport(person, { scope: "R10" }));
    // Registered for training only, and nobody has approved it.
    variants.push(passport(person, { act: "narrow-front-end", scope: "R3" }));
  }
  variants.push(passport("doctor", { act: client, scope: "R4 R5" }));
  return variants;
}
