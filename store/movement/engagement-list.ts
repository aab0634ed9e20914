/**
 * One list of a person's engagements, of what ESR, the lead employer's placement feed and HR say, and what follows from it:
 * who employs, who hosts, which transfers are open. Pure. Who wins where they disagree: docs/adr/0022.
 */
import { addDays } from "../../platform/clock";

export type Master = "ESR" | "FEED" | "HR";

export interface EngagementLine {
  readonly organisation: string;
  readonly kind: string;
  readonly startsOn: string;
  /** Day of the accepted offer, or the first day. */
  readonly acceptedOn: string;
  /** The day after the last day. */
  readonly endsBefore: string | undefined;
  readonly master: Master;
  /** Who is controller of what says so: of a placement the lead employer. */
  readonly controllerOrg: string;
  /** Of an offer: day on which the employment is to begin. */
  readonly projectedOn: string | undefined;
  /** Of an offer: connection and number of the applicant's assignment. */
  readonly offer: string | undefined;
  /** The statement of HR's, or the record, that it stands on. */
  readonly id: string | undefined;
  readonly reason: string | undefined;
}

export interface AssignmentSaid {
  readonly id: string;
  readonly org: string;
  readonly kind: string;
  readonly from: string | null;
  readonly to: string | null;
  readonly starts: string | null;
  readonly ends: string | null;
  readonly projected: string | null;
  readonly offer: string;
}
export interface PlacementSaid {
  readonly id: string;
  readonly host: string;
  readonly employer: string;
  readonly starts: string;
  readonly ends: string | null;
  /** HR of the employer has accepted exactly this: this host, these days. */
  readonly accepted?: boolean;
}
export interface EngagementSaid {
  readonly id: string;
  readonly org: string;
  readonly kind: string;
  readonly starts: string;
  /** Exclusive. */
  readonly ends: string | null;
  readonly reason: string | null;
}
export interface AnswerSaid {
  readonly org: string;
  readonly offer: string;
  readonly answer: "YES" | "NO";
}

export interface Said {
  readonly assignments: readonly AssignmentSaid[];
  /** Last day by ESR, by organisation. */
  readonly terminations: Readonly<Record<string, string | null>>;
  readonly placements: readonly PlacementSaid[];
  readonly engagements: readonly EngagementSaid[];
}

export const placing: ReadonlySet<string> = new Set(["HOST_PLACEMENT", "SECONDMENT_IN", "HONORARY"]);
/** Employed now: an offer that was only accepted places nobody elsewhere. */
const employing: ReadonlySet<string> = new Set(["LEAD_EMPLOYER", "SUBSTANTIVE", "LOCALLY_EMPLOYED"]);
/** What HR's word about a post does not change: an offer is ESR's, and work for the bank goes on beside a post. */
const ofEsrOnly: ReadonlySet<string> = new Set(["PRE_HIRE", "BANK"]);

/** A last day is kept as the day after it. */
export const dayAfter = (day: string): string => addDays(day, 1);

/** The earlier of two exclusive ends; none when neither is known. */
function earlier(a: string | undefined, b: string | undefined): string | undefined {
  return a === undefined ? b : b === undefined || a < b ? a : b;
}
function later(a: string | null, b: string | null): string | undefined {
  return (a === null ? b : b === null || a > b ? a : b) ?? undefined;
}
interface Span {
  readonly startsOn: string;
  readonly endsBefore: string | undefined;
}
function overlaps(a: Span, b: Span): boolean {
  return (b.endsBefore === undefined || a.startsOn < b.endsBefore) && (a.endsBefore === undefined || b.startsOn < a.endsBefore);
}

export function engagementsOf(said: Said): EngagementLine[] {
  const stated = said.assignments.flatMap((it) => lineOf(it, said.terminations)).flatMap((line) => asStatedByHr(line, said.engagements));
  const placed = said.placements.flatMap((it) => placementOf(it, stated));
  // The lead employer knows for which days a doctor was placed; the host's own entry is often made for a year at once.
  const entries = stated.filter(
    (line) => !placing.has(line.kind) || !placed.some((it) => it.organisation === line.organisation && overlaps(it, line)),
  );
  return [...entries, ...placed];
}

/** An offer without a projected start. */
const longestOfferDays = 365;

