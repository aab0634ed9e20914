/** Codes of vendors' own: the worklist, the map, and the two steps that change it (preview, then apply). */
import { Arg, Ctx, FieldResolver, Mutation, Resolver } from "type-graphql";
import type { CodeVerbs } from "../kit/code-verbs";
import type { RequestContext } from "../kit/context";
import { badInput, forbidden } from "../kit/refusals";
import { ApplyCodeMapInput, CodeMap, CodeMapEndInput, CodeMapInput, UnmappedCode } from "./codes-types";
import { mayMap, mayRead } from "./courses";
import { answerOf } from "./replays";
import { ReplayPayload } from "./replays-types";
import { Operations } from "./types";

function verbs(context: RequestContext): CodeVerbs {
  const { codes } = context.environment;
  if (!codes) throw badInput("This process only answers questions: code maps are kept by the hub's own process.");
  return codes;
}

@Resolver(() => Operations)
export class CodesResolver {
  @FieldResolver(() => [UnmappedCode], {
    nullable: true,
    description: "Codes that nobody has mapped, those that most people wait for first: for the trust's administrators and the ESR team.",
  })
  async unmappedCodes(
    @Arg("organisation", () => String, { description: "ODS code of the organisation." }) organisation: string,
    @Ctx() context: RequestContext,
  ): Promise<UnmappedCode[]> {
    await mayRead(context, organisation, "unmappedCodes");
    return (await verbs(context).unmapped(organisation)).map(({ connectionId, ...row }) => ({ ...row, connectedSystemId: connectionId }));
  }

  @FieldResolver(() => [CodeMap], { nullable: true, description: "The organisation's code map as it is in force." })
  async codeMaps(
    @Arg("organisation", () => String, { description: "ODS code of the organisation." }) organisation: string,
    @Ctx() context: RequestContext,
  ): Promise<CodeMap[]> {
    await mayRead(context, organisation, "codeMaps");
    return (await verbs(context).inForce(organisation)).map(({ id, list, code, value, from, to, approvedBy, reason }) => ({
      id: id ?? null,
      list,
      code,
      value,
      from: from ?? null,
      to: to ?? null,
      approvedBy: approvedBy ?? null,
      reason: reason ?? null,
    }));
  }
}

@Resolver()
export class CodeMapMutations {
  @Mutation(() => ReplayPayload, {
    nullable: true,
    description: "What would become of the records if a code meant this. Nothing is changed.",
  })
  async previewCodeMap(
    @Arg("input", () => CodeMapInput, { description: "Code and meaning." }) input: CodeMapInput,
    @Ctx() context: RequestContext,
  ): Promise<ReplayPayload> {
    const asker = await mayMap(context, input.organisation, "previewCodeMap");
    const proposal = { ...input, from: input.from ?? undefined, to: input.to ?? undefined };
    return answerOf(context, "preview", () => verbs(context).preview(proposal, asker));
  }

  @Mutation(() => ReplayPayload, {
    nullable: true,
    description: "What would become of the records if these rows ended. Nothing is changed.",
  })
  async previewCodeMapEnd(
    @Arg("input", () => CodeMapEndInput, { description: "Rows that are to end." }) input: CodeMapEndInput,
    @Ctx() context: RequestContext,
  ): Promise<ReplayPayload> {
    const asker = await mayMap(context, input.organisation, "previewCodeMapEnd");
    return answerOf(context, "preview", () => verbs(context).previewEnding(input.organisation, input.codeMaps, asker));
  }

  @Mutation(() => ReplayPayload, {
    nullable: true,
    description:
      "Carries a preview out: exactly what was shown, or nothing and what differs. Records of which nothing is kept are read again.",
  })
  async applyCodeMap(
    @Arg("input", () => ApplyCodeMapInput, { description: "The preview and the reason." }) input: ApplyCodeMapInput,
    @Ctx() context: RequestContext,
  ): Promise<ReplayPayload> {
    const owner = await verbs(context).organisationOf(input.replay);
    // Somebody else's preview and one that never was look the same.
    if (owner === undefined || !(await context.may("map-courses", { organisations: [owner] }))) throw forbidden("applyCodeMap");
    const asker = await mayMap(context, owner, "applyCodeMap");
    const approvedBy = input.approvedBy?.trim().slice(0, 200) || undefined;
    return answerOf(context, input.reason, () => verbs(context).apply(input.replay, { approvedBy, reason: input.reason.trim() }, asker));
  }
}
