/** Opens the store: the one place where its parts are put together. */
import type { Pool } from "pg";
import { type Clock, systemClock, today } from "../platform/clock";
import { createPool, mappingLostServer } from "../platform/database";
import { createSealer, type Sealer } from "../platform/secrets";
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
import { createReplays } from "./replays";
import { createRestrictions, type Restrictions } from "./restrictions";
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

export interface StoreSettings {
  readonly url: string;
  readonly keyEncryptionKey: Buffer;
  /** Clients at most; pages in flight take all but two of them. */
  readonly poolSize?: number;
  readonly clock?: Clock;
  /** Where the heads of the audit's chains are written out; closed with the store. */
  readonly auditHeads?: AuditHeads;
  readonly log?: { warn(fields: object, message: string): void };
}

export type EsrLedger = ReturnType<typeof createEsrDue> & ReturnType<typeof createEsrFiles>;

export interface OpenStore extends Store, Status {
  readonly pool: Pool;
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
  readonly restrictions: Restrictions;
  readonly erasures: Erasures;
  /** Everything that an organisation holds about a person. */
  readonly exportSubject: ReturnType<typeof createSubjectExports>;
  /** Monthly partitions of raw pages and audit, this month and the next two. */
  ensurePartitions(today: string): Promise<readonly string[]>;
}

const usualPoolSize = 10;
/** Shorter than an answer waits for its row. */
const auditStatementMs = 4_000;

export async function openStore(settings: StoreSettings): Promise<OpenStore> {
  const clock = settings.clock ?? systemClock;
  const poolSize = Math.max(settings.poolSize ?? usualPoolSize, 3);
  const pool = createPool({
    url: settings.url,
    max: poolSize,
    applicationName: "lanyard-store",
    // A worker that was frozen in the middle of a page keeps its rows from others no longer than this.
    session: { idle_in_transaction_session_timeout: "15s" },
    onLost: (error) => settings.log?.warn({ code: error.code, why: error.detail.why }, "database connection lost"),
  });
  // Kept open from the first question on: when others hold every place of the server, health is still told the truth.
  const health = createPool({ url: settings.url, max: 1, applicationName: "lanyard-health", idleForEver: true });
  // One connection of its own: an answer whose row waits for a client that other answers hold would wait in a ring.
  const auditPool = createPool({
    url: settings.url,
    max: 1,
    applicationName: "lanyard-audit",
    statementTimeoutMs: auditStatementMs,
    idleForEver: true,
  });
  const audit = createAudit(auditPool, (heads) => settings.auditHeads?.committed(heads));
  const sealer = createSealer({ keyEncryptionKey: settings.keyEncryptionKey, dataKeys: createDataKeys(pool) });
  const parts = {
    pool,
    sealer,
    clock,
    provenance: createProvenanceIds(pool),
    persons: createSourcePersons(pool, sealer),
    refusals: createRefusals(pool),
    tombstones: createTombstones(pool),
  };
  return {
    pool,
    sealer,
    migrate: () => mappingLostServer(() => migrate(pool, settings.url, today(clock))),
    async close() {
      await audit.drained();
      await settings.auditHeads?.close();
      await Promise.all([pool.end(), health.end(), auditPool.end()]);
    },
    async ping() {
      await retried(() => health.query("select 1"));
    },
    ensurePartitions: (day) => ensurePartitions(pool, day),
    connections: createConnections(pool),
    agreements: createAgreements(pool),
    ...createMovementDecisions(pool),
    pages: createPages(parts, poolSize - 2),
    people: createPeople(pool, clock),
    turns: createTurns(pool),
    courseMaps: createCourseMaps(pool),
    drift: createDrift(pool),
    merges: createMerges(pool),
    vendorPace: createVendorPace(pool),
    held: createHeld(pool, sealer),
    fullReads: createFullReads(pool),
    codeMaps: createCodeMaps(pool),
    replays: createReplays(pool, sealer, parts.provenance),
    intake: createIntake(pool, sealer),
    vendorEvents: createVendorEvents(pool, clock),
    accounts: createAccounts(pool, sealer),
    tokenIssuing: createTokenIssuing(pool, sealer),
    esr: { ...createEsrDue(pool), ...createEsrFiles(pool, sealer) },
    ...createStatus(pool),
    withPrincipal: createWithPrincipal(pool, sealer),
    audit: audit.append,
    approvals: createApprovals(pool),
    restrictions: createRestrictions(pool),
    erasures: createErasures(pool, sealer),
    exportSubject: createSubjectExports(pool, sealer),
    erased: createErasedDoors(pool, sealer),
    exclusively: createExclusively(pool),
  };
}
