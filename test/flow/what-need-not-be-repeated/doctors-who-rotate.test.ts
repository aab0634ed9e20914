/**
 * The doctors who rotate to Eastmoor, by the files of the demonstration as the command reads them and by what is true of
 * the people: no system in between, so that what recognition says is judged alone.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { type Config, loadConfig } from "../../../cli/config/load";
import type { Question } from "../../../recognition/question";
import { recognise, summarise } from "../../../recognition/recognise";
import { requirementsFor } from "../../../recognition/requirements";
import { createRules } from "../../../recognition/rules";
import { sentenceOf } from "../../../recognition/sentences";
import { files } from "../../../sandbox/demonstration/config";
import { eastmoorRenewals } from "../../../sandbox/demonstration/maps";
import { eastmoorCovers, requirementsOf, signatories } from "../../../sandbox/demonstration/recognition";
import { esrName } from "../../../sandbox/population/competences";
import { unmapped } from "../../../sandbox/population/courses";
import { unmappedCourse } from "../../../sandbox/population/crowd";
import { notSignatory, organisations } from "../../../sandbox/population/organisations";
import { employmentAt, type Person } from "../../../sandbox/population/person";
import { type Population, populate } from "../../../sandbox/population/population";
import { parseCompetenceName } from "../../../schema/codes/competences";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "lanyard-recognition-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

function configOf(today: string): Config {
  mkdirSync(path.join(folder, "maps"), { recursive: true });
  const write = (file: string, text: string) => writeFileSync(path.join(folder, file), text);
  for (const [odsCode, file] of Object.entries(files.requirements)) write(file, requirementsOf(odsCode));
  write(files.renewals, eastmoorRenewals(today));
  write(files.covers, eastmoorCovers());
  write(files.signatories, signatories());
  const lines = [...organisations, notSignatory].map(({ odsCode, name }) => {
    const asks = files.requirements[odsCode as keyof typeof files.requirements];
    const own = [asks ? `requirements: ${asks}` : "", odsCode === "ZQB" ? `renewals: ${files.renewals}, covers: ${files.covers}` : ""];
    return `  - { ${[`odsCode: ${odsCode}`, `name: "${name}"`, ...own.filter(Boolean)].join(", ")} }`;
  });
  write("lanyard.yaml", ["mode: demonstration", "organisations:", ...lines, `signatories: ${files.signatories}`, ""].join("\n"));
  return loadConfig(path.join(folder, "lanyard.yaml"), { today, environment: {} });
}

function questionOf(person: Person, { world, today }: Population, config: Config, mapped: boolean): Question {
  const assignment = employmentAt(person, "ZQB")!.assignments[0]!;
  const post = world.posts.ZQB.posts.find(({ id }) => id === assignment.positionId)!;
  const at = { organisation: "ZQB", staffGroup: post.staffGroup, jobRole: post.jobRole, startsOn: assignment.startsOn };
  const waiting = person.awards.filter((it) => it.course === unmappedCourse && !mapped);
  return {
    ...at,
    today,
    move: "LEAD_EMPLOYER_PLACEMENT",
    employer: "ZQA",
    doctorInTraining: true,
    exposureProneWork: false,
    requirements: requirementsFor(config.requirements, at),
    awards: person.awards
      .filter((it) => !waiting.includes(it))
      .map((it) => ({
        id: it.id,
        competence: parseCompetenceName(esrName(it.competence))!.identity,
        awardedOn: it.awardedOn,
        awardedBy: it.awardedBy ?? it.at,
        controllerOrg: it.at,
        withdrawn: false,
        heldByEsr: it.inEsr,
      })),
    unmapped: waiting.map((it) => ({ title: unmapped.fullname, completedOn: it.awardedOn, organisation: it.at })),
    checks: [],
    clearances: undefined,
    agreements: [],
  };
}

const days = ["2026-11-22", "2027-03-01", "2028-02-29"];

describe.each(days)("on %s", (today) => {
  let population: Population;
  let config: Config;
  beforeEach(() => {
    population = populate({ today });
    config = configOf(today);
  });
  const answersOf = (person: Person, mapped = false) => {
    const question = questionOf(person, population, config, mapped);
    return { question, answers: recognise(question, createRules(config)) };
  };

  test("of eleven trainings asked of Dr Osei eight need not be repeated, all in ESR, one is to repeat and two are unknown", () => {
    const { question, answers } = answersOf(population.named("amara-osei"));
    expect(summarise(answers)).toEqual({ asked: 11, notToRepeat: 8, repeat: 1, expiresBeforeStart: 0, unknown: 2, minutesSaved: 440 });
    const kept = answers.filter(({ requirement, verdict }) => requirement.standard === "TRAINING" && verdict === "NOT_TO_REPEAT");
    expect(kept.every(({ evidence, awardedBy }) => evidence?.heldByEsr === true && awardedBy === "ZQA")).toBe(true);
    const nameOf = (odsCode: string) => config.organisations.find((it) => it.odsCode === odsCode)!.name;
    const others = answers
      .filter(({ requirement, verdict }) => requirement.standard === "TRAINING" && verdict !== "NOT_TO_REPEAT")
      .map((answer) => `${answer.requirement.competence} ${answer.verdict} ${answer.waitsFor} ${sentenceOf(answer, question, nameOf)}`);
    expect(others).toEqual([
      expect.stringMatching(
        /^CSTF\|Fire Safety\|1\| REPEAT ZQB Eastmoor Hospitals asks every 12 months \(nationally every 24 months\); yours ran out on /,
      ),
      expect.stringMatching(
        /^CSTF\|Infection Prevention and Control\|2\| UNKNOWN ZQA A finished course may be this; it waits for Northbridge/,
      ),
      expect.stringMatching(/Adult Basic Life Support UNKNOWN undefined No system has sent anything; this is not a no$/),
    ]);
    const covered = answers.find(({ why }) => why === "COVERED_BY_HIGHER_LEVEL");
    expect(covered?.requirement.competence).toBe("CSTF|Safeguarding Children|2|");
  });

  test("once the course is mapped it is nine, one and one", () => {
    expect(summarise(answersOf(population.named("amara-osei"), true).answers)).toMatchObject({ notToRepeat: 9, repeat: 1, unknown: 1 });
  });

  test("of 34 doctors 27 are ready, and four more once the course is mapped", () => {
    const rotating = population.people.filter((person) => person.rotates);
    const ready = (mapped: boolean) =>
      rotating.filter((person) => {
        const { asked, notToRepeat } = summarise(answersOf(person, mapped).answers);
        return asked === 11 && notToRepeat === 11;
      }).length;
    expect([rotating.length, ready(false), ready(true)]).toEqual([34, 27, 31]);
  });
});

test("a Harrowdene certificate is not accepted, by name", () => {
  const today = "2026-11-22";
  const population = populate({ today });
  const config = configOf(today);
  const holder = population.people.find((person) => person.awards.some((it) => it.awardedBy === notSignatory.odsCode))!;
  const question = questionOf(holder, population, config, false);
  const answer = recognise(question, createRules(config)).find(({ awardedBy }) => awardedBy === notSignatory.odsCode);
  expect(answer).toMatchObject({ verdict: "REPEAT", why: "ISSUER_NOT_ACCEPTED" });
});
