/**
 * Erasure of what one organisation holds about a person. All rows go in one transaction, which moves the leases of the
 * organisation's connections on, so that nothing that was read before can be stored after; with them come the marks by which
 * the person is known at the door. Then the stored raw records, page by page. What a crash interrupts goes on from there.
 */
import { randomUUID } from "node:crypto";
import type { Pool, PoolClient } from "pg";
import { reach } from "../../platform/crash-point";
import { HubError } from "../../platform/errors";
import type { Sealer } from "../../platform/secrets";
import { useApproval } from "../approvals";
import { asUnit, Collision, inTransaction, retried } from "../transaction";
import { countEsrLines, eraseEsrLines } from "./esr-lines";
import { healthConnectionsOf, isHealthOf } from "./export";
import { findSubject, marksOf, type Subject, valuesOf, who } from "./find";
import { digestOf, doorOf, type ErasedDoor, type Mark } from "./marks";
import { eraseRaw, type IsAbout, rawOf } from "./raw";
import { type PersonTable, personTablesOf } from "./tables";

/** Rows by table. */
export type Counts = Readonly<Record<string, number>>;
export interface ErasurePlan {
  readonly erases: Counts;
  readonly stays: readonly { readonly table: string; readonly rows: number; readonly why: string }[];
  /** The same for whoever asks for it and approves it, without what is occupational health's: it goes as well, and is not counted. */
  readonly told: { readonly erases: Counts; readonly stays: Readonly<Record<string, string>> };
}
export interface Erasure {
  readonly id: string;
  readonly state: "ERASING" | "ERASED";
  readonly planned: Counts;
  readonly done: Counts;
}
/** Whose a raw record is, given the doors of the connections: sync/erased.ts knows how each vendor's are read. */
export type AboutOf = (doors: ReadonlyMap<string, ErasedDoor>) => Promise<IsAbout>;

const goes = (table: PersonTable, subject: Subject) => table.onErasure === "erase" || (table.onErasure === "with-the-last" && subject.last);

async function countsOf(client: PoolClient, tables: readonly PersonTable[], subject: Subject): Promise<Map<PersonTable, number>> {
  const counts = new Map<PersonTable, number>();
  for (const table of tables) {
    const { rows } = await client.query(`${who} select count(*)::int as n from ${table.table} t where ${table.where}`, valuesOf(subject));
    counts.set(table, rows[0].n);
  }
  return counts;
}

/** Of them, how many are not occupational health's. */
async function openCountsOf(
  client: PoolClient,
  counts: ReadonlyMap<PersonTable, number>,
  subject: Subject,
): Promise<Map<PersonTable, number>> {
  const isHealth = isHealthOf(subject);
  const open = new Map<PersonTable, number>();
  for (const [table, all] of counts) {
    if (all === 0) continue;
    const { rows } = await client.query(`${who} select t.* from ${table.table} t where ${table.where}`, valuesOf(subject));
    open.set(table, rows.filter((row) => !isHealth(table.table, row)).length);
  }
  return open;
}

const byTable = (counts: ReadonlyMap<PersonTable, number>, which: (table: PersonTable) => boolean): Counts =>
  Object.fromEntries([...counts].filter(([table, rows]) => rows > 0 && which(table)).map(([{ table }, rows]) => [table, rows]));

function doorsOf(sealer: Sealer, subject: Pick<Subject, "organisation" | "connections">, marks: readonly Mark[]): Map<string, ErasedDoor> {
  const own = marks.map((mark) => ({ ...mark, organisation: subject.organisation }));
  return new Map(
    subject.connections.map((id) => [
      id,
      doorOf(
        sealer,
        id,
        own.filter((mark) => mark.connectionId === id || mark.connectionId === "*"),
      ),
    ]),
  );
}

const unknown = (organisation: string) => new HubError({ code: "SUBJECT_UNKNOWN", class: "guard", detail: { organisation } });
/** Loads the keys before a client is held. */
const warm = (sealer: Sealer, organisation: string) => sealer.seal(organisation, Buffer.alloc(0), "");

export type Erasures = ReturnType<typeof createErasures>;

