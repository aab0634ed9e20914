import { z } from "zod";
import type { Connector, Normalised, Page } from "../../connectors/connector";
import type { Connection } from "../../sync/connection";

/**
 * One organisation of 10,000 staff with 33 records each, as one made-up vendor with pages of JSON would send them: row types
 * in blocks, as ESR's files have them, and a training page that yields awards and achievements, as a learning system's does.
 */
export const staffCount = Number(process.env.BENCH_STAFF ?? 10_000);
export const recordsPerStaff = 33;
/** The connector's own choice in reality: ESR's is 2,000. */
export const pageSize = Number(process.env.BENCH_PAGE ?? 1_000);
export const recordCount = staffCount * recordsPerStaff;
export const pageCount = Math.ceil(recordCount / pageSize);

const subjects = [
  "Fire Safety",
  "Conflict Resolution",
  "Moving and Handling",
  "Resuscitation",
  "Safeguarding Adults",
  "Safeguarding Children",
  "Infection Prevention and Control",
  "Equality, Diversity and Human Rights",
  "Health, Safety and Welfare",
  "Preventing Radicalisation",
  "Information Governance and Data Security",
  "NHS Conflict Resolution (England)",
];

export interface MadeUpRaw {
  id: string;
  type: "person" | "post" | "award" | "course" | "vaccine" | "test" | "check";
  person: string;
  changed: string;
  code: string;
  day: string;
  given?: string;
  family?: string;
  born?: string;
  title?: string;
}

const day = (from: number, add: number) => new Date(Date.UTC(from, 0, 1) + add * 86_400_000).toISOString().slice(0, 10);

/** The blocks, in the order of the pages: which of a person's 33 slots, and how many of them. */
const blocks = [
  { slot: 0, each: 1 }, // people
  { slot: 1, each: 1 }, // posts
  { slot: 2, each: 26 }, // awards and courses
  { slot: 28, each: 3 }, // vaccines
  { slot: 31, each: 1 }, // tests
  { slot: 32, each: 1 }, // checks
] as const;

function placeOf(n: number): { staff: number; slot: number } {
  let first = 0;
  for (const { slot, each } of blocks) {
    const within = n - first;
    if (within < staffCount * each) return { staff: Math.floor(within / each), slot: slot + (within % each) };
    first += staffCount * each;
  }
  throw new RangeError(`no record ${n}`);
}

/** Record n of the organisation; `edition` 1 changes one record in a hundred. */
export function madeUpRecord(n: number, edition: number): MadeUpRaw & { unread: string } {
  const { staff, slot } = placeOf(n);
  const changed = edition > 0 && n % 100 === 7;
  const base = {
    id: `${staff}-${slot}`,
    person: `P${staff}`,
    changed: changed ? "2026-11-02T08:00:00Z" : "2026-10-01T08:00:00Z",
    day: day(changed ? 2026 : 2025, (staff * 7 + slot * 13) % 300),
    unread: "a field that is not read and must be dropped at the door",
  };
  if (slot === 0)
    return {
      ...base,
      type: "person",
      code: "",
      given: `Given${staff % 997}`,
      family: `Family${staff}`,
      born: day(1960, (staff * 37) % 14_000),
    };
  if (slot === 1) return { ...base, type: "post", code: `${30_000_000 + staff}` };
  if (slot < 14)
    return {
      ...base,
      type: "award",
      code: `CSTF|${subjects[slot % subjects.length]}|${1 + (slot % 3)}|`,
      title: `NHS|CSTF|${subjects[slot % subjects.length]} - 3 Years|`,
    };
  if (slot < 28) return { ...base, type: "course", code: `COURSE-${slot}`, title: `Course ${slot}: ${subjects[slot % subjects.length]}` };
  if (slot < 31) return { ...base, type: "vaccine", code: `HEPB-${slot}` };
  return slot === 31 ? { ...base, type: "test", code: "ANTI-HBS" } : { ...base, type: "check", code: "CRIMINAL_RECORD" };
}

export function madeUpPage(page: number, edition: number): ReturnType<typeof madeUpRecord>[] {
  const first = page * pageSize;
  return Array.from({ length: Math.min(pageSize, recordCount - first) }, (_, index) => madeUpRecord(first + index, edition));
}

interface Settings {
  url: string;
  edition: number;
  digests: boolean;
}
const provenance = { pedigree: "Sourced", method: "Record Verification" };

