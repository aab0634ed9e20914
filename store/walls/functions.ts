/**
 * Functions of the database. Those with SECURITY DEFINER are an allow-list (`definers`): each is here because a narrow answer
 * is needed where the caller must not read the table, and store/walls/catalogue.integration.test.ts fails on any other.
 */

import { healthKinds } from "../../schema/kinds";
import { personTables } from "../record-tables";
import { definerRole, type LoginRole, ownerRole } from "./roles";

interface Definer {
  /** With its arguments, as PostgreSQL names it. */
  readonly signature: string;
  readonly owner: typeof definerRole | typeof ownerRole;
  readonly callers: readonly LoginRole[];
  readonly text: string;
}

/** Nobody puts a function or an operator of theirs in front. */
const fixed = "set search_path = pg_catalog, pg_temp";
export const fixedPath = fixed;
const health = personTables.filter(({ kind }) => healthKinds.has(kind));

/** Seconds after its transaction began for which a context holds, by the database's own clock. */
export const contextSeconds = 30;

const readers: readonly LoginRole[] = ["lanyard_read", "lanyard_health", "lanyard_facts"];
const workers: readonly LoginRole[] = ["lanyard_work", "lanyard_work_health"];

/** What a trigger of ours asks runs as whoever writes: without a right to it the write is refused, whatever the trigger would say. */
export const askedByTriggers: readonly { readonly signature: string; readonly callers: readonly LoginRole[] }[] = [
  { signature: "ops.under_erasure(text[])", callers: [...workers, "lanyard_rights"] },
];

/** Metadata of health records: where they are, never what they say. */
const metadata = `kind text, id uuid, controller_org text, connection_id text, source_id text, source_person_id uuid, staff_member_id uuid,
  source_state text, source_version text, derivation_version text, raw_page_id bigint`;
const metadataOf = (where: string) =>
  health
    .map(
      ({
        kind,
        table,
      }) => `select '${kind}'::text, t.id, t.controller_org, t.connection_id, t.source_id, t.source_person_id, t.staff_member_id,
      t.source_state, t.source_version::text, t.derivation_version, t.raw_page_id from ${table} t where wanted = '${kind}' and ${where}`,
    )
    .join(" union all ");

