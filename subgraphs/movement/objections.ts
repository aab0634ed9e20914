/** Objections to what organisations have agreed: the person's word, and the controller's open decision about other types than health. */
import { Arg, Ctx, FieldResolver, ID, Mutation, Resolver, Root } from "type-graphql";
import { healthLabels, shareableWords, wordsOf } from "../../schema/movement/record-types";
import type { Access } from "../../schema/registry";
import { listObjections, listObjectionsAt, type ObjectionRow } from "../../store/movement/objections";
import type { RequestContext, VisiblePerson } from "../kit/context";
import { forbidden, wrongInput } from "../kit/refusals";
import { asOrganisation, asPerson, changed, mayReadGrants } from "./acting";
import { DecideObjectionInput, labelsIn, ObjectInput, reasonIn } from "./sharing-inputs";
import { Objection } from "./sharing-types";
import { Organisation, type OrganisationValue, StaffMember } from "./types";

@Resolver(() => StaffMember)
export class ObjectionsOfStaffMemberResolver {
  @FieldResolver(() => [Objection], { nullable: true, description: "The person's objections, withdrawn ones included, the newest first." })
  async objections(@Root() { person }: { readonly person: VisiblePerson }, @Ctx() context: RequestContext): Promise<Objection[]> {
    const { staffMember } = person.scope;
    if (!(await mayReadGrants(context, { staffMember }, person.known, "objections"))) throw forbidden("objections");
    context.trail.kinds.add("objection");
    const rows = await context.read((client) => listObjections(client, staffMember));
    return Promise.all(rows.map((row) => objectionOf(context, row)));
  }
}

@Resolver(() => Organisation)
export class ObjectionsOfOrganisationResolver {
  @FieldResolver(() => [Objection], {
    nullable: true,
    description: "Objections to other types than health, in force, by people whose records this organisation holds: for its HR to decide.",
  })
  async objections(@Root() organisation: OrganisationValue, @Ctx() context: RequestContext): Promise<Objection[]> {
    const controllerOrg = organisation.odsCode;
    if (!(await context.may("decide-objection", { controllerOrg, label: "R3" }))) throw forbidden("objections");
    context.trail.kinds.add("objection");
    context.trail.controllers.add(controllerOrg);
    const rows = await context.read((client) => listObjectionsAt(client, controllerOrg), [{ controllerOrg, kinds: ["objection"] }]);
    for (const { staffMember } of rows) context.trail.staffMembers.add(staffMember);
    return Promise.all(rows.map((row) => objectionOf(context, forController(row, controllerOrg))));
  }
}

@Resolver()
export class ObjectionMutations {
  @Mutation(() => Objection, {
    nullable: true,
    description: "Objects to what organisations have agreed. It counts at once; of health it also closes older shares and transfers.",
  })
  async object(
    @Arg("input", () => ObjectInput, { description: "To what, and why." }) input: ObjectInput,
    @Ctx() context: RequestContext,
  ): Promise<Objection> {
    const { person, by } = await asPerson(context, "object", "object");
    const labels = labelsIn("recordTypes", input.recordTypes, shareableWords);
    const reason = input.reason == null ? undefined : reasonIn("reason", input.reason);
    return told(context, await context.environment.store.objections.make(person, labels, { ...by, reason }));
  }

  @Mutation(() => Objection, { nullable: true, description: "Withdraws an objection: what organisations have agreed opens again." })
  async withdrawObjection(
    @Arg("objection", () => ID, { description: "Id of the objection." }) id: string,
    @Ctx() context: RequestContext,
  ): Promise<Objection> {
    const { objections } = context.environment.store;
    const before = await objections.find(id);
    const { person, by } = await asPerson(context, "objection-withdraw", "withdrawObjection", (before?.labels ?? []) as Access[]);
    const row = await objections.withdraw(id, person, by);
    if (!row) throw wrongInput("objection", "the id of one of the person's own objections");
    return told(context, row);
  }

  @Mutation(() => Objection, {
    nullable: true,
    description: "The controller's decision about an objection to other types than health, for its own records.",
  })
  async decideObjection(
    @Arg("input", () => DecideObjectionInput, { description: "The objection, the decision and the reason." }) input: DecideObjectionInput,
    @Ctx() context: RequestContext,
  ): Promise<Objection> {
    const { org } = await context.principal();
    const { objections } = context.environment.store;
    const before = await objections.find(input.objection);
    const known = before && (await context.known(before.staffMember));
    // Of somebody whose records the organisation does not hold, and one that never was: the same answer.
    if (!before || !known || org === undefined || !known.controllers.includes(org)) throw forbidden("decideObjection");
    const open = before.labels.filter((label) => !healthLabels.has(label)) as Access[];
    if (open.length === 0) throw forbidden("decideObjection");
    const decided = await Promise.all(
      open.map((label) =>
        asOrganisation(
          context,
          "decide-objection",
          "decideObjection",
          { controllerOrg: org, label, staffMember: before.staffMember },
          known.facts,
        ),
      ),
    );
    const reason = reasonIn("reason", input.reason);
    const row = await objections.decide(before.id, org, input.decision, { ...decided[0]!.by, reason });
    if (!row) throw wrongInput("objection", "an objection in force");
    context.trail.controllers.add(org);
    return told(context, forController(row, org));
  }
}

/** What a controller is to decide, and what it has decided: of health, and of other controllers, it is told nothing. */
const forController = (row: ObjectionRow, controllerOrg: string): ObjectionRow => ({
  ...row,
  labels: row.labels.filter((label) => !healthLabels.has(label as Access)),
  decisions: row.decisions.filter((it) => it.controllerOrg === controllerOrg),
});

function told(context: RequestContext, row: ObjectionRow): Promise<Objection> {
  changed(context, "objection", row.id);
  context.trail.staffMembers.add(row.staffMember);
  return objectionOf(context, row);
}

async function objectionOf(context: RequestContext, row: ObjectionRow): Promise<Objection> {
  const person = await context.person(row.staffMember);
  return {
    id: row.id,
    // With the person: what this subgraph itself tells of a staff member is asked of this very value.
    staffMember: person ? ({ id: row.staffMember, person } as { readonly id: string }) : null,
    recordTypes: wordsOf(row.labels),
    madeAt: row.madeAt,
    withdrawnAt: row.withdrawnAt ?? null,
    reason: row.reason ?? null,
    decisions: row.decisions.map((it) => ({
      controller: context.organisation(it.controllerOrg),
      decision: it.decision,
      reason: it.reason,
    })),
  };
}
