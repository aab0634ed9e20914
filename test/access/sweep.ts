/** Compares a decision, cell by cell and situation by situation, with the table as it is written. */
import { actTable } from "../../access/acts";
import type { Act, Action, Decision, decider, Tables } from "../../access/decide";
import { readTable } from "../../access/tables";
import { type Actor, actors, projections } from "../../access/vocabulary";
import { accessLabels } from "../../schema/registry";
import { type Asked, factsOf, now, principalOf, targetOf } from "./situation";
import { type Atom, atoms, bit, type Expected, expected, levelOf, purposesOf, wordsOf, written } from "./table";

export type Decide = ReturnType<typeof decider>;
export const inForce: Tables = { read: readTable, acts: actTable };
export const types: readonly string[] = [...accessLabels.filter((label) => label !== "open"), ...projections];

/** The tables with the column of one actor only: of a role that may be two actors each is judged by itself. */
export function only(actor: string, tables: Tables = inForce): Tables {
  return {
    read: Object.fromEntries(actors.map((one) => [one, one === actor ? tables.read[one] : {}])) as Tables["read"],
    acts: Object.fromEntries(
      Object.entries(tables.acts).map(([act, row]) => [act, row[actor as Actor] ? { [actor]: row[actor as Actor] } : {}]),
    ) as Tables["acts"],
  };
}

export interface Count {
  tried: number;
  refused: number;
  leaked: number;
  missed: number;
  readonly examples: string[];
}
export const emptyCount = (): Count => ({ tried: 0, refused: 0, leaked: 0, missed: 0, examples: [] });
const fewExamples = 5;

const inWords = (situation: number) => atoms.filter((atom) => situation & bit[atom]).join(" ");

export function tell(count: Count, what: string, allowed: boolean, should: boolean, situation: number): void {
  count.tried++;
  if (allowed === should) {
    if (!allowed) count.refused++;
    return;
  }
  if (allowed) count.leaked++;
  else count.missed++;
  if (count.examples.length < fewExamples) count.examples.push(`${what}: ${allowed ? "open" : "shut"} with ${inWords(situation)}`);
}

/** Whether an allowed read opens what its cell limits it to. */
export function limitsHold(decision: Decision, actor: string, type: string, { allRows }: Expected, situation: number): boolean {
  const exact = written.fields[actor]?.[type];
  if (exact && [...(decision.fields ?? [])].sort().join() !== [...exact].sort().join()) return false;
  const never = written.never[actor]?.[type];
  if (never && (!decision.fields || never.some((field) => decision.fields!.includes(field)))) return false;
  return (decision.rows === "national") === !allRows(situation);
}

const ofPerson: readonly Atom[] = ["person", "frozen", "deleg", "scope", "aal", "purpose", "tenant", "emp", "granted"];
const ofStaff: readonly Atom[] = [
  "tenant",
  "emp",
  "offer",
  "place",
  "programme",
  "agreement",
  "granted",
  "yes",
  "objection",
  "frozen",
  "aal",
  "purpose",
];
const ofVendors: readonly Atom[] = ["tenant", "own-push", "emp", "granted", "agreement", "aal", "purpose"];

function* situationsOver(chosen: readonly Atom[]): Generator<number> {
  for (let index = 0; index < 1 << chosen.length; index++) {
    let situation = 0;
    for (let at = 0; at < chosen.length; at++) if (index & (1 << at)) situation |= bit[chosen[at]!];
    yield situation;
  }
}

/** Every situation of one cell of the read table. Stops at the first difference where that is all that is asked. */
export function sweepRead(decide: Decide, actor: string, type: string, count: Count, untilDifferent = false): void {
  const table = expected(written.read[actor]?.[type], type);
  const asked: Asked = { actor, type, isAct: false, level: levelOf(actor, type, false), purposes: purposesOf(actor, type) };
  const chosen = actor === "SELF" || actor === "PASS" ? ofPerson : actor === "VLMS" || actor === "VOH" ? ofVendors : ofStaff;
  for (const situation of situationsOver(chosen)) {
    const decision = decide(principalOf(situation, asked), "read", targetOf(situation, asked), factsOf(situation, asked), now);
    const should = (situation & bit.purpose) !== 0 && table.allows(situation);
    const allowed = decision.effect === "allow";
    const wide = allowed && should && !limitsHold(decision, actor, type, table, situation);
    tell(count, `${actor} reads ${type}`, allowed, should && !wide, situation);
    if (untilDifferent && count.leaked + count.missed > 0) return;
  }
}

const typesOfActs = ["R1", "R1s", "R2", "R3", "R4", "R5", "R7"];

/** Every situation of one act by one actor, for every type of record where the table makes a difference. */
export function sweepAct(decide: Decide, actor: string, act: Act, count: Count, untilDifferent = false): void {
  const row = written.acts[act] ?? {};
  const texts = Object.values(row);
  const chosen = atoms.filter(
    (atom) =>
      ["tenant", "aal", "purpose", "frozen", "person"].includes(atom) ||
      texts.some((text) => wordsOf(text, "R3").includes(atom)) ||
      (atom === "signed-already" && texts.some((text) => text.includes("second"))),
  );
  const byType = texts.some((text) => /of-|not-health|neither/.test(text.replace("of-another", "")));
  for (const type of byType ? typesOfActs : ["R3"]) {
    const table = expected(row[actor], type);
    const asked: Asked = { actor, type, isAct: true, level: levelOf(actor, type, true), purposes: purposesOf(actor) };
    for (const situation of situationsOver(chosen)) {
      if (situation & bit.person && situation & bit.unbound) continue;
      const decision = decide(
        principalOf(situation, asked),
        act as Action,
        targetOf(situation, asked),
        factsOf(situation, asked, act),
        now,
      );
      const should = (situation & bit.purpose) !== 0 && table.allows(situation);
      tell(count, `${actor} does ${act} (${type})`, decision.effect === "allow", should, situation);
      if (untilDifferent && count.leaked + count.missed > 0) return;
    }
  }
}

/** A role that is employer and host at once sees what either may, and no more. */
export function sweepTogether(decide: Decide, pair: readonly [string, string], type: string, count: Count): void {
  const tables = pair.map((actor) => expected(written.read[actor]?.[type], type));
  const level = levelOf(pair[0], type, false);
  const purposes = [...new Set(pair.flatMap((actor) => purposesOf(actor, type)))];
  const asked: Asked = { actor: pair[0], type, isAct: false, level, purposes };
  for (const situation of situationsOver(ofStaff)) {
    const { effect } = decide(principalOf(situation, asked), "read", targetOf(situation, asked), factsOf(situation, asked), now);
    const should = (situation & bit.purpose) !== 0 && tables.some(({ allows }) => allows(situation));
    tell(count, `${pair.join(" and ")} read ${type}`, effect === "allow", should, situation);
  }
}
