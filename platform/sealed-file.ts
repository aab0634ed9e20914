/**
 * A file that only its passphrase opens: one line of JSON that says how, then AES-256-GCM over the compressed contents. The
 * key is derived with scrypt; the passphrase is made here, has 160 bits, and is kept nowhere.
 */
import { createCipheriv, createDecipheriv, randomBytes, scryptSync } from "node:crypto";
import { gunzipSync, gzipSync } from "node:zlib";

const cost = { N: 2 ** 15, r: 8, p: 1, maxmem: 64 * 1024 * 1024 } as const;
const alphabet = "abcdefghjkmnpqrstuvwxyz23456789";

/** Eight groups of four letters and digits that nobody confuses. */
export function newPassphrase(): string {
  let text = "";
  while (text.length < 32) for (const byte of randomBytes(64)) if (byte < 248 && text.length < 32) text += alphabet[byte % alphabet.length];
  return text.match(/.{4}/g)!.join("-");
}

const keyOf = (passphrase: string, salt: Buffer) => scryptSync(passphrase.normalize("NFC"), salt, 32, cost);

export function sealFile(contents: string, passphrase: string): Buffer {
  const salt = randomBytes(16);
  const nonce = randomBytes(12);
  const header = Buffer.from(
    `${JSON.stringify({ sealed: "lanyard/1", cipher: "aes-256-gcm", kdf: "scrypt", N: cost.N, r: cost.r, p: cost.p, salt: salt.toString("base64"), nonce: nonce.toString("base64") })}\n`,
  );
  const cipher = createCipheriv("aes-256-gcm", keyOf(passphrase, salt), nonce);
  cipher.setAAD(header);
  return Buffer.concat([header, cipher.update(gzipSync(contents)), cipher.final(), cipher.getAuthTag()]);
}

/** Undefined: not such a file, another passphrase, or changed since. */
export function openFile(bytes: Buffer, passphrase: string): string | undefined {
  try {
    const end = bytes.indexOf(0x0a) + 1;
    const header = bytes.subarray(0, end);
    const said = JSON.parse(header.toString("utf8"));
    // What the file says of its own making is not followed: it could ask for any amount of work.
    if (said.sealed !== "lanyard/1") return undefined;
    const decipher = createDecipheriv(
      "aes-256-gcm",
      keyOf(passphrase, Buffer.from(said.salt, "base64")),
      Buffer.from(said.nonce, "base64"),
    );
    decipher.setAAD(header);
    decipher.setAuthTag(bytes.subarray(bytes.length - 16));
    return gunzipSync(Buffer.concat([decipher.update(bytes.subarray(end, bytes.length - 16)), decipher.final()])).toString("utf8");
  } catch {
    return undefined;
  }
}
