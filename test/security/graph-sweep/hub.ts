/** The hub under the sweep: composed as every command composes it, behind real HTTP, asked with signed tokens of an issuer of its own. */

import { Client } from "pg";
import { composeGraph, type Graph } from "../../../cli/compose/graph";
import { type InternalKeys, type InternalRequest, signInternal } from "../../../gateway/internal-token";
import type { Clock } from "../../../platform/clock";
import { type TestHub, testHub } from "../../builders/hub";
import setup from "../../global-setup";
import teardown from "../../global-teardown";
import { type Served, serve } from "../../supergraph/serve";
import { Canaries } from "./canary";
import type { Caller } from "./expect";
import { type Credential, createLogins } from "./logins";
import { type Population, populate } from "./population";
import { agreements, organisations } from "./scenario";

/** The hub's clock runs fast, so that a sweep of minutes is no flood to what bounds how much one caller may ask. */
const clock: Clock = (() => {
  const began = Date.now();
  return { now: () => new Date(Date.UTC(2026, 10, 22, 9) + Math.min((Date.now() - began) * 60, 14 * 3_600_000)) };
})();
const subgraphNames = ["staff", "learning", "health", "checks", "movement", "operations"] as const;

export interface Answer {
  readonly status: number;
  readonly text: string;
  readonly headers: string;
  readonly json: any;
}
export interface SweepHub {
  readonly hub: TestHub;
  readonly canaries: Canaries;
  readonly population: Population;
  /** ESR employee numbers: "<person> <organisation>". */
  readonly numbers: ReadonlyMap<string, string>;
  /** One operation over HTTP; without a caller, without a token. */
  ask(caller: Caller | undefined, query: string, variables?: Record<string, unknown>): Promise<Answer>;
  /** The same through subgraphs that listen at addresses of their own. */
  askRemote(caller: Caller, query: string, variables?: Record<string, unknown>): Promise<Answer>;
  credential(caller: Caller): Promise<Credential>;
  /** As the gateway signs it for a subgraph. */
  internalToken(
    keys: InternalKeys,
    subgraph: string,
    query: string,
    variables: Record<string, unknown>,
    of: InternalRequest,
  ): Promise<string>;
  /** Statements that this process has sent to the database so far. */
  statements(): number;
  readonly subgraphs: ReadonlyMap<string, Served>;
  sql(text: string, values?: unknown[]): Promise<Record<string, any>[]>;
  close(): Promise<void>;
}

const yaml = (logins: string) => `mode: demonstration
# How much one caller may ask is another lock's to prove.
rates: { requests: { burst: 1000000, perSecond: 1000000 }, cost: { burst: 1000000000, perSecond: 1000000000 } }
organisations:
${organisations.map((code, at) => `  - { odsCode: ${code}, vpd: "99${at + 1}", name: Trust ${code}, cstfAligned: true }`).join("\n")}
connections:
${organisations
  .map((code) => {
    const id = code.toLowerCase();
    return `  - { id: ${id}-esr, connector: esr, organisations: [${code}], settings: { folder: esr/${id} } }
  - { id: ${id}-lms, connector: push, organisations: [${code}] }
  - { id: ${id}-oh, connector: fhir, organisations: [${code}], settings: { baseUrl: "https://oh.example/r4", auth: { kind: none }, staffIdentifierSystem: "https://oh.example/staff", patientLookup: include } }
  - { id: ${id}-checks, connector: workforce-api, organisations: [${code}], settings: { baseUrl: "https://checks.example/dsp-api", tokenUrl: "https://checks.example/token", clientId: hub, privateKey: { env: PEM }, keyId: k1, reads: [core-skills] } }`;
  })
  .join("\n")}
sharingAgreements:
${agreements
  .map(({ reference, controller, reader, labels, from, to, signed }) => {
    const signatures = [signed !== "reader" ? "controller: Ada" : "", signed !== "controller" ? "organisation: Ben" : ""]
      .filter(Boolean)
      .join(", ");
    return `  - { reference: ${reference}, controller: ${controller}, organisation: ${reader}, labels: [${labels.join(", ")}], from: "${from}"${to ? `, to: "${to}"` : ""}, signedBy: { ${signatures} } }`;
  })
  .join("\n")}
${logins}`;

