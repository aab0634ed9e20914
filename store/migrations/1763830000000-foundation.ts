import type { MigrationInterface, QueryRunner } from "typeorm";

/**
 * The first migration: everything that foundation.md says cannot be retrofitted. Frozen: later changes are migrations of
 * their own (expand, migrate, contract). Record tables are written out, not generated, so that they cannot drift silently;
 * store/schema.integration.test.ts compares them with the record classes.
 */
const recordTables: readonly (readonly [table: string, aboutStaffMember: boolean, columns: string])[] = [
  [
    "staff.personal_details",
    true,
    `
      title text,
      given_name text,
      middle_names text,
      family_name text not null,
      maiden_name text,
      previous_family_name text,
      preferred_name text,
      birth_date date,
      email text,
      person_type text,
      hired_on date,
      terminated_on date`,
  ],
  [
    "staff.assignment",
    true,
    `
      number text not null,
      type text,
      status text,
      engagement text not null,
      is_primary boolean,
      employee_category text,
      starts_on date,
      ends_on date,
      projected_hire_on date,
      position_source_id text,
      unit_source_id text,
      location_source_id text`,
  ],
  [
    "staff.position",
    false,
    `
      number text,
      name text not null,
      staff_group text,
      job_role text,
      occupation_code text,
      hiring_status text,
      unit_source_id text`,
  ],
  [
    "staff.organisational_unit",
    false,
    `
      name text not null,
      type text,
      nacs_code text,
      parent_source_id text`,
  ],
  [
    "staff.location",
    false,
    `
      code text not null,
      description text,
      town text,
      site_code text,
      inactive_on date`,
  ],
  [
    "learning.competence_definition",
    false,
    `
      name text not null,
      competence text not null,
      starts_on date,
      ends_on date,
      renewal_months integer`,
  ],
  [
    "learning.competence_award",
    true,
    `
      competence text not null,
      name text,
      awarded_on date not null,
      stated_ends_on date,
      attainment text,
      proficiency text,
      awarded_by text`,
  ],
  [
    "learning.achievement",
    true,
    `
      title text not null,
      course_source_id text not null,
      course_code text,
      completed_on date not null,
      completed_at timestamptz,
      mapping text not null`,
  ],
  [
    "oh.immunisation",
    true,
    `
      vaccine text not null,
      diseases text[] not null,
      given_on text not null,
      dose integer,
      sent_code text`,
  ],
  [
    "oh.clinical_test",
    true,
    `
      test text not null,
      name text not null,
      tested_on text,
      interpretation text,
      value double precision,
      comparator text,
      unit text,
      identified_validated_sample boolean,
      laboratory text`,
  ],
  [
    "oh.observation",
    true,
    `
      observation text not null,
      name text not null,
      result boolean not null,
      observed_on text`,
  ],
  [
    "oh.clearance",
    true,
    `
      cleared_for_role text not null,
      role text,
      decided_on date,
      valid_until date,
      exposure_prone text`,
  ],
  [
    "checks.professional_registration",
    true,
    `
      body text not null,
      number text not null,
      registered_on date,
      expires_on date,
      revalidates_on date`,
  ],
  [
    "checks.employment_check",
    true,
    `
      standard text not null,
      outcome text not null,
      checked_on date,
      dbs_type text,
      workforce text`,
  ],
];

function createRecordTable(table: string, aboutStaffMember: boolean, columns: string): string[] {
  const name = table.replace(".", "_");
  return [
    `create table ${table} (
      id uuid primary key,
      controller_org text not null,
      -- No foreign key: a copy of source_person.staff_member_id, which has one; a second check per row costs a fifth of a load.
      staff_member_id uuid,
      source_person_id uuid ${aboutStaffMember ? "not null" : ""} references staff.source_person (id),
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
      -- No foreign key: those rows are never deleted, and every page would lock the same few of them for each record.
      provenance_id integer not null,
      raw_page_id bigint,
      raw_ordinal integer,${columns},
      constraint ${name}_key unique nulls not distinct (connection_id, source_id, controller_org, valid_from)
    )`,
    ...(aboutStaffMember
      ? [
          `create index ${name}_staff_member on ${table} (staff_member_id)`,
          `create index ${name}_source_person on ${table} (source_person_id)`,
        ]
      : []),
  ];
}

