/** Held snapshots: what waits for a person, and the two decisions about it. Counts and kinds only; nobody is named. */
import { Arg, Ctx, ID, Mutation, Query, Resolver } from "type-graphql";
import { actOfHeld } from "../../access/acts";
import { decide } from "../../access/decide";
import { noFacts } from "../../access/facts";
import type { Principal } from "../../access/principal";
import { isHubError } from "../../platform/errors";
import { heldCause } from "../../schema/codes/absence-problems";
import { problemText, sentence } from "../../schema/codes/problems";
import { definitionOfKind } from "../../schema/kinds";
import type { HeldDecision, HeldSnapshot as Row } from "../../store/held";
import type { RequestContext } from "../kit/context";
import type { HeldVerbs } from "../kit/held-verbs";
import { badInput, forbidden } from "../kit/refusals";
import { HeldSnapshot, HeldSnapshotInput, HeldSnapshotPayload } from "./held-types";
import { fewest, kindInWords } from "./problem-text";

const longestReason = 1000;

function verbs(context: RequestContext): HeldVerbs {
  const { held } = context.environment;
  if (!held) throw badInput("This process only answers questions: held snapshots are kept by the hub's own process.");
  return held;
}

const actOn = (row: Row) => actOfHeld(definitionOfKind(row.kind).access);
const mayDecide = (principal: Principal, row: Row, now: Date) =>
  decide(principal, actOn(row), { organisations: row.organisations }, noFacts, now).effect === "allow";

/** Whoever may decide, and whoever may read how the hub is doing at all of these organisations. */
function maySee(context: RequestContext, principal: Principal, row: Row): boolean {
  if (mayDecide(principal, row, context.now)) return true;
  const reads = (controllerOrg: string) =>
    decide(principal, "read", { label: "R8", controllerOrg, staffMember: undefined }, noFacts, context.now).effect === "allow";
  return row.organisations.length > 0 && row.organisations.every(reads);
}

@Resolver()
export class HeldResolver {
  @Query(() => [HeldSnapshot], {
    nullable: true,
    description:
      "Snapshots that are held for a person's decision, the oldest first: for the trust's own people who may decide, its administrators and the ESR team.",
  })
  async heldSnapshots(
    @Ctx() context: RequestContext,
    @Arg("decided", () => Boolean, { nullable: true, description: "Those that have been decided instead, the newest first." })
    decided?: boolean,
  ): Promise<HeldSnapshot[]> {
    const principal = await context.principal();
    const rows = (await verbs(context).list({ decided: decided === true })).filter((row) => maySee(context, principal, row));
    context.trail.kinds.add("operations");
    context.trail.counts.heldSnapshots = rows.length;
    return rows.map((row) => heldOf(context, principal, row));
  }

  @Query(() => HeldSnapshot, { nullable: true, description: "One held snapshot, with how much of it is still missing." })
  async heldSnapshot(
    @Arg("id", () => ID, { description: "Id of the held snapshot." }) id: string,
    @Ctx() context: RequestContext,
  ): Promise<HeldSnapshot | null> {
    const principal = await context.principal();
    const row = await verbs(context).find(id);
    // Somebody else's and one that never was look the same.
    if (!row || !maySee(context, principal, row)) return null;
    context.trail.kinds.add("operations");
    return heldOf(context, principal, row, row.stillMissing);
  }

  @Mutation(() => HeldSnapshotPayload, {
    nullable: true,
    description:
      "Believes a held snapshot: exactly what it lacked, and what is still missing, no longer counts. What was listed since is left.",
  })
  releaseHeldSnapshot(
    @Arg("input", () => HeldSnapshotInput, { description: "The snapshot and the reason." }) input: HeldSnapshotInput,
    @Ctx() context: RequestContext,
  ): Promise<HeldSnapshotPayload> {
    return decideHeld(context, input, "WITHDRAW", "releaseHeldSnapshot");
  }

