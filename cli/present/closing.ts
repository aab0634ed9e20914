import type { Foundation } from "../compose/foundation";
import type { Graph } from "../compose/graph";
import { askOperations, type ConnectedSystemAnswer, commandLine } from "../compose/operations";
import type { Doctor } from "../compose/sandbox";
import { stateWords } from "./states";
import { dayInWords, table } from "./table";

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

interface DoctorAnswer {
  readonly staffMemberByIdentifier: {
    readonly id: string;
    readonly name: { readonly given: string | null; readonly family: string | null } | null;
    readonly assignments:
      | readonly {
          readonly number: string;
          readonly organisation: { readonly name: string };
          readonly position: { readonly name: string } | null;
          readonly startsOn: string | null;
          readonly endsOn: string | null;
        }[]
      | null;
    readonly learning: {
      readonly competences:
        | readonly {
            readonly subject: string;
            readonly level: string | null;
            readonly expiresOn: string | null;
            readonly status: string | null;
            readonly attestations: readonly unknown[];
          }[]
        | null;
      readonly achievements: readonly unknown[] | null;
      readonly sources: readonly { readonly connectedSystem: string | null; readonly state: string }[] | null;
    } | null;
    readonly checks: {
      readonly registrations: readonly { readonly body: string; readonly number: string; readonly expiresOn: string | null }[] | null;
    } | null;
  } | null;
}

const doctorQuery = `query OneRecord($number: String!, $organisation: String!, $next: String!, $on: String) {
  staffMemberByIdentifier(scheme: ESR_EMPLOYEE_NUMBER, value: $number, organisation: $organisation) {
    id name { given family } assignments { number organisation { name } position { name } startsOn endsOn }
    learning { competences(forOrganisation: $next, on: $on) { subject level expiresOn status attestations { connectedSystem } }
               achievements { title } sources { connectedSystem state } }
    checks { registrations { body number expiresOn } } } }`;

/** What a start ends with: a person first, then the table, then where to look. */
export async function closingLines(
  foundation: Foundation,
  { graph, address, doctor }: { readonly graph: Graph; readonly address: string; readonly doctor: Doctor | undefined },
): Promise<string> {
  const systems = await askOperations(graph);
  const parts: string[] = [];
  const record = doctor ? await doctorLines(foundation, graph, doctor) : undefined;
  if (record) parts.push(record.lines);
  parts.push(connectionTable(systems));
  parts.push(
    [
      `Console    ${address}/console`,
      `GraphQL    ${address}/graphql`,
      ...(graph.developmentIssuer ? [`Explorer   ${address}/explorer`] : []),
      `Health     ${address}/livez  ${address}/readyz`,
    ].join("\n"),
  );
  if (graph.developmentIssuer && doctor && record) {
    const token = await graph.developmentIssuer.issueToken({ as: "hr", organisation: doctor.organisation });
    parts.push(
      `A token of ${doctor.organisation}'s HR, for 12 hours (others: npx lanyard token --as self|hr|oh|ops|passport):\nexport TOKEN=${token}`,
    );
    parts.push(
      [
        "One query:",
        `curl -s ${address}/graphql -H 'content-type: application/json' -H "authorization: Bearer $TOKEN" \\`,
        `  -d '{"query":"{ staffMember(id: \\"${record.id}\\") { name { given family } learning { competences(status: [IN_DATE, EXPIRING]) { subject level expiresOn status } } } }"}'`,
      ].join("\n"),
    );
  } else parts.push("Tokens come from your issuer (issuers in the configuration).");
  const blocked = systems.reduce((sum, system) => sum + system.problems.length, 0);
  if (blocked > 0) parts.push(`${blocked} causes block records: npx lanyard problems`);
  return `\n${parts.join("\n\n")}\n`;
}

async function doctorLines(foundation: Foundation, graph: Graph, doctor: Doctor): Promise<{ id: string; lines: string } | undefined> {
  const { config } = foundation;
  const nameOf = (odsCode: string) => config.organisations.find((organisation) => organisation.odsCode === odsCode)?.name ?? odsCode;
  const data = await graph.ask<DoctorAnswer>(
    doctorQuery,
    { number: doctor.employeeNumber, organisation: doctor.organisation, next: doctor.next, on: null },
    commandLine({ role: "hr", purpose: "EMPLOYMENT", organisation: doctor.organisation }),
  );
  const member = data.staffMemberByIdentifier;
  if (!member) return undefined;
  const competences = member.learning?.competences ?? [];
  const count = (status: string) => competences.filter((competence) => competence.status === status).length;
  const unknown = competences.filter((competence) => competence.status === null).length;
  const overdue = competences.filter((competence) => competence.status === "EXPIRED");
  const registration = member.checks?.registrations?.[0];
  const systems = new Set(
    (member.learning?.sources ?? []).filter((source) => source.state === "CURRENT").map((source) => source.connectedSystem),
  );
  const post = member.assignments?.[0];
  const lines = [
    `Dr ${member.name?.given ?? ""} ${member.name?.family ?? ""}, ${post ? `${post.position?.name.split("|")[1] ?? "post"} at ${post.organisation.name}` : nameOf(doctor.organisation)}${registration ? `, ${registration.body} ${registration.number}` : ""}`,
    `  ${competences.length} competences, by the rules of ${nameOf(doctor.next)} (where the next post is): ${count("IN_DATE") + count("NO_EXPIRY")} in date, ${count("EXPIRING")} expiring, ${count("EXPIRED")} expired${overdue.length > 0 ? ` (${overdue.map((one) => `${one.subject}, ${dayInWords(one.expiresOn)}`).join("; ")})` : ""}${unknown > 0 ? `, ${unknown} whose renewal period nobody has stated` : ""}.`,
    `  ${member.learning?.achievements?.length ?? 0} pieces of finished learning; read from ${[...systems].filter(Boolean).join(", ") || "no current system"}.`,
  ];
  return { id: member.id, lines: lines.join("\n") };
}

function connectionTable(systems: readonly ConnectedSystemAnswer[]): string {
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
