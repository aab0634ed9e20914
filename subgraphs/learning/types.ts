import { Field, Int, ObjectType, registerEnumType } from "type-graphql";
import { Achievement } from "../../schema/learning/achievement";
import { EsrStanding } from "../../schema/learning/esr-standing";
import { Provenance } from "../../schema/provenance";
import { RecordState } from "../../schema/record";
import { Organisation } from "../kit/organisation";
import { CompetenceStatus, PeriodBasis, RecordSource, Withheld } from "../kit/reasons";
import { attested } from "../kit/records";
import { staffMemberStub } from "../kit/stub";
import type { StatusReason } from "./status";

enum StatusReasons {
  PERIOD_UNKNOWN = "PERIOD_UNKNOWN",
  SOURCES_DISAGREE = "SOURCES_DISAGREE",
}
registerEnumType(StatusReasons, {
  name: "StatusReason",
  description: "Why no status can be given.",
  valuesConfig: {
    PERIOD_UNKNOWN: { description: "No renewal period is known for the competence; that it needs none would have to be stated." },
    SOURCES_DISAGREE: { description: "One source has withdrawn it and another still stands by it." },
  },
});
@ObjectType({ description: "One source's statement that a competence was awarded.", simpleResolvers: true })
export class Attestation {
  @Field(() => Provenance, { nullable: true, description: "Who says so." })
  provenance!: Provenance;
  @Field(() => String, { nullable: true, description: "Id of the connected system it came from." })
  connectedSystem!: string;
  @Field(() => Organisation, { nullable: true, description: "Organisation that is controller of the record." })
  controller!: Organisation;
  @Field(() => String, { nullable: true, description: "Name under which the source records it." })
  name!: string | null;
  @Field(() => String, { nullable: true, description: "Day of award as this source states it, YYYY-MM-DD." })
  awardedOn!: string;
  @Field(() => Boolean, { nullable: true, description: "Whether this is a record of ESR itself." })
  heldByEsr!: boolean;
  @Field(() => RecordState, { nullable: true, description: "Whether the source still stands by it." })
  state!: RecordState;
  @Field(() => Boolean, {
    nullable: true,
    description: "Whether it is ESR's echo of what was sent to it: it adds nothing to what the sender attests.",
  })
  returned!: boolean | null;
  @Field(() => EsrStanding, { nullable: true, description: "Where this statement stands on its way into the employer's ESR." })
  esr!: EsrStanding | null;
}

@ObjectType({
  description: "A competence a staff member has been awarded on a day, whoever says so, and whether it is in date for an organisation.",
  simpleResolvers: true,
})
export class Competence {
  @Field(() => String, { nullable: true, description: "Identity of the competence: framework|subject|level|variant." })
  competence!: string;
  @Field(() => String, { nullable: true, description: "Framework, for example CSTF." })
  framework!: string | null;
  @Field(() => String, { nullable: true, description: "Subject, for example Fire Safety." })
  subject!: string | null;
  @Field(() => String, { nullable: true, description: "Level." })
  level!: string | null;
  @Field(() => String, { nullable: true, description: "Variant, for example Adult Basic Life Support." })
  variant!: string | null;
  @Field(() => String, { nullable: true, description: "Day it was awarded, YYYY-MM-DD; the earliest that a source states." })
  awardedOn!: string;
  @Field(() => Int, { nullable: true, description: "Days between the earliest and the latest statement of this award; 0 when all agree." })
  daysApart!: number;
  @Field(() => String, {
    nullable: true,
    description: "Last day in date for the organisation asked for, YYYY-MM-DD; null when it does not expire or the period is unknown.",
  })
  expiresOn!: string | null;
  @Field(() => CompetenceStatus, {
    nullable: true,
    description: "Whether it is in date for the organisation on the day; null with a reason when nobody can say.",
  })
  status!: CompetenceStatus | null;
  @Field(() => StatusReasons, { nullable: true, description: "Why there is no status." })
  statusReason!: StatusReason | null;
  @Field(() => Int, { nullable: true, description: "Renewal period that was applied, in months." })
  renewalMonths!: number | null;
  @Field(() => PeriodBasis, { nullable: true, description: "Whose renewal period was applied." })
  renewalBasis!: "NATIONAL" | "LOCAL_DEVIATION" | null;
  @Field(() => [Attestation], { nullable: true, description: "Who says so, the best first: authoritative, then ESR, then the newest." })
  attestations!: readonly Attestation[];
  @Field(() => EsrStanding, {
    nullable: true,
    description: "Where the award stands on its way into the employer's ESR, as far as any of its statements has come.",
  })
  esr!: EsrStanding | null;
}

attested(Achievement);

@ObjectType({ description: "Training of a staff member.", simpleResolvers: true })
export class Learning {
  @Field(() => [Achievement], { nullable: true, description: "Finished pieces of learning." })
  achievements!: readonly unknown[];
  @Field(() => [RecordSource], { nullable: true, description: "Systems this part is drawn from." })
  sources!: readonly RecordSource[];
  @Field(() => [Withheld], { nullable: true, description: "Fields that exist but are not shown to this caller." })
  withheld!: readonly Withheld[];
}

export const StaffMember = staffMemberStub();
export const entities: [Function, ...Function[]] = [StaffMember, Achievement];
