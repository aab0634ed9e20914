import { Field, ObjectType } from "type-graphql";
import { EmploymentCheck } from "../../schema/checks/employment-check";
import { ProfessionalRegistration } from "../../schema/checks/professional-registration";
import { RecordSource, Withheld } from "../kit/reasons";
import { attested } from "../kit/records";
import { staffMemberStub } from "../kit/stub";

attested(EmploymentCheck);
attested(ProfessionalRegistration);

@ObjectType({ description: "Pre-employment checks and registrations of a staff member: outcomes and dates only.", simpleResolvers: true })
export class Checks {
  @Field(() => [EmploymentCheck], { nullable: true, description: "The NHS employment checks, outcome and date only." })
  employmentChecks!: readonly unknown[] | null;
  @Field(() => [ProfessionalRegistration], { nullable: true, description: "Registrations with professional bodies." })
  registrations!: readonly unknown[] | null;
  @Field(() => [RecordSource], { nullable: true, description: "Systems this part is drawn from." })
  sources!: readonly RecordSource[];
  @Field(() => [Withheld], { nullable: true, description: "Fields that exist but are not shown to this caller." })
  withheld!: readonly Withheld[];
}

export const StaffMember = staffMemberStub();
export const entities: [Function, ...Function[]] = [StaffMember, EmploymentCheck, ProfessionalRegistration];
