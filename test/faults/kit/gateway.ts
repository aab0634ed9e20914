/** A gateway with subgraphs in processes of their own, over a few people of ESR; and a client that says what it was told. */
import { writeFileSync } from "node:fs";
import path from "node:path";
import { request } from "undici";
import { createDevelopmentIssuer } from "../../../gateway/development-issuer";
import { systemClock } from "../../../platform/clock";
import { anEsrPerson, awardRow, employed, writeGoFile } from "../../builders/esr-files";
import { testHub } from "../../builders/hub";
import type { Arena } from "../fault";
import { type RunningProcess, startLanyard, until } from "./processes";
import { freePort } from "./redis";

export type Part = "staff" | "learning" | "health" | "checks" | "movement" | "operations";
/** Parts that the record below asks for beside the person itself. */
export type AskedPart = "learning" | "checks";
export const askedParts: readonly AskedPart[] = ["learning", "checks"];

const key = Buffer.alloc(32, 7).toString("base64");
const people = 3;
const record = `query Record($value: String!) {
  staffMemberByIdentifier(scheme: ESR_EMPLOYEE_NUMBER, value: $value, organisation: "ZQA") {
    id name { given family }
    learning { competences { subject awardedOn } sources { connectedSystem state } }
    checks { registrations { body } sources { connectedSystem state } }
  }
}`;

export interface Told {
  readonly status: number;
  readonly person: Record<string, any> | null | undefined;
  readonly errors: readonly { readonly message: string; readonly extensions?: Record<string, unknown> }[];
  readonly completeness: readonly { readonly part: string; readonly state: string }[];
  readonly text: string;
  readonly ms: number;
}
export interface GatewayWorld {
  readonly address: string;
  readonly gateway: RunningProcess;
  /** Subgraphs that have a process of their own. */
  readonly processes: ReadonlyMap<Part, RunningProcess>;
  restart(part: Part): Promise<void>;
  ask(address?: string): Promise<Told>;
  ready(address?: string): Promise<number>;
  /** Another gateway with the same configuration, on a port of its own. */
  another(addresses?: Partial<Record<Part, string>>): Promise<{ address: string; process: RunningProcess; port: number }>;
  startGateway(port: number): RunningProcess;
  readonly learningUrl: string;
  /** Of every process: database, data folder, key. */
  readonly environment: Readonly<Record<string, string>>;
}

export interface WorldOptions {
  /** Which parts run in processes of their own. */
  readonly parts: readonly Part[];
  /** Other addresses, for parts that somebody else plays. */
  readonly addresses?: Partial<Record<Part, string>>;
}

