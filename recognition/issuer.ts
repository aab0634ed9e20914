/** Whose awards an organisation accepts: its own, and those of signatories who were aligned, both on the award day. */
import { competenceOf } from "../schema/codes/competences";
import { holdsOn } from "./days";
import type { Rules, Standing } from "./question";

export type Acceptance = "OWN" | "ACCEPTED" | "UNKNOWN" | "NOT_ACCEPTED" | "NOT_TRANSFERABLE";

/** Best first: what a better statement of the same award says is never hidden by a worse one. */
export const acceptances: readonly Acceptance[] = ["OWN", "ACCEPTED", "UNKNOWN", "NOT_ACCEPTED", "NOT_TRANSFERABLE"];

/**
 * Only the listed national competences move between organisations: ESR flags some as CSTF that are not in the framework,
 * and a local one carries its VPD (LOCAL-457) and stays where it was made. The list holds no others (a test says so).
 */
export function isTransferable(competence: string): boolean {
  return competenceOf(competence) !== undefined;
}

export function isSignatory(standing: Standing | undefined, on: string): boolean {
  return standing?.signatoryFrom !== undefined && holdsOn(on, standing.signatoryFrom, standing.signatoryTo);
}

export function isAligned(standing: Standing, on: string): boolean {
  return standing.alignedFrom !== undefined && holdsOn(on, standing.alignedFrom, standing.alignedTo);
}

/** How the receiving organisation takes an award by somebody on a day. */
export function acceptanceOf(
  award: { readonly competence: string; readonly awardedBy: string | undefined; readonly awardedOn: string },
  receiver: string,
  rules: Rules,
): Acceptance {
  if (award.awardedBy === receiver) return "OWN";
  if (!isTransferable(award.competence)) return "NOT_TRANSFERABLE";
  const standing = award.awardedBy === undefined ? undefined : rules.standingOf(award.awardedBy);
  if (!standing) return "UNKNOWN";
  return isSignatory(standing, award.awardedOn) && isAligned(standing, award.awardedOn) ? "ACCEPTED" : "NOT_ACCEPTED";
}
