/** Opens the store: the one place where its parts are put together. */
import type { Pool } from "pg";
import { type Clock, systemClock, today } from "../platform/clock";
import { mappingLostServer } from "../platform/database";
import { createSealer, markOf, type Sealer } from "../platform/secrets";
import { type Accounts, createAccounts } from "./accounts";
import { createAgreements } from "./agreements";
import { type Approvals, createApprovals } from "./approvals";
import { createAudit } from "./audit";
import type { AuditHeads } from "./audit-heads";
import { createCodeMaps } from "./code-maps";
import { createConnections } from "./connections";
import { createCourseMaps } from "./course-maps";
import { createDrift } from "./drift";
import { createEsrDue } from "./esr-due";
import { createEsrFiles } from "./esr-files";
import { createExclusively } from "./exclusive";
import { createFullReads } from "./full-reads";
import { createHeld } from "./held";
import { createIntake, type Intake } from "./intake";
import { createDataKeys } from "./keys";
import { createMerges } from "./merges";
import { migrate } from "./migrate";
import { createMovementDecisions } from "./movement/decisions";
import { createPages } from "./pages";
import { createPeople } from "./people";
import { createProvenanceIds } from "./provenance";
import { ensurePartitions } from "./raw-pages";
import { createWithPrincipal } from "./reading";
import { createRefusals } from "./refusals";
import { createRefusedPayloads, type RefusedPayloads } from "./refused-payloads";
import { readIndexKey } from "./rekey/index-key";
import { type Rewrapped, rewrap } from "./rekey/rewrap";
import { createRekeying, type Rotating } from "./rekey/rotate";
import { createReplays } from "./replays";
import { createRestrictions, type Restrictions } from "./restrictions";
import { createRetention, type Retention } from "./retention";
import { createSourcePersons } from "./source-persons";
import { createStatus, type Status } from "./status";
import type { Store } from "./store";
import { createErasures, type Erasures } from "./subject/erase";
import { createSubjectExports } from "./subject/export";
import { createErasedDoors } from "./subject/marks";
import { createTokenIssuing, type TokenIssuing } from "./token-issuing";
import { createTombstones } from "./tombstones";
import { retried } from "./transaction";
import { createTurns } from "./turns";
import { createVendorEvents, type VendorEvents } from "./vendor-events";
import { createVendorPace } from "./vendor-pace";
import { contextSigner } from "./walls/context";
import { openPools, type Pools } from "./walls/pools";
import type { LoginRole } from "./walls/roles";
import { createWriting } from "./walls/writing";

export interface StoreSettings {
  readonly url: string;
  readonly keyEncryptionKey: Buffer;
  /** Of the login that may change the schema, where it is not `url`'s. */
  readonly ownerUrl?: string;
  /** Logins of their own for single roles (walls/pools.ts). */
  readonly roleUrls?: Readonly<Partial<Record<LoginRole, string>>>;
  /** Clients at most; pages in flight take all but two of them. */
  readonly poolSize?: number;
  readonly clock?: Clock;
  /** Where the heads of the audit's chains are written out; closed with the store. */
  readonly auditHeads?: AuditHeads;
  readonly log?: { warn(fields: object, message: string): void };
}

export type EsrLedger = ReturnType<typeof createEsrDue> & ReturnType<typeof createEsrFiles>;

export interface OpenStore extends Store, Status {
  /** The workers', occupational health included; parts of the store have the pool of the role they need. */
  readonly pool: Pool;
  readonly pools: Pools;
  readonly sealer: Sealer;
  readonly intake: Intake;
  readonly vendorEvents: VendorEvents;
  /** Whose login somebody is. */
  readonly accounts: Accounts;
  readonly tokenIssuing: TokenIssuing;
  /** The ledger towards ESR. */
  readonly esr: EsrLedger;
  /** What takes two people. */
  readonly approvals: Approvals;
  /** What was refused, for the one look that takes two people. */
  readonly refusedPayloads: RefusedPayloads;
  readonly restrictions: Restrictions;
  readonly retention: Retention;
  readonly erasures: Erasures;
  /** New data keys, and everything under them. */
  readonly rekeying: Rotating & {
    /** The store itself goes on with the key it was opened with. */
    rewrap(to: Buffer, oldContextsEndInSeconds: number): Promise<Rewrapped>;
  };
  /** Everything that an organisation holds about a person. */
  readonly exportSubject: ReturnType<typeof createSubjectExports>;
  /** Monthly partitions of raw pages and audit, this month and the next two. */
  ensurePartitions(today: string): Promise<readonly string[]>;
}