  @Mutation(() => HeldSnapshotPayload, {
    nullable: true,
    description: "Refuses a held snapshot: everything stays in force, and the same gap is not asked about again until it changes.",
  })
  refuseHeldSnapshot(
    @Arg("input", () => HeldSnapshotInput, { description: "The snapshot and the reason." }) input: HeldSnapshotInput,
    @Ctx() context: RequestContext,
  ): Promise<HeldSnapshotPayload> {
    return decideHeld(context, input, "KEEP", "refuseHeldSnapshot");
  }
}

async function decideHeld(
  context: RequestContext,
  input: HeldSnapshotInput,
  decision: HeldDecision,
  part: string,
): Promise<HeldSnapshotPayload> {
  const principal = await context.principal();
  const row = await verbs(context).find(input.heldSnapshot);
  if (!row || !mayDecide(principal, row, context.now)) throw forbidden(part);
  context.trail.kinds.add("operations");
  for (const organisation of row.organisations) context.trail.controllers.add(organisation);
  const reason = input.reason.trim();
  if (reason === "" || reason.length > longestReason) return refused("HELD_REASON", "reason");
  const asker = {
    requestId: context.requestId,
    subject: `${principal.issuer}|${principal.subject}`,
    organisation: principal.org,
    role: principal.role,
    purpose: principal.purposes.join(" ") || undefined,
  };
  try {
    const outcome = await verbs(context).decide(row, { decision, reason }, asker);
    context.trail.counts.settled = outcome.settled;
    context.changed("held-snapshot", row.id);
    const after = await verbs(context).find(row.id);
    return { heldSnapshot: after ? heldOf(context, principal, after, after.stillMissing) : null, ...outcome, userErrors: [] };
  } catch (error) {
    if (!isHubError(error) || error.class !== "guard") throw error;
    return refused(error.code, "heldSnapshot");
  }
}

function refused(code: string, field: string): HeldSnapshotPayload {
  const text = problemText(code);
  const message = `${sentence(text.say, {})} ${sentence(text.next, {})}`;
  return { heldSnapshot: null, settled: null, listedAgain: null, userErrors: [{ code, field, message }] };
}

const deciders = {
  "decide-held-health": "the trust's occupational health",
  "decide-held-training": "the trust's learning team or HR, or the ESR team",
  "decide-held-employment": "the trust's HR, or the ESR team",
} as const;

/** Of health records of so few people, whoever may not see these records is told no number: nor one from which another follows. */
function countsFor(context: RequestContext, principal: Principal, row: Row, stillMissing: number | undefined) {
  const all = { count: row.count, inForce: row.inForce, stillMissing: stillMissing ?? null, settled: row.settled ?? null };
  if (actOn(row) !== "decide-held-health" || mayDecide(principal, row, context.now)) return { ...all, fewerThanFive: false };
  const few = (records: number | null) => records !== null && records > 0 && records < fewest;
  const hides = Object.values(all).some(few) || few(row.inForce - row.count);
  return hides ? { count: null, inForce: null, stillMissing: null, settled: null, fewerThanFive: true } : { ...all, fewerThanFive: false };
}

function heldOf(context: RequestContext, principal: Principal, row: Row, stillMissing?: number): HeldSnapshot {
  return {
    id: row.id,
    connectedSystemId: row.connectionId,
    organisations: row.organisations.map((odsCode) => context.organisation(odsCode)),
    kind: kindInWords(row.kind),
    cause: heldCause(row.cause),
    becomes: row.target,
    ...countsFor(context, principal, row, stillMissing),
    heldAt: row.heldAt,
    mayDecide: row.decidedAt === undefined && mayDecide(principal, row, context.now),
    whoDecides: deciders[actOn(row) as keyof typeof deciders],
    decidedAt: row.decidedAt ?? null,
    decidedBy: row.decidedBy ?? null,
    decision: row.decision === undefined ? null : row.decision === "WITHDRAW" ? "RELEASED" : "REFUSED",
    reason: row.reason ?? null,
  };
}
