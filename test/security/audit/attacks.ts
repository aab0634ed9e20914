/** What somebody who owns the database may do to the audit's table; each says which row of which chain it went for. */
import type { PoolClient } from "../../../platform/database";

export interface Attacked {
  readonly chain: string;
  /** The first row that is not what it was. */
  readonly seq: number;
  readonly how: string;
}
/** A whole number from 0 to below `below`. */
export type Random = (below: number) => number;
export type Attack = (client: PoolClient, random: Random, chains: ReadonlyMap<string, number>) => Promise<Attacked>;

/** Every column, with a change that is one whatever stands there. */
const edits: Readonly<Record<string, string>> = {
  id: "id + 1000000000",
  at: "at + interval '1 microsecond'",
  chain: "chain || 'X'",
  seq: "seq + 1",
  prev_hash: "set_byte(prev_hash, 7, 255 - get_byte(prev_hash, 7))",
  hash: "set_byte(hash, 31, 255 - get_byte(hash, 31))",
  request_id: "request_id || ' '",
  operation: "reverse(operation) || '.'",
  subject: "'somebody else'",
  organisation: "case when organisation is null then '' else organisation || 'A' end",
  role: "role || 's'",
  acting_client: "case when acting_client is null then '-' end",
  purpose: "case when purpose is null then '' end",
  decision: "case decision when 'DENY' then 'ALLOW' else 'DENY' end",
  reason: "case when reason is null then 'null' end",
  fields: "fields || 'Query.me'::text",
  grounds: "array_append(grounds, '')",
  staff_members: "case when cardinality(staff_members) = 0 then array[gen_random_uuid()] else staff_members[2:] end",
  refused_members: "refused_members || staff_members || gen_random_uuid()",
  kinds: "array[array_to_string(kinds, ':')] || kinds",
  controllers: "case when cardinality(controllers) < 2 then controllers || 'ZQZ'::text else controllers[2:] || controllers[1] end",
  changes: "changes || null::text",
  counts: "counts || '{\"rows\": 0.0}'",
  policy_version: "policy_version || '.1'",
};

const whole = (chains: ReadonlyMap<string, number>, random: Random): [chain: string, seq: number, last: number] => {
  const [chain, last] = [...chains][random(chains.size)]!;
  return [chain, 1 + random(last), last];
};
/** Two chains' rows, or two of one: as the table has it, each by its place. */
const contents = Object.keys(edits).filter((column) => !["id", "at", "chain", "seq", "prev_hash", "hash"].includes(column));

async function rehash(client: PoolClient, chain: string, from: number): Promise<void> {
  await client.query(
    `do $$ declare one audit.event; before bytea; begin
       select hash into before from audit.event where chain = '${chain}' and seq = ${from} - 1;
       before := coalesce(before, audit.beginning('${chain}'));
       for one in select * from audit.event where chain = '${chain}' and seq >= ${from} order by seq loop
         one.prev_hash := before;
         before := sha256(before || convert_to(audit.canonical(one), 'UTF8'));
         update audit.event set prev_hash = one.prev_hash, hash = before where id = one.id and at = one.at;
       end loop;
     end $$`,
  );
  await headAsTable(client, chain);
}

async function headAsTable(client: PoolClient, chain: string): Promise<void> {
  await client.query(
    `update audit.head h set seq = e.seq, hash = e.hash, at = e.at
     from (select seq, hash, at from audit.event where chain = $1 order by seq desc limit 1) e where h.chain = $1`,
    [chain],
  );
}

