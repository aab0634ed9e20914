import { randomUUID } from "node:crypto";
import { type TestStore, testStore } from "../../test/builders/store";
import { type OpenStore, openStore } from "../open";
import { insertRaw, readRaw, sealRaw } from "../raw-pages";
import { identifierReader } from "../read/identifiers";
import { inTransaction } from "../transaction";
import { countOlder } from "./rotate";
import { sealedColumns } from "./sealed";

const firstKey = Buffer.alloc(32, 9);
let db: TestStore;
/** Another process. */
let other: OpenStore;
beforeAll(async () => {
  db = await testStore();
  other = await openStore({ url: db.url, keyEncryptionKey: firstKey });
});
afterAll(async () => {
  await other.close();
  await db.drop();
});

/** Columns of bytes that no data key seals. */
const unsealed = [
  "audit.event.hash",
  "audit.event.prev_hash",
  "audit.head.hash",
  "guard.context_key.inner_pad",
  "guard.context_key.outer_pad",
  "ops.data_key.wrapped",
  "ops.index_key.wrapped",
];

test("every column of bytes is sealed again by a rotation, or said to be none that is sealed", async () => {
  const rows = await db.rows(
    `select n.nspname || '.' || c.relname || '.' || a.attname as name from pg_attribute a join pg_class c on c.oid = a.attrelid
     join pg_namespace n on n.oid = c.relnamespace where a.atttypid = 'bytea'::regtype and a.attnum > 0 and not a.attisdropped and c.relkind in ('r', 'p')
     and not c.relispartition and n.nspname in ('staff', 'learning', 'oh', 'checks', 'movement', 'ops', 'audit', 'guard') order by 1`,
  );
  const known = [...sealedColumns.map(({ table, column }) => `${table}.${column}`), ...unsealed].sort();
  expect(rows.map(({ name }) => name)).toEqual(known);
});

async function writePage(store: OpenStore, organisation: string, say: string): Promise<string> {
  const sealed = await sealRaw(store.sealer, "zqa-lms", organisation, [{ say }], [0]);
  return inTransaction(store.pools.lanyard_work, (client) => insertRaw(client, "zqa-lms", sealed!, "2026-11-22", 30));
}

async function knowPerson(store: OpenStore, number: string): Promise<string> {
  const id = randomUUID();
  const { version, bytes } = await store.sealer.seal("ZQA", Buffer.from(number), `identifier:${id}`);
  await db.rows(
    "insert into staff.source_person (id, connection_id, controller_org, source_key, system) values ($1::uuid, 'zqa-lms', 'ZQA', $1::text, 'lms')",
    [id],
  );
  await db.rows("insert into staff.identifier (source_person_id, scheme, value_index, encrypted) values ($1, 'NI_NUMBER', $2, $3)", [
    id,
    store.sealer.blindIndex("NI_NUMBER", number),
    Buffer.concat([Buffer.from(Uint32Array.of(version).buffer), bytes]),
  ]);
  return id;
}

async function numberOf(store: OpenStore, sourcePersonId: string): Promise<string> {
  const [row] = await db.rows("select encrypted from staff.identifier where source_person_id = $1", [sourcePersonId]);
  return identifierReader(store.sealer).reveal({ organisation: "ZQA", sourcePersonId, encrypted: row!.encrypted });
}

const keysLeft = async (organisation: string) =>
  (await db.rows("select version from ops.data_key where organisation = $1 order by 1", [organisation])).map(({ version }) => version);

