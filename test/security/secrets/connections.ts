/** Connections whose secrets are wrong, malformed, or given to a vendor that says them aloud; and what each must end with. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Sandbox } from "../../../sandbox/sandbox";
import { newSshKey, type SftpServer, startSftp } from "../../../sandbox/sftp/server";
import type { Telltale } from "./telltale";

export interface Secrets {
  /** By a name that tells nothing. */
  readonly values: Map<string, string>;
  readonly environment: Record<string, string>;
  readonly expected: Readonly<Record<string, string>>;
  readonly sftp: SftpServer;
}

let count = 0;
/** With characters that URL and base64 write otherwise; letters alone where a vendor's word for an error would be believed. */
export function newSecret(kind: "any" | "letters" = "any"): string {
  count += 1;
  const tail = String(count).padStart(3, "0");
  if (kind === "letters") return `zqv_${[...tail].map((digit) => "abcdefghij"[Number(digit)]).join("")}_not_to_be_said`;
  return `zqv${tail}/S+e:c.r?t=${(count * 7919).toString(36)}`;
}

/** The lines of a key, without its frame: a key that comes back in pieces has come back. */
const linesOf = (pem: string) => pem.split("\n").filter((line) => line.length >= 30 && !line.startsWith("-----"));

const expected = {
  "told-token": "CREDENTIALS_REJECTED",
  "told-words": "CREDENTIALS_REJECTED",
  "told-moodle": "UNEXPECTED_ANSWER",
  "told-basic": "CREDENTIALS_REJECTED|PERMISSION_MISSING|BREAKER_OPEN",
  "told-broken": "VENDOR_ERROR|NOT_JSON|UNREACHABLE",
  "wrong-moodle": "CREDENTIALS_REJECTED|MOODLE_ERROR",
  "wrong-oauth": "CREDENTIALS_REJECTED",
  "no-tls": "TLS_FAILED",
  "wrong-password": "CREDENTIALS_REJECTED",
  "locked-key": "SETTINGS_INVALID",
  "half-key": "SETTINGS_INVALID",
  "half-pem": "SETTINGS_INVALID",
} as const;