export const attacks: Readonly<Record<string, Attack>> = {
  async "edits of one column of one row"(client, random, chains) {
    const [chain, seq] = whole(chains, random);
    const column = Object.keys(edits)[random(Object.keys(edits).length)]!;
    await client.query(`update audit.event set ${column} = ${edits[column]} where chain = $1 and seq = $2`, [chain, seq]);
    return { chain, seq, how: `edit of ${column}` };
  },
  async "deletions of a row or several"(client, random, chains) {
    const [chain, seq, last] = whole(chains, random);
    const rows = 1 + random(3);
    await client.query("delete from audit.event where chain = $1 and seq >= $2 and seq < $3", [chain, seq, seq + rows]);
    // With the numbers moved up it looks as if there had never been a row.
    const how = ["plain", "numbers closed", "numbers closed and the head set"][random(3)]!;
    if (how !== "plain")
      await client.query("update audit.event set seq = seq - $3 where chain = $1 and seq > $2", [
        chain,
        seq,
        Math.min(rows, last - seq + 1),
      ]);
    if (how.endsWith("set")) await headAsTable(client, chain);
    return { chain, seq, how: `deletion of ${rows}, ${how}` };
  },
  async "swaps of two rows"(client, random, chains) {
    const [chain, seq, last] = whole(chains, random);
    const other = 1 + ((seq + random(last - 1)) % last);
    const columns = [["seq"], ["seq", "at"], contents, [...contents, "prev_hash", "hash"], ["hash"], ["seq", "prev_hash", "hash"]][
      random(6)
    ]!;
    await client.query(
      `update audit.event e set ${columns.map((it) => `${it} = o.${it}`).join(", ")}
       from (select * from audit.event where chain = $1 and seq in ($2, $3)) o
       where e.chain = $1 and e.seq in ($2, $3) and o.id <> e.id`,
      [chain, seq, other],
    );
    return { chain, seq: Math.min(seq, other), how: `swap of ${columns.length > 5 ? "contents" : columns.join(", ")}` };
  },
  async insertions(client, random, chains) {
    const [chain, seq] = whole(chains, random);
    const how = ["beside", "before, numbers moved", "before, its hash made anew"][random(3)]!;
    if (how !== "beside") await client.query("update audit.event set seq = seq + 1 where chain = $1 and seq >= $2", [chain, seq]);
    const { rows } = await client.query("select id from audit.event where chain = $1 order by random() limit 1", [chain]);
    const columns = Object.keys(edits).filter((it) => it !== "id" && it !== "seq");
    await client.query(
      `insert into audit.event (id, seq, ${columns.join(", ")}) overriding system value
       select id + 5000000000, $3, ${columns.join(", ")} from audit.event where id = $2 and chain = $1`,
      [chain, rows[0].id, seq],
    );
    if (how.endsWith("anew"))
      await client.query(
        "update audit.event e set hash = sha256(prev_hash || convert_to(audit.canonical(e), 'UTF8')) where chain = $1 and seq = $2",
        [chain, seq],
      );
    if (random(2) === 0) await headAsTable(client, chain);
    return { chain, seq, how: `insertion ${how}` };
  },
  async "cuts of the end, half of them with the head set to fit"(client, random, chains) {
    const [chain, seq, last] = whole(chains, random);
    const from = Math.max(2, last - random(Math.min(20, last - 1)), random(4) === 0 ? seq : 0);
    await client.query("delete from audit.event where chain = $1 and seq >= $2", [chain, from]);
    const fits = random(2) === 0;
    if (fits) await headAsTable(client, chain);
    return { chain, seq: from, how: `cut of ${last - from + 1}${fits ? ", head set" : ""}` };
  },
  async "chains written anew from a changed row on, every hash and the head made to fit"(client, random, chains) {
    const [chain, seq, last] = whole(chains, random);
    const what = ["changed", "taken out", "put in"][random(3)]!;
    if (what === "taken out" && seq < last) {
      await client.query("delete from audit.event where chain = $1 and seq = $2", [chain, seq]);
      await client.query("update audit.event set seq = seq - 1 where chain = $1 and seq > $2", [chain, seq]);
    } else
      await client.query(
        "update audit.event set decision = case decision when 'DENY' then 'ALLOW' else 'DENY' end where chain = $1 and seq = $2",
        [chain, seq],
      );
    await rehash(client, chain, seq);
    return { chain, seq, how: `row ${what} and all hashes after it` };
  },
};

/** What an operator does with years of rows: the month's table is split in two, and the first half taken out and put back. */
export async function movePartitions(client: PoolClient): Promise<void> {
  const { rows } = await client.query(
    `select e.name, e.middle, pg_get_expr(c.relpartbound, c.oid) as bounds
     from (select tableoid, tableoid::regclass::text as name, (percentile_disc(0.5) within group (order by at))::text as middle
       from audit.event group by tableoid order by count(*) desc limit 1) e join pg_class c on c.oid = e.tableoid`,
  );
  const { name, middle, bounds } = rows[0];
  const [from, to] = /FROM \('([^']+)'\) TO \('([^']+)'\)/.exec(bounds)!.slice(1) as [string, string];
  await client.query(`alter table audit.event detach partition ${name}`);
  for (const [part, a, b] of [
    ["first", from, middle],
    ["second", middle, to],
  ]) {
    await client.query(`create table audit.event_moved_${part} partition of audit.event for values from ('${a}') to ('${b}')`);
  }
  await client.query(`insert into audit.event overriding system value select * from ${name}`);
  await client.query(`drop table ${name}`);
  await client.query("alter table audit.event detach partition audit.event_moved_first");
  await client.query(`alter table audit.event attach partition audit.event_moved_first for values from ('${from}') to ('${middle}')`);
}
