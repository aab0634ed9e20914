/** Why which organisation has somebody: ESR, the placement feed and HR in one list, and HR's own statements. */
import { Arg, Ctx, FieldResolver, Mutation, Resolver, Root } from "type-graphql";
import { addDays } from "../../platform/clock";
import type { EngagementLine } from "../../store/movement/engagement-list";
import type { StatedEngagement } from "../../store/movement/engagements";
import type { RequestContext, VisiblePerson } from "../kit/context";
import { uuidPattern } from "../kit/paging";
import { forbidden, wrongInput } from "../kit/refusals";
import { asOrganisation, changed, lastDayOf } from "./acting";
import { dayIn, EndEngagementInput, reasonIn, StateEngagementInput } from "./sharing-inputs";
import { Engagement } from "./sharing-types";
import { StaffMember } from "./types";

@Resolver(() => StaffMember)
export class EngagementsOfStaffMemberResolver {
  @FieldResolver(() => [Engagement], {
    nullable: true,
    description: "Why organisations have the person: employed, placed, seconded, about to start; past and planned ones included.",
  })
  engagements(@Root() { person }: { readonly person: VisiblePerson }, @Ctx() context: RequestContext): Engagement[] {
    const { known, scope } = person;
    if (!scope.may("R2")) throw forbidden("engagements");
    context.trail.kinds.add("engagement");
    const lines = known.engagements.filter(({ controllerOrg }) => scope.may("R2", controllerOrg));
    for (const { controllerOrg } of lines) context.trail.controllers.add(controllerOrg);
    return lines
      .map((line) => engagementOf(context, person, line))
      .sort(
        (a, b) =>
          (a.startsOn ?? "").localeCompare(b.startsOn ?? "") ||
          (a.organisation?.odsCode ?? "").localeCompare(b.organisation?.odsCode ?? ""),
      );
  }
}

/** Fields that a cell opens by name are opened here by the same names. */
function engagementOf(context: RequestContext, { scope }: VisiblePerson, line: EngagementLine): Engagement {
  const may = (field: string) => scope.mayField("R2", "R2", line.controllerOrg, field);
  return {
    statement: line.master === "HR" && may("reason") ? (line.id ?? null) : null,
    organisation: may("organisation") ? context.organisation(line.organisation) : null,
    kind: may("engagement") ? line.kind : null,
    startsOn: may("startsOn") ? line.startsOn : null,
    endsOn: may("endsOn") ? lastDayOf(line.kind === "PRE_HIRE" ? undefined : line.endsBefore) : null,
    master: may("engagement") ? line.master : null,
    reason: may("reason") ? (line.reason ?? null) : null,
  };
}

const needsEnd: ReadonlySet<string> = new Set(["HONORARY", "SECONDMENT_IN"]);

@Resolver()
export class EngagementMutations {
  @Mutation(() => Engagement, {
    nullable: true,
    description:
      "HR says why its organisation has somebody: a locally employed doctor is one because HR says so. It names the kind for days on which ESR knows the person there, and opens no others.",
  })
  async stateEngagement(
    @Arg("input", () => StateEngagementInput, { description: "Whom, what, for which days and why." }) input: StateEngagementInput,
    @Ctx() context: RequestContext,
  ): Promise<Engagement> {
    const part = "stateEngagement";
    const { org } = await context.principal();
    const person = uuidPattern.test(input.staffMember) ? await context.person(input.staffMember) : undefined;
    // Nobody there, and somebody else's staff: the same answer.
    if (!person || org === undefined) throw forbidden(part);
    const { staffMember } = person.known;
    const { organisation, by } = await asOrganisation(
      context,
      "state-engagement",
      part,
      { controllerOrg: org, staffMember },
      person.known.facts,
    );
    const startsOn = dayIn("startsOn", input.startsOn);
    if (input.endsOn == null && needsEnd.has(input.kind)) throw wrongInput("endsOn", `a last day: ${input.kind} has one`, "nothing");
    const endsBefore = input.endsOn == null ? undefined : addDays(dayIn("endsOn", input.endsOn, startsOn), 1);
    const reason = reasonIn("reason", input.reason);
    if (!person.known.engagements.some((line) => isOwnPost(line, organisation, startsOn, endsBefore)))
      throw wrongInput("startsOn", "days on which ESR knows a post of the person here", startsOn);
    const stated = await context.environment.store.engagements.state(
      { staffMember, organisation, kind: input.kind, startsOn, endsBefore },
      { ...by, reason },
    );
    if (!stated) throw wrongInput("startsOn", "days of which nothing else was stated: end that statement first", startsOn);
    return told(context, stated);
  }

  @Mutation(() => Engagement, {
    nullable: true,
    description: "Ends a statement of HR's, or withdraws it: ESR's own word counts again.",
  })
  async endEngagement(
    @Arg("input", () => EndEngagementInput, { description: "Which statement, and why." }) input: EndEngagementInput,
    @Ctx() context: RequestContext,
  ): Promise<Engagement> {
    const part = "endEngagement";
    const { org } = await context.principal();
    const { engagements } = context.environment.store;
    const before = org === undefined ? undefined : await engagements.find(input.statement, org);
    const person = before && (await context.person(before.staffMember));
    if (!before || !person) throw forbidden(part);
    const target = { controllerOrg: org, staffMember: person.known.staffMember };
    const { organisation, by } = await asOrganisation(context, "state-engagement", part, target, person.known.facts);
    const reason = reasonIn("reason", input.reason);
    const last = before.endsBefore === undefined ? undefined : addDays(before.endsBefore, -2);
    const endsBefore = input.lastDay == null ? undefined : addDays(dayIn("lastDay", input.lastDay, before.startsOn, last), 1);
    const ended = await engagements.end(before.id, organisation, endsBefore, { ...by, reason });
    if (!ended) throw forbidden(part);
    return told(context, ended);
  }
}

function isOwnPost(line: EngagementLine, organisation: string, startsOn: string, endsBefore: string | undefined): boolean {
  return (
    line.organisation === organisation &&
    line.controllerOrg === organisation &&
    line.kind !== "PRE_HIRE" &&
    line.kind !== "BANK" &&
    (line.endsBefore === undefined || startsOn < line.endsBefore) &&
    (endsBefore === undefined || line.startsOn < endsBefore)
  );
}

function told(context: RequestContext, stated: StatedEngagement): Engagement {
  changed(context, "engagement", stated.id);
  context.trail.controllers.add(stated.organisation);
  return {
    statement: stated.id,
    organisation: context.organisation(stated.organisation),
    kind: stated.kind,
    startsOn: stated.startsOn,
    endsOn: lastDayOf(stated.endsBefore),
    master: "HR",
    reason: stated.reason ?? null,
  };
}
