import type { MigrationInterface, QueryRunner } from "typeorm";

/** Keys of three kinds, narrower than their connection and with an end; receipts that end too; the ledger of vendors' events. */
const statements = [
  `alter table ops.intake_key
    add column algorithm text not null default 'hmac-sha256' check (algorithm in ('hmac-sha256', 'ed25519', 'api-key')),
    -- Null: everything that the connection may speak for.
    add column organisations text[],
    add column kinds text[],
    -- Set by a rotation: until then both keys are in force.
    add column ends_at timestamptz`,
  "alter table ops.receipt add column key_id uuid references ops.intake_key (id), add column expires_on date",
  "update ops.receipt set expires_on = (received_at at time zone 'UTC')::date + 400",
  "alter table ops.receipt alter column expires_on set not null",
  "create index receipt_expires on ops.receipt (expires_on)",
  "create index receipt_run on ops.receipt (run_id)",
  `create table ops.vendor_event (
    id uuid primary key default gen_random_uuid(),
    connection_id text not null references ops.connection (id),
    organisation text not null,
    -- What makes an event one and the same, in the vendor's own words (CloudEvents: source and id).
    event_source text not null,
    event_id text not null,
    type text not null,
    happened_at timestamptz not null,
    -- The vendor's id of the person; forgotten as soon as the event is settled.
    subject text,
    sha256 text not null,
    key_id uuid not null references ops.intake_key (id),
    received_at timestamptz not null,
    state text not null default 'WAITING' check (state in ('WAITING', 'FETCHED', 'UNKNOWN_PERSON', 'GIVEN_UP')),
    attempts integer not null default 0,
    due_at timestamptz not null,
    run_id bigint,
    error_code text,
    settled_at timestamptz,
    expires_on date not null,
    constraint vendor_event_once unique (connection_id, event_source, event_id),
    check ((state = 'WAITING') = (settled_at is null)),
    check ((state = 'WAITING') = (subject is not null))
  )`,
  "create index vendor_event_due on ops.vendor_event (due_at) where state = 'WAITING'",
  "create index vendor_event_expires on ops.vendor_event (expires_on)",
];

export class IntakeDoors1764001100000 implements MigrationInterface {
  name = "IntakeDoors1764001100000";

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of statements) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query("drop table ops.vendor_event");
    await runner.query("alter table ops.receipt drop column key_id, drop column expires_on");
    await runner.query(
      "alter table ops.intake_key drop column algorithm, drop column organisations, drop column kinds, drop column ends_at",
    );
  }
}
