import type { z } from "zod";
import type {
  Claim,
  Maps,
  Normalised,
  NormalisedNothing,
  NormalisedRecord,
  NormalisedWithdrawal,
  Page,
  RecordKind,
} from "../connectors/connector";
import { isHubError } from "../platform/errors";
import { definitionOfKind } from "../schema/kinds";
import { contentHashOf } from "../store/hash";
import { rawIdOf } from "../store/refusals";
import type { ClaimToStore, PageToStore, RecordToStore, RefusalToStore } from "../store/store";
import type { ErasedDoor } from "../store/subject/marks";
import { sourceVersionOf } from "../store/version";
import type { Connection } from "./connection";
import { erasedReason, isErased, namesErased } from "./erased";
import { certainlyFacts } from "./facts-check";
import { matchKeysOf } from "./match-keys";
import { detailOf, issueOf } from "./refusal-detail";
import { claimFault, keyFault, shown, storable } from "./storable";

/** What one page becomes before anything is stored: pure, so the same page gives the same work for ever. */
export type PreparedPage = Pick<PageToStore, "records" | "claims" | "refusals" | "raw" | "counts" | "reasons"> & {
  /** The latest instant at which the vendor says it changed a record, believable or not. */
  readonly latestChange: string | undefined;
};

/** Code and maps that make facts of raw records: written beside every record. */
export function derivationVersionOf(connection: Connection, maps: Maps): string {
  return `${connection.connector.name}/${connection.connector.version}+${maps.version}`;
}

export interface PrepareContext {
  readonly connection: Connection;
  readonly maps: Maps;
  /** Instant of our fetch, ISO. */
  readonly readAt: string;
  /** Today in Europe/London: decides which date-tracked segment describes a person now. */
  readonly today: string;
  readonly blind: (scheme: string, value: string) => string;
  /** Whom the hub must not take in again. */
  readonly erased?: ErasedDoor;
  /** Kinds that whoever sent it may speak of; all of the connection's when absent. */
  readonly kinds?: readonly RecordKind[];
  /** Told of every vendor record that rightly yields nothing; a poll only counts the reasons. */
  readonly onIgnored?: (position: number, reason: string, ended?: { readonly personKey: string; readonly sourceVersion: string }) => void;
  /** Source id of a vendor record that does not even fit `raw`, where the vendor has told it; so a corrected one settles the refusal. */
  readonly sourceIdOf?: (position: number) => string;
}

export function preparePage(page: Page<unknown>, context: PrepareContext): PreparedPage {
  const work = new PageWork(context);
  for (const [ordinal, received] of page.records.entries()) {
    // A record on which our own code fails is one refusal, and not a page that fails for ever.
    work.whole(received, page.dataSet, ordinal, () => {
      const parsed = work.door.safeParse(received);
      if (parsed.success) {
        work.countDropped(received, parsed.data);
        work.take(parsed.data, ordinal);
      } else work.refuseRaw(received, parsed.error, page.dataSet, ordinal);
    });
  }
  for (const refusal of page.refusedRaw ?? []) {
    work.refusedRaw += 1;
    work.refusals.push({
      organisation: undefined,
      kind: undefined,
      sourceId: storable(refusal.sourceId),
      code: refusal.code,
      ...detailOf(refusal.code, refusal),
      rawOrdinal: undefined,
    });
  }
  const rawIn = page.records.length + (page.refusedRaw?.length ?? 0);
  return {
    records: work.records,
    claims: work.claims(),
    refusals: work.refusals,
    raw: work.raw,
    counts: { rawIn, yielding: work.yielding, ignored: work.ignored, refusedRaw: work.refusedRaw },
    reasons: work.reasons,
    latestChange: work.latestChange,
  };
}

/** A mistyped year would bar every later word about the record, its withdrawal too; clocks and zones that are off would not. */
const mostAheadMs = 86_400_000;

class PageWork {
  readonly records: RecordToStore[] = [];
  readonly refusals: RefusalToStore[] = [];
  readonly raw: unknown[] = [];
  readonly reasons: Record<string, number> = {};
  readonly door: z.ZodType;
  yielding = 0;
  ignored = 0;
  refusedRaw = 0;
  latestChange: string | undefined;
  private latestMs = Number.NEGATIVE_INFINITY;
  private lastChange: string | undefined;
  private lastFits = true;
  private readonly claimsByPerson = new Map<string, { organisation: string; claim: Claim; current: boolean }>();
  private readonly vpds: ReadonlyMap<string, string | undefined>;
  private readonly normaliseContext;
  private readonly provenance: ReadonlyMap<RecordKind, RecordToStore["provenance"]>;
  private readonly usualProvenance = new Map<string, RecordToStore["provenance"]>();
  private readonly countsDropped: boolean;
  private readonly limitMs: number;

