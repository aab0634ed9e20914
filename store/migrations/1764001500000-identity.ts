import type { MigrationInterface, QueryRunner } from "typeorm";

/** Whose login somebody is, with its history; one-time codes; what a client has asserted once; keys of the hub's own tokens. */
const statements = [
  // A revoked account stays as history, and the same login may be recorded anew: the key is an id of its own.
  `alter table staff.account
    drop constraint account_pkey,
    add column id uuid not null default gen_random_uuid() primary key,
    -- Which sort of issuer vouches for it: two live accounts of one sort on one record freeze both.
    add column kind text not null default 'person' check (kind in ('staff', 'person')),
    -- Organisation whose word the link rests on: of the ESR record with the same UUID, or of the HR that gave the code.
    add column controller_org text,
    add column revoked_by text,
    add column revoke_reason text`,
  "create unique index account_live on staff.account (issuer, subject) where revoked_at is null",
  "create index account_staff_member on staff.account (staff_member_id) where revoked_at is null",
  "create index account_controller on staff.account (controller_org)",
  "create index staff_member_merged on staff.staff_member (merged_into) where merged_into is not null",
  `create table staff.account_code (
    id uuid primary key default gen_random_uuid(),
    controller_org text not null,
    staff_member_id uuid not null references staff.staff_member (id),
    -- Keyed digest: the code itself is shown once, when it is made.
    code_index text not null unique,
    issued_at timestamptz not null,
    issued_by text not null,
    expires_at timestamptz not null,
    wrong_attempts integer not null default 0,
    used_at timestamptz,
    used_for uuid references staff.account (id),
    -- A newer code for the same person takes the place of this one.
    voided_at timestamptz
  )`,
  "create index account_code_person on staff.account_code (staff_member_id)",
  // Counted for each login, whatever code it tried; a keyed digest, and gone after a day.
  `create table staff.account_attempt (
    id bigint generated always as identity primary key,
    login_index text not null,
    at timestamptz not null
  )`,
  "create index account_attempt_login on staff.account_attempt (login_index, at)",
  "create index account_attempt_at on staff.account_attempt (at)",
  `create table ops.client_assertion (
    client_id text not null,
    jti_sha256 text not null,
    expires_at timestamptz not null,
    primary key (client_id, jti_sha256)
  )`,
  "create index client_assertion_expires on ops.client_assertion (expires_at)",
  `create table ops.token_key (
    kid text primary key,
    public_jwk jsonb not null,
    key_version integer not null,
    sealed bytea not null,
    created_at timestamptz not null,
    created_by text not null,
    -- Published before it signs, and published after it has signed its last.
    signs_from timestamptz not null,
    ends_at timestamptz
  )`,
];

export class Identity1764001500000 implements MigrationInterface {
  name = "Identity1764001500000";

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of statements) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ["ops.token_key", "ops.client_assertion", "staff.account_attempt", "staff.account_code"])
      await runner.query(`drop table ${table}`);
    await runner.query("drop index staff.staff_member_merged");
    await runner.query("delete from staff.account where revoked_at is not null");
    await runner.query(
      "alter table staff.account drop column id, drop column kind, drop column controller_org, drop column revoked_by, drop column revoke_reason",
    );
    await runner.query("drop index if exists staff.account_live, staff.account_staff_member, staff.account_controller");
    await runner.query("alter table staff.account add primary key (issuer, subject)");
  }
}
