/** Whether the database login that the hub is given in earnest leaves the walls standing. */
import { mappingLostServer, withClient } from "../../platform/database";
import { HubError } from "../../platform/errors";
import { schemas } from "./grants";
import { allRoles, loginRoles } from "./roles";

/** What is wrong with it, in words. Membership is asked once there are roles to be a member of. */
export async function loginFaults(url: string): Promise<readonly string[]> {
  return mappingLostServer(() =>
    withClient(
      url,
      async (client) => {
        const { rows } = await client.query(
          `select rolname as name, rolsuper as super, rolbypassrls as bypasses, rolcreaterole as creates,
             (select string_agg(n.nspname || '.' || c.relname, ', ' order by 1) from pg_class c join pg_namespace n on n.oid = c.relnamespace
                where c.relowner = r.oid and n.nspname = any($1::text[]) and c.relkind in ('r', 'p', 'v', 'm')) as owns,
             (select string_agg(o.rolname, ', ' order by 1) from pg_roles o where o.rolname = any($2::text[]) and not r.rolsuper
                and not exists (select 1 from pg_auth_members m where m.member = r.oid and m.roleid = o.oid and m.set_option)) as lacks,
             (select string_agg(o.rolname, ', ' order by 1) from pg_roles o where o.rolname = any($3::text[]) and not r.rolsuper
                and pg_has_role(r.oid, o.oid, 'usage')) as inherits,
             (select string_agg(o.rolname, ', ' order by 1) from pg_roles o where o.rolname = any($4::text[]) and not r.rolsuper
                and pg_has_role(r.oid, o.oid, 'member')) as commands
           from pg_roles r where r.rolname = session_user`,
          [[...schemas, "guard"], loginRoles, allRoles, allRoles.filter((role) => !(loginRoles as readonly string[]).includes(role))],
        );
        const { super: isSuperuser, bypasses, creates, owns, lacks, inherits, commands } = rows[0];
        const faults: string[] = [];
        if (isSuperuser) faults.push("is a superuser");
        if (bypasses) faults.push("bypasses row-level security");
        if (creates) faults.push("may make roles");
        if (owns) faults.push(`owns ${owns}`);
        if (commands) faults.push(`is a member of ${commands}`);
        if (inherits) faults.push(`has the rights of ${inherits} without taking the role on`);
        if (lacks) faults.push(`is not a member of ${lacks}`);
        return faults;
      },
      10_000,
    ),
  );
}

export async function refuseUnsafeLogin(url: string): Promise<void> {
  const faults = await loginFaults(url);
  if (faults.length === 0) return;
  const expected = `a login of its own: grant ${loginRoles.join(", ")} to it with inherit false, set true; migrations go by DATABASE_OWNER_URL`;
  throw new HubError({
    code: "SETTINGS_INVALID",
    class: "settings",
    message: `The login of DATABASE_URL ${faults.join("; ")}`,
    detail: { pointer: "DATABASE_URL", expected, got: `one that ${faults.join("; ")}` },
  });
}
