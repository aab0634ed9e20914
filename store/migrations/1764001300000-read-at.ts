import type { MigrationInterface, QueryRunner } from "typeorm";

/** The latest instant of reading, so that a clock that is set back never makes a later word of a vendor's the older one. */
export class ReadAt1764001300000 implements MigrationInterface {
  name = "ReadAt1764001300000";

  async up(runner: QueryRunner): Promise<void> {
    await runner.query("alter table ops.connection add column last_read_at timestamptz");
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query("alter table ops.connection drop column last_read_at");
  }
}
