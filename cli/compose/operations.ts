import type { Principal, Role } from "../../access/principal";
import { readEnvironment } from "../environment";
import { UsageError } from "../output";
import { configurationOf } from "./configuration";
import { type Foundation, openFoundation } from "./foundation";
import { composeGraph, type Graph } from "./graph";
import { whoRuns } from "./named-person";

export interface ProblemAnswer {
  readonly code: string;
  readonly title: string;
  readonly say: string;
  readonly next: string;
  readonly owner: string;
  readonly count: number;
  readonly subject: string | null;
  readonly firstSeenAt: string;
  readonly lastSeenAt: string;
}
export interface WaitingAnswer {
  readonly organisation: { readonly odsCode: string };
  readonly ofHealth: boolean;
  readonly fewerThanFive: boolean;
  readonly records: number | null;
  readonly people: number | null;
  readonly upToOneDay: number | null;
  readonly upTo7Days: number | null;
  readonly upTo30Days: number | null;
  readonly older: number | null;
  readonly oldestAt: string;
  readonly owner: string;
  readonly next: string;
}
export interface ConnectedSystemAnswer {
  readonly id: string;
  readonly title: string;
  readonly connector: string;
  readonly organisations: readonly { readonly odsCode: string; readonly name: string }[];
  readonly state: string;
  readonly freshAsOf: string | null;
  readonly target: number;
  readonly toldToWaitUntil: string | null;
  readonly maintenanceUntil: string | null;
  readonly breaker: { readonly openSince: string; readonly nextProbeAt: string; readonly failures: number; readonly why: string } | null;
  readonly waiting: number;
  readonly waitingByAge: readonly WaitingAnswer[];
  readonly refused: number;
  readonly problems: readonly ProblemAnswer[];
  readonly runs: { readonly edges: readonly { readonly node: RunAnswer }[] };
}
export interface RunAnswer {
  readonly id: string;
  readonly startedAt: string;
  readonly endedAt: string | null;
  readonly outcome: string | null;
  readonly errorCode: string | null;
  readonly pages: number;
  readonly rawIn: number;
  readonly refusedRaw: number;
  readonly ignored: number;
  readonly applied: number;
  readonly unchanged: number;
  readonly superseded: number;
  readonly waiting: number;
  readonly refused: number;
}

export const operationsQuery = `query Operations { operations { connectedSystems {
  id title connector organisations { odsCode name } state freshAsOf target waiting refused toldToWaitUntil maintenanceUntil breaker { openSince nextProbeAt failures why }
  waitingByAge { organisation { odsCode } ofHealth fewerThanFive records people upToOneDay upTo7Days upTo30Days older oldestAt owner next }
  problems { code title say next owner count subject firstSeenAt lastSeenAt }
  runs(first: 20) { edges { node { id startedAt endedAt outcome errorCode pages rawIn ignored refusedRaw applied unchanged superseded waiting refused } } } } } }`;

/** What the ESR team sees, asked of the graph like anybody else's question: one decision, one answer. */
export async function askOperations(graph: Graph): Promise<readonly ConnectedSystemAnswer[]> {
  const data = await graph.ask<{ operations: { connectedSystems: readonly ConnectedSystemAnswer[] } }>(
    operationsQuery,
    {},
    commandLine({ role: "ops", purpose: "SERVICE_OPERATION" }),
  );
  return data.operations.connectedSystems;
}

/** The command line acts as a named principal: the account that runs it, in the role it asks for. */
export function commandLine(as: { role: Principal["role"]; purpose: string; organisation?: string }): Principal {
  return {
    issuer: "lanyard:command-line",
    subject: whoRuns(),
    org: as.organisation,
    role: as.role,
    person: undefined,
    act: undefined,
    scope: [],
    aal: 3,
    purposes: [as.purpose],
  };
}

/** What each role that a command takes asks for. What the role may, access decides. */
export type Purposes = Readonly<Partial<Record<Role, readonly string[]>>>;

/** The account that runs the command, in the role of its option. */
export function commandLineAs(role: string, taken: Purposes, organisation?: string): Principal {
  const purposes = taken[role as Role];
  if (purposes === undefined) throw new UsageError(`--as takes one of ${Object.keys(taken).join(", ")}.`);
  return { ...commandLine({ role: role as Role, purpose: "", organisation }), purposes };
}

/** Before anything is asked or written down in its name: of an organisation that nobody has, "nothing" would be an answer. */
export function checkOrganisation(given: string | undefined, organisations: readonly { readonly odsCode: string }[]): void {
  const known = organisations.map(({ odsCode }) => odsCode);
  if (given !== undefined && !known.includes(given))
    throw new UsageError(`There is no organisation ${given}. There are: ${known.join(", ")}.`);
}

/** Opens what a reading command needs, and closes it again. */
export async function withGraph<T>(
  options: { config?: string; today?: string; organisation?: string },
  use: (graph: Graph, foundation: Foundation) => Promise<T>,
): Promise<T> {
  const read = readEnvironment(options);
  const { config, environment } = configurationOf(read, options.config);
  checkOrganisation(options.organisation, config.organisations);
  const foundation = await openFoundation(environment, config);
  try {
    const graph = await composeGraph(foundation, "all");
    try {
      return await use(graph, foundation);
    } finally {
      await graph.close();
    }
  } finally {
    await foundation.close();
  }
}
