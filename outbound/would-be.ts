/** What would become due if awards came into being: asked before somebody decides, judged as if they were there. */
import { RecordState } from "../schema/record";
import type { Outbound } from "./outbound";
import { judgePerson, rulesFor } from "./run";

export interface WouldBeAward {
  /** The controller's ODS code. */
  readonly organisation: string;
  readonly connectionId: string;
  /** Undefined: waits for its person, so it cannot be due. */
  readonly staffMemberId: string | undefined;
  readonly competence: string;
  readonly awardedOn: string;
}

const mark = "would-be:";

/** How many of them: each for at most one employer's ESR, beside what is stored of the same people. */
export async function countWouldBeDue(outbound: Outbound, awards: readonly WouldBeAward[]): Promise<number> {
  const ofStaff = new Map<string, WouldBeAward[]>();
  for (const award of awards) {
    if (award.staffMemberId === undefined) continue;
    ofStaff.set(award.staffMemberId, [...(ofStaff.get(award.staffMemberId) ?? []), award]);
  }
  if (ofStaff.size === 0) return 0;
  const now = outbound.clock.now();
  const due = new Set<string>();
  for (const target of outbound.targets.values()) {
    const { rules } = await rulesFor(outbound, target, now);
    const people = await outbound.store.esr.people(target, [...ofStaff.keys()]);
    for (const [staffMember, person] of people) {
      const added = (ofStaff.get(staffMember) ?? []).map((award, n) => ({
        id: `${mark}${staffMember}:${n}`,
        competence: award.competence,
        awardedOn: award.awardedOn,
        state: RecordState.IN_FORCE,
        controllerOrg: award.organisation,
        connectionId: award.connectionId,
        awardedBy: null,
      }));
      const asIf = { ...person, awards: [...person.awards, ...added] };
      const judged = judgePerson(outbound, target, { staffMember, esrPerson: "", fingerprint: "", esrChanged: false }, asIf, rules, now);
      for (const { recordId } of judged.due) if (recordId.startsWith(mark)) due.add(recordId);
    }
  }
  return due.size;
}
