import { Field, ObjectType } from "type-graphql";
import { Clearance } from "../../schema/health/clearance";
import { ClinicalTest } from "../../schema/health/clinical-test";
import { Immunisation } from "../../schema/health/immunisation";
import { Observation } from "../../schema/health/observation";
import { RecordSource, Withheld } from "../kit/reasons";
import { attested } from "../kit/records";
import { staffMemberStub } from "../kit/stub";

for (const type of [Immunisation, ClinicalTest, Observation, Clearance]) attested(type);

/** Occupational health of a staff member. The four lists are resolvers: a refused one is null and says so. */
@ObjectType({ description: "Occupational health of a staff member, outcomes only. No record never means no.", simpleResolvers: true })
export class Health {
  @Field(() => [RecordSource], {
    nullable: true,
    description:
      "Systems this part is drawn from; exactly one line NOT_PERMITTED for callers without the right, whether records exist or not.",
  })
  sources!: readonly RecordSource[];
  @Field(() => [Withheld], { nullable: true, description: "Fields that exist but are not shown to this caller." })
  withheld!: readonly Withheld[];
}

export const StaffMember = staffMemberStub();
export const entities: [Function, ...Function[]] = [StaffMember, Immunisation, ClinicalTest, Observation, Clearance];
