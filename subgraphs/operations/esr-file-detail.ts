/** What became of a file's records, and a rehearsal against what ESR holds: read for all files of a page at once. */
import DataLoader from "dataloader";
import { Ctx, Field, FieldResolver, Int, ObjectType, Resolver, Root } from "type-graphql";
import { endText } from "../../schema/codes/ends";
import { readFileLedgers, readShadowComparisons, type ShadowComparison } from "../../store/read/esr";
import type { RequestContext } from "../kit/context";
import { EsrFile, titleOf } from "./esr-files";
import { oncePerRequest, operationsScope, rehearsingScope } from "./scope";

@ObjectType({ description: "Records of a file in one state, for one reason, among those of the caller's systems.", simpleResolvers: true })
export class EsrLedgerCount {
  @Field(() => String, { nullable: true, description: "State of the records now." })
  state!: string;
  @Field(() => String, { nullable: true, description: "Code of ESR's reason, where it has refused them." })
  reason!: string | null;
  @Field(() => String, { nullable: true, description: "The reason, for people." })
  title!: string | null;
  @Field(() => Int, { nullable: true, description: "How many." })
  count!: number;
}

@ObjectType({
  description: "What the rehearsing systems tell of an employer's staff, against what ESR holds now.",
  simpleResolvers: true,
})
export class EsrComparison {
  @Field(() => Int, { nullable: true, description: "ESR has it already, of the same day." })
  held!: number;
  @Field(() => Int, { nullable: true, description: "ESR has it of another day, or has a newer one." })
  differ!: number;
  @Field(() => Int, { nullable: true, description: "ESR lacks it: what would be sent." })
  lacks!: number;
}

function ledgers(context: RequestContext): Promise<DataLoader<string, EsrLedgerCount[]>> {
  return oncePerRequest(context, "esr-ledgers", async () => {
    const { connections } = await operationsScope(context);
    return new DataLoader(async (ids) => {
      const rows = await context.operations((client) => readFileLedgers(client, ids, connections));
      const found = new Map<string, EsrLedgerCount[]>(ids.map((id) => [id, []]));
      for (const { fileId, state, reason, records } of rows) {
        const title = reason === null ? null : titleOf(endText("REFUSED_BY_ESR", reason).say);
        found.get(fileId)!.push({ state, reason, title, count: records });
      }
      return ids.map((id) => found.get(id)!);
    });
  });
}

function comparisons(context: RequestContext): Promise<DataLoader<string, ShadowComparison>> {
  return oncePerRequest(context, "esr-comparisons", async () => {
    const { connections } = await rehearsingScope(context);
    return new DataLoader(async (organisations) => {
      const found = await context.operations((client) => readShadowComparisons(client, organisations, connections));
      return organisations.map((organisation) => found.get(organisation)!);
    });
  });
}

@Resolver(() => EsrFile)
export class EsrFileDetailResolver {
  @FieldResolver(() => [EsrLedgerCount], { nullable: true, description: "Its records now, by state and reason, the most first." })
  async ledger(@Ctx() context: RequestContext, @Root() file: EsrFile): Promise<readonly EsrLedgerCount[]> {
    return (await ledgers(context)).load(file.id);
  }

  @FieldResolver(() => EsrComparison, { nullable: true, description: "Of a rehearsed file: its employer's rehearsals against ESR now." })
  async comparison(@Ctx() context: RequestContext, @Root() file: EsrFile): Promise<EsrComparison | null> {
    return file.mode === "shadow" ? (await comparisons(context)).load(file.organisation.odsCode) : null;
  }
}
