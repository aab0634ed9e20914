import { chmodSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { loadOrCreateKey } from "./internal-token";

describe("a key kept beside the data", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "key-"));
  const file = path.join(folder, "key.json");
  afterAll(() => rmSync(folder, { recursive: true }));

  it("is made for its owner only, and the same the next time", async () => {
    const first = await loadOrCreateKey(file);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(await loadOrCreateKey(file)).toEqual(first);
  });
  it("is refused when others can read it: whoever has it is whom they like", async () => {
    await loadOrCreateKey(file);
    chmodSync(file, 0o644);
    await expect(loadOrCreateKey(file)).rejects.toMatchObject({ code: "SETTINGS_INVALID" });
  });
});