export async function addConnections(sandbox: Sandbox, telltale: Telltale): Promise<Secrets> {
  const values = new Map<string, string>();
  const environment: Record<string, string> = {};
  const keep = (name: string, value: string): string => {
    values.set(name, value);
    environment[`ZQV_${values.size}`] = value;
    return `{ env: ZQV_${values.size} }`;
  };
  const folder = path.dirname(sandbox.configuration);
  const remote = path.join(folder, "remote");
  mkdirSync(remote, { recursive: true });
  const sftp = await startSftp({ folder: remote, user: "lanyard", password: newSecret() });
  const sshKey = newSshKey().privateKey;
  const pem = readFileSync(path.join(folder, "keys", "lanyard.pem"), "utf8");
  linesOf(pem).forEach((line, at) => void values.set(`client key, line ${at}`, line));
  linesOf(sshKey).forEach((line, at) => void values.set(`ssh key, line ${at}`, line));
  environment.ZQV_SSH = sshKey;
  environment.ZQV_HALF_SSH = sshKey.slice(0, sshKey.length / 2);
  writeFileSync(path.join(folder, "keys", "half.pem"), pem.slice(0, pem.length / 2), { mode: 0o600 });
  for (const [name, value] of Object.entries(sandbox.environment)) values.set(name, value);

  const fhir = (tokenUrl: string, secret: string) =>
    `{ baseUrl: "${sandbox.addresses.larkspurFhir}", staffIdentifierSystem: "urn:x", auth: { kind: client-credentials, tokenUrl: "${tokenUrl}", clientId: lanyard-fhir, clientSecret: ${secret} } }`;
  const xapi = (base: string, name: string) =>
    `{ baseUrl: "${base}", auth: { kind: basic, username: lanyard, password: ${keep(name, newSecret())} } }`;
  const drop = (how: string) =>
    `{ mapping: clearances, sftp: { host: 127.0.0.1, port: ${sftp.port}, user: lanyard, hostKey: "${sftp.fingerprint}", ${how} } }`;
  const connections: Readonly<Record<keyof typeof expected, readonly [connector: string, settings: string]>> = {
    "told-token": ["fhir", fhir(`${telltale.url}/token`, keep("told-token", newSecret()))],
    "told-words": ["fhir", fhir(`${telltale.url}/answers-400/token`, keep("told-words", newSecret("letters")))],
    "told-moodle": ["moodle", `{ baseUrl: "${telltale.url}/answers-200", token: ${keep("told-moodle", newSecret("letters"))} }`],
    "told-basic": ["xapi", xapi(`${telltale.url}/xapi`, "told-basic")],
    "told-broken": ["xapi", xapi(`${telltale.url}/answers-500/xapi`, "told-broken")],
    "wrong-moodle": ["moodle", `{ baseUrl: "${sandbox.addresses.moodle}", token: ${keep("wrong-moodle", newSecret())} }`],
    "wrong-oauth": ["fhir", fhir(sandbox.addresses.larkspurFhirToken, keep("wrong-oauth", newSecret()))],
    "no-tls": ["moodle", `{ baseUrl: "${telltale.secureUrl}", token: ${keep("no-tls", newSecret())} }`],
    "wrong-password": ["csv", drop(`password: ${keep("wrong-password", newSecret())}`)],
    "locked-key": ["csv", drop(`privateKey: ${keep("locked-key", newSecret())}, passphrase: ${keep("passphrase", newSecret())}`)],
    "half-key": ["csv", drop("privateKey: { env: ZQV_HALF_SSH }")],
    "half-pem": [
      "workforce-api",
      `{ baseUrl: "${sandbox.addresses.larkspurWorkforce}", tokenUrl: "${sandbox.addresses.larkspurWorkforceToken}", clientId: x, keyId: y, reads: [dbs], privateKey: { file: keys/half.pem } }`,
    ],
  };
  const yaml = Object.entries(connections).map(
    ([id, [connector, settings]]) =>
      `  - { id: ${id}, title: ${id}, connector: ${connector}, organisations: [${id === "half-pem" ? "ZQA" : "ZQD"}], everyMinutes: 10080, settings: ${settings} }\n`,
  );
  const text = readFileSync(sandbox.configuration, "utf8");
  writeFileSync(
    sandbox.configuration,
    text.replace(/^connections:\n/m, (line) => line + yaml.join("")),
  );
  return { values, environment, expected, sftp };
}

/** Secrets where the configuration wants something else: written out, or in the place of their own name. */
export function badConfigurations(folder: string, values: Map<string, string>): string[] {
  const head = "mode: demonstration\norganisations: [{ odsCode: ZQA, name: A, cstfAligned: true }]\n";
  const secret = (name: string) => {
    const value = newSecret();
    values.set(name, value);
    return JSON.stringify(value);
  };
  const tokens = [
    secret("written out"),
    `{ env: ${secret("in the place of a variable's name")} }`,
    `{ file: ${secret("in the place of a file's name")} }`,
    `{ value: ${secret("under a name of its own")} }`,
    `{ env: HOME }, password: ${secret("a setting that is not known")}`,
    `[${secret("in a list")}]`,
  ];
  const connections = tokens.map(
    (token, at) =>
      `  - { id: c${at}, connector: moodle, organisations: [ZQA], settings: { baseUrl: "https://lms.example", token: ${token} } }\n`,
  );
  const address = new URL("https://lms.example");
  address.password = newSecret("letters");
  values.set("in an address", address.password);
  const texts = [
    `${head}connections:\n${connections.join("")}issuers: [{ issuer: ${secret("an issuer")}, secret: ${secret("of an issuer")} }]\n`,
    `${head}connections:\n  - { id: a, connector: moodle, organisations: [ZQA], settings: { baseUrl: "${address}", token: ${secret("in what is no YAML")} } ]\n`,
    `${head}connections:\n  - token: &x ${secret("an anchor")}\n  - *${values.get("an anchor")!.slice(0, 6)}\n`,
  ];
  return texts.map((text, at) => {
    const file = path.join(folder, `bad-${at}.yaml`);
    writeFileSync(file, text);
    return file;
  });
}
