import { courseFor } from "../../../sandbox/population/courses";
import { employmentAt, type Person } from "../../../sandbox/population/person";
import { northbridgeMoodle } from "../../../sandbox/views/northbridge-moodle";
import { maySeeClaim } from "../../commands/match";
import { askDoctor, ready } from "../../compose/doctor";
import { selfPrincipal } from "../../compose/movement";
import { type ReadinessAnswer, type ReadinessItemAnswer, readinessFields } from "../../present/doctor";
import type { Step } from "../narration";
import { as, type Stage } from "../stage";
import type { Memory } from "../story";
import { tracesOf } from "./esr";

/** What was planted, one by one: each is caught, with words that a person understands. */
export async function trapsStep(stage: Stage, step: Step, memory: Memory): Promise<void> {
  await renewalPeriods(stage, step, memory);
  await oneDayApart(stage, step, memory);
  await heldAlready(stage, step, memory);
  await courseReset(stage, step, memory);
  await polled(stage, step);
  await deniedTest(stage, step);
  await twoIqbals(stage, step);
  await certificate(stage, step, memory);
  await notInEsr(stage, step);
  await lateCompletion(stage, step);
}

/** The staff member of one of the cast, by the number at one employer. */
async function staffMemberOf(stage: Stage, person: Person, odsCode: "ZQA" | "ZQB" | "ZQC"): Promise<string | undefined> {
  const number = employmentAt(person, odsCode)?.employeeNumber;
  const { rows } = await stage.foundation.store.pool.query(
    `select coalesce(m.merged_into, m.id)::text as id from staff.identifier i join staff.source_person p on p.id = i.source_person_id
       join staff.staff_member m on m.id = p.staff_member_id
      where i.scheme = 'ESR_EMPLOYEE_NUMBER' and i.value = $1 and p.controller_org = $2 limit 1`,
    [number ?? "", odsCode],
  );
  return rows[0]?.id;
}

async function trainingAt(
  stage: Stage,
  staffMember: string,
  organisation: string,
  startsOn: string,
): Promise<readonly ReadinessItemAnswer[]> {
  const data = await stage.ask<{ me: { readiness: ReadinessAnswer | null } | null }>(
    `query At($organisation: String!, $startsOn: String!) { me { readiness(for: { organisation: $organisation, startsOn: $startsOn }) { ${readinessFields} } } }`,
    { organisation, startsOn },
    selfPrincipal(staffMember),
  );
  return (data.me?.readiness?.items ?? []).filter((item) => item.standard === "TRAINING");
}

async function renewalPeriods(stage: Stage, step: Step, { doctor, next, startsOn }: Memory): Promise<void> {
  const of = async (organisation: string) =>
    (await trainingAt(stage, doctor, organisation, startsOn)).find((item) => item.subject === "Fire Safety");
  const there = await of(next);
  const nationally = await of("ZQC");
  step.say(`\nFire safety: ${there?.say}. At Saltmarsh: ${nationally?.say}.`);
  step.equal(
    "fire safety: 12 months at Eastmoor by its recorded deviation: to repeat",
    [there?.rule?.months, there?.rule?.basis, there?.verdict],
    [12, "LOCAL_DEVIATION", "REPEAT"],
  );
  step.equal(
    "the same award by the national 24 months: not to repeat",
    [nationally?.rule?.months, nationally?.rule?.basis, nationally?.verdict],
    [24, "NATIONAL", "NOT_TO_REPEAT"],
  );
  const children = (await trainingAt(stage, doctor, next, startsOn)).find((item) => item.subject === "Safeguarding Children");
  step.say(`Safeguarding children, level ${children?.level} asked: ${children?.say}.`);
  step.equal(
    "safeguarding level 3 is held where level 2 is asked",
    [children?.level, children?.verdict, children?.why],
    ["2", "NOT_TO_REPEAT", "COVERED_BY_HIGHER_LEVEL"],
  );
}

interface Competences {
  readonly me: {
    readonly learning: {
      readonly competences: readonly {
        readonly subject: string;
        readonly daysApart: number;
        readonly attestations: readonly { readonly connectedSystem: string | null; readonly heldByEsr: boolean }[];
      }[];
      readonly achievements: readonly { readonly title: string; readonly state: string }[];
    } | null;
  } | null;
}
async function learningOf(stage: Stage, staffMember: string) {
  const data = await stage.ask<Competences>(
    "{ me { learning { competences { subject daysApart attestations { connectedSystem heldByEsr } } achievements { title state } } } }",
    {},
    selfPrincipal(staffMember),
  );
  return data.me?.learning;
}