export const madeUpVendor: Connector<Settings, MadeUpRaw, { page: number }> = {
  name: "made-up-vendor",
  version: 1,
  title: "Made-up vendor of the bench",
  delivers: (
    ["personal-details", "assignment", "competence-award", "achievement", "immunisation", "clinical-test", "employment-check"] as const
  ).map((kind) => ({ kind, system: "esr", absence: "notAtSource", provenance })),
  settings: z.strictObject({ url: z.string(), edition: z.number(), digests: z.boolean() }),
  checkpoint: z.strictObject({ page: z.number() }),
  raw: z.object({
    id: z.string(),
    type: z.enum(["person", "post", "award", "course", "vaccine", "test", "check"]),
    person: z.string(),
    changed: z.string(),
    code: z.string(),
    day: z.string(),
    given: z.string().optional(),
    family: z.string().optional(),
    born: z.string().optional(),
    title: z.string().optional(),
  }),
  hosts: (settings) => [new URL(settings.url).host],
  poll: {
    everyMinutes: 60,
    requestsPerSecond: 1_000_000,
    async *pages(source): AsyncGenerator<Page<{ page: number }>> {
      const { url, edition, digests } = source.settings;
      for (let page = 0; page < pageCount; page += 1) {
        const answer = await source.http.request({ url: `${url}/records?page=${page}&edition=${edition}`, expect: "json" });
        const base = { dataSet: "records", checkpoint: { page }, progress: { done: page + 1, total: pageCount } };
        const digest = { key: `page:${page}`, sha256: answer.sha256 };
        if (digests && (await source.identicalPage(digest.key, digest.sha256))) yield { ...base, records: [], digest, identical: true };
        else yield { ...base, records: answer.json() as unknown[], ...(digests ? { digest } : {}) };
      }
    },
  },
  normalise(raw): readonly Normalised[] {
    const claim =
      raw.type === "person"
        ? {
            personKey: raw.person,
            givenName: raw.given,
            familyName: raw.family,
            birthDate: raw.born,
            identifiers: [{ scheme: "ESR_PERSON_ID" as const, value: raw.person }],
          }
        : { personKey: raw.person };
    const base = { sourceId: raw.id, claim, sourceVersion: { changedAt: raw.changed } };
    switch (raw.type) {
      case "person":
        return [
          {
            ...base,
            kind: "personal-details",
            facts: { givenName: raw.given, familyName: raw.family!, birthDate: raw.born, hiredOn: raw.day },
          },
        ];
      case "post":
        return [{ ...base, kind: "assignment", facts: { number: raw.code, engagement: "SUBSTANTIVE" as never, startsOn: raw.day } }];
      case "award":
        return [
          {
            ...base,
            kind: "competence-award",
            facts: { competence: raw.code, name: raw.title, awardedOn: raw.day, attainment: "ACHIEVED" },
          },
        ];
      case "course":
        return [
          {
            ...base,
            kind: "achievement",
            facts: { title: raw.title!, courseSourceId: raw.code, completedOn: raw.day, mapping: "MAPPED" as never },
          },
        ];
      case "vaccine":
        return [
          {
            ...base,
            kind: "immunisation",
            facts: { vaccine: "HEPB", diseases: ["66071002"], givenOn: raw.day, dose: 1, sentCode: raw.code },
          },
        ];
      case "test":
        return [
          {
            ...base,
            kind: "clinical-test",
            facts: { test: raw.code, name: "Hepatitis B surface antibody", testedOn: raw.day, interpretation: "DETECTED" as never },
          },
        ];
      default:
        return [{ ...base, kind: "employment-check", facts: { standard: raw.code, outcome: "COMPLETED", checkedOn: raw.day } }];
    }
  },
};

export function madeUpConnection(settings: Settings): Connection {
  return {
    id: "bench",
    title: "bench",
    connector: madeUpVendor,
    delivers: madeUpVendor.delivers,
    organisations: [{ odsCode: "ZQA", vpd: "991", name: "Bench", cstfAligned: true }],
    settings,
    everyMinutes: 60,
    freshWithinSeconds: 3600,
    absenceLimit: { share: 0.05, records: 50 },
    rawDays: 90,
    allowHosts: [],
    goLiveOn: undefined,
    fingerprint: "",
  };
}
