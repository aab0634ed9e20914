/** Acts of two people, and the rights of the person: decided, written down with the controller's reference, and done by the store. */
import { handOf, type Target } from "../../access/conditions";
import { type Act, decide } from "../../access/decide";
import { noFacts } from "../../access/facts";
import type { Principal } from "../../access/principal";
import { isOfPerson } from "../../access/roles";
import { policyVersion } from "../../access/tables";
import { HubError } from "../../platform/errors";
import type { ApprovalRow } from "../../store/approvals";
import { rawReader } from "../../sync/erased";
import { UsageError } from "../output";
import type { Foundation } from "./foundation";

type Of = Pick<Foundation, "config" | "store" | "engine">;
export type TwoPersonAct = "subject-export" | "subject-restrict" | "subject-erase" | "release-health" | "match-health" | "break-glass";

/** How long a request waits for a second person, and its yes for the act. */
const openMs = 14 * 86_400_000;

/** Which act lets somebody ask for it. */
const askedUnder: Readonly<Record<TwoPersonAct, Act>> = {
  "subject-export": "subject-prepare",
  "subject-restrict": "subject-prepare",
  "subject-erase": "subject-prepare",
  // Asked for by whoever exports, and given by occupational health alone.
  "release-health": "subject-prepare",
  "match-health": "refuse-health",
  "break-glass": "ask-break-glass",
};

interface Said {
  readonly operation: string;
  /** Undefined: what was asked for is nobody's. */
  readonly organisation: string | undefined;
  /** The reason, the controller's reference; never a value. */
  readonly why: string;
  readonly staffMembers?: readonly string[];
  readonly kinds?: readonly string[];
  readonly counts?: Readonly<Record<string, number>>;
  /** Of the question to the graph that asks for it. */
  readonly requestId?: string | undefined;
}

/** Decided and written down before anything is done, the refused ones too. */
export async function may(
  foundation: Of,
  principal: Principal,
  act: Act,
  target: Target,
  facts: typeof noFacts,
  said: Said,
): Promise<void> {
  const { effect, reason } = decide(principal, act, target, facts, foundation.engine.clock.now());
  await foundation.store.audit([
    {
      requestId: said.requestId ?? `rights-${process.pid}-${said.operation.replaceAll(" ", "-")}`,
      operation: said.operation,
      subject: principal.subject,
      organisation: principal.org,
      role: principal.role,
      purpose: principal.purposes[0],
      decision: effect === "allow" ? "ALLOW" : "DENY",
      reason: `${reason}: ${said.why}`,
      staffMembers: said.staffMembers ?? [],
      kinds: said.kinds ?? [act],
      controllers: said.organisation === undefined ? [] : [said.organisation],
      counts: said.counts ?? {},
      policyVersion,
    },
  ]);
  if (effect !== "allow") throw new UsageError(`You may not do this (${reason}).`);
}

export interface Asked {
  readonly act: TwoPersonAct;
  readonly subject: string;
  readonly organisation: string;
  readonly instruction?: string;
  readonly reason: string;
  /** With the record type, as `label`, where the act is open for some types only. */
  readonly detail?: Readonly<Record<string, unknown>>;
  readonly requestId?: string;
}

export async function ask(foundation: Of, principal: Principal, asked: Asked): Promise<ApprovalRow> {
  const { act, subject, organisation, instruction, reason, detail, requestId } = asked;
  const why = [instruction, reason].filter(Boolean).join(": ");
  const target: Target = { subject, controllerOrg: organisation, label: detail?.label as Target["label"] };
  await may(foundation, principal, askedUnder[act], target, noFacts, {
    operation: `ask ${act}`,
    organisation,
    why,
    staffMembers: people(asked),
    requestId,
  });
  const now = foundation.engine.clock.now();
  return foundation.store.approvals.ask(
    {
      act,
      subject,
      organisation,
      instruction,
      detail,
      reason,
      by: handOf(principal),
      role: principal.role,
      expiresAt: new Date(now.getTime() + openMs),
    },
    now,
  );
}

const uuid = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;
/** Ids of people that an act is about; whose a refused payload is nobody knows before it is seen. */
const people = ({ act, subject }: { readonly act: string; readonly subject: string }): string[] =>
  act === "break-glass" ? [] : (subject.match(uuid) ?? []);

const targetOf = (row: ApprovalRow): Target => ({
  controllerOrg: row.organisation,
  organisations: [row.organisation],
  subject: row.subject,
  label: row.detail.label as Target["label"],
  approves: row.act as Act,
  askedBy: row.askedBy,
});
const isOwn = (principal: Principal, row: ApprovalRow) => row.askedBy === handOf(principal);
/** By which act somebody else says yes or no. */
const secondUnder = ({ act }: ApprovalRow): Act => (act === "release-health" ? "release-health" : "approve-second");

