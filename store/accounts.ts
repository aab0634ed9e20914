/**
 * Whose login somebody is. A login becomes a person by the UUID that ESR holds of exactly one person, or by a one-time code of
 * the employer's HR with the date of birth; never by name or e-mail. Nothing is deleted: a revoked account is history.
 */
import { randomInt } from "node:crypto";
import type { Pool, PoolClient } from "pg";
import { HubError } from "../platform/errors";
import type { Sealer } from "../platform/secrets";
import { inTransaction, retried } from "./transaction";

/** Which sort of issuer vouches for a login: of an employer's staff, or of a person. */
export type AccountKind = "staff" | "person";
export interface Login {
  readonly issuer: string;
  readonly subject: string;
  readonly kind: AccountKind;
}
/** FROZEN: another live account of the same kind is on the same record, and nobody knows which of them is right. */
export type AccountState = "ACTIVE" | "FROZEN" | "REVOKED";

export interface Account extends Login {
  readonly id: string;
  readonly staffMember: string;
  /** Whose word the link rests on. */
  readonly controllerOrg: string | undefined;
  readonly how: "CRS_UUID" | "CODE";
  readonly recordedAt: Date;
  readonly revokedAt: Date | undefined;
  readonly revokedBy: string | undefined;
  readonly revokeReason: string | undefined;
  readonly state: AccountState;
}

export interface Accounts {
  /** Of the one person whose ESR record has this UUID; undefined when nobody's or several people's has, or when it was revoked before. */
  claimByUuid(login: Login, uuid: string): Promise<Account | undefined>;
  issueCode(input: {
    staffMember: string;
    organisation: string;
    by: string;
    now: Date;
  }): Promise<{ readonly code: string; readonly expiresAt: Date }>;
  /** Throws ACCOUNT_CODE_REFUSED for every reason alike: a code that is wrong, over, used, not this birth date, or too many attempts. */
  claimByCode(login: Login, said: { readonly code: string; readonly birthDate: string; readonly now: Date }): Promise<Account>;
  find(id: string): Promise<Account | undefined>;
  /** Undefined where it was revoked before, or never was. */
  revoke(input: { id: string; by: string; reason: string; now: Date }): Promise<Account | undefined>;
  /** Those whose link rests on an organisation's word, or those of one person; the newest first, revoked ones too. */
  list(of: { readonly organisation: string } | { readonly staffMember: string }): Promise<readonly Account[]>;
}

/** No letter that reads as a digit; 60 bits in 12 of them. */
const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const codeLength = 12;
const codeDays = 3;
/** Wrong birth dates that a code survives. */
const mostWrongOfCode = 5;
/** Attempts of a login in an hour. */
const mostAttempts = 5;
const attemptMs = 3_600_000;
const uuidPattern = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

const newCode = () => Array.from({ length: codeLength }, () => alphabet[randomInt(alphabet.length)]).join("");
/** As people type it: with hyphens and spaces, in small letters, with O for 0. */
const normalCode = (code: string) => code.toUpperCase().replace(/[\s-]/g, "").replace(/O/g, "0").replace(/[IL]/g, "1");
const grouped = (code: string) => code.replace(/(.{4})(?=.)/g, "$1-");

const refused = () => new HubError({ code: "ACCOUNT_CODE_REFUSED", class: "settings" });

/** Whether two live accounts of one kind are on the record with this id. What a merge brings together counts as well. */
export const frozenExpression = (id: string) => `exists (
    select 1 from staff.staff_member fs join staff.account fa on fa.staff_member_id = fs.id and fa.revoked_at is null
     where fs.id = ${id} or fs.merged_into = ${id} group by fa.kind having count(*) > 1)`;

const columns = `a.id::text as id, a.issuer, a.subject, a.kind, p.person::text as "staffMember", a.controller_org as "controllerOrg", a.how,
  a.recorded_at as "recordedAt", a.revoked_at as "revokedAt", a.revoked_by as "revokedBy", a.revoke_reason as "revokeReason",
  case when a.revoked_at is not null then 'REVOKED' when (
    select count(*) from staff.account o join staff.staff_member os on os.id = o.staff_member_id
     where o.revoked_at is null and o.kind = a.kind and (os.id = p.person or os.merged_into = p.person)) > 1 then 'FROZEN'
  else 'ACTIVE' end as state`;
const from = `staff.account a join staff.staff_member s on s.id = a.staff_member_id
  cross join lateral (select coalesce(s.merged_into, s.id) as person) p`;

/** Of these staff members, those on whose record two accounts have a claim. */
export async function frozenAmong(client: Pick<PoolClient, "query">, staffMembers: readonly string[]): Promise<string[]> {
  const { rows } = await client.query({
    name: "frozen-among",
    text: `select t.id::text as id from unnest($1::uuid[]) as t(id) where ${frozenExpression("t.id")}`,
    values: [staffMembers],
  });
  return (rows as { id: string }[]).map(({ id }) => id);
}