/** What ESR says of one assignment; one without any day says nothing of when. */
function lineOf(it: AssignmentSaid, terminations: Said["terminations"]): EngagementLine[] {
  const start = later(it.from, it.starts) ?? it.projected ?? undefined;
  if (start === undefined) return [];
  const terminated = terminations[it.org] ?? undefined;
  let end = earlier(it.ends ? dayAfter(it.ends) : undefined, it.to ? dayAfter(it.to) : undefined);
  // A termination before this segment belongs to earlier service: somebody has come back.
  if (terminated && terminated >= start) end = earlier(end, dayAfter(terminated));
  const isOffer = it.kind === "PRE_HIRE";
  const acceptedOn = isOffer ? (it.from ?? it.starts ?? start) : start;
  // Of which nobody ever says when it ends: an offer is not kept open for ever.
  const offerEnds = () => earlier(end, it.projected ?? undefined) ?? addDays(acceptedOn, longestOfferDays);
  return [
    {
      organisation: it.org,
      kind: it.kind,
      startsOn: isOffer ? (it.projected ?? start) : start,
      // Held since the offer was accepted; it ends with the projected start, when the employment itself begins.
      acceptedOn,
      endsBefore: isOffer ? offerEnds() : end,
      master: "ESR",
      controllerOrg: it.org,
      projectedOn: it.projected ?? undefined,
      offer: isOffer ? it.offer : undefined,
      id: it.id,
      reason: undefined,
    },
  ];
}

/** For the days of which HR has stated a kind, that kind; never for a day on which ESR knows of no post. */
function asStatedByHr(line: EngagementLine, engagements: readonly EngagementSaid[]): EngagementLine[] {
  if (ofEsrOnly.has(line.kind)) return [line];
  let rest: EngagementLine[] = [line];
  const stated: EngagementLine[] = [];
  for (const it of engagements) {
    if (it.org !== line.organisation) continue;
    const span = { startsOn: it.starts, endsBefore: it.ends ?? undefined };
    rest = rest.flatMap((part) => {
      if (!overlaps(part, span)) return [part];
      const startsOn = later(part.startsOn, span.startsOn)!;
      const endsBefore = earlier(part.endsBefore, span.endsBefore);
      stated.push({
        ...part,
        kind: it.kind,
        startsOn,
        acceptedOn: startsOn,
        endsBefore,
        master: "HR",
        id: it.id,
        reason: it.reason ?? undefined,
      });
      return [
        ...(part.startsOn < startsOn ? [{ ...part, endsBefore: startsOn }] : []),
        ...(endsBefore !== undefined && (part.endsBefore === undefined || endsBefore < part.endsBefore)
          ? [{ ...part, startsOn: endsBefore, acceptedOn: endsBefore }]
          : []),
      ];
    });
  }
  return [...rest, ...stated];
}

/**
 * The offer that a placement may stand on before the employment begins, once HR of the employer has accepted it: foreseen to begin
 * before the placement ends, and not ended by ESR. An offer that leads to nothing places nobody for longer than it is awaited.
 */
export function offerBehind(
  it: Pick<PlacementSaid, "host" | "employer" | "ends">,
  known: readonly EngagementLine[],
): { readonly countsBefore: string } | undefined {
  if (it.ends === null || it.host === it.employer) return undefined;
  const { ends } = it;
  const projected = known
    .filter(
      ({ organisation, offer, projectedOn, endsBefore }) =>
        organisation === it.employer && offer !== undefined && endsBefore === projectedOn,
    )
    .flatMap(({ projectedOn }) => projectedOn ?? [])
    .filter((day) => day <= ends)
    .sort()
    .at(-1);
  return projected === undefined ? undefined : { countsBefore: earlier(dayAfter(ends), addDays(projected, lateStartDays))! };
}

/**
 * What a placement feed says counts where the organisation that says so employs the person, and for other organisations than
 * itself: nobody opens a view of somebody else's staff, or of their own, by a line in a file. No end, no place.
 */
function placementOf(it: PlacementSaid, known: readonly EngagementLine[]): EngagementLine[] {
  const employed = known.some(
    ({ organisation, kind, acceptedOn, endsBefore }) =>
      organisation === it.employer &&
      employing.has(kind) &&
      (it.ends === null || acceptedOn <= it.ends) &&
      (endsBefore === undefined || endsBefore > it.starts),
  );
  if (it.host === it.employer || it.ends === null) return [];
  const offered = employed || !it.accepted ? undefined : offerBehind(it, known);
  const endsBefore = employed ? dayAfter(it.ends) : offered?.countsBefore;
  if (endsBefore === undefined || endsBefore <= it.starts) return [];
  return [
    {
      organisation: it.host,
      kind: "HOST_PLACEMENT",
      startsOn: it.starts,
      acceptedOn: it.starts,
      endsBefore,
      master: "FEED",
      controllerOrg: it.employer,
      projectedOn: undefined,
      offer: undefined,
      id: it.id,
      reason: undefined,
    },
  ];
}

