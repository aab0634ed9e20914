/**
 * Which role may do what with which table. A table that is not named here belongs to the workers alone, so a new one is closed
 * until somebody opens it; who wants a reader to have it adds a line.
 */

import { healthKinds } from "../../schema/kinds";
import { personTables, recordTables } from "../record-tables";
import type { LoginRole } from "./roles";

export interface Table {
  /** schema.table, as PostgreSQL names it. */
  readonly name: string;
  readonly schema: string;
  readonly columns: ReadonlyMap<string, string>;
  readonly isPartition: boolean;
}

/** Kind of record by table. */
export const kindOfTable: ReadonlyMap<string, string> = new Map(
  [...recordTables.values()].map(({ kind, table }) => [table.replaceAll('"', ""), kind]),
);
export const healthTables: ReadonlySet<string> = new Set(
  [...kindOfTable].filter(([, kind]) => healthKinds.has(kind)).map(([table]) => table),
);
export const tablesAboutPeople: ReadonlySet<string> = new Set(personTables.map(({ table }) => table.replaceAll('"', "")));

/** Undefined: not at all. No columns: all of them. */
export interface Grant {
  readonly privileges: readonly string[];
  readonly columns?: readonly string[];
}

const read = (...columns: string[]): Grant => ({ privileges: ["select"], ...(columns.length > 0 ? { columns } : {}) });
const change = (privilege: "update", ...columns: string[]): Grant => ({ privileges: [privilege], columns });

type Grants = Readonly<Record<string, readonly Grant[]>>;

const ofReaders: Grants = {
  "ops.provenance": [read()],
  "ops.record_version": [read()],
  "ops.state_change": [read()],
  "staff.binding": [read("source_person_id", "staff_member_id", "from_at", "to_at")],
  "staff.staff_member": [read()],
};

/** Metadata of a record, for those who must not see what it says. */
export const recordMetadata = [
  "id",
  "controller_org",
  "staff_member_id",
  "source_person_id",
  "connection_id",
  "source_id",
  "source_version",
  "derivation_version",
  "valid_from",
  "valid_to",
  "known_from",
  "known_at",
  "source_state",
  "content_hash",
  "provenance_id",
  "raw_page_id",
  "raw_ordinal",
];
const post = [
  "engagement",
  "type",
  "status",
  "is_primary",
  "employee_category",
  "position_source_id",
  "unit_source_id",
  "starts_on",
  "ends_on",
  "projected_hire_on",
];

