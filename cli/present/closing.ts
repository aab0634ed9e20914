import { askDoctor } from "../compose/doctor";
import type { Foundation } from "../compose/foundation";
import type { Graph } from "../compose/graph";
import { askOperations, type ConnectedSystemAnswer } from "../compose/operations";
import type { Doctor } from "../compose/sandbox";
import { doctorSentences, passportQuery } from "./doctor";
import { stateWords } from "./states";
import { table } from "./table";

/** One connection in the answer of `start --json`. */
export interface ConnectionValue {
  readonly name: string;
  readonly connector: string;
  readonly organisation: string;
  readonly state: string;
  readonly records: Readonly<Record<"applied" | "unchanged" | "superseded" | "waiting" | "refused" | "ignored", number>>;
}

/**
 * Counts of each connection's last run that had something to read (a quiet poll says nothing about what is held). Of a vendor
 * that pushes each batch is a run: those that are listed count together.
 */
export function connectionValues(systems: readonly ConnectedSystemAnswer[]): ConnectionValue[] {
  return systems.map((system) => {
    const runs = system.runs.edges.map((edge) => edge.node);
    const last = runs.find((candidate) => candidate.rawIn > 0) ?? runs[0];
    const counted = system.connector === "push" ? runs : last ? [last] : [];
    const sum = (count: (run: (typeof runs)[number]) => number) => counted.reduce((total, run) => total + count(run), 0);
    return {
      name: system.id,
      connector: system.connector,
      organisation: system.organisations.map((organisation) => organisation.odsCode).join(", "),
      state: system.state,
      records: {
        applied: sum((run) => run.applied),
        unchanged: sum((run) => run.unchanged),
        superseded: sum((run) => run.superseded),
        waiting: sum((run) => run.waiting),
        refused: sum((run) => run.refused + run.refusedRaw),
        ignored: sum((run) => run.ignored),
      },
    };
  });
}

/** What a start ends with: a person first, then the table, then where to look. */
export async function closingLines(
  foundation: Foundation,
  { graph, address, doctor }: { readonly graph: Graph; readonly address: string; readonly doctor: Doctor | undefined },
): Promise<string> {
  const systems = await askOperations(graph);
  const parts: string[] = [];
  const told = doctor ? await askDoctor(foundation, graph, doctor) : undefined;
  const sentences = told && doctorSentences(told.doctor, told.after);
  if (sentences) parts.push(sentences.join("\n"));
  parts.push(connectionTable(systems));
  parts.push(
    [
      `Console    ${address}/console`,
      `GraphQL    ${address}/graphql`,
      ...(graph.developmentIssuer ? [`Explorer   ${address}/explorer`] : []),
      `Health     ${address}/livez  ${address}/readyz`,
    ].join("\n"),
  );
  const readiness = told?.doctor.readiness;
  if (graph.developmentIssuer && told && readiness?.startsOn) {
    const token = await graph.developmentIssuer.issueToken({ as: "self", staff: told.doctor.id });
    const query = passportQuery(readiness.organisation.odsCode, readiness.startsOn).replace(/\s+/g, " ");
    parts.push(
      [
        "Her own query, with a token of hers for 12 hours (others: npx lanyard token --as self|hr|oh|ops|passport):",
        `export TOKEN=${token}`,
        `curl -s ${address}/graphql -H 'content-type: application/json' -H "authorization: Bearer $TOKEN" \\`,
        `  -d '${JSON.stringify({ query })}'`,
        "The whole story in five minutes: npm run demo",
      ].join("\n"),
    );
  } else if (!graph.developmentIssuer) parts.push("Tokens come from your issuer (issuers in the configuration).");
  const blocked = systems.reduce((sum, system) => sum + system.problems.length, 0);
  if (blocked > 0) parts.push(`${blocked} causes block records: npx lanyard problems`);
  return `\n${parts.join("\n\n")}\n`;
}

export function connectionTable(systems: readonly ConnectedSystemAnswer[]): string {
  return table(
    ["connection", "state", "applied", "unchanged", "waiting", "refused"],
    connectionValues(systems).map((value) => [
      value.name,
      stateWords[value.state] ?? value.state,
      value.records.applied,
      value.records.unchanged,
      value.records.waiting,
      value.records.refused,
    ]),
  );
}