/** Every statement goes through a client of the driver, whichever pool it is of. */
let sent = 0;
const query = Client.prototype.query;
Client.prototype.query = function counted(this: Client, ...given: any[]) {
  sent += 1;
  return Reflect.apply(query, this, given);
} as typeof query;

export async function openSweepHub(): Promise<SweepHub> {
  const ours = process.env.LANYARD_TEST_DATABASE === undefined;
  await setup();
  const logins = await createLogins(clock);
  const hub = await testHub({ yaml: yaml(logins.yaml), clock, values: { PEM: "none" } });
  const { foundation, config } = hub;
  const canaries = new Canaries();
  const population = await populate(hub.store, canaries, hub.rows);
  await logins.bind(hub.store, population, canaries);
  // What waits for a second person, at each organisation.
  await hub.rows(
    `insert into ops.approval (id, act, subject, organisation, detail, asked_by, asked_role, reason, asked_at, expires_at)
     select gen_random_uuid(), act, $2, o, case act when 'break-glass' then '{"label": "R3"}'::jsonb else '{}' end, 'sweep', 'sweep', 'sweep', $3::timestamptz, $3::timestamptz + interval '1 day'
     from unnest($1::text[]) o cross join unnest(array['subject-export', 'release-health', 'match-health', 'break-glass']) act`,
    [organisations, population.ids.get("doctor")!, clock.now()],
  );
  let address = "";
  const graphs: Graph[] = [await composeGraph(foundation, "all", () => address)];
  const gateway = await serve(graphs[0]!.routes);
  address = gateway.url;
  const subgraphs = new Map<string, Served>();
  for (const name of subgraphNames) {
    const graph = await composeGraph(foundation, `subgraph:${name}`);
    graphs.push(graph);
    subgraphs.set(name, await serve(graph.routes));
  }
  const addresses = Object.fromEntries([...subgraphs].map(([name, { url }]) => [name, `${url}/graphql`]));
  const remote = await composeGraph({ ...foundation, config: { ...config, subgraphs: addresses } }, "gateway", () => address);
  graphs.push(remote);
  const remoteGateway = await serve(remote.routes);
  const post = async (url: string, caller: Caller | undefined, query: string, variables: Record<string, unknown>): Promise<Answer> => {
    const said = caller && (await logins.credential(caller, address));
    const response = await fetch(`${url}/graphql`, {
      method: "POST",
      headers: { "content-type": "application/json", ...(said ? { authorization: `Bearer ${said.token}`, ...said.headers } : {}) },
      body: JSON.stringify({ query, variables }),
    });
    const text = await response.text();
    return {
      status: response.status,
      text,
      headers: JSON.stringify([...response.headers]),
      json: text.startsWith("{") ? JSON.parse(text) : undefined,
    };
  };
  return {
    hub,
    canaries,
    population,
    numbers: canaries.numbers(),
    subgraphs,
    credential: (caller) => logins.credential(caller, address),
    internalToken: (keys, subgraph, query, variables, of) => signInternal(keys, clock, subgraph, { query, variables }, of),
    statements: () => sent,
    ask: (caller, query, variables = {}) => post(gateway.url, caller, query, variables),
    askRemote: (caller, query, variables = {}) => post(remoteGateway.url, caller, query, variables),
    sql: hub.rows,
    async close() {
      for (const one of [gateway, remoteGateway, ...subgraphs.values()]) await one.close();
      for (const graph of graphs) await graph.close();
      await logins.close();
      await hub.close();
      await teardown();
      // The next group of this process starts a server of its own.
      if (ours) delete process.env.LANYARD_TEST_DATABASE;
    },
  };
}
