import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { type Served, serve } from "../test/supergraph/serve";
import { explorerHandler } from "./explorer";

let folder: string;
let served: Served;
beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "lanyard-explorer-"));
  mkdirSync(path.join(folder, "files"));
  writeFileSync(path.join(folder, "files", "index.html"), "<p>explorer</p>");
  writeFileSync(path.join(folder, "secret.html"), "secret");
  served = await serve([explorerHandler(path.join(folder, "files"))]);
});
afterAll(async () => {
  await served.close();
  rmSync(folder, { recursive: true, force: true });
});
const get = (where: string) => fetch(served.url + where, { headers: { connection: "close" } });

test("the explorer loads nothing from another host", async () => {
  const answer = await get("/explorer");
  expect(answer.status).toBe(200);
  const policy = answer.headers.get("content-security-policy")!;
  expect(policy).toContain("default-src 'none'");
  expect(policy).not.toMatch(/https?:|\*|unsafe-eval/);
});

test("no file outside its folder is served", async () => {
  for (const where of [
    "/explorer/../secret.html",
    "/explorer/%2e%2e/secret.html",
    "/explorer/..%2fsecret.html",
    "/explorer/files/secret.html",
    "/explorer/.stamp",
  ]) {
    expect((await get(where)).status).toBe(404);
  }
  expect((await get("/other")).status).toBe(404);
});
