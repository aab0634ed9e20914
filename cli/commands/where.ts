import type { Principal } from "../../access/principal";
import { HubError } from "../../platform/errors";
import type { Graph } from "../compose/graph";
import { commandLineAs, type Purposes, withGraph } from "../compose/operations";
import { type Output, UsageError } from "../output";
import { instantInWords, table } from "../present/table";

interface WhereOptions {
  readonly config?: string;
  readonly today?: string;
  readonly as?: string;
  readonly organisation?: string;
  readonly number?: string;
}

export interface TraceAnswer {
  readonly id: string;
  readonly is: string;
  readonly kind: string | null;
  readonly organisations: readonly { readonly odsCode: string; readonly name: string | null }[];
  readonly connectedSystem: string | null;
  readonly steps: readonly { readonly step: string; readonly state: string; readonly at: string | null; readonly detail: string | null }[];
  readonly counts: readonly { readonly name: string; readonly count: number }[];
  readonly end: {
    readonly state: string;
    readonly reason: string | null;
    readonly owner: string;
    readonly say: string;
    readonly next: string;
  };
  readonly records?: readonly TraceAnswer[];
}

const fields = `id is kind organisations { odsCode name } connectedSystem steps { step state at detail } counts { name count }
  end { state reason owner say next }`;
export const byIdQuery = `query Where($id: ID!) { operations { trace(id: $id) { ${fields} records { ${fields} } } } }`;
export const byNumberQuery = `query WhereIsTheirs($number: String!, $organisation: String!) {
  staffMemberByIdentifier(scheme: ESR_EMPLOYEE_NUMBER, value: $number, organisation: $organisation) { traces { ${fields} } } }`;

/** In what each role asks for it; whoever else asks gets what an unknown id gets. */
const purposes: Purposes = {
  ops: ["SERVICE_OPERATION"],
  "trust-admin": ["SETTINGS"],
  hr: ["EMPLOYMENT", "TRAINING_COMPLIANCE"],
  oh: ["OH_CARE"],
};

/**
 * Where is it: one path, and one end with its owner and the next step. By id, receipt, run or file name for those who run the
 * hub; by a person's number for the person's own trust. Unknown and not permitted are told in the same words.
 */
export async function where(output: Output, options: WhereOptions, id?: string): Promise<undefined> {
  const principal = commandLineAs(options.as ?? (options.number === undefined ? "ops" : "hr"), purposes, options.organisation);
  if ((id === undefined) === (options.number === undefined))
    throw new UsageError("Say what to look for: an id, a receipt, a run or a file name; or a person's --number with --organisation.");
  if (options.number !== undefined && !options.organisation)
    throw new UsageError("A number means something in one organisation only: add --organisation.");
  await withGraph(options, async (graph) => {
    if (id !== undefined) {
      const trace = await traceById(graph, id, principal);
      if (!trace) throw notFound();
      output.answer(trace, () => pathLines(trace).join("\n"));
      return;
    }
    const traces = await tracesByNumber(graph, options.number!, options.organisation!, principal);
    if (traces.length === 0) throw notFound();
    output.answer({ records: traces }, () => listLines(traces));
  });
  return undefined;
}

function notFound(): HubError {
  return new HubError({ code: "NOT_FOUND", class: "bad-record", detail: {} });
}

export async function traceById(graph: Graph, id: string, principal: Principal): Promise<TraceAnswer | undefined> {
  const data = await graph.ask<{ operations: { trace: TraceAnswer | null } | null }>(byIdQuery, { id }, principal);
  return data.operations?.trace ?? undefined;
}

export async function tracesByNumber(
  graph: Graph,
  number: string,
  organisation: string,
  principal: Principal,
): Promise<readonly TraceAnswer[]> {
  const data = await graph.ask<{ staffMemberByIdentifier: { traces: readonly TraceAnswer[] | null } | null }>(
    byNumberQuery,
    { number, organisation },
    principal,
  );
  return data.staffMemberByIdentifier?.traces ?? [];
}

const owners: Readonly<Record<string, string>> = {
  VENDOR: "the vendor's",
  TRUST: "the trust's",
  ESR: "ESR's",
  OPERATOR: "the operator's of this hub",
  HUB: "the hub's: it goes on by itself",
  NOBODY: "nobody's: the matter is settled",
};
const subjects: Readonly<Record<string, string>> = {
  RECEIPT: "receipt",
  REFUSAL: "refused record",
  RUN: "run",
  FILE: "file",
  ESR_FILE: "file for ESR",
};

export function pathLines(trace: TraceAnswer): string[] {
  const whose = trace.organisations.map((one) => one.name ?? one.odsCode).join(", ");
  const what =
    trace.is === "RECORD" ? (trace.kind ?? "record") : `${subjects[trace.is] ?? trace.is}${trace.kind ? ` (${trace.kind})` : ""}`;
  const counts = trace.counts.filter((one) => one.count > 0).map((one) => `${one.count} ${one.name}`);
  return [
    `${what} ${trace.id}${whose ? `, ${whose}` : ""}${trace.connectedSystem ? `, from ${trace.connectedSystem}` : ""}`,
    table(
      ["", "", ""],
      trace.steps.map((step) => [
        `  ${step.step.toLowerCase()}`,
        step.at === null ? "" : instantInWords(new Date(step.at)),
        [step.state, step.detail].filter(Boolean).join(": "),
      ]),
    ).replace(/^\s*\n/, ""),
    ...(counts.length > 0 ? [`  ${counts.join(", ")}`] : []),
    ...endLines(trace),
    ...(trace.records ?? []).flatMap((record) => ["", ...pathLines(record)]),
  ];
}

function endLines({ end }: TraceAnswer): string[] {
  return [end.say, `Whose move: ${owners[end.owner] ?? end.owner}. Next: ${end.next}`];
}

function listLines(traces: readonly TraceAnswer[]): string {
  const ends = new Map<string, TraceAnswer[]>();
  for (const trace of traces) {
    const key = `${trace.end.state} ${trace.end.reason ?? ""}`;
    ends.set(key, [...(ends.get(key) ?? []), trace]);
  }
  return [
    `${traces.length} records`,
    ...[...ends.values()]
      .sort((a, b) => settled(a) - settled(b))
      .map((same) =>
        [
          `\n${same[0]!.end.state} (${same.length})`,
          ...endLines(same[0]!),
          ...same.map((one) => `  ${one.id}  ${one.kind}  ${one.connectedSystem}`),
        ].join("\n"),
      ),
    "\nOne of them in full: npx lanyard where <id>",
  ].join("\n");
}

/** Somebody's move first, what is settled last. */
function settled(same: readonly TraceAnswer[]): number {
  return same[0]?.end.owner === "NOBODY" ? 1 : 0;
}
