import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { clockFrom } from "../../../platform/clock";
import { type TestHub, testHub } from "../../builders/hub";
import { type PushVendor, pushVendor, pushYaml } from "../../builders/push-vendor";

const text = readFileSync(path.resolve(__dirname, "../../../docs/vendors/push.md"), "utf8");
const block = (language: string) => new RegExp(`\`\`\`${language}\\n(.*?)\`\`\``, "s").exec(text)![1]!;
let hub: TestHub;
let vendor: PushVendor;
beforeAll(async () => {
  // The document's example signs the time that its own machine has.
  hub = await testHub({ yaml: pushYaml(), clock: clockFrom(execTime()) });
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

test("the document's batch is taken as it stands, but for whose it is", async () => {
  const batch = JSON.parse(block("json")) as { records: object[] };
  const { status, body } = await vendor.push(batch.records);
  expect([status, body.accepted, body.waiting, body.errors]).toEqual([200, 2, 2, []]);
});
