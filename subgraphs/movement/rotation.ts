import { addDays } from "../../platform/clock";
/** Who starts within the days of a rotation, ready or not: everybody at once, one statement for each part of the record. */
import type { Move } from "../../recognition/question";
import { listStarters } from "../../store/read/starters";
import type { RequestContext, VisiblePerson } from "../kit/context";
import type { StaffMemberStub } from "../kit/stub";
import { type Start, startsOf } from "./post";
import { movementRows, readinessOf } from "./readiness";
import type { RotationSummary, Starter } from "./rotation-types";
import type { Readiness, ReadinessItem } from "./types";
import type { SideName } from "./words";

/**
 * Days that belong to a rotation, both ends included, counted from its own day. Doctors start with it, and some on another day
 * of that week or the next; whoever starts later belongs to no rotation. Our choice: no document states a window.
 */
export const rotationWindow = { from: 0, to: 13 } as const;

export interface RotationValue {
  readonly odsCode: string;
  readonly side: SideName;
  readonly startsOn: string;
  readonly lastOn: string;
  /** Only with this other organisation. */
  readonly counterpart: string | undefined;
  readonly starters: () => Promise<readonly Starting[]>;
}
export interface Starting {
  readonly starter: Starter;
  readonly wouldBeReady: boolean;
  readonly answered: boolean;
}

export function rotationOf(
  context: RequestContext,
  asked: { readonly odsCode: string; readonly side: SideName; readonly startsOn: string; readonly counterpart: string | undefined },
): RotationValue {
  let starters: Promise<readonly Starting[]> | undefined;
  const value: RotationValue = {
    ...asked,
    startsOn: asked.startsOn,
    lastOn: addDays(asked.startsOn, rotationWindow.to),
    starters: () => {
      starters ??= loadStarters(context, value);
      return starters;
    },
  };
  return value;
}

async function loadStarters(context: RequestContext, rotation: RotationValue): Promise<readonly Starting[]> {
  const from = addDays(rotation.startsOn, rotationWindow.from);
  const window = { organisation: rotation.odsCode, from, to: rotation.lastOn };
  const ids = await context.read((client) => listStarters(client, rotation.side, window));
  const people = (await context.visible(ids)).filter(({ scope }) => scope.may("R2"));
  const found = await Promise.all(people.map((person) => startersOf(context, person, rotation)));
  return found
    .flat()
    .sort(
      (a, b) => a.starter.startsOn.localeCompare(b.starter.startsOn) || a.starter.staffMember.id.localeCompare(b.starter.staffMember.id),
    );
}

async function startersOf(context: RequestContext, person: VisiblePerson, rotation: RotationValue): Promise<Starting[]> {
  const rows = await movementRows(context, person);
  const starts = startsOf(rows).filter((start) => belongs(start, person, rotation));
  // Two entries of one start: the first day counts, once for each organisation.
  const first = new Map<string, Start>();
  for (const start of starts) if (!first.has(start.organisation)) first.set(start.organisation, start);
  const starting = await Promise.all(
    [...first.values()].map(async ({ organisation, startsOn }) =>
      startingOf(person, startsOn, await readinessOf(context, person, { organisation, startsOn }, rows)),
    ),
  );
  const found = starting.filter((one) => comesFrom(one, person, rotation));
  if (found.length > 0) context.trail.staffMembers.add(person.scope.staffMember);
  return found;
}

/** By what the caller may see: a filter over engagements of which it must not know would tell of them. */
function comesFrom({ starter }: Starting, { known, scope }: VisiblePerson, { side, counterpart }: RotationValue): boolean {
  if (side !== "ARRIVING" || counterpart === undefined) return true;
  return (
    starter.employer?.odsCode === counterpart ||
    known.engagements.some((line) => line.organisation === counterpart && scope.mayField("R2", "R2", line.controllerOrg, "organisation"))
  );
}

function belongs(start: Start, { known }: VisiblePerson, { side, odsCode, startsOn, lastOn, counterpart }: RotationValue): boolean {
  if (start.startsOn < addDays(startsOn, rotationWindow.from) || start.startsOn > lastOn) return false;
  if (side === "ARRIVING") return start.organisation === odsCode;
  if (start.organisation === odsCode || start.by === "OFFER") return false;
  if (counterpart !== undefined && start.organisation !== counterpart) return false;
  // The lead employer's own feed, or somebody employed here whose host's entry may be seen.
  if (start.by === "PLACEMENT") return start.controllerOrg === odsCode;
  return known.facts.engagements.some((it) => it.organisation === odsCode && it.kind !== "PRE_HIRE");
}

