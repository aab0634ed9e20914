import type { MigrationInterface, QueryRunner } from "typeorm";

/**
 * Replays of any records, not of a course map's only: an item is one raw record with all that was derived from it. Code maps;
 * refusals that keep where their raw record lies; rows that a replay has taken back and another may give again.
 */
const statements = [
  `alter table ops.replay drop constraint if exists replay_kind_check, drop constraint if exists replay_state_check,
     drop constraint if exists replay_check, drop constraint if exists replay_check1`,
  `alter table ops.replay alter column organisation drop not null,
     add column if not exists organisations text[] not null default '{}',
     -- Records per second; null: as fast as it goes.
     add column rate double precision,
     add column cancelled_at timestamptz,
     add column cancelled_by text,
     add column cancel_reason text,
     add check (kind in ('course-map', 'code-map', 'records')),
     add check (state in ('PLANNING', 'PLANNED', 'APPLYING', 'APPLIED', 'CANCELLED', 'STALE')),
     add check (state not in ('APPLYING', 'APPLIED') or started_at is not null),
     add check ((state = 'APPLIED') = (applied_at is not null))`,
  "update ops.replay set organisations = array[organisation]",
  // A change of a trust's maps is derived anew by one replay at a time. Others write under the leases only.
  "drop index ops.replay_one_at_a_time",
  "create unique index replay_one_at_a_time on ops.replay (organisation) where state = 'APPLYING' and kind <> 'records'",
  "alter table ops.replay_item rename to replay_item_before",
  `create table ops.replay_item (
    replay_id uuid not null references ops.replay (id),
    -- Order of work: by connection, then by raw record, the older one first.
    n integer not null,
    connection_id text not null,
    raw_page_id bigint,
    raw_ordinal integer,
    -- What was chosen of it, "<kind>:<record id>" or "refused:<id>", and how each stood when it was planned.
    anchors text[] not null,
    prints uuid[] not null,
    source_person_id uuid,
    staff_member_id uuid,
    -- Of an older version of the connector.
    older boolean not null default false,
    expected text not null default 'pending' check (expected in ('pending', 'change', 'unchanged', 'fail', 'expired')),
    -- Digest of everything that the raw record yields, and of what it no longer yields.
    yield_hash uuid,
    changes integer not null default 0,
    awards integer not null default 0,
    withdrawn integer not null default 0,
    -- Code of what would fail.
    code text,
    outcome text check (outcome in ('changed', 'already-there', 'moved-on')),
    primary key (replay_id, n)
  )`,
  `insert into ops.replay_item (replay_id, n, connection_id, raw_page_id, raw_ordinal, anchors, prints, expected, yield_hash, awards, code)
     select replay_id, row_number() over (partition by replay_id order by connection_id, raw_page_id, raw_ordinal), connection_id, raw_page_id,
       raw_ordinal, array['achievement:' || record_id], array[before_hash], expected, yield_hash, awards, code from ops.replay_item_before`,
  "drop table ops.replay_item_before",
  "create index replay_item_raw on ops.replay_item (replay_id, connection_id, raw_page_id, raw_ordinal)",
  "create index replay_item_left on ops.replay_item (replay_id, connection_id, n) where expected = 'change' and outcome is null",
  // Not what the source or a person has withdrawn: only what followed from a map or a connector that is no longer in force.
  `create table ops.taken_back (
    kind text not null,
    record_id uuid not null,
    -- That of the withdrawn row: as soon as anybody else speaks of it, this says nothing any more.
    known_from bigint not null,
    primary key (kind, record_id)
  )`,
  `alter table ops.refused
     -- Order of the vendor and the instant of our fetch, as of a record: what is derived later keeps it.
     add column source_version text collate "C",
     -- So that the same raw record is not kept again by every read.
     add column raw_hash uuid,
     -- Blinded; counts how many people a cause touches.
     add column person text`,
  `create table ops.code_map (
    id uuid primary key,
    organisation text not null,
    -- Which of our lists: vaccines, clinical tests, observations, competences.
    list text not null check (list <> ''),
    -- As the vendor writes it, with its system where it has one.
    code text not null check (code <> ''),
    -- Code of our list.
    value text not null check (value <> ''),
    from_on date,
    to_on date,
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
  `create unique index code_map_in_force on ops.code_map (organisation, list, code, from_on, to_on) nulls not distinct where ended_at is null`,
];

export class Replays1764001000000 implements MigrationInterface {
  name = "Replays1764001000000";

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of statements) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query("drop table ops.code_map, ops.taken_back");
    await runner.query("alter table ops.refused drop column source_version, drop column raw_hash, drop column person");
  }
}
