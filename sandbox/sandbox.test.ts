import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parse } from "yaml";
import { fixedClock } from "../platform/clock";
import { type Sandbox, startSandbox } from "./sandbox";

const folder = mkdtempSync(path.join(tmpdir(), "lanyard-sandbox-"));
const open: Sandbox[] = [];
/** A kept connection would outlive the server it was made to. */
const newConnection = { connection: "close" };

async function start(clock: string, where = folder): Promise<Sandbox> {
  const sandbox = await startSandbox({ folder: where, clock: fixedClock(clock), basePort: 28_181 });
  open.push(sandbox);
  return sandbox;
}

function everyFile(): Record<string, string> {
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => statSync(path.join(folder, name)).isFile());
  return Object.fromEntries(names.sort().map((name) => [name, readFileSync(path.join(folder, name), "latin1")]));
}

/** Files that are new, and the others. */
function apart(now: Record<string, string>, before: Record<string, string>) {
  const quiet = Object.keys(now).filter((name) => !(name in before));
  return { quiet, others: Object.fromEntries(Object.entries(now).filter(([name]) => name in before)) };
}

async function moodleReport(sandbox: Sandbox): Promise<string> {
  const query = new URLSearchParams({
    wstoken: sandbox.environment.ZQA_MOODLE_TOKEN!,
    wsfunction: "core_reportbuilder_retrieve_report",
    moodlewsrestformat: "json",
    reportid: "1",
    page: "0",
    perpage: "5000",
  });
  const answer = await fetch(`${sandbox.addresses.moodle}/webservice/rest/server.php?${query}`, { headers: newConnection });
  return await answer.text();
}

async function immunisations(sandbox: Sandbox): Promise<unknown> {
  const signedIn = await fetch(sandbox.addresses.larkspurFhirToken, {
    headers: newConnection,
    method: "POST",
    body: new URLSearchParams({
      grant_type: "client_credentials",
      client_id: "lanyard-fhir",
      client_secret: sandbox.environment.LARKSPUR_FHIR_SECRET!,
    }),
  });
  const { access_token } = (await signedIn.json()) as { access_token: string };
  const answer = await fetch(`${sandbox.addresses.larkspurFhir}/Immunization?_count=1000`, {
    headers: { ...newConnection, authorization: `Bearer ${access_token}` },
  });
  const bundle = (await answer.json()) as { entry: { resource: unknown }[] };
  return bundle.entry.map((entry) => entry.resource);
}

afterEach(async () => {
  for (const sandbox of open.splice(0)) await sandbox.close();
});
afterAll(() => rmSync(folder, { recursive: true }));

describe("the sandbox", () => {
  it("answers, and tells the same at a second start days later", async () => {
    const first = await start("2026-11-22T10:00:00Z");
    const before = {
      files: everyFile(),
      report: await moodleReport(first),
      immunisations: await immunisations(first),
      addresses: first.addresses,
    };
    expect(before.report.length).toBeGreaterThan(100_000);
    expect((before.immunisations as unknown[]).length).toBeGreaterThan(500);
    await open.pop()!.close();

    const second = await start("2026-11-25T08:00:00Z");
    expect(second.firstDay).toBe("2026-11-22");
    expect(second.addresses).toEqual(before.addresses);
    const { quiet, others } = apart(everyFile(), before.files);
    expect(others).toEqual(before.files);
    expect(quiet).toEqual(["991", "992", "993"].map((vpd) => `esr/${vpd}/GO_${vpd}_GDW_GOC_20261125_00000104.DAT`));
    expect(await moodleReport(second)).toBe(before.report);
    expect(await immunisations(second)).toEqual(before.immunisations);
  });

  it("moves on when its ports are taken, and writes the configuration accordingly", async () => {
    const first = await start("2026-11-22T10:00:00Z");
    const other = mkdtempSync(path.join(tmpdir(), "lanyard-sandbox-"));
    try {
      const second = await start("2026-11-22T10:00:00Z", other);
      expect(second.addresses.moodle).not.toBe(first.addresses.moodle);
      const config = parse(readFileSync(second.configuration, "utf8")) as { connections: { id: string; settings: { baseUrl?: string } }[] };
      const baseUrl = (id: string) => config.connections.find((connection) => connection.id === id)!.settings.baseUrl;
      expect(baseUrl("zqa-moodle")).toBe(second.addresses.moodle);
      expect(baseUrl("larkspur-fhir")).toBe(second.addresses.larkspurFhir);
    } finally {
      rmSync(other, { recursive: true });
    }
  });

  it("does not write over a table that somebody has edited", async () => {
    const file = path.join(folder, "maps/zqa-courses.csv");
    await start("2026-11-22T10:00:00Z");
    appendFileSync(file, "NBUH-IPC2-2026,NHS|CSTF|Infection Prevention and Control - Level 2 - 1 Year|,2026-01-01,\n");
    await open.pop()!.close();
    await start("2026-11-22T11:00:00Z");
    expect(readFileSync(file, "utf8")).toContain("NBUH-IPC2-2026,");
  });

  it("keeps its key and its secrets for the owner", async () => {
    await start("2026-11-22T10:00:00Z");
    for (const name of ["keys/lanyard.pem", "sandbox.json"]) expect(statSync(path.join(folder, name)).mode & 0o077).toBe(0);
  });
});
