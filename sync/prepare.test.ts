import { z } from "zod";
import type { Connector, Normalised } from "../connectors/connector";
import type { Connection } from "./connection";
import { courseMaps } from "./maps";
import { preparePage } from "./prepare";
import { kindOfValue } from "./refusal-detail";

interface Raw {
  id: string;
  person?: string;
  outcome: "award" | "nothing" | "foreign" | "bad-day" | "nobody" | "unknown-code";
}
const connector: Connector<object, Raw, number> = {
  name: "made-up",
  version: 1,
  title: "Made up",
  delivers: [{ kind: "competence-award", system: "oh", absence: "notAtSource", provenance: { pedigree: "Authoritative" } }],
  settings: z.object({}),
  checkpoint: z.number(),
  raw: z.object({
    id: z.string(),
    person: z.string().optional(),
    outcome: z.enum(["award", "nothing", "foreign", "bad-day", "nobody", "unknown-code"]),
  }),
  hosts: () => [],
  normalise: (raw): readonly Normalised[] => {
    if (raw.outcome === "nothing") return [{ ignored: "not-completed" }];
    if (raw.outcome === "unknown-code")
      return [{ refused: "CODE_UNKNOWN", kind: "competence-award", sourceId: raw.id, pointer: "/code", got: "X1" }];
    return [
      {
        kind: "competence-award",
        sourceId: raw.id,
        organisation: raw.outcome === "foreign" ? "ZQX" : undefined,
        claim:
          raw.outcome === "nobody"
            ? undefined
            : { personKey: raw.person ?? "p", familyName: "Quill", identifiers: [{ scheme: "LOCAL", value: raw.id }] },
        facts: { competence: "CSTF|Fire Safety|1|", awardedOn: raw.outcome === "bad-day" ? "2026-02-30" : "2026-02-03" },
      },
    ];
  },
};
const organisation = { odsCode: "ZQA", vpd: "991", name: "Northbridge", cstfAligned: true };
const connection: Connection = {
  id: "zqa-made-up",
  title: "",
  connector,
  delivers: connector.delivers,
  organisations: [organisation],
  settings: {},
  everyMinutes: 15,
  freshWithinSeconds: 60,
  absenceLimit: { share: 0.05, records: 50 },
  rawDays: 90,
  allowHosts: [],
  goLiveOn: undefined,
  fingerprint: "",
};
const prepare = (records: readonly unknown[]) =>
  preparePage(
    { dataSet: "completions", records, checkpoint: 1, refusedRaw: [{ code: "ROW_FIELD_COUNT", sourceId: "f:3", got: "4", expected: "5" }] },
    {
      connection,
      maps: courseMaps(new Map()),
      readAt: "2026-11-22T10:00:00Z",
      today: "2026-11-22",
      blind: (scheme, value) => `${scheme}:${value}`,
    },
  );