  constructor(private readonly context: PrepareContext) {
    const { connection } = context;
    this.vpds = new Map(connection.organisations.map((organisation) => [organisation.odsCode, organisation.vpd]));
    this.normaliseContext = {
      settings: connection.settings,
      maps: context.maps,
      organisations: connection.organisations.map(({ odsCode, vpd }) => ({ odsCode, vpd })),
    };
    this.door = (context.maps.codeOf && connection.connector.rawWith?.(this.normaliseContext)) ?? connection.connector.raw;
    this.provenance = new Map(connection.delivers.map((delivery) => [delivery.kind, delivery.provenance]));
    this.limitMs = Date.parse(context.readAt) + mostAheadMs;
    // Health at the door: fields that were not read are counted by name.
    this.countsDropped = connection.delivers.some((delivery) => delivery.system === "oh");
  }

  /** All of what one vendor record gives, or a refusal in its place. */
  whole(received: unknown, dataSet: string, ordinal: number, work: () => void): void {
    const [records, refusals, refusedRaw] = [this.records.length, this.refusals.length, this.refusedRaw];
    try {
      work();
    } catch (error) {
      this.records.length = records;
      this.refusals.length = refusals;
      if (this.context.erased && namesErased(this.context.erased, [...this.vpds.keys()], received)) {
        this.ignoreErased(ordinal);
        return;
      }
      this.refusedRaw = refusedRaw + 1;
      const detail = isHubError(error) ? error.detail : undefined;
      this.refusals.push({
        organisation: undefined,
        kind: undefined,
        sourceId: this.rawId(received, dataSet, ordinal),
        // What the record itself is to blame for says so; the rest is ours.
        code: isHubError(error) && error.class === "bad-record" ? error.code : "RECORD_UNREADABLE",
        pointer: typeof detail?.pointer === "string" ? shown(detail.pointer) : "",
        got:
          typeof detail?.got === "string"
            ? shown(detail.got)
            : `a record that ends in ${error instanceof Error ? error.name : typeof error}`,
        expected: typeof detail?.expected === "string" ? shown(detail.expected) : "a record that can be read",
        rawOrdinal: undefined,
        position: ordinal,
      });
    }
  }

  take(raw: unknown, ordinal: number): void {
    const said = this.context.connection.connector.normalise(raw, this.normaliseContext);
    const items = this.withoutErased(said);
    if (items.length < said.length && !items.some((item) => !("ignored" in item))) {
      this.ignoreErased(ordinal);
      return;
    }
    const alien = this.outside(items);
    if (alien) {
      this.yielding += 1;
      this.refuse("KIND_NOT_ALLOWED", { ...alien, pointer: "/", got: alien.kind, expected: this.context.kinds?.join(", ") }, ordinal);
      return;
    }
    // A record that names an erased person beside another is not kept as it came.
    if (items.length === said.length) this.raw[ordinal] = raw;
    let yielded = false;
    for (const item of items) {
      if ("ignored" in item) {
        this.count(`ignored:${item.ignored}`);
        this.context.onIgnored?.(ordinal, item.ignored, this.endOf(item));
        continue;
      }
      yielded = true;
      if ("refused" in item) this.refuse(item.refused, item, ordinal);
      else this.keep(item, ordinal);
    }
    if (yielded) this.yielding += 1;
    else {
      this.ignored += 1;
      if (items.length === 0) this.count("ignored:nothing-to-keep");
    }
  }

  private withoutErased(items: readonly Normalised[]): readonly Normalised[] {
    const { erased } = this.context;
    if (!erased || erased.open) return items;
    return items.filter((item) => "ignored" in item || !isErased(erased, item.organisation ?? this.soleOrganisation(), item));
  }

  private ignoreErased(ordinal: number): void {
    this.ignored += 1;
    this.count(`ignored:${erasedReason}`);
    this.context.onIgnored?.(ordinal, erasedReason);
  }

  private endOf({ ends }: NormalisedNothing) {
    if (!ends || !this.isOfThisTime(ends.sourceVersion?.changedAt)) return undefined;
    return { ...ends, sourceVersion: sourceVersionOf({ ...ends.sourceVersion, readAt: this.context.readAt }) };
  }

  /** A vendor record that speaks of something it may not: nothing of it is kept, also not what would be allowed. */
  private outside(items: readonly Normalised[]): Exclude<Normalised, { ignored: string }> | undefined {
    const { kinds } = this.context;
    if (!kinds) return undefined;
    for (const item of items) if (!("ignored" in item) && !kinds.includes(item.kind)) return item;
    return undefined;
  }

