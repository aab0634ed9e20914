import type { MigrationInterface, QueryRunner } from "typeorm";

/**
 * The audit as chains (ADR 24): every row has its number in the chain of its principal's organisation and the hash of the row before
 * it. One function adds rows; it is the only way that roles of the hub get.
 */
const columns = [
  "chain text",
  "seq bigint",
  "prev_hash bytea",
  "hash bytea",
  // What the document asked for: the name that a caller gives its operation proves nothing.
  "fields text[] not null default '{}'",
  // The paths of the access table by which it was allowed.
  "grounds text[] not null default '{}'",
  // Asked for by id, there, and nothing of them shown.
  "refused_members uuid[] not null default '{}'",
  // What a mutation or command has changed, as kind:id.
  "changes text[] not null default '{}'",
];

const up = [
  `create table audit.head (
    chain text primary key,
    seq bigint not null,
    hash bytea not null,
    at timestamptz not null
  )`,
  ...columns.map((column) => `alter table audit.event add column ${column}`),

  // "<bytes>:<value>," and "-," for null: no two rows have the same text.
  `create function audit.netstring(value text) returns text language sql immutable parallel safe
   as $$ select case when value is null then '-,' else octet_length(value) || ':' || value || ',' end $$`,
  `create function audit.netstrings(items text[]) returns text language sql immutable parallel safe
   as $$ select audit.netstring(coalesce(string_agg(audit.netstring(item), '' order by n), ''))
     from unnest(items) with ordinality as it (item, n) $$`,
  `create function audit.canonical(e audit.event) returns text language sql stable
   as $$ select audit.netstring('lanyard-audit-1') || audit.netstring(e.chain) || audit.netstring(e.seq::text) || audit.netstring(e.id::text)
     || audit.netstring(to_char(e.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'))
     || audit.netstring(e.request_id) || audit.netstring(e.operation) || audit.netstring(e.subject) || audit.netstring(e.organisation)
     || audit.netstring(e.role) || audit.netstring(e.acting_client) || audit.netstring(e.purpose) || audit.netstring(e.decision)
     || audit.netstring(e.reason) || audit.netstrings(e.fields) || audit.netstrings(e.grounds)
     || audit.netstrings(e.staff_members::text[]) || audit.netstrings(e.refused_members::text[]) || audit.netstrings(e.kinds)
     || audit.netstrings(e.controllers) || audit.netstrings(e.changes)
     || audit.netstring((select coalesce(string_agg(audit.netstring(key) || audit.netstring(value), '' order by key collate "C"), '')
          from jsonb_each_text(e.counts)))
     || audit.netstring(e.policy_version) $$`,
  `create function audit.chain_of(organisation text) returns text language sql immutable parallel safe
   as $$ select case when organisation ~ '^[A-Z0-9]{3,10}$' then organisation else 'hub' end $$`,
  // The hash before a chain's first row is that of its name: a row cannot be made the first of another chain.
  `create function audit.beginning(chain text) returns bytea language sql immutable parallel safe
   as $$ select sha256(convert_to('lanyard-audit-1' || chr(10) || chain, 'UTF8')) $$`,

  // What was written before there were chains becomes their beginning, in the order in which it was written.
  "drop trigger event_append_only on audit.event",
  `do $$
   declare one audit.event; last audit.head; made bytea;
   begin
     for one in select * from audit.event order by id loop
       one.chain := audit.chain_of(one.organisation);
       select * into last from audit.head h where h.chain = one.chain;
       if not found then
         insert into audit.head values (one.chain, 0, audit.beginning(one.chain), '-infinity') returning * into last;
       end if;
       one.seq := last.seq + 1;
       made := sha256(last.hash || convert_to(audit.canonical(one), 'UTF8'));
       update audit.event e set chain = one.chain, seq = one.seq, prev_hash = last.hash, hash = made where e.id = one.id and e.at = one.at;
       update audit.head h set seq = one.seq, hash = made, at = greatest(h.at, one.at) where h.chain = one.chain;
     end loop;
   end $$`,
  ...["chain", "seq", "prev_hash", "hash"].map((column) => `alter table audit.event alter column ${column} set not null`),
  `create trigger event_append_only before update or delete on audit.event
   for each row execute function audit.refuse_change()`,
  `create trigger event_never_emptied before truncate on audit.event
   for each statement execute function audit.refuse_change()`,
  "create index event_chain on audit.event (chain, seq)",
  // Who saw mine: inverted, so that one row stands in the history of everybody it names, and no second table could say otherwise.
  "create index event_about on audit.event using gin (staff_members, refused_members)",

  // One statement, one commit: the rows of a batch, chain by chain in one order, so that two writers never wait for each other in a ring.
  `create function audit.append(events jsonb)
   returns table (of_chain text, last_seq bigint, last_hash bytea, last_at timestamptz)
   language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
   #variable_conflict use_column
   declare draft record; made audit.event; head audit.head;
   begin
     for draft in
       select d.*, audit.chain_of(d.organisation) as to_chain
       from rows from (jsonb_to_recordset(events) as (request_id text, operation text, subject text, organisation text, role text,
         acting_client text, purpose text, decision text, reason text, fields text[], grounds text[], staff_members uuid[],
         refused_members uuid[], kinds text[], controllers text[], changes text[], counts jsonb, policy_version text))
         with ordinality as d
       order by audit.chain_of(d.organisation) collate "C", d.ordinality
     loop
       if head.chain is distinct from draft.to_chain then
         if head.chain is not null then
           update audit.head h set seq = head.seq, hash = head.hash, at = head.at where h.chain = head.chain;
           of_chain := head.chain; last_seq := head.seq; last_hash := head.hash; last_at := head.at;
           return next;
         end if;
         insert into audit.head values (draft.to_chain, 0, audit.beginning(draft.to_chain), '-infinity') on conflict do nothing;
         select * into strict head from audit.head h where h.chain = draft.to_chain for update;
       end if;
       made.id := nextval('audit.event_id_seq');
       -- Never before the row before it, also when the clock is set back.
       made.at := greatest(clock_timestamp(), head.at);
       made.chain := head.chain; made.seq := head.seq + 1; made.prev_hash := head.hash;
       made.request_id := draft.request_id; made.operation := draft.operation; made.subject := draft.subject;
       made.organisation := draft.organisation; made.role := draft.role; made.acting_client := draft.acting_client;
       made.purpose := draft.purpose; made.decision := draft.decision; made.reason := draft.reason;
       made.fields := coalesce(draft.fields, '{}'); made.grounds := coalesce(draft.grounds, '{}');
       made.staff_members := coalesce(draft.staff_members, '{}'); made.refused_members := coalesce(draft.refused_members, '{}');
       made.kinds := coalesce(draft.kinds, '{}'); made.controllers := coalesce(draft.controllers, '{}');
       made.changes := coalesce(draft.changes, '{}'); made.counts := coalesce(draft.counts, '{}');
       made.policy_version := draft.policy_version;
       made.hash := sha256(made.prev_hash || convert_to(audit.canonical(made), 'UTF8'));
       insert into audit.event (id, at, chain, seq, prev_hash, hash, request_id, operation, subject, organisation, role, acting_client,
           purpose, decision, reason, fields, grounds, staff_members, refused_members, kinds, controllers, changes, counts, policy_version)
         overriding system value
         values (made.id, made.at, made.chain, made.seq, made.prev_hash, made.hash, made.request_id, made.operation, made.subject,
           made.organisation, made.role, made.acting_client, made.purpose, made.decision, made.reason, made.fields, made.grounds,
           made.staff_members, made.refused_members, made.kinds, made.controllers, made.changes, made.counts, made.policy_version);
       head.seq := made.seq; head.hash := made.hash; head.at := made.at;
     end loop;
     if head.chain is not null then
       update audit.head h set seq = head.seq, hash = head.hash, at = head.at where h.chain = head.chain;
       of_chain := head.chain; last_seq := head.seq; last_hash := head.hash; last_at := head.at;
       return next;
     end if;
   end $$`,
  "revoke all on function audit.append(jsonb) from public",
];

export class AuditChain1764001800000 implements MigrationInterface {
  name = "AuditChain1764001800000";

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of up) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query("drop function audit.append(jsonb)");
    await runner.query("drop function audit.canonical(audit.event)");
    await runner.query("drop function audit.beginning(text), audit.chain_of(text), audit.netstrings(text[]), audit.netstring(text)");
    await runner.query("drop trigger event_never_emptied on audit.event");
    await runner.query("drop index audit.event_chain, audit.event_about");
    for (const column of columns) await runner.query(`alter table audit.event drop column ${column.split(" ")[0]}`);
    await runner.query("drop table audit.head");
  }
}