/** Somebody else's yes or no. Whoever asked may take it back. */
export async function decideApproval(
  foundation: Of,
  principal: Principal,
  input: { readonly id: string; readonly decision: "APPROVED" | "REFUSED"; readonly reason: string; readonly requestId?: string },
): Promise<ApprovalRow> {
  const { store, engine } = foundation;
  const row = await store.approvals.find(input.id);
  // Another organisation's request and one that never was look the same.
  if (!row || !maySeeApproval(foundation, principal, row)) throw new HubError({ code: "APPROVAL_NOT_OPEN", class: "guard", detail: {} });
  const takesBack = input.decision === "REFUSED" && isOwn(principal, row);
  if (!takesBack && isOwn(principal, row)) throw new HubError({ code: "APPROVAL_SAME_PERSON", class: "guard", detail: {} });
  const why = [row.act, row.instruction, input.reason].filter(Boolean).join(": ");
  await may(foundation, principal, takesBack ? askedUnder[row.act as TwoPersonAct] : secondUnder(row), targetOf(row), noFacts, {
    operation: `approval ${input.decision.toLowerCase()}`,
    organisation: row.organisation,
    staffMembers: people(row),
    requestId: input.requestId,
    why,
  });
  return store.approvals.decide(
    row.id,
    { decision: input.decision, by: handOf(principal), role: principal.role, reason: input.reason },
    engine.clock.now(),
  );
}

const mayDo = ({ engine }: Of, principal: Principal, act: Act, row: ApprovalRow) =>
  decide(principal, act, targetOf(row), noFacts, engine.clock.now()).effect === "allow";

/** Whoever could ask for it or decide on it. */
function maySeeApproval(foundation: Of, principal: Principal, row: ApprovalRow): boolean {
  const acts: Act[] = [askedUnder[row.act as TwoPersonAct], "approve-second", secondUnder(row)];
  return acts.some((act) => mayDo(foundation, principal, act, row));
}

/** What somebody may say to a request now: yes and no to another's, and to the own one that it is taken back. */
export function mayDecideApproval(foundation: Of, principal: Principal, row: ApprovalRow): { readonly yes: boolean; readonly no: boolean } {
  if (isOwn(principal, row)) return { yes: false, no: mayDo(foundation, principal, askedUnder[row.act as TwoPersonAct], row) };
  const second = mayDo(foundation, principal, secondUnder(row), row);
  return { yes: second, no: second };
}

export async function listApprovals(
  foundation: Of,
  principal: Principal,
  organisations: readonly string[],
  all = false,
): Promise<readonly ApprovalRow[]> {
  const rows = await foundation.store.approvals.list({ organisations, all }, foundation.engine.clock.now());
  return rows.filter((row) => maySeeApproval(foundation, principal, row));
}

/** The second person's yes to exactly this, by the one who asks now, and the act decided with it. Undefined: it is still to be given. */
export async function approvedAct(
  foundation: Of,
  principal: Principal,
  asked: Pick<Asked, "act" | "subject" | "organisation" | "instruction" | "reason"> & {
    readonly counts?: Readonly<Record<string, number>>;
    readonly label?: Target["label"];
  },
): Promise<ApprovalRow | undefined> {
  const { store, engine } = foundation;
  const now = engine.clock.now();
  const { act, subject, organisation, instruction } = asked;
  const exactly = { act, subject, organisation, instruction };
  const own = await store.approvals.approved({ ...exactly, askedBy: handOf(principal) }, now);
  const approval = own ?? (await store.approvals.approved(exactly, now));
  // What the person has asked for, whoever of information governance has not approved it carries out: two of them, as always.
  if (!approval || (!own && !isOfPerson(approval.askedRole))) return undefined;
  // This yes and no other: another one about the same person is not to this.
  const facts = { ...noFacts, approvals: [{ act, subject, by: approval.decidedBy!, at: approval.decidedAt!.toISOString() }] };
  const target: Target = { subject, controllerOrg: organisation, organisations: [organisation], label: asked.label };
  await may(foundation, principal, act, target, facts, {
    operation: act,
    organisation,
    why: [instruction, asked.reason].filter(Boolean).join(": "),
    staffMembers: people(asked),
    counts: asked.counts,
  });
  return approval;
}

/** What can be lifted. Before a second person is asked: nobody approves the end of what is not there. */
export async function checkInForce({ store }: Of, what: "restriction" | "erasure", id: string, organisation: string): Promise<void> {
  const inForce =
    what === "erasure"
      ? await store.erasures.inForce(organisation)
      : (await store.restrictions.list(organisation)).filter(({ liftedAt }) => liftedAt === null);
  if (inForce.some((one) => one.id === id)) return;
  const said = inForce.slice(0, 20).map((one) => `${one.id} (${one.instruction})`);
  throw new UsageError(
    `There is no ${what} ${id} of ${organisation} in force. In force: ${said.join(", ") || "none"}. Next: ${said.length > 0 ? "take the id from there" : "nothing; there is none to lift"}.`,
  );
}

/** A restriction stands at a staff member: what a system says of somebody who is linked to nobody is not used by anybody. */
export async function checkRestrictable({ store }: Of, person: string): Promise<void> {
  if ((await store.show(person))?.is === "staff-member") return;
  throw new UsageError(
    `${person} is linked to no staff member, so nothing of it is used: there is nothing to restrict. Next: the trust's data quality links it first (\`npx lanyard match accept\`), or restrict the staff member.`,
  );
}

/** What the person has asked for by this reference, while it waits, for whoever may decide on it. */
export async function waitingOfPerson(
  foundation: Of,
  principal: Principal,
  { act, subject, organisation, instruction }: Pick<Asked, "act" | "subject" | "organisation" | "instruction">,
): Promise<ApprovalRow | undefined> {
  const waiting = await listApprovals(foundation, principal, [organisation]);
  return waiting.find((row) => isOfPerson(row.askedRole) && row.act === act && row.subject === subject && row.instruction === instruction);
}

/** How the store tells whose a raw record is. */
export const readerOf = ({ engine, config }: Of) => rawReader(engine, config.connections);
