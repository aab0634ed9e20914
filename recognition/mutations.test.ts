/**
 * Each rule is left out in turn: at least one planted case must fail, or the table does not guard that rule. A mutant is
 * the module's own source with one piece of text replaced, so a rule that is renamed here makes its row fail, not pass.
 */
import { readFileSync } from "node:fs";
import path from "node:path";
import { transformSync } from "@swc/core";
import { checkCases } from "../test/recognition/check-cases";
import { type MakePeriods, questionOf, rulesOf } from "../test/recognition/question";
import { trainingCases } from "../test/recognition/training-cases";
import type { recognise as Recognise } from "./recognise";

const cases = [...trainingCases, ...checkCases];

type Mutant = readonly [file: string, what: string, from: string, to: string];
const mutants: readonly Mutant[] = [
  ["days.ts", "the last day is the day before", "lengthOf(toYear, toMonth)) - 1)", "lengthOf(toYear, toMonth)))"],
  ["days.ts", "the month's end holds back", "Math.min(day, lengthOf(toYear, toMonth))", "day"],
  ["days.ts", "leap years", "? 29 :", "? 28 :"],
  ["days.ts", "a rule's first day", "from <= day", "true"],
  ["days.ts", "a rule's first day counts", "from <= day", "from < day"],
  ["days.ts", "a rule's last day", "day <= to", "true"],
  ["days.ts", "a rule's last day counts", "day <= to", "day < to"],
  ["periods.ts", "a deviation needs its reason", 'it.reason.trim() === ""', "false"],
  ["periods.ts", "a deviation only shortens", "lengthOf(own) < national", "true"],
  ["periods.ts", "a deviation holds at its own organisation", `byKey.get(\`\${organisation} \${competence}\`)`, "[...byKey.values()][1]"],
  ["periods.ts", "a deviation holds on its days", "holdsOn(on, it.from, it.to)", "true"],
  ["periods.ts", "of two deviations the shorter", "lengthOf(least) <= lengthOf(it)", "true"],
  ["periods.ts", "of two periods the shorter", "lengthOf(other) < lengthOf(one) ? other : one", "one"],
  ["periods.ts", "of two periods the shorter, either way", "lengthOf(other) < lengthOf(one) ? other : one", "other"],
  ["periods.ts", "no expiry is the longest", "period.months ?? Number.POSITIVE_INFINITY", "period.months ?? 0"],
  ["grouping.ts", "withdrawn is no evidence", "sorted.filter((it) => !it.withdrawn)", "sorted"],
  ["grouping.ts", "three days are one award", "sameAwardDays = 3", "sameAwardDays = 2"],
  ["grouping.ts", "four days are two", "sameAwardDays = 3", "sameAwardDays = 4"],
  ["grouping.ts", "withdrawn elsewhere disputes", "disputed: against.length > 0", "disputed: false"],
  ["grouping.ts", "the earliest day decides", "awardedOn: inForce[0]!.awardedOn", "awardedOn: inForce[inForce.length - 1]!.awardedOn"],
  ["issuer.ts", "its own counts without standing", "award.awardedBy === receiver", "false"],
  ["issuer.ts", "only listed competences move", "competenceOf(competence) !== undefined", "true"],
  ["issuer.ts", "an issuer without standing is unknown", 'return "UNKNOWN"', 'return "ACCEPTED"'],
  ["issuer.ts", "a signatory on the award day", "isSignatory(standing, award.awardedOn) &&", ""],
  ["issuer.ts", "aligned on the award day", "&& isAligned(standing, award.awardedOn)", ""],
  ["issuer.ts", "alignment has days", "holdsOn(on, standing.alignedFrom, standing.alignedTo)", "true"],
  ["issuer.ts", "membership has days", "holdsOn(on, standing.signatoryFrom, standing.signatoryTo)", "true"],
  ["cover.ts", "the table is the receiving organisation's", "line.organisation === organisation &&", ""],
  ["cover.ts", "a line covers what it says", "line.covers === competence &&", ""],
  ["cover.ts", "a line has its days", "holdsOn(startsOn, line.from, line.to)", "true"],
  ["cover.ts", "both periods are known", "own && held ? shorterOf(own, held) : undefined", "own ?? held"],
  ["cover.ts", "the shorter period decides", "shorterOf(own, held)", "own"],
  [
    "cover.ts",
    "the rule is of the start day",
    "rules.periodFor(competence, organisation, startsOn)",
    "rules.periodFor(competence, organisation, question.today)",
  ],
  ["training.ts", "not transferable", 'acceptance === "NOT_TRANSFERABLE"', "false"],
  ["training.ts", "not in the future", "group.awardedOn > today", "false"],
  ["training.ts", "run out before today", "inDateUntil < today", "false"],
  ["training.ts", "not accepted", 'acceptance === "NOT_ACCEPTED"', "false"],
  ["training.ts", "runs out before the start", "inDateUntil < startsOn", "false"],
  ["training.ts", "the start day is enough", "inDateUntil < startsOn", "inDateUntil <= startsOn"],
  ["training.ts", "disputed", "if (group.disputed)", "if (false)"],
  ["training.ts", "issuer unknown", 'if (acceptance === "UNKNOWN")', "if (false)"],
  ["training.ts", "the receiver is a signatory", 'acceptance === "ACCEPTED" &&', "false &&"],
  ["training.ts", "the receiver's own needs no membership", 'acceptance === "ACCEPTED" &&', "true &&"],
  ["training.ts", "an assumed line", "if (route.line?.assumed)", "if (false)"],
  ["training.ts", "no period", "if (route.period === undefined)", "if (false)"],
  ["training.ts", "the deviation is told", 'period?.basis !== "LOCAL_DEVIATION"', "true"],
  [
    "training.ts",
    "the deviation is told only where it decides",
    "lastDayInDate(group.awardedOn, period.nationalMonths) >= startsOn",
    "true",
  ],
  ["training.ts", "a yes on any is a yes", '["NOT_TO_REPEAT", "UNKNOWN",', '["UNKNOWN", "NOT_TO_REPEAT",'],
  [
    "training.ts",
    "what may be a yes is not a no",
    '"UNKNOWN", "EXPIRES_BEFORE_START", "REPEAT",',
    '"EXPIRES_BEFORE_START", "REPEAT", "UNKNOWN",',
  ],
  ["training.ts", "the longest in date", "descending(lastDayOf(a), lastDayOf(b))", "descending(lastDayOf(b), lastDayOf(a))"],
  ["training.ts", "the best statement of one award", "reliance(next) < reliance(best)", "false"],
  ["training.ts", "the statement that its source still lists", "+ Number(statement.suspected === true)", ""],
  ["training.ts", "says that the evidence is suspected", "statement.suspected ? { caveat", "false ? { caveat"],
  ["checks.ts", "says that a check is suspected", "suspected ? { caveat", "false ? { caveat"],
  ["training.ts", "the issuer on the earliest day", "{ ...statement, awardedOn: group.awardedOn }", "statement"],
  ["training.ts", "waits for the course map", "waitingForMap(requirement, routes, question, rules) ?? best", "best"],
  ["training.ts", "a course must look like it", "suggested.has(route.held)", "true"],
  [
    "training.ts",
    "a course that could not help does not wait",
    '.filter(({ answer }) => answer.verdict === "NOT_TO_REPEAT"',
    '.filter(({ answer }) => true || answer.verdict === "NOT_TO_REPEAT"',
  ],
  [
    "training.ts",
    "no map is awaited where the award is in date",
    'if (best && (best.verdict === "NOT_TO_REPEAT"',
    'if (false && best && (best.verdict === "NOT_TO_REPEAT"',
  ],
  ["checks.ts", "the check is the employer's", "check.controllerOrg === employer", "true"],
  ["checks.ts", "the check is completed", "outcome !== completed &&", "false &&"],
  ["checks.ts", "an older step does not open it", "day >= than", "true"],
  ["checks.ts", "the check has happened", "check.checkedOn <= today", "true"],
  ["checks.ts", "the employer is known", "employer === undefined ||", ""],
  ["checks.ts", "the employer is another", "|| employer === organisation", ""],
  ["checks.ts", "the standard's own check", "check.standard === requirement.standard", "true"],
  ["checks.ts", "doctors in training only", "!question.doctorInTraining", "false"],
  ["checks.ts", "the DBS is completed", "check.outcome !== completed", "false"],
  [
    "checks.ts",
    "the DBS has a day, and it has come",
    "check.checkedOn === undefined || check.checkedOn > today",
    "check.checkedOn === undefined",
  ],
  ["checks.ts", "under three years on the start day", "inDateUntil < startsOn", "inDateUntil < today"],
  ["checks.ts", "its type is known", "if (portable === undefined)", "if (false)"],
  ["checks.ts", "its type is enough", "return portable ?", "return true ?"],
  ["checks.ts", "a worse DBS does not hide a better one", "dbsOrder.indexOf(a.verdict) - dbsOrder.indexOf(b.verdict)", "0"],
  ["health.ts", "the lead employer's", "it.controllerOrg === employer)\n", "true)\n"],
  ["health.ts", "the same work", "if (!sameWork(clearance, question))", "if (false)"],
  [
    "health.ts",
    "no named work is no known work",
    "if (clearance.role === undefined) return false",
    "if (clearance.role === undefined) return true",
  ],
  ["health.ts", "the whole staff group", "role === plainName(question.staffGroup) ||", ""],
  ["health.ts", "decided", "clearance.decidedOn > today", "false"],
  ["health.ts", "a later condition outweighs", 'later.some((it) => it.clearedForRole === "CONDITIONAL")', "false"],
  [
    "health.ts",
    "an open decision outweighs",
    'later.some((it) => it.clearedForRole === "PENDING"',
    'later.some((it) => false && it.clearedForRole === "PENDING"',
  ],
  ["health.ts", "an older condition does not", "day >= than", "true"],
  ["health.ts", "without a day it may be later", "day === undefined ||", "day !== undefined &&"],
  ["health.ts", "a last day is stated", "if (clearance.validUntil === undefined)", "if (false)"],
  ["health.ts", "valid on the start day", "clearance.validUntil < on", "false"],
  ["days.ts", "valid today for who has started", "[startsOn, today].sort()[1]!", "startsOn"],
  ["health.ts", "an agreement", "inForce(startsOn) && inForce(on)", "true"],
  ["health.ts", "an agreement on the start day", "inForce(startsOn) &&", ""],
  ["health.ts", "an agreement today for who has started", "&& inForce(on)", ""],
  ["health.ts", "an agreement of this controller", "agreement.controllerOrg === controller &&", ""],
  ["health.ts", "an agreement with this host", "agreement.organisation === organisation &&", ""],
  ["health.ts", "an agreement that has begun", "agreement.startsOn <= on &&", ""],
  ["health.ts", "an agreement that has not ended", "on < agreement.endsBefore", "true"],
  ["health.ts", "an agreement's end is exclusive", "on < agreement.endsBefore", "on <= agreement.endsBefore"],
  ["health.ts", "exposure-prone: evidence", 'it.exposureProne === "CLEARED" &&', ""],
  ["health.ts", "exposure-prone: decided", "it.decidedOn <= today", "true"],
  ["health.ts", "exposure-prone: a later no outweighs", "&& !outweighed(it)", ""],
  ["health.ts", "exposure-prone: valid on the start day", "it.validUntil >= on", "true"],
  ["health.ts", "exposure-prone: restricted", "if (against.length > 0)", "if (false)"],
  ["health.ts", "exposure-prone: a last day is stated", "if (endless)", "if (false)"],
  [
    "health.ts",
    "exposure-prone: without evidence counts as new",
    '{ verdict: "REPEAT", why: "COUNTS_AS_NEW"',
    '{ verdict: "UNKNOWN", why: "NOTHING_SENT"',
  ],
  ["standards.ts", "the table is by move", "row.standard === standard && row.move === move", "row.standard === standard"],
];

