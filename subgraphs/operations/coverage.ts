import { Ctx, FieldResolver, Resolver } from "type-graphql";
import { type CoverageRow, readCoverage } from "../../store/read/coverage";
import type { RequestContext } from "../kit/context";
import type { SystemKind } from "../kit/environment";
import { fewest } from "./problem-text";
import { Coverage } from "./queues-types";
import { type OperationsScope, oncePerRequest, operationsScope } from "./scope";
import { Operations } from "./types";

/** A data set of fewer people says too much about each of them (access.md, derived answers). */
const isFew = (people: number) => people > 0 && people < fewest;

function hasSystem(context: RequestContext, scope: OperationsScope, organisation: string, kind: SystemKind): boolean {
  return scope.systems.some(
    (it) =>
      it.organisations.includes(organisation) &&
      (
        context.environment.deliveries?.get(it.id) ??
        context.environment.connectors.find((connector) => connector.name === it.connector)?.delivers ??
        []
      ).some((delivery) => delivery.system === kind),
  );
}

function coverageOf(context: RequestContext, scope: OperationsScope, row: CoverageRow): Coverage {
  const few = isFew(row.people);
  const told = (count: number) => (few ? null : count);
  // Who is known to an occupational health system is health data: a share that singles out a few is not told.
  const singlesOut = isFew(row.inHealth) || isFew(row.people - row.inHealth);
  return {
    organisation: context.organisation(row.organisation),
    fewerThanFive: few,
    activeAssignments: told(row.assignments),
    people: told(row.people),
    hasLms: hasSystem(context, scope, row.organisation, "lms"),
    linkedToLms: told(row.inLms),
    hasHealth: hasSystem(context, scope, row.organisation, "oh"),
    linkedToHealth: few || singlesOut ? null : row.inHealth,
    eligible: told(row.eligible),
    acknowledged: told(row.acknowledged),
    shadowed: told(row.shadowed),
    unknownToEsr: told(row.unknownToEsr),
  };
}

export function coverage(context: RequestContext): Promise<readonly Coverage[]> {
  return oncePerRequest(context, "coverage", async () => {
    const scope = await operationsScope(context);
    const codes = scope.organisations.map((it) => it.odsCode);
    const rows = await context.operations((client) => readCoverage(client, codes, context.today));
    return rows.map((row) => coverageOf(context, scope, row));
  });
}

@Resolver(() => Operations)
export class CoverageResolver {
  @FieldResolver(() => [Coverage], { nullable: true, description: "How much of each organisation's staff the hub reaches." })
  coverage(@Ctx() context: RequestContext): Promise<readonly Coverage[]> {
    return coverage(context);
  }
}