describe("preparing a page", () => {
  it("ends every raw record in exactly one place, and every fault names field, expectation and kind of value only", () => {
    const page = prepare([
      { id: "1", outcome: "award", secretNote: "never" },
      { id: "2", outcome: "nothing" },
      { id: "3", outcome: "foreign" },
      { id: "4", outcome: "bad-day" },
      { id: "5", outcome: "nobody" },
      { id: "6", outcome: "unknown-code" },
      { id: "7", outcome: "unheard-of" },
      "not even an object",
    ]);
    expect(page.counts).toEqual({ rawIn: 9, yielding: 5, ignored: 1, refusedRaw: 3 });
    expect(page.records.map((record) => record.sourceId)).toEqual(["1"]);
    expect(page.refusals.map((refusal) => [refusal.sourceId, refusal.code, refusal.pointer])).toEqual([
      ["foreign foreign:3", "OTHER_ORGANISATION", "/organisation"],
      ["4", "RECORD_INVALID", "/awardedOn"],
      ["5", "NO_PERSON", "/person"],
      ["6", "CODE_UNKNOWN", "/code"],
      ["completions:7", "RAW_INVALID", "/outcome"],
      ["completions:record 8", "RAW_INVALID", "/"],
      ["f:3", "ROW_FIELD_COUNT", ""],
    ]);
    expect(JSON.stringify([page.refusals, page.reasons])).not.toMatch(/never|2026-02-30|unheard-of/);
  });

  it("what may not be said is refused without its raw record, whoever's it is", () => {
    const context = {
      connection,
      maps: courseMaps(new Map()),
      readAt: "2026-11-22T10:00:00Z",
      today: "2026-11-22",
      blind: (scheme: string, value: string) => `${scheme}:${value}`,
    };
    const records = [
      { id: "1", outcome: "award" },
      { id: "2", outcome: "foreign" },
      { id: "3", outcome: "unknown-code" },
    ];
    const page = preparePage({ dataSet: "completions", records, checkpoint: 1 }, { ...context, kinds: ["immunisation"] });
    expect(page.records).toEqual([]);
    expect(page.refusals.map(({ code, rawOrdinal }) => [code, rawOrdinal])).toEqual(records.map(() => ["KIND_NOT_ALLOWED", undefined]));
    expect(page.raw).toEqual([]);
    const own = preparePage({ dataSet: "completions", records, checkpoint: 1 }, context);
    expect(own.refusals.map(({ code, rawOrdinal }) => [code, rawOrdinal])).toEqual([
      ["OTHER_ORGANISATION", undefined],
      ["CODE_UNKNOWN", 2],
    ]);
  });

  it("drops what the raw schema does not list, and counts it by name", () => {
    const page = prepare([{ id: "1", outcome: "award", secretNote: "never" }]);
    expect(page.reasons).toEqual({ "dropped-field:secretNote": 1 });
    expect(JSON.stringify(page.raw)).not.toContain("never");
  });

  it("refuses a key that cannot be stored, and names it by what can (V22)", () => {
    const page = prepare([
      { id: "a\u0000b", outcome: "award" },
      { id: "c", person: "p\ud800", outcome: "award" },
      { id: "d\u0000", outcome: "unknown-code" },
      { id: "e", outcome: "award" },
    ]);
    expect(page.refusals.slice(0, 3).map(({ code, sourceId, pointer }) => [code, sourceId, pointer])).toEqual([
      ["RECORD_INVALID", "a\ufffdb", "/sourceId"],
      ["RECORD_INVALID", "c", "/person"],
      ["CODE_UNKNOWN", "d\ufffd", "/code"],
    ]);
    expect(page.records.map(({ sourceId }) => sourceId)).toEqual(["e"]);
  });

  it("joins the claims of one person and adds up the identifiers", () => {
    const page = prepare([
      { id: "1", person: "a", outcome: "award" },
      { id: "2", person: "a", outcome: "award" },
      { id: "3", person: "b", outcome: "award" },
    ]);
    expect(page.claims.map(({ claim }) => [claim.personKey, claim.identifiers?.map(({ value }) => value)])).toEqual([
      ["a", ["1", "2"]],
      ["b", ["3"]],
    ]);
  });

  it("gives the same hash and version for the same record", () => {
    const [one] = prepare([{ id: "1", outcome: "award" }]).records;
    const [again] = prepare([{ id: "1", outcome: "award", other: "field" }]).records;
    expect(one).toEqual(again);
    expect(one?.provenance).toEqual({ pedigree: "Authoritative", provider: "Northbridge" });
  });

  it("describes a value without giving it away", () => {
    expect(["Osei", "", null, 4, true, [1], {}].map(kindOfValue)).toEqual([
      "text of 4 characters",
      "empty text",
      "nothing",
      "a number",
      "a yes or no",
      "a list of 1",
      "an object",
    ]);
  });
});

describe("a record that cannot be read or kept", () => {
  const base = {
    connection,
    maps: courseMaps(new Map()),
    readAt: "2026-11-22T10:00:00Z",
    today: "2026-11-22",
    blind: (_: string, value: string) => value,
  };
  const one = (raw: object, normalise = connector.normalise) =>
    preparePage(
      { dataSet: "completions", records: [{ id: "1", outcome: "award" }, raw, { id: "3", outcome: "award" }], checkpoint: 1 },
      { ...base, connection: { ...connection, connector: { ...connector, normalise } } },
    );

  it("Q11: is one refusal when the connector's own code fails on it, and what it had given already is taken back", () => {
    const failing: typeof connector.normalise = (raw, context) => {
      const items = connector.normalise(raw, context);
      return raw.id === "2" ? [...items, undefined as never] : items;
    };
    const page = one({ id: "2", outcome: "award" }, failing);
    expect(page.records.map(({ sourceId }) => sourceId)).toEqual(["1", "3"]);
    expect(page.counts).toEqual({ rawIn: 3, yielding: 2, ignored: 0, refusedRaw: 1 });
    expect(page.refusals).toMatchObject([
      { code: "RECORD_UNREADABLE", sourceId: "completions:2", pointer: "", got: "a record that ends in TypeError" },
    ]);
  });

  it("V22: a key or a name with NUL, half a surrogate pair or no end is refused by its field, without its text", () => {
    for (const [id, got] of [
      ["a\u0000b", "text of 3 characters"],
      ["a\ud800", "text of 2 characters"],
      ["x".repeat(501), "text of 501 characters"],
    ] as const) {
      const page = one({ id, outcome: "award" });
      expect(page.records).toHaveLength(2);
      expect(page.refusals).toMatchObject([{ code: "RECORD_INVALID", pointer: "/sourceId", got }]);
      expect(page.refusals[0]!.sourceId).not.toBe(id);
    }
    const page = one({ id: "2", outcome: "award" }, (raw, context) =>
      connector
        .normalise(raw, context)
        .map((item) => ("claim" in item && raw.id === "2" ? { ...item, claim: { personKey: "p", familyName: "Qu\u0000ill" } } : item)),
    );
    expect(page.refusals).toMatchObject([{ code: "RECORD_INVALID", pointer: "/person/familyName", got: "text of 6 characters" }]);
  });
});
