/**
 * The rows behind a number of the sync queues. Random ids, kinds, states, codes and times: never a vendor's key of a person,
 * never a name, a date of birth or a value. A refusal is named by an id of its own, because the vendor's id of a record
 * may be a user name or a staff number.
 */
import type { PoolClient } from "pg";
import { personTables, waitingOf } from "../record-tables";
import { activeAssignment } from "./coverage";
import { differsInEsr, heldByEsr, lackedByEsr } from "./esr";
import { fetchedAt, type QueueScope } from "./queues";

export const rowNumbers = [
  "WAITING",
  "UNMATCHED",
  "REFUSED",
  "HELD",
  "UNMAPPED_COURSE",
  "DUE",
  "SENT",
  "ACKNOWLEDGED",
  "RETURNED",
  "REFUSED_BY_ESR",
  "SHADOWED",
  "REHEARSED_HELD",
  "REHEARSED_DIFFERS",
  "REHEARSED_LACKS",
  "ELIGIBLE",
  "UNKNOWN_TO_ESR",
  "ACTIVE",
  "NOT_IN_LMS",
] as const;
export type RowNumber = (typeof rowNumbers)[number];

export interface NumberRow {
  readonly id: string;
  readonly what: "RECORD" | "PERSON" | "REFUSAL" | "HELD" | "DELIVERY";
  readonly recordId: string | null;
  readonly kind: string | null;
  readonly connectionId: string;
  readonly organisation: string | null;
  readonly state: string;
  readonly code: string | null;
  readonly pointer: string | null;
  readonly count: number | null;
  readonly file: string | null;
  readonly line: number | null;
  /** What a course map calls the course, where the row waits for one. */
  readonly course: string | null;
  readonly since: Date | null;
  readonly lastAt: Date | null;
  /** Where to go on after this row. */
  readonly key: string;
}

export interface RowFilter {
  readonly of: RowNumber;
  readonly scope: QueueScope;
  readonly today: string;
  readonly organisation: string | undefined;
  readonly code: string | undefined;
  /** Course title or record kind that a problem is about. */
  readonly subject: string | undefined;
  /** Only those that stand in this state. */
  readonly state: string | undefined;
  /** Kinds of one data set; undefined: all. */
  readonly kinds: readonly string[] | undefined;
  /** Name of that data set: a refusal of unknown kind carries it. */
  readonly dataSet: string | undefined;
  /** "instant|id" of the last row seen. */
  readonly after: string | undefined;
  readonly limit: number;
}

/** $1 connections, $2 day, $3 controller, $4 connections wholly the caller's, $5 organisation, $6 code, $7 subject, $8 kinds, $11 data set, $12 state. */
const mine = (t: string) =>
  `${t}.connection_id = any($1::text[]) and ($3::text is null or ${t}.controller_org = $3) and ($5::text is null or ${t}.controller_org = $5)`;
const ofKind = (expression: string) => `($8::text[] is null or ${expression} = any($8::text[]))`;
const matchCode = (p: string) =>
  `case ${p}.state when 'PROPOSED' then 'PERSON_PROPOSED' when 'CONFLICT' then 'IDENTITY_CONFLICT' else 'PERSON_UNMATCHED' end`;

const nothing = {
  what: "'RECORD'",
  record: "null::uuid",
  kind: "null::text",
  code: "null::text",
  pointer: "null::text",
  count: "null::integer",
  file: "null::text",
  line: "null::integer",
  course: "null::text",
  last: "null::timestamptz",
};
interface Columns extends Partial<typeof nothing> {
  readonly id: string;
  readonly connection: string;
  readonly organisation: string;
  readonly state: string;
  readonly since: string;
}
function rows(columns: Columns, from: string): string {
  const c = { ...nothing, ...columns };
  return `select ${c.id} as id, ${c.what} as what, ${c.record} as record_id, ${c.kind} as kind, ${c.connection} as connection_id,
    ${c.organisation} as organisation, ${c.state} as state, ${c.code} as code, ${c.pointer} as pointer, ${c.count} as n, ${c.file} as file,
    ${c.line} as line, ${c.course} as course, ${c.since} as since, ${c.last} as last_at from ${from}`;
}