export type TransferState = "OPEN" | "DECLINED" | "CANCELLED" | "EXPIRED" | "DONE";
export interface TransferLine {
  readonly organisation: string;
  /** Employers elsewhere, from whom the record would come. */
  readonly from: readonly string[];
  readonly offers: readonly string[];
  readonly acceptedOn: string;
  readonly projectedOn: string | undefined;
  /** The first day on which it carries nothing any more, whatever was answered. */
  readonly endsBefore: string;
  readonly answer: "YES" | "NO" | "NONE";
  /** First day of the employment, once ESR tells of it. */
  readonly startedOn: string | undefined;
  /** ESR has ended the offer before the start, and tells of no employment. */
  readonly cancelledOn: string | undefined;
}

/** Days after the projected start for which an offer that leads to nothing is still awaited. */
const lateStartDays = 30;
/** Days after the start in which ESR still fetches what the person has said Yes to. */
const afterStartDays = 14;

/** One for each organisation with an offer to somebody whom another organisation employs. */
export function transfersOf(lines: readonly EngagementLine[], answers: readonly AnswerSaid[]): TransferLine[] {
  const byOrganisation = new Map<string, EngagementLine[]>();
  for (const line of lines) {
    if (line.offer === undefined) continue;
    byOrganisation.set(line.organisation, [...(byOrganisation.get(line.organisation) ?? []), line]);
  }
  return [...byOrganisation].flatMap(([organisation, all]) => {
    const offers = latest(all);
    const acceptedOn = offers.map((it) => it.acceptedOn).sort()[0]!;
    const projectedOn = offers.flatMap((it) => it.projectedOn ?? []).sort()[0];
    const from = [
      ...new Set(
        lines
          .filter(
            (it) =>
              it.organisation !== organisation && employing.has(it.kind) && (it.endsBefore === undefined || it.endsBefore > acceptedOn),
          )
          .map((it) => it.organisation),
      ),
    ].sort();
    if (from.length === 0) return [];
    const startedOn = lines
      .filter((it) => it.organisation === organisation && it.kind !== "PRE_HIRE" && !placing.has(it.kind) && it.startsOn >= acceptedOn)
      .map((it) => it.startsOn)
      .sort()[0];
    const ended = offers.every((it) => it.endsBefore !== undefined && it.endsBefore !== it.projectedOn)
      ? offers
          .map((it) => it.endsBefore!)
          .sort()
          .at(-1)
      : undefined;
    const cancelledOn = startedOn === undefined ? ended : undefined;
    const last = projectedOn ? addDays(projectedOn, lateStartDays) : addDays(acceptedOn, longestOfferDays);
    const endsBefore = startedOn === undefined ? (earlier(last, cancelledOn) ?? last) : addDays(startedOn, afterStartDays);
    const keys = new Set(offers.map((it) => it.offer!));
    const given = answers.filter((it) => it.org === organisation && keys.has(it.offer)).map((it) => it.answer);
    // Of two offers answered differently the No wins.
    const answer = given.includes("NO") ? "NO" : given.length > 0 ? "YES" : "NONE";
    return [{ organisation, from, offers: [...keys], acceptedOn, projectedOn, endsBefore, answer, startedOn, cancelledOn } as const];
  });
}

/** The newest offer and those beside it: an offer of years ago is another story, with another answer. */
function latest(offers: readonly EngagementLine[]): EngagementLine[] {
  const sorted = [...offers].sort((a, b) => b.acceptedOn.localeCompare(a.acceptedOn));
  const kept: EngagementLine[] = [];
  for (const offer of sorted) {
    if (kept.length === 0 || kept.some((it) => it.offer === offer.offer || overlaps(span(it), span(offer)))) kept.push(offer);
  }
  return kept;
}
const span = ({ acceptedOn, endsBefore }: EngagementLine): Span => ({ startsOn: acceptedOn, endsBefore });

/** What has become of it by a day. */
export function transferStateOn(it: TransferLine, today: string): TransferState {
  if (it.answer === "NO") return "DECLINED";
  if (it.startedOn !== undefined && today >= it.endsBefore) return "DONE";
  if (it.cancelledOn !== undefined && today >= it.cancelledOn) return "CANCELLED";
  return today >= it.endsBefore ? "EXPIRED" : "OPEN";
}