const before = [
  ...["staff", "learning", "oh", "checks", "ops", "audit"].map((schema) => `create schema ${schema}`),
  // The order of knowing: a database sequence, because clocks jump.
  "create sequence ops.knowing cache 100",

  // --- people -------------------------------------------------------------------------------------------------------
  `create table staff.staff_member (
    id uuid primary key,
    merged_into uuid references staff.staff_member (id),
    created_at timestamptz not null default now()
  )`,
  `create table staff.source_person (
    id uuid primary key,
    connection_id text not null,
    controller_org text not null,
    source_key text not null,
    system text not null check (system in ('lms', 'oh', 'esr', 'recruitment')),
    given_name text,
    family_name text,
    other_given_names text[] not null default '{}',
    other_family_names text[] not null default '{}',
    birth_date date,
    -- What the claims have said so far: a keyed digest of each part (details, one scheme, match keys), so that a claim
    -- that says nothing new writes nothing, and nobody can guess a birth date or an NI number from it.
    claim_parts jsonb not null default '{}',
    match_keys text[] not null default '{}',
    -- New, or claimed otherwise than when it was last matched: survives a crash between the page and its matching.
    match_due boolean not null default true,
    -- Why it is in conflict: rules, never values.
    state_reasons jsonb not null default '[]',
    state text not null default 'UNBOUND' check (state in ('UNBOUND', 'BOUND', 'PROPOSED', 'CONFLICT')),
    staff_member_id uuid references staff.staff_member (id),
    first_seen_at timestamptz not null default now(),
    claimed_at timestamptz not null default now(),
    -- Last time matching looked at the claim held; null: not yet, so a crash in between loses nobody.
    looked_at timestamptz,
    constraint source_person_key unique (connection_id, controller_org, source_key)
  )`,
  // No list of pending entries: a search for a thousand people's keys would go through it once per key.
  "create index source_person_match_keys on staff.source_person using gin (match_keys) with (fastupdate = off)",
  "create index source_person_staff_member on staff.source_person (staff_member_id)",
  "create index source_person_open on staff.source_person (connection_id) where state <> 'BOUND'",
  "create index source_person_match_due on staff.source_person (id) where match_due",
  // value: null for NI numbers, which are only ever encrypted, with a blind index for matching.
  `create table staff.identifier (
    source_person_id uuid not null references staff.source_person (id),
    scheme text not null,
    value_index text not null,
    value text,
    encrypted bytea,
    first_seen_at timestamptz not null default now(),
    primary key (source_person_id, scheme, value_index)
  )`,
  "create index identifier_lookup on staff.identifier (scheme, value_index)",
  `create table staff.binding (
    id uuid primary key,
    source_person_id uuid not null references staff.source_person (id),
    staff_member_id uuid not null references staff.staff_member (id),
    decision text not null check (decision in ('AUTOMATIC', 'PERSON', 'CREATED')),
    outcome text not null,
    score double precision,
    reasons jsonb not null,
    decided_by text not null,
    from_at timestamptz not null default now(),
    to_at timestamptz,
    ended_by text,
    end_reason text
  )`,
  "create unique index binding_in_force on staff.binding (source_person_id) where to_at is null",
  "create index binding_staff_member on staff.binding (staff_member_id)",
  `create table staff.match_proposal (
    source_person_id uuid not null references staff.source_person (id),
    staff_member_id uuid not null references staff.staff_member (id),
    outcome text not null,
    score double precision not null,
    reasons jsonb not null,
    proposed_at timestamptz not null default now(),
    primary key (source_person_id, staff_member_id)
  )`,
  // A person's "not the same person": it sticks, and no later run may link what it forbids.
  `create table staff.link_refusal (
    source_person_id uuid not null references staff.source_person (id),
    staff_member_id uuid not null references staff.staff_member (id),
    decided_by text not null,
    reason text not null,
    at timestamptz not null default now(),
    primary key (source_person_id, staff_member_id)
  )`,
  `create table staff.account (
    issuer text not null,
    subject text not null,
    staff_member_id uuid not null references staff.staff_member (id),
    how text not null,
    recorded_at timestamptz not null default now(),
    revoked_at timestamptz,
    primary key (issuer, subject)
  )`,

  // --- operations ---------------------------------------------------------------------------------------------------
  `create table ops.provenance (
    id integer generated always as identity primary key,
    hash uuid not null unique,
    origin text, assurance_policy text, assurance_outcome text, provider text, verifier text, method text, pedigree text
  )`,
  `create table ops.connection (
    id text primary key,
    connector text not null,
    organisations text[] not null,
    title text not null default '',
    every_minutes double precision not null,
    fresh_within_seconds integer not null,
    go_live_on date,
    registered_at timestamptz not null default now(),
    retired_at timestamptz,
    settings_fingerprint text not null default '',
    checkpoint jsonb,
    checkpoint_at timestamptz,
    lease_number bigint not null default 0,
    lease_holder text,
    lease_until timestamptz,
    paused_at timestamptz,
    paused_by text,
    pause_reason text,
    pause_until timestamptz,
    last_attempt_at timestamptz,
    last_success_at timestamptz,
    error_code text,
    error_class text,
    error_detail jsonb,
    error_since timestamptz,
    next_run_at timestamptz
  )`,
  `create table ops.data_set (
    connection_id text not null references ops.connection (id),
    data_set text not null,
    fresh_as_of timestamptz,
    last_complete_at timestamptz,
    primary key (connection_id, data_set)
  )`,
  `create table ops.sync_run (
    id bigint generated always as identity primary key,
    connection_id text not null references ops.connection (id),
    lease_number bigint not null,
    trigger text not null,
    started_at timestamptz not null default now(),
    ended_at timestamptz,
    outcome text check (outcome in ('COMPLETED', 'CONTINUES', 'FAILED', 'HELD', 'ABANDONED')),
    error_code text,
    pages integer not null default 0,
    raw_in bigint not null default 0,
    yielding bigint not null default 0,
    ignored bigint not null default 0,
    refused_raw bigint not null default 0,
    applied bigint not null default 0,
    unchanged bigint not null default 0,
    superseded bigint not null default 0,
    waiting bigint not null default 0,
    refused bigint not null default 0,
    reasons jsonb not null default '{}',
    constraint sync_run_closes check (raw_in = yielding + ignored + refused_raw)
  )`,
  "create index sync_run_connection on ops.sync_run (connection_id, id desc)",
  `create table ops.page (
    id bigint generated always as identity primary key,
    run_id bigint not null references ops.sync_run (id),
    connection_id text not null,
    data_set text not null,
    ordinal integer not null,
    raw_in integer not null,
    yielding integer not null,
    ignored integer not null,
    refused_raw integer not null,
    applied integer not null,
    unchanged integer not null,
    superseded integer not null,
    waiting integer not null,
    refused integer not null,
    -- Normalised records, refusals with a kind included.
    records integer not null,
    reasons jsonb not null default '{}',
    raw_page_id bigint,
    identical boolean not null default false,
    stored_at timestamptz not null default now(),
    constraint page_once unique (run_id, ordinal),
    -- The counts close on every page, or the page is not stored.
    check (raw_in = yielding + ignored + refused_raw),
    check (records = applied + unchanged + superseded + waiting + refused)
  )`,
  // Encrypted, compressed, only the changed raw records of a page; partitioned by month, so that expiry drops whole tables.
  `create table ops.raw_page (
    id bigint generated always as identity,
    created_on date not null,
    connection_id text not null,
    key_org text not null,
    key_version integer not null,
    expires_on date not null,
    records integer not null,
    body bytea not null,
    primary key (id, created_on)
  ) partition by range (created_on)`,
  "create table ops.raw_page_default partition of ops.raw_page default",
  `create table ops.page_digest (
    connection_id text not null,
    key text not null,
    sha256 text not null,
    derivation_version text not null,
    records integer not null,
    counts jsonb not null,
    record_ids jsonb not null,
    primary key (connection_id, key)
  )`,
  // Lost in a crash on purpose: then the snapshot counts as incomplete.
  `create unlogged table ops.seen (
    run_id bigint not null,
    page_ordinal integer not null,
    kind text not null,
    ids uuid[] not null,
    primary key (run_id, page_ordinal, kind)
  )`,
  `create table ops.held_absence (
    id uuid primary key,
    connection_id text not null,
    run_id bigint not null,
    kind text not null,
    scope text not null,
    would_withdraw integer not null,
    in_force integer not null,
    held_at timestamptz not null default now(),
    decided_at timestamptz,
    decided_by text,
    decision text check (decision in ('WITHDRAW', 'KEEP'))
  )`,
  "create unique index held_absence_open on ops.held_absence (connection_id, kind, scope) where decided_at is null",
  `create table ops.refused (
    id uuid primary key,
    connection_id text not null,
    controller_org text,
    kind text,
    source_id text not null,
    code text not null,
    pointer text,
    got text,
    expected text,
    run_id bigint not null,
    raw_page_id bigint,
    raw_ordinal integer,
    first_seen_at timestamptz not null default now(),
    last_seen_at timestamptz not null default now(),
    resolved_at timestamptz,
    constraint refused_key unique nulls not distinct (connection_id, kind, source_id, code)
  )`,
  "create index refused_open on ops.refused (connection_id, code) where resolved_at is null",
  `create table ops.problem (
    id uuid primary key,
    connection_id text not null default '',
    code text not null,
    subject text not null default '',
    detail jsonb not null default '{}',
    count bigint not null default 1,
    first_seen_at timestamptz not null default now(),
    last_seen_at timestamptz not null default now(),
    resolved_at timestamptz,
    unique (connection_id, code, subject)
  )`,
  `create table ops.record_version (
    kind text not null,
    record_id uuid not null,
    source_version text collate "C" not null,
    derivation_version text not null,
    content_hash uuid not null,
    valid_from date,
    valid_to date,
    known_from bigint,
    known_to bigint not null default nextval('ops.knowing'),
    source_state text not null,
    why text not null check (why in ('SUPERSEDED', 'LATE', 'WITHDRAWN', 'REBOUND')),
    key_org text not null,
    key_version integer not null,
    facts bytea not null,
    -- known_from is null for a version that arrived late: it was never the current one.
    constraint record_version_once
      unique nulls not distinct (record_id, source_version, derivation_version, content_hash, known_from)
  )`,
  // Envelope encryption: one data key per organisation, wrapped by LANYARD_KEY.
  `create table ops.data_key (
    organisation text not null,
    version integer not null,
    wrapped bytea not null,
    created_at timestamptz not null default now(),
    primary key (organisation, version)
  )`,
  // --- audit --------------------------------------------------------------------------------------------------------
  `create table audit.event (
    id bigint generated always as identity,
    at timestamptz not null default now(),
    request_id text not null,
    operation text not null,
    subject text not null,
    organisation text,
    role text not null,
    acting_client text,
    purpose text,
    decision text not null check (decision in ('ALLOW', 'DENY', 'PARTIAL')),
    reason text,
    staff_members uuid[] not null default '{}',
    kinds text[] not null default '{}',
    controllers text[] not null default '{}',
    counts jsonb not null default '{}',
    policy_version text not null,
    primary key (id, at)
  ) partition by range (at)`,
  "create table audit.event_default partition of audit.event default",
  `create function audit.refuse_change() returns trigger language plpgsql as $$
   begin raise exception 'audit events are append-only' using errcode = 'insufficient_privilege'; end $$`,
  `create trigger event_append_only before update or delete on audit.event
   for each row execute function audit.refuse_change()`,
];

export class Foundation1763830000000 implements MigrationInterface {
  name = "Foundation1763830000000";

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of before) await runner.query(statement);
    for (const [table, aboutStaffMember, columns] of recordTables) {
      for (const statement of createRecordTable(table, aboutStaffMember, columns)) await runner.query(statement);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query("drop schema staff, learning, oh, checks, ops, audit cascade");
  }
}
