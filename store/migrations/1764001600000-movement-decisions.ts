import type { MigrationInterface, QueryRunner } from "typeorm";

/** Who has said so, when and why: on every row that a person can make or change. The instants are the database's, one clock for all. */
const said = `changed_at timestamptz not null default clock_timestamp(),
    change text not null,
    changed_by text not null,
    changed_role text not null,
    changed_org text,
    acting_client text,
    reason text`;

/** A row is what holds now; `movement.change` keeps how it came to it. */
const decided = (table: string, thing: string, staffMember = "new.staff_member_id", organisations = "'{}'::text[]") => [
  `create function movement.keep_${table}() returns trigger language plpgsql as $$
   begin
     insert into movement.change (thing, thing_id, staff_member_id, organisations, change, changed_by, changed_role, changed_org, acting_client, reason, at, row)
     values ('${thing}', new.id, ${staffMember}, ${organisations}, new.change, new.changed_by, new.changed_role, new.changed_org,
       new.acting_client, new.reason, new.changed_at,
       to_jsonb(new) - array['reason','change','changed_by','changed_role','changed_org','acting_client','changed_at']);
     return null;
   end $$`,
  `create trigger keep_${table} after insert or update on movement.${table} for each row execute function movement.keep_${table}()`,
];

const recordTypes = "check (cardinality(labels) > 0 and labels <@ array['R1','R2','R3','R4','R5','R7'])";