  /** A raw record that does not fit the connector's `raw` schema: named by pointer, expectation and kind of value only. */
  refuseRaw(received: unknown, error: z.ZodError, dataSet: string, ordinal: number): void {
    if (this.context.erased && namesErased(this.context.erased, [...this.vpds.keys()], received)) {
      this.ignoreErased(ordinal);
      return;
    }
    this.refusedRaw += 1;
    this.refusals.push({
      organisation: undefined,
      kind: undefined,
      sourceId: this.rawId(received, dataSet, ordinal),
      code: "RAW_INVALID",
      ...issueOf(error, received),
      rawOrdinal: undefined,
      position: ordinal,
    });
  }

  private rawId(received: unknown, dataSet: string, ordinal: number): string {
    const id = rawIdOf(dataSet, received);
    return (
      this.context.sourceIdOf?.(ordinal) ?? (id === undefined ? `${dataSet}:record ${ordinal + 1}` : storable(id).slice(0, longestSourceId))
    );
  }

  countDropped(received: unknown, parsed: unknown): void {
    if (!this.countsDropped || typeof received !== "object" || received === null) return;
    for (const key of Object.keys(received)) {
      if (typeof parsed === "object" && parsed !== null && key in parsed) continue;
      this.count(`dropped-field:${storable(key.slice(0, 60))}`);
    }
  }

  claims(): ClaimToStore[] {
    const list: ClaimToStore[] = [];
    for (const { organisation, claim, current } of this.claimsByPerson.values()) {
      const matchKeys = saysNothing(claim)
        ? []
        : matchKeysOf(claim, { vpd: this.vpds.get(organisation), organisation, blind: this.context.blind });
      list.push({ organisation, claim, matchKeys, current });
    }
    return list;
  }

  private keep(item: NormalisedRecord | NormalisedWithdrawal, ordinal: number): void {
    const organisation = item.organisation ?? this.soleOrganisation();
    if (organisation === undefined || !this.vpds.has(organisation)) {
      this.refuse("OTHER_ORGANISATION", { ...item, pointer: undefined, got: undefined, expected: undefined }, ordinal);
      return;
    }
    // Facts are checked field by field; the keys are the vendor's too, and one NUL in one of them would stop the whole page.
    for (const [pointer, key] of [
      ["/sourceId", item.sourceId],
      ["/person", item.claim?.personKey],
    ] as const) {
      const fault = key === undefined ? undefined : keyFault(key);
      if (fault) {
        this.refuse("RECORD_INVALID", { ...item, pointer, ...fault }, ordinal);
        return;
      }
    }
    const unclaimable = item.claim && !saysNothing(item.claim) ? claimFault(item.claim) : undefined;
    if (unclaimable) {
      this.refuse("RECORD_INVALID", { ...item, ...unclaimable }, ordinal);
      return;
    }
    const changedAt = item.sourceVersion?.changedAt;
    if (!this.isOfThisTime(changedAt)) {
      const said = { pointer: "/changedAt", got: "an instant that has not come", expected: "an instant of the past" };
      this.refuse("RECORD_INVALID", { ...item, ...said }, ordinal);
      return;
    }
    const definition = definitionOfKind(item.kind);
    let facts: Record<string, unknown> | undefined;
    if (!item.withdrawn && certainlyFacts(item.kind, item.facts)) facts = item.facts as Record<string, unknown>;
    else if (!item.withdrawn) {
      const checked = definition.check.safeParse(item.facts);
      if (!checked.success) {
        this.refuse("RECORD_INVALID", { ...item, ...issueOf(checked.error, item.facts) }, ordinal);
        return;
      }
      facts = checked.data as Record<string, unknown>;
    }
    if (definition.subject === "staff-member" && !item.claim && !item.withdrawn) {
      this.refuse("NO_PERSON", { ...item, pointer: undefined, got: undefined, expected: undefined }, ordinal);
      return;
    }
    if (item.claim) this.claim(organisation, item.claim, item.validFrom, item.validTo);
    this.records.push({
      kind: item.kind,
      organisation,
      sourceId: item.sourceId,
      personKey: item.claim?.personKey,
      facts,
      withdrawn: item.withdrawn === true,
      contentHash: contentHashOf(item.kind, facts ?? {}),
      sourceVersion: sourceVersionOf({
        changedAt: item.sourceVersion?.changedAt,
        sequence: item.sourceVersion?.sequence,
        readAt: this.context.readAt,
      }),
      validFrom: item.validFrom,
      validTo: item.validTo,
      provenance: this.provenanceOf(item.kind, organisation, item.provenance),
      rawOrdinal: ordinal,
    });
  }

