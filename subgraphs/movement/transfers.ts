/** Transfers: the record moves to a new employer on the person's Yes. What there is to answer, ESR's offers tell. */
import { Arg, Ctx, FieldResolver, Mutation, Resolver, Root } from "type-graphql";
import type { KnownPerson } from "../../store/facts";
import { type TransferLine, transferStateOn } from "../../store/movement/engagement-list";
import type { RequestContext, VisiblePerson } from "../kit/context";
import { forbidden, wrongInput } from "../kit/refusals";
import { asPerson, changed, mayReadGrants } from "./acting";
import { AnswerTransferInput } from "./sharing-inputs";
import { Transfer } from "./sharing-types";
import { StaffMember } from "./types";

@Resolver(() => StaffMember)
export class TransfersOfStaffMemberResolver {
  @FieldResolver(() => [Transfer], { nullable: true, description: "Changes of employer of which the hub knows, and the person's answers." })
  async transfers(@Root() { person }: { readonly person: VisiblePerson }, @Ctx() context: RequestContext): Promise<Transfer[]> {
    const { staffMember } = person.scope;
    if (!(await mayReadGrants(context, { staffMember }, person.known, "transfers"))) throw forbidden("transfers");
    context.trail.kinds.add("transfer-answer");
    return transfersOf(context, person.known);
  }
}

@Resolver()
export class TransferMutations {
  @Mutation(() => Transfer, {
    nullable: true,
    description: "Answers whether the record may move to a new employer. A No is kept, and wins until it is changed.",
  })
  async answerTransfer(
    @Arg("input", () => AnswerTransferInput, { description: "The new employer and the answer." }) input: AnswerTransferInput,
    @Ctx() context: RequestContext,
  ): Promise<Transfer> {
    const { known, person, by } = await asPerson(
      context,
      input.answer === "YES" ? "transfer-answer" : "transfer-decline",
      "answerTransfer",
    );
    const transfer = known.transfers.find((it) => it.organisation === input.organisation);
    const state = transfer && transferStateOn(transfer, context.today);
    if (!transfer || (state !== "OPEN" && state !== "DECLINED") || context.today >= transfer.endsBefore)
      throw wrongInput("organisation", "an organisation whose offer is accepted and open", input.organisation);
    const { organisation, offers } = transfer;
    const ids = await context.environment.store.transfers.answer({ staffMember: person, organisation, offers, answer: input.answer }, by);
    for (const id of ids) changed(context, "transfer-answer", id);
    const after = await context.known(person);
    return transfersOf(context, after ?? known).find((it) => it.organisation.odsCode === organisation)!;
  }
}

function transfersOf(context: RequestContext, { transfers }: Pick<KnownPerson, "transfers">): Transfer[] {
  return transfers.map((it) => {
    const state = transferStateOn(it, context.today);
    const organisation = context.organisation(it.organisation);
    return {
      organisation,
      from: it.from.map((odsCode) => context.organisation(odsCode)),
      startsOn: it.startedOn ?? it.projectedOn ?? null,
      state,
      answer: it.answer === "NONE" ? null : it.answer,
      say: sayOf(it, state, organisation.name ?? organisation.odsCode),
    };
  });
}

function sayOf({ answer, endsBefore }: TransferLine, state: ReturnType<typeof transferStateOn>, name: string): string {
  if (state === "DECLINED") return `The record does not move to ${name}: the person has said No.`;
  if (state === "CANCELLED") return `ESR has ended the offer of ${name}; nothing moves.`;
  if (state === "EXPIRED") return `Nobody started at ${name}; nothing moves any more.`;
  if (state === "DONE") return `The employment at ${name} has begun; nothing more moves.`;
  return answer === "YES"
    ? `On the person's Yes, ${name} may read what moves with a change of employer, until before ${endsBefore}.`
    : `${name} waits for the person's answer; without a Yes nothing moves.`;
}
