/** What may be done, beside reading (access.md section 3, as far as it is built). Deny by default; every act is audited by its caller. */
import type { Access } from "../schema/registry";
import { actorsOf, type Decision } from "./decide";
import type { Principal, Purpose } from "./principal";
import type { Actor } from "./tables";

export type Act =
  /** Believe or refuse a held snapshot of training records. */
  | "decide-held-training"
  /** ... of posts, people, placements and checks. */
  | "decide-held-employment"
  /** ... of health records: nobody but the trust's own occupational health. */
  | "decide-held-health"
  /** Say which competence a course awards, and derive the waiting records anew. */
  | "map-courses"
  /** Derive records anew from what was received: plan, start, cancel. */
  | "replay-records"
  /** Give a vendor a key of the intake, or take it back. */
  | "rotate-keys"
  /** Take note of how a vendor's records have changed their shape. */
  | "accept-drift"
  /** Run a connection now. */
  | "sync-now"
  /** Make the next file for ESR now. */
  | "send-to-esr"
  /** Keep a connection from running, or let it run again. */
  | "pause-connections";

interface Row {
  /** Only for the organisation of the caller's credential. */
  readonly tenant: boolean;
  readonly aal: number;
  readonly purposes: readonly Purpose[];
}

export const actTable: Readonly<Record<Act, Partial<Record<Actor, Row>>>> = {
  "decide-held-training": {
    LEHR: { tenant: true, aal: 2, purposes: ["EMPLOYMENT", "TRAINING_COMPLIANCE"] },
    "L&D": { tenant: true, aal: 2, purposes: ["TRAINING_COMPLIANCE"] },
    OPS: { tenant: false, aal: 3, purposes: ["SERVICE_OPERATION"] },
  },
  "decide-held-employment": {
    LEHR: { tenant: true, aal: 2, purposes: ["EMPLOYMENT"] },
    OPS: { tenant: false, aal: 3, purposes: ["SERVICE_OPERATION"] },
  },
  "decide-held-health": { OHL: { tenant: true, aal: 3, purposes: ["OH_CARE"] } },
  "map-courses": { TRUSTADM: { tenant: true, aal: 2, purposes: ["SETTINGS"] } },
  "replay-records": {
    TRUSTADM: { tenant: true, aal: 2, purposes: ["SETTINGS"] },
    OPS: { tenant: false, aal: 3, purposes: ["SERVICE_OPERATION"] },
  },
  "rotate-keys": { OPS: { tenant: false, aal: 3, purposes: ["SERVICE_OPERATION"] } },
  "accept-drift": { OPS: { tenant: false, aal: 3, purposes: ["SERVICE_OPERATION"] } },
  "sync-now": { OPS: { tenant: false, aal: 3, purposes: ["SERVICE_OPERATION"] } },
  "pause-connections": { OPS: { tenant: false, aal: 3, purposes: ["SERVICE_OPERATION"] } },
  "send-to-esr": { OPS: { tenant: false, aal: 3, purposes: ["SERVICE_OPERATION"] } },
};

/** Which of them is asked for, by the label of the records that are held. */
export function actOfHeld(label: Access): Act {
  if (label === "R4" || label === "R5") return "decide-held-health";
  return label === "R3" ? "decide-held-training" : "decide-held-employment";
}

const obligations = ["audit", "no-store"] as const;
const deny = (reason: string): Decision => ({ effect: "deny", reason, obligations });

/** `organisations`: whose the thing is; for a tenant's act all of them must be the caller's own. */
export function decideAct(principal: Principal, act: Act, organisations: readonly string[]): Decision {
  try {
    for (const actor of actorsOf(principal)) {
      const row = actTable[act][actor];
      if (!row) continue;
      if (row.tenant && (organisations.length === 0 || organisations.some((one) => one !== principal.org))) return deny("tenant");
      if (principal.aal < row.aal) return deny("aal");
      if (!row.purposes.some((purpose) => principal.purposes.includes(purpose))) return deny("purpose");
      return { effect: "allow", reason: `${actor}:${act}`, obligations };
    }
    return deny("no-row-allows");
  } catch {
    return deny("decision-failed");
  }
}
