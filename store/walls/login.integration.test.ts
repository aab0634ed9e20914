import { randomBytes } from "node:crypto";
import { type TestDatabase, testDatabase } from "../../test/builders/database";
import { type OpenStore, openStore } from "../open";
import { loginFaults, refuseUnsafeLogin } from "./login";
import { loginRoles } from "./roles";

const key = Buffer.alloc(32, 9);
const names: string[] = [];
let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
  const owner = await openStore({ url: database.url, keyEncryptionKey: key });
  await owner.migrate();
  await owner.close();
});
afterAll(async () => {
  for (const name of names) {
    await database.pool.query(`drop owned by ${name}`);
    await database.pool.query(`drop role ${name}`);
  }
  await database.drop();
});

const good = (name: string) => [
  `grant ${loginRoles.join(", ")} to ${name} with inherit false, set true`,
  `grant connect on database ${new URL(database.url).pathname.slice(1)} to ${name}`,
];

async function login(statements: (name: string) => readonly string[]): Promise<string> {
  const name = `login_${randomBytes(6).toString("hex")}`;
  names.push(name);
  await database.pool.query(`create role ${name} login password 'for-this-test'`);
  for (const statement of statements(name)) await database.pool.query(statement);
  const url = new URL(database.url);
  url.username = name;
  url.password = "for-this-test";
  return url.toString();
}

test("the hub works with a login that is a member of the roles and nothing else, once the owner has migrated", async () => {
  const url = await login(good);
  expect(await loginFaults(url)).toEqual([]);
  let store: OpenStore | undefined;
  try {
    store = await openStore({ url, ownerUrl: database.url, keyEncryptionKey: key });
    expect(await store.migrate()).toEqual({ applied: [] });
    await store.ping();
    const sealed = await store.sealer.seal("ZQA", Buffer.from("x"), "x");
    expect((await store.sealer.open("ZQA", sealed.version, sealed.bytes, "x")).toString()).toBe("x");
    const { rows } = await store.pools.lanyard_read.query(
      "select current_user as name, (select count(*)::int from staff.staff_member) as seen",
    );
    expect(rows).toEqual([{ name: "lanyard_read", seen: 0 }]);
    await expect(store.pools.lanyard_read.query("select 1 from ops.data_key")).rejects.toMatchObject({ code: "42501" });
  } finally {
    await store?.close();
  }
  // And without the owner's address it makes sure that nothing is missing.
  const alone = await openStore({ url, keyEncryptionKey: key });
  expect(await alone.migrate()).toEqual({ applied: [] });
  await alone.close();
});

test.each<[string, (name: string) => readonly string[], RegExp]>([
  ["a superuser", (name) => [...good(name), `alter role ${name} superuser`], /is a superuser/],
  ["one that bypasses row-level security", (name) => [...good(name), `alter role ${name} bypassrls`], /bypasses row-level security/],
  ["one that may make roles", (name) => [...good(name), `alter role ${name} createrole`], /may make roles/],
  [
    "the owner of a table",
    (name) => [...good(name), `create table ops.of_${name} ()`, `alter table ops.of_${name} owner to ${name}`],
    /owns ops\.of_/,
  ],
  [
    "a member of the owner's role",
    (name) => [...good(name), `grant lanyard_owner to ${name} with inherit false`],
    /member of lanyard_owner/,
  ],
  [
    "one that inherits a role",
    (name) => [...good(name), `grant lanyard_read to ${name} with inherit true`],
    /has the rights of lanyard_read/,
  ],
  ["one that lacks a role", (name) => [...good(name), `revoke lanyard_match from ${name}`], /is not a member of lanyard_match/],
])("refused in earnest: %s", async (_, statements, says) => {
  const url = await login(statements);
  await expect(refuseUnsafeLogin(url)).rejects.toMatchObject({ code: "SETTINGS_INVALID", message: expect.stringMatching(says) });
});
