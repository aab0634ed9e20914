/** The one look at a refused payload of training: asked for, shown while the hour runs, and told to the trust whose it is. */
import { Arg, Ctx, FieldResolver, ID, Mutation, Query, Resolver } from "type-graphql";
import type { RequestContext } from "../kit/context";
import { approvalOf, reasonOf, refused, verbs } from "./approvals";
import { ApprovalPayload, PayloadLook, RefusedPayload, RefusedPayloadInput } from "./approvals-types";
import { kindInWords } from "./problem-text";
import { operationsScope } from "./scope";
import { Operations } from "./types";

@Resolver()
export class RefusedPayloadsResolver {
  @Mutation(() => ApprovalPayload, {
    nullable: true,
    description: "Asks to see one refused payload of training for an hour. A second person of the ESR team decides; the trust is told.",
  })
  async askForRefusedPayload(
    @Arg("input", () => RefusedPayloadInput, { description: "Which, and why." }) input: RefusedPayloadInput,
    @Ctx() context: RequestContext,
  ): Promise<ApprovalPayload> {
    const reason = reasonOf(input.reason);
    if (reason === undefined) return refused("APPROVAL_REASON", "reason");
    const asked = await verbs(context).askForPayload(await context.principal(), { refusal: input.refusal, reason }, context.requestId);
    if (!asked) return refused("PAYLOAD_UNKNOWN", "refusal");
    context.changed("approval", asked.id);
    return { approval: approvalOf(context, asked, false), userErrors: [] };
  }

  @Query(() => RefusedPayload, {
    nullable: true,
    description:
      "One refused payload of training, for whoever has asked and during the hour after a second person's yes; null otherwise. Every time is audited and told to the trust. Never of occupational health.",
  })
  async refusedPayload(
    @Arg("refusal", () => ID, { description: "Id of the refusal." }) refusal: string,
    @Ctx() context: RequestContext,
  ): Promise<RefusedPayload | null> {
    const shown = await verbs(context).showPayload(await context.principal(), refusal, context.requestId);
    if (!shown) return null;
    context.trail.kinds.add("refused-payload");
    context.trail.controllers.add(shown.organisation);
    return {
      refusal: shown.refusal,
      connectedSystem: shown.connectionId,
      organisation: context.organisation(shown.organisation),
      kind: kindInWords(shown.kind),
      code: shown.code,
      until: shown.until,
      payload: shown.payload,
    };
  }
}

@Resolver(() => Operations)
export class PayloadLooksResolver {
  @FieldResolver(() => [PayloadLook], {
    nullable: true,
    description: "Which refused payloads of the caller's organisations somebody was allowed to see, and why, the newest first.",
  })
  async payloadLooks(@Ctx() context: RequestContext): Promise<PayloadLook[]> {
    const { organisations } = await operationsScope(context);
    const rows = await verbs(context).looks(organisations.map(({ odsCode }) => odsCode));
    context.trail.kinds.add("operations");
    return rows.map((row) => ({
      ...row,
      organisation: context.organisation(row.organisation),
      connectedSystem: row.connectionId ?? null,
      kind: kindInWords(row.kind ?? null),
      firstAt: row.firstAt ?? null,
      lastAt: row.lastAt ?? null,
    }));
  }
}
