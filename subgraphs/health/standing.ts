/** Whether a clearance is the one that counts: an older "cleared" must never read as the present word. Pure. */

export type ClearanceStanding = "IN_FORCE" | "SUPERSEDED" | "EXPIRED" | "UNKNOWN";

export interface ClearanceToJudge {
  readonly controllerOrg: string;
  readonly role?: string | null;
  readonly decidedOn?: string | null;
  readonly validUntil?: string | null;
}

/** Decisions about one role at one organisation: the same words, however they are written. */
const about = ({ controllerOrg, role }: ClearanceToJudge) => `${controllerOrg}\n${(role ?? "").trim().toLowerCase()}`;

/**
 * In the order given. The newest decision about a role at an organisation counts. Where one of several has no day, or two of
 * one day differ, nobody can say which is newer: unknown, for each that may be it.
 */
export function standingsOf<Row extends ClearanceToJudge>(
  rows: readonly Row[],
  day: string,
  sameOutcome: (a: Row, b: Row) => boolean,
): ClearanceStanding[] {
  const groups = new Map<string, Row[]>();
  for (const row of rows) groups.set(about(row), [...(groups.get(about(row)) ?? []), row]);
  return rows.map((row) => {
    const others = groups.get(about(row))!.filter((it) => it !== row);
    const newer = others.some((it) => it.decidedOn && row.decidedOn && it.decidedOn > row.decidedOn);
    if (newer) return "SUPERSEDED";
    if (row.validUntil && row.validUntil < day) return "EXPIRED";
    const unclear = others.some((it) => (!it.decidedOn || !row.decidedOn || it.decidedOn === row.decidedOn) && !sameOutcome(it, row));
    return unclear ? "UNKNOWN" : "IN_FORCE";
  });
}
