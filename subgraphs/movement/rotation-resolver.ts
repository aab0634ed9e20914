import { Arg, Ctx, FieldResolver, Int, Resolver, Root } from "type-graphql";
import { isDay } from "../../platform/clock";
import type { RequestContext } from "../kit/context";
import { odsCodePattern } from "../kit/organisation";
import { keyOf, pageOf, pageSize } from "../kit/paging";
import { badInput, forbidden } from "../kit/refusals";
import { type RotationValue, rotationOf, summariesOf } from "./rotation";
import { Rotation, RotationSummary, StarterConnection } from "./rotation-types";
import { Organisation, type OrganisationValue } from "./types";
import { type SideName, Sides } from "./words";

const starterKey = /^\d{4}-\d{2}-\d{2} [0-9a-f-]{36} [A-Za-z0-9]{1,12}$/;
const keyOfStarter = (it: { startsOn: string; staffMember: { id: string }; organisation: OrganisationValue }) =>
  `${it.startsOn} ${it.staffMember.id} ${it.organisation.odsCode}`;

@Resolver(() => Organisation)
export class RotationOfOrganisationResolver {
  @FieldResolver(() => Rotation, {
    nullable: true,
    description: "Who starts with a rotation, ready or not; for HR and occupational health of the organisation itself.",
  })
  async rotation(
    @Root() organisation: OrganisationValue,
    @Arg("startsOn", () => String, { description: "Day of the rotation, YYYY-MM-DD; starts up to 13 days later belong to it." })
    startsOn: string,
    @Arg("side", () => Sides, { defaultValue: "ARRIVING", description: "Who starts here, or who of here starts elsewhere." })
    side: SideName,
    @Arg("counterpart", () => String, { nullable: true, description: "ODS code: only people who come from there, or go there." })
    counterpart: string | null | undefined,
    @Ctx() context: RequestContext,
  ): Promise<unknown> {
    if (!isDay(startsOn)) throw badInput("startsOn must be a day, YYYY-MM-DD");
    if (counterpart != null && !odsCodePattern.test(counterpart)) throw badInput("counterpart must be an ODS code");
    if (!(await context.may("list-rotation", { controllerOrg: organisation.odsCode }))) throw forbidden("rotation");
    const value = rotationOf(context, { odsCode: organisation.odsCode, side, startsOn, counterpart: counterpart ?? undefined });
    return { organisation: context.organisation(organisation.odsCode), side, startsOn, lastOn: value.lastOn, value };
  }
}

@Resolver(() => Rotation)
export class RotationResolver {
  @FieldResolver(() => [RotationSummary], { nullable: true, description: "How many are ready, by kind of move." })
  async summary(@Root() { value }: { readonly value: RotationValue }): Promise<RotationSummary[]> {
    return summariesOf(await value.starters());
  }

  @FieldResolver(() => StarterConnection, { nullable: true, description: "Starters, by day and id." })
  async starters(
    @Root() { value }: { readonly value: RotationValue },
    @Arg("first", () => Int, { defaultValue: 50, description: "How many, at most 100." }) first: number,
    @Arg("after", () => String, { nullable: true, description: "Cursor of the item to go on after." }) after: string | undefined,
  ): Promise<StarterConnection> {
    const size = pageSize(first);
    const key = keyOf(after, starterKey);
    const all = (await value.starters()).map(({ starter }) => ({ key: keyOfStarter(starter), node: starter }));
    const left = key === undefined ? all : all.filter((it) => it.key > key);
    return pageOf(
      left,
      size,
      (it) => it.key,
      ({ node }) => node,
    );
  }
}
