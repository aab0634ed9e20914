/** HR of the employer accepts what the placement feed says of somebody whose employment has not begun: only then the host has them. */
import { Arg, Ctx, Mutation, Resolver } from "type-graphql";
import { offerBehind } from "../../store/movement/engagement-list";
import { type MovementRow, movementPart, type PlacementRow } from "../../store/read/parts";
import type { RequestContext } from "../kit/context";
import { uuidPattern } from "../kit/paging";
import { forbidden, wrongInput } from "../kit/refusals";
import { asOrganisation, changed, lastDayOf } from "./acting";
import { AcceptFeedInput, reasonIn } from "./sharing-inputs";
import { Engagement } from "./sharing-types";

const part = "acceptFeed";

@Resolver()
export class FeedMutations {
  @Mutation(() => Engagement, {
    nullable: true,
    description:
      "HR of the employer accepts what its placement feed says of somebody who has accepted its offer, or takes that back. Such a placement counts for nobody until then; exactly these days at exactly this host are accepted, and a line that changes waits anew.",
  })
  async acceptFeed(
    @Arg("input", () => AcceptFeedInput, { description: "Whom, which placement, and why." }) input: AcceptFeedInput,
    @Ctx() context: RequestContext,
  ): Promise<Engagement> {
    const { org } = await context.principal();
    const person = uuidPattern.test(input.staffMember) ? await context.person(input.staffMember) : undefined;
    // Nobody there, and somebody else's staff: the same answer.
    if (!person || org === undefined || !person.scope.may("R2", org)) throw forbidden(part);
    const { staffMember, engagements, facts } = person.known;
    const row = await context.part<MovementRow>("movement", movementPart, ["R2"], person);
    const placement = row?.placement?.find(({ id, controllerOrg }) => id === input.placement && controllerOrg === org);
    const target = { controllerOrg: placement?.controllerOrg ?? org, staffMember };
    const { organisation, by } = await asOrganisation(context, "accept-feed", part, target, facts);
    const reason = reasonIn("reason", input.reason);
    if (!placement) throw wrongInput("placement", "a placement of the person that the own feed tells of");
    const { feedAcceptances } = context.environment.store;
    if (input.decision === "TAKE_BACK") {
      const id = await feedAcceptances.withdraw(placement.id, organisation, { ...by, reason });
      if (id === undefined) throw wrongInput("placement", "a placement that was accepted");
      return told(context, organisation, id, placement, undefined);
    }
    const { hostOrganisation: host, startsOn, endsOn } = placement;
    const offer = offerBehind({ host, employer: organisation, ends: endsOn ?? null }, engagements);
    if (endsOn == null || !offer)
      throw wrongInput("placement", "one elsewhere, with a last day, of somebody whose accepted offer here is to begin before it ends");
    const id = await feedAcceptances.accept(
      { staffMember, controllerOrg: organisation, placement: placement.id, host, startsOn, endsOn },
      { ...by, reason },
    );
    return told(context, organisation, id, placement, offer.countsBefore);
  }
}

function told(
  context: RequestContext,
  organisation: string,
  id: string,
  placement: PlacementRow,
  countsBefore: string | undefined,
): Engagement {
  changed(context, "feed-acceptance", id);
  context.trail.controllers.add(organisation);
  return {
    statement: null,
    organisation: context.organisation(placement.hostOrganisation),
    kind: "HOST_PLACEMENT",
    startsOn: placement.startsOn,
    endsOn: lastDayOf(countsBefore),
    master: "FEED",
    reason: null,
  };
}
