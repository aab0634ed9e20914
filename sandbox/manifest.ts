/**
 * What the sandbox remembers between starts, so that a second start tells the same: the seed, the first day, the secrets,
 * and the ports it had. Without it every start would be another hospital.
 */
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import { files } from "./demonstration/config";

export interface Manifest {
  readonly seed: string;
  /** The day the people and files count from. */
  readonly firstDay: string;
  readonly moodleToken: string;
  readonly fhirSecret: string;
  readonly publicKeyPem: string;
  /** Ports of the last start, by system. */
  readonly ports: Readonly<Record<string, number>>;
}

const name = "sandbox.json";
const privateMode = 0o600;

export function loadManifest(folder: string): Manifest | undefined {
  const file = path.join(folder, name);
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Manifest) : undefined;
}

/** New secrets are random, not from the seed: a sandbox's key is nobody else's. */
export function newManifest(folder: string, seed: string, firstDay: string): Manifest {
  const { publicKey, privateKey } = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });
  replace(path.join(folder, files.privateKey), privateKey);
  const secret = () => randomBytes(24).toString("base64url");
  const manifest = {
    seed,
    firstDay,
    moodleToken: randomBytes(16).toString("hex"),
    fhirSecret: secret(),
    publicKeyPem: publicKey,
    ports: {},
  };
  saveManifest(folder, manifest);
  return manifest;
}

export function saveManifest(folder: string, manifest: Manifest): void {
  replace(path.join(folder, name), `${JSON.stringify(manifest, null, 2)}\n`);
}

/** Whole or not at all, for the owner only. */
function replace(file: string, text: string): void {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(`${file}.part`, text, { mode: privateMode });
  renameSync(`${file}.part`, file);
}
