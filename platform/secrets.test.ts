import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createSealer, type DataKeys, loadKeyEncryptionKey } from "./secrets";

const keyEncryptionKey = Buffer.alloc(32, 7);

function memory(): DataKeys & { rows: Map<string, Buffer>; finds: number } {
  const rows = new Map<string, Buffer>();
  const keys = {
    rows,
    finds: 0,
    async find(organisation: string) {
      keys.finds += 1;
      return [...rows]
        .filter(([key]) => key.startsWith(`${organisation}/`))
        .map(([key, wrapped]) => ({ version: Number(key.split("/")[1]), wrapped }));
    },
    async save(organisation: string, version: number, wrapped: Buffer) {
      if (!rows.has(`${organisation}/${version}`)) rows.set(`${organisation}/${version}`, wrapped);
    },
  };
  return keys;
}

const text = Buffer.from("QQ 12 34 56 C");

test("what was sealed opens again, also by a second process", async () => {
  const dataKeys = memory();
  const sealed = await createSealer({ keyEncryptionKey, dataKeys }).seal("ZQA", text, "nino|1");
  expect(sealed.bytes.includes(text)).toBe(false);
  expect(await createSealer({ keyEncryptionKey, dataKeys }).open("ZQA", sealed.version, sealed.bytes, "nino|1")).toEqual(text);
});

test("the same text is sealed differently each time", async () => {
  const sealer = createSealer({ keyEncryptionKey, dataKeys: memory() });
  const [one, two] = [await sealer.seal("ZQA", text, "a"), await sealer.seal("ZQA", text, "a")];
  expect(one.bytes.equals(two.bytes)).toBe(false);
});

test("sealed bytes do not open for another row, another organisation, or when one bit has changed", async () => {
  const sealer = createSealer({ keyEncryptionKey, dataKeys: memory() });
  const { version, bytes } = await sealer.seal("ZQA", text, "nino|1");
  await sealer.seal("ZQB", text, "nino|1");
  await expect(sealer.open("ZQA", version, bytes, "nino|2")).rejects.toMatchObject({ code: "INTERNAL" });
  await expect(sealer.open("ZQB", version, bytes, "nino|1")).rejects.toMatchObject({ code: "INTERNAL" });
  const changed = Buffer.from(bytes);
  changed[15]! ^= 1;
  await expect(sealer.open("ZQA", version, changed, "nino|1")).rejects.toMatchObject({ code: "INTERNAL" });
});

test("two processes that begin at once end with one key", async () => {
  const dataKeys = memory();
  const [one, two] = [createSealer({ keyEncryptionKey, dataKeys }), createSealer({ keyEncryptionKey, dataKeys })];
  const sealed = await Promise.all([one.seal("ZQA", text, "x"), two.seal("ZQA", text, "x"), one.seal("ZQA", text, "x")]);
  expect(dataKeys.rows.size).toBe(1);
  for (const { version, bytes } of sealed) expect(await two.open("ZQA", version, bytes, "x")).toEqual(text);
});

test("an organisation's key is asked for once", async () => {
  const dataKeys = memory();
  const sealer = createSealer({ keyEncryptionKey, dataKeys });
  await sealer.seal("ZQA", text, "x");
  const before = dataKeys.finds;
  await Promise.all(Array.from({ length: 20 }, () => sealer.seal("ZQA", text, "x")));
  expect(dataKeys.finds).toBe(before);
});

test("a failed look-up is tried again", async () => {
  const dataKeys = memory();
  let down = true;
  const sealer = createSealer({
    keyEncryptionKey,
    dataKeys: { ...dataKeys, find: (one) => (down ? Promise.reject(new Error("down")) : dataKeys.find(one)) },
  });
  await expect(sealer.seal("ZQA", text, "x")).rejects.toThrow("down");
  down = false;
  await expect(sealer.seal("ZQA", text, "x")).resolves.toMatchObject({ version: 1 });
});

