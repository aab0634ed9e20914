/**
 * Who works where, made for the sweep: every state of employment and placement that the conditions tell apart, each person known
 * to two or three controllers. What the hub must make of it is computed in expect.ts from this file, never from the hub.
 */
export const today = "2026-11-22";
export const organisations = ["ZQA", "ZQB", "ZQC"] as const;
export type Org = (typeof organisations)[number];

export type System = "esr" | "lms" | "oh" | "checks";
const all: readonly System[] = ["esr", "lms", "oh", "checks"];

export interface Service {
  readonly org: Org;
  readonly kind: string;
  /** First day, or the day of the accepted offer. */
  readonly from: string;
  /** Last day. */
  readonly to?: string;
  /** Of an offer: the day of the start. */
  readonly starts?: string;
}
export interface Placed {
  readonly employer: Org;
  readonly host: Org;
  readonly from: string;
  readonly to: string;
}
export interface Person {
  readonly name: string;
  readonly service: readonly Service[];
  readonly placed?: readonly Placed[];
  /** Which systems of which organisation hold records about the person. */
  readonly known: Readonly<Partial<Record<Org, readonly System[]>>>;
}

export const people: readonly Person[] = [
  {
    name: "doctor",
    service: [
      { org: "ZQA", kind: "SUBSTANTIVE", from: "2025-08-06" },
      { org: "ZQB", kind: "HONORARY", from: "2026-10-01", to: "2026-12-31" },
      { org: "ZQC", kind: "SUBSTANTIVE", from: "2019-01-01", to: "2025-08-05" },
    ],
    known: { ZQA: all, ZQB: all, ZQC: all },
  },
  {
    name: "hire",
    service: [
      { org: "ZQA", kind: "SUBSTANTIVE", from: "2024-02-01" },
      { org: "ZQB", kind: "PRE_HIRE", from: "2026-11-01", starts: "2026-12-15" },
    ],
    known: { ZQA: all, ZQB: all },
  },
  {
    name: "leaver",
    service: [
      { org: "ZQA", kind: "SUBSTANTIVE", from: "2020-01-01", to: "2026-11-10" },
      { org: "ZQB", kind: "SUBSTANTIVE", from: "2018-01-01", to: "2026-10-01" },
    ],
    known: { ZQA: all, ZQB: all },
  },
  {
    name: "trainee",
    service: [{ org: "ZQA", kind: "LEAD_EMPLOYER", from: "2025-08-06" }],
    placed: [{ employer: "ZQA", host: "ZQB", from: "2026-12-02", to: "2027-04-06" }],
    known: { ZQA: all, ZQB: ["lms", "oh"] },
  },
  {
    name: "returned",
    service: [
      { org: "ZQA", kind: "SUBSTANTIVE", from: "2022-03-01" },
      { org: "ZQB", kind: "SECONDMENT_IN", from: "2026-01-05", to: "2026-11-01" },
    ],
    known: { ZQA: all, ZQB: all },
  },
  {
    name: "expected",
    service: [
      { org: "ZQA", kind: "SUBSTANTIVE", from: "2022-03-01" },
      { org: "ZQB", kind: "HOST_PLACEMENT", from: "2027-03-30", to: "2027-08-03" },
    ],
    known: { ZQA: all, ZQB: all },
  },
  { name: "stranger", service: [{ org: "ZQC", kind: "SUBSTANTIVE", from: "2020-01-01" }], known: { ZQC: all } },
  { name: "bank", service: [{ org: "ZQB", kind: "BANK", from: "2021-06-01" }], known: { ZQB: all } },
  // Known to an occupational health system only, at an organisation without a service: nothing else may follow from that.
  { name: "patient", service: [{ org: "ZQC", kind: "LOCALLY_EMPLOYED", from: "2023-01-01" }], known: { ZQC: all, ZQA: ["oh"] } },
];

export interface Agreement {
  readonly reference: string;
  readonly controller: Org;
  readonly reader: Org;
  readonly labels: readonly string[];
  readonly from: string;
  readonly to?: string;
  readonly signed: "both" | "controller" | "reader";
}
export const agreements: readonly Agreement[] = [
  { reference: "open", controller: "ZQA", reader: "ZQB", labels: ["R1", "R2", "R3", "R4", "R7"], from: "2026-01-01", signed: "both" },
  { reference: "one-sided", controller: "ZQC", reader: "ZQB", labels: ["R2", "R3", "R4"], from: "2026-01-01", signed: "controller" },
  { reference: "training", controller: "ZQC", reader: "ZQA", labels: ["R3"], from: "2026-01-01", signed: "both" },
  { reference: "over", controller: "ZQB", reader: "ZQA", labels: ["R2", "R3"], from: "2025-01-01", to: "2026-11-21", signed: "both" },
];

/** What people have said themselves: to one organisation, about all their records of a type, whoever holds them. */
export const shares = [
  { person: "doctor", to: "ZQB", labels: ["R3", "R5", "R7"] },
  { person: "trainee", to: "ZQB", labels: ["R5"] },
  // To an organisation that has nothing to do with the person: a share alone opens nothing.
  { person: "stranger", to: "ZQA", labels: ["R1", "R2", "R3", "R5", "R7"] },
] as const;
export const objections = [{ person: "trainee", labels: ["R4"] }] as const;
/** The person's Yes to a transfer that an offer has begun. */
export const transfers = [{ person: "hire", to: "ZQB", labels: ["R1", "R2", "R3", "R5", "R7"] }] as const;

/** Which front-end acts for whom, and for what. */
export const approvals = [
  { person: "doctor", client: "passport-front-end", labels: ["R1", "R2", "R3", "R4", "R5", "R7", "R10", "R11"] },
  { person: "hire", client: "passport-front-end", labels: ["R1", "R3"] },
] as const;

export function addDays(date: string, days: number): string {
  const at = new Date(`${date}T00:00:00Z`);
  at.setUTCDate(at.getUTCDate() + days);
  return at.toISOString().slice(0, 10);
}
