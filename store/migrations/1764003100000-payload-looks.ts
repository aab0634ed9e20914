import type { MigrationInterface, QueryRunner } from "typeorm";

/** Each time a refused payload was shown to somebody of the ESR team: what its trust is told. */
const statements = [
  `create table ops.payload_look (
    id uuid primary key,
    -- Who asked, why, and who said yes stands there.
    approval_id uuid not null references ops.approval (id),
    -- No reference: what was refused may be erased, that it was seen stays.
    refused_id uuid not null,
    at timestamptz not null
  )`,
  "create index payload_look_approval on ops.payload_look (approval_id, at)",
];

export class PayloadLooks1764003100000 implements MigrationInterface {
  name = "PayloadLooks1764003100000";

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of statements) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query("drop table ops.payload_look");
  }
}
