/**
 * Puts the walls up: owner, grants, row-level security and functions, from the catalogue as it stands. Called after migrations,
 * so that a table of a later migration is covered without a word in that migration; what a new table needs stands in grants.ts.
 */
import { createHash } from "node:crypto";
import type { ClientBase } from "pg";
import { askedByTriggers, definers, fixedPath } from "./functions";
import { type Grant, grantsOf, schemas, type Table } from "./grants";
import { definerGrantsOf, isProtected, policiesOf } from "./policies";
import { definerRole, loginRoles, ownerRole } from "./roles";

const ours = [...schemas, "guard"];

export async function tablesOf(client: ClientBase): Promise<readonly Table[]> {
  const { rows } = await client.query<{ name: string; schema: string; part: boolean; columns: [string, string][] }>(
    `select n.nspname || '.' || c.relname as name, n.nspname as schema, c.relispartition as part,
       (select json_agg(json_build_array(a.attname, format_type(a.atttypid, null)) order by a.attnum)
          from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped) as columns
     from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where n.nspname = any($1::text[]) and c.relkind in ('r', 'p') order by 1`,
    [ours],
  );
  return rows.map(({ name, schema, part, columns }) => ({ name, schema, isPartition: part, columns: new Map(columns ?? []) }));
}

const grantTo = (role: string, table: string, grants: readonly Grant[]) =>
  grants.map(
    ({ privileges, columns }) =>
      `grant ${privileges.map((one) => (columns ? `${one} (${columns.join(", ")})` : one)).join(", ")} on ${table} to ${role}`,
  );

function wallOf(table: Table): string[] {
  const { name } = table;
  const text = [`alter table ${name} owner to ${ownerRole}`, `revoke all on ${name} from public, ${definerRole}, ${loginRoles.join(", ")}`];
  // Revoking at the table also takes what had been granted on its columns.
  for (const role of loginRoles) text.push(...grantTo(role, name, grantsOf(role, table)));
  text.push(...grantTo(definerRole, name, definerGrantsOf(table)));
  if (!isProtected(table)) return text;
  text.push(`alter table ${name} enable row level security`, `alter table ${name} force row level security`);
  for (const { name: policy, role, command, using, check } of policiesOf(table)) {
    text.push(`drop policy if exists ${policy} on ${name}`);
    text.push(`create policy ${policy} on ${name} for ${command} to ${role} using (${using})${check ? ` with check (${check})` : ""}`);
  }
  return text;
}

/** Everything that the walls are made of, as statements. */
interface Wall {
  readonly statements: readonly string[];
  /** Changes with the walls, not with the months: a partition is reached through its parent. */
  readonly hash: string;
}

