/** Which competences answer a requirement: itself, and what the receiving organisation's level table says covers it. */
import { holdsOn } from "./days";
import { shorterOf } from "./periods";
import type { CoverLine, Period, Question, Rules } from "./question";

/** One way in which something held may answer what is asked. */
export interface Route {
  readonly held: string;
  /** Undefined: what is held is what is asked. */
  readonly line: CoverLine | undefined;
  readonly period: Period | undefined;
}

/**
 * One step only: that level 3 covers 2 and 2 covers 1 does not say that 3 covers 1. The lines and periods are those of the
 * start day. Both periods must be known, and the shorter decides.
 */
export function routesTo(competence: string, question: Question, rules: Rules): Route[] {
  const { organisation, startsOn } = question;
  const own = rules.periodFor(competence, organisation, startsOn);
  const lines = rules.covers.filter(
    (line) => line.organisation === organisation && line.covers === competence && holdsOn(startsOn, line.from, line.to),
  );
  const covering = lines.map((line): Route => {
    const held = rules.periodFor(line.held, organisation, startsOn);
    return { held: line.held, line, period: own && held ? shorterOf(own, held) : undefined };
  });
  return [{ held: competence, line: undefined, period: own }, ...covering];
}
