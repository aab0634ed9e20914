import { table } from "../../present/table";
import type { Step } from "../narration";
import { as, type Stage } from "../stage";
import type { Memory } from "../story";

interface Starter {
  readonly ready: boolean | null;
  readonly move: string;
  readonly startsOn: string;
  readonly daysLeft: number;
  readonly transferOffered: boolean;
  readonly say: string;
  readonly missing:
    | readonly { readonly subject: string | null; readonly why: string; readonly waitsFor: { readonly name: string | null } | null }[]
    | null;
}
interface RotationAnswer {
  readonly organisation: {
    readonly rotation: {
      readonly summary: readonly {
        readonly move: string;
        readonly starters: number;
        readonly ready: number;
        readonly waitingForMap: number;
        readonly say: string;
      }[];
      readonly starters: { readonly edges: readonly { readonly node: Starter }[] };
    } | null;
  } | null;
}
export const rotationCountsQuery = `query RotationCounts($to: String!, $on: String!) { organisation(odsCode: $to) { rotation(startsOn: $on) {
  summary { move starters ready waitingForMap say }
  starters(first: 100) { edges { node { ready move startsOn daysLeft transferOffered say missing { subject why waitsFor { name } } } } } } } }`;

export async function rotationCounts(stage: Stage, to: string, on: string) {
  const data = await stage.ask<RotationAnswer>(rotationCountsQuery, { to, on }, as("hr", to));
  return data.organisation?.rotation ?? undefined;
}
const placed = "LEAD_EMPLOYER_PLACEMENT";

/** Before the course was mapped; kept, because mapping comes first in the story. */
export async function readyBefore(stage: Stage, memory: Memory): Promise<number | undefined> {
  const rotation = await rotationCounts(stage, memory.next, memory.startsOn);
  return rotation?.summary.find((one) => one.move === placed)?.ready;
}

export async function rotationStep(stage: Stage, step: Step, memory: Memory): Promise<void> {
  const rotation = await rotationCounts(stage, memory.next, memory.startsOn);
  const starters = (rotation?.starters.edges ?? []).map((edge) => edge.node).filter((one) => one.move === placed);
  const summary = rotation?.summary.find((one) => one.move === placed);
  const open = starters.filter((one) => one.ready !== true);
  step.show(
    `npx lanyard rotation --to ${memory.next} --on ${memory.startsOn}`,
    [
      ...(rotation?.summary ?? []).map((one) => one.say),
      table(
        ["starts", "days left", "missing", "whose move"],
        open.map((one) => [
          one.startsOn,
          one.daysLeft,
          (one.missing ?? []).map((item) => item.subject ?? item.why).join(", "),
          [...new Set((one.missing ?? []).flatMap((item) => item.waitsFor?.name ?? []))].join(", ") || "the doctor's",
        ]),
      ),
    ].join("\n"),
  );
  step.equal("34 come by placement", summary?.starters, 34);
  step.equal("27 were ready before the course was mapped", memory.readyBefore, 27);
  step.equal("31 are ready now", summary?.ready, 31);
  step.check(
    "nobody who comes by placement is offered a transfer of employment",
    starters.length > 0 && starters.every((one) => !one.transferOffered),
  );
  step.check(
    "everybody who is not ready has what is missing with it",
    open.length === 3 && open.every((one) => (one.missing ?? []).length > 0),
    open.length,
  );
  step.measure("rotation", { starters: summary?.starters, readyBefore: memory.readyBefore, ready: summary?.ready });
}
