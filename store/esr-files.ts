/** Files for ESR and what ESR answers. A file and the ledger rows in it change in one transaction, always. */
import { randomUUID } from "node:crypto";
import type { Pool } from "pg";
import { reach } from "../platform/crash-point";
import type { Sealer } from "../platform/secrets";
import type { EsrReason } from "../schema/learning/esr-standing";
import type { EsrTarget } from "./esr-due";
import { inTransaction, retried } from "./transaction";

export interface AwardForFile {
  readonly reference: string;
  readonly staffMember: string;
  readonly esrPersonId: string;
  readonly employeeNumber: string | undefined;
  readonly esrName: string;
  readonly awardedOn: string;
  readonly proficiency: string | undefined;
  readonly awardedBy: string;
  readonly controllerOrg: string;
}

export interface BuiltFile {
  readonly name: string;
  readonly bytes: Buffer;
  readonly sha256: string;
  readonly layout: string;
}

export interface WrittenFile {
  readonly id: string;
  readonly name: string;
  readonly mode: "shadow" | "on";
  readonly records: number;
}

export type AnswerToStore =
  | { readonly line: number; readonly reference: string; readonly outcome: "LOADED"; readonly elementId: string }
  | { readonly line: number; readonly reference: string; readonly outcome: "REJECTED"; readonly reason: EsrReason };

export interface Acknowledged {
  /** False: no file of this VPD has the name. */
  readonly known: boolean;
  readonly loaded: number;
  readonly refused: number;
  /** Told before: nothing changes. */
  readonly repeated: number;
  /** For an item that is not in the file. */
  readonly unknown: number;
  /** Another answer than the one that is noted. */
  readonly conflicting: number;
  /** Rows of the file that ESR has not answered yet. */
  readonly open: number;
}

export interface EsrDisagreements {
  /** ESR has them; nobody tells them of this person any more, or only of an earlier day. */
  readonly noLongerTold: number;
  /** ESR had loaded them and has taken them out; their source stands by them. */
  readonly removedByEsr: number;
  /** Id of one such record. */
  readonly noLongerToldExample: string | null;
  readonly removedByEsrExample: string | null;
}

export const dataSet = "competence-award";
export const esrFileAad = (id: string) => `esr-file:${id}`;
const backToDue = "state = 'DUE', file_id = null, line = null, written_at = null";

