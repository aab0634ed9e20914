import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fixedClock } from "../platform/clock";
import { createAuthenticator } from "./auth";
import { createDevelopmentIssuer, developmentRoles } from "./development-issuer";

const folder = mkdtempSync(path.join(tmpdir(), "issuer-"));
const clock = fixedClock("2026-11-22T12:00:00Z");
afterAll(() => rmSync(folder, { recursive: true }));

test("does not start in production, and makes no key there", async () => {
  await expect(createDevelopmentIssuer({ folder, clock, mode: "production" })).rejects.toMatchObject({ code: "SETTINGS_INVALID" });
  expect(existsSync(path.join(folder, "development-issuer.json"))).toBe(false);
});

test.each(developmentRoles)("gives a token as %s, and a front-end's is that of a registered client", async (role) => {
  const issuer = await createDevelopmentIssuer({ folder, clock, mode: "demonstration" });
  const token = await issuer.issueToken({ as: role, organisation: "ZQA" });
  const principal = await createAuthenticator({ issuers: [issuer.trusted], clock })(`Bearer ${token}`);
  expect(principal).toMatchObject({ role, org: "ZQA" });
  expect(principal.registered?.includes("R5")).toBe(role === "passport" ? true : undefined);
  expect(principal.purposes.length).toBeGreaterThan(0);
  expect(principal.aal).toBeGreaterThan(1);
});