async function oneDayApart(stage: Stage, step: Step, { doctor }: Memory): Promise<void> {
  const found = (await learningOf(stage, doctor))?.competences.filter((one) => one.subject === "Health, Safety and Welfare") ?? [];
  step.say(
    `Health and safety is told by ${found[0]?.attestations.map((one) => one.connectedSystem).join(" and ")}, ${found[0]?.daysApart} day apart.`,
  );
  step.equal(
    "one training told one day apart is one award with the difference shown",
    found.map((one) => [one.daysApart, one.attestations.length]),
    [[1, 2]],
  );
}

async function heldAlready(stage: Stage, step: Step, { doctor }: Memory): Promise<void> {
  const traces = (await tracesOf(stage, doctor)).filter((one) => one.kind === "competence-award" && one.connectedSystem === "zqa-moodle");
  const held = traces.filter((one) => one.end.reason === "ESR_HOLDS_IT");
  step.check(
    "awards that ESR holds already are not sent again",
    held.length > 0 && held.every((one) => !one.steps.some((it) => it.step === "SENT")),
    traces.map((one) => one.end.state),
  );
}

async function courseReset(stage: Stage, step: Step, { doctor }: Memory): Promise<void> {
  const { population, systems } = stage.sandbox;
  const number = employmentAt(population.named("amara-osei"), "ZQA")?.employeeNumber;
  const account = northbridgeMoodle(population).users.find((user) => user.idnumber === number);
  const course = courseFor("healthSafety");
  const count = async () => (await learningOf(stage, doctor))?.achievements.filter((one) => one.title === course.fullname) ?? [];
  const before = await count();
  if (account) systems.moodle.control.reset(account.id, course.id);
  // What one sweep of a system with moving pages lacks is suspected; the next one confirms it.
  await stage.sync("zqa-moodle");
  const suspected = await count();
  step.equal(
    "a completion that one sweep lacks is only suspected, and still counts",
    suspected.map((one) => one.state),
    ["SUSPECTED"],
  );
  await stage.sync("zqa-moodle");
  const after = await count();
  step.show(`Moodle resets "${course.fullname}"; npx lanyard sync zqa-moodle`, `still held: ${after.map((one) => one.state).join(", ")}`);
  step.equal(
    "a completion that a course reset hides is kept and flagged",
    [before.length, after.map((one) => one.state)],
    [1, ["NOT_AT_SOURCE"]],
  );
  const told = await askDoctor(stage.foundation, stage.graph, stage.doctor);
  step.equal("and her counts are as they were", ready(told?.doctor), [9, 1, 1]);
}

/** Somebody finishes a course: the next poll brings it. */
async function polled(stage: Stage, step: Step): Promise<void> {
  const { population, systems } = stage.sandbox;
  const person = population.named("sian-odonnell-pryce");
  const number = employmentAt(person, "ZQA")?.employeeNumber ?? "";
  const account = northbridgeMoodle(population).users.find((user) => user.idnumber === number);
  const id = await staffMemberOf(stage, person, "ZQA");
  if (!step.check("Siân O'Donnell-Pryce has an account and a record", account !== undefined && id !== undefined)) return;
  const course = courseFor("fire");
  const days = async () => {
    const data = await stage.post<{
      staffMember: { learning: { achievements: readonly { title: string; completedOn: string }[] } | null } | null;
    }>(
      "query Polled($id: ID!) { staffMember(id: $id) { learning { achievements { title completedOn } } } }",
      { id },
      await stage.graph.developmentIssuer!.issueToken({ as: "hr", organisation: "ZQA" }),
    );
    return data.staffMember?.learning?.achievements.filter((one) => one.title === course.fullname).map((one) => one.completedOn) ?? [];
  };
  systems.moodle.control.complete(account!.id, course.id, Math.floor(stage.now().getTime() / 1000));
  const at = stage.now();
  await stage.sync("zqa-moodle");
  const seen = await days();
  step.measure("pollToVisibleMs", stage.now().getTime() - at.getTime());
  step.check("a course finished a moment ago is in the record after the next poll", seen.includes(stage.environment.today), seen);
}