export function createAccounts(pool: Pool, sealer: Pick<Sealer, "blindIndex">): Accounts {
  const codeIndex = (code: string) => sealer.blindIndex("account-code", normalCode(code));

  async function read(client: Pick<PoolClient, "query">, where: string, values: unknown[]): Promise<Account[]> {
    const { rows } = await client.query(`select ${columns} from ${from} where ${where} order by a.recorded_at desc, a.id`, values);
    return rows.map((row: Record<string, unknown>) => {
      const orNothing = (name: string) => row[name] ?? undefined;
      return {
        ...row,
        controllerOrg: orNothing("controllerOrg"),
        revokedAt: orNothing("revokedAt"),
        revokedBy: orNothing("revokedBy"),
        revokeReason: orNothing("revokeReason"),
      } as Account;
    });
  }

  async function record(
    client: PoolClient,
    { issuer, subject, kind }: Login,
    link: { readonly staffMember: string; readonly controllerOrg: string; readonly how: Account["how"] },
  ): Promise<Account> {
    await client.query(
      `insert into staff.account (issuer, subject, kind, staff_member_id, controller_org, how) values ($1, $2, $3, $4, $5, $6)
         on conflict (issuer, subject) where revoked_at is null do nothing`,
      [issuer, subject, kind, link.staffMember, link.controllerOrg, link.how],
    );
    const [account] = await read(client, "a.issuer = $1 and a.subject = $2 and a.revoked_at is null", [issuer, subject]);
    if (account?.staffMember !== link.staffMember) throw new HubError({ code: "ACCOUNT_TAKEN", class: "settings" });
    return account;
  }

  /** Committed by itself, before anything is looked at: attempts side by side count as well as one after the other. */
  async function mayTry({ issuer, subject }: Login, now: Date): Promise<boolean> {
    const login = sealer.blindIndex("account-login", `${issuer}\n${subject}`);
    await pool.query("delete from staff.account_attempt where at < $1", [new Date(now.getTime() - 24 * attemptMs)]);
    await pool.query("insert into staff.account_attempt (login_index, at) values ($1, $2)", [login, now]);
    const { rows } = await pool.query<{ n: number }>(
      "select count(*)::int as n from staff.account_attempt where login_index = $1 and at > $2",
      [login, new Date(now.getTime() - attemptMs)],
    );
    return rows[0]!.n <= mostAttempts;
  }

  return {
    claimByUuid: (login, uuid) =>
      retried(() =>
        inTransaction(pool, async (client) => {
          // What a person has revoked does not come back by itself at the next sign-in.
          const [known] = await read(client, "a.issuer = $1 and a.subject = $2", [login.issuer, login.subject]);
          if (known) return known.state === "REVOKED" ? undefined : known;
          const { rows } = await client.query<{ person: string; org: string }>(
            `select distinct on (person) coalesce(s.merged_into, s.id)::text as person, p.controller_org as org
               from staff.identifier i join staff.source_person p on p.id = i.source_person_id and p.system = 'esr'
               join staff.staff_member s on s.id = p.staff_member_id
              where i.scheme = 'NHS_CRS_UUID' and i.value_index = $1 order by person, org limit 2`,
            [uuid],
          );
          const [only, another] = rows;
          if (!only || another) return undefined;
          return record(client, login, { staffMember: only.person, controllerOrg: only.org, how: "CRS_UUID" });
        }),
      ),

    async issueCode({ staffMember, organisation, by, now }) {
      const code = newCode();
      const expiresAt = new Date(now.getTime() + codeDays * 24 * 3_600_000);
      await retried(() =>
        inTransaction(pool, async (client) => {
          await client.query(
            "update staff.account_code set voided_at = $3 where staff_member_id = $1 and controller_org = $2 and used_at is null and voided_at is null",
            [staffMember, organisation, now],
          );
          await client.query(
            `insert into staff.account_code (controller_org, staff_member_id, code_index, issued_at, issued_by, expires_at)
               values ($1, $2, $3, $4, $5, $6)`,
            [organisation, staffMember, codeIndex(code), now, by, expiresAt],
          );
        }),
      );
      return { code: grouped(code), expiresAt };
    },

    async claimByCode(login, { code, birthDate, now }) {
      const mayGoOn = await retried(() => mayTry(login, now));
      const account = await retried(() =>
        inTransaction(pool, async (client) => {
          const { rows } = await client.query<{ id: string; person: string; org: string; open: boolean; fits: boolean }>(
            `select c.id::text as id, coalesce(s.merged_into, s.id)::text as person, c.controller_org as org,
                c.used_at is null and c.voided_at is null and c.expires_at > $2 and c.wrong_attempts < ${mostWrongOfCode} as open,
                exists (select 1 from staff.source_person p join staff.staff_member ps on ps.id = p.staff_member_id
                         where coalesce(ps.merged_into, ps.id) = coalesce(s.merged_into, s.id) and p.controller_org = c.controller_org
                           and p.system = 'esr' and p.birth_date::text = $3) as fits
               from staff.account_code c join staff.staff_member s on s.id = c.staff_member_id
              where c.code_index = $1 for update of c`,
            [codeIndex(code), now, birthDate],
          );
          const [found] = rows;
          if (!found?.open || !mayGoOn) return undefined;
          if (!found.fits) {
            await client.query("update staff.account_code set wrong_attempts = wrong_attempts + 1 where id = $1", [found.id]);
            return undefined;
          }
          const made = await record(client, login, { staffMember: found.person, controllerOrg: found.org, how: "CODE" });
          await client.query("update staff.account_code set used_at = $2, used_for = $3 where id = $1", [found.id, now, made.id]);
          return made;
        }),
      );
      if (!account) throw refused();
      return account;
    },

    async find(id) {
      if (!uuidPattern.test(id)) return undefined;
      return (await retried(() => read(pool as never, "a.id = $1", [id])))[0];
    },

    async revoke({ id, by, reason, now }) {
      const { rowCount } = await retried(() =>
        pool.query("update staff.account set revoked_at = $2, revoked_by = $3, revoke_reason = $4 where id = $1 and revoked_at is null", [
          id,
          now,
          by,
          reason,
        ]),
      );
      return rowCount ? (await retried(() => read(pool as never, "a.id = $1", [id])))[0] : undefined;
    },

    list: (of) =>
      retried(() =>
        "organisation" in of
          ? read(pool as never, "a.controller_org = $1", [of.organisation])
          : read(pool as never, "p.person = $1", [of.staffMember]),
      ),
  };
}
