/** The doctor's own question, asked as she would ask it; where and when she starts comes from her placement. */
import { today } from "../../platform/clock";
import { lastDayInDate } from "../../recognition/days";
import { createPeriods } from "../../recognition/periods";
import { suggestCompetences } from "../../schema/codes/competence-words";
import { afterMapping, type Counts, type DoctorAnswer, type PlacementAnswer, readinessFields } from "../present/doctor";
import type { Foundation } from "./foundation";
import type { Graph } from "./graph";
import { selfPrincipal } from "./movement";
import { commandLine } from "./operations";
import type { Doctor } from "./sandbox";

export const findQuery = `query FindDoctor($number: String!, $organisation: String!) {
  staffMemberByIdentifier(scheme: ESR_EMPLOYEE_NUMBER, value: $number, organisation: $organisation) { id } }`;
export const placementsQuery = `query HerPlacements { me { placements { hostOrganisation startsOn } } }`;
export const readinessQuery = `query HerReadiness($organisation: String!, $startsOn: String!) { me { id name { given family }
  placements { hostOrganisation startsOn }
  readiness(for: { organisation: $organisation, startsOn: $startsOn }) { ${readinessFields} }
  learning { achievements { title completedOn mapping } } } }`;

/** Undefined where nobody has that number yet, or no placement lies ahead. */
export async function askDoctor(
  foundation: Foundation,
  graph: Graph,
  doctor: Doctor,
): Promise<{ readonly doctor: DoctorAnswer; readonly after: Counts | undefined } | undefined> {
  const hr = commandLine({ role: "hr", purpose: "EMPLOYMENT", organisation: doctor.organisation });
  const found = await graph.ask<{ staffMemberByIdentifier: { id: string } | null }>(
    findQuery,
    { number: doctor.employeeNumber, organisation: doctor.organisation },
    hr,
  );
  const id = found.staffMemberByIdentifier?.id;
  if (id === undefined) return undefined;
  const day = today(foundation.environment.clock);
  const { me } = await graph.ask<{ me: { placements: readonly PlacementAnswer[] | null } | null }>(placementsQuery, {}, selfPrincipal(id));
  const next = (me?.placements ?? []).filter((one) => one.startsOn > day).sort((a, b) => a.startsOn.localeCompare(b.startsOn))[0];
  if (!next) return undefined;
  const answer = await graph.ask<{ me: DoctorAnswer | null }>(
    readinessQuery,
    { organisation: next.hostOrganisation, startsOn: next.startsOn },
    selfPrincipal(id),
  );
  if (!answer.me) return undefined;
  const periodFor = createPeriods(foundation.config.renewals);
  const after = afterMapping(answer.me, {
    suggest: (title) => suggestCompetences(title).map((one) => one.identity),
    monthsFor: (competence, organisation, on) => periodFor(competence, organisation, on)?.months,
    lastDayInDate,
  });
  return { doctor: answer.me, after };
}

/** Not to repeat, to repeat, unknown. */
export function ready(doctor: DoctorAnswer | undefined): number[] {
  const summary = doctor?.readiness?.summary;
  return summary ? [summary.notToRepeat, summary.repeat + summary.expiresBeforeStart, summary.unknown] : [];
}
