import { Directive, Field, ObjectType } from "type-graphql";

@Directive("@shareable")
@ObjectType({ description: "An employer or provider, by its ODS code.", simpleResolvers: true })
export class Organisation {
  @Field(() => String, { nullable: true, description: "ODS code, for example RHQ." })
  odsCode!: string;
  @Field(() => String, { nullable: true, description: "Name, when the organisation is one of the hub's." })
  name?: string;
}
