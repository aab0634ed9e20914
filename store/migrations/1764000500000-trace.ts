import type { MigrationInterface, QueryRunner } from "typeorm";

/** The way back: from a record to the page it came in, and from a file's name to its pages. */
const up = [
  "alter table ops.page add column file text",
  "create index page_raw_page on ops.page (raw_page_id) where raw_page_id is not null",
  "create index page_file on ops.page (file) where file is not null",
];

export class Trace1764000500000 implements MigrationInterface {
  name = "Trace1764000500000";

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of up) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query("drop index ops.page_raw_page, ops.page_file");
    await runner.query("alter table ops.page drop column file");
  }
}
