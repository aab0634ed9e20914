/** One pool per role. A part of the store is given the pool of the role it needs, and cannot reach another's. */
import type { Pool } from "pg";
import { createPool, mappingLostServer, type PoolSettings, withClient } from "../../platform/database";
import type { HubError } from "../../platform/errors";
import { type LoginRole, loginRoles, passwordOf } from "./roles";

export interface PoolsSettings {
  /** Address of the database; whose login it is says how the roles are reached. */
  readonly url: string;
  /** Logins of their own for single roles, where the operator gives them. */
  readonly roleUrls?: Readonly<Partial<Record<LoginRole, string>>>;
  readonly poolSize: number;
  readonly onLost: (error: HubError) => void;
}

export type Pools = Readonly<Record<LoginRole, Pool>> & {
  /** Kept open from the first question on: when others hold every place of the server, health is still told the truth. */
  readonly ping: Pool;
  /** Data keys: whoever needs one may hold a client of another pool meanwhile, and would wait for itself there. */
  readonly keys: Pool;
  end(): Promise<void>;
};

/** A statement of the audit's that takes longer is given up: its caller waits no longer than that. */
const auditStatementMs = 4_000;

/** A worker that was frozen in the middle of a page keeps its rows from others no longer than this. */
const working = { idle_in_transaction_session_timeout: "15s" };

export interface LoginFacts {
  readonly name: string;
  readonly isSuperuser: boolean;
  readonly bypassesRows: boolean;
}

export async function loginFacts(url: string): Promise<LoginFacts> {
  return mappingLostServer(() =>
    withClient(
      url,
      async (client) => {
        const { rows } = await client.query(
          `select rolname as name, rolsuper as "isSuperuser", rolbypassrls as "bypassesRows" from pg_roles where rolname = session_user`,
        );
        return rows[0];
      },
      10_000,
    ),
  );
}

/**
 * On a server whose superuser we are, each role is a login with a password of its own, made from the administrator's. Elsewhere
 * the given login is a member of the roles and each pool's sessions take one on.
 */
export async function openPools({ url, roleUrls = {}, poolSize, onLost }: PoolsSettings): Promise<Pools> {
  const { isSuperuser } = await loginFacts(url);
  const open = (role: LoginRole, more: Partial<PoolSettings> = {}): Pool => {
    const own = roleUrls[role];
    const isOurs = isSuperuser && own === undefined;
    const session = { ...(reading.has(role) ? {} : working), ...(isOurs ? {} : { role }) };
    const address = isOurs ? asRole(url, role) : (own ?? url);
    return createPool({ url: address, max: poolSize, applicationName: "lanyard-store", session, onLost, ...more });
  };
  const pools = {
    ...(Object.fromEntries(loginRoles.map((role) => [role, open(role)])) as Record<LoginRole, Pool>),
    // One connection of its own: an answer whose row waits for a client that other answers hold would wait in a ring.
    lanyard_audit: open("lanyard_audit", {
      max: 1,
      applicationName: "lanyard-audit",
      statementTimeoutMs: auditStatementMs,
      idleForEver: true,
    }),
    keys: open("lanyard_work", { max: 1, applicationName: "lanyard-keys" }),
    ping: open("lanyard_ops", { max: 1, applicationName: "lanyard-health", idleForEver: true }),
  };
  return {
    ...pools,
    async end() {
      await Promise.all(Object.values(pools).map((pool) => pool.end()));
    },
  };
}

const reading: ReadonlySet<LoginRole> = new Set<LoginRole>(["lanyard_read", "lanyard_health", "lanyard_facts", "lanyard_auditor"]);

export function asRole(url: string, role: LoginRole): string {
  const address = new URL(url);
  const password = passwordOf(role, decodeURIComponent(address.password));
  address.username = role;
  address.password = password;
  return address.toString();
}
