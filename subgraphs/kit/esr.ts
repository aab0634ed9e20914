/** Where an award stands on its way into ESR, from the ledger's rows that came with the person's learning. */
import { DeliveryState, EsrReason, type EsrStanding, EsrState } from "../../schema/learning/esr-standing";
import type { DeliveryOfRecord, JudgementOfRecord } from "../../store/read/esr";

export interface LedgerOfPerson {
  readonly deliveries: readonly DeliveryOfRecord[] | null;
  readonly judgements: readonly JudgementOfRecord[] | null;
}

/** One source's statement of an award. */
export interface StatedAward {
  readonly id: string;
  readonly fromEsr: boolean;
  readonly withdrawn: boolean;
}

/** The furthest first: an award that several employers' ESRs receive has come as far as the best of them. */
const order = [
  EsrState.HELD,
  EsrState.RETURNED,
  EsrState.ACKNOWLEDGED,
  EsrState.SENT,
  EsrState.REFUSED,
  EsrState.DUE,
  EsrState.SHADOWED,
  EsrState.NOT_DUE,
];
/** What these employers' ESRs say is of no interest where another's says more. */
const notTheirs: ReadonlySet<EsrReason> = new Set([EsrReason.NO_EMPLOYER_IN_ESR, EsrReason.NOT_YET_EMPLOYED, EsrReason.EMPLOYMENT_ENDED]);

const standing = (state: EsrState, reason: EsrReason | null = null): EsrStanding => ({
  state,
  reason,
  sentAt: null,
  acknowledgedAt: null,
  returnedAt: null,
});
const instant = (text: string | null) => (text === null ? null : new Date(text));

function fromDelivery(delivery: DeliveryOfRecord): EsrStanding {
  const { state, reason, sentAt, acknowledgedAt, returnedAt } = delivery;
  const dates = { sentAt: instant(sentAt), acknowledgedAt: instant(acknowledgedAt), returnedAt: instant(returnedAt) };
  switch (state) {
    case DeliveryState.WRITTEN:
      return standing(EsrState.DUE);
    case DeliveryState.DROPPED:
      return standing(EsrState.NOT_DUE, reason);
    case DeliveryState.RETURNED:
      // Only rehearsed: ESR has got it in another way.
      return sentAt === null ? standing(EsrState.NOT_DUE, EsrReason.ESR_HOLDS_IT) : { state: EsrState.RETURNED, reason: null, ...dates };
    default:
      return { state: EsrState[state], reason, ...dates };
  }
}

/** Records of ESR that are the echo of what we sent: never an attestation of their own. */
export function echoesOf(ledger: LedgerOfPerson): ReadonlySet<string> {
  return new Set((ledger.deliveries ?? []).flatMap(({ echo }) => (echo === null ? [] : [echo])));
}

/** Of one statement. Null: nobody has judged it yet, or the employer's records are not for this caller. */
export function esrOfStatement(award: StatedAward, ledger: LedgerOfPerson): EsrStanding | null {
  const deliveries = ledger.deliveries ?? [];
  if (award.fromEsr) {
    const own = deliveries.find(({ echo }) => echo === award.id);
    return own ? fromDelivery(own) : award.withdrawn ? standing(EsrState.NOT_DUE, EsrReason.WITHDRAWN) : standing(EsrState.HELD);
  }
  const judgements = (ledger.judgements ?? []).filter(({ recordId }) => recordId === award.id);
  const judged = judgements.find(({ reason }) => !notTheirs.has(reason)) ?? judgements[0];
  const sent = deliveries.filter(({ recordId, state }) => recordId === award.id && !(judged && state === DeliveryState.DROPPED));
  return furthest([...sent.map(fromDelivery), ...(judged ? [standing(EsrState.NOT_DUE, judged.reason)] : [])]);
}

/** Of the award as all sources together state it. */
export function esrOfAward(awards: readonly StatedAward[], ledger: LedgerOfPerson): EsrStanding | null {
  const inForce = awards.filter(({ withdrawn }) => !withdrawn);
  return furthest(inForce.flatMap((award) => esrOfStatement(award, ledger) ?? []));
}

function furthest(standings: readonly EsrStanding[]): EsrStanding | null {
  return [...standings].sort((a, b) => order.indexOf(a.state!) - order.indexOf(b.state!))[0] ?? null;
}
