import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { loadKeyEncryptionKey } from "../../platform/secrets";
import { ConfigError, loadConfig } from "./load";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "lanyard-safe-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

function faultsOf(yaml: string): string[] {
  const file = path.join(folder, "lanyard.yaml");
  writeFileSync(file, yaml);
  try {
    loadConfig(file, { today: "2026-11-22", environment: { T: "secret-of-the-vendor" } });
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    expect(error.message).not.toContain("secret-of-the-vendor");
    return error.faults.map(({ at, say }) => `${at}: ${say}`);
  }
}

const inMode = (mode: string, more: string) =>
  `mode: ${mode}\norganisations:\n  - { odsCode: ZQA, vpd: "991", name: Northbridge }\n${more}`;
const agreement =
  "agreement: { controller: ZQA, dpia: D1, lawfulBasis: 'Art 6(1)(e)', dataSets: [learning], approvedBy: A, reviewBy: 2027-12-10 }";
const moodle = (settings: string, more: string) =>
  `connections:\n  - { id: a, connector: moodle, organisations: [ZQA], settings: ${settings}, ${more} }\n`;
const good = '{ baseUrl: "https://m.example.test", token: { env: T } }';

/** Each is taken in a demonstration and refused in production. */
const unsafe: readonly (readonly [string, string, RegExp])[] = [
  ["a connection without its agreement", moodle(good, "everyMinutes: 60"), /agreement: is missing/],
  ["http to a vendor", moodle('{ baseUrl: "http://m.example.test", token: { env: T } }', agreement), /uses http/],
  ["every address", moodle(good, `allowHosts: ["0.0.0.0/0"], ${agreement}`), /wider than \/16/],
  ["half of all addresses", moodle(good, `allowHosts: ["128.0.0.0/1"], ${agreement}`), /wider than \/16/],
  ["every IPv6 address", moodle(good, `allowHosts: ["::/0"], ${agreement}`), /wider than \/48/],
  ["operators without a password", "console: { operators: [{ name: O, role: ops }] }\n", /without a password/],
  ["people that one account can be", "commandLine: { people: [A, B] }\n", /one account be two people/],
  ["keys of logins from every address", 'keyHosts: ["0.0.0.0/0"]\n', /wider than \/16/],
  ["http to a subgraph elsewhere", 'subgraphs: { learning: "http://10.0.0.5:4001/graphql" }\n', /uses http to another machine/],
];

test.each(unsafe)("production refuses %s", (_, more, why) => {
  expect(faultsOf(inMode("demonstration", more))).toEqual([]);
  expect(faultsOf(inMode("production", more))).toEqual([expect.stringMatching(why)]);
});

test("production takes the safe form of each", () => {
  const safe = `${moodle(good, `allowHosts: ["10.20.0.0/16"], ${agreement}`)}subgraphs: { learning: "http://127.0.0.1:4001/graphql", health: "https://health.example.test/graphql" }\n`;
  expect(faultsOf(inMode("production", safe))).toEqual([]);
});

test("production makes no key by itself", () => {
  const file = path.join(folder, "key");
  expect(() => loadKeyEncryptionKey({ value: undefined, file, mayGenerate: false })).toThrow();
  expect(loadKeyEncryptionKey({ value: undefined, file, mayGenerate: true })).toHaveLength(32);
  // One that was generated in a demonstration is no key of production either.
  expect(() => loadKeyEncryptionKey({ value: undefined, file, mayGenerate: false })).toThrow();
});
