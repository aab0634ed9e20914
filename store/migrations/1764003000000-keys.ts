import type { MigrationInterface, QueryRunner } from "typeorm";

/** What changing keys under way needs: which versions are done with, and which key-encryption key everything is wrapped by. */
const statements = [
  // Set when no row is sealed by this version any more; null on an older version: a rotation is not finished.
  "alter table ops.data_key add column retired_at timestamptz",
  // One row: the key of the blind indexes, wrapped like the data keys. Nothing is wrapped but by the key whose mark it bears.
  `create table ops.index_key (
    one boolean primary key default true check (one),
    wrapped bytea not null,
    wrapped_by text not null
  )`,
  // A context key that was changed holds for a while yet: for processes that have not been started again.
  "alter table guard.context_key add column ends_at timestamptz",
];

export class Keys1764003000000 implements MigrationInterface {
  name = "Keys1764003000000";

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of statements) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query("alter table guard.context_key drop column ends_at");
    await runner.query("drop table ops.index_key");
    await runner.query("alter table ops.data_key drop column retired_at");
  }
}
