import type { MigrationInterface, QueryRunner } from "typeorm";

/** Course maps that a trust states while the hub runs, and replays: what a change of a map derives anew, planned and applied. */
const statements = [
  `create table ops.course_map (
    id uuid primary key,
    organisation text not null,
    -- idnumber, short name or id:<course id> of the vendor's course.
    course text not null check (course <> ''),
    -- Identity of the competence; null: local learning, no competence.
    competence text,
    from_on date,
    to_on date,
    -- The person of the trust who answers for it, and the account that recorded it.
    approved_by text not null check (approved_by <> ''),
    recorded_by text not null,
    reason text not null check (reason <> ''),
    recorded_at timestamptz not null default now(),
    ended_at timestamptz,
    ended_by text,
    end_reason text,
    check (to_on is null or from_on is null or to_on >= from_on),
    check ((ended_at is null) = (ended_by is null))
  )`,
  // The same statement twice is one statement; an ended one may be made again.
  `create unique index course_map_in_force on ops.course_map (organisation, course, competence, from_on, to_on)
    nulls not distinct where ended_at is null`,
  `create table ops.replay (
    id uuid primary key,
    kind text not null check (kind in ('course-map')),
    organisation text not null,
    -- What it is about: the course.
    subject text not null,
    -- APPLYING: what it changes is stored, its records are being derived; whatever happens, it is finished from here.
    state text not null default 'PLANNED' check (state in ('PLANNED', 'APPLYING', 'APPLIED', 'CANCELLED', 'STALE')),
    -- The change, the counts that were shown, and the maps they were computed with.
    plan jsonb not null,
    planned_at timestamptz not null default now(),
    planned_by text not null,
    started_at timestamptz,
    applied_at timestamptz,
    applied_by text,
    reason text,
    check ((state in ('APPLYING', 'APPLIED')) = (started_at is not null)),
    check ((state = 'APPLIED') = (applied_at is not null))
  )`,
  // A trust is derived anew by one replay at a time: two at once would each change the other's plan.
  "create unique index replay_one_at_a_time on ops.replay (organisation) where state = 'APPLYING'",
  // Few completions wait for a map: the worklist and the problems read only these.
  `create index achievement_unmapped on learning.achievement (controller_org, connection_id, course_source_id) where mapping = 'UNMAPPED'`,
  `create table ops.replay_item (
    replay_id uuid not null references ops.replay (id),
    kind text not null,
    record_id uuid not null,
    connection_id text not null,
    raw_page_id bigint,
    raw_ordinal integer,
    expected text not null check (expected in ('change', 'unchanged', 'fail', 'expired')),
    before_hash uuid not null,
    -- The record afterwards, and everything that its raw record yields then (awards and withdrawals of them included).
    after_hash uuid,
    yield_hash uuid,
    awards integer not null default 0,
    -- Code of what would fail.
    code text,
    primary key (replay_id, record_id)
  )`,
];

export class CourseMaps1764000400000 implements MigrationInterface {
  name = "CourseMaps1764000400000";

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of statements) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query("drop index learning.achievement_unmapped");
    await runner.query("drop table ops.replay_item, ops.replay, ops.course_map");
  }
}
