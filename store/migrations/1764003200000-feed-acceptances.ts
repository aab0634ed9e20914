import type { MigrationInterface, QueryRunner } from "typeorm";

const statements = [
  // What HR of the employer has accepted of what the placement feed says: exactly these days at exactly this host.
  `create table movement.feed_acceptance (
    id uuid primary key,
    staff_member_id uuid not null references staff.staff_member (id),
    controller_org text not null,
    placement_id uuid not null unique,
    host_organisation text not null,
    starts_on date not null,
    -- The last day, as the feed writes it.
    ends_on date not null check (ends_on >= starts_on),
    withdrawn_at timestamptz,
    changed_at timestamptz not null default clock_timestamp(),
    change text not null,
    changed_by text not null,
    changed_role text not null,
    changed_org text,
    acting_client text,
    reason text
  )`,
  "create index feed_acceptance_staff_member on movement.feed_acceptance (staff_member_id)",
  `create function movement.keep_feed_acceptance() returns trigger language plpgsql as $$
   begin
     insert into movement.change (thing, thing_id, staff_member_id, organisations, change, changed_by, changed_role, changed_org, acting_client, reason, at, row)
     values ('feed-acceptance', new.id, new.staff_member_id, array[new.controller_org], new.change, new.changed_by, new.changed_role, new.changed_org,
       new.acting_client, new.reason, new.changed_at,
       to_jsonb(new) - array['reason','change','changed_by','changed_role','changed_org','acting_client','changed_at']);
     return null;
   end $$`,
  "create trigger keep_feed_acceptance after insert or update on movement.feed_acceptance for each row execute function movement.keep_feed_acceptance()",
];

export class FeedAcceptances1764003200000 implements MigrationInterface {
  name = "FeedAcceptances1764003200000";

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of statements) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query("drop table movement.feed_acceptance");
    await runner.query("drop function movement.keep_feed_acceptance()");
  }
}
