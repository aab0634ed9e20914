import type { MigrationInterface, QueryRunner } from "typeorm";

/**
 * What the walls between roles and rows stand on (store/walls, which raises them after every migration): the keys by which a
 * context is known to be the hub's own, and which walls stand.
 */
const statements = [
  "create schema guard",
  // The two blocks of an HMAC, so that the database checks a signature without an extension and without the key itself.
  `create table guard.context_key (
    fingerprint text primary key,
    inner_pad bytea not null,
    outer_pad bytea not null,
    installed_at timestamptz not null default now()
  )`,
  `create table guard.wall (
    hash text primary key,
    raised_at timestamptz not null default now()
  )`,
];

export class Walls1764002900000 implements MigrationInterface {
  name = "Walls1764002900000";

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of statements) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query("drop schema guard cascade");
  }
}
