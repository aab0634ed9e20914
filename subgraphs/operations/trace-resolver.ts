/** Where is it? Asked by id, receipt, file or run for those who run the hub; by a person for that person's own trust. */
import { Arg, Ctx, FieldResolver, ID, Resolver, Root } from "type-graphql";
import { decide } from "../../access/decide";
import { noFacts } from "../../access/facts";
import { definitionOfKind, type RecordKind, recordKinds } from "../../schema/kinds";
import { traceByKeys, traceRecords, traceStaffMember } from "../../store/read/trace";
import { traceEsrFile, traceFile, traceReceipt, traceRefusal, traceRun } from "../../store/read/trace-others";
import type { RequestContext, VisiblePerson } from "../kit/context";
import { uuidPattern } from "../kit/paging";
import { staffMemberStub } from "../kit/stub";
import { esrFileTrace, fileTrace, receiptTrace, refusalTrace, runTrace } from "./trace-others";
import { recordTrace } from "./trace-record";
import { Trace } from "./trace-types";
import { Operations } from "./types";

export const StaffMember = staffMemberStub();
const run = /^(?:run[:\- ])?(\d{1,18})$/i;
/** Longer than any name of a file that comes in. */
const longestName = 255;

@Resolver(() => Operations)
export class TraceResolver {
  @FieldResolver(() => Trace, {
    nullable: true,
    description: "Where a record, a receipt, a refusal, a run or a file is; null when there is none, or none for this caller.",
  })
  async trace(
    @Arg("id", () => ID, { description: "Id of a record, receipt, refusal or run, or the name of a file." }) id: string,
    @Ctx() context: RequestContext,
  ): Promise<Trace | null> {
    const found = await find(id.trim(), context);
    if (!found) return null;
    const principal = await context.principal();
    const may = (controllerOrg: string | undefined) =>
      decide(principal, "read", { label: "R8-trace", controllerOrg, staffMember: undefined }, noFacts, context.now).effect === "allow";
    const codes = found.organisations.map((one) => one.odsCode);
    // What belongs to several trusts is shown to a trust's own administrator only if all of it is theirs.
    if (!(codes.length > 0 ? codes.every(may) : may(undefined))) return null;
    context.trail.kinds.add("trace");
    for (const code of codes) context.trail.controllers.add(code);
    return found;
  }
}

async function find(id: string, context: RequestContext): Promise<Trace | undefined> {
  if (id === "" || id.length > longestName) return undefined;
  return context.operations(async (client) => {
    const lower = id.toLowerCase();
    if (uuidPattern.test(lower)) {
      const [record] = await traceRecords(client, [lower]);
      if (record) return recordTrace(record, context);
      const receipt = await traceReceipt(client, lower);
      if (receipt) return receiptTrace(receipt, await traceByKeys(client, receipt.connectionId, receipt.records), context);
      const refusal = await traceRefusal(client, lower);
      if (refusal) return refusalTrace(refusal, context);
      const file = await traceEsrFile(client, { id: lower });
      return file && esrFileTrace(file, context);
    }
    const number = run.exec(id)?.[1];
    if (number !== undefined) {
      const known = await traceRun(client, number);
      return known && runTrace(known, context);
    }
    const outbound = await traceEsrFile(client, { name: id });
    if (outbound) return esrFileTrace(outbound, context);
    const files = await traceFile(client, id);
    // Two connections with a file of one name: the one that has read it.
    const best = files.find((file) => file.pages > 0) ?? files[0];
    return best && fileTrace(best, context);
  });
}

@Resolver(() => StaffMember)
export class TracesOfStaffMemberResolver {
  @FieldResolver(() => [Trace], {
    nullable: true,
    description:
      "Where this person's records are: for the person, and for the employer about its own records only (HR: training, occupational health: health). Empty for everybody else.",
  })
  async traces(@Root() { person }: { readonly person: VisiblePerson }, @Ctx() context: RequestContext): Promise<readonly Trace[]> {
    const openings = await openingsOf(person, context);
    if (openings.length === 0) return [];
    const rows = await context.operations((client) => traceStaffMember(client, person.scope.staffMember, openings));
    for (const row of rows) {
      context.trail.kinds.add(row.kind);
      context.trail.controllers.add(row.controllerOrg);
    }
    return rows.map((row) => recordTrace(row, context));
  }
}

async function openingsOf(person: VisiblePerson, context: RequestContext): Promise<{ controllerOrg: string; kind: RecordKind }[]> {
  const principal = await context.principal();
  const { known } = person;
  const openings: { controllerOrg: string; kind: RecordKind }[] = [];
  for (const controllerOrg of known.controllers) {
    for (const kind of recordKinds) {
      const label = definitionOfKind(kind).access;
      const decision = decide(
        principal,
        "answer-traces",
        { label, controllerOrg, staffMember: known.staffMember },
        known.facts,
        context.now,
      );
      if (decision.effect === "allow") openings.push({ controllerOrg, kind });
    }
  }
  return openings;
}

export async function tracesReference(id: string, context: RequestContext): Promise<{ id: string; person: VisiblePerson } | null> {
  const person = await context.person(id);
  return person ? { id, person } : null;
}
