import type { MigrationInterface, QueryRunner } from "typeorm";

/** The door for pushes: the vendors' keys, what was answered to each batch, and a receipt for every item of it. */
const statements = [
  `create table ops.intake_key (
    id uuid primary key,
    connection_id text not null references ops.connection (id),
    -- Sealed by the data key of this organisation.
    key_org text not null,
    key_version integer not null,
    secret bytea not null,
    issued_at timestamptz not null default now(),
    issued_by text not null,
    revoked_at timestamptz,
    revoked_by text,
    revoke_reason text,
    last_used_at timestamptz,
    check ((revoked_at is null) = (revoked_by is null))
  )`,
  "create index intake_key_live on ops.intake_key (connection_id) where revoked_at is null",
  `create table ops.intake_request (
    id bigint generated always as identity primary key,
    connection_id text not null references ops.connection (id),
    idempotency_key text not null,
    body_sha256 text not null,
    run_id bigint not null,
    received_at timestamptz not null,
    -- { status, body }: the body is a text, because the same request must get the same bytes and jsonb reorders keys.
    answer jsonb not null,
    expires_on date not null,
    constraint intake_request_once unique (connection_id, idempotency_key)
  )`,
  "create index intake_request_expires on ops.intake_request (expires_on)",
  // A receipt outlives the answer it was given in: the vendor may ask for it when the batch's own answer has expired.
  `create table ops.receipt (
    id uuid primary key,
    request_id bigint references ops.intake_request (id) on delete set null,
    connection_id text not null references ops.connection (id),
    ordinal integer not null,
    vendor_id text,
    outcome text not null check (outcome in ('applied', 'unchanged', 'superseded', 'waiting', 'refused', 'ignored')),
    run_id bigint not null,
    -- { code, pointer, got, expected }: codes, pointers and kinds of value, never a value of somebody's.
    problem jsonb,
    -- [{ kind, sourceId }]: which records the item gave.
    records jsonb not null default '[]',
    received_at timestamptz not null
  )`,
  "create index receipt_request on ops.receipt (request_id)",
  "create index receipt_vendor_id on ops.receipt (connection_id, vendor_id)",
];

export class Intake1764000100000 implements MigrationInterface {
  name = "Intake1764000100000";

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of statements) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query("drop table ops.receipt, ops.intake_request, ops.intake_key");
  }
}
