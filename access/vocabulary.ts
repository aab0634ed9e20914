/** The words of the tables: who, what, under which conditions. */
import type { Access } from "../schema/registry";
import type { Purpose } from "./principal";

export const actors = [
  "SELF",
  "PASS",
  "LEHR",
  "HOHR",
  "OHL",
  "OHR",
  "L&D",
  "RECR",
  "NHSE",
  "TDQ",
  "TRUSTADM",
  "IGO",
  "VLMS",
  "VOH",
  "FEED",
  "ESR",
  "OPS",
  "AUD",
] as const;
export type Actor = (typeof actors)[number];

/** Parts of a record type that are a type of their own to those who may see no more than them: a cell stays yes or no. */
export const projections = [
  /** Who an unmatched record of a training or employment system may be of, with the candidates' names. */
  "R9-claim",
  /** The same of an occupational health system. */
  "R9-oh",
  /** Of a refused payload: code, counts, instants, whose move it is. */
  "R9-meta",
  /** What a vendor is told about its own push. */
  "R8-receipt",
  /** Where a record is, by its id: kind, state, instants, owner; nobody's name and no value. */
  "R8-trace",
] as const;
export type RecordType = Access | (typeof projections)[number];

export type Condition =
  | "deleg"
  | "scope"
  | "scope-shared"
  | "aal2"
  | "aal3"
  | "unbound"
  | "not-frozen"
  | "tenant"
  | "self"
  | "party"
  | "own-push"
  | "label"
  | "emp"
  | "place"
  | "offer"
  | "programme"
  | "transfer"
  | "wsa"
  | "share"
  | "share-carries"
  | "shareable"
  | "no-objection"
  | "second"
  | "other-hand"
  | "first-hand"
  | "within-the-hour"
  | "purpose";

/** The order of rules: client, token, tenant or self, relation, agreement or grant, second person, purpose. */
export const order: readonly Condition[] = [
  "deleg",
  "scope",
  "scope-shared",
  "aal2",
  "aal3",
  "unbound",
  "not-frozen",
  "tenant",
  "self",
  "party",
  "own-push",
  "label",
  "emp",
  "place",
  "offer",
  "programme",
  "transfer",
  "wsa",
  "share",
  "share-carries",
  "shareable",
  "no-objection",
  "second",
  "other-hand",
  "first-hand",
  "within-the-hour",
  "purpose",
];

export interface Path {
  readonly conditions: readonly Condition[];
  /** Only the rows of national competences. */
  readonly rows?: "national";
  /** Fields that this way opens, where they are fewer than those of the cell. */
  readonly fields?: readonly string[];
  /** Purposes for which this way is open, where they are not those of the cell. */
  readonly purposes?: readonly Purpose[];
}

export interface Cell {
  /** Those that open everything first: what limits the rows counts only where nothing else opens them. */
  readonly paths: readonly Path[];
  /** Fields of the record type that this cell opens; all when absent. */
  readonly fields?: readonly string[];
  readonly purposes: readonly Purpose[];
  /** Record types that the condition `label` admits. */
  readonly labels?: readonly Access[];
}
