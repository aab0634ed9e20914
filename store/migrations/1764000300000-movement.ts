import type { MigrationInterface, QueryRunner } from "typeorm";

/** Placements (a record table like the foundation's, written out) and the agreements under which organisations share. */
const statements = [
  "create schema movement",
  `create table movement.placement (
    id uuid primary key,
    controller_org text not null,
    staff_member_id uuid,
    source_person_id uuid not null references staff.source_person (id),
    connection_id text not null,
    source_id text not null,
    content_hash uuid not null,
    source_version text collate "C" not null,
    derivation_version text not null,
    valid_from date,
    valid_to date,
    known_from bigint not null default nextval('ops.knowing'),
    source_state text not null default 'IN_FORCE'
      check (source_state in ('IN_FORCE', 'NOT_AT_SOURCE', 'SUSPECTED', 'WITHDRAWN')),
    provenance_id integer not null,
    raw_page_id bigint,
    raw_ordinal integer,
    host_organisation text not null,
    lead_employer text,
    post_number text,
    grade text,
    specialty text,
    placement_type text,
    job_role text,
    starts_on date not null,
    ends_on date,
    constraint movement_placement_key unique nulls not distinct (connection_id, source_id, controller_org, valid_from)
  )`,
  "create index movement_placement_staff_member on movement.placement (staff_member_id)",
  "create index movement_placement_source_person on movement.placement (source_person_id)",
  // Who starts where within a few days: both sides of a rotation ask so.
  "create index movement_placement_host on movement.placement (host_organisation, starts_on)",
  "create index movement_placement_controller on movement.placement (controller_org, starts_on)",
  // The same question of the posts that ESR tells of.
  "create index staff_assignment_controller on staff.assignment (controller_org, engagement)",
  // One direction of one agreement: what the organisation may read of the controller's. It counts when both have signed.
  `create table movement.sharing_agreement (
    id uuid primary key,
    reference text not null,
    controller_org text not null,
    organisation text not null,
    labels text[] not null,
    starts_on date not null,
    -- Exclusive: the day after the last day.
    ends_before date,
    signed_for_controller text,
    signed_for_organisation text,
    recorded_by text not null,
    recorded_at timestamptz not null default now(),
    ended_at timestamptz,
    unique (reference, controller_org, organisation),
    check (controller_org <> organisation),
    check (ends_before is null or ends_before > starts_on)
  )`,
  "create index sharing_agreement_controller on movement.sharing_agreement (controller_org) where ended_at is null",
];

export class Movement1764000300000 implements MigrationInterface {
  name = "Movement1764000300000";

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of statements) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query("drop index staff.staff_assignment_controller");
    await runner.query("drop schema movement cascade");
  }
}
