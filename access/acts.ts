/**
 * What may be done, beside reading (access.md section 3): act -> actor -> cell, as data. Every act is audited by its caller.
 * The acts that begin with "answer-" and "list-" are derived answers: whether a question may be asked at all; every record
 * that goes into its answer is decided as ever.
 */
import type { Access } from "../schema/registry";
import type { Purpose } from "./principal";
import { cell, healthSystems } from "./tables";
import type { Actor, Cell, Condition } from "./vocabulary";

const selfView: readonly Purpose[] = ["SELF_VIEW"];
const service: readonly Purpose[] = ["SERVICE_OPERATION"];
const settings: readonly Purpose[] = ["SETTINGS"];
const rights: readonly Purpose[] = ["DATA_RIGHTS"];
const hr: readonly Purpose[] = ["EMPLOYMENT", "PRE_EMPLOYMENT"];
const claims: readonly Purpose[] = ["DATA_QUALITY", "OH_CARE"];

const operator = cell(["aal3"], [], service);
/** What narrows needs the scope of grants only; a frozen account may do it. */
const narrows = (...more: Condition[]) => ({
  SELF: cell(["self", ...more], [], selfView),
  PASS: cell(["self", "deleg", "scope", "aal2", ...more], [], selfView),
});
/** What widens needs the scope of every type that it opens. */
const widens = (...more: Condition[]) => ({
  SELF: cell(["self", "not-frozen", ...more], [], selfView),
  PASS: cell(["self", "not-frozen", "deleg", "scope", "scope-shared", "aal2", ...more], [], selfView),
});
const training: readonly Purpose[] = ["EMPLOYMENT", "TRAINING_COMPLIANCE"];

