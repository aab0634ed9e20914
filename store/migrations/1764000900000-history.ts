import type { MigrationInterface, QueryRunner } from "typeorm";

/** Table and kind; written out, like the tables themselves. */
const recordTables: readonly (readonly [table: string, kind: string])[] = [
  ["staff.personal_details", "personal-details"],
  ["staff.assignment", "assignment"],
  ["staff.position", "position"],
  ["staff.organisational_unit", "organisational-unit"],
  ["staff.location", "location"],
  ["learning.competence_definition", "competence-definition"],
  ["learning.competence_award", "competence-award"],
  ["learning.achievement", "achievement"],
  ["oh.immunisation", "immunisation"],
  ["oh.clinical_test", "clinical-test"],
  ["oh.observation", "observation"],
  ["oh.clearance", "clearance"],
  ["checks.professional_registration", "professional-registration"],
  ["checks.employment_check", "employment-check"],
  ["movement.placement", "placement"],
];

/** The instant of our fetch stands at the end of every version: the best that is known of rows older than this migration. */
const fetched = (column: string) => `right(${column}, 30)::timestamptz`;

/**
 * What the hub knew at an instant. A row and its versions carry the instant of the transaction that wrote them, so that a page
 * is there as a whole or not at all; their order stays the sequence's. States change without a new version: a log of their own.
 */
const up = [
  // Positions of two sessions compared: a cache hands out blocks, and a later change could stand before an earlier one.
  "alter sequence ops.knowing cache 1",
  "alter table ops.record_version add column provenance_id integer, add column known_at timestamptz, add column superseded_at timestamptz",
  `update ops.record_version v set known_at = ${fetched("v.source_version")}, superseded_at = n.at
   from (select ctid as at_row, lead(${fetched("source_version")}) over (partition by record_id order by known_to) as at from ops.record_version
     where known_from is not null) n where n.at_row = v.ctid`,
  `create table ops.state_change (
    kind text not null,
    record_id uuid not null,
    -- The state that ended here.
    state text not null,
    until_position bigint not null default nextval('ops.knowing'),
    until_at timestamptz not null default now(),
    primary key (record_id, until_position)
  )`,
  `create function ops.keep_state() returns trigger language plpgsql as $$
   begin insert into ops.state_change (kind, record_id, state) values (tg_argv[0], old.id, old.source_state); return null; end $$`,
  ...recordTables.flatMap(([table, kind]) => [
    // Null: written before this migration, see read/as-of.ts. No rewrite of the table.
    `alter table ${table} add column known_at timestamptz`,
    `alter table ${table} alter column known_at set default now()`,
    `create trigger keep_state after update of source_state on ${table} for each row
       when (old.source_state is distinct from new.source_state) execute function ops.keep_state('${kind}')`,
    `update ops.record_version v set superseded_at = ${fetched("t.source_version")} from ${table} t
       where t.id = v.record_id and v.superseded_at is null and v.known_from is not null`,
  ]),
  "alter table ops.record_version alter column superseded_at set default now()",
  // A withdrawal of what the hub does not hold: an older version that comes after it must lose all the same.
  `create table ops.tombstone (
    id uuid not null,
    connection_id text not null,
    kind text not null,
    controller_org text not null,
    source_id text not null,
    source_version text collate "C" not null,
    known_at timestamptz not null default now(),
    primary key (connection_id, kind, source_id, controller_org)
  )`,
  // Two staff members who are one person: the older survives, ids resolve for ever, and it can be undone.
  `create table staff.merge (
    id uuid primary key,
    from_staff_member uuid not null references staff.staff_member (id),
    into_staff_member uuid not null references staff.staff_member (id),
    source_persons uuid[] not null,
    decided_by text not null,
    reason text not null,
    at timestamptz not null default now(),
    undone_at timestamptz,
    undone_by text,
    undo_reason text
  )`,
  // What the records of a stream look like: names and kinds of fields, never a value of a person.
  `create table ops.stream_shape (
    connection_id text not null,
    data_set text not null,
    sampled bigint not null,
    fields jsonb not null,
    -- Records of each of the last complete reads, the newest last.
    volumes jsonb not null default '[]',
    learned_at timestamptz not null default now(),
    primary key (connection_id, data_set)
  )`,
  `create table ops.drift (
    id uuid primary key,
    connection_id text not null,
    data_set text not null,
    what text not null check (what in ('NEW_FIELD', 'MISSING_FIELD', 'TYPE_CHANGED', 'NEW_VALUE', 'VOLUME_CHANGED', 'BREAKING')),
    subject text not null,
    detail jsonb not null default '{}',
    count bigint not null,
    records bigint not null,
    run_id bigint not null,
    first_seen_at timestamptz not null default now(),
    last_seen_at timestamptz not null default now(),
    -- A breaking drift ends when a run no longer sees it; a notice when a person has taken note.
    ended_at timestamptz,
    accepted_at timestamptz,
    accepted_by text,
    reason text,
    constraint drift_once unique (connection_id, data_set, what, subject)
  )`,
];

export class History1764000900000 implements MigrationInterface {
  name = "History1764000900000";

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of up) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const [table] of recordTables) {
      await runner.query(`drop trigger keep_state on ${table}`);
      await runner.query(`alter table ${table} drop column known_at`);
    }
    await runner.query("drop function ops.keep_state()");
    await runner.query("drop table ops.state_change, ops.tombstone, staff.merge, ops.stream_shape, ops.drift");
    await runner.query("alter table ops.record_version drop column provenance_id, drop column known_at, drop column superseded_at");
    await runner.query("alter sequence ops.knowing cache 100");
  }
}
