import { roleTable } from "../../access/roles";
import type { Graph } from "../compose/graph";
import { commandLineAs, type Purposes, withGraph } from "../compose/operations";
import { exitCodes, type Output, UsageError } from "../output";
import { ago, table, thousands } from "../present/table";

interface HeldOptions {
  readonly config?: string;
  readonly today?: string;
  readonly as?: string;
  readonly organisation?: string;
  readonly decided?: boolean;
  readonly reason?: string;
}

export interface HeldAnswer {
  readonly id: string;
  readonly connectedSystemId: string;
  readonly organisations: readonly { readonly odsCode: string; readonly name: string | null }[];
  readonly kind: string;
  readonly cause: string;
  readonly becomes: string;
  readonly count: number | null;
  readonly inForce: number | null;
  readonly fewerThanFive: boolean;
  readonly stillMissing: number | null;
  readonly heldAt: string;
  readonly mayDecide: boolean;
  readonly whoDecides: string;
  readonly decidedAt: string | null;
  readonly decidedBy: string | null;
  readonly decision: "RELEASED" | "REFUSED" | null;
  readonly reason: string | null;
  readonly settled: number | null;
}
interface Payload {
  readonly heldSnapshot: HeldAnswer | null;
  readonly settled: number | null;
  readonly listedAgain: number | null;
  readonly userErrors: readonly { readonly code: string; readonly field: string | null; readonly message: string }[];
}

export const heldFields = `id connectedSystemId organisations { odsCode name } kind cause becomes count inForce fewerThanFive stillMissing heldAt mayDecide whoDecides
  decidedAt decidedBy decision reason settled`;
const payload = `heldSnapshot { ${heldFields} } settled listedAgain userErrors { code field message }`;
export const listQuery = `query HeldList($decided: Boolean) { heldSnapshots(decided: $decided) { ${heldFields} } }`;
export const showQuery = `query HeldShow($id: ID!) { heldSnapshot(id: $id) { ${heldFields} } }`;
export const mutations = {
  release: `mutation HeldRelease($input: HeldSnapshotInput!) { answer: releaseHeldSnapshot(input: $input) { ${payload} } }`,
  refuse: `mutation HeldRefuse($input: HeldSnapshotInput!) { answer: refuseHeldSnapshot(input: $input) { ${payload} } }`,
} as const;

const purposes: Purposes = {
  ops: ["SERVICE_OPERATION"],
  oh: ["OH_CARE"],
  hr: ["EMPLOYMENT"],
  learning: ["TRAINING_COMPLIANCE"],
};

/** The account that runs the command, in the role it asks for: what it may see and decide is decided like everything else. */
function actor({ as = "ops", organisation }: HeldOptions) {
  const principal = commandLineAs(as, purposes, organisation);
  if (roleTable[principal.role].ofOrganisation && organisation === undefined)
    throw new UsageError(`Say for which organisation you act as ${as}: --organisation <ODS code>.`);
  return principal;
}

/** What waits for a person. Exit 3 when something does. */
export async function heldList(output: Output, options: HeldOptions): Promise<number> {
  return withGraph(options, async (graph, { environment }) => {
    const { heldSnapshots } = await graph.ask<{ heldSnapshots: readonly HeldAnswer[] }>(
      listQuery,
      { decided: options.decided },
      actor(options),
    );
    const now = environment.clock.now();
    output.answer({ heldSnapshots }, () =>
      heldSnapshots.length === 0
        ? options.decided
          ? "Nothing has been decided yet."
          : "No snapshot is held."
        : table(
            ["id", "system", "of", "lacks", "held", options.decided ? "decided" : "who decides"],
            heldSnapshots.map((one) => [
              one.id,
              one.connectedSystemId,
              one.kind,
              lackOf(one),
              ago(new Date(one.heldAt), now),
              options.decided ? `${one.decision?.toLowerCase()} by ${one.decidedBy}` : one.whoDecides,
            ]),
          ),
    );
    return heldSnapshots.length === 0 || options.decided ? exitCodes.ok : exitCodes.degraded;
  });
}