const compiled = new Map<string, string>();
function compile(file: string, source: string): string {
  const known = compiled.get(source);
  if (known !== undefined) return known;
  const { code } = transformSync(source, {
    filename: file,
    module: { type: "commonjs" },
    jsc: { parser: { syntax: "typescript" }, target: "es2022" },
  });
  compiled.set(source, code);
  return code;
}

/** The folder's modules, one of them changed; everything outside the folder is the real one. */
function load(mutant: Mutant | undefined): (file: string) => Record<string, unknown> {
  const loaded = new Map<string, Record<string, unknown>>();
  const of = (file: string): Record<string, unknown> => {
    const known = loaded.get(file);
    if (known) return known;
    let source = readFileSync(path.join(__dirname, file), "utf8");
    if (mutant?.[0] === file) {
      const [, , from, to] = mutant;
      if (!source.includes(from)) throw new Error(`${file} has no longer "${from}"`);
      source = source.replace(from, () => to);
    }
    const module = { exports: {} as Record<string, unknown> };
    loaded.set(file, module.exports);
    const need = (name: string): unknown => {
      if (name.startsWith("./") && !name.endsWith(".json")) return of(`${name.slice(2)}.ts`);
      return require(path.join(__dirname, name));
    };
    new Function("require", "module", "exports", compile(file, source))(need, module, module.exports);
    return module.exports;
  };
  return of;
}

/** Names of the planted cases that fail with these modules. */
function failing(mutant: Mutant | undefined): string[] {
  const of = load(mutant);
  const { recognise } = of("recognise.ts") as { recognise: typeof Recognise };
  const { createPeriods } = of("periods.ts") as { createPeriods: MakePeriods };
  return cases.flatMap((one) => {
    try {
      const [answer] = recognise(questionOf(one.question), rulesOf(one.rules ?? {}, createPeriods));
      const right =
        answer?.verdict === one.verdict &&
        answer.why === one.why &&
        answer.caveat === one.caveat &&
        (one.until === undefined || answer.inDateUntil === one.until) &&
        (one.waitsFor === undefined || answer.waitsFor === one.waitsFor);
      return right ? [] : [`${one.rule}: ${one.name}`];
    } catch {
      return [`${one.rule}: ${one.name}`];
    }
  });
}

test("with nothing left out, no case fails", () => expect(failing(undefined)).toEqual([]));

test.each(mutants.map((mutant): [string, Mutant] => [`${mutant[0]}: ${mutant[1]}`, mutant]))(
  "without the rule, a case fails: %s",
  (_name, mutant) => {
    expect(failing(mutant).length).toBeGreaterThan(0);
  },
);
