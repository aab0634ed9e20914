import { passportQuery, readinessFields } from "../../present/doctor";
import { table } from "../../present/table";
import type { Step } from "../narration";
import type { Stage } from "../stage";
import type { Memory } from "../story";

interface Passport {
  readonly me: {
    readonly readiness: {
      readonly summary: {
        readonly asked: number;
        readonly notToRepeat: number;
        readonly repeat: number;
        readonly unknown: number;
        readonly minutesSaved: number | null;
      };
      readonly items: readonly {
        readonly subject: string | null;
        readonly level: string | null;
        readonly verdict: string;
        readonly why: string;
        readonly awardedBy: { readonly name: string | null } | null;
        readonly inDateUntil: string | null;
        readonly rule: { readonly basis: string; readonly period: string } | null;
        readonly esr: { readonly state: string | null } | null;
      }[];
    } | null;
  } | null;
}

export const seenByOthers = `query SameRecord($id: ID!, $next: String!) { staffMember(id: $id) { name { given family }
  readiness(for: { organisation: $next }) { ${readinessFields} healthNote }
  health { clearances { clearedForRole validUntil role exposureProne connectedSystem } immunisations { vaccine } clinicalTests { test } observations { observation }
    sources { connectedSystem state } withheld { field reason } } } }`;

interface Seen {
  readonly staffMember: {
    readonly name: { readonly family: string | null } | null;
    readonly readiness: { readonly items: readonly { readonly standard: string }[] | null; readonly healthNote: string | null } | null;
    readonly health: {
      readonly clearances: readonly Record<string, unknown>[] | null;
      readonly immunisations: readonly unknown[] | null;
      readonly clinicalTests: readonly unknown[] | null;
      readonly observations: readonly unknown[] | null;
      readonly sources: readonly { readonly connectedSystem: string | null; readonly state: string }[] | null;
      readonly withheld: readonly { readonly field: string }[] | null;
    } | null;
  } | null;
}

/** Her own question over HTTP, as a passport asks it; then the same record as two others may see it. */
export async function ownRecordStep(stage: Stage, step: Step, memory: Memory): Promise<void> {
  const issuer = stage.graph.developmentIssuer;
  if (!step.check("the demonstration issues tokens", issuer !== undefined)) return;
  const token = (as: "self" | "hr" | "oh", organisation?: string) =>
    issuer!.issueToken({ as, ...(organisation ? { organisation } : { staff: memory.doctor }) });

  const query = passportQuery(memory.next, memory.startsOn);
  const mine = await stage.post<Passport>(query, {}, await token("self"));
  const readiness = mine.me?.readiness;
  const items = (readiness?.items ?? []).filter((item) => item.subject !== null);
  step.show(
    query,
    table(
      ["subject", "level", "verdict", "why", "in date until", "in ESR"],
      items.map((item) => [item.subject ?? "", item.level ?? "", item.verdict, item.why, item.inDateUntil ?? "", item.esr?.state ?? ""]),
    ),
  );
  step.equal("her own query gives the same 11, 8, 1, 2", countsOf(readiness?.summary), [11, 8, 1, 2]);
  step.check("it says how much time that saves", (readiness?.summary.minutesSaved ?? 0) > 0, readiness?.summary.minutesSaved);
  step.measure("minutesSaved", readiness?.summary.minutesSaved);

  const asHr = await stage.post<Seen>(seenByOthers, { id: memory.doctor, next: memory.next }, await token("hr", memory.next));
  const hr = asHr.staffMember;
  step.show(
    `the same record as ${memory.next}'s HR`,
    JSON.stringify({ clearances: hr?.health?.clearances, immunisations: hr?.health?.immunisations }),
  );
  step.check("HR of the host finds her", hr?.name?.family != null);
  step.check(
    "HR sees cleared for the role, and until when, and nothing more of health",
    (hr?.health?.clearances?.length ?? 0) > 0 &&
      hr!.health!.clearances!.every((one) => one.clearedForRole === "YES" && one.exposureProne === null && one.role === null) &&
      !hr!.health!.immunisations &&
      !hr!.health!.clinicalTests &&
      !hr!.health!.observations,
    hr?.health,
  );
  step.check(
    "HR's readiness has no health item, only the one constant line",
    hr?.readiness?.items?.every((item) => !["WORK_HEALTH", "EXPOSURE_PRONE"].includes(item.standard)) === true && !!hr.readiness.healthNote,
    hr?.readiness?.healthNote,
  );

  const asOh = await stage.post<Seen>(seenByOthers, { id: memory.doctor, next: memory.next }, await token("oh", memory.next));
  const health = asOh.staffMember?.health;
  step.show(`as ${memory.next}'s occupational health, before she shares`, JSON.stringify({ immunisations: health?.immunisations ?? null }));
  step.check(
    "occupational health of the host sees no dose before she shares",
    (health?.immunisations?.length ?? 0) === 0,
    health?.immunisations,
  );

  const own = await stage.post<{ me: { health: { immunisations: readonly unknown[] | null } | null } | null }>(
    "{ me { health { immunisations { vaccine givenOn } } } }",
    {},
    await token("self"),
  );
  step.check("she sees her own doses", (own.me?.health?.immunisations?.length ?? 0) > 0, own.me?.health);
}

function countsOf(summary: { asked: number; notToRepeat: number; repeat: number; unknown: number } | undefined): number[] {
  return summary ? [summary.asked, summary.notToRepeat, summary.repeat, summary.unknown] : [];
}