  /** False: too far ahead to be believed. Records of one page often say the same instant, which is then parsed once. */
  private isOfThisTime(changedAt: string | undefined): boolean {
    if (changedAt === undefined) return true;
    if (changedAt === this.lastChange) return this.lastFits;
    const at = Date.parse(changedAt);
    if (at > this.latestMs) [this.latestMs, this.latestChange] = [at, changedAt];
    [this.lastChange, this.lastFits] = [changedAt, !(at > this.limitMs)];
    return this.lastFits;
  }

  /** One object for all records with the delivery's defaults: whoever looks it up later knows it by itself. */
  private provenanceOf(
    kind: RecordKind,
    organisation: string,
    stated: RecordToStore["provenance"] | undefined,
  ): RecordToStore["provenance"] {
    const key = `${kind}|${organisation}`;
    let usual = this.usualProvenance.get(key);
    if (!usual) this.usualProvenance.set(key, (usual = { ...this.provenance.get(kind), provider: this.providerName(organisation) }));
    return stated === undefined ? usual : { ...usual, ...stated };
  }

  private providerName(organisation: string): string | undefined {
    return this.context.connection.organisations.find((one) => one.odsCode === organisation)?.name;
  }

  private claim(organisation: string, claim: Claim, validFrom: string | undefined, validTo: string | undefined): void {
    const { today } = this.context;
    const current = (validFrom === undefined || validFrom <= today) && (validTo === undefined || validTo >= today);
    const key = `${organisation}|${claim.personKey}`;
    const held = this.claimsByPerson.get(key);
    this.claimsByPerson.set(key, held ? joinClaims(held, { organisation, claim, current }) : { organisation, claim, current });
  }

  private refuse(
    code: string,
    item: Pick<Extract<Normalised, { refused: string }>, "kind" | "sourceId" | "organisation" | "pointer" | "got" | "expected" | "claim">,
    ordinal: number,
  ): void {
    // Another organisation's record is not ours to keep, and its id may be a staff number of theirs.
    const foreign = code === "OTHER_ORGANISATION";
    const kept = !foreign && code !== "KIND_NOT_ALLOWED";
    this.refusals.push({
      organisation: foreign ? undefined : (item.organisation ?? this.soleOrganisation()),
      kind: item.kind,
      sourceId: foreign ? `foreign ${this.context.blind("foreign", item.sourceId)}` : storable(item.sourceId).slice(0, longestSourceId),
      code,
      ...detailOf(code, item),
      rawOrdinal: kept ? ordinal : undefined,
      sourceVersion: sourceVersionOf({ readAt: this.context.readAt }),
      person: foreign ? undefined : this.blindPerson(item),
      position: ordinal,
    });
  }

  private blindPerson({ organisation, claim }: { readonly organisation?: string; readonly claim?: Claim }): string | undefined {
    if (!claim) return undefined;
    return this.context.blind("refused", `${organisation ?? this.soleOrganisation() ?? ""}|${claim.personKey}`);
  }

  private soleOrganisation = (): string | undefined =>
    this.vpds.size === 1 ? this.context.connection.organisations[0]?.odsCode : undefined;

  private count(reason: string): void {
    this.reasons[reason] = (this.reasons[reason] ?? 0) + 1;
  }
}

/** Several rows of one page name the same person: the segment in force names them, identifiers add up. */
function joinClaims<T extends { organisation: string; claim: Claim; current: boolean }>(a: T, b: T): T {
  // Most rows only name the key of a person: nothing to join.
  if (saysNothing(b.claim)) return a.current || !b.current ? a : { ...a, current: true };
  const names = namesSomebody(b.claim) && (b.current || !namesSomebody(a.claim) || !a.current) ? b : a;
  const identifiers = new Map<string, NonNullable<Claim["identifiers"]>[number]>();
  for (const identifier of [...(a.claim.identifiers ?? []), ...(b.claim.identifiers ?? [])]) {
    identifiers.set(`${identifier.scheme}|${identifier.value}`, identifier);
  }
  return { ...names, current: a.current || b.current, claim: { ...names.claim, identifiers: [...identifiers.values()] } };
}

function saysNothing(claim: Claim): boolean {
  for (const part in claim) if (part !== "personKey" && claim[part as keyof Claim] !== undefined) return false;
  return true;
}

function namesSomebody(claim: Claim): boolean {
  return claim.familyName !== undefined || claim.birthDate !== undefined;
}

/** Of a refusal: an id that was too long is cut, so that its refusal can be kept. */
const longestSourceId = 500;