const usualPoolSize = 10;

export async function openStore(settings: StoreSettings): Promise<OpenStore> {
  const clock = settings.clock ?? systemClock;
  const poolSize = Math.max(settings.poolSize ?? usualPoolSize, 3);
  let indexKey = await readIndexKey(settings.url, settings.keyEncryptionKey);
  const pools = await openPools({
    url: settings.url,
    roleUrls: settings.roleUrls,
    poolSize,
    onLost: (error) => settings.log?.warn({ code: error.code, why: error.detail.why }, "database connection lost"),
  });
  const pool = pools.lanyard_work;
  const withHealth = pools.lanyard_work_health;
  const signer = contextSigner(settings.keyEncryptionKey);
  const writing = createWriting(pools, signer);
  const audit = createAudit(pools.lanyard_audit, (heads) => settings.auditHeads?.committed(heads));
  const { keyEncryptionKey } = settings;
  const sealer = createSealer({
    keyEncryptionKey,
    dataKeys: createDataKeys(pools.keys, markOf(keyEncryptionKey)),
    indexKey: () => indexKey,
  });
  const exclusively = createExclusively(pool);
  const parts = {
    writing,
    sealer,
    clock,
    provenance: createProvenanceIds(pool),
    persons: createSourcePersons(writing.usual, sealer),
    refusals: createRefusals(pool),
    tombstones: createTombstones(pool),
  };
  return {
    pool: withHealth,
    pools,
    sealer,
    async migrate() {
      const url = settings.ownerUrl ?? settings.url;
      const done = await mappingLostServer(() => migrate({ url, keyEncryptionKey, signer, today: today(clock) }));
      indexKey = await readIndexKey(url, keyEncryptionKey);
      return done;
    },
    async close() {
      await audit.drained();
      await settings.auditHeads?.close();
      await pools.end();
    },
    async ping() {
      await retried(() => pools.ping.query("select 1"));
    },
    ensurePartitions: (day) => ensurePartitions(pool, day),
    connections: createConnections(pool),
    agreements: createAgreements(pool),
    ...createMovementDecisions(pool),
    pages: createPages(parts, poolSize - 2),
    people: createPeople(pools.lanyard_match, pool, clock),
    turns: createTurns(pool),
    courseMaps: createCourseMaps(pool),
    drift: createDrift(pool),
    merges: createMerges(pools.lanyard_match),
    vendorPace: createVendorPace(pool),
    held: createHeld(writing.health, sealer),
    fullReads: createFullReads(pool),
    codeMaps: createCodeMaps(pool),
    replays: createReplays(withHealth, sealer, parts.provenance),
    intake: createIntake(withHealth, sealer),
    vendorEvents: createVendorEvents(pool, clock),
    accounts: createAccounts(pool, sealer),
    tokenIssuing: createTokenIssuing(pool, sealer),
    esr: { ...createEsrDue(pool), ...createEsrFiles(pool, sealer) },
    ...createStatus(pools),
    withPrincipal: createWithPrincipal(pools, signer),
    audit: audit.append,
    approvals: createApprovals(pool),
    refusedPayloads: createRefusedPayloads(pool, sealer),
    restrictions: createRestrictions(pool),
    erasures: createErasures(pools.lanyard_rights, sealer),
    exportSubject: createSubjectExports(pools.lanyard_rights, sealer),
    retention: createRetention(pools.lanyard_rights, sealer),
    erased: createErasedDoors(pool, sealer),
    exclusively,
    rekeying: {
      ...createRekeying(pools.lanyard_rights, sealer, exclusively),
      rewrap: (to, oldContextsEndInSeconds) =>
        rewrap({ url: settings.ownerUrl ?? settings.url, from: keyEncryptionKey, to, oldContextsEndInSeconds }),
    },
  };
}
