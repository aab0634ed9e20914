import { Arg, Ctx, FieldResolver, Query, Resolver, Root } from "type-graphql";
import { isDay } from "../../platform/clock";
import { Placement } from "../../schema/movement/placement";
import { type MovementRow, movementPart } from "../../store/read/parts";
import type { RequestContext, VisiblePerson } from "../kit/context";
import { odsCodePattern } from "../kit/organisation";
import { Mask } from "../kit/records";
import { badInput, forbidden } from "../kit/refusals";
import { readinessOf } from "./readiness";
import { Organisation, type OrganisationValue, Readiness, ReadinessFor, StaffMember } from "./types";

const longestWords = 120;

export async function movementReference(id: string, context: RequestContext): Promise<{ id: string; person: VisiblePerson } | null> {
  const person = await context.person(id);
  return person ? { id, person } : null;
}

function words(name: string, value: string | null | undefined): string | undefined {
  if (value == null) return undefined;
  if (value.trim() === "" || value.length > longestWords) throw badInput(`for.${name} must have 1 to ${longestWords} characters`);
  return value.trim();
}

@Resolver(() => StaffMember)
export class MovementOfStaffMemberResolver {
  @FieldResolver(() => Readiness, {
    nullable: true,
    description: "What the person need not repeat at an organisation, from what the caller may see.",
  })
  async readiness(
    @Root() { person }: { readonly person: VisiblePerson },
    @Arg("for", () => ReadinessFor, { description: "Start it is asked for." }) asked: ReadinessFor,
    @Ctx() context: RequestContext,
  ): Promise<Readiness> {
    if (!odsCodePattern.test(asked.organisation)) throw badInput("for.organisation must be an ODS code");
    if (asked.startsOn != null && !isDay(asked.startsOn)) throw badInput("for.startsOn must be a day, YYYY-MM-DD");
    return readinessOf(context, person, {
      organisation: asked.organisation,
      staffGroup: words("staffGroup", asked.staffGroup),
      jobRole: words("jobRole", asked.jobRole),
      startsOn: asked.startsOn ?? undefined,
    });
  }

  @FieldResolver(() => [Placement], {
    nullable: true,
    description: "Placements at hosts under a lead employer, past and planned ones included.",
  })
  async placements(@Root() { person }: { readonly person: VisiblePerson }, @Ctx() context: RequestContext): Promise<unknown[]> {
    if (!person.scope.may("R2")) throw forbidden("placements");
    const row = await context.part<MovementRow>("movement", movementPart, ["R2"], person);
    const rows = new Mask(context, person.scope).records("placement", "placements", row?.placement);
    return rows.sort((a, b) => a.startsOn.localeCompare(b.startsOn));
  }
}

@Resolver()
export class OrganisationQuery {
  @Query(() => Organisation, { nullable: true, description: "One of the hub's organisations; null when it has none with this code." })
  organisation(
    @Arg("odsCode", () => String, { description: "ODS code." }) odsCode: string,
    @Ctx() context: RequestContext,
  ): OrganisationValue | null {
    return context.environment.organisations.some((it) => it.odsCode === odsCode) ? context.organisation(odsCode) : null;
  }
}
