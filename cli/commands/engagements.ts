import type { StatedKindName } from "../../subgraphs/movement/sharing-words";
import { commandLine, withGraph } from "../compose/operations";
import { type Output, UsageError } from "../output";
import { table } from "../present/table";
import { tellOutcome, wordOf } from "./agreements";

interface EngagementOptions {
  readonly config?: string;
  readonly today?: string;
  readonly organisation?: string;
  readonly kind?: string;
  readonly from?: string;
  readonly until?: string;
  readonly lastDay?: string;
  readonly reason?: string;
}
interface EngagementAnswer {
  readonly statement: string | null;
  readonly organisation: { readonly odsCode: string } | null;
  readonly kind: string | null;
  readonly startsOn: string | null;
  readonly endsOn: string | null;
  readonly master: string | null;
  readonly reason: string | null;
}

const statedKinds: readonly StatedKindName[] = ["SUBSTANTIVE", "LEAD_EMPLOYER", "LOCALLY_EMPLOYED", "BANK", "HONORARY", "SECONDMENT_IN"];
const fields = "statement organisation { odsCode } kind startsOn endsOn master reason";
export const stateEngagement = `mutation EngagementState($input: StateEngagementInput!) { answer: stateEngagement(input: $input) { ${fields} } }`;
export const endEngagement = `mutation EngagementEnd($input: EndEngagementInput!) { answer: endEngagement(input: $input) { ${fields} } }`;
export const listQuery = `query Engagements($id: ID!) { staffMember(id: $id) { engagements { ${fields} } } }`;

export const hrOf = (organisation: string) => ({
  ...commandLine({ role: "hr", purpose: "EMPLOYMENT", organisation }),
  purposes: ["EMPLOYMENT", "PRE_EMPLOYMENT", "PLACEMENT"],
});

function acting({ organisation }: EngagementOptions): string {
  if (!organisation) throw new UsageError("Say for whom you act: --organisation <odsCode>.");
  return organisation;
}

const kindText = (kind: string | null) => (kind ?? "").toLowerCase().replaceAll("_", " ");
function text(it: EngagementAnswer): string {
  return `${it.organisation?.odsCode}: ${kindText(it.kind)} from ${it.startsOn}${it.endsOn ? ` until ${it.endsOn}` : ""}, says HR (${it.reason}). Statement ${it.statement}.`;
}

export async function engagementsState(output: Output, options: EngagementOptions, staffMember: string): Promise<number> {
  const organisation = acting(options);
  const input = {
    staffMember,
    kind: wordOf("--kind", options.kind, statedKinds),
    startsOn: options.from ?? "",
    endsOn: options.until,
    reason: options.reason ?? "",
  };
  return withGraph(options, async (graph) =>
    tellOutcome(output, await graph.tell<{ answer: EngagementAnswer | null }>(stateEngagement, { input }, hrOf(organisation)), text),
  );
}

export async function engagementsEnd(output: Output, options: EngagementOptions, statement: string): Promise<number> {
  const organisation = acting(options);
  const input = { statement, lastDay: options.lastDay, reason: options.reason ?? "" };
  return withGraph(options, async (graph) =>
    tellOutcome(output, await graph.tell<{ answer: EngagementAnswer | null }>(endEngagement, { input }, hrOf(organisation)), text),
  );
}

export async function engagementsList(output: Output, options: EngagementOptions, id: string): Promise<undefined> {
  const organisation = acting(options);
  await withGraph(options, async (graph) => {
    const { staffMember } = await graph.ask<{ staffMember: { engagements: readonly EngagementAnswer[] | null } | null }>(
      listQuery,
      { id },
      hrOf(organisation),
    );
    if (!staffMember?.engagements)
      throw new UsageError(`No staff member here has the id ${id}, or the record is not for HR of ${organisation}.`);
    const { engagements } = staffMember;
    output.answer({ engagements }, () =>
      table(
        ["organisation", "kind", "from", "until", "says", "reason", "statement"],
        engagements.map((it) => [
          it.organisation?.odsCode ?? "",
          kindText(it.kind),
          it.startsOn ?? "",
          it.endsOn ?? "",
          it.master ?? "",
          it.reason ?? "",
          it.statement ?? "",
        ]),
      ),
    );
  });
  return undefined;
}
