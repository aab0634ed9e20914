import { type TestDatabase, testDatabase } from "../../test/builders/database";
import { openStore } from "../open";
import { catalogueFaults } from "./catalogue";

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
  const store = await openStore({ url: database.url, keyEncryptionKey: Buffer.alloc(32, 9) });
  await store.migrate();
  await store.close();
});
afterAll(() => database.drop());

test("the catalogue finds nothing that goes round the walls", async () => {
  expect(await catalogueFaults(database.pool)).toEqual([]);
});

const table = "create table learning.t (id uuid primary key, controller_org text)";
const walled = [
  table,
  "alter table learning.t owner to lanyard_owner",
  "alter table learning.t enable row level security",
  "alter table learning.t force row level security",
  "create policy p on learning.t for all to lanyard_work using (true) with check (true)",
  "alter default privileges revoke execute on functions from public",
];

/** What somebody might add one day, and what the catalogue says of it. */
const planted: readonly (readonly [name: string, statements: readonly string[], says: RegExp])[] = [
  ["a table with a controller and nothing else", [table], /learning\.t .* no forced row-level security/],
  ["one with a staff member", ["create table ops.t (staff_member_id uuid)"], /ops\.t .* no forced row-level security/],
  ["one with a source person", ["create table checks.t (source_person_id uuid)"], /checks\.t .* no forced row-level security/],
  [
    "enabled and not forced",
    [...walled, "alter table learning.t no force row level security"],
    /learning\.t .* no forced row-level security/,
  ],
  [
    "forced and not enabled",
    [...walled, "alter table learning.t disable row level security"],
    /learning\.t .* no forced row-level security/,
  ],
  ["a wall taken from a record table", ["alter table oh.immunisation no force row level security"], /oh\.immunisation .* no forced/],
  ["without a policy", [...walled, "drop policy p on learning.t"], /learning\.t .* lacks a policy with USING and WITH CHECK/],
  [
    "with USING alone",
    [...walled, "drop policy p on learning.t", "create policy p on learning.t for all to lanyard_work using (true)"],
    /policy p of learning\.t lets rows be written without a check/,
  ],
  [
    "with a policy for everybody",
    [...walled, "create policy q on learning.t for select using (true)"],
    /policy q of learning\.t is for everybody/,
  ],
  [
    "with a policy that shows readers all",
    [...walled, "create policy q on learning.t for select to lanyard_read using (true)"],
    /policy q of learning\.t shows a reader rows without the signed context/,
  ],
  ["a view", ["create view learning.v as select * from learning.achievement"], /view learning\.v reads as its owner/],
  ["a materialized view", ["create materialized view public.m as select 1 as n"], /m is a materialized view/],
  [
    "a function that runs as its owner",
    ["create function public.f() returns int language sql security definer set search_path = pg_catalog as 'select 1'"],
    /function f\(\) is SECURITY DEFINER and not on the allow-list/,
  ],
  [
    "a function whose search_path is the caller's",
    ["create function staff.f() returns int language sql as 'select 1'"],
    /function staff\.f\(\) has no fixed search_path/,
  ],
  [
    "an allow-listed one without its search_path",
    ["alter function guard.scope(text) reset search_path"],
    /function guard\.scope\(text\) has no fixed search_path/,
  ],
  [
    "a key over all controllers",
    ["alter table learning.competence_award add column sent text unique"],
    /unique key .* of learning\.competence_award spans controllers/,
  ],
  [
    "the same as an expression",
    ["create unique index k on learning.achievement (lower(title))"],
    /unique key learning\.k of learning\.achievement spans controllers/,
  ],
  ["a grant to everybody on a table", ["grant select on staff.staff_member to public"], /everybody may SELECT staff\.staff_member/],
  ["on a column", ["grant select (id) on staff.staff_member to public"], /everybody may SELECT staff\.staff_member\.id/],
  ["on a schema", ["grant usage on schema oh to public"], /everybody may USAGE schema oh/],
  ["on a function", ["grant execute on function guard.verified(text) to public"], /everybody may EXECUTE guard\.verified/],
  [
    "on the database",
    ["do $$ begin execute format('grant temporary on database %I to public', current_database()); end $$"],
    /everybody may TEMPORARY database/,
  ],
  ["a table of an application role", ["alter table ops.turn owner to lanyard_work"], /lanyard_work owns table ops\.turn/],
  ["a place for tables of its own", ["grant create on schema ops to lanyard_work"], /lanyard_work may make tables in ops/],
  ["health for training's worker", ["grant select (id) on oh.clearance to lanyard_work"], /lanyard_work has a right to oh\.clearance/],
  ["health for a reader", ["grant usage on schema oh to lanyard_read"], /lanyard_read has a right to oh\./],
  ["sealed numbers for matching", ["grant select on staff.identifier to lanyard_match"], /lanyard_match reads the sealed NI numbers/],
];

test.each(planted)("it finds %s", async (_, statements, says) => {
  const client = await database.pool.connect();
  try {
    await client.query("begin");
    for (const statement of statements) await client.query(statement);
    expect(await catalogueFaults(client)).toContainEqual(expect.stringMatching(says));
  } finally {
    await client.query("rollback");
    client.release();
  }
});

test("it finds a role that bypasses row-level security, or belongs to another", async () => {
  const client = await database.pool.connect();
  try {
    // Never committed: the roles are the whole server's.
    await client.query("begin; alter role lanyard_read bypassrls; grant lanyard_work_health to lanyard_work");
    const found = await catalogueFaults(client);
    expect(found).toContainEqual(expect.stringMatching(/^lanyard_read is a superuser, bypasses row-level security/));
    expect(found).toContainEqual("lanyard_work is a member of lanyard_work_health");
  } finally {
    await client.query("rollback");
    client.release();
  }
});
