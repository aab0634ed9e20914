/** The contenders, each in a process of its own: `node serving.js <contender> <database url> <folder>`; says its port, answers CPU. */
import "reflect-metadata";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { ApolloGateway, RemoteGraphQLDataSource } from "@apollo/gateway";
import { ApolloServer } from "@apollo/server";
import { startStandaloneServer } from "@apollo/server/standalone";
import { createAuthenticator } from "../../gateway/auth";
import { composeSupergraph } from "../../gateway/compose";
import { createDevelopmentIssuer } from "../../gateway/development-issuer";
import { createGateway } from "../../gateway/gateway";
import type { Handler } from "../../gateway/http";
import { maximumBodyBytes } from "../../gateway/http";
import { silenceTelemetry } from "../../gateway/no-telemetry";
import { systemClock } from "../../platform/clock";
import { readJson } from "../../platform/http";
import { openStore } from "../../store/open";
import { versionReader } from "../../store/read/as-of";
import { identifierReader } from "../../store/read/identifiers";
import { allSubgraphs } from "../../subgraphs/all";
import { RequestContext } from "../../subgraphs/kit/context";
import type { Environment } from "../../subgraphs/kit/environment";
import { floorHandler } from "./floor";

const connectors: Environment["connectors"] = [
  {
    name: "esr",
    title: "ESR",
    delivers: ["assignment", "professional-registration", "employment-check"].map((kind) => ({ kind, system: "esr" as const })),
  },
  { name: "moodle", title: "LMS", delivers: ["competence-award", "achievement"].map((kind) => ({ kind, system: "lms" as const })) },
  {
    name: "fhir",
    title: "OH",
    delivers: ["immunisation", "clinical-test", "observation", "clearance"].map((kind) => ({ kind, system: "oh" as const })),
  },
];

/** One caller asks as fast as it goes. */
const plenty = { burst: 1e12, perSecond: 1e12 };
const endless = { requests: plenty, cost: plenty, clientTimes: 1 };

async function listen(handle: Handler): Promise<number> {
  const server = createServer((request, response) => void handle(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

async function main(): Promise<void> {
  const [contender, url, folder, subgraphPorts] = process.argv.slice(2) as [string, string, string, string | undefined];
  const clock = systemClock;
  const issuer = await createDevelopmentIssuer({ folder, clock });
  const authenticate = createAuthenticator({ issuers: [issuer.trusted], clock });
  const store = await openStore({ url, keyEncryptionKey: Buffer.alloc(32, 7), poolSize: 20 });
  const environment: Environment = {
    store,
    clock,
    connectors,
    expiringDays: 30,
    identifiers: identifierReader(store.sealer),
    versions: versionReader(store.sealer),
    organisations: [{ odsCode: "ZQA", name: "Bench", cstfAligned: true }],
    periodFor: () => ({ months: 24, basis: "NATIONAL" }),
    recognition: { rules: { periodFor: () => undefined, covers: [], standingOf: () => undefined }, requirementsFor: () => [] },
  };
  let ports: Record<string, number>;
  if (contender === "ours" || contender === "ours-unaudited") {
    const gateway = await createGateway({
      supergraphSdl: composeSupergraph(),
      subgraphs: allSubgraphs(),
      authenticate,
      introspection: false,
      registeredOnly: false,
      rates: endless,
      context: (principal, requestId) => new RequestContext(environment, principal, requestId),
      audit: contender === "ours" ? (event) => store.audit([event]) : async () => undefined,
    });
    ports = { "": await listen(gateway.handle) };
  } else if (contender === "floor") {
    ports = {
      "": await listen(floorHandler(environment, store, authenticate, (request) => readJson(request, { bytes: maximumBodyBytes }))),
    };
  } else if (contender === "stock-subgraphs") {
    ports = {};
    for (const { name, schema } of allSubgraphs()) {
      const server = new ApolloServer<RequestContext>({ schema });
      const { url: address } = await startStandaloneServer(server, {
        listen: { port: 0, host: "127.0.0.1" },
        context: async ({ req }) => new RequestContext(environment, JSON.parse(String(req.headers["x-principal"])), "bench"),
      });
      ports[name] = Number(new URL(address).port);
    }
  } else {
    silenceTelemetry();
    const at = JSON.parse(subgraphPorts!) as Record<string, number>;
    class Source extends RemoteGraphQLDataSource {
      override willSendRequest({
        request,
        context,
      }: {
        request: { http?: { headers: { set(name: string, value: string): void } } };
        context: { principal?: unknown };
      }) {
        request.http?.headers.set("x-principal", JSON.stringify(context.principal));
      }
    }
    const gateway = new ApolloGateway({
      supergraphSdl: composeSupergraph(),
      buildService: ({ name }) => new Source({ url: `http://127.0.0.1:${at[name]}/` }) as never,
    });
    const { url: address } = await startStandaloneServer(new ApolloServer({ gateway }), {
      listen: { port: 0, host: "127.0.0.1" },
      context: async ({ req }) => ({ principal: await authenticate(req.headers.authorization) }),
    });
    ports = { "": Number(new URL(address).port) };
  }
  process.on("message", () => process.send!({ cpu: process.cpuUsage() }));
  process.on("disconnect", () => process.exit(0));
  process.send!({ ports });
}

void main();
