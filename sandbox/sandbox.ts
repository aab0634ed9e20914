/**
 * The simulated systems of the demonstration, together: real HTTP on loopback and real files in one folder. The same
 * folder tells the same people, records and files at every start; to begin anew, delete the folder.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { type Clock, londonDayOf } from "../platform/clock";
import { clearancesCsv } from "./csv/clearances";
import { placementsCsv } from "./csv/placements";
import { clients, demonstrationConfig, files, type SandboxAddresses, secretNames } from "./demonstration/config";
import { eastmoorRenewals, northbridgeCourses } from "./demonstration/maps";
import { eastmoorCovers, requirementsOf, signatories } from "./demonstration/recognition";
import { writeGoFiles, writeOnce } from "./esr/files";
import { type EsrSimulator, esrSimulator } from "./esr/simulator";
import { type FhirServer, startFhir } from "./fhir/server";
import { loadManifest, newManifest, saveManifest } from "./manifest";
import { type RunningMoodle, startMoodle } from "./moodle/server";
import type { Person } from "./population/person";
import { type Population, populate } from "./population/population";
import { openTidewater, type Tidewater } from "./tidewater/tidewater";
import { fernleaf } from "./views/fernleaf";
import { larkspurFhir, larkspurWorkforce } from "./views/larkspur";
import { northbridgeMoodle } from "./views/northbridge-moodle";
import { startWorkforceApi, type WorkforceApi } from "./workforce-api/server";

export interface Sandbox {
  /** Path of the lanyard.yaml that fits these addresses. */
  readonly configuration: string;
  readonly addresses: Readonly<Record<keyof SandboxAddresses, string>>;
  /** Values of the environment variables the configuration refers to. */
  readonly environment: Readonly<Record<string, string>>;
  /** The first day of this folder: everything counts from it. */
  readonly firstDay: string;
  readonly population: Population;
  /** The systems, for faults on request. */
  readonly systems: {
    readonly moodle: RunningMoodle;
    readonly fernleaf: WorkforceApi;
    readonly larkspurWorkforce: WorkforceApi;
    readonly larkspurFhir: FhirServer;
    /** The ESR of every employer, as far as it receives. */
    readonly esr: EsrSimulator;
    /** Sends by itself, when it is told where the hub is. */
    readonly tidewater: Tidewater;
  };
  close(): Promise<void>;
}

export interface SandboxOptions {
  readonly folder: string;
  readonly clock: Clock;
  /** First day, YYYY-MM-DD, and seed of a new folder; a folder that has them keeps them. */
  readonly today?: string;
  readonly seed?: string;
  /** The same people under other particulars. */
  readonly disguise?: (person: Person) => Person;
  /** 0: any free ports. */
  readonly basePort?: number;
  /** Seconds between two turns of the simulated ESR; without it a turn is taken only when somebody asks for one. */
  readonly esrEverySeconds?: number;
}

/** The real ESR tells in the night what it has loaded; here somebody is watching. */
const tellAfterMinutes = 5;
const defaultSeed = "lanyard";
const defaultBasePort = 8181;
/** How far a taken port moves on before any free one will do. */
const portsToTry = 40;