test("another key-encryption key says that it is the wrong one", async () => {
  const dataKeys = memory();
  await createSealer({ keyEncryptionKey, dataKeys }).seal("ZQA", text, "x");
  await expect(createSealer({ keyEncryptionKey: Buffer.alloc(32, 8), dataKeys }).seal("ZQA", text, "x")).rejects.toMatchObject({
    class: "settings",
    message: expect.stringContaining("LANYARD_KEY"),
  });
});

test("a blind index depends on the value, the scheme and the key, and on nothing else", () => {
  const sealer = createSealer({ keyEncryptionKey, dataKeys: memory() });
  const index = sealer.blindIndex("nino", "QQ123456C");
  expect(index).toMatch(/^[\w-]{22}$/);
  expect(createSealer({ keyEncryptionKey, dataKeys: memory() }).blindIndex("nino", "QQ123456C")).toBe(index);
  expect(sealer.blindIndex("nino", "QQ123456D")).not.toBe(index);
  expect(sealer.blindIndex("other", "QQ123456C")).not.toBe(index);
  expect(createSealer({ keyEncryptionKey: Buffer.alloc(32, 8), dataKeys: memory() }).blindIndex("nino", "QQ123456C")).not.toBe(index);
});

describe("the key-encryption key", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), "lanyard-key-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const file = () => path.join(folder, "data", "key");

  test("is generated once, readable by its owner only, and leaves nothing beside it", () => {
    const key = loadKeyEncryptionKey({ file: file(), mayGenerate: true });
    expect(key).toHaveLength(32);
    expect(loadKeyEncryptionKey({ file: file(), mayGenerate: true })).toEqual(key);
    expect(statSync(file()).mode & 0o777).toBe(0o600);
    expect(readdirSync(path.dirname(file()))).toEqual(["key"]);
  });

  test("comes from the environment where it is set, and no file is written", () => {
    expect(loadKeyEncryptionKey({ value: keyEncryptionKey.toString("base64"), file: file(), mayGenerate: false })).toEqual(
      keyEncryptionKey,
    );
    expect(readdirSync(folder)).toEqual([]);
  });

  test("is never generated, nor read from a file, where that is not allowed", () => {
    loadKeyEncryptionKey({ file: file(), mayGenerate: true });
    expect(() => loadKeyEncryptionKey({ file: file(), mayGenerate: false })).toThrow(
      expect.objectContaining({ code: "SECRET_MISSING", class: "settings" }),
    );
  });

  test.each(["short", "a".repeat(64), keyEncryptionKey.toString("hex"), "correct horse battery staple"])(
    "is refused when it is not 32 bytes in base64: %s",
    (value) => {
      expect(() => loadKeyEncryptionKey({ value, file: file(), mayGenerate: true })).toThrow(
        expect.objectContaining({ code: "SETTINGS_INVALID" }),
      );
    },
  );

  test("is refused when others can read its file", () => {
    loadKeyEncryptionKey({ file: file(), mayGenerate: true });
    chmodSync(file(), 0o644);
    expect(() => loadKeyEncryptionKey({ file: file(), mayGenerate: true })).toThrow(expect.objectContaining({ code: "SETTINGS_INVALID" }));
  });
});

test("another process seals with a new version five seconds after it was made, and both go on reading the old one", async () => {
  const dataKeys = memory();
  let now = 0;
  const one = createSealer({ keyEncryptionKey, dataKeys });
  const two = createSealer({ keyEncryptionKey, dataKeys, monotonicMs: () => now });
  const old = await two.seal("ZQA", text, "x");
  expect(await one.addVersion("ZQA")).toBe(2);
  expect((await one.seal("ZQA", text, "x")).version).toBe(2);
  now = 4_999;
  expect((await two.seal("ZQA", text, "x")).version).toBe(1);
  now = 5_000;
  const sealed = await Promise.all([two.seal("ZQA", text, "x"), two.seal("ZQA", text, "x")]);
  expect(sealed.map(({ version }) => version)).toEqual([2, 2]);
  for (const { version, bytes } of [old, ...sealed]) expect(await one.open("ZQA", version, bytes, "x")).toEqual(text);
});
