/** Which post a start is for: from the rows that the caller may see, so that an answer never rests on more. */

import type { AssignmentRow, PlacementRow } from "../../store/read/parts";
import type { Mask } from "../kit/records";

const placing = new Set(["HOST_PLACEMENT", "SECONDMENT_IN", "HONORARY"]);
const employing = new Set(["LEAD_EMPLOYER", "SUBSTANTIVE", "LOCALLY_EMPLOYED", "BANK"]);
const offered = "PRE_HIRE";

/** One start of one person at one organisation. */
export interface Start {
  readonly organisation: string;
  readonly startsOn: string;
  readonly by: "PLACEMENT" | "POST" | "OFFER";
  /** Who says so: for a placement of the feed the lead employer. */
  readonly controllerOrg: string;
}

export interface MovementRows {
  readonly assignments: readonly AssignmentRow[];
  readonly placements: readonly PlacementRow[];
}

function overlaps(a: { startsOn: string; endsOn?: string | null }, b: { startsOn: string; endsOn?: string | null }): boolean {
  return (a.endsOn == null || a.endsOn >= b.startsOn) && (b.endsOn == null || b.endsOn >= a.startsOn);
}

/**
 * Placements, posts at hosts and offers of a person. Where a feed tells of a placement, its own start day counts, not that
 * of the host's entry in ESR, which is often made for the whole rotation at once.
 */
export function startsOf({ assignments, placements }: MovementRows): Start[] {
  const starts: Start[] = placements.map((it) => ({
    organisation: it.hostOrganisation,
    startsOn: it.startsOn,
    by: "PLACEMENT",
    controllerOrg: it.controllerOrg,
  }));
  for (const it of assignments) {
    const isOffer = it.engagement === offered;
    if (!isOffer && !placing.has(it.engagement)) continue;
    const startsOn = (isOffer ? it.projectedHireOn : undefined) ?? it.startsOn;
    if (!startsOn) continue;
    const own = { startsOn, endsOn: it.endsOn ?? null };
    if (!isOffer && placements.some((placement) => placement.hostOrganisation === it.controllerOrg && overlaps(placement, own))) continue;
    starts.push({ organisation: it.controllerOrg, startsOn, by: isOffer ? "OFFER" : "POST", controllerOrg: it.controllerOrg });
  }
  return starts.sort((a, b) => a.startsOn.localeCompare(b.startsOn) || a.organisation.localeCompare(b.organisation));
}

/** The next start at an organisation; when none lies ahead, the last one. */
export function startAt(starts: readonly Start[], organisation: string, today: string): Start | undefined {
  const there = starts.filter((it) => it.organisation === organisation);
  return there.find((it) => it.startsOn >= today) ?? there.at(-1);
}

export interface PostOf {
  readonly staffGroup: string | undefined;
  readonly jobRole: string | undefined;
}

/** Post or placement at the organisation, else the present post at the employer. */
export function postAt(rows: MovementRows, organisation: string, employer: string | undefined, startsOn: string, mask: Mask): PostOf {
  const nearest = (list: readonly AssignmentRow[]) =>
    [...list]
      .filter((it) => it.position?.staffGroup && mask.may("assignment", it.controllerOrg, "position"))
      .sort((a, b) => distance(a, startsOn) - distance(b, startsOn) || Number(b.isPrimary ?? false) - Number(a.isPrimary ?? false));
  const here = nearest(rows.assignments.filter((it) => it.controllerOrg === organisation))[0];
  const placement = rows.placements.find((it) => it.hostOrganisation === organisation && it.jobRole);
  const present = nearest(
    rows.assignments.filter((it) => employing.has(it.engagement) && (employer === undefined || it.controllerOrg === employer)),
  )[0];
  const post = here ?? present;
  return {
    staffGroup: post?.position?.staffGroup ?? undefined,
    jobRole: here?.position?.jobRole ?? placement?.jobRole ?? present?.position?.jobRole ?? undefined,
  };
}

/** Days by which a post misses the day; 0 while it is held. */
function distance(it: AssignmentRow, on: string): number {
  const from = it.projectedHireOn ?? it.startsOn ?? on;
  const until = it.endsOn ?? "9999-12-31";
  if (from <= on && on <= until) return 0;
  return Math.min(Math.abs(Date.parse(from) - Date.parse(on)), Math.abs(Date.parse(until) - Date.parse(on)));
}