const table = {
  // Held snapshots.
  /** Believe or refuse a held snapshot of training records. */
  "decide-held-training": {
    LEHR: cell(["tenant", "aal2"], [], training),
    "L&D": cell(["tenant", "aal2"], [], ["TRAINING_COMPLIANCE"]),
    OPS: operator,
  },
  /** ... of posts, people, placements and checks. */
  "decide-held-employment": { LEHR: cell(["tenant", "aal2"], [], ["EMPLOYMENT"]), OPS: operator },
  /** ... of health records: nobody but the trust's own occupational health. */
  "decide-held-health": { OHL: cell(["tenant", "aal3"], [], ["OH_CARE"]) },

  // Of a trust.
  /** Say which competence a course awards, and derive the waiting records anew. */
  "map-courses": { TRUSTADM: cell(["tenant", "aal2"], [], settings) },
  /** Approve that records really go to the trust's ESR. */
  "esr-on": { TRUSTADM: cell(["tenant", "aal2"], [], settings) },

  // Of the ESR team.
  /** Derive records anew from what was received: plan, start, cancel. */
  "replay-records": { TRUSTADM: cell(["tenant", "aal2"], [], settings), OPS: operator },
  /** Give a vendor a key of the intake, or take it back. */
  "rotate-keys": { OPS: operator },
  /** Take note of how a vendor's records have changed their shape. */
  "accept-drift": { OPS: operator },
  /** Run a connection now. */
  "sync-now": { OPS: operator },
  /** Read a connection from its beginning. */
  backfill: { OPS: operator },
  /** Try refused records again without seeing them. */
  "redrive-refused": { OPS: operator },
  /** Make the next file for ESR now. */
  "send-to-esr": { OPS: operator },
  /** Let go now what is past its period and the hub itself has made, as the daily upkeep does. */
  "run-retention": { OPS: operator },
  /** Keep a connection from running, or let it run again. */
  "pause-connections": { OPS: operator },
  /** Hold the chains of the audit to their hashes: numbers of rows and where they do not fit, nothing that stands in them. */
  "verify-audit": { OPS: operator, AUD: cell(["tenant", "aal3"], [], ["AUDIT"]) },
  /** Ask to see one refused training payload, for a second person to approve. */
  "ask-break-glass": { OPS: cell(["aal3"], [], service, { labels: ["R3"] }) },
  /** See it, for an hour after the yes. Health payloads: never. */
  "break-glass": { OPS: cell(["aal3", "within-the-hour"], [], service, { labels: ["R3"] }) },

  // Of the person, and of a front-end for the person.
  "share-create": widens("shareable"),
  "share-narrow": narrows(),
  "share-revoke": narrows(),
  /** Yes to a transfer. */
  "transfer-answer": widens(),
  "transfer-decline": narrows(),
  object: narrows(),
  /** It opens again what the objection has closed. */
  "objection-withdraw": widens(),
  /** Ask the trust for a copy of everything. */
  "ask-copy": narrows(),
  /** The person's yes to a client: the person's own, no client approves itself or another. */
  "approve-client": { SELF: cell(["self", "not-frozen"], [], selfView) },
  "revoke-client": { SELF: cell(["self"], [], selfView) },
  /** By an account that is nobody's yet. */
  "claim-account": { SELF: cell(["unbound", "aal2"], [], selfView) },
  /** Of two logins that claim one record neither settles which is right by taking the other back: HR does. */
  "revoke-account": { SELF: cell(["self", "not-frozen"], [], selfView), LEHR: cell(["tenant", "emp", "aal2"], [], hr) },

  // Of HR.
  /** For the own side of it; the two sides are signed by two people. */
  "sign-agreement": { LEHR: cell(["party", "aal2", "other-hand"], [], hr) },
  /** By one of either, at once. */
  "end-agreement": { LEHR: cell(["party", "aal2"], [], hr) },
  "prepare-agreement": { TRUSTADM: cell(["party", "aal2"], [], settings) },
  /** Say what kind of engagement somebody has (locally employed: ESR's grade cannot tell). */
  "state-engagement": { LEHR: cell(["tenant", "aal2"], [["emp"], ["place"]], hr) },
  /** Give somebody of one's own the one-time code that claims the record. */
  "issue-code": { LEHR: cell(["tenant", "emp", "aal2"], [], hr) },
  /** Accept what a placement or offers feed says. */
  "accept-feed": { LEHR: cell(["tenant", "aal2"], [], hr) },
  /** Decide on an objection to other types than health, which is the controller's open decision. */
  "decide-objection": { LEHR: cell(["tenant", "aal2"], [], hr, { labels: ["R1", "R1s", "R2", "R3", "R7"] }) },

  /** Be told why somebody may see a part of a person's record: information governance of one of the two sides, and the person. */
  "explain-access": { SELF: cell(["self", "not-frozen"], [], selfView), IGO: cell(["party", "aal3"], [], rights) },

  // Whose records these are.
  "match-training": { TDQ: cell(["tenant", "aal2"], [], ["DATA_QUALITY"]) },
  /** Health moves: two people. */
  "match-health": { OHL: cell(["tenant", "aal3", "second"], [], claims) },
  /** Health does not move; also to ask for a link, for a second person to approve. */
  "refuse-health": { OHL: cell(["tenant", "aal3"], [], claims) },

  // Data rights.
  "subject-export": { IGO: cell(["tenant", "aal3", "second"], [], rights) },
  "subject-restrict": { IGO: cell(["tenant", "aal3", "second"], [], rights) },
  "subject-erase": { IGO: cell(["tenant", "aal3", "second"], [], rights) },
  /** Ask for one of the three, for a second person to approve. */
  "subject-prepare": { IGO: cell(["tenant", "aal3"], [], rights) },
  /** Let the health part go into an export. */
  "release-health": { OHL: cell(["tenant", "aal3"], [], claims) },
  /** The second person's yes; who may do the act itself may approve another's. */
  "approve-second": {
    IGO: cell(["tenant", "aal3", "first-hand"], [], rights),
    OHL: cell(["tenant", "aal3", "first-hand"], [], claims),
    OPS: cell(["aal3", "first-hand"], [], service),
  },

  // Of machines: each is its connector's or its trust's own credential.
  "push-training": { VLMS: cell(["tenant"], [], service, { labels: ["R3"] }) },
  "push-health": { VOH: cell(["tenant"], [], service, { labels: ["R4", "R5"] }) },
  /** Say of whom a record is: a claim, from which nobody becomes a staff member. */
  "push-claim": { VLMS: cell(["tenant"], [], service), VOH: cell(["tenant"], [], service), FEED: cell(["tenant"], [], service) },
  /** Placements, offers, registrations and checks, as a feed of the trust says them. */
  "push-employment": { FEED: cell(["tenant"], [], service, { labels: ["R1", "R2", "R7"] }) },
  "write-esr": { ESR: cell(["tenant"], [], service, { labels: ["R1", "R1s", "R2", "R3", "R7"] }) },
  "acknowledge-outbound": { ESR: cell(["tenant"], [], service) },
  /** What ESR has acknowledged may always be corrected or withdrawn there, also after the end of employment. */
  "correct-outbound": { ESR: cell(["tenant"], [], service) },

  // Derived answers.
  /** A list of the own organisation's staff; a front-end knows one person and never lists people. */
  "list-staff": {
    LEHR: cell(["tenant"], [], [...hr, "TRAINING_COMPLIANCE"]),
    HOHR: cell(["tenant"], [], ["PLACEMENT", "TRAINING_COMPLIANCE"]),
    OHL: cell(["tenant"], [], ["OH_CARE", "PRE_EMPLOYMENT"]),
    OHR: cell(["tenant"], [], ["OH_CARE", "PLACEMENT"]),
    "L&D": cell(["tenant"], [], ["TRAINING_COMPLIANCE"]),
    RECR: cell(["tenant"], [], ["PRE_EMPLOYMENT"]),
  },
  /** The rotation of the own organisation: who starts, and what is missing. */
  "list-rotation": {
    LEHR: cell(["tenant"], [], [...hr, "TRAINING_COMPLIANCE"]),
    HOHR: cell(["tenant"], [], ["PLACEMENT", "TRAINING_COMPLIANCE"]),
    OHL: cell(["tenant"], [], ["OH_CARE", "PRE_EMPLOYMENT"]),
    OHR: cell(["tenant"], [], ["OH_CARE", "PLACEMENT"]),
  },
  /** Health items in a derived answer: the person and occupational health. HR gets one constant line. */
  "answer-health-items": {
    SELF: cell([], [], selfView),
    OHL: cell([], [], ["OH_CARE", "PRE_EMPLOYMENT"]),
    OHR: cell([], [], ["OH_CARE", "PLACEMENT"]),
  },
  /**
   * Where a person's records are: the person, and the employer about its own: training to HR and data quality, health to its
   * OH. A host sees the record, and asks the employer where it is.
   */
  "answer-traces": {
    SELF: cell(["self", "not-frozen"], [["label"], ["aal2"]], selfView, { labels: ["R1", "R2", "R3", "R7"] }),
    LEHR: cell(["tenant", "emp", "aal2"], [], training, { labels: ["R3"] }),
    TDQ: cell(["tenant", "aal2"], [], ["DATA_QUALITY"], { labels: ["R3"] }),
    OHL: cell(["tenant", "emp", "aal3"], [], ["OH_CARE"], { labels: ["R4", "R5"] }),
  },
} satisfies Readonly<Record<string, Partial<Record<Actor, Cell>>>>;

export type Act = keyof typeof table;
export const actTable: Readonly<Record<Act, Partial<Record<Actor, Cell>>>> = table;

/** Which of them is asked for, by the label of the records that are held. */
export function actOfHeld(label: Access): Act {
  if (label === "R4" || label === "R5") return "decide-held-health";
  return label === "R3" ? "decide-held-training" : "decide-held-employment";
}

/** ... and by the system whose claim is to be decided on; a link of health is `match-health` besides, with its second person. */
export const actOfClaim = (system: string): Act => (healthSystems.has(system) ? "refuse-health" : "match-training");
