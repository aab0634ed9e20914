import { readFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { mayReadReceipts, mayWrite } from "../../access/connectors";
import type { SecretReference } from "../../connectors/connector";
import { createHttp, type HttpOptions } from "../../connectors/kit/http";
import { breakerPause } from "../../connectors/kit/pace";
import { armCrashPoint, crashPlanOf } from "../../platform/crash-point";
import { HubError } from "../../platform/errors";
import { createLog, type Log, type LogLevel } from "../../platform/log";
import { startPostgres } from "../../platform/postgres";
import { loadKeyEncryptionKey } from "../../platform/secrets";
import { definitionOfKind } from "../../schema/kinds";
import { createAuditHeads, loadHeadKey } from "../../store/audit-heads";
import { type OpenStore, openStore } from "../../store/open";
import { refuseUnsafeLogin } from "../../store/walls/login";
import type { Engine } from "../../sync/engine";
import { mapsOf } from "../../sync/maps";
import { matchPeople } from "../../sync/matching";
import type { Config } from "../config/load";
import type { Environment } from "../environment";
import { UsageError } from "../output";

/** What every command that touches records stands on. */
export interface Foundation {
  readonly config: Config;
  readonly environment: Environment;
  readonly log: Log;
  readonly databaseUrl: string;
  readonly store: OpenStore;
  readonly engine: Engine;
  readonly keyEncryptionKey: Buffer;
  /** Migrations that this opening applied. */
  readonly migrated: readonly string[];
  /** Lines for the person who started it. */
  readonly notes: readonly string[];
  close(): Promise<void>;
}

/** What may be put in place of the usual: another log, and an http that waits for nothing. */
export interface Replaced {
  readonly log?: Log;
  readonly http?: Partial<Pick<HttpOptions, "sleep" | "limits" | "random" | "requestsPerSecond" | "certificateAuthorities">>;
}

export async function openFoundation(environment: Environment, config: Config, replaced: Replaced = {}): Promise<Foundation> {
  if (environment.crashPoint) {
    if (config.mode === "production") throw new UsageError("LANYARD_CRASH_POINT is for tests: take it out of the environment.");
    armCrashPoint(crashPlanOf(environment.crashPoint));
  }
  const log = replaced.log ?? createLog({ level: environment.logLevel as LogLevel });
  const embedded = environment.databaseUrl
    ? undefined
    : await startPostgres({
        folder: path.join(environment.dataFolder, "postgres"),
        projectRoot: environment.projectRoot,
        clock: environment.clock,
        revives: log,
      });
  try {
    const databaseUrl = environment.databaseUrl ?? embedded!.url;
    const keyEncryptionKey = loadKeyEncryptionKey({
      value: environment.key,
      file: path.join(environment.dataFolder, "key"),
      mayGenerate: config.mode !== "production",
    });
    const auditHeads = createAuditHeads({
      folder: auditHeadsFolder(environment, config),
      key: loadHeadKey(environment.dataFolder),
      clock: environment.clock,
      onFailure: (error) => log.error({}, "a head of the audit could not be written out", error),
    });
    const refuses = config.mode === "production" && environment.databaseUrl !== undefined;
    if (refuses) await refuseUnsafeLogin(databaseUrl);
    const ownerUrl = environment.databaseUrl === undefined ? undefined : environment.databaseOwnerUrl;
    const store = await openStore({ url: databaseUrl, ownerUrl, keyEncryptionKey, clock: environment.clock, auditHeads });
    let migrated: readonly string[];
    try {
      ({ applied: migrated } = await store.migrate());
      // The first migration has made the roles.
      if (refuses) await refuseUnsafeLogin(databaseUrl);
      await store.connections.register(
        config.connections.map((connection) => ({
          id: connection.id,
          connector: connection.connector.name,
          title: connection.title,
          organisations: connection.organisations.map((organisation) => organisation.odsCode),
          everyMinutes: connection.everyMinutes,
          freshWithinSeconds: connection.freshWithinSeconds,
          goLiveOn: connection.goLiveOn,
          settingsFingerprint: connection.fingerprint,
          pausedBecause: connection.pausedBecause,
        })),
      );
      await store.vendorPace.register(
        config.connections.map(({ id, pace }) => ({ connectionId: id, instance: pace?.instance, maintenance: pace?.maintenance ?? [] })),
      );
      await store.agreements.register(config.sharingAgreements);
    } catch (error) {
      await store.close();
      throw error;
    }
    const engine = createEngine(environment, config, store, log, replaced.http);
    return {
      config,
      environment,
      log,
      databaseUrl,
      store,
      engine,
      keyEncryptionKey,
      migrated,
      notes: embedded?.notes ?? [],
      async close() {
        await store.close();
        await embedded?.stop();
      },
    };
  } catch (error) {
    await embedded?.stop();
    throw error;
  }
}

function createEngine(environment: Environment, config: Config, store: OpenStore, log: Log, http: Replaced["http"]): Engine {
  const vpds = new Map(config.organisations.map(({ odsCode, vpd }) => [odsCode, vpd]));
  return {
    store,
    clock: environment.clock,
    log,
    sleep: sleepFor,
    blind: store.sealer.blindIndex,
    mapsFor: async (connection, as) => {
      const organisations = connection.organisations.map(({ odsCode }) => odsCode);
      const [courses, codes] = [await store.courseMaps.inForce(organisations), await store.codeMaps.inForce(organisations)];
      return mapsOf(organisations, config.courseMaps, courses, as, { configured: config.codeMaps, stated: codes });
    },
    may: {
      write: ({ id }, { kind, system }, organisation) =>
        mayWrite(id, { label: definitionOfKind(kind).access, system }, organisation, environment.clock.now()),
      readReceipts: ({ id, delivers }, pushedBy, organisation) =>
        delivers.some(({ system }) => mayReadReceipts(id, system, organisation, pushedBy, environment.clock.now())),
    },
    secret: (reference) => readSecret(reference, environment, config.folder),
    resolvePath: (file) => path.resolve(config.folder, file),
    httpFor: (connection, signal) =>
      createHttp({
        allowedHosts: [...connection.connector.hosts(connection.settings), ...connection.allowHosts],
        requestsPerSecond: connection.pace?.requestsPerSecond ?? connection.connector.poll?.requestsPerSecond ?? 5,
        ...(connection.pace?.instance === undefined ? {} : { ledger: store.vendorPace.ledgerOf(connection.pace.instance, breakerPause) }),
        clock: environment.clock,
        signal,
        sleep: sleepFor,
        insecureLoopback: config.mode !== "production",
        ...http,
      }),
    match: async (sourcePersonIds) => {
      await store.exclusively("matching", (session) =>
        matchPeople(store, sourcePersonIds, { session, vpdOf: (organisation) => vpds.get(organisation) }),
      );
    },
  };
}

/** Where the signed heads of the audit are, for those who write them and those who verify. */
export const auditHeadsFolder = (environment: Environment, config: Config): string =>
  config.audit.heads === undefined ? path.join(environment.dataFolder, "audit-heads") : path.resolve(config.folder, config.audit.heads);

export const sleepFor = (ms: number, signal?: AbortSignal): Promise<void> => delay(ms, undefined, { signal, ref: true });

export async function readSecret(reference: SecretReference, environment: Environment, folder: string): Promise<string> {
  if ("env" in reference) {
    const value = environment.values[reference.env];
    if (!value) throw new HubError({ code: "SECRET_MISSING", class: "settings", detail: { reference: reference.env } });
    return value;
  }
  try {
    return (await readFile(path.resolve(folder, reference.file), "utf8")).trim();
  } catch (cause) {
    throw new HubError({ code: "SECRET_MISSING", class: "settings", detail: { reference: reference.file }, cause });
  }
}
