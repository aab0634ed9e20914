/** Requests of many people over a few connections, ended in every bad way: nobody ever sees a row of somebody else's. */
import type { PoolClient } from "pg";
import { createPool } from "../../../platform/database";
import type { Row, SecurityGroup } from "../group";
import { type FilledDatabase, filledDatabase, organisations, staffOf } from "../walls/filled";

const clients = 5;
const atOnce = 20;

function randomOf(seed: number): (below: number) => number {
  let state = (seed * 2654435761) >>> 0 || 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

class Abandoned extends Error {}
const ask = { name: "rows-of", text: "select controller_org as org, staff_member_id as staff from learning.competence_award" };

async function manyAtOnce(count: number, one: (n: number) => Promise<void>): Promise<void> {
  let n = 0;
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      while (n < count) await one(n++);
    }),
  );
}

async function asTheHubDoes({ store }: FilledDatabase, count: number, seed: number, note: (line: string) => void): Promise<Row[]> {
  const random = randomOf(seed);
  const rows = {
    check: "requests through the hub's own way of reading: rows of the asker only",
    tried: 0,
    refused: 0,
    leaked: 0,
    missed: 0,
  };
  const left = { check: "connections that come back to the pool carry no context", tried: 0, refused: 0, leaked: 0, missed: 0 };
  let aborted = 0;
  await manyAtOnce(count, async (n) => {
    if (n > 0 && n % 100_000 === 0) note(`${n} of ${count}`);
    const organisation = organisations[random(organisations.length)]!;
    const how = random(10);
    rows.tried += 1;
    const scope = [{ controllerOrg: organisation, staffMember: staffOf(organisation), kinds: ["competence-award"] }];
    const statements = async (client: PoolClient) => {
      if (how === 0) throw new Abandoned();
      const found = (await client.query(ask)).rows;
      if (found.some(({ org, staff }) => org !== organisation || staff !== staffOf(organisation))) rows.leaked += 1;
      else if (found.length !== 1) rows.missed += 1;
      else rows.refused += 1;
      if (how === 1) throw new Abandoned();
      if (how === 2) await client.query("select 1 / 0");
      // The connection is ended under it: the request is tried again, on another.
      if (how === 3 && random(200) === 0) await client.query("select pg_terminate_backend(pg_backend_pid())");
    };
    await store.withPrincipal({ requestId: `r${n}`, scope }, statements).catch((error: unknown) => {
      const code = (error as { code?: string }).code;
      if (!(error instanceof Abandoned) && code !== "22012" && code !== "DATABASE_UNAVAILABLE") throw error;
      aborted += 1;
      if (how === 0) rows.refused += 1;
    });
    if (random(20) !== 0) return;
    left.tried += 1;
    const client = await store.pools.lanyard_read.connect();
    try {
      const { rows: said } = await client.query("select current_setting('lanyard.context', true) as context");
      const shown = (await client.query(ask)).rowCount;
      if ((said[0].context ?? "") === "" && shown === 0) left.refused += 1;
      else left.leaked += 1;
    } finally {
      client.release();
    }
  });
  note(`${aborted} of ${count} ended badly`);
  return [rows, left];
}

/** The same requests with a setting of the session and no transaction: it has to leak, or this harness proves nothing. */
async function asManyDo({ url, administrator }: FilledDatabase, count: number, seed: number): Promise<Row> {
  await administrator.query(`create schema naive; create role naive login password 'naive';
    create table naive.award (controller_org text not null);
    insert into naive.award select unnest(array['ZQA', 'ZQB']);
    alter table naive.award enable row level security;
    create policy tenant on naive.award to naive using (controller_org = current_setting('naive.org', true));
    grant usage on schema naive to naive; grant select on naive.award to naive`);
  await administrator.query("do $$ begin execute format('grant connect on database %I to naive', current_database()); end $$");
  const address = new URL(url);
  address.username = "naive";
  address.password = "naive";
  const pool = createPool({ url: address.toString(), max: clients, applicationName: "lanyard-test" });
  const random = randomOf(seed);
  let leaked = 0;
  try {
    await manyAtOnce(count, async () => {
      const organisation = organisations[random(organisations.length)]!;
      if (random(10) > 0) await pool.query("select set_config('naive.org', $1, false)", [organisation]);
      const { rows } = await pool.query("select controller_org as org from naive.award");
      if (rows.some(({ org }) => org !== organisation)) leaked += 1;
    });
  } finally {
    await pool.end();
  }
  return {
    check: `the naive way leaks in the same harness (${leaked} of ${count} requests got another's rows)`,
    tried: count,
    refused: leaked,
    leaked: 0,
    missed: leaked > 0 ? 0 : 1,
  };
}

export const group: SecurityGroup = {
  what: `requests of many people over ${clients} connections, ended at random, never see a row of somebody else's`,
  async run({ long, seed, note }) {
    const database = await filledDatabase(clients);
    try {
      const count = long ? 1_000_000 : 20_000;
      note(`${count} requests`);
      return [...(await asTheHubDoes(database, count, seed, note)), await asManyDo(database, Math.min(count, 20_000), seed)];
    } finally {
      await database.close();
    }
  },
};
