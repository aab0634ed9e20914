/** A copy of everything: asked for by the person, made by two people of the organisation's information governance. */
import { Arg, Ctx, FieldResolver, Mutation, Resolver, Root } from "type-graphql";
import { listCopyRequests, type CopyRequest as Row } from "../../store/movement/copy-requests";
import type { RequestContext, VisiblePerson } from "../kit/context";
import { forbidden, wrongInput } from "../kit/refusals";
import { asPerson, changed, mayReadGrants } from "./acting";
import { organisationIn } from "./sharing-inputs";
import { CopyRequest } from "./sharing-types";
import type { CopyRequestStateName } from "./sharing-words";
import { StaffMember } from "./types";

@Resolver(() => StaffMember)
export class CopiesOfStaffMemberResolver {
  @FieldResolver(() => [CopyRequest], {
    nullable: true,
    description: "Copies that the person has asked organisations for, and what has become of it, the newest first.",
  })
  async copyRequests(@Root() { person }: { readonly person: VisiblePerson }, @Ctx() context: RequestContext): Promise<CopyRequest[]> {
    const { staffMember } = person.scope;
    if (!(await mayReadGrants(context, { staffMember }, person.known, "copyRequests"))) throw forbidden("copyRequests");
    context.trail.kinds.add("copy-request");
    const rows = await context.read((client) => listCopyRequests(client, staffMember));
    for (const { organisation } of rows) context.trail.controllers.add(organisation);
    return rows.map((row) => requestOf(context, row));
  }
}

@Resolver()
export class CopyMutations {
  @Mutation(() => CopyRequest, {
    nullable: true,
    description:
      "Asks an organisation for a copy of everything that it holds about the person. Its information governance makes and hands it over; asked again while one is open, it is that one.",
  })
  async askForCopy(
    @Arg("organisation", () => String, { description: "ODS code of an organisation that holds something about the person." }) asked: string,
    @Ctx() context: RequestContext,
  ): Promise<CopyRequest> {
    const { person, known, by } = await asPerson(context, "ask-copy", "askForCopy");
    const organisation = organisationIn(context, "organisation", asked);
    if (!known.controllers.includes(organisation))
      throw wrongInput("organisation", "an organisation that holds something about the person", organisation);
    const row = await context.environment.store.copyRequests.ask({ staffMember: person, organisation }, by, context.now);
    changed(context, "copy-request", row.id);
    context.trail.controllers.add(organisation);
    return requestOf(context, row);
  }
}

function stateOf(row: Row, now: Date): CopyRequestStateName {
  if (row.answeredAt) return "ANSWERED";
  if (row.decision === "REFUSED") return "REFUSED";
  if (row.expiresAt <= now) return "LAPSED";
  return row.decision === "APPROVED" ? "ACCEPTED" : "WAITS";
}

function requestOf(context: RequestContext, row: Row): CopyRequest {
  return {
    id: row.id,
    reference: row.reference,
    organisation: context.organisation(row.organisation),
    askedAt: row.askedAt,
    answerBy: row.answerBy,
    state: stateOf(row, context.now),
    reason: row.reason ?? null,
    answeredAt: row.answeredAt ?? null,
  };
}