const byName: Readonly<Partial<Record<LoginRole, Grants>>> = {
  lanyard_read: {
    ...ofReaders,
    "staff.source_person": [
      read("id", "controller_org", "connection_id", "system", "given_name", "family_name", "birth_date", "staff_member_id"),
    ],
    "staff.identifier": [read()],
    "ops.esr_delivery": [read()],
    "ops.esr_judgement": [read()],
  },
  lanyard_health: ofReaders,
  lanyard_facts: {
    "staff.staff_member": [read("id", "merged_into")],
    "staff.account": [read()],
    "staff.source_person": [read("id", "controller_org", "connection_id", "system", "staff_member_id")],
    "staff.identifier": [read("source_person_id", "scheme", "value_index")],
    "staff.assignment": [read(...recordMetadata, ...post)],
    "staff.personal_details": [read(...recordMetadata, "hired_on", "terminated_on")],
    "ops.connection": [read()],
    "ops.data_set": [read()],
    "ops.restriction": [read()],
    "ops.approval": [read()],
  },
  lanyard_ops: {
    "staff.staff_member": [read()],
    "staff.source_person": [
      read(
        ...["id", "controller_org", "connection_id", "system", "state", "state_reasons", "staff_member_id"],
        ...["match_due", "first_seen_at", "claimed_at"],
      ),
    ],
    "staff.binding": [read("source_person_id", "staff_member_id", "decision", "reasons", "from_at", "to_at")],
    "staff.assignment": [read(...recordMetadata, ...post)],
    "learning.achievement": [read(...recordMetadata, "title", "course_source_id", "course_code", "mapping")],
    "learning.competence_award": [read(...recordMetadata, "competence", "awarded_on")],
  },
  lanyard_match: {
    "staff.staff_member": [{ privileges: ["select", "insert"] }, change("update", "merged_into")],
    "staff.source_person": [
      read(
        ...["id", "controller_org", "connection_id", "system", "source_key", "given_name", "family_name", "other_given_names"],
        ...["other_family_names", "birth_date", "match_keys", "match_due", "state", "state_reasons", "staff_member_id", "looked_at"],
      ),
      change("update", "staff_member_id", "state", "state_reasons", "match_due", "looked_at"),
    ],
    // Never what is sealed: an NI number is compared by its blind index.
    "staff.identifier": [read("source_person_id", "scheme", "value_index", "value")],
    "staff.binding": [{ privileges: ["select", "insert", "update"] }],
    "staff.match_proposal": [{ privileges: ["select", "insert", "update", "delete"] }],
    "staff.link_refusal": [{ privileges: ["select", "insert", "update", "delete"] }],
    "staff.merge": [{ privileges: ["select", "insert", "update"] }],
  },
  // A column to update, because who saves a data key holds the row meanwhile.
  // That a payload was shown is never changed.
  lanyard_work: { "ops.index_key": [read(), change("update", "one")], "ops.payload_look": [{ privileges: ["select", "insert"] }] },
  lanyard_work_health: { "ops.index_key": [], "ops.payload_look": [] },
  lanyard_rights: { "ops.index_key": [], "ops.payload_look": [read()] },
};

/** Schemas whose tables are the application's. */
export const schemas = ["staff", "learning", "oh", "checks", "movement", "ops", "audit"] as const;

export function grantsOf(role: LoginRole, table: Table): readonly Grant[] {
  // Partitions are reached through their parent; expiry goes by a function of the owner.
  if (table.isPartition || table.schema === "guard") return [];
  const named = byName[role]?.[table.name];
  if (named) return named;
  const isRecord = kindOfTable.has(table.name);
  const isHealth = table.schema === "oh";
  switch (role) {
    case "lanyard_read":
      return isRecord && !isHealth ? [read()] : [];
    case "lanyard_health":
      return isRecord && isHealth ? [read()] : [];
    case "lanyard_facts":
      // Engagements, placements, agreements, shares: what access judges by.
      return table.schema === "movement" ? [read()] : [];
    case "lanyard_ops":
      if (isRecord && !isHealth) return [read(...recordMetadata.filter((column) => table.columns.has(column)))];
      return table.schema === "ops" && !withoutOperations.has(table.name) ? [read(...withoutBytes(table))] : [];
    case "lanyard_auditor":
      return table.name === "audit.event" ? [read()] : table.name === "staff.staff_member" ? [read("id", "merged_into")] : [];
    case "lanyard_rights":
      return table.schema === "audit" ? [read()] : [{ privileges: ["select", "insert", "update", "delete"] }];
    case "lanyard_work":
    case "lanyard_work_health":
      if (isHealth && role === "lanyard_work") return [];
      if (table.schema === "audit") return [];
      // A record is withdrawn, never deleted.
      return [{ privileges: isRecord ? ["select", "insert", "update"] : ["select", "insert", "update", "delete"] }];
    default:
      return [];
  }
}

/** Keys, and events that carry a vendor's id of a person. */
const withoutOperations: ReadonlySet<string> = new Set([
  "ops.data_key",
  "ops.index_key",
  "ops.token_key",
  "ops.client_assertion",
  "ops.vendor_event",
]);
/** What is sealed is nobody's metadata. */
const withoutBytes = ({ columns }: Table) => [...columns].filter(([, type]) => type !== "bytea").map(([column]) => column);
