import type { MigrationInterface, QueryRunner } from "typeorm";

/**
 * What a held snapshot would withdraw is kept record by record, so that a decision is about exactly what was shown; and when
 * everything of a connection is read anew, because increments never tell of a deletion.
 */
const up = [
  `alter table ops.held_absence
    add column organisation text,
    add column cause text not null default 'SHRANK',
    add column target text not null default 'WITHDRAWN' check (target in ('WITHDRAWN', 'NOT_AT_SOURCE')),
    add column reason text,
    add column settled integer`,
  "create index held_absence_connection on ops.held_absence (connection_id, held_at desc)",
  `create table ops.held_absence_record (
    held_id uuid not null references ops.held_absence (id) on delete cascade,
    record_id uuid not null,
    -- A person has refused the withdrawal: kept until the source lists it again.
    kept boolean not null default false,
    primary key (held_id, record_id)
  )`,
  "create index held_absence_record_kept on ops.held_absence_record (record_id) where kept",
  "alter table ops.connection add column full_due_at timestamptz",
];
const down = [
  "alter table ops.connection drop column full_due_at",
  "drop table ops.held_absence_record",
  "drop index ops.held_absence_connection",
  "alter table ops.held_absence drop column organisation, drop column cause, drop column target, drop column reason, drop column settled",
];

export class Absence1764000800000 implements MigrationInterface {
  name = "Absence1764000800000";

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of up) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const statement of down) await runner.query(statement);
  }
}
