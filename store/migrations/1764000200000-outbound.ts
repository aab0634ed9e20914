import type { MigrationInterface, QueryRunner } from "typeorm";

/**
 * Towards ESR: files as they left, and a ledger row for each effect asked of ESR. The database itself refuses a state that may
 * not follow, because every later promise ("once only", "shadow sends nothing") stands on the order of these states.
 */
const up = [
  `create table ops.esr_file (
    id uuid primary key,
    name text not null unique,
    vpd text not null,
    organisation text not null,
    data_set text not null,
    mode text not null check (mode in ('shadow', 'on')),
    layout text not null,
    sequence bigint not null check (sequence > 0),
    records integer not null check (records > 0),
    sha256 text not null,
    key_org text not null,
    key_version integer not null,
    -- Stored before it leaves: what is sent again after a crash is the same to the byte.
    body bytea not null,
    state text not null check (state in ('WRITTEN', 'SHADOWED', 'SENT', 'ACKNOWLEDGED')),
    made_at timestamptz not null,
    -- Set before the first attempt: without it the file is known never to have left.
    leaving_at timestamptz,
    sent_at timestamptz,
    acknowledged_at timestamptz,
    -- Rehearsals count for themselves: what ESR sees has no gaps.
    unique (vpd, data_set, mode, sequence),
    check (mode = 'on' or state = 'SHADOWED'),
    check (state in ('WRITTEN', 'SHADOWED') = (sent_at is null)),
    check ((state = 'ACKNOWLEDGED') = (acknowledged_at is not null)),
    check (state <> 'SHADOWED' or leaving_at is null),
    check (sent_at is null or leaving_at is not null)
  )`,
  "create index esr_file_open on ops.esr_file (organisation) where state in ('WRITTEN', 'SENT')",
  `create table ops.esr_delivery (
    id uuid primary key,
    -- What is asked of ESR, in one text: the same effect is never asked for by two rows.
    effect_key text not null unique,
    kind text not null check (kind = 'competence-award'),
    record_id uuid not null,
    staff_member_id uuid not null,
    connection_id text not null,
    controller_org text not null,
    vpd text not null,
    organisation text not null,
    esr_source_person_id uuid not null references staff.source_person (id),
    competence text not null,
    esr_name text not null,
    awarded_on date not null,
    state text not null check (state in ('DUE', 'WRITTEN', 'SHADOWED', 'SENT', 'ACKNOWLEDGED', 'REFUSED', 'RETURNED', 'DROPPED')),
    reason text,
    file_id uuid references ops.esr_file (id),
    line integer,
    due_at timestamptz not null,
    written_at timestamptz,
    sent_at timestamptz,
    acknowledged_at timestamptz,
    refused_at timestamptz,
    returned_at timestamptz,
    refusal_code text,
    esr_element_id text,
    unique (file_id, line),
    check ((file_id is null) = (line is null)),
    check ((file_id is null) = (written_at is null)),
    constraint esr_delivery_due check (state not in ('DUE', 'DROPPED') or (file_id is null and sent_at is null and acknowledged_at is null
      and refused_at is null and returned_at is null and refusal_code is null)),
    constraint esr_delivery_dropped check ((state = 'DROPPED') = (reason is not null)),
    constraint esr_delivery_in_file check (state in ('DUE', 'DROPPED') or file_id is not null),
    constraint esr_delivery_not_sent check (state not in ('WRITTEN', 'SHADOWED') or (sent_at is null and acknowledged_at is null and returned_at is null)),
    constraint esr_delivery_sent check (state not in ('SENT', 'ACKNOWLEDGED', 'REFUSED') or sent_at is not null),
    constraint esr_delivery_acknowledged check (state <> 'ACKNOWLEDGED' or (acknowledged_at is not null and esr_element_id is not null)),
    constraint esr_delivery_answered check (acknowledged_at is null or state in ('ACKNOWLEDGED', 'RETURNED')),
    constraint esr_delivery_refused check ((state = 'REFUSED') = (refused_at is not null) and (state = 'REFUSED') = (refusal_code is not null)),
    constraint esr_delivery_returned check ((state = 'RETURNED') = (returned_at is not null) and (state <> 'RETURNED' or esr_element_id is not null))
  )`,
  "create index esr_delivery_open on ops.esr_delivery (organisation, state) where state in ('DUE', 'WRITTEN', 'SHADOWED', 'SENT', 'ACKNOWLEDGED', 'REFUSED')",
  "create index esr_delivery_staff_member on ops.esr_delivery (staff_member_id)",
  "create index esr_delivery_record on ops.esr_delivery (record_id)",
  "create index esr_delivery_element on ops.esr_delivery (organisation, esr_element_id) where esr_element_id is not null",
  `create function ops.check_esr_delivery() returns trigger language plpgsql as $$
   begin
     if tg_op = 'DELETE' then
       raise exception 'the ledger of ESR keeps every row: without it an effect would be asked for twice' using errcode = 'restrict_violation';
     end if;
     if tg_op = 'INSERT' then
       if new.state <> 'DUE' then
         raise exception 'a delivery begins as DUE, not as %', new.state using errcode = 'check_violation';
       end if;
       return new;
     end if;
     if (new.effect_key, new.kind, new.vpd, new.organisation, new.esr_source_person_id, new.competence, new.awarded_on)
        is distinct from (old.effect_key, old.kind, old.vpd, old.organisation, old.esr_source_person_id, old.competence, old.awarded_on) then
       raise exception 'what a delivery asks of ESR never changes' using errcode = 'check_violation';
     end if;
     if old.state <> 'DUE' and new.state <> 'DUE' and new.esr_name is distinct from old.esr_name then
       raise exception 'the name in a file never changes' using errcode = 'check_violation';
     end if;
     if new.state <> old.state and (old.state, new.state) not in (
       ('DUE', 'WRITTEN'), ('DUE', 'SHADOWED'), ('DUE', 'DROPPED'),
       ('WRITTEN', 'SENT'), ('WRITTEN', 'DUE'),
       ('SHADOWED', 'DUE'), ('SHADOWED', 'RETURNED'),
       ('SENT', 'ACKNOWLEDGED'), ('SENT', 'REFUSED'), ('SENT', 'RETURNED'),
       ('ACKNOWLEDGED', 'RETURNED'), ('REFUSED', 'DUE'), ('DROPPED', 'DUE')) then
       raise exception 'a delivery cannot go from % to %', old.state, new.state using errcode = 'check_violation';
     end if;
     if new.state in ('WRITTEN', 'SHADOWED') and new.state <> old.state
        and (select mode from ops.esr_file where id = new.file_id) is distinct from (case new.state when 'WRITTEN' then 'on' else 'shadow' end) then
       raise exception 'a delivery is % in a file of that mode only', new.state using errcode = 'check_violation';
     end if;
     return new;
   end $$`,
  `create trigger esr_delivery_states before insert or update or delete on ops.esr_delivery
   for each row execute function ops.check_esr_delivery()`,
  `create function ops.check_esr_file() returns trigger language plpgsql as $$
   begin
     if tg_op = 'DELETE' then
       raise exception 'a file for ESR is kept: it says what was sent' using errcode = 'restrict_violation';
     end if;
     if (new.name, new.vpd, new.organisation, new.data_set, new.mode, new.sequence, new.sha256, new.records)
        is distinct from (old.name, old.vpd, old.organisation, old.data_set, old.mode, old.sequence, old.sha256, old.records) then
       raise exception 'a file for ESR never changes' using errcode = 'check_violation';
     end if;
     if new.state <> old.state and (old.state, new.state) not in (('WRITTEN', 'SENT'), ('WRITTEN', 'SHADOWED'), ('SENT', 'ACKNOWLEDGED')) then
       raise exception 'a file cannot go from % to %', old.state, new.state using errcode = 'check_violation';
     end if;
     return new;
   end $$`,
  `create trigger esr_file_states before update or delete on ops.esr_file for each row execute function ops.check_esr_file()`,
  // The last judgement of each award that is not due: the ledger has the others. So nobody has to judge while reading.
  `create table ops.esr_judgement (
    record_id uuid not null,
    organisation text not null,
    staff_member_id uuid not null,
    connection_id text not null,
    reason text not null,
    -- Where ESR holds it: days between its day and ours.
    days_apart integer,
    judged_at timestamptz not null,
    primary key (record_id, organisation)
  )`,
  "create index esr_judgement_staff_member on ops.esr_judgement (staff_member_id, organisation)",
  "create index esr_judgement_reason on ops.esr_judgement (organisation, connection_id, reason)",
  // What somebody's judgement was made from: only people of whom something has changed are judged again.
  `create table ops.esr_judged (
    staff_member_id uuid not null,
    organisation text not null,
    fingerprint text not null,
    judged_at timestamptz not null,
    primary key (staff_member_id, organisation)
  )`,
];

export class Outbound1764000200000 implements MigrationInterface {
  name = "Outbound1764000200000";

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of up) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query("drop table ops.esr_judged, ops.esr_judgement, ops.esr_delivery, ops.esr_file");
    await runner.query("drop function ops.check_esr_delivery(), ops.check_esr_file()");
  }
}
