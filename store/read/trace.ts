/**
 * Where is it? What the ledgers know of one record, refusal, run or file: ids, states, counts and times, never a name, a
 * number or a value. Any number of records in one statement.
 */
import type { PoolClient } from "pg";
import { definitionOfKind, healthKinds, type RecordKind, recordKinds } from "../../schema/kinds";

export interface TracedDelivery {
  readonly state: string;
  readonly reason: string | null;
  readonly refusalCode: string | null;
  readonly organisation: string;
  readonly file: string | null;
  readonly line: number | null;
  readonly dueAt: string;
  readonly writtenAt: string | null;
  readonly sentAt: string | null;
  readonly acknowledgedAt: string | null;
  readonly refusedAt: string | null;
  readonly returnedAt: string | null;
}

export interface TracedRecord {
  readonly id: string;
  readonly kind: RecordKind;
  readonly controllerOrg: string;
  readonly connectionId: string;
  readonly connector: string;
  readonly staffMember: string | null;
  readonly sourceState: string;
  readonly derivationVersion: string;
  /** Versions before this one. */
  readonly versions: number;
  readonly mapping: string | null;
  readonly held: boolean;
  readonly page: {
    readonly at: string;
    readonly run: string;
    readonly ordinal: number;
    readonly dataSet: string;
    readonly file: string | null;
  } | null;
  /** undefined id: nothing of it was kept; no day: its time is over. */
  readonly rawPage: string | null;
  readonly rawUntil: string | null;
  readonly person: { readonly state: string; readonly reasons: readonly { readonly rule?: string }[]; readonly claimedAt: string } | null;
  readonly binding: {
    readonly at: string;
    readonly decision: string;
    readonly reasons: readonly { readonly rule?: string }[];
  } | null;
  readonly deliveries: readonly TracedDelivery[];
  readonly judgement: { readonly reason: string; readonly at: string; readonly daysApart: number | null } | null;
}

const personKinds = recordKinds.filter((kind) => definitionOfKind(kind).subject === "staff-member");

/** Of health records only where they are is told, by functions: operations have no right to their tables. */
interface Which {
  readonly where: string;
  readonly health: (kind: RecordKind) => string;
}

/** The columns a trace needs, of every kind: what a kind does not have is null. */
const anyRecord = ({ where, health }: Which, kinds: readonly RecordKind[] = recordKinds) =>
  kinds
    .map((kind) => {
      const { schema, table, subject } = definitionOfKind(kind);
      if (healthKinds.has(kind))
        return `select '${kind}' as kind, t.id, t.controller_org, t.connection_id, t.source_id, t.source_person_id, t.staff_member_id,
        t.source_state, t.derivation_version, t.raw_page_id, null::text from ${health(kind)} t`;
      const about = subject === "staff-member";
      return `select '${kind}' as kind, t.id, t.controller_org, t.connection_id, t.source_id, ${about ? "t.source_person_id, t.staff_member_id" : "null::uuid, null::uuid"},
        t.source_state, t.derivation_version, t.raw_page_id, ${kind === "achievement" ? "t.mapping" : "null::text"} from ${schema}.${table} t where ${where}`;
    })
    .join(" union all ");

const columns =
  "(kind, id, controller_org, connection_id, source_id, source_person_id, staff_member_id, source_state, derivation_version, raw_page_id, mapping)";

