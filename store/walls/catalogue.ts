/**
 * What the database's own catalogue says of the walls: every way in which a new table, view, function or grant could go round
 * them, in words. Empty is what it has to be; the integration test makes one of each and sees it found.
 */
import type { ClientBase } from "pg";
import { definers } from "./functions";
import { schemas } from "./grants";
import { appendFunction } from "./raise";
import { allRoles, definerRole, loginRoles, ownerRole } from "./roles";

/** Business keys that hold no controller, each with its reason. */
const keysWithoutController: Readonly<Record<string, string>> = {
  "ops.refused_key": "the connection's id is ours, and of a connection only its workers write",
  "ops.esr_delivery_effect_key_key": "begins with the VPD, which is one organisation's",
  "ops.esr_delivery_file_id_line_key": "a random id and a number",
  "staff.account_live": "a login is one person's in the whole hub, and issuer and subject are of a token that was verified",
  "staff.account_code_code_index_key": "keyed digest of a random code",
  "staff.account_code_code_index": "keyed digest of a random code",
};

/** Only they read or write what is sealed of a person's identifiers. */
const openSealed = ["lanyard_read", "lanyard_work", "lanyard_work_health", "lanyard_rights"];
const ofHealth = ["lanyard_health", "lanyard_work_health", "lanyard_rights"];

interface Check {
  readonly says: (row: Record<string, string>) => string;
  readonly text: string;
}

const list = (names: readonly string[]) => names.map((name) => `'${name}'`).join(", ");
const ours = list([...schemas, "guard"]);
/** The queue's library keeps its own schema. */
const system = "('pg_catalog', 'information_schema', 'pg_toast', 'bullmq')";
const tables = `select n.nspname || '.' || c.relname as name, c.oid, c.relkind, c.relowner, c.relispartition, c.relrowsecurity, c.relforcerowsecurity from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where n.nspname in (${ours}) and c.relkind in ('r', 'p')`;
const hasColumn = (...columns: string[]) =>
  `exists (select 1 from pg_attribute a where a.attrelid = t.oid and a.attname in (${list(columns)}) and not a.attisdropped)`;
const isProtected = `${hasColumn("controller_org", "staff_member_id", "source_person_id")}`;
const acl = (column: string, kind: string, owner: string) =>
  `cross join lateral aclexplode(coalesce(${column}, acldefault('${kind}', ${owner}))) g where g.grantee = 0`;

