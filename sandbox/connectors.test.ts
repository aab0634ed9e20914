/** Each connector of the demonstration reads its system: what is planted is found, and nothing else is refused. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parse } from "yaml";
import type { AnyConnector, Normalised, StaffToAsk } from "../connectors/connector";
import { csv } from "../connectors/csv/connector";
import { esr } from "../connectors/esr/connector";
import { fhir } from "../connectors/fhir/connector";
import { moodle } from "../connectors/moodle/connector";
import { workforceApi } from "../connectors/workforce-api/connector";
import { fixedClock } from "../platform/clock";
import { testWorld } from "../test/builders/vendor-world";
import { files } from "./demonstration/config";
import { type Ods, organisation } from "./population/organisations";
import { type Sandbox, startSandbox } from "./sandbox";

const clock = fixedClock("2026-11-22T10:00:00Z");
const folder = mkdtempSync(path.join(tmpdir(), "lanyard-sandbox-"));
let sandbox: Sandbox;

interface ConnectionInFile {
  readonly id: string;
  readonly organisations: Ods[];
  readonly organisationFrom?: string;
  readonly settings: Record<string, unknown>;
}

beforeAll(async () => {
  // A folder that is three days old: ESR has sent a quiet file since.
  sandbox = await startSandbox({ folder, clock, today: "2026-11-19", basePort: 28_281 });
});
afterAll(async () => {
  await sandbox.close();
  rmSync(folder, { recursive: true });
});

interface Found {
  readonly normalised: readonly Normalised[];
  /** Codes of what was refused before it became a record. */
  readonly refusedRaw: readonly string[];
}

/** Everything one connection of lanyard.yaml makes of its system; whoever is found is taken for the person asked for. */
async function read(id: string, connector: AnyConnector): Promise<Found> {
  const { connections } = parse(readFileSync(sandbox.configuration, "utf8")) as { connections: ConnectionInFile[] };
  const connection = connections.find((one) => one.id === id)!;
  const staff = sandbox.population.at(connection.organisations[0]!).map(
    (person, index): StaffToAsk => ({
      staffKey: String(index).padStart(5, "0"),
      given: person.given,
      family: person.family,
      birthDate: person.birthDate,
    }),
  );
  const paths = typeof connection.settings.folder === "string" ? { folder: path.join(folder, connection.settings.folder) } : {};
  const from = connection.organisationFrom ? { organisationFrom: connection.organisationFrom } : {};
  const world = testWorld({
    connector,
    settings: { ...connection.settings, ...from, ...paths },
    organisations: connection.organisations,
    secrets: { ...sandbox.environment, [files.privateKey]: readFileSync(path.join(folder, files.privateKey), "utf8") },
    staff,
    link: (_, candidates) => candidates.map((candidate) => candidate.personKey),
    clock,
  });
  const organisations = connection.organisations.map((odsCode) => ({ odsCode, name: odsCode, vpd: organisation(odsCode).vpd }));
  const context = {
    settings: world.source.settings,
    maps: { version: "none", coursesToCompetences: () => undefined },
    organisations,
  };
  const normalised: Normalised[] = [];
  const refusedRaw: string[] = [];
  for await (const page of connector.poll!.pages({ ...world.source, organisations }, undefined)) {
    for (const record of page.records) normalised.push(...connector.normalise(connector.raw.parse(record), context));
    refusedRaw.push(...(page.refusedRaw ?? []).map((refusal) => refusal.code));
  }
  expect(world.reported).toEqual([]);
  await world.close();
  return { normalised, refusedRaw };
}

const kinds = (found: Found, kind: string) => found.normalised.filter((one) => "kind" in one && one.kind === kind && !("refused" in one));
const refusals = (found: Found) => found.normalised.flatMap((one) => ("refused" in one ? [one.refused] : [])).sort();
const ignored = (found: Found, reason: string) => found.normalised.filter((one) => "ignored" in one && one.ignored === reason);

describe("the systems of the demonstration, read by their connectors", () => {
  it.each([
    ["zqa-esr", 280, []],
    ["zqb-esr", 200, ["ROW_FIELD_COUNT"]],
    ["zqc-esr", 100, []],
  ] as const)("%s: people, posts and awards; of the rows only the short one is refused", async (id, people, refusedRaw) => {
    const found = await read(id, esr);
    expect(kinds(found, "personal-details").length).toBeGreaterThan(people);
    for (const kind of [
      "assignment",
      "position",
      "organisational-unit",
      "location",
      "competence-definition",
      "professional-registration",
    ]) {
      expect(kinds(found, kind).length).toBeGreaterThan(0);
    }
    expect(kinds(found, "competence-award").length).toBeGreaterThan(800);
    expect(kinds(found, "competence-award").filter((one) => "withdrawn" in one && one.withdrawn)).toHaveLength(1);
    expect(found.refusedRaw).toEqual(refusedRaw);
    expect(refusals(found)).toEqual([]);
  });

  it("Moodle: people, completions, and the deleted account left aside", async () => {
    const found = await read("zqa-moodle", moodle);
    expect(kinds(found, "achievement").length).toBeGreaterThan(2000);
    expect(kinds(found, "competence-award").length).toBeGreaterThan(1500);
    expect(ignored(found, "account-deleted").length).toBeGreaterThan(0);
    expect(refusals(found)).toEqual([]);
  });

  it("Fernleaf: learning and checks, one record refused", async () => {
    const found = await read("zqb-fernleaf", workforceApi);
    expect(kinds(found, "competence-award").length).toBeGreaterThan(1200);
    expect(kinds(found, "employment-check").length).toBeGreaterThan(100);
    expect(refusals(found)).toEqual(["RECORD_INVALID"]);
  });

  it("Larkspur for Northbridge: one unknown code, and a denied result that leaves only a count", async () => {
    const found = await read("larkspur-workforce", workforceApi);
    expect(kinds(found, "immunisation").length).toBeGreaterThan(400);
    expect(refusals(found)).toEqual(["CODE_UNKNOWN"]);
    expect(ignored(found, "result-never-held")).toHaveLength(1);
  });

  it("Larkspur for Eastmoor: what is planted, and nothing else", async () => {
    const found = await read("larkspur-fhir", fhir);
    expect(kinds(found, "immunisation").length).toBeGreaterThan(700);
    expect(kinds(found, "clinical-test").length).toBeGreaterThan(100);
    expect(refusals(found)).toEqual(["CODE_UNKNOWN", "DATE_AMBIGUOUS", "OTHER_ORGANISATION"]);
    expect(ignored(found, "not-done")).toHaveLength(1);
    expect(ignored(found, "result-never-held")).toHaveLength(1);
  });

  it("Saltmarsh's clearances: one unreadable decision and one row of another organisation refused", async () => {
    const found = await read("zqc-clearances", csv);
    expect(kinds(found, "clearance").length).toBeGreaterThan(90);
    expect(refusals(found)).toEqual(["OTHER_ORGANISATION", "RECORD_INVALID"]);
  });

  it("Kingsmere: nothing yet", async () => {
    expect((await read("zqd-esr", esr)).normalised).toEqual([]);
  });
});