/** Members of the answer over `r`. */
const traced = `
  select r.kind, r.id::text as id, r.controller_org as "controllerOrg", r.connection_id as "connectionId", c.connector,
    r.staff_member_id::text as "staffMember", r.source_state as "sourceState", r.derivation_version as "derivationVersion", r.mapping,
    (select count(*)::int from ops.record_version v where v.record_id = r.id) as versions,
    exists (select 1 from ops.held_absence h where h.connection_id = r.connection_id and h.kind = r.kind and h.decided_at is null) as held,
    (select json_build_object('at', p.stored_at, 'run', p.run_id::text, 'ordinal', p.ordinal, 'dataSet', p.data_set, 'file', p.file)
       from ops.page p where p.raw_page_id = r.raw_page_id order by p.id limit 1) as page,
    r.raw_page_id::text as "rawPage", (select w.expires_on::text from ops.raw_page w where w.id = r.raw_page_id) as "rawUntil",
    (select json_build_object('state', s.state, 'reasons', s.state_reasons, 'claimedAt', s.claimed_at)
       from staff.source_person s where s.id = r.source_person_id) as person,
    (select json_build_object('at', b.from_at, 'decision', b.decision, 'reasons', b.reasons)
       from staff.binding b where b.source_person_id = r.source_person_id and b.to_at is null) as binding,
    coalesce((select json_agg(json_build_object('state', d.state, 'reason', d.reason, 'refusalCode', d.refusal_code, 'organisation', d.organisation,
        'file', f.name, 'line', d.line, 'dueAt', d.due_at, 'writtenAt', d.written_at, 'sentAt', d.sent_at, 'acknowledgedAt', d.acknowledged_at,
        'refusedAt', d.refused_at, 'returnedAt', d.returned_at) order by d.due_at)
       from ops.esr_delivery d left join ops.esr_file f on f.id = d.file_id where d.record_id = r.id), '[]') as deliveries,
    (select json_build_object('reason', j.reason, 'at', j.judged_at, 'daysApart', j.days_apart)
       from ops.esr_judgement j where j.record_id = r.id
      order by (j.reason = 'ESR_HOLDS_IT') desc, (j.organisation = r.controller_org) desc, j.judged_at desc, j.organisation limit 1) as judgement
  from r left join ops.connection c on c.id = r.connection_id`;

export async function traceRecords(client: PoolClient, ids: readonly string[]): Promise<readonly TracedRecord[]> {
  const { rows } = await client.query<TracedRecord>({
    name: "trace-records",
    text: `with r ${columns} as (${anyRecord({ where: "t.id = any($1::uuid[])", health: (kind) => `guard.health_by_id('${kind}', $1::uuid[])` })}) ${traced}`,
    values: [ids],
  });
  return rows;
}

/** Records about one staff member whose controller is one of these. */
export async function traceStaffMember(
  client: PoolClient,
  staffMember: string,
  openings: readonly { readonly controllerOrg: string; readonly kind: string }[],
): Promise<readonly TracedRecord[]> {
  const { rows } = await client.query<TracedRecord>({
    name: "trace-staff-member",
    text: `with open (org, kind) as (select * from unnest($2::text[], $3::text[])),
        r ${columns} as (${anyRecord({ where: "t.staff_member_id = $1::uuid", health: (kind) => `guard.health_by_person('${kind}', $1::uuid)` }, personKinds)})
      ${traced} where (r.controller_org, r.kind) in (select org, kind from open) order by r.kind, r.connection_id, r.id`,
    values: [staffMember, openings.map((it) => it.controllerOrg), openings.map((it) => it.kind)],
  });
  return rows;
}

/** What the records of one connection have become that a receipt names by the vendor's keys. */
export async function traceByKeys(
  client: PoolClient,
  connectionId: string,
  keys: readonly { readonly kind: string; readonly sourceId: string }[],
): Promise<readonly TracedRecord[]> {
  const { rows } = await client.query<TracedRecord>({
    name: "trace-by-keys",
    text: `with wanted (kind, source_id) as (select * from unnest($2::text[], $3::text[])),
        r ${columns} as (${anyRecord({ where: "t.connection_id = $1 and t.source_id = any($3::text[])", health: (kind) => `guard.health_by_key('${kind}', $1, $3::text[])` }, personKinds)})
      ${traced} where (r.kind, r.source_id) in (select kind, source_id from wanted) order by r.kind, r.id`,
    values: [connectionId, keys.map((it) => it.kind), keys.map((it) => it.sourceId)],
  });
  return rows;
}
