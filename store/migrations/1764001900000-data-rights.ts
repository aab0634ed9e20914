import type { MigrationInterface, QueryRunner } from "typeorm";

/**
 * Acts of two people, and the rights of the person: what may be stored and not used, what was erased, and the keyed marks by
 * which it is known at the door when a vendor says it again.
 */
const up = [
  `create table ops.approval (
    id uuid primary key,
    act text not null check (act <> ''),
    -- Id of whom or what it is about, never a name.
    subject text not null check (subject <> ''),
    -- Whose people it touches.
    organisation text not null,
    -- The controller's instruction, by its reference.
    instruction text,
    -- What exactly was asked: ids, labels and counts.
    detail jsonb not null default '{}',
    asked_by text not null,
    asked_role text not null,
    reason text not null check (reason <> ''),
    asked_at timestamptz not null default now(),
    expires_at timestamptz not null,
    decision text check (decision in ('APPROVED', 'REFUSED')),
    decided_by text,
    decided_role text,
    decided_at timestamptz,
    decide_reason text,
    used_at timestamptz,
    check ((decision is null) = (decided_by is null) and (decision is null) = (decided_at is null)),
    -- Whoever asked may take it back, and never say yes to it.
    constraint approval_two_people check (decision is distinct from 'APPROVED' or decided_by <> asked_by),
    constraint approval_in_time check (decided_at is null or decided_at < expires_at),
    constraint approval_used_once check (used_at is null or decision = 'APPROVED')
  )`,
  "create index approval_open on ops.approval (organisation, expires_at) where decision is null",
  "create index approval_subject on ops.approval (subject, act)",
  // What was asked is what is approved, and what was decided stays decided.
  `create function ops.check_approval() returns trigger language plpgsql as $$
   begin
     if (new.act, new.subject, new.organisation, new.instruction, new.detail, new.asked_by, new.asked_role, new.reason, new.asked_at, new.expires_at)
        is distinct from (old.act, old.subject, old.organisation, old.instruction, old.detail, old.asked_by, old.asked_role, old.reason, old.asked_at, old.expires_at)
        or (old.decision is not null and (new.decision, new.decided_by, new.decided_role, new.decided_at, new.decide_reason)
            is distinct from (old.decision, old.decided_by, old.decided_role, old.decided_at, old.decide_reason))
        or (old.used_at is not null and new.used_at is distinct from old.used_at) then
       raise exception 'what was asked, decided or done does not change' using errcode = 'check_violation';
     end if;
     return new;
   end $$`,
  "create trigger approval_stands before update on ops.approval for each row execute function ops.check_approval()",
  `create table ops.restriction (
    id uuid primary key,
    staff_member_id uuid not null references staff.staff_member (id),
    controller_org text not null,
    labels text[] not null,
    instruction text not null,
    approval_id uuid not null references ops.approval (id),
    from_at timestamptz not null default now(),
    lifted_at timestamptz,
    lifted_by text,
    lift_instruction text,
    check ((lifted_at is null) = (lifted_by is null) and (lifted_at is null) = (lift_instruction is null))
  )`,
  "create index restriction_staff_member on ops.restriction (staff_member_id) where lifted_at is null",
  `create table ops.erasure (
    id uuid primary key,
    -- The id that was asked for: it resolves to nobody afterwards.
    subject uuid not null,
    organisation text not null,
    instruction text not null,
    approval_id uuid not null references ops.approval (id),
    -- ERASING: the rows are gone, the stored raw records are being gone through.
    state text not null default 'ERASING' check (state in ('ERASING', 'ERASED')),
    -- Counts by table: as it was found under the leases, and as it was done.
    planned jsonb not null,
    done jsonb not null,
    raw_after bigint not null default 0,
    begun_at timestamptz not null default now(),
    begun_by text not null,
    ended_at timestamptz,
    lifted_at timestamptz,
    lifted_by text,
    lift_instruction text,
    check ((state = 'ERASED') = (ended_at is not null))
  )`,
  // Keyed digests: nobody finds out from one whom it is about, and the hub knows the person when the vendor speaks again.
  `create table ops.erased_mark (
    erasure_id uuid not null references ops.erasure (id),
    organisation text not null,
    -- '*': at any connection of the organisation.
    connection_id text not null,
    scheme text not null,
    digest text not null,
    primary key (organisation, connection_id, scheme, digest, erasure_id)
  )`,
  "create index erased_mark_erasure on ops.erased_mark (erasure_id)",
  `create function ops.under_erasure(organisations text[]) returns boolean language sql stable as $$
     select exists (select 1 from ops.erasure e where e.id::text = current_setting('lanyard.erasure', true)
       and e.state = 'ERASING' and e.organisation = any(organisations)) $$`,
  // The ledger keeps every row but for an erasure under way: of whom is erased nothing is sent twice, because nothing is sent.
  `create function ops.keep_esr_delivery() returns trigger language plpgsql as $$
   begin
     if ops.under_erasure(array[old.organisation, old.controller_org]) then return old; end if;
     raise exception 'the ledger of ESR keeps every row: without it an effect would be asked for twice' using errcode = 'restrict_violation';
   end $$`,
  "drop trigger esr_delivery_states on ops.esr_delivery",
  `create trigger esr_delivery_states before insert or update on ops.esr_delivery
   for each row execute function ops.check_esr_delivery()`,
  `create trigger esr_delivery_kept before delete on ops.esr_delivery
   for each row execute function ops.keep_esr_delivery()`,
];

export class DataRights1764001900000 implements MigrationInterface {
  name = "DataRights1764001900000";

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of up) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query("drop trigger esr_delivery_kept on ops.esr_delivery");
    await runner.query("drop trigger esr_delivery_states on ops.esr_delivery");
    await runner.query(
      `create trigger esr_delivery_states before insert or update or delete on ops.esr_delivery
       for each row execute function ops.check_esr_delivery()`,
    );
    await runner.query("drop function ops.keep_esr_delivery(), ops.under_erasure(text[])");
    await runner.query("drop table ops.erased_mark, ops.erasure, ops.restriction, ops.approval");
    await runner.query("drop function ops.check_approval()");
  }
}