export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const { clock } = options;
  const folder = path.resolve(options.folder);
  mkdirSync(folder, { recursive: true });
  const manifest = loadManifest(folder) ?? newManifest(folder, options.seed ?? defaultSeed, options.today ?? londonDayOf(clock.now()));
  const population = populate({
    today: manifest.firstDay,
    seed: manifest.seed,
    ...(options.disguise ? { disguise: options.disguise } : {}),
  });
  writeFiles(folder, population, londonDayOf(clock.now()));

  const basePort = options.basePort ?? defaultBasePort;
  const ports: Record<string, number> = {};
  const opened: { close(): Promise<void> }[] = [];
  const open = async <T extends { url: string; close(): Promise<void> }>(
    name: string,
    offset: number,
    start: (port: number) => Promise<T>,
  ): Promise<T> => {
    const server = await onFreePort(manifest.ports[name], basePort === 0 ? undefined : basePort + offset, start);
    ports[name] = Number(new URL(server.url).port);
    opened.push(server);
    return server;
  };
  const esr = esrSimulator({
    population,
    goFolder: path.join(folder, files.esr),
    exchangeFolder: path.join(folder, files.exchange),
    tellAfterMinutes,
  });
  let turns: NodeJS.Timeout | undefined;
  const close = async () => {
    clearInterval(turns);
    for (const server of opened) await server.close();
  };

  const key = { publicKeyPem: manifest.publicKeyPem, keyId: clients.keyId, clock };
  try {
    const moodleData = northbridgeMoodle(population);
    const moodle = await open("moodle", 0, (port) => startMoodle({ port, data: moodleData, token: manifest.moodleToken, clock }));
    const learning = fernleaf(population);
    const fernleafApi = await open("fernleaf", 1, (port) =>
      startWorkforceApi({ port, organisations: learning, clientId: clients.fernleaf, ...key }),
    );
    const health = larkspurWorkforce(population);
    const workforce = await open("larkspurWorkforce", 2, (port) =>
      startWorkforceApi({ port, organisations: health, clientId: clients.larkspurWorkforce, ...key }),
    );
    const resources = larkspurFhir(population);
    const fhir = await open("larkspurFhir", 3, (port) =>
      startFhir({ port, ...resources, clientId: clients.larkspurFhir, clientSecret: manifest.fhirSecret, clock }),
    );
    const addresses: SandboxAddresses = {
      moodle: moodle.url,
      fernleaf: fernleafApi.url,
      fernleafToken: fernleafApi.tokenUrl,
      larkspurWorkforce: workforce.url,
      larkspurWorkforceToken: workforce.tokenUrl,
      larkspurFhir: fhir.url,
      larkspurFhirToken: fhir.tokenUrl,
    };
    saveManifest(folder, { ...manifest, ports });
    if (options.esrEverySeconds !== undefined) turns = takeTurns(esr, clock, options.esrEverySeconds);
    const configuration = path.join(folder, "lanyard.yaml");
    writeFileSync(configuration, demonstrationConfig(addresses, manifest.firstDay));
    return {
      configuration,
      addresses: { ...addresses },
      environment: { [secretNames.moodle]: manifest.moodleToken, [secretNames.larkspurFhir]: manifest.fhirSecret },
      firstDay: manifest.firstDay,
      population,
      systems: {
        moodle,
        fernleaf: fernleafApi,
        larkspurWorkforce: workforce,
        larkspurFhir: fhir,
        esr,
        tidewater: openTidewater({ folder, population, clock }),
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Tidewater of a sandbox that another process keeps up: it sends from wherever its file is. */
export function tidewaterOf(folder: string, clock: Clock): Tidewater | undefined {
  const manifest = loadManifest(folder);
  return manifest && openTidewater({ folder, population: populate({ today: manifest.firstDay, seed: manifest.seed }), clock });
}

/** Files appear once: what is there is never written over, neither ESR's nor a table that somebody has edited. */
function writeFiles(folder: string, population: Population, today: string): void {
  writeGoFiles(path.join(folder, files.esr), population, today);
  const day = population.today.replaceAll("-", "");
  writeOnce(path.join(folder, files.clearances, `clearances-${day}.csv`), clearancesCsv(population));
  writeOnce(path.join(folder, files.placements, `placements-${day}.csv`), placementsCsv(population));
  writeOnce(path.join(folder, files.courses), northbridgeCourses(population.today));
  writeOnce(path.join(folder, files.renewals), eastmoorRenewals(population.today));
  for (const [odsCode, file] of Object.entries(files.requirements)) writeOnce(path.join(folder, file), requirementsOf(odsCode));
  writeOnce(path.join(folder, files.covers), eastmoorCovers());
  writeOnce(path.join(folder, files.signatories), signatories());
}

/** A turn that fails (a folder that somebody has moved) is no reason to stop the other systems; the next one tries again. */
function takeTurns(esr: EsrSimulator, clock: Clock, everySeconds: number): NodeJS.Timeout {
  return setInterval(() => {
    try {
      esr.step(clock.now());
    } catch {
      // What it was about still lies in its folder.
    }
  }, everySeconds * 1000).unref();
}

/** The port of the last start, else the usual one, else the next that is free. */
async function onFreePort<T>(remembered: number | undefined, usual: number | undefined, start: (port: number) => Promise<T>): Promise<T> {
  const next = usual === undefined ? [] : Array.from({ length: portsToTry }, (_, index) => usual + index);
  // Steps of the other systems overlap; a port that one of them holds is taken like any other.
  for (const port of [...(remembered ? [remembered] : []), ...next]) {
    try {
      return await start(port);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
    }
  }
  return start(0);
}
