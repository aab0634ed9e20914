/** Files towards ESR, their states, and why ESR refused records of them. */
import { Arg, Ctx, Field, FieldResolver, Float, GraphQLISODateTime, ID, Int, ObjectType, Resolver } from "type-graphql";
import { endText } from "../../schema/codes/ends";
import { type EsrFileRow, readEsrFiles, readEsrRefusals } from "../../store/read/esr-files";
import type { RequestContext } from "../kit/context";
import { Organisation } from "../kit/organisation";
import { keyOf, PageInfo, pageOf, pageSize } from "../kit/paging";
import { operationsScope } from "./scope";
import { Operations, ProblemOwner } from "./types";

@ObjectType({ description: "How many records of a file stand in one state now.", simpleResolvers: true })
export class EsrFileOutcome {
  @Field(() => String, { nullable: true, description: "State of the records." })
  state!: string;
  @Field(() => Int, { nullable: true, description: "How many." })
  count!: number;
}

@ObjectType({ description: "One file towards ESR.", simpleResolvers: true })
export class EsrFile {
  @Field(() => ID, { description: "Random id." })
  id!: string;
  @Field(() => String, { nullable: true, description: "Name of the file." })
  name!: string;
  @Field(() => Organisation, { nullable: true, description: "Employer whose ESR it is for." })
  organisation!: Organisation;
  @Field(() => String, { nullable: true, description: "What it carries." })
  dataSet!: string;
  @Field(() => String, { nullable: true, description: "on: it leaves; shadow: it is only compared." })
  mode!: string;
  @Field(() => String, { nullable: true, description: "Layout by which it is written." })
  layout!: string;
  @Field(() => Float, { nullable: true, description: "Its number in the row of files of this employer." })
  sequence!: number;
  @Field(() => Int, { nullable: true, description: "Records in it." })
  records!: number;
  @Field(() => String, { nullable: true, description: "WRITTEN, SHADOWED, SENT or ACKNOWLEDGED." })
  state!: string;
  @Field(() => GraphQLISODateTime, { nullable: true, description: "When it was made." })
  madeAt!: Date;
  @Field(() => GraphQLISODateTime, { nullable: true, description: "When it left." })
  sentAt!: Date | null;
  @Field(() => GraphQLISODateTime, { nullable: true, description: "When ESR answered." })
  acknowledgedAt!: Date | null;
  @Field(() => [EsrFileOutcome], { nullable: true, description: "What became of its records." })
  outcomes!: readonly EsrFileOutcome[];
}

@ObjectType({ description: "A file in a list.", simpleResolvers: true })
export class EsrFileEdge {
  @Field(() => String, { description: "Cursor to pass as `after`." })
  cursor!: string;
  @Field(() => EsrFile, { nullable: true, description: "The file." })
  node!: EsrFile;
}

@ObjectType({ description: "A page of files towards ESR, the newest first.", simpleResolvers: true })
export class EsrFileConnection {
  @Field(() => [EsrFileEdge], { nullable: true, description: "Files of this page." })
  edges!: readonly EsrFileEdge[];
  @Field(() => PageInfo, { description: "Where this page stands." })
  pageInfo!: PageInfo;
}

@ObjectType({ description: "Why ESR refused records of an employer.", simpleResolvers: true })
export class EsrRefusal {
  @Field(() => Organisation, { nullable: true, description: "The employer." })
  organisation!: Organisation;
  @Field(() => String, { nullable: true, description: "Code of the reason." })
  code!: string;
  @Field(() => String, { nullable: true, description: "Title for people." })
  title!: string;
  @Field(() => ProblemOwner, { nullable: true, description: "Whose move it is; null when it is nobody's." })
  owner!: string | null;
  @Field(() => String, { nullable: true, description: "The next step." })
  next!: string;
  @Field(() => Float, { nullable: true, description: "Records refused for it." })
  count!: number;
  @Field(() => GraphQLISODateTime, { nullable: true, description: "First refused." })
  firstAt!: Date;
  @Field(() => GraphQLISODateTime, { nullable: true, description: "Last refused." })
  lastAt!: Date;
}

function fileOf(context: RequestContext, row: EsrFileRow): EsrFile {
  return { ...row, organisation: context.organisation(row.organisation) };
}

/** Undefined: every employer's. */
async function employers(context: RequestContext): Promise<readonly string[] | undefined> {
  const { controllerOrg } = await operationsScope(context);
  return controllerOrg === undefined ? undefined : [controllerOrg];
}

/** "Position closed": ESR's reason as a title. */
export function titleOf(say: string): string {
  const why = say.replace(/^.*?:\s*/, "").replace(/\.$/, "");
  return why.charAt(0).toUpperCase() + why.slice(1);
}

@Resolver(() => Operations)
export class EsrFilesResolver {
  @FieldResolver(() => EsrFileConnection, { nullable: true, description: "Files towards ESR, the newest first." })
  async esrFiles(
    @Ctx() context: RequestContext,
    @Arg("first", () => Int, { defaultValue: 20, description: "How many, at most 100." }) first: number,
    @Arg("after", () => String, { nullable: true, description: "Cursor of the item to go on after." }) after: string | undefined,
  ): Promise<EsrFileConnection> {
    const organisations = await employers(context);
    const size = pageSize(first);
    const before = keyOf(after, /^[\d:.T-]{26}\|[0-9a-f-]{36}$/);
    const rows = await context.operations((client) => readEsrFiles(client, organisations, before, size + 1));
    return pageOf(
      rows,
      size,
      ({ key }) => key,
      (row) => fileOf(context, row),
    );
  }

  @FieldResolver(() => EsrFile, { nullable: true, description: "One file by its name; null: there is none, or it is not the caller's." })
  async esrFile(
    @Ctx() context: RequestContext,
    @Arg("name", () => String, { description: "Name of the file." }) name: string,
  ): Promise<EsrFile | null> {
    const organisations = await employers(context);
    const [row] = await context.operations((client) => readEsrFiles(client, organisations, undefined, 1, name));
    return row ? fileOf(context, row) : null;
  }

  @FieldResolver(() => [EsrRefusal], { nullable: true, description: "Why ESR refused records, the largest group first." })
  async esrRefusals(@Ctx() context: RequestContext): Promise<readonly EsrRefusal[]> {
    const organisations = await employers(context);
    const rows = await context.operations((client) => readEsrRefusals(client, organisations));
    return rows.map((row) => {
      const { say, owner, next } = endText("REFUSED_BY_ESR", row.code);
      const nobody = owner === "nobody";
      return { ...row, organisation: context.organisation(row.organisation), title: titleOf(say), owner: nobody ? null : owner, next };
    });
  }
}
