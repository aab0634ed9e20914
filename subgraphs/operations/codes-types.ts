import { Field, GraphQLISODateTime, ID, InputType, Int, ObjectType } from "type-graphql";

@ObjectType({ description: "A code of a vendor's own that is in none of our lists, with what waits for it.", simpleResolvers: true })
export class UnmappedCode {
  @Field(() => ID, { nullable: true, description: "Connected system that sends it." })
  connectedSystemId!: string;
  @Field(() => String, { nullable: true, description: "Which of our lists it is looked for in." })
  list!: string;
  @Field(() => String, { nullable: true, description: "The code, as a code map names it." })
  code!: string;
  @Field(() => Int, { nullable: true, description: "People whose records it holds up, where the records say whose they are." })
  people!: number;
  @Field(() => Int, { nullable: true, description: "Records that it holds up." })
  records!: number;
  @Field(() => Int, {
    nullable: true,
    description: "Of those, records whose raw is kept: derived when the code is mapped; the others are read again.",
  })
  rawKept!: number;
  @Field(() => GraphQLISODateTime, { nullable: true, description: "First seen." })
  firstSeenAt!: Date;
  @Field(() => GraphQLISODateTime, { nullable: true, description: "Last seen." })
  lastSeenAt!: Date;
}

@ObjectType({ description: "What a code of a vendor's own means.", simpleResolvers: true })
export class CodeMap {
  @Field(() => ID, { nullable: true, description: "Id, when it can be ended here; null for a row of the configuration." })
  id!: string | null;
  @Field(() => String, { nullable: true, description: "Which of our lists." })
  list!: string;
  @Field(() => String, { nullable: true, description: "The vendor's code." })
  code!: string;
  @Field(() => String, { nullable: true, description: "Code of our list." })
  value!: string;
  @Field(() => String, { nullable: true, description: "First day for which it holds." })
  from!: string | null;
  @Field(() => String, { nullable: true, description: "Last day for which it holds." })
  to!: string | null;
  @Field(() => String, { nullable: true, description: "Who answers for it." })
  approvedBy!: string | null;
  @Field(() => String, { nullable: true, description: "Why." })
  reason!: string | null;
}

@InputType({ description: "What a code of a vendor's own means." })
export class CodeMapInput {
  @Field(() => String, { description: "ODS code of the organisation." })
  organisation!: string;
  @Field(() => String, { description: "Which of our lists: vaccines, clinical tests, competences." })
  list!: string;
  @Field(() => String, { description: "The vendor's code, as the worklist shows it." })
  code!: string;
  @Field(() => String, { description: "Code of our list." })
  value!: string;
  @Field(() => String, { nullable: true, description: "First day for which it holds (YYYY-MM-DD)." })
  from?: string | null;
  @Field(() => String, { nullable: true, description: "Last day for which it holds (YYYY-MM-DD)." })
  to?: string | null;
}

@InputType({ description: "Rows of a code map that are to end." })
export class CodeMapEndInput {
  @Field(() => String, { description: "ODS code of the organisation." })
  organisation!: string;
  @Field(() => [ID], { description: "Ids of the rows." })
  codeMaps!: readonly string[];
}

@InputType({ description: "A preview of a change of a code map that is to be carried out." })
export class ApplyCodeMapInput {
  @Field(() => ID, { description: "Id of the replay that the preview gave." })
  replay!: string;
  @Field(() => String, { description: "Why, for whoever reads the audit." })
  reason!: string;
  @Field(() => String, { nullable: true, description: "Who answers for it, when it is not the caller." })
  approvedBy?: string | null;
}
