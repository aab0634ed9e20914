/** The hub under the sweep: composed as every command composes it, behind real HTTP, asked with signed tokens of an issuer of its own. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { composeGraph, type Graph } from "../../../cli/compose/graph";
import { type TestHub, testHub } from "../../builders/hub";
import setup from "../../global-setup";
import teardown from "../../global-teardown";
import { type Served, serve } from "../../supergraph/serve";
import { Canaries } from "./canary";
import type { Caller } from "./expect";
import { type Population, populate } from "./population";
import { agreements, organisations } from "./scenario";

const issuer = "https://login.sweep.example";
const audience = "lanyard";
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
  readonly token: (caller: Caller) => Promise<string>;
  /** One operation over HTTP; without a caller, without a token. */
  ask(caller: Caller | undefined, query: string, variables?: Record<string, unknown>): Promise<Answer>;
  /** The same through subgraphs that listen at addresses of their own. */
  askRemote(caller: Caller, query: string, variables?: Record<string, unknown>): Promise<Answer>;
  readonly subgraphs: ReadonlyMap<string, Served>;
  sql(text: string, values?: unknown[]): Promise<Record<string, any>[]>;
  close(): Promise<void>;
}

const yaml = (jwks: string) => `mode: demonstration
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
issuers:
  - { issuer: "${issuer}", jwks: "${jwks}", audience: "${audience}", algorithms: [EdDSA] }
`;

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

export async function openSweepHub(): Promise<SweepHub> {
  await setup();
  const { publicKey, privateKey } = await generateKeyPair("EdDSA", { extractable: true });
  const jwk = { ...(await exportJWK(publicKey)), kid: "sweep", alg: "EdDSA", use: "sig" };
  const jwks = createServer((_, response) => response.setHeader("content-type", "application/json").end(JSON.stringify({ keys: [jwk] })));
  const hub = await testHub({ yaml: yaml(`${await listen(jwks)}/jwks`), values: { PEM: "none" } });
  const { foundation, config } = hub;
  const canaries = new Canaries();
  const population = await populate(hub.store, canaries);
  for (const [name, id] of population.ids)
    await hub.rows("insert into staff.account (issuer, subject, staff_member_id, how) values ($1, $2, $3, 'code')", [
      issuer,
      `person:${name}`,
      id,
    ]);
  const graphs: Graph[] = [await composeGraph(foundation, "all")];
  const gateway = await serve(graphs[0]!.routes);
  const subgraphs = new Map<string, Served>();
  for (const name of subgraphNames) {
    const graph = await composeGraph(foundation, `subgraph:${name}`);
    graphs.push(graph);
    subgraphs.set(name, await serve(graph.routes));
  }
  const addresses = Object.fromEntries([...subgraphs].map(([name, { url }]) => [name, `${url}/graphql`]));
  const remote = await composeGraph({ ...foundation, config: { ...config, subgraphs: addresses } }, "gateway");
  graphs.push(remote);
  const remoteGateway = await serve(remote.routes);
  const tokens = new Map<string, Promise<string>>();
  const token = (caller: Caller): Promise<string> => {
    const key = JSON.stringify(caller);
    let signed = tokens.get(key);
    if (!signed) tokens.set(key, (signed = sign(caller)));
    return signed;
  };
  const sign = ({ role, org, person, act, scope, aal, purpose, name }: Caller) => {
    const now = Math.floor(hub.clock.now().getTime() / 1000);
    return new SignJWT({ role, aal, purpose, ...(org ? { org } : {}), ...(act ? { act: { sub: act } } : {}), ...(scope ? { scope } : {}) })
      .setProtectedHeader({ alg: "EdDSA", kid: "sweep" })
      .setIssuer(issuer)
      .setAudience(audience)
      .setSubject(person ? `person:${person}` : `staff:${name}`)
      .setIssuedAt(now)
      .setExpirationTime(now + 300)
      .sign(privateKey);
  };
  const post = async (url: string, caller: Caller | undefined, query: string, variables: Record<string, unknown>): Promise<Answer> => {
    const response = await fetch(`${url}/graphql`, {
      method: "POST",
      headers: { "content-type": "application/json", ...(caller ? { authorization: `Bearer ${await token(caller)}` } : {}) },
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
    token,
    subgraphs,
    ask: (caller, query, variables = {}) => post(gateway.url, caller, query, variables),
    askRemote: (caller, query, variables = {}) => post(remoteGateway.url, caller, query, variables),
    sql: hub.rows,
    async close() {
      for (const one of [gateway, remoteGateway, ...subgraphs.values()]) await one.close();
      for (const graph of graphs) await graph.close();
      jwks.closeAllConnections();
      await new Promise((resolve) => jwks.close(resolve));
      await hub.close();
      await teardown();
    },
  };
}