/** Everything that the walls are made of. */
export async function wallsFor(client: ClientBase): Promise<Wall> {
  const tables = await tablesOf(client);
  const database = client.escapeIdentifier((await client.query("select current_database() as name")).rows[0].name);
  const { rows: functions } = await client.query<{ signature: string; fixed: boolean }>(
    `select p.oid::regprocedure::text as signature, coalesce(array_to_string(p.proconfig, ',') like '%search_path=%', false) as fixed
     from pg_proc p join pg_namespace n on n.oid = p.pronamespace where n.nspname = any($1::text[]) order by 1`,
    [ours],
  );
  const { rows: sequences } = await client.query<{ name: string; owned: boolean }>(
    `select c.oid::regclass::text as name, exists (select 1 from pg_depend d where d.objid = c.oid and d.deptype in ('a', 'i') and d.classid = 'pg_class'::regclass) as owned
     from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = any($1::text[]) and c.relkind = 'S' order by 1`,
    [ours],
  );
  const mine = new Set(definers.map(({ signature }) => signature));
  const others = functions.filter(({ signature }) => !mine.has(signature));
  const workers = "lanyard_work, lanyard_work_health, lanyard_rights";
  const places = [
    "revoke all on schema public from public",
    "grant usage on schema public to lanyard_work",
    "grant select on public.migration to lanyard_work",
    "alter default privileges revoke execute on functions from public",
    ...ours.flatMap((schema) => [
      `alter schema ${schema} owner to ${ownerRole}`,
      `revoke all on schema ${schema} from public`,
      `grant usage on schema ${schema} to ${[definerRole, ...loginRoles.filter((role) => uses(role, schema))].join(", ")}`,
    ]),
    `grant create on schema guard to ${definerRole}`,
    ...definers.flatMap(({ signature, owner, callers, text }) => [
      text,
      `alter function ${signature} owner to ${owner}`,
      `revoke all on function ${signature} from public`,
      ...(callers.length > 0 ? [`grant execute on function ${signature} to ${callers.join(", ")}`] : []),
    ]),
    `revoke create on schema guard from ${definerRole}`,

    ...sequences.filter(({ owned }) => !owned).map(({ name }) => `alter sequence ${name} owner to ${ownerRole}`),
  ];
  const things = [
    ...sequences.map(({ name }) => `grant usage on sequence ${name} to ${workers}, lanyard_audit`),
    ...others.flatMap(({ signature, fixed }) => [
      `alter function ${signature} owner to ${ownerRole}`,
      `revoke all on function ${signature} from public`,
      ...(fixed ? [] : [`alter function ${signature} ${fixedPath}`]),
    ]),
    ...askedByTriggers
      .filter(({ signature: asked }) => functions.some(({ signature }) => signature === asked))
      .map(({ signature, callers }) => `grant execute on function ${signature} to ${callers.join(", ")}`),
    ...ofAudit(functions.map(({ signature }) => signature)),
  ];
  const lasting = tables.filter(({ isPartition }) => !isPartition).flatMap(wallOf);
  const parts = tables.filter(({ isPartition }) => isPartition).flatMap(wallOf);
  const hash = createHash("sha256");
  for (const statement of [
    ...places,
    ...lasting,
    ...things.filter((one) => !one.startsWith("alter function") || !one.includes("search_path")),
  ])
    hash.update(`${statement}\n`);
  const connect = [
    `revoke all on database ${database} from public`,
    `grant connect on database ${database} to ${[definerRole, ...loginRoles].join(", ")}`,
  ];
  return { statements: [...connect, ...places, ...lasting, ...parts, ...things], hash: hash.digest("hex") };
}

/** One function appends; before it was there, the table itself. */
function ofAudit(functions: readonly string[]): string[] {
  return functions.includes(appendFunction)
    ? [`grant execute on function ${appendFunction} to lanyard_audit`]
    : ["grant insert on audit.event to lanyard_audit"];
}
export const appendFunction = "audit.append(jsonb)";

/** Health is not even a name to those who have nothing to do with it. */
function uses(role: string, schema: string): boolean {
  if (schema === "oh") return ["lanyard_health", "lanyard_work_health", "lanyard_rights"].includes(role);
  if (schema === "audit") return ["lanyard_audit", "lanyard_auditor", "lanyard_rights"].includes(role);
  if (schema === "guard") return role !== "lanyard_audit";
  if (role === "lanyard_audit") return false;
  if (role === "lanyard_match" || role === "lanyard_auditor") return schema === "staff";
  if (role === "lanyard_facts") return schema === "staff" || schema === "movement" || schema === "ops";
  if (role === "lanyard_health") return schema === "staff" || schema === "ops";
  return true;
}

/** Whether anything had to be done. In one transaction: nobody ever meets half a wall. */
export async function raiseWalls(client: ClientBase): Promise<boolean> {
  const { statements, hash } = await wallsFor(client);
  const { rowCount } = await client.query("select 1 from guard.wall where hash = $1", [hash]);
  if (rowCount === 1) return false;
  await client.query("begin");
  try {
    for (const statement of statements) await client.query(statement);
    await client.query("delete from guard.wall");
    await client.query("insert into guard.wall (hash) values ($1)", [hash]);
    await client.query("commit");
    return true;
  } catch (error) {
    await client.query("rollback");
    throw error;
  }
}
