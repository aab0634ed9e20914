/** What kind of move a start is, and who the employer is while it lasts: from the policy facts, before anything is shown. */
import type { Engagement, PolicyFacts } from "../../access/facts";
import type { Move } from "../../recognition/question";

export interface MoveOf {
  readonly move: Move;
  /** Lead or substantive employer that stays the employer; undefined when the organisation itself becomes it. */
  readonly employer: string | undefined;
  /** Whether the facts know of a place or an offer there at all. */
  readonly known: boolean;
}

const lead = "LEAD_EMPLOYER";
const employing: readonly string[] = [lead, "SUBSTANTIVE", "LOCALLY_EMPLOYED"];

/** Employed elsewhere on the day; the lead employer before any other. */
function employerElsewhere(facts: PolicyFacts, organisation: string, on: string): Engagement | undefined {
  return facts.engagements
    .filter(
      (it) =>
        it.organisation !== organisation &&
        employing.includes(it.kind) &&
        it.acceptedOn <= on &&
        (it.endsBefore === undefined || it.endsBefore > on),
    )
    .sort((a, b) => employing.indexOf(a.kind) - employing.indexOf(b.kind) || a.organisation.localeCompare(b.organisation))[0];
}

/**
 * A placement under a lead employer, a secondment (or honorary contract) from a substantive employer, else a change of
 * employer: the most careful of the three, taken also where nothing is known.
 */
export function moveOf(facts: PolicyFacts, organisation: string, startsOn: string): MoveOf {
  const days = (from: string) => Math.abs(Date.parse(from) - Date.parse(startsOn));
  const places = facts.placements
    .filter((it) => it.organisation === organisation && it.endsBefore > startsOn)
    .sort((a, b) => days(a.startsOn) - days(b.startsOn));
  const offers = facts.engagements.filter((it) => it.organisation === organisation);
  const place = places[0];
  if (!place) return { move: "CHANGE_OF_EMPLOYER", employer: undefined, known: offers.length > 0 };
  const employer = employerElsewhere(facts, organisation, startsOn);
  // A place without an employer elsewhere: nobody has checked anything.
  if (!employer) return { move: "CHANGE_OF_EMPLOYER", employer: undefined, known: true };
  const led = place.kind === "HOST_PLACEMENT" || (place.kind === "HONORARY" && employer.kind === lead);
  return { move: led ? "LEAD_EMPLOYER_PLACEMENT" : "SECONDMENT", employer: employer.organisation, known: true };
}

/** Employed by a lead employer on the day: a doctor in training, as far as ESR can say. */
export function isDoctorInTraining(facts: PolicyFacts, on: string): boolean {
  return facts.engagements.some((it) => it.kind === lead && it.acceptedOn <= on && (it.endsBefore === undefined || it.endsBefore > on));
}