const statements = [
  // Only the erasure that a controller has instructed may touch what is kept here.
  `create table movement.change (
    seq bigint generated always as identity primary key,
    thing text not null,
    thing_id uuid not null,
    staff_member_id uuid,
    organisations text[] not null,
    change text not null,
    changed_by text not null,
    changed_role text,
    changed_org text,
    acting_client text,
    reason text,
    at timestamptz not null,
    row jsonb not null
  )`,
  "create index change_of_thing on movement.change (thing_id, seq)",
  "create index change_of_person on movement.change (staff_member_id, seq) where staff_member_id is not null",
  `create function movement.keep_changes() returns trigger language plpgsql as $$
   begin
     if current_setting('lanyard.erasing', true) = 'on' then return coalesce(new, old); end if;
     raise exception 'movement.change is only ever added to' using errcode = '42501';
   end $$`,
  "create trigger keep_changes before update or delete on movement.change for each row execute function movement.keep_changes()",
  "create trigger keep_all_changes before truncate on movement.change for each statement execute function movement.keep_changes()",

  // --- engagements that HR states --------------------------------------------------------------------------------------
  `create table movement.engagement (
    id uuid primary key,
    staff_member_id uuid not null references staff.staff_member (id),
    controller_org text not null,
    kind text not null check (kind in ('SUBSTANTIVE', 'LEAD_EMPLOYER', 'LOCALLY_EMPLOYED', 'BANK', 'HONORARY', 'SECONDMENT_IN')),
    starts_on date not null,
    -- Exclusive: the day after the last day.
    ends_before date,
    withdrawn_at timestamptz,
    ${said},
    check (ends_before is null or ends_before > starts_on),
    check (kind not in ('HONORARY', 'SECONDMENT_IN') or ends_before is not null)
  )`,
  "create index engagement_staff_member on movement.engagement (staff_member_id)",
  ...decided("engagement", "engagement", undefined, "array[new.controller_org]"),

  // --- shares ----------------------------------------------------------------------------------------------------------
  `create table movement.share (
    id uuid primary key,
    staff_member_id uuid not null references staff.staff_member (id),
    organisation text not null,
    labels text[] not null ${recordTypes},
    starts_on date not null,
    ends_before date not null check (ends_before > starts_on),
    -- Made, or last widened: a later objection closes it for health.
    made_at timestamptz not null,
    revoked_at timestamptz,
    ${said}
  )`,
  "create index share_staff_member on movement.share (staff_member_id)",
  ...decided("share", "share", undefined, "array[new.organisation]"),
  // Taken back is taken back: a new share is a new decision.
  `create function movement.guard_share() returns trigger language plpgsql as $$
   begin
     if old.revoked_at is not null or new.staff_member_id <> old.staff_member_id or new.organisation <> old.organisation then
       raise exception 'a share that was taken back, or whose it is, does not change' using errcode = '42501';
     end if;
     return new;
   end $$`,
  "create trigger guard_share before update on movement.share for each row execute function movement.guard_share()",

  // --- the person's yes or no to a transfer ------------------------------------------------------------------------------
  `create table movement.transfer_answer (
    id uuid primary key,
    staff_member_id uuid not null references staff.staff_member (id),
    organisation text not null,
    -- Which offer: connection and number of the applicant's assignment.
    offer text not null,
    answer text not null check (answer in ('YES', 'NO')),
    ${said},
    unique (staff_member_id, organisation, offer)
  )`,
  ...decided("transfer_answer", "transfer-answer", undefined, "array[new.organisation]"),

  // --- objections --------------------------------------------------------------------------------------------------------
  `create table movement.objection (
    id uuid primary key,
    staff_member_id uuid not null references staff.staff_member (id),
    labels text[] not null ${recordTypes},
    made_at timestamptz not null,
    withdrawn_at timestamptz,
    ${said}
  )`,
  "create index objection_staff_member on movement.objection (staff_member_id)",
  ...decided("objection", "objection"),
  `create table movement.objection_decision (
    id uuid primary key,
    objection_id uuid not null references movement.objection (id),
    staff_member_id uuid not null references staff.staff_member (id),
    controller_org text not null,
    decision text not null check (decision in ('UPHELD', 'OVERRULED')),
    ${said},
    unique (objection_id, controller_org)
  )`,
  "create index objection_decision_staff_member on movement.objection_decision (staff_member_id)",
  ...decided("objection_decision", "objection-decision", undefined, "array[new.controller_org]"),

  // --- clients that may act for the person -------------------------------------------------------------------------------
  `create table movement.client_approval (
    id uuid primary key,
    staff_member_id uuid not null references staff.staff_member (id),
    client text not null,
    labels text[] not null check (cardinality(labels) > 0 and labels <@ array['R1','R2','R3','R4','R5','R7','R10','R11']),
    starts_on date not null,
    revoked_at timestamptz,
    ${said}
  )`,
  "create unique index client_approval_in_force on movement.client_approval (staff_member_id, client) where revoked_at is null",
  ...decided("client_approval", "client-approval"),

  // --- agreements: prepared, signed by two, ended by either ------------------------------------------------------------
  `alter table movement.sharing_agreement
    add column placement_lead_days smallint check (placement_lead_days between 0 and 365),
    add column placement_grace_days smallint check (placement_grace_days between 0 and 365),
    add column signed_for_controller_at timestamptz,
    add column signed_for_organisation_at timestamptz,
    add column changed_at timestamptz not null default clock_timestamp(),
    add column change text not null default 'RECORDED',
    add column changed_by text not null default 'configuration',
    add column changed_role text not null default 'configuration',
    add column changed_org text,
    add column acting_client text,
    add column reason text,
    add constraint sharing_agreement_two_people check (signed_for_controller <> signed_for_organisation),
    add constraint sharing_agreement_never_health_detail check (labels <@ array['R1','R2','R3','R4','R7'])`,
  "create index sharing_agreement_organisation on movement.sharing_agreement (organisation)",
  ...decided("sharing_agreement", "sharing-agreement", "null", "array[new.controller_org, new.organisation]"),
  // Nobody signs one text and finds another; nobody's signature moves; what has ended has ended. The configuration is its own master.
  `create function movement.guard_sharing_agreement() returns trigger language plpgsql as $$
   begin
     if old.recorded_by = 'configuration' or new.recorded_by <> old.recorded_by then return new; end if;
     if (new.reference, new.controller_org, new.organisation, new.labels, new.starts_on, new.placement_lead_days, new.placement_grace_days)
          is distinct from (old.reference, old.controller_org, old.organisation, old.labels, old.starts_on, old.placement_lead_days, old.placement_grace_days)
        or new.ends_before is distinct from old.ends_before
        or (old.signed_for_controller is not null and new.signed_for_controller is distinct from old.signed_for_controller)
        or (old.signed_for_organisation is not null and new.signed_for_organisation is distinct from old.signed_for_organisation)
        or old.ended_at is not null then
       raise exception 'an agreement that was prepared is signed or ended, never altered' using errcode = '42501';
     end if;
     return new;
   end $$`,
  "create trigger guard_sharing_agreement before update on movement.sharing_agreement for each row execute function movement.guard_sharing_agreement()",
  `insert into movement.change (thing, thing_id, organisations, change, changed_by, changed_role, at, row)
   select 'sharing-agreement', id, array[controller_org, organisation], 'RECORDED', recorded_by, 'configuration', recorded_at, to_jsonb(a)
   from movement.sharing_agreement a`,
  // Whoever was merged into somebody is asked for with each person.
  "create index staff_member_merged_into on staff.staff_member (merged_into) where merged_into is not null",
];

export class MovementDecisions1764001600000 implements MigrationInterface {
  name = "MovementDecisions1764001600000";

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of statements) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query("drop index staff.staff_member_merged_into");
    await runner.query("drop trigger guard_sharing_agreement on movement.sharing_agreement");
    await runner.query("drop trigger keep_sharing_agreement on movement.sharing_agreement");
    await runner.query("drop function movement.guard_sharing_agreement(), movement.keep_sharing_agreement()");
    await runner.query("drop index movement.sharing_agreement_organisation");
    await runner.query(`alter table movement.sharing_agreement drop constraint sharing_agreement_two_people,
      drop constraint sharing_agreement_never_health_detail, drop column placement_lead_days, drop column placement_grace_days,
      drop column signed_for_controller_at, drop column signed_for_organisation_at, drop column changed_at, drop column change,
      drop column changed_by, drop column changed_role, drop column changed_org, drop column acting_client, drop column reason`);
    const tables = ["client_approval", "objection_decision", "objection", "transfer_answer", "share", "engagement"];
    for (const table of tables) {
      await runner.query(`drop table movement.${table}`);
      await runner.query(`drop function movement.keep_${table}()`);
    }
    await runner.query("drop function movement.guard_share()");
    await runner.query("drop table movement.change");
    await runner.query("drop function movement.keep_changes()");
  }
}