export function createEsrFiles(pool: Pool, sealer: Sealer) {
  return {
    /** What is due from these connections, in one new file: undefined when nothing is. `build` is pure. */
    async writeFile(
      target: EsrTarget,
      input: { readonly mode: "shadow" | "on"; readonly sources: readonly string[]; readonly atMost: number; readonly now: Date },
      build: (sequence: number, awards: readonly AwardForFile[]) => BuiltFile,
    ): Promise<(WrittenFile & { readonly awards: readonly AwardForFile[] }) | undefined> {
      const { organisation, vpd } = target;
      const { mode, sources, atMost, now } = input;
      // Loads (or makes) the key before a client is held.
      await sealer.seal(organisation, Buffer.alloc(0), "");
      return retried(() =>
        inTransaction(pool, async (client) => {
          const { rows } = await client.query({
            name: "esr-due-rows",
            text: `select d.id::text as reference, d.staff_member_id::text as "staffMember", p.source_key as "esrPersonId", d.esr_name as "esrName",
                (select i.value from staff.identifier i where i.source_person_id = p.id and i.scheme = 'ESR_EMPLOYEE_NUMBER'
                  order by i.first_seen_at desc, i.value_index limit 1) as "employeeNumber",
                d.awarded_on::text as "awardedOn", a.proficiency, coalesce(a.awarded_by, a.controller_org) as "awardedBy", a.controller_org as "controllerOrg"
              from ops.esr_delivery d
              join staff.source_person p on p.id = d.esr_source_person_id and p.staff_member_id = d.staff_member_id
              join learning.competence_award a on a.id = d.record_id and a.staff_member_id = d.staff_member_id
                and a.awarded_on = d.awarded_on and a.source_state <> 'WITHDRAWN'
              where d.organisation = $1 and d.state = 'DUE' and d.connection_id = any($2::text[])
              order by p.source_key, d.esr_name, d.id limit $3 for update of d`,
            values: [organisation, sources, atMost],
          });
          if (rows.length === 0) return undefined;
          const awards: AwardForFile[] = rows.map((row) => ({
            ...row,
            employeeNumber: row.employeeNumber ?? undefined,
            proficiency: row.proficiency ?? undefined,
          }));
          const last = await client.query({
            name: "esr-last-sequence",
            text: "select coalesce(max(sequence), 0)::int as last from ops.esr_file where vpd = $1 and data_set = $2 and mode = $3",
            values: [vpd, dataSet, mode],
          });
          const sequence = last.rows[0].last + 1;
          const file = build(sequence, awards);
          const id = randomUUID();
          const sealed = await sealer.seal(organisation, file.bytes, esrFileAad(id));
          await client.query({
            name: "esr-insert-file",
            text: `insert into ops.esr_file (id, name, vpd, organisation, data_set, mode, layout, sequence, records, sha256, key_org, key_version, body, state, made_at)
              values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $4, $11, $12, $13, $14)`,
            values: [
              id,
              file.name,
              vpd,
              organisation,
              dataSet,
              mode,
              file.layout,
              sequence,
              awards.length,
              file.sha256,
              sealed.version,
              sealed.bytes,
              mode === "on" ? "WRITTEN" : "SHADOWED",
              now,
            ],
          });
          await client.query({
            name: "esr-into-file",
            text: `update ops.esr_delivery d set state = $3, file_id = $2, line = r.line, written_at = $4
              from unnest($1::uuid[]) with ordinality as r(id, line) where d.id = r.id`,
            values: [awards.map(({ reference }) => reference), id, mode === "on" ? "WRITTEN" : "SHADOWED", now],
          });
          reach("outbound:before-commit");
          return { id, name: file.name, mode, records: awards.length, awards };
        }),
      );
    },

    /** Files that are written and not known to have arrived, the oldest first. */
    async unsent(
      target: EsrTarget,
    ): Promise<readonly { readonly id: string; readonly name: string; readonly records: number; readonly leaving: boolean }[]> {
      const { rows } = await retried(() =>
        pool.query({
          name: "esr-unsent",
          text: `select id::text, name, records, leaving_at is not null as leaving from ops.esr_file where organisation = $1 and state = 'WRITTEN'
            order by sequence`,
          values: [target.organisation],
        }),
      );
      return rows;
    },

    /** From here on the file counts as one that may have left. Who is in it, for the audit, and its bytes. */
    async beginLeaving(
      fileId: string,
      now: Date,
    ): Promise<{ readonly bytes: Buffer; readonly staffMembers: readonly string[]; readonly controllers: readonly string[] }> {
      const { rows } = await retried(() =>
        pool.query({
          name: "esr-begin-leaving",
          text: `update ops.esr_file f set leaving_at = coalesce(leaving_at, $2) where id = $1
            returning key_org, key_version, body,
              (select array_agg(distinct staff_member_id::text) from ops.esr_delivery where file_id = f.id) as staff,
              (select array_agg(distinct controller_org) from ops.esr_delivery where file_id = f.id) as controllers`,
          values: [fileId, now],
        }),
      );
      const [row] = rows;
      const bytes = await sealer.open(row.key_org, row.key_version, row.body, esrFileAad(fileId));
      return { bytes, staffMembers: row.staff ?? [], controllers: row.controllers ?? [] };
    },

    async markSent(fileId: string, now: Date): Promise<void> {
      await retried(() =>
        inTransaction(pool, async (client) => {
          await client.query("update ops.esr_file set state = 'SENT', sent_at = $2 where id = $1 and state = 'WRITTEN'", [fileId, now]);
          await client.query("update ops.esr_delivery set state = 'SENT', sent_at = $2 where file_id = $1 and state = 'WRITTEN'", [
            fileId,
            now,
          ]);
        }),
      );
    },

    /** A file that has not begun to leave, with a record in it that may no longer be sent: its rows are due again. */
    async takeBack(fileId: string): Promise<void> {
      await retried(() =>
        inTransaction(pool, async (client) => {
          const { rowCount } = await client.query(
            "update ops.esr_file set state = 'SHADOWED' where id = $1 and state = 'WRITTEN' and leaving_at is null and mode = 'on'",
            [fileId],
          );
          if (rowCount === 1)
            await client.query(`update ops.esr_delivery set ${backToDue} where file_id = $1 and state = 'WRITTEN'`, [fileId]);
        }),
      );
    },

    /** Connections whose records are in a file. */
    async sourcesOf(fileId: string): Promise<readonly string[]> {
      const { rows } = await retried(() =>
        pool.query("select distinct connection_id as id from ops.esr_delivery where file_id = $1", [fileId]),
      );
      return rows.map((row) => row.id);
    },

    async acknowledge(target: EsrTarget, fileName: string, given: readonly AnswerToStore[], now: Date): Promise<Acknowledged> {
      return retried(() =>
        inTransaction(pool, async (client) => {
          const file = await client.query("select id from ops.esr_file where name = $1 and vpd = $2 and mode = 'on' for update", [
            fileName,
            target.vpd,
          ]);
          const none = { known: false, loaded: 0, refused: 0, repeated: 0, unknown: 0, conflicting: 0, open: 0 };
          if (file.rowCount === 0) return { ...none, unknown: given.length };
          const fileId: string = file.rows[0].id;
          const answers = new Map<number, AnswerToStore>();
          let conflicting = 0;
          for (const answer of given) {
            const before = answers.get(answer.line);
            if (before && JSON.stringify(before) !== JSON.stringify(answer)) conflicting += 1;
            else answers.set(answer.line, answer);
          }
          const rows = JSON.stringify([...answers.values()]);
          const shape = `jsonb_to_recordset($2::jsonb) as r(line integer, reference uuid, outcome text, "elementId" text, reason text)`;
          // Told how it stands before anything changes.
          const before = await client.query({
            name: "esr-answered",
            text: `select r.line, r.outcome, r."elementId" as element, r.reason, d.state, d.esr_element_id, d.refusal_code, d.file_id::text = $1 and d.line = r.line as here
              from ${shape} left join ops.esr_delivery d on d.id = r.reference and d.vpd = $3`,
            values: [fileId, rows, target.vpd],
          });
          const changed = await client.query({
            name: "esr-acknowledge",
            text: `update ops.esr_delivery d set
                state = case r.outcome when 'LOADED' then 'ACKNOWLEDGED' else 'REFUSED' end,
                acknowledged_at = case r.outcome when 'LOADED' then $3::timestamptz end,
                esr_element_id = case r.outcome when 'LOADED' then r."elementId" end,
                refused_at = case r.outcome when 'REJECTED' then $3::timestamptz end,
                refusal_code = case r.outcome when 'REJECTED' then r.reason end
              from ${shape} where d.file_id = $1::uuid and d.line = r.line and d.id = r.reference and d.state = 'SENT' returning d.state`,
            values: [fileId, rows, now],
          });
          const counts = { ...none, known: true, conflicting };
          for (const { state } of changed.rows)
            if (state === "ACKNOWLEDGED") counts.loaded += 1;
            else counts.refused += 1;
          for (const row of before.rows) {
            if (row.here && row.state === "SENT") continue;
            if (row.state === null || (row.here === false && row.state === "SENT")) counts.unknown += 1;
            else if (!row.here) counts.repeated += 1;
            else if (row.outcome === "LOADED" ? row.esr_element_id === row.element : row.refusal_code === row.reason) counts.repeated += 1;
            else counts.conflicting += 1;
          }
          return { ...counts, open: await closeIfAnswered(client, fileId, now) };
        }),
      );
    },

    /**
     * Awards that came back in ESR's own file: by ESR's element id, or where the acknowledgement was lost by person, name and
     * day. A rehearsal that ESR has got by another way has come true as well, and was never sent.
     */
    async reconcile(target: EsrTarget, now: Date): Promise<{ readonly returned: number; readonly foundElsewhere: number }> {
      return retried(() =>
        inTransaction(pool, async (client) => {
          const { rows } = await client.query({
            name: "esr-reconcile",
            text: `update ops.esr_delivery d set state = 'RETURNED', returned_at = $3, esr_element_id = found.source_id
              from (select d.id, a.source_id from ops.esr_delivery d
                cross join lateral (select a.source_id from (select * from learning.competence_award a
                    where a.source_person_id = d.esr_source_person_id offset 0) a where a.connection_id = any($2::text[])
                  and a.controller_org = d.organisation and a.source_state <> 'WITHDRAWN'
                  and case when d.esr_element_id is not null then a.source_id = d.esr_element_id else a.name = d.esr_name and a.awarded_on = d.awarded_on end
                  order by a.source_id limit 1) a
                where d.organisation = $1 and d.state in ('SENT', 'ACKNOWLEDGED', 'SHADOWED')) found
              where d.id = found.id returning d.sent_at is not null as sent, d.file_id::text as file`,
            values: [target.organisation, target.connections, now],
          });
          for (const file of new Set(rows.filter(({ sent }) => sent).map((row) => row.file as string)))
            await closeIfAnswered(client, file, now);
          const returned = rows.filter(({ sent }) => sent).length;
          return { returned, foundElsewhere: rows.length - returned };
        }),
      );
    },

    /** Records sent before this instant that ESR has neither answered nor returned. */
    async unanswered(target: EsrTarget, before: Date): Promise<{ readonly records: number; readonly files: number }> {
      const { rows } = await retried(() =>
        pool.query({
          name: "esr-unanswered",
          text: `select count(*)::int as records, count(distinct file_id)::int as files from ops.esr_delivery
            where organisation = $1 and state = 'SENT' and sent_at < $2`,
          values: [target.organisation, before],
        }),
      );
      return rows[0];
    },

    /**
     * What ESR has of us and should have no longer, or had and has no longer. Over as soon as ESR's own file shows that it has
     * been put right there; an award that moved to a later day is a renewal, which goes to ESR by itself.
     */
    async disagreements(target: EsrTarget, sameAwardDays: number): Promise<EsrDisagreements> {
      const { rows } = await retried(() =>
        pool.query({
          name: "esr-disagreements",
          text: `select count(*) filter (where x.gone)::int as "noLongerTold", count(*) filter (where x.lost)::int as "removedByEsr",
              (min(x.record_id::text) filter (where x.gone)) as "noLongerToldExample", (min(x.record_id::text) filter (where x.lost)) as "removedByEsrExample"
            from (select d.record_id,
                not stands.it and e.source_state is distinct from 'WITHDRAWN' as gone, stands.it and e.source_state = 'WITHDRAWN' as lost
              from ops.esr_delivery d
              join staff.source_person p on p.id = d.esr_source_person_id
              left join learning.competence_award e on e.connection_id = any($2::text[]) and e.controller_org = d.organisation
                and e.source_id = d.esr_element_id
              cross join lateral (select exists (select 1 from learning.competence_award a where a.staff_member_id = p.staff_member_id
                and a.competence = d.competence and a.source_state <> 'WITHDRAWN' and a.connection_id <> all($2::text[])
                and (a.awarded_on >= d.awarded_on - $3::integer)) as it) stands
              where d.organisation = $1 and d.state in ('SENT', 'ACKNOWLEDGED', 'RETURNED')) x`,
          values: [target.organisation, target.connections, sameAwardDays],
        }),
      );
      return rows[0];
    },

    async refusedByReason(target: EsrTarget): Promise<readonly { readonly reason: string; readonly records: number }[]> {
      const { rows } = await retried(() =>
        pool.query({
          name: "esr-refused-by-reason",
          text: `select refusal_code as reason, count(*)::int as records from ops.esr_delivery where organisation = $1 and state = 'REFUSED'
            group by 1 order by 1`,
          values: [target.organisation],
        }),
      );
      return rows;
    },

    /** What is due from these connections. */
    async countDue(target: EsrTarget, sources: readonly string[]): Promise<number> {
      const { rows } = await retried(() =>
        pool.query({
          name: "esr-count-due",
          text: "select count(*)::int as n from ops.esr_delivery where organisation = $1 and state = 'DUE' and connection_id = any($2::text[])",
          values: [target.organisation, sources],
        }),
      );
      return rows[0].n;
    },
  };
}

/** A file is through when ESR has said something about each of its rows, or has returned them. */
async function closeIfAnswered(client: { query: Pool["query"] }, fileId: string, now: Date): Promise<number> {
  const { rows } = await client.query(
    "select count(*)::int as open from ops.esr_delivery where file_id = $1 and state in ('WRITTEN', 'SENT')",
    [fileId],
  );
  const open: number = rows[0].open;
  if (open === 0)
    await client.query("update ops.esr_file set state = 'ACKNOWLEDGED', acknowledged_at = $2 where id = $1 and state = 'SENT'", [
      fileId,
      now,
    ]);
  return open;
}
