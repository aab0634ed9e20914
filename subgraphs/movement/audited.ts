/** Shares and placements in which an organisation is a party: for its own auditor, by id. What employs somebody is not theirs to read. */
import { Arg, Ctx, FieldResolver, Int, Resolver, Root } from "type-graphql";
import { wordsOf } from "../../schema/movement/record-types";
import { listPlacedOfParty, listSharesOfParty } from "../../store/movement/parties";
import type { RequestContext } from "../kit/context";
import { keyOf, pageOf, pageSize, uuidPattern } from "../kit/paging";
import { forbidden } from "../kit/refusals";
import { lastDayOf, mayReadGrants } from "./acting";
import { AuditedPersonConnection, AuditedShareConnection } from "./audited-types";
import { shareStateOf } from "./shares";
import { Organisation, type OrganisationValue } from "./types";

const usualPage = 50;

@Resolver(() => Organisation)
export class AuditedOfOrganisationResolver {
  @FieldResolver(() => AuditedShareConnection, {
    nullable: true,
    description: "Shares to the organisation, and of people of whom it holds a record, over and taken back ones included: for its auditor.",
  })
  async auditedShares(
    @Root() { odsCode }: OrganisationValue,
    @Ctx() context: RequestContext,
    @Arg("first", () => Int, { defaultValue: usualPage, description: "How many, at most 100." }) first: number,
    @Arg("after", () => String, { nullable: true, description: "Cursor of the item to go on after." }) after: string | undefined,
  ): Promise<AuditedShareConnection> {
    await mayAudit(context, odsCode, "auditedShares", "share");
    const size = pageSize(first);
    const from = keyOf(after, uuidPattern);
    const rows = await context.read((client) => listSharesOfParty(client, { organisation: odsCode, after: from, limit: size + 1 }));
    for (const { staffMember } of rows.slice(0, size)) context.trail.staffMembers.add(staffMember);
    return pageOf(
      rows,
      size,
      ({ id }) => id,
      (row) => ({
        id: row.id,
        staffMemberId: row.staffMember,
        organisation: context.organisation(row.organisation),
        recordTypes: wordsOf(row.labels),
        startsOn: row.startsOn,
        until: lastDayOf(row.endsBefore)!,
        state: shareStateOf(row, context.today),
        madeAt: row.madeAt,
        revokedAt: row.revokedAt ?? null,
      }),
    );
  }

  @FieldResolver(() => AuditedPersonConnection, {
    nullable: true,
    description:
      "Who is placed at the organisation or from it, seconded and honorary ones too, past and planned ones included: for its auditor.",
  })
  async auditedPlacements(
    @Root() { odsCode }: OrganisationValue,
    @Ctx() context: RequestContext,
    @Arg("first", () => Int, { defaultValue: usualPage, description: "How many people, at most 100." }) first: number,
    @Arg("after", () => String, { nullable: true, description: "Cursor of the item to go on after." }) after: string | undefined,
  ): Promise<AuditedPersonConnection> {
    await mayAudit(context, odsCode, "auditedPlacements", "engagement");
    const size = pageSize(first);
    const from = keyOf(after, uuidPattern);
    const rows = await context.read((client) => listPlacedOfParty(client, { organisation: odsCode, after: from, limit: size + 1 }));
    for (const { staffMember } of rows.slice(0, size)) context.trail.staffMembers.add(staffMember);
    return pageOf(
      rows,
      size,
      ({ staffMember }) => staffMember,
      ({ staffMember, placements }) => ({
        staffMemberId: staffMember,
        placements: placements.map((line) => ({
          organisation: context.organisation(line.organisation),
          controller: context.organisation(line.controllerOrg),
          kind: line.kind,
          startsOn: line.startsOn,
          endsOn: lastDayOf(line.endsBefore),
          master: line.master,
        })),
      }),
    );
  }
}

async function mayAudit(context: RequestContext, controllerOrg: string, field: string, kind: string): Promise<void> {
  if (!(await mayReadGrants(context, { controllerOrg }, undefined, field))) throw forbidden(field);
  context.trail.kinds.add(kind);
  context.trail.controllers.add(controllerOrg);
}
