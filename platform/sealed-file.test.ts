import { newPassphrase, openFile, sealFile } from "./sealed-file";

const passphrase = newPassphrase();
const bytes = sealFile("what is held: Asha Bright", passphrase);

it("opens with its passphrase only, and not when a byte has changed", () => {
  expect(openFile(bytes, passphrase)).toBe("what is held: Asha Bright");
  expect(openFile(bytes, newPassphrase())).toBeUndefined();
  for (const at of [5, bytes.indexOf(0x0a) + 3, bytes.length - 1]) {
    const changed = Buffer.from(bytes);
    changed[at]! ^= 1;
    expect([at, openFile(changed, passphrase)]).toEqual([at, undefined]);
  }
  expect(openFile(Buffer.from("nothing of ours"), passphrase)).toBeUndefined();
});

it("shows nothing of what is in it, and no passphrase twice", () => {
  expect(bytes.includes("Asha")).toBe(false);
  expect(passphrase).toMatch(/^([a-z2-9]{4}-){7}[a-z2-9]{4}$/);
  expect(new Set(Array.from({ length: 50 }, newPassphrase)).size).toBe(50);
});
