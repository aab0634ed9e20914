import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { clockFrom } from "../../../platform/clock";
import { type TestHub, testHub } from "../../builders/hub";
import { type PushVendor, pushVendor, pushYaml } from "../../builders/push-vendor";

const text = readFileSync(path.resolve(__dirname, "../../../docs/vendors/push.md"), "utf8");
const block = (language: string) => new RegExp(`\`\`\`${language}\\n(.*?)\`\`\``, "s").exec(text)![1]!;
const workforce = `  - id: zqa-workforce
    connector: workforce-api
    organisations: [ZQA]
    settings: { baseUrl: "https://workforce.example/dsp-api", tokenUrl: "https://workforce.example/token", clientId: hub, privateKey: { env: PEM }, keyId: k1, reads: [core-skills] }
`;
let hub: TestHub;
let vendor: PushVendor;
beforeAll(async () => {
  // The document's example signs the time that its own machine has.
  hub = await testHub({ yaml: `${pushYaml()}${workforce}`, clock: clockFrom(execTime()), values: { PEM: "none" } });
  vendor = await pushVendor(hub);
});
afterAll(async () => {
  await vendor.close();
  await hub.close();
});
const execTime = () => new Date(performance.timeOrigin + performance.now());

test("the document's example in Node works as it stands", async () => {
  const env = { PATH: process.env.PATH, URL: `${vendor.origin}/intake/zqa-lms/records`, KEY: vendor.secret };
  const { stdout } = await promisify(execFile)(process.execPath, ["-e", block("js")], { env });
  expect(stdout).toMatch(/^200 \{"batchId":/);
});

test("the document's way to the receipts works as it stands", async () => {
  const { body } = await vendor.push([
    { id: "TW-1", person: { staffNumber: "1" }, course: { code: "X", title: "Day" }, completedOn: "2026-01-02" },
  ]);
  const env = { PATH: process.env.PATH, URL: `${vendor.origin}/intake/zqa-lms/records`, KEY: vendor.secret, BATCH: body.batchId };
  const { stdout } = await promisify(execFile)(process.execPath, ["-e", block("js receipts")], { env });
  expect(stdout).toMatch(/^200 \{"receipts":\[\{"receipt":"[0-9a-f-]{36}",.*"yourId":"TW-1",.*"now":"waiting"/);
});

test("the document's event is taken as it stands, with curl", async () => {
  const key = await hub.store.intake.issueKey({ connectionId: "zqa-workforce", organisation: "ZQA", by: "test", algorithm: "api-key" });
  const env = { PATH: process.env.PATH, ADDRESS: vendor.origin, KEY: key.secret };
  const { stdout } = await promisify(execFile)("sh", ["-c", block("sh event")], { env });
  expect(stdout).toBe('{"id":"236a1d4a-5d69-4fa9-9c7f-e72bf505aa5b"}');
});

test("the description of the doors is served as it is checked in", async () => {
  const served = await vendor.send("/openapi.json", "GET", {});
  expect([served.status, served.text]).toEqual([200, readFileSync(path.resolve(__dirname, "../../../docs/vendors/openapi.json"), "utf8")]);
});

test("the document's batch is taken as it stands, but for whose it is", async () => {
  const batch = JSON.parse(block("json")) as { records: object[] };
  const { status, body } = await vendor.push(batch.records);
  expect([status, body.accepted, body.waiting, body.errors]).toEqual([200, 2, 2, []]);
});
