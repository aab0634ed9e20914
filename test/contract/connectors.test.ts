/** What every connector owes the engine. A new connector is held to it by its line in the catalogue and its fixtures. */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { z } from "zod";
import { catalog } from "../../connectors/catalog";
import type { AnyConnector, Normalised, NormalisedRecord, NormalisedWithdrawal } from "../../connectors/connector";
import { isDeniedTest } from "../../schema/codes/clinical-tests";
import { problems } from "../../schema/codes/problems";
import { definitionOfKind, recordKinds, recordTypes } from "../../schema/kinds";
import { factsOf, type StoredRecord } from "../../schema/record";

interface Fixture {
  says: string;
  settings: Record<string, unknown>;
  organisations: { odsCode: string; vpd?: string }[];
  raw: unknown;
  expect: { kinds: string[]; ignored?: string; refused?: string };
}

const connectors = Object.entries(catalog);

function fixturesOf(name: string): Fixture[] {
  const folder = path.join(__dirname, "../../connectors", name, "fixtures");
  return readdirSync(folder)
    .filter((file) => file.endsWith(".json"))
    .flatMap((file) => JSON.parse(readFileSync(path.join(folder, file), "utf8")) as Fixture[]);
}

function deepFreeze<T>(value: T): T {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const part of Object.values(value)) deepFreeze(part);
  }
  return value;
}

function normalise(connector: AnyConnector, fixture: Fixture, raw: unknown): readonly Normalised[] {
  const context = {
    settings: connector.settings.parse(fixture.settings),
    maps: { version: "fixture", coursesToCompetences: () => undefined },
    organisations: fixture.organisations.map(({ odsCode, vpd }) => ({ odsCode, vpd })),
  };
  return connector.normalise(deepFreeze(raw), { ...deepFreeze(context), maps: context.maps });
}

const strangers = Object.fromEntries(
  [
    "strangerField",
    "nhsNumber",
    "NHS_NUMBER",
    "nhs_number",
    "salary",
    "payScale",
    "ethnicOrigin",
    "ethnicity",
    "disability",
    "absence",
    "certificateNumber",
    "informationDisclosed",
  ].map((key) => [key, "CANARY"]),
);

/** The same record with fields in every object that are unknown, or known and never wanted. */
function withStranger(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withStranger);
  if (typeof value !== "object" || value === null) return value;
  return { ...Object.fromEntries(Object.entries(value).map(([key, part]) => [key, withStranger(part)])), ...strangers };
}

function textsOf(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(textsOf);
}

function keysOf(value: unknown): string[] {
  if (typeof value !== "object" || value === null) return [];
  return [...(Array.isArray(value) ? [] : Object.keys(value)), ...Object.values(value).flatMap(keysOf)];
}

/** Names of all fields a schema can hold, at any depth. */
function fieldNames(schema: unknown): string[] {
  if (typeof schema !== "object" || schema === null) return [];
  const { properties } = schema as { properties?: Record<string, unknown> };
  return [...Object.keys(properties ?? {}), ...Object.values(schema).flatMap(fieldNames)];
}