const people = (system: string) =>
  rows(
    {
      id: "p.id",
      what: "'PERSON'",
      connection: "p.connection_id",
      organisation: "p.controller_org",
      state: "p.state",
      code: matchCode("p"),
      since: "p.first_seen_at",
      last: "p.claimed_at",
    },
    `staff.source_person p where ${system} and ($6::text is null or ${matchCode("p")} = $6) and ${mine("p")}`,
  );
const deliveries = (states: string) =>
  rows(
    {
      id: "e.id",
      what: "'DELIVERY'",
      record: "e.record_id",
      kind: "e.kind",
      connection: "e.connection_id",
      organisation: "e.organisation",
      state: "e.state",
      code: "e.refusal_code",
      file: "f.name",
      line: "e.line",
      since:
        "case e.state when 'DUE' then e.due_at when 'WRITTEN' then e.written_at when 'SHADOWED' then e.written_at when 'SENT' then e.sent_at when 'ACKNOWLEDGED' then e.acknowledged_at when 'REFUSED' then e.refused_at else e.returned_at end",
      last: "e.due_at",
    },
    `ops.esr_delivery e left join ops.esr_file f on f.id = e.file_id where e.state = any(array[${states}]) and e.connection_id = any($1::text[])
       and ($3::text is null or e.controller_org = $3 or e.organisation = $3) and ($5::text is null or e.organisation = $5)
       and ($6::text is null or e.refusal_code = $6) and ($7::text is null or f.name = $7) and ${ofKind("e.kind")}`,
  );
const judgements = (condition: string) =>
  rows(
    {
      id: "j.record_id",
      record: "j.record_id",
      kind: "'competence-award'",
      connection: "j.connection_id",
      organisation: "j.organisation",
      state: "'NOT_DUE'",
      code: "j.reason",
      since: "j.judged_at",
    },
    `ops.esr_judgement j where ${condition} and j.connection_id = any($1::text[]) and ($3::text is null or j.organisation = $3)
       and ($5::text is null or j.organisation = $5) and ($6::text is null or j.reason = $6) and ${ofKind("'competence-award'")}`,
  );
const assignments = (and: string) =>
  rows(
    {
      id: "a.id",
      record: "a.id",
      kind: "'assignment'",
      connection: "a.connection_id",
      organisation: "a.controller_org",
      state: "a.source_state",
      since: fetchedAt("a"),
    },
    `staff.assignment a where a.staff_member_id is not null and ${activeAssignment} and ${mine("a")}${and}`,
  );

const waiting = personTables
  .map((one) =>
    rows(
      {
        id: "t.id",
        record: "t.id",
        kind: `'${one.kind}'`,
        connection: "t.connection_id",
        organisation: "t.controller_org",
        state: "'WAITING'",
        code: matchCode("p"),
        since: fetchedAt("t"),
      },
      `${waitingOf(one, "$1")} t join staff.source_person p on p.id = t.source_person_id where t.staff_member_id is null and t.source_state <> 'WITHDRAWN'
         and ${mine("t")} and ${ofKind(`'${one.kind}'`)} and ($6::text is null or ${matchCode("p")} = $6)`,
    ),
  )
  .join(" union all ");

