import { Ctx, FieldResolver, Resolver, Root } from "type-graphql";
import { problemText } from "../../schema/codes/problems";
import { readWaiting, type WaitingRow } from "../../store/read/waiting";
import type { RequestContext } from "../kit/context";
import { fewest, nextFor } from "./problem-text";
import { WaitingByAge } from "./queues-types";
import { oncePerRequest, operationsScope } from "./scope";
import { ConnectedSystem } from "./types";

function shown(context: RequestContext, row: WaitingRow): WaitingByAge {
  const few = row.people < fewest;
  const told = (count: number) => (few ? null : count);
  const { owner, next } = problemText("PERSON_UNMATCHED");
  return {
    organisation: context.organisation(row.organisation),
    ofHealth: row.health,
    fewerThanFive: few,
    // How many of whatever kind wait stands in the queue already; how many of them are of health does not.
    records: row.health ? told(row.records) : row.records,
    people: told(row.people),
    upToOneDay: told(row.upToOneDay),
    upTo7Days: told(row.upTo7Days),
    upTo30Days: told(row.upTo30Days),
    older: told(row.older),
    oldestAt: row.oldestAt,
    owner,
    next: nextFor(next, row.health),
  };
}

@Resolver(() => ConnectedSystem)
export class WaitingResolver {
  @FieldResolver(() => [WaitingByAge], {
    nullable: true,
    description: "Its records that wait for their person, by age and organisation; health records apart.",
  })
  async waitingByAge(@Root() system: ConnectedSystem, @Ctx() context: RequestContext): Promise<readonly WaitingByAge[]> {
    const all = await oncePerRequest(context, "waiting", async () => {
      const scope = await operationsScope(context);
      return context.operations((client) => readWaiting(client, scope, context.now));
    });
    return all.filter((row) => row.connectionId === system.id).map((row) => shown(context, row));
  }
}
