import type { MigrationInterface, QueryRunner } from "typeorm";

/** What all workers share of a vendor's product instance: its budget, what it told us to wait, its breaker. And its calendar. */
const up = [
  `create table ops.vendor_pace (
    instance text primary key,
    next_at timestamptz not null default now(),
    blocked_until timestamptz,
    wave bigint not null default 0,
    failures integer not null default 0,
    openings integer not null default 0,
    open_since timestamptz,
    probe_at timestamptz,
    probe_until timestamptz,
    why text
  ) with (fillfactor = 50)`,
  "alter table ops.connection add column vendor_instance text",
  "alter table ops.connection add column maintenance jsonb not null default '[]'",
];

export class Pace1764000700000 implements MigrationInterface {
  name = "Pace1764000700000";

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of up) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query("alter table ops.connection drop column maintenance, drop column vendor_instance");
    await runner.query("drop table ops.vendor_pace");
  }
}