describe.each(connectors)("the connector %s", (name, connector) => {
  const fixtures = fixturesOf(name);
  const kinds = connector.delivers.map(({ kind }) => kind);

  test("is named like its folder and its line in the catalogue", () => {
    expect(connector.name).toBe(name);
    expect(name).toMatch(/^[a-z]+(-[a-z]+)*$/);
    expect(connector.version).toBeGreaterThanOrEqual(1);
    expect(connector.poll ?? connector.push).toBeDefined();
  });

  test("delivers kinds that exist, each once", () => {
    for (const kind of kinds) expect(recordKinds).toContain(kind);
    expect(new Set(kinds).size).toBe(kinds.length);
  });

  test("refuses settings that it does not know", () => {
    for (const { settings } of fixtures) {
      expect(connector.settings.safeParse(settings).error).toBeUndefined();
      expect(connector.settings.safeParse({ ...settings, strangerField: 1 }).success).toBe(false);
    }
  });

  test("answers with the hosts of its settings", () => {
    for (const { settings } of fixtures)
      for (const host of connector.hosts(connector.settings.parse(settings))) expect(host).toMatch(/^[a-z0-9.:[\]-]+$/i);
  });

  test("has no field for what never enters: NHS number, pay, ethnicity, disability, absence", () => {
    // A schema that transforms shows its fields on one side only.
    const inSchema = (["input", "output"] as const).flatMap((io) =>
      fieldNames(z.toJSONSchema(connector.raw, { unrepresentable: "any", io })),
    );
    // Where the schema decides by code, what it lets through of the fixtures shows its fields.
    const names = [...inSchema, ...fixtures.flatMap(({ raw }) => keysOf(connector.raw.parse(raw)))];
    expect(names.length).toBeGreaterThan(0);
    for (const field of names)
      expect(field).not.toMatch(
        /nhs_?(number|no)|salary|^pay|pay_?(roll|scale|band)|grade_?step|ethnic|disab|absence|sickness|certificate_?number|information_?disclosed/i,
      );
  });

  test("shows every kind it delivers in a fixture", () => {
    const shown = new Set(fixtures.flatMap(({ expect: { kinds: expected } }) => expected));
    for (const kind of kinds) expect(shown).toContain(kind);
  });

  describe.each(fixtures.map((fixture) => [fixture.says, fixture] as const))("%s", (_, fixture) => {
    test("drops unknown fields at the door", () => {
      expect(JSON.stringify(connector.raw.parse(withStranger(fixture.raw)))).not.toContain("CANARY");
      expect(connector.raw.parse(withStranger(fixture.raw))).toEqual(connector.raw.parse(fixture.raw));
    });

    test("gives the same for ever, and touches nothing it was given", () => {
      const first = normalise(connector, fixture, connector.raw.parse(fixture.raw));
      expect(normalise(connector, fixture, connector.raw.parse(fixture.raw))).toEqual(first);
    });

    test("gives what it should, as facts the record types accept", () => {
      const all = normalise(connector, fixture, connector.raw.parse(fixture.raw));
      const records = all.filter((one): one is NormalisedRecord | NormalisedWithdrawal => !("refused" in one) && !("ignored" in one));
      expect(records.map(({ kind }) => kind).sort()).toEqual([...fixture.expect.kinds].sort());
      for (const one of records) {
        expect(kinds).toContain(one.kind);
        expect(one.sourceId).not.toBe("");
        if (one.withdrawn) continue;
        const definition = definitionOfKind(one.kind);
        expect(factsOf<StoredRecord>(recordTypes[one.kind]).safeParse(one.facts).error?.issues).toBeUndefined();
        if (definition.subject === "staff-member") expect(one.claim?.personKey).toBeTruthy();
      }
      const refused = all.flatMap((one) => ("refused" in one ? [one.refused] : []));
      expect(refused).toEqual(fixture.expect.refused === undefined ? [] : refused.map(() => fixture.expect.refused));
      if (fixture.expect.refused !== undefined) expect(refused).not.toHaveLength(0);
      for (const code of refused) expect(Object.keys(problems)).toContain(code);
      const ignored = all.flatMap((one) => ("ignored" in one ? [one.ignored] : []));
      if (fixture.expect.ignored !== undefined) expect(ignored).toContain(fixture.expect.ignored);
      for (const reason of ignored) expect(reason).toMatch(/^[a-z]+(-[a-z]+)*$/);
    });

    test("keeps nothing of a result that may never be held", () => {
      if (!connector.delivers.some(({ kind }) => kind === "clinical-test") || !isDeniedTest(textsOf(fixture.raw))) return;
      const parsed = connector.raw.parse(fixture.raw);
      expect(isDeniedTest(textsOf(parsed))).toBe(false);
      const all = normalise(connector, fixture, parsed);
      expect(all.filter((one) => "facts" in one && one.facts !== undefined)).toEqual([]);
      expect(isDeniedTest(textsOf(all))).toBe(false);
    });
  });
});

test("a health connector shows in its fixtures that a denied result leaves nothing", () => {
  const health = connectors.filter(([, { delivers }]) => delivers.some(({ kind }) => kind === "clinical-test"));
  expect(health.length).toBeGreaterThan(0);
  for (const [name] of health) expect(fixturesOf(name).filter(({ raw }) => isDeniedTest(textsOf(raw)))).not.toHaveLength(0);
});