export const definers: readonly Definer[] = [
  {
    // Signed by the hub, for this session's transaction, this role and the next seconds; anything else is no context.
    signature: "guard.verified(text)",
    owner: definerRole,
    callers: [],
    text: `create or replace function guard.verified(signed text) returns jsonb language plpgsql stable security definer ${fixed} as $$
      declare
        body bytea;
        said jsonb;
      begin
        if signed is null or length(signed) < 66 then return null; end if;
        body := convert_to(substr(signed, 66), 'UTF8');
        if not exists (select 1 from guard.context_key k where (k.ends_at is null or k.ends_at > clock_timestamp())
            and encode(sha256(k.outer_pad || sha256(k.inner_pad || body)), 'hex') = left(signed, 64)) then
          return null;
        end if;
        said := substr(signed, 66)::jsonb;
        if said ->> 'role' is distinct from coalesce(nullif(current_setting('role', true), 'none'), session_user::text) then return null; end if;
        if said ? 'lease' then return said; end if;
        if said ->> 'pid' is distinct from pg_backend_pid()::text
          or said ->> 'at' is distinct from trunc(extract(epoch from transaction_timestamp()) * 1000000)::bigint::text
          or clock_timestamp() > transaction_timestamp() + make_interval(secs => ${contextSeconds}) then
          return null;
        end if;
        return said;
      end $$`,
  },
  {
    signature: "guard.scope(text)",
    owner: definerRole,
    callers: ["lanyard_read", "lanyard_health", "lanyard_auditor"],
    text: `create or replace function guard.scope(wanted text) returns table (staff_member uuid, controller_org text)
      language plpgsql stable rows 20 security definer ${fixed} as $$
      begin
        return query select (l ->> 'staffMember')::uuid, l ->> 'controllerOrg'
          from jsonb_array_elements(guard.verified(current_setting('lanyard.context', true)) -> 'scope') l
          where l -> 'kinds' ? wanted;
      end $$`,
  },
  {
    // Kind and controller, whoever it is about: history and rows that are about an organisation.
    signature: "guard.kinds()",
    owner: definerRole,
    callers: ["lanyard_read", "lanyard_health", "lanyard_auditor"],
    text: `create or replace function guard.kinds() returns table (kind text, controller_org text)
      language plpgsql stable rows 20 security definer ${fixed} as $$
      begin
        return query select k, l ->> 'controllerOrg'
          from jsonb_array_elements(guard.verified(current_setting('lanyard.context', true)) -> 'scope') l,
            jsonb_array_elements_text(l -> 'kinds') k;
      end $$`,
  },
  {
    // People's own rows are behind the same scope as their records.
    signature: "guard.source_persons(text[])",
    owner: definerRole,
    callers: ["lanyard_read", "lanyard_health"],
    text: `create or replace function guard.source_persons(wanted text[]) returns setof uuid
      language plpgsql stable rows 20 security definer ${fixed} as $$
      begin
        return query select p.id from jsonb_array_elements(guard.verified(current_setting('lanyard.context', true)) -> 'scope') l
          join staff.source_person p on p.staff_member_id = (l ->> 'staffMember')::uuid and p.controller_org = l ->> 'controllerOrg'
          where l -> 'kinds' ?| wanted;
      end $$`,
  },
  {
    signature: "guard.signed()",
    owner: definerRole,
    callers: readers,
    text: `create or replace function guard.signed() returns boolean language plpgsql stable security definer ${fixed} as $$
      begin return guard.verified(current_setting('lanyard.context', true)) is not null; end $$`,
  },
  {
    // Organisations for which this transaction may write: those of the connection whose lease it holds.
    signature: "guard.writable()",
    owner: definerRole,
    callers: workers,
    text: `create or replace function guard.writable() returns text[] language plpgsql stable security definer ${fixed} as $$
      declare said jsonb := guard.verified(current_setting('lanyard.write', true));
      begin
        return coalesce((select c.organisations from ops.connection c where c.id = said ->> 'connection'
          and (not said ? 'lease' or c.lease_number::text = said ->> 'lease')), '{}');
      end $$`,
  },
  {
    // The denormalised copy follows the person; it can be told which person, never whose.
    signature: "guard.follow_persons(uuid[])",
    owner: definerRole,
    callers: ["lanyard_match"],
    text: `create or replace function guard.follow_persons(persons uuid[]) returns void language plpgsql security definer ${fixed}
      set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
      begin
        ${personTables
          .map(
            ({ table }) => `update ${table} t set staff_member_id = p.staff_member_id from staff.source_person p
          where p.id = any(persons) and t.source_person_id = p.id and t.staff_member_id is distinct from p.staff_member_id;`,
          )
          .join("\n        ")}
      end $$`,
  },
  {
    signature: "guard.health_waiting(text,text[])",
    owner: definerRole,
    callers: ["lanyard_ops"],
    text: `create or replace function guard.health_waiting(wanted text, connections text[]) returns table (${metadata})
      language sql stable rows 100 security definer ${fixed} as $$ ${metadataOf(
        "t.staff_member_id is null and t.source_state <> 'WITHDRAWN' and (connections is null or t.connection_id = any(connections))",
      )} $$`,
  },
  {
    signature: "guard.health_by_id(text,uuid[])",
    owner: definerRole,
    callers: ["lanyard_ops"],
    text: `create or replace function guard.health_by_id(wanted text, ids uuid[]) returns table (${metadata})
      language sql stable rows 10 security definer ${fixed} as $$ ${metadataOf("t.id = any(ids)")} $$`,
  },
  {
    signature: "guard.health_by_key(text,text,text[])",
    owner: definerRole,
    callers: ["lanyard_ops"],
    text: `create or replace function guard.health_by_key(wanted text, connection text, source_ids text[]) returns table (${metadata})
      language sql stable rows 10 security definer ${fixed} as $$ ${metadataOf("t.connection_id = connection and t.source_id = any(source_ids)")} $$`,
  },
  {
    signature: "guard.health_by_person(text,uuid)",
    owner: definerRole,
    callers: ["lanyard_ops"],
    text: `create or replace function guard.health_by_person(wanted text, staff_member uuid) returns table (${metadata})
      language sql stable rows 10 security definer ${fixed} as $$ ${metadataOf("t.staff_member_id = staff_member")} $$`,
  },
  {
    signature: "guard.ensure_month(text,text,date)",
    owner: ownerRole,
    callers: workers,
    text: `create or replace function guard.ensure_month(parent text, key text, month date) returns text language plpgsql security definer ${fixed} as $$
      declare
        name text := parent || to_char(month, '"_"YYYY_MM');
        taken boolean;
      begin
        if (parent, key) not in (('ops.raw_page', 'created_on'), ('audit.event', 'at')) then
          raise exception 'no such partitioned table' using errcode = 'invalid_parameter_value';
        end if;
        if to_regclass(name) is not null then return null; end if;
        execute format('select exists (select 1 from %s_default where %I >= $1 and %I < $2)', parent, key, key)
          into taken using month::timestamp at time zone 'UTC', (month + interval '1 month')::timestamp at time zone 'UTC';
        if taken then return null; end if;
        execute format('create table %s partition of %s for values from (%L) to (%L)', name, parent,
          case key when 'at' then to_char(month, 'YYYY-MM-DD"T00:00:00Z"') else month::text end,
          case key when 'at' then to_char(month + interval '1 month', 'YYYY-MM-DD"T00:00:00Z"') else (month + interval '1 month')::date::text end);
        return name;
      end $$`,
  },
  {
    // Whole months go as partitions, and only when nothing in them is to be kept.
    signature: "guard.expire_raw(date)",
    owner: ownerRole,
    callers: workers,
    text: `create or replace function guard.expire_raw(today date) returns integer language plpgsql security definer ${fixed} as $$
      declare
        part record;
        pages integer;
        kept integer;
        expired integer := 0;
      begin
        for part in select c.oid::regclass::text as name, substring(c.relname from '^raw_page_(\\d{4}_\\d\\d)$') as month
            from pg_inherits i join pg_class c on c.oid = i.inhrelid where i.inhparent = 'ops.raw_page'::regclass loop
          if part.month < to_char(today, 'YYYY_MM') then
            execute format('select count(*), count(*) filter (where expires_on >= $1) from %s', part.name) into pages, kept using today;
            if kept = 0 then
              execute format('drop table %s', part.name);
              expired := expired + pages;
              continue;
            end if;
          end if;
          execute format('delete from %s where expires_on < $1', part.name) using today;
          get diagnostics pages = row_count;
          expired := expired + pages;
        end loop;
        return expired;
      end $$`,
  },
];
