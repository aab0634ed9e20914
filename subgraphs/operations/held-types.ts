import { Field, GraphQLISODateTime, ID, InputType, Int, ObjectType, registerEnumType } from "type-graphql";
import { Organisation } from "../kit/organisation";
import { UserError } from "./courses-types";

enum HeldDecision {
  RELEASED = "RELEASED",
  REFUSED = "REFUSED",
}
registerEnumType(HeldDecision, {
  name: "HeldDecision",
  description: "What became of a held snapshot.",
  valuesConfig: {
    RELEASED: { description: "Believed: what it lacked, and still lacked, no longer counts." },
    REFUSED: { description: "Not believed, or made good by a later snapshot: everything stays in force." },
  },
});

@ObjectType({
  description: "A complete snapshot of a system that lacks so much that a person has to decide whether it is to be believed.",
  simpleResolvers: true,
})
export class HeldSnapshot {
  @Field(() => ID, { description: "Id; what release and refuse name." })
  id!: string;
  @Field(() => ID, { nullable: true, description: "Connected system that gave it." })
  connectedSystemId!: string;
  @Field(() => [Organisation], { nullable: true, description: "Whose records it is about." })
  organisations!: readonly Organisation[];
  @Field(() => String, { nullable: true, description: "Kind of record; health record for every kind of occupational health." })
  kind!: string | null;
  @Field(() => String, { nullable: true, description: "Why it is held, in a sentence." })
  cause!: string;
  @Field(() => String, { nullable: true, description: "What the records become when it is released: WITHDRAWN or NOT_AT_SOURCE." })
  becomes!: string;
  @Field(() => Int, { nullable: true, description: "Records that it lacks." })
  count!: number | null;
  @Field(() => Int, { nullable: true, description: "Records that were in force." })
  inForce!: number | null;
  @Field(() => Boolean, {
    nullable: true,
    description: "Health records of fewer than 5 people, or all but so few: the numbers are for the trust's occupational health.",
  })
  fewerThanFive!: boolean;
  @Field(() => Int, {
    nullable: true,
    description: "Of those it lacks: neither listed again nor settled since. Only where one snapshot is asked for.",
  })
  stillMissing!: number | null;
  @Field(() => GraphQLISODateTime, { nullable: true, description: "When it was first held." })
  heldAt!: Date;
  @Field(() => Boolean, { nullable: true, description: "Whether the caller may decide about it." })
  mayDecide!: boolean;
  @Field(() => String, { nullable: true, description: "Who may decide about it, in words." })
  whoDecides!: string;
  @Field(() => GraphQLISODateTime, { nullable: true, description: "When it was decided." })
  decidedAt!: Date | null;
  @Field(() => String, { nullable: true, description: "Who decided; the hub itself where a later snapshot was whole." })
  decidedBy!: string | null;
  @Field(() => HeldDecision, { nullable: true, description: "What was decided." })
  decision!: string | null;
  @Field(() => String, { nullable: true, description: "Why, as whoever decided has said." })
  reason!: string | null;
  @Field(() => Int, { nullable: true, description: "Records that the decision has changed." })
  settled!: number | null;
}

@InputType({ description: "A decision about a held snapshot." })
export class HeldSnapshotInput {
  @Field(() => ID, { description: "Id of the held snapshot." })
  heldSnapshot!: string;
  @Field(() => String, { description: "Why, for whoever reads the audit: 1 to 1,000 characters." })
  reason!: string;
}

@ObjectType({ description: "What was done, or why nothing was.", simpleResolvers: true })
export class HeldSnapshotPayload {
  @Field(() => HeldSnapshot, { nullable: true, description: "The snapshot after the decision." })
  heldSnapshot!: HeldSnapshot | null;
  @Field(() => Int, { nullable: true, description: "Records that this call has changed." })
  settled!: number | null;
  @Field(() => Int, {
    nullable: true,
    description: "Records of the set that needed no decision any more: the source has listed them again.",
  })
  listedAgain!: number | null;
  @Field(() => [UserError], { nullable: true, description: "Why nothing was done." })
  userErrors!: readonly UserError[];
}