async function one(graph: Graph, options: HeldOptions, id: string): Promise<HeldAnswer> {
  const { heldSnapshot } = await graph.ask<{ heldSnapshot: HeldAnswer | null }>(showQuery, { id }, actor(options));
  if (!heldSnapshot) throw new UsageError(`No snapshot ${id} is held that you may see: npx lanyard held list`);
  return heldSnapshot;
}

export async function heldShow(output: Output, options: HeldOptions, id: string): Promise<undefined> {
  await withGraph(options, async (graph) => {
    const held = await one(graph, options, id);
    output.answer(held, () => heldText(held));
  });
  return undefined;
}

const lackOf = ({ count, inForce, fewerThanFive }: HeldAnswer): string =>
  fewerThanFive ? "few" : `${thousands(count ?? 0)} of ${thousands(inForce ?? 0)}`;

export function heldText(held: HeldAnswer): string {
  const whose = held.organisations.map(({ odsCode }) => odsCode).join(", ");
  const lines = [`${held.connectedSystemId}, ${held.kind}s of ${whose}: a complete snapshot lacks ${lackOf(held)}. ${held.cause}`];
  if (held.decision) {
    const what = held.decision === "RELEASED" ? "released" : "refused";
    return [
      ...lines,
      `    ${what} by ${held.decidedBy}${held.reason ? `: ${held.reason}` : ""}; ${held.fewerThanFive ? "some" : thousands(held.settled ?? 0)} records changed`,
    ].join("\n");
  }
  const role = held.kind === "health record" ? ` --as oh --organisation ${whose.split(", ")[0]}` : "";
  return [
    ...lines,
    `    ${held.fewerThanFive ? "Some" : thousands(held.stillMissing ?? 0)} of them are still missing; all count as before until somebody decides (${held.whoDecides}).`,
    `    It is right, they are gone:      npx lanyard held release ${held.id}${role} --reason "<why>"   (${held.fewerThanFive ? "they" : thousands(held.stillMissing ?? 0)} become ${held.becomes})`,
    `    It is wrong, they are to stay:   npx lanyard held refuse ${held.id}${role} --reason "<why>"`,
  ].join("\n");
}

export const heldRelease = (output: Output, options: HeldOptions, id: string) => decide(output, options, id, "release");
export const heldRefuse = (output: Output, options: HeldOptions, id: string) => decide(output, options, id, "refuse");

async function decide(output: Output, options: HeldOptions, id: string, what: keyof typeof mutations): Promise<number> {
  return withGraph(options, async (graph) => {
    const held = await one(graph, options, id);
    if (held.decision === null && !held.mayDecide) {
      const errors = [
        { code: "FORBIDDEN", field: null, message: `That is for ${held.whoDecides} to decide: --as <role> --organisation <ODS code>.` },
      ];
      output.answer({ errors }, () => `${errors[0]!.message} (FORBIDDEN)`);
      return exitCodes.failed;
    }
    const input = { heldSnapshot: id, reason: options.reason ?? "" };
    const { answer } = await graph.ask<{ answer: Payload | null }>(mutations[what], { input }, actor(options));
    const errors = answer?.userErrors ?? [{ code: "FORBIDDEN", field: null, message: "Not permitted, or it failed: see the log." }];
    if (!answer || errors.length > 0) {
      output.answer({ errors }, () => errors.map(({ code, message }) => `${message} (${code})`).join("\n"));
      return exitCodes.failed;
    }
    output.answer(answer, () => {
      const again = answer.listedAgain ? ` ${thousands(answer.listedAgain)} had been listed again before.` : "";
      return what === "release"
        ? `${thousands(answer.settled ?? 0)} records are now ${held.becomes}.${again}`
        : `${thousands(answer.settled ?? 0)} records stay in force; the same gap is not asked about again until it changes.${again}`;
    });
    return exitCodes.ok;
  });
}
