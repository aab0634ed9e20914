/** The roles of the database: who connects as what. What each may do is in grants.ts and policies.ts. */
import { createHmac } from "node:crypto";
import type { ClientBase } from "pg";

/** Logins of the application's pools: none is a superuser, bypasses row-level security or owns anything. */
export const loginRoles = [
  /** On behalf of somebody, within the signed scope; no occupational health. */
  "lanyard_read",
  /** On behalf of somebody, occupational health and nothing else of a person. */
  "lanyard_health",
  /** Before there is a scope: policy facts and look-ups. Ids, organisations, kinds and days; no name, no number, no value. */
  "lanyard_facts",
  /** Counts, states and ids for operations. */
  "lanyard_ops",
  /** Source persons, blind indexes and bindings. */
  "lanyard_match",
  /** Workers, intake, outbound. */
  "lanyard_work",
  /** The same for what carries occupational health. */
  "lanyard_work_health",
  /** A controller's instruction about one person, carried out after two people have said yes: what is erased, where it lies. */
  "lanyard_rights",
  /** Appends to the audit. */
  "lanyard_audit",
  /** Reads the audit, within a signed context: who looked at somebody's record, and what an organisation's people did. */
  "lanyard_auditor",
] as const;
export type LoginRole = (typeof loginRoles)[number];

/** Owns schemas, tables and functions; nobody's login. */
export const ownerRole = "lanyard_owner";
/** What the allow-listed SECURITY DEFINER functions run as; nobody's login. */
export const definerRole = "lanyard_definer";
export const allRoles: readonly string[] = [ownerRole, definerRole, ...loginRoles];

/** Duplicate role, duplicate object, unique violation; and "tuple concurrently updated", which has no code of its own. */
const cameFirst = new Set(["42710", "23505", "XX000"]);

/** Databases of one cluster share roles: another migration may be making the same ones at this moment. */
async function tolerating(work: () => Promise<unknown>): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await work();
      return;
    } catch (error) {
      const code = (error as { code?: string }).code ?? "";
      if (!cameFirst.has(code) || attempt === 10) throw error;
      if (code !== "XX000") return;
      await new Promise((resolve) => setTimeout(resolve, 20 * attempt));
    }
  }
}

export async function ensureRoles(client: ClientBase): Promise<void> {
  const { rows } = await client.query<{ rolname: string }>("select rolname from pg_roles where rolname = any($1::text[])", [allRoles]);
  const there = new Set(rows.map(({ rolname }) => rolname));
  for (const role of allRoles) {
    if (there.has(role)) continue;
    await tolerating(() => client.query(`create role ${role} nologin nosuperuser nocreatedb nocreaterole noinherit nobypassrls`));
  }
  const { rows: me } = await client.query("select rolsuper as super, current_user as name from pg_roles where rolname = current_user");
  if (me[0].super) return;
  // Without being a member nobody but a superuser gives tables to a role.
  for (const role of [ownerRole, definerRole])
    await tolerating(() => client.query(`grant ${role} to ${client.escapeIdentifier(me[0].name)} with inherit true, set true`));
}

/** The password of a role's login on a server of our own: nobody who has one of them finds another, or the administrator's. */
export function passwordOf(role: LoginRole, administratorPassword: string): string {
  return createHmac("sha256", administratorPassword).update(`lanyard login ${role}`).digest("base64url");
}

/**
 * On a server whose superuser we are (the embedded one): each role is a login of its own. Told by a fingerprint in the role's
 * comment, so that a start which finds them in order writes nothing.
 */
export async function ensureLogins(client: ClientBase, administratorPassword: string): Promise<void> {
  const { rows } = await client.query<{ role: string; said: string | null; login: boolean }>(
    "select rolname as role, shobj_description(oid, 'pg_authid') as said, rolcanlogin as login from pg_roles where rolname = any($1::text[])",
    [loginRoles],
  );
  for (const role of loginRoles) {
    const password = passwordOf(role, administratorPassword);
    const mark = `lanyard ${createHmac("sha256", password).update("fingerprint").digest("hex").slice(0, 16)}`;
    const found = rows.find((row) => row.role === role);
    if (found?.login && found.said === mark) continue;
    await tolerating(async () => {
      await client.query(`alter role ${role} login password ${client.escapeLiteral(password)}`);
      await client.query(`comment on role ${role} is ${client.escapeLiteral(mark)}`);
    });
  }
}
