/** `store.objections`: a person's objection to what organisations have agreed, and what controllers decide about it. */
import { randomUUID } from "node:crypto";
import type { Pool, PoolClient } from "pg";
import { inTransaction, retried } from "../transaction";
import { type By, idsOf, oneAfterTheOther, said, saidColumns, saidValues } from "./who";

export type ObjectionVerdict = "UPHELD" | "OVERRULED";
export interface ObjectionRow {
  readonly id: string;
  readonly staffMember: string;
  readonly labels: readonly string[];
  readonly madeAt: Date;
  readonly withdrawnAt: Date | undefined;
  /** The person's own words. */
  readonly reason: string | undefined;
  readonly decisions: readonly {
    readonly controllerOrg: string;
    readonly decision: ObjectionVerdict;
    readonly reason: string;
    readonly at: string;
  }[];
}

export interface Objections {
  /** The same objection once more is the one that is there. */
  make(staffMember: string, labels: readonly string[], by: By): Promise<ObjectionRow>;
  find(id: string): Promise<ObjectionRow | undefined>;
  /** undefined: nobody's. */
  withdraw(id: string, staffMember: string, by: By): Promise<ObjectionRow | undefined>;
  /** undefined: it has been withdrawn. */
  decide(id: string, controllerOrg: string, decision: ObjectionVerdict, by: By): Promise<ObjectionRow | undefined>;
}

const columns = `o.id::text as id, o.staff_member_id::text as "staffMember", o.labels, o.made_at as "madeAt", o.withdrawn_at as "withdrawnAt",
  (select c.reason from movement.change c where c.thing_id = o.id order by c.seq limit 1) as reason,
  coalesce((select json_agg(json_build_object('controllerOrg', d.controller_org, 'decision', d.decision, 'reason', d.reason, 'at', d.changed_at)
     order by d.controller_org) from movement.objection_decision d where d.objection_id = o.id), '[]') as decisions`;
const rowOf = ({ withdrawnAt, reason, ...row }: ObjectionRow & { withdrawnAt: Date | null; reason: string | null }): ObjectionRow => ({
  ...row,
  withdrawnAt: withdrawnAt ?? undefined,
  reason: reason ?? undefined,
});

export async function listObjections(client: PoolClient, staffMember: string): Promise<ObjectionRow[]> {
  const { rows } = await client.query({
    name: "movement-objections",
    text: `select ${columns} from movement.objection o where o.staff_member_id in ${idsOf("$1::uuid")} order by o.made_at desc, o.id`,
    values: [staffMember],
  });
  return rows.map(rowOf);
}

/** In force, about people of whom the organisation holds a record, the oldest first: what its HR has to decide, and has decided. */
export async function listObjectionsAt(client: PoolClient, controllerOrg: string): Promise<ObjectionRow[]> {
  const { rows } = await client.query({
    name: "movement-objections-at",
    text: `select ${columns} from movement.objection o join staff.staff_member s on s.id = o.staff_member_id
           where o.withdrawn_at is null and not o.labels <@ array['R4','R5'] and exists (select 1 from staff.source_person p
             where p.staff_member_id = coalesce(s.merged_into, s.id) and p.controller_org = $1 and p.system <> 'oh')
           order by o.made_at, o.id limit 500`,
    values: [controllerOrg],
  });
  return rows.map(rowOf);
}

async function one(client: Pick<PoolClient, "query">, id: string): Promise<ObjectionRow | undefined> {
  const { rows } = await client.query(`select ${columns} from movement.objection o where o.id::text = $1`, [id]);
  return rows[0] ? rowOf(rows[0]) : undefined;
}

export function createObjections(pool: Pool): Objections {
  const unit = <T>(staffMember: string, work: (client: PoolClient) => Promise<T>) =>
    retried(() =>
      inTransaction(pool, async (client) => {
        await oneAfterTheOther(client, staffMember);
        return work(client);
      }),
    );
  return {
    make: (staffMember, labels, by) =>
      unit(staffMember, async (client) => {
        const there = await client.query(
          `select id::text as id from movement.objection where staff_member_id in ${idsOf("$1::uuid")} and labels = $2 and withdrawn_at is null`,
          [staffMember, labels],
        );
        const id = (there.rows[0]?.id as string | undefined) ?? randomUUID();
        // The next millisecond: facts are compared in whole ones, and what was shared before is never taken for later.
        if (!there.rows[0])
          await client.query(
            `insert into movement.objection (id, staff_member_id, labels, made_at, ${saidColumns})
             values ($1, $2, $3, date_trunc('milliseconds', clock_timestamp()) + interval '1 ms', ${saidValues(4)})`,
            [id, staffMember, labels, ...said("MADE", by)],
          );
        return (await one(client, id))!;
      }),

    find: (id) => retried(() => one(pool as never, id)),

    withdraw: (id, staffMember, by) =>
      unit(staffMember, async (client) => {
        const { rows } = await client.query(
          `select id from movement.objection where id::text = $1 and staff_member_id in ${idsOf("$2::uuid")} for update`,
          [id, staffMember],
        );
        if (!rows[0]) return undefined;
        await client.query(
          `update movement.objection set withdrawn_at = clock_timestamp(), (${saidColumns}) = (${saidValues(2)})
           where id::text = $1 and withdrawn_at is null`,
          [id, ...said("WITHDRAWN", by)],
        );
        return one(client, id);
      }),

    decide: (id, controllerOrg, decision, by) =>
      retried(() =>
        inTransaction(pool, async (client) => {
          const { rows } = await client.query(
            "select staff_member_id as staff from movement.objection where id::text = $1 and withdrawn_at is null for update",
            [id],
          );
          if (!rows[0]) return undefined;
          await client.query(
            `insert into movement.objection_decision as d (id, objection_id, staff_member_id, controller_org, decision, ${saidColumns})
             values ($1, $2, $3, $4, $5, ${saidValues(6)})
             on conflict (objection_id, controller_org) do update set decision = excluded.decision,
               (${saidColumns}) = (excluded.changed_at, excluded.change, excluded.changed_by, excluded.changed_role, excluded.changed_org,
                 excluded.acting_client, excluded.reason)`,
            [randomUUID(), id, rows[0].staff, controllerOrg, decision, ...said("DECIDED", by)],
          );
          return one(client, id);
        }),
      ),
  };
}
