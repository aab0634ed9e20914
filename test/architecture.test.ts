import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { problems } from "../schema/codes/problems";
import { definitionOfKind, recordKinds } from "../schema/kinds";
import { accessLabels } from "../schema/registry";
import otherRoles from "./access/other-roles.json";
import { roleUses } from "./access/role-uses";
import { codeFolders, root, sourcesOf } from "./code";

const files = codeFolders.flatMap(sourcesOf);
const read = (file: string) => readFileSync(path.join(root, file), "utf8");

describe("the architecture", () => {
  it("has no folder whose name says nothing", () => {
    const nameless = /(^|\/)(src|lib|utils|common|shared|helpers|types|services)(\/|$)/;
    expect(files.filter((file) => nameless.test(path.dirname(file)))).toEqual([]);
  });

  it("reads the environment in cli/ only", () => {
    expect(files.filter((file) => !file.startsWith("cli/") && /process\.env\b/.test(read(file)))).toEqual([]);
  });

  it("asks the clock for the time: nothing but platform/clock.ts knows what time it is", () => {
    const now = /\bDate\.now\(\)|new Date\(\)/;
    expect(files.filter((file) => file !== "platform/clock.ts" && now.test(read(file)))).toEqual([]);
  });

  it("keeps files short enough to read in one sitting", () => {
    expect(files.filter((file) => !file.startsWith("store/migrations/") && read(file).split("\n").length > 450)).toEqual([]);
  });

  it("labels every record type and every field for access", () => {
    for (const kind of recordKinds) {
      const definition = definitionOfKind(kind);
      expect(accessLabels).toContain(definition.access);
      for (const field of definition.fields) if (field.access) expect(accessLabels).toContain(field.access);
      expect(definition.fields.length).toBeGreaterThan(0);
    }
  });

  it("looks at what somebody is in access/ only: everything else asks it", () => {
    const { otherThings, uses } = otherRoles as { otherThings: Record<string, string>; uses: { file: string; text: string }[] };
    const found = files
      .filter((file) => !file.startsWith("access/"))
      .flatMap((file) => roleUses(file, read(file)).map((use) => ({ file, ...use })));
    const elsewhere = (file: string) => Object.keys(otherThings).find((path) => file.startsWith(path));
    const allowed = (file: string, text: string) => uses.some((use) => use.file === file && use.text === text);
    expect(
      found.filter(({ file, text }) => !elsewhere(file) && !allowed(file, text)).map((it) => `${it.file}:${it.line} ${it.text}`),
    ).toEqual([]);
    // What is excepted is there: an exception outlives nothing.
    expect(Object.keys(otherThings).filter((path) => !found.some(({ file }) => file.startsWith(path)))).toEqual([]);
    expect(uses.filter((use) => !found.some(({ file, text }) => use.file === file && use.text === text))).toEqual([]);
  });

  it.each([
    [`if (principal.role === "hr") open();`, 1],
    [`const { role: as } = caller; if (as !== "oh") close();`, 1],
    [`const as = context.caller.role; if ("ops" == as) open();`, 1],
    [`switch (principal.role) { case "auditor": open(); }`, 2],
    [`if (["hr", "oh"].includes(principal.role as string)) open();`, 1],
    [`if (ofHealth.has(caller!.role)) open();`, 1],
    [`const labels = opened[principal["role"]];`, 1],
    [`if (/^vendor-/.test(principal.role)) open();`, 1],
    [`if (principal.role?.startsWith("vendor")) open();`, 1],
    [`if (who === "trust-admin") open();`, 1],
    [`if (actorsOf(principal).includes("LEHR")) open();`, 1],
    [`if (rolesOfPersons.includes(askedRole)) open();`, 1],
    [`if (approval.askedRole === changed.changedRole) close();`, 1],
    [`if (look["approvedByRole"] !== "ops") close();`, 1],
    [`const { askedRole: by } = approval; const words = named[by];`, 1],
    [`const by = approval.askedRole; if (mayApprove.has(by)) open();`, 1],
    [`if (askedRole in opened) open();`, 1],
    [`if (approval.askedRole === undefined || parole === "yes") refuse();`, 0],
    [`const asked = { role: principal.role, org: principal.org };`, 0],
    [`if (client.role === undefined) refuse();`, 0],
    [`import { roleTable } from "../access/roles"; const { purposes } = roleTable[principal.role];`, 0],
  ])("finds in %s what it is to find", (text, count) => {
    expect(roleUses("planted.ts", text)).toHaveLength(count);
  });

  it("says for every code that is thrown what happened, whose move it is and what comes next", () => {
    const thrown = new Set<string>();
    for (const file of files) {
      const text = read(file);
      for (const [, code] of text.matchAll(/\bcode: "([A-Z][A-Z_]+)"/g)) thrown.add(code!);
      for (const [, code] of text.matchAll(/\brefused: "([A-Z][A-Z_]+)"/g)) thrown.add(code!);
    }
    const graphql = [
      "UNAUTHENTICATED",
      "FORBIDDEN",
      "BAD_USER_INPUT",
      "USAGE",
      "GRAPHQL_VALIDATION_FAILED",
      "UPSTREAM_UNAVAILABLE",
      "INTERNAL_SERVER_ERROR",
      "SERVICE_UNAVAILABLE",
      // Of the gateway's answers, and of its log: told to the asker with what to do.
      "BAD_REQUEST",
      "OPERATION_TOO_COSTLY",
      "OPERATION_NOT_REGISTERED",
      "TOO_MANY_REQUESTS",
      "HARVEST_SUSPECTED",
      // Of the command's HTTP answers, and inside the connector kit only: no record, page or run ends with it.
      "NOT_FOUND",
      "LANYARD_PRIVATE_ADDRESS",
      // The operating system's own, which the kit translates.
      "ETIMEDOUT",
      "ECONNRESET",
    ];
    expect([...thrown].filter((code) => !(code in problems) && !graphql.includes(code))).toEqual([]);
  });

  it("has one copy of graphql", () => {
    const listed = execFileSync("npm", ["ls", "graphql", "--all", "--json"], {
      cwd: root,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
    const versions = new Set<string>();
    const walk = (node: { dependencies?: Record<string, { version?: string; dependencies?: object }> }) => {
      for (const [name, dependency] of Object.entries(node.dependencies ?? {})) {
        if (name === "graphql" && dependency.version) versions.add(dependency.version);
        walk(dependency as never);
      }
    };
    walk(JSON.parse(listed));
    expect([...versions]).toHaveLength(1);
  });
});