test("a rotation is stopped in the middle and gone on with, while others read and write; then no row needs the old key", async () => {
  const pages: string[] = [];
  for (let n = 0; n < 350; n++) pages.push(await writePage(db.store, "ZQA", `page ${n}`));
  const people = await Promise.all(["QQ123456A", "QQ123456B"].map((number) => knowPerson(db.store, number)));
  const say = async (store: OpenStore, id: string) => (await readRaw(store.pools.lanyard_work, store.sealer, id))[0]![1];

  let stop = false;
  let read = 0;
  const reader = (async () => {
    for (let n = 0; !stop; n = (n + 1) % 350, read++) expect(await say(other, pages[n]!)).toEqual({ say: `page ${n}` });
  })();
  const written: string[] = [];
  const writer = (async () => {
    while (!stop) written.push(await writePage(other, "ZQA", `written ${written.length}`));
  })();
  try {
    const dies = db.store.rekeying.rotate("ZQA", {
      onProgress: () => {
        throw new Error("killed");
      },
    });
    await expect(dies).rejects.toThrow("killed");
    expect(await keysLeft("ZQA")).toEqual([1, 2]);
    const half = await countOlder(db.store.pools.lanyard_rights, "ZQA", 2);
    expect(half).toBeGreaterThan(0);
    expect(half).toBeLessThan(352 + written.length);

    const done = await other.rekeying.rotate("ZQA");
    expect(done).toMatchObject({ version: 2, isNew: false, onOldVersions: 0, oldVersions: [1], destroyed: [] });
    expect(done.resealed["staff.identifier.encrypted"]).toBe(2);
  } finally {
    stop = true;
    await Promise.all([reader, writer]);
  }
  expect(read).toBeGreaterThan(0);
  expect(written.length).toBeGreaterThan(0);
  for (const [n, id] of written.entries()) expect(await say(db.store, id)).toEqual({ say: `written ${n}` });
  expect(await Promise.all(people.map((id) => numberOf(db.store, id)))).toEqual(["QQ123456A", "QQ123456B"]);

  // Not before the time in which somebody could still write what he sealed before.
  expect(await db.store.rekeying.rotate("ZQA", { destroyOld: true })).toMatchObject({ destroyed: [], oldVersions: [1] });
  await db.rows("update ops.data_key set created_at = created_at - interval '11 minutes'");
  expect(await db.store.rekeying.rotate("ZQA", { destroyOld: true })).toMatchObject({ version: 2, destroyed: [1], oldVersions: [] });
  expect(await keysLeft("ZQA")).toEqual([2]);
  const fresh = await openStore({ url: db.url, keyEncryptionKey: firstKey });
  for (const id of [...pages, ...written]) expect(await say(fresh, id)).toHaveProperty("say");
  expect(await numberOf(fresh, people[0]!)).toBe("QQ123456A");
  await fresh.close();
}, 120_000);

test("LANYARD_KEY is changed in one go: the new one opens, finds by NI number and reads, and the old one is refused", async () => {
  const person = await knowPerson(db.store, "QQ654321C");
  const page = await writePage(db.store, "ZQB", "before");
  const to = Buffer.alloc(32, 77);
  const { dataKeys } = await db.store.rekeying.rewrap(to, 3_600);
  expect(dataKeys).toBe((await db.rows("select 1 from ops.data_key")).length);

  const changed = await openStore({ url: db.url, keyEncryptionKey: to });
  try {
    await changed.migrate();
    expect(changed.sealer.blindIndex("NI_NUMBER", "QQ654321C")).toBe(db.store.sealer.blindIndex("NI_NUMBER", "QQ654321C"));
    const [found] = await db.rows("select source_person_id as id from staff.identifier where scheme = 'NI_NUMBER' and value_index = $1", [
      changed.sealer.blindIndex("NI_NUMBER", "QQ654321C"),
    ]);
    expect(found?.id).toBe(person);
    expect(await numberOf(changed, person)).toBe("QQ654321C");
    expect((await readRaw(changed.pools.lanyard_work, changed.sealer, page))[0]![1]).toEqual({ say: "before" });
    await writePage(changed, "ZQB", "after");

    const refused = { code: "SETTINGS_INVALID", message: expect.stringContaining("LANYARD_KEY is not the key") };
    await expect(openStore({ url: db.url, keyEncryptionKey: firstKey })).rejects.toMatchObject(refused);
    await expect(db.store.rekeying.rewrap(Buffer.alloc(32, 78), 0)).rejects.toMatchObject(refused);
    // What still runs with the old one goes on with the keys it has, and wraps nothing that nobody could open.
    await writePage(db.store, "ZQB", "by an old process");
    await expect(db.store.sealer.seal("ZQX", Buffer.from("x"), "x")).rejects.toMatchObject(refused);

    const holds = () =>
      db.rows("select (ends_at is null or ends_at > clock_timestamp()) as holds from guard.context_key order by installed_at");
    expect(await holds()).toEqual([{ holds: true }, { holds: true }]);
    await changed.rekeying.rewrap(Buffer.alloc(32, 79), 0);
    expect(await holds()).toEqual([{ holds: false }, { holds: false }, { holds: true }]);
  } finally {
    await changed.close();
  }
}, 60_000);