export function createErasures(pool: Pool, sealer: Sealer) {
  const digested = async (client: PoolClient, subject: Subject): Promise<Mark[]> =>
    (await marksOf(client, sealer, subject)).map((mark) => ({ ...mark, digest: digestOf(sealer, subject.organisation, mark) }));

  /** How many, and of them how many are not of these connections. */
  async function countRaw(
    connections: readonly string[],
    isAbout: IsAbout,
    except: ReadonlySet<string> = new Set(),
  ): Promise<{ readonly all: number; readonly open: number }> {
    let [all, open] = [0, 0];
    for await (const { connectionId } of rawOf(pool, sealer, connections, isAbout)) {
      all += 1;
      if (!except.has(connectionId)) open += 1;
    }
    return { all, open };
  }

  async function begin(
    input: {
      readonly subject: string;
      readonly organisation: string;
      readonly instruction: string;
      readonly approvalId: string;
      readonly by: string;
    },
    now: Date,
  ): Promise<string> {
    await warm(sealer, input.organisation);
    return retried(() =>
      inTransaction(pool, async (client) => {
        const { subject: asked, organisation } = input;
        await useApproval(client, input.approvalId, { act: "subject-erase", subject: asked, organisation }, now);
        // From here on every page that was read before fails at its commit, and whoever begins anew asks at the door.
        await client.query(
          `with own as (select id from ops.connection where $1 = any(organisations) order by id for update)
           update ops.connection c set lease_number = lease_number + 1, lease_holder = null, lease_until = null from own where c.id = own.id`,
          [input.organisation],
        );
        const subject = await findSubject(client, sealer, input.subject, input.organisation);
        if (!subject) throw unknown(input.organisation);
        await client.query("select 1 from staff.source_person where id = any($1::uuid[]) order by id for update", [
          subject.persons.map(({ id }) => id),
        ]);
        const tables = await personTablesOf(client);
        const counts = await countsOf(client, tables, subject);
        const planned: Record<string, number> = { ...byTable(counts, (table) => goes(table, subject)) };
        const id = randomUUID();
        await client.query(
          `insert into ops.erasure (id, subject, organisation, instruction, approval_id, planned, done, begun_at, begun_by)
           values ($1, $2, $3, $4, $5, '{}', '{}', $6, $7)`,
          [id, input.subject, input.organisation, input.instruction, input.approvalId, now, input.by],
        );
        await client.query("select set_config('lanyard.erasure', $1, true), set_config('lanyard.erasing', 'on', true)", [id]);
        const marks = await digested(client, subject);
        await client.query(
          `insert into ops.erased_mark (erasure_id, organisation, connection_id, scheme, digest)
           select $1, $2, m.c, m.s, m.d from jsonb_to_recordset($3::jsonb) as m(c text, s text, d text) on conflict do nothing`,
          [id, input.organisation, JSON.stringify(marks.map(({ connectionId: c, scheme: s, digest: d }) => ({ c, s, d })))],
        );
        const lines = await eraseEsrLines(client, sealer, subject);
        if (lines > 0) planned["ops.esr_file"] = lines;
        for (const [table, expected] of counts) {
          if (!goes(table, subject)) continue;
          const { rowCount } = await client.query(`${who} delete from ${table.table} t where ${table.where}`, valuesOf(subject));
          // Answers hold their receipts' number: what came in between is planned and done anew.
          if (rowCount !== expected) throw new Collision("what is to be erased changed in between");
        }
        await forgetWhatNames(client, subject);
        reach("erasure:before-commit");
        await client.query("update ops.erasure set planned = $2, done = $2 where id = $1", [id, JSON.stringify(planned)]);
        return id;
      }),
    );
  }

  /** Raw records: counted once more now that nothing new can come, then taken out; from where it was interrupted. */
  async function finish(id: string, aboutOf: AboutOf, now: () => Date): Promise<Erasure> {
    const { rows } = await asUnit(() => pool.query("select organisation, planned, raw_after from ops.erasure where id = $1", [id]));
    const { organisation, planned, raw_after } = rows[0];
    await warm(sealer, organisation);
    const found = await asUnit(() => pool.query("select id from ops.connection where $1 = any(organisations) order by id", [organisation]));
    const connections: string[] = found.rows.map((row) => row.id);
    const marks = await asUnit(() =>
      pool.query(`select connection_id as "connectionId", scheme, digest from ops.erased_mark where erasure_id = $1`, [id]),
    );
    const isAbout = await aboutOf(doorsOf(sealer, { organisation, connections }, marks.rows));
    if (planned["ops.raw_page"] === undefined) {
      const { all: raw } = await countRaw(connections, isAbout);
      await asUnit(() =>
        pool.query(
          `update ops.erasure set planned = jsonb_set(planned, '{ops.raw_page}', to_jsonb($2::bigint)), done = jsonb_set(done, '{ops.raw_page}', '0')
           where id = $1 and not planned ? 'ops.raw_page'`,
          [id, raw],
        ),
      );
    }
    reach("erasure:planned");
    await eraseRaw(pool, sealer, { id, after: raw_after, connections }, isAbout, () => reach("erasure:page"));
    const ended = await asUnit(() =>
      pool.query(
        "update ops.erasure set state = 'ERASED', ended_at = coalesce(ended_at, $2) where id = $1 returning state, planned, done",
        [id, now()],
      ),
    );
    return { id, ...ended.rows[0] };
  }

  return {
    holds: (subjectId: string, organisation: string): Promise<boolean> =>
      warm(sealer, organisation).then(() =>
        retried(() =>
          inTransaction(
            pool,
            async (client) => (await findSubject(client, sealer, subjectId, organisation)) !== undefined,
            "begin read only",
          ),
        ),
      ),

    /** What would go and what must stay, counted and not touched. */
    async plan(subjectId: string, organisation: string, aboutOf: AboutOf): Promise<ErasurePlan> {
      await warm(sealer, organisation);
      const read = await retried(() =>
        inTransaction(
          pool,
          async (client) => {
            const subject = await findSubject(client, sealer, subjectId, organisation);
            if (!subject) throw unknown(organisation);
            const counts = await countsOf(client, await personTablesOf(client), subject);
            const open = await openCountsOf(client, counts, subject);
            const lines = await countEsrLines(client, sealer, subject);
            return { subject, counts, open, lines, marks: await digested(client, subject) };
          },
          "begin isolation level repeatable read read only",
        ),
      );
      const { subject, open, lines } = read;
      const isAbout = await aboutOf(doorsOf(sealer, subject, read.marks));
      const raw = await countRaw(subject.connections, isAbout, healthConnectionsOf(subject));
      const erasesOf = (counts: ReadonlyMap<PersonTable, number>, received: number): Counts => ({
        ...byTable(counts, (table) => goes(table, subject)),
        ...(lines > 0 ? { "ops.esr_file": lines } : {}),
        ...(received > 0 ? { "ops.raw_page": received } : {}),
      });
      const staysOf = (counts: ReadonlyMap<PersonTable, number>) =>
        [...counts]
          .filter(([table, rows]) => rows > 0 && !goes(table, subject))
          .map(([{ table, why }, rows]) => ({
            table,
            rows,
            why: why ?? "of the person, not of one controller: another organisation still holds something",
          }));
      return {
        erases: erasesOf(read.counts, raw.all),
        stays: staysOf(read.counts),
        told: {
          erases: erasesOf(open, raw.open),
          stays: Object.fromEntries(
            staysOf(open).map(({ table, rows, why }) => [table, `${rows} ${rows === 1 ? "stays" : "stay"}: ${why}`]),
          ),
        },
      };
    },

    /** Begins it, or goes on with one of the same person and organisation that was interrupted. */
    async erase(input: Parameters<typeof begin>[0], aboutOf: AboutOf, now: () => Date): Promise<Erasure> {
      const { rows } = await asUnit(() =>
        pool.query(
          "select id::text from ops.erasure where subject::text = $1 and organisation = $2 and state = 'ERASING' order by begun_at limit 1",
          [input.subject, input.organisation],
        ),
      );
      return finish(rows[0]?.id ?? (await begin(input, now())), aboutOf, now);
    },

    /** Those that a crash has interrupted. */
    async resume(aboutOf: AboutOf, now: () => Date): Promise<readonly Erasure[]> {
      const { rows } = await asUnit(() => pool.query("select id::text from ops.erasure where state = 'ERASING' order by begun_at"));
      const ended: Erasure[] = [];
      for (const { id } of rows) ended.push(await finish(id, aboutOf, now));
      return ended;
    },

    /** Done, and the door still shut. */
    async inForce(
      organisation: string,
    ): Promise<readonly { readonly id: string; readonly subject: string; readonly instruction: string }[]> {
      const { rows } = await asUnit(() =>
        pool.query(
          `select id::text, subject::text, instruction from ops.erasure where organisation = $1 and state = 'ERASED' and lifted_at is null
           order by begun_at desc limit 500`,
          [organisation],
        ),
      );
      return rows;
    },

    /** The door opens again, as when somebody is employed anew. */
    lift: (
      id: string,
      input: { readonly organisation: string; readonly by: string; readonly instruction: string; readonly approvalId: string },
      now: Date,
    ): Promise<boolean> =>
      retried(() =>
        inTransaction(pool, async (client) => {
          await useApproval(client, input.approvalId, { act: "subject-erase", subject: id, organisation: input.organisation }, now);
          const { rowCount } = await client.query(
            `update ops.erasure set lifted_at = $3, lifted_by = $4, lift_instruction = $5
             where id::text = $1 and organisation = $2 and state = 'ERASED' and lifted_at is null`,
            [id, input.organisation, now, input.by, input.instruction],
          );
          if (rowCount === 1) await client.query("delete from ops.erased_mark where erasure_id::text = $1", [id]);
          return rowCount === 1;
        }),
      ),
  };
}

/** What names the person without being about the person: a checkpoint that stands at a key, digests of pages, proposals of others. */
async function forgetWhatNames(client: PoolClient, subject: Subject): Promise<void> {
  await client.query(
    `update ops.connection c set checkpoint = null where c.id = any($1::text[]) and c.checkpoint is not null
       and exists (select 1 from jsonb_path_query(c.checkpoint, '$.**') v where v #>> '{}' = any($2::text[]))`,
    [subject.connections, subject.persons.map(({ key }) => key)],
  );
  await client.query("delete from ops.page_digest where connection_id = any($1::text[])", [subject.connections]);
  await client.query(
    `update staff.source_person p set match_due = true, state = 'UNBOUND' where p.state = 'PROPOSED'
       and not exists (select 1 from staff.match_proposal o where o.source_person_id = p.id)`,
  );
}
