/**
 * Row-level security, generated from the catalogue: every table with a controller, a staff member or a source person has it,
 * enabled and forced, with a policy for each role that may touch the table at all. What decides is evaluated once per
 * statement (a hashed subplan or an InitPlan), never once per row.
 */
import { type Grant, grantsOf, healthTables, kindOfTable, type Table, tablesAboutPeople } from "./grants";
import { definerRole, type LoginRole, loginRoles, ownerRole } from "./roles";

export interface Policy {
  readonly name: string;
  readonly role: string;
  readonly command: "all" | "select";
  readonly using: string;
  readonly check?: string;
}

/** Of its rows a person reads those about the own record, an auditor those of the own organisation. */
const auditTable = "audit.event";

const protecting = ["controller_org", "staff_member_id", "source_person_id"];
/** What tells of a record by its kind and id (history) is protected like the record. */
export const isProtected = ({ name, columns }: Table) =>
  name === auditTable || protecting.some((column) => columns.has(column)) || (columns.has("record_id") && columns.has("kind"));

const everything = "true";
const signed = "(select guard.signed())";

/** Who somebody is: for those who may read personal details or posts. */
const identity = "array['personal-details', 'assignment']";
const anyRecord = `array[${[...tablesAboutPeople].map((table) => `'${kindOfTable.get(table)}'`).join(", ")}]`;

function readPolicy(table: Table): string {
  const kind = kindOfTable.get(table.name);
  if (kind !== undefined)
    return tablesAboutPeople.has(table.name)
      ? `(staff_member_id, controller_org) in (select s.staff_member, s.controller_org from guard.scope('${kind}') s)`
      : `controller_org in (select k.controller_org from guard.kinds() k where k.kind = '${kind}')`;
  switch (table.name) {
    case "staff.source_person":
      return `id in (select guard.source_persons(${identity}))`;
    case "staff.identifier":
      return `source_person_id in (select guard.source_persons(${identity}))`;
    case "staff.binding":
      return `source_person_id in (select guard.source_persons(${anyRecord}))`;
    case "ops.esr_delivery":
    case "ops.esr_judgement":
      return "(staff_member_id, organisation) in (select s.staff_member, s.controller_org from guard.scope('competence-award') s)";
    case auditTable: {
      const mine = "(select array_agg(s.staff_member) from guard.scope('access-history') s)";
      const ours = "(select array_agg(k.controller_org) from guard.kinds() k where k.kind = 'audit')";
      return `staff_members && ${mine} or refused_members && ${mine} or chain = any(${ours}::text[]) or controllers && ${ours}`;
    }
    case "ops.record_version":
      return "(kind, key_org) in (select k.kind, k.controller_org from guard.kinds() k)";
    case "ops.state_change":
      return "kind in (select k.kind from guard.kinds() k)";
    default:
      return "false";
  }
}

function usingOf(role: LoginRole, table: Table): string {
  if (role === "lanyard_read" || role === "lanyard_health") return readPolicy(table);
  if (role === "lanyard_auditor" && table.name === auditTable) return readPolicy(table);
  if (role === "lanyard_facts") return signed;
  return everything;
}

/** Records and the people of a source are written for the organisations of the connection whose lease is held. */
function checkOf(role: LoginRole, table: Table): string {
  const isWorker = role === "lanyard_work" || role === "lanyard_work_health";
  if (isWorker && (kindOfTable.has(table.name) || table.name === "staff.source_person"))
    return "controller_org = any ((select guard.writable())::text[])";
  return everything;
}

const writes = (grants: readonly Grant[]) => grants.some(({ privileges }) => privileges.some((one) => one !== "select"));

export function policiesOf(table: Table): readonly Policy[] {
  const policies: Policy[] = [{ name: "walls_definer", role: definerRole, command: "all", using: everything, check: everything }];
  // What appends runs as the owner, who is behind the wall like everybody else.
  if (table.name === auditTable)
    policies.push({ name: "walls_owner", role: ownerRole, command: "all", using: everything, check: everything });
  for (const role of loginRoles) {
    const grants = grantsOf(role, table);
    if (grants.length === 0) continue;
    const name = `walls_${role.replace("lanyard_", "")}`;
    const using = usingOf(role, table);
    policies.push(
      writes(grants) ? { name, role, command: "all", using, check: checkOf(role, table) } : { name, role, command: "select", using },
    );
  }
  return policies;
}

/** What the functions that run as the definer need; they are the allow-list of functions.ts. */
export function definerGrantsOf(table: Table): readonly Grant[] {
  if (tablesAboutPeople.has(table.name)) {
    const select: Grant = healthTables.has(table.name)
      ? {
          privileges: ["select"],
          columns: [
            ...["id", "controller_org", "connection_id", "source_id", "source_person_id", "staff_member_id"],
            ...["source_state", "source_version", "derivation_version", "raw_page_id"],
          ],
        }
      : { privileges: ["select"], columns: ["source_person_id", "staff_member_id"] };
    return [select, { privileges: ["update"], columns: ["staff_member_id"] }];
  }
  switch (table.name) {
    case "staff.source_person":
      return [{ privileges: ["select"], columns: ["id", "controller_org", "staff_member_id"] }];
    case "ops.connection":
      return [{ privileges: ["select"], columns: ["id", "organisations", "lease_number"] }];
    case "guard.context_key":
      return [{ privileges: ["select"] }];
    default:
      return [];
  }
}