const statements: Readonly<Record<RowNumber, string>> = {
  WAITING: waiting,
  UNMATCHED: people("p.state <> 'BOUND'"),
  UNKNOWN_TO_ESR: people("p.system = 'lms' and p.staff_member_id is null"),
  REFUSED: rows(
    {
      id: "r.id",
      what: "'REFUSAL'",
      kind: "r.kind",
      connection: "r.connection_id",
      organisation: "r.controller_org",
      state: "'REFUSED'",
      code: "r.code",
      pointer: "r.pointer",
      since: "r.first_seen_at",
      last: "r.last_seen_at",
    },
    `ops.refused r where r.resolved_at is null and r.connection_id = any($1::text[]) and ($6::text is null or r.code = $6)
       and ($3::text is null or r.controller_org = $3 or (r.controller_org is null and r.connection_id = any($4::text[])))
       and ($5::text is null or r.controller_org = $5) and ($7::text is null or r.kind = $7) and ($8::text[] is null or r.kind = any($8::text[]) or (r.kind is null and starts_with(r.source_id, $11 || ':')))`,
  ),
  HELD: rows(
    {
      id: "h.id",
      what: "'HELD'",
      kind: "h.kind",
      connection: "h.connection_id",
      organisation: "null::text",
      state: "'HELD'",
      code: "'SNAPSHOT_SHRANK'",
      count: "h.would_withdraw",
      since: "h.held_at",
    },
    `ops.held_absence h where h.decided_at is null and h.connection_id = any($1::text[]) and ($3::text is null or h.connection_id = any($4::text[]))
       and ${ofKind("h.kind")}`,
  ),
  UNMAPPED_COURSE: rows(
    {
      id: "t.id",
      record: "t.id",
      kind: "'achievement'",
      connection: "t.connection_id",
      organisation: "t.controller_org",
      state: "'UNMAPPED'",
      code: "'COURSE_NOT_MAPPED'",
      course: "coalesce(nullif(t.course_code, ''), 'id:' || t.course_source_id)",
      since: fetchedAt("t"),
    },
    `learning.achievement t where t.mapping = 'UNMAPPED' and t.source_state <> 'WITHDRAWN' and ${mine("t")} and ($7::text is null or t.title = $7)`,
  ),
  // Written into a file that has not left yet: still on its way out of here.
  DUE: deliveries("'DUE','WRITTEN'"),
  SENT: deliveries("'SENT'"),
  ACKNOWLEDGED: deliveries("'ACKNOWLEDGED','RETURNED'"),
  RETURNED: deliveries("'RETURNED'"),
  REFUSED_BY_ESR: deliveries("'REFUSED'"),
  SHADOWED: deliveries("'SHADOWED'"),
  // Of connections that rehearse: which they are, the caller's scope says.
  REHEARSED_HELD: judgements(heldByEsr),
  REHEARSED_DIFFERS: judgements(differsInEsr),
  REHEARSED_LACKS: deliveries(lackedByEsr.map((state) => `'${state}'`).join(",")),
  ELIGIBLE: deliveries("'DUE','WRITTEN','SHADOWED','SENT','ACKNOWLEDGED','REFUSED','RETURNED'"),
  ACTIVE: assignments(""),
  NOT_IN_LMS: assignments(
    ` and not exists (select 1 from staff.source_person l where l.staff_member_id = a.staff_member_id and l.system = 'lms' and l.controller_org = a.controller_org)`,
  ),
};

/** The oldest first; a row that is nowhere in time comes last. */
const instant = `coalesce(to_char(since at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), '9999')`;

export async function readRows(client: PoolClient, filter: RowFilter): Promise<NumberRow[]> {
  const { scope } = filter;
  const { rows: found } = await client.query<NumberRow>({
    name: `operations-rows-${filter.of}`,
    // Every parameter stands somewhere in every statement: PostgreSQL must know its type.
    text: `select * from (select id::text as id, what, record_id::text as "recordId", kind, connection_id as "connectionId", organisation, state, code,
             pointer, n as count, file, line, course, since, last_at as "lastAt", (${instant} || '|' || id::text) collate "C" as key
             from (${statements[filter.of]}) q where ($12::text is null or q.state = $12) and ${[
               "$2::text",
               "$3::text",
               "$4::text[]",
               "$5::text",
               "$6::text",
               "$7::text",
               "$8::text[]",
               "$11::text",
             ]
               .map((parameter) => `(${parameter} is null or true)`)
               .join(" and ")}) k
           where $9::text is null or key > $9 order by key limit $10`,
    values: [
      scope.connections,
      filter.today,
      scope.controllerOrg ?? null,
      scope.wholly,
      filter.organisation ?? null,
      filter.code ?? null,
      filter.subject ?? null,
      filter.kinds ?? null,
      filter.after ?? null,
      filter.limit,
      filter.dataSet ?? null,
      filter.state ?? null,
    ],
  });
  return found;
}
