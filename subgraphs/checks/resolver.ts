import { Arg, Ctx, FieldResolver, GraphQLISODateTime, Resolver, Root } from "type-graphql";
import { type ChecksRow, checksAsOf, checksPart } from "../../store/read/parts";
import { asOfSays, momentOf, validOnSays } from "../kit/as-of";
import type { RequestContext, VisiblePerson } from "../kit/context";
import { Mask } from "../kit/records";
import { forbidden } from "../kit/refusals";
import { sourcesOf } from "../kit/sources";
import { Checks, StaffMember } from "./types";

const statements = { name: "checks", now: checksPart, past: checksAsOf };
const kinds = ["employment-check", "professional-registration"];

export async function checksReference(id: string, context: RequestContext): Promise<{ id: string; person: VisiblePerson } | null> {
  const person = await context.person(id);
  return person ? { id, person } : null;
}

@Resolver(() => StaffMember)
export class ChecksOfStaffMemberResolver {
  @FieldResolver(() => Checks, { nullable: true, description: "Employment checks and professional registrations." })
  async checks(
    @Root() { person }: { readonly person: VisiblePerson },
    @Arg("asOf", () => GraphQLISODateTime, { nullable: true, description: asOfSays }) asOf: Date | null | undefined,
    @Arg("validOn", () => String, { nullable: true, description: validOnSays }) validOn: string | null | undefined,
    @Ctx() context: RequestContext,
  ): Promise<Checks> {
    const { scope } = person;
    const outcomes = scope.may("R7");
    const registered = scope.may("R1");
    if (!outcomes && !registered) throw forbidden("checks");
    const row = await context.partAt<ChecksRow>(statements, ["R1", "R7"], person, momentOf(context, asOf, validOn));
    const mask = new Mask(context, scope);
    return {
      employmentChecks: outcomes
        ? mask.records("employment-check", "employmentChecks", row?.["employment-check"])
        : mask.withhold("employmentChecks"),
      registrations: registered
        ? mask.records("professional-registration", "registrations", row?.["professional-registration"])
        : mask.withhold("registrations"),
      sources: sourcesOf(context, person, { part: "checks", kinds, label: outcomes ? "R7" : "R1" }),
      withheld: mask.withheld,
    };
  }
}
