import type { RecordKind, SystemKind } from "../../connectors/connector";
import { contentHashOf } from "../../store/hash";
import type { ClaimToStore, PageToStore, RecordToStore } from "../../store/store";
import { sourceVersionOf } from "../../store/version";

/** Facts that are valid for each kind the store's tests use. */
export const someFacts = {
  "competence-award": { competence: "CSTF|Fire Safety|1", awardedOn: "2026-01-10", name: "Fire Safety" },
  achievement: { title: "Fire safety online", courseSourceId: "c1", completedOn: "2026-01-10", mapping: "UNMAPPED" },
  immunisation: { vaccine: "hepatitis-b", diseases: ["hepatitis-b"], givenOn: "2024-05", dose: 2 },
  assignment: { number: "10001-1", engagement: "SUBSTANTIVE", isPrimary: true },
  position: { name: "Registered nurse" },
} as const satisfies Partial<Record<RecordKind, Record<string, unknown>>>;

type KindWithFacts = keyof typeof someFacts;

export interface RecordOptions {
  kind?: KindWithFacts;
  organisation?: string;
  personKey?: string | undefined;
  facts?: Record<string, unknown>;
  withdrawn?: boolean;
  changedAt?: string;
  sequence?: number;
  readAt?: string;
  validFrom?: string;
  validTo?: string;
  rawOrdinal?: number;
}

export function recordToStore(sourceId: string, options: RecordOptions = {}): RecordToStore {
  const kind = options.kind ?? "competence-award";
  const facts = options.withdrawn ? undefined : { ...someFacts[kind], ...options.facts };
  return {
    kind,
    organisation: options.organisation ?? "ZQA",
    sourceId,
    personKey: "personKey" in options ? options.personKey : kind === "position" ? undefined : "p1",
    facts,
    withdrawn: options.withdrawn ?? false,
    contentHash: facts ? contentHashOf(kind, facts) : "00000000-0000-0000-0000-000000000000",
    sourceVersion: sourceVersionOf({
      changedAt: options.changedAt,
      sequence: options.sequence,
      readAt: options.readAt ?? "2026-11-01T10:00:00Z",
    }),
    validFrom: options.validFrom,
    validTo: options.validTo,
    provenance: { origin: "Northbridge", pedigree: "Authoritative" },
    rawOrdinal: options.rawOrdinal ?? 0,
  };
}

export function claimToStore(
  personKey: string,
  claim: Partial<ClaimToStore["claim"]> = {},
  more: Partial<ClaimToStore> = {},
): ClaimToStore {
  return {
    organisation: "ZQA",
    claim: { personKey, givenName: "Asha", familyName: "Bright", birthDate: "1990-02-03", ...claim },
    matchKeys: [`name:${claim.familyName ?? "bright"}:1990-02-03`],
    current: true,
    ...more,
  };
}

export interface PageOptions extends Partial<Omit<PageToStore, "system">> {
  runId: string;
  lease: string;
  system?: SystemKind;
}

let ordinal = 0;

/** A page whose counts close by default: one raw record per record. */
export function pageToStore({ system, ...options }: PageOptions): PageToStore {
  const records = (options.records ?? []).map((record, rawOrdinal) => ({ ...record, rawOrdinal }));
  const refusals = options.refusals ?? [];
  const rawIn = records.length + refusals.length;
  ordinal += 1;
  return {
    connectionId: "zqa-lms",
    system: () => system ?? "lms",
    ordinal,
    dataSet: "completions",
    derivationVersion: "test/1",
    checkpoint: { page: ordinal },
    claims: [],
    refusals,
    raw: records.map((record) => ({ id: record.sourceId })),
    counts: { rawIn, yielding: rawIn, ignored: 0, refusedRaw: 0 },
    reasons: {},
    digest: undefined,
    identical: false,
    rawDays: 90,
    ...options,
    records,
  };
}
