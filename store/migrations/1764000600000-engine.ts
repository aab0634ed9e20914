import type { MigrationInterface, QueryRunner } from "typeorm";

/** What the engine has to know to make every job anew: whose turn it is, how often a run failed, and how often it died. */
const up = [
  `alter table ops.connection
     add column lease_turn boolean not null default false,
     add column failures integer not null default 0,
     add column deaths integer not null default 0,
     add column deaths_at text`,
  // Work that is no run of a connection (files for ESR, upkeep): up to when the last turn that came to its end has seen.
  `create table ops.turn (
    stage text not null,
    subject text not null,
    as_of timestamptz not null,
    primary key (stage, subject)
  )`,
];

export class Engine1764000600000 implements MigrationInterface {
  name = "Engine1764000600000";

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of up) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query("drop table ops.turn");
    await runner.query(
      "alter table ops.connection drop column lease_turn, drop column failures, drop column deaths, drop column deaths_at",
    );
  }
}
