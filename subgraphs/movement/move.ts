/** What kind of move a start is, and who the employer is while it lasts: from the policy facts, before anything is shown. */
import type { Engagement, PolicyFacts } from "../../access/facts";
import { daysBetween } from "../../recognition/days";
import type { Move } from "../../recognition/question";

export interface MoveOf {
  readonly move: Move;
  /** Lead or substantive employer that stays the employer; undefined when the organisation itself becomes it. */
  readonly employer: string | undefined;
}

/** Days by which a start may miss the first day of the place or offer that it is for: those of a rotation. */
const apart = 13;
const lead = "LEAD_EMPLOYER";
const employing: readonly string[] = [lead, "SUBSTANTIVE", "LOCALLY_EMPLOYED"];

/** Employed elsewhere on the day; the lead employer before any other. Of two alike nobody can say which of them places the person. */
function employerElsewhere(facts: PolicyFacts, organisation: string, on: string): Engagement | undefined {
  const found = facts.engagements
    .filter(
      (it) =>
        it.organisation !== organisation &&
        employing.includes(it.kind) &&
        it.acceptedOn <= on &&
        (it.endsBefore === undefined || it.endsBefore > on),
    )
    .sort((a, b) => employing.indexOf(a.kind) - employing.indexOf(b.kind));
  const [first] = found;
  const alike = found.some((it) => it.kind === first?.kind && it.organisation !== first.organisation);
  return alike ? undefined : first;
}

/**
 * A placement under a lead employer, a secondment (or honorary contract) from a substantive employer, else a change of
 * employer: the most careful of the three, taken also where nothing is known, where an offer there is for the same days, and
 * for a start long before the place begins.
 */
export function moveOf(facts: PolicyFacts, organisation: string, startsOn: string): MoveOf {
  const days = (from: string) => Math.abs(daysBetween(from, startsOn));
  const places = facts.placements
    .filter((it) => it.organisation === organisation && it.endsBefore > startsOn && daysBetween(startsOn, it.startsOn) <= apart)
    .sort((a, b) => days(a.startsOn) - days(b.startsOn));
  // An offer ends with the day on which the employment is to begin; without one it may be any day.
  const offered = facts.engagements.some(
    (it) => it.organisation === organisation && it.kind === "PRE_HIRE" && (it.endsBefore === undefined || days(it.endsBefore) <= apart),
  );
  const place = places[0];
  if (!place || offered) return { move: "CHANGE_OF_EMPLOYER", employer: undefined };
  const employer = employerElsewhere(facts, organisation, startsOn);
  // A place without an employer elsewhere: nobody has checked anything.
  if (!employer) return { move: "CHANGE_OF_EMPLOYER", employer: undefined };
  const led = place.kind === "HOST_PLACEMENT" || (place.kind === "HONORARY" && employer.kind === lead);
  return { move: led ? "LEAD_EMPLOYER_PLACEMENT" : "SECONDMENT", employer: employer.organisation };
}

/** Employed by a lead employer on the day: a doctor in training, as far as ESR can say. */
export function isDoctorInTraining(facts: PolicyFacts, on: string): boolean {
  return facts.engagements.some((it) => it.kind === lead && it.acceptedOn <= on && (it.endsBefore === undefined || it.endsBefore > on));
}