const undone: ReadonlySet<string> = new Set(["REPEAT", "EXPIRES_BEFORE_START", "UNKNOWN"]);
/** In ESR, or on its way back from there: nothing is to be waited for. */
const inEsr: ReadonlySet<string> = new Set(["HELD", "ACKNOWLEDGED", "RETURNED"]);

const notes: Readonly<Record<Move, (employer: string) => string>> = {
  LEAD_EMPLOYER_PLACEMENT: (employer) =>
    `No transfer of employment: ${employer} stays the employer, and the host gets the record by placement`,
  SECONDMENT: (employer) => `No transfer of employment: ${employer} stays the employer during the secondment`,
  CHANGE_OF_EMPLOYER: () => "A change of employer: the record comes by a transfer, on the person's Yes",
};

function startingOf(person: VisiblePerson, startsOn: string, readiness: Readiness): Starting {
  const move = (readiness.move ?? "CHANGE_OF_EMPLOYER") as Move;
  const items = readiness.items;
  const open = items?.filter((item) => undone.has(item.verdict)) ?? null;
  const missing = open?.filter(({ standard }) => standard === "TRAINING") ?? null;
  return {
    starter: {
      // With the person: what this subgraph itself tells of a staff member is asked of this very value.
      staffMember: { id: person.scope.staffMember, person } as StaffMemberStub,
      move,
      organisation: readiness.organisation,
      employer: readiness.employer,
      startsOn,
      daysLeft: readiness.daysLeft ?? 0,
      ready: readiness.ready,
      summary: readiness.summary,
      missing,
      openChecks: open?.filter(({ standard }) => standard !== "TRAINING") ?? null,
      notYetInEsr: items?.filter(isNotYetInEsr) ?? null,
      say: readiness.say,
      partial: readiness.partial,
      transferOffered: move === "CHANGE_OF_EMPLOYER",
      transferNote: notes[move](readiness.employer?.name ?? readiness.employer?.odsCode ?? "the employer"),
      healthNote: readiness.healthNote,
    },
    wouldBeReady: readiness.ready === false && missing !== null && missing.every(({ why }) => why === "WAITS_FOR_COURSE_MAP"),
    answered: readiness.ready !== null,
  };
}

function isNotYetInEsr({ standard, verdict, esr }: ReadinessItem): boolean {
  return standard === "TRAINING" && verdict === "NOT_TO_REPEAT" && !inEsr.has(esr?.state ?? "");
}

const moves: readonly Move[] = ["LEAD_EMPLOYER_PLACEMENT", "SECONDMENT", "CHANGE_OF_EMPLOYER"];
const moveWords: Readonly<Record<Move, string>> = {
  LEAD_EMPLOYER_PLACEMENT: "by placement of a lead employer",
  SECONDMENT: "on secondment",
  CHANGE_OF_EMPLOYER: "by change of employer",
};

/** By kind of move: only people whom the list names to the caller are counted, so that a small number tells nothing new. */
export function summariesOf(starting: readonly Starting[]): RotationSummary[] {
  return moves.flatMap((move) => {
    const of = starting.filter(({ starter }) => starter.move === move);
    if (of.length === 0) return [];
    const ready = of.filter(({ starter }) => starter.ready === true).length;
    const waitingForMap = of.filter(({ wouldBeReady }) => wouldBeReady).length;
    const partial = move === "CHANGE_OF_EMPLOYER" ? of.find(({ starter }) => starter.partial !== null)?.starter.partial : undefined;
    const unanswered = of.filter(({ answered }) => !answered).length;
    const waits = waitingForMap > 0 ? `; ${waitingForMap} more once a course is mapped` : "";
    return [
      {
        move,
        starters: of.length,
        ready,
        notReady: of.length - ready - unanswered,
        waitingForMap,
        unanswered,
        daysLeft: Math.min(...of.map(({ starter }) => starter.daysLeft)),
        say:
          unanswered === of.length
            ? `${of.length} ${moveWords[move]}: whether they are ready cannot be said here`
            : `${ready} of ${of.length} ${moveWords[move]} ready${waits}${unanswered > 0 ? `; of ${unanswered} it cannot be said here` : ""}${partial ? `. ${partial}` : ""}`,
      },
    ];
  });
}