const checks: readonly Check[] = [
  {
    says: ({ name }) => `${name} names a controller or a person and has no forced row-level security`,
    text: `select name from (${tables}) t where ${isProtected} and not (relrowsecurity and relforcerowsecurity)`,
  },
  {
    says: ({ name }) => `${name} names a controller or a person and lacks a policy with USING and WITH CHECK`,
    text: `select name from (${tables}) t where ${isProtected} and not relispartition and not exists (select 1 from pg_policy p where p.polrelid = t.oid and p.polqual is not null and p.polwithcheck is not null)`,
  },
  {
    says: ({ name, policy }) => `policy ${policy} of ${name} lets rows be written without a check`,
    text: `select name, polname as policy from (${tables}) t join pg_policy p on p.polrelid = t.oid where p.polcmd in ('*', 'a', 'w') and p.polwithcheck is null`,
  },
  {
    says: ({ name, policy }) => `policy ${policy} of ${name} is for everybody`,
    text: `select name, polname as policy from (${tables}) t join pg_policy p on p.polrelid = t.oid where 0 = any(p.polroles)`,
  },
  {
    says: ({ name, policy }) => `policy ${policy} of ${name} shows a reader rows without the signed context`,
    text: `select name, polname as policy from (${tables}) t join pg_policy p on p.polrelid = t.oid join pg_roles r on r.oid = any(p.polroles)
      where r.rolname in ('lanyard_read', 'lanyard_health', 'lanyard_facts') and ${isProtected}
        and pg_get_expr(p.polqual, p.polrelid) not like '%guard.%' and pg_get_expr(p.polqual, p.polrelid) <> 'false'`,
  },
  {
    says: ({ name }) => `view ${name} reads as its owner: security_invoker is not set`,
    text: `select c.oid::regclass::text as name from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.relkind = 'v' and n.nspname not in ${system}
      and not coalesce(c.reloptions, '{}') && array['security_invoker=true', 'security_invoker=on', 'security_invoker=1']`,
  },
  {
    says: ({ name }) => `${name} is a materialized view: it knows no rows of somebody`,
    text: `select c.oid::regclass::text as name from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.relkind = 'm' and n.nspname not in ${system}`,
  },
  {
    says: ({ name }) => `function ${name} is SECURITY DEFINER and not on the allow-list`,
    text: `select p.oid::regprocedure::text as name from pg_proc p join pg_namespace n on n.oid = p.pronamespace where p.prosecdef and n.nspname not in ${system}
      and p.oid::regprocedure::text not in (${list([...definers.map(({ signature }) => signature), appendFunction])})`,
  },
  {
    says: ({ name }) => `function ${name} has no fixed search_path`,
    text: `select p.oid::regprocedure::text as name from pg_proc p join pg_namespace n on n.oid = p.pronamespace
      where (n.nspname in (${ours}) or (p.prosecdef and n.nspname not in ${system}))
      and not exists (select 1 from unnest(p.proconfig) c where c like 'search\\_path=%')`,
  },
  {
    says: ({ name, key }) => `unique key ${key} of ${name} spans controllers: it tells one that another's row is there`,
    text: `select t.name, i.indexrelid::regclass::text as key from (${tables}) t join pg_index i on i.indrelid = t.oid and i.indisunique
      where ${hasColumn("controller_org")} and not t.relispartition
        and not exists (select 1 from pg_attribute a where a.attrelid = t.oid and a.attnum = any(i.indkey) and a.attname = 'controller_org')
        and exists (select 1 from unnest(i.indkey::int2[]) k left join pg_attribute a on a.attrelid = t.oid and a.attnum = k
          where a.attnum is null or not (a.atttypid = 'uuid'::regtype or a.attidentity <> ''))
        and i.indexrelid::regclass::text not in (${list(Object.keys(keysWithoutController))})`,
  },
  {
    says: ({ name, privilege }) => `everybody may ${privilege} ${name}`,
    text: `select name, privilege from (
      select c.oid::regclass::text as name, g.privilege_type as privilege from pg_class c join pg_namespace n on n.oid = c.relnamespace and (n.nspname in (${ours}) or n.nspname = 'public')
        and c.relkind in ('r', 'p', 'v', 'm', 'S') ${acl("c.relacl", "r", "c.relowner")}
      union all select c.oid::regclass::text || '.' || a.attname, g.privilege_type from pg_attribute a join pg_class c on c.oid = a.attrelid
        join pg_namespace n on n.oid = c.relnamespace and n.nspname in (${ours}) cross join lateral aclexplode(a.attacl) g where g.grantee = 0
      union all select 'schema ' || n.nspname, g.privilege_type from (select * from pg_namespace where nspname in (${ours}, 'public')) n ${acl("n.nspacl", "n", "n.nspowner")}
      union all select p.oid::regprocedure::text, g.privilege_type from pg_proc p join pg_namespace n on n.oid = p.pronamespace and n.nspname in (${ours}, 'public') ${acl("p.proacl", "f", "p.proowner")}
      union all select 'database ' || d.datname, g.privilege_type from (select * from pg_database where datname = current_database()) d ${acl("d.datacl", "d", "d.datdba")}) x`,
  },
  {
    says: ({ name, owner }) => `${name} belongs to ${owner}, not to ${ownerRole}`,
    text: `select name, pg_get_userbyid(relowner) as owner from (${tables}) t where relowner <> '${ownerRole}'::regrole`,
  },
  {
    says: ({ role, what }) => `${role} ${what}`,
    text: `select rolname as role, 'is a superuser, bypasses row-level security, or makes databases or roles' as what from pg_roles
        where rolname in (${list(allRoles)}) and (rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolreplication)
      union all select rolname, 'is nobody''s login and may log in' from pg_roles where rolname in ('${ownerRole}', '${definerRole}') and rolcanlogin
      union all select r.rolname, 'is a member of ' || o.rolname from pg_auth_members m join pg_roles r on r.oid = m.member join pg_roles o on o.oid = m.roleid
        where r.rolname in (${list(loginRoles)})
      union all select r.rolname, 'owns ' || pg_describe_object(d.classid, d.objid, 0) from pg_shdepend d join pg_roles r on r.oid = d.refobjid
        where d.deptype = 'o' and r.rolname in (${list(loginRoles)}) and d.dbid = (select oid from pg_database where datname = current_database())
      union all select r.rolname, 'may make tables in ' || n.nspname from pg_roles r cross join pg_namespace n
        where r.rolname in (${list(loginRoles)}) and n.nspname not like 'pg\\_t%' and has_schema_privilege(r.oid, n.oid, 'create')`,
  },
  {
    says: ({ role, name }) => `${role} has a right to ${name}, which is occupational health's`,
    text: `select r.rolname as role, t.name from (${tables}) t join pg_roles r on r.rolname in (${list([...loginRoles].filter((role) => !ofHealth.includes(role)))})
      where t.name like 'oh.%' and (has_schema_privilege(r.oid, 'oh', 'usage') or has_any_column_privilege(r.oid, t.oid, 'select,insert,update') or has_table_privilege(r.oid, t.oid, 'delete,truncate'))`,
  },
  {
    says: ({ role }) => `${role} reads the sealed NI numbers`,
    text: `select rolname as role from pg_roles where rolname in (${list(loginRoles)}) and rolname not in (${list(openSealed)})
      and has_column_privilege(oid, 'staff.identifier', 'encrypted', 'select')`,
  },
];

export async function catalogueFaults(client: Pick<ClientBase, "query">): Promise<readonly string[]> {
  const faults: string[] = [];
  for (const { says, text } of checks) for (const row of (await client.query(text)).rows) faults.push(says(row));
  return faults;
}