export async function gatewayWorld(arena: Arena, options: WorldOptions): Promise<GatewayWorld> {
  const database = await arena.database();
  const staff = Array.from({ length: people }, () => anEsrPerson());
  const hub = await testHub({
    yaml: "  - { id: zqa-esr, connector: esr, organisations: [ZQA], settings: { folder: esr } }\n",
    folder: arena.folder,
    clock: systemClock,
    databaseUrl: database.url,
  });
  writeGoFile(`${arena.folder}/esr`, {
    kind: "GOF",
    day: "2026-11-19",
    sequence: 101,
    rows: [...employed(...staff), ...staff.map((person) => awardRow(person))],
  });
  await hub.sync("zqa-esr");
  await hub.close();
  const dataFolder = path.join(arena.folder, ".lanyard");
  const issuer = await createDevelopmentIssuer({ folder: dataFolder, clock: systemClock });
  const token = await issuer.issueToken({ as: "hr", organisation: "ZQA" });
  const env = { DATABASE_URL: database.url, LANYARD_DATA: dataFolder, LANYARD_KEY: key, LANYARD_LOG_LEVEL: "error" };

  const ports = new Map<Part, number>();
  for (const part of options.parts) ports.set(part, await freePort());
  const configure = (name: string, addresses: Partial<Record<Part, string>>) => {
    const subgraphs = { ...Object.fromEntries([...ports].map(([part, port]) => [part, `http://127.0.0.1:${port}/graphql`])), ...addresses };
    const file = path.join(arena.folder, name);
    writeFileSync(
      file,
      `mode: demonstration
organisations:
  - { odsCode: ZQA, vpd: "991", name: Northbridge, cstfAligned: true }
connections:
  - { id: zqa-esr, connector: esr, organisations: [ZQA], settings: { folder: esr } }
# One caller stands for the many of a trust: what a fault costs is measured here, not a budget.
rates: { requests: { burst: 1000000, perSecond: 1000000 }, cost: { burst: 1000000000, perSecond: 1000000000 } }
subgraphs: ${JSON.stringify(subgraphs)}
`,
    );
    return file;
  };
  const file = configure("gateway.yaml", options.addresses ?? {});
  const start = (role: string, port: number, config: string) => {
    const started = startLanyard(["start", "--role", role, "--config", config, "--port", String(port), "--json"], { env });
    arena.after(() => started.kill().catch(() => undefined));
    return started;
  };
  const processes = new Map<Part, RunningProcess>();
  for (const [part, port] of ports) processes.set(part, start(`subgraph:${part}`, port, file));
  const port = await freePort();
  const gateway = start("gateway", port, file);
  await Promise.all([gateway, ...processes.values()].map((one) => one.waitFor(/"ready":true/)));
  const address = `http://127.0.0.1:${port}`;

  const ask = async (at = address): Promise<Told> => {
    const begun = performance.now();
    const response = await request(`${at}/graphql`, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${token}` },
      body: JSON.stringify({ query: record, variables: { value: staff[0]!.number } }),
      headersTimeout: 20_000,
      bodyTimeout: 20_000,
    });
    const text = await response.body.text();
    const body = JSON.parse(text);
    return {
      status: response.statusCode,
      person: body.data === null ? null : body.data?.staffMemberByIdentifier,
      errors: body.errors ?? [],
      completeness: body.extensions?.completeness ?? [],
      text,
      ms: performance.now() - begun,
    };
  };
  return {
    address,
    gateway,
    processes,
    ask,
    async ready(at = address) {
      const response = await request(`${at}/readyz`);
      await response.body.dump();
      return response.statusCode;
    },
    async restart(part) {
      const again = start(`subgraph:${part}`, ports.get(part)!, file);
      processes.set(part, again);
      await again.waitFor(/"ready":true/);
    },
    async another(addresses = {}) {
      const other = await freePort();
      const process = start("gateway", other, configure(`gateway-${other}.yaml`, addresses));
      await process.waitFor(/"ready":true/);
      return { address: `http://127.0.0.1:${other}`, process, port: other };
    },
    startGateway: (at) => start("gateway", at, file),
    learningUrl: `http://127.0.0.1:${ports.get("learning")}/graphql`,
    environment: env,
  };
}

/** Throws unless every part is there, with what ESR holds. */
export function mustBeWhole(told: Told): void {
  const competences = told.person?.learning?.competences;
  if (told.status !== 200 || told.errors.length > 0 || !told.person?.name || !competences?.length || !told.person.checks)
    throw new Error(`not whole: ${told.status} ${told.text.slice(0, 500)}`);
}

/** Throws unless these parts, and only these, are missing and say why; an empty list in their place is the worst of answers. */
export function mustLackOnly(told: Told, parts: readonly AskedPart[]): void {
  const wrong = (why: string) => new Error(`${why}: ${told.status} ${told.text.slice(0, 800)}`);
  if (told.status !== 200) throw wrong("not 200");
  if (!told.person?.name) throw wrong("the person itself is missing");
  for (const part of askedParts) {
    const lacking = parts.includes(part);
    if (lacking !== (told.person[part] === null)) throw wrong(`${part} should ${lacking ? "be missing" : "be there"}`);
    const said = told.errors.filter(({ extensions }) => extensions?.part === part);
    if (lacking !== said.length > 0) throw wrong(`${part}: ${said.length} errors`);
    if (lacking && !said.every(({ extensions }) => extensions?.code === "UPSTREAM_UNAVAILABLE" && extensions.reason === "SOURCE_DOWN"))
      throw wrong(`${part}: another code`);
    if (lacking && !told.completeness.some((one) => one.part === part && one.state === "SOURCE_DOWN"))
      throw wrong(`${part} is not in completeness`);
  }
}

export async function wholeAgain(world: GatewayWorld): Promise<number> {
  const begun = performance.now();
  await until("whole again", async () => {
    const told = await world.ask();
    try {
      mustBeWhole(told);
      return true;
    } catch {
      return false;
    }
  });
  return Math.round(performance.now() - begun);
}