async function deniedTest(stage: Stage, step: Step): Promise<void> {
  const { pool } = stage.foundation.store;
  const { rows } = await pool.query(
    `select coalesce(sum((v.value)::int), 0)::int as n, array_agg(distinct v.key) as keys from ops.page p, jsonb_each_text(p.reasons) v
     where p.connection_id like 'larkspur%' and v.key like 'dropped-field:%'`,
  );
  const denied = await pool.query(
    `select (select coalesce(sum((p.reasons ->> 'ignored:result-never-held')::int), 0)::int from ops.page p where p.connection_id like 'larkspur%') as counted,
       (select count(*) from oh.clinical_test where name ~* 'surface antigen|hbsag')::int as held`,
  );
  step.say(
    `Dropped at the door of Larkspur, counted by name: ${(rows[0].keys ?? []).map((key: string) => key.slice("dropped-field:".length)).join(", ")}.`,
  );
  step.check("fields that are not read are counted by their names", rows[0].n > 0, rows[0]);
  step.check(
    "a surface antigen result was met, and nothing of it is held",
    denied.rows[0].held === 0 && denied.rows[0].counted > 0,
    denied.rows[0],
  );
}

async function twoIqbals(stage: Stage, step: Step): Promise<void> {
  const matches = await stage.foundation.store.listMatches({ organisations: ["ZQB"] });
  const mine = matches.filter((match) => maySeeClaim(as("data-quality", "ZQB"), match, stage.now()));
  const iqbal = mine.find((match) => match.familyName === "Iqbal");
  step.show(
    "npx lanyard match list --organisation ZQB",
    `${iqbal?.givenName} ${iqbal?.familyName}: ${iqbal?.state.toLowerCase()}, ${iqbal?.proposals.length} candidates`,
  );
  step.check(
    "the Iqbal known by name and birthday only waits for a person",
    iqbal !== undefined && iqbal.state !== "BOUND" && iqbal.staffMemberId === undefined,
    iqbal?.state,
  );
}

async function certificate(stage: Stage, step: Step, { startsOn }: Memory): Promise<void> {
  const nurse = stage.sandbox.population.people.find((person) => person.awards.some((award) => award.awardedBy === "ZQE"));
  const id = nurse && (await staffMemberOf(stage, nurse, "ZQB"));
  const items = id ? await trainingAt(stage, id, "ZQC", startsOn) : [];
  const found = items.find((item) => item.subject === "Resuscitation");
  step.say(`A certificate of Harrowdene: ${found?.say}.`);
  step.check(
    "a certificate from outside the agreement is not accepted, with why",
    found?.why === "ISSUER_NOT_ACCEPTED" && found.verdict !== "NOT_TO_REPEAT",
    found,
  );
}

async function notInEsr(stage: Stage, step: Step): Promise<void> {
  const matches = await stage.foundation.store.listMatches({ organisations: ["ZQA"] });
  const owen = matches.find((match) => match.familyName === "Tate" && match.givenName === "Owen");
  step.check("Owen Tate, whom ESR does not know, waits and is nobody's", owen !== undefined && owen.state === "UNBOUND", owen?.state);
  const { operations } = await stage.ask<{
    operations: { coverage: readonly { organisation: { odsCode: string }; unknownToEsr: number | null }[] };
  }>("{ operations { coverage { organisation { odsCode } unknownToEsr } } }", {}, as("ops"));
  const northbridge = operations.coverage.find((one) => one.organisation.odsCode === "ZQA");
  step.check("and is counted among those whom ESR does not know", (northbridge?.unknownToEsr ?? 0) > 0, northbridge);
}

async function lateCompletion(stage: Stage, step: Step): Promise<void> {
  const id = await staffMemberOf(stage, stage.sandbox.population.named("grace-ferreira"), "ZQA");
  const late = id
    ? (await tracesOf(stage, id)).filter((one) => one.kind === "competence-award" && one.end.reason === "EMPLOYMENT_ENDED")
    : [];
  step.say(`Grace Ferreira has left: ${late[0]?.end.say ?? "nothing"}`);
  step.check(
    "a completion after the last day is kept and not sent",
    late.length > 0 && late.every((one) => one.end.state === "STORED_NOT_FOR_ESR"),
    late.length,
  );
}
