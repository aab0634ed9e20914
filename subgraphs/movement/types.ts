import { Field, InputType, Int, ObjectType } from "type-graphql";
import { EsrStanding } from "../../schema/learning/esr-standing";
import { Placement } from "../../schema/movement/placement";
import { organisationStub } from "../kit/organisation";
import { PeriodBasis, Withheld } from "../kit/reasons";
import { attested } from "../kit/records";
import { staffMemberStub } from "../kit/stub";
import { Caveats, Moves, Standards, Unanswered, Verdicts, Whys } from "./words";

/** This subgraph's own Organisation: it has `rotation`. */
export const Organisation = organisationStub();
export type OrganisationValue = InstanceType<typeof Organisation>;
export const StaffMember = staffMemberStub();

attested(Placement, Organisation);

@InputType({ description: "Start that readiness is asked for." })
export class ReadinessFor {
  @Field(() => String, { description: "ODS code of the organisation where the person starts." })
  organisation!: string;
  @Field(() => String, {
    nullable: true,
    description: "Staff group; from the post or placement there, else the present post, when left out.",
  })
  staffGroup?: string | null;
  @Field(() => String, { nullable: true, description: "Job role; as the staff group when left out." })
  jobRole?: string | null;
  @Field(() => String, { nullable: true, description: "Day of the start, YYYY-MM-DD; that of the placement or offer when left out." })
  startsOn?: string | null;
}

@ObjectType({
  description: "Counts over the training asked. Checks are decided one by one, and health is counted nowhere.",
  simpleResolvers: true,
})
export class ReadinessSummary {
  @Field(() => Int, { nullable: true, description: "Trainings asked." })
  asked!: number;
  @Field(() => Int, { nullable: true, description: "Need not be repeated." })
  notToRepeat!: number;
  @Field(() => Int, { nullable: true, description: "To be repeated." })
  repeat!: number;
  @Field(() => Int, { nullable: true, description: "In date today, and no longer on the day of the start." })
  expiresBeforeStart!: number;
  @Field(() => Int, { nullable: true, description: "Nobody can say: neither a yes nor a no." })
  unknown!: number;
  @Field(() => Int, {
    nullable: true,
    description: "Minutes of training not repeated, by what the organisation says it takes; null where it has not said.",
  })
  minutesSaved!: number | null;
}

@ObjectType({ description: "The renewal period that decided.", simpleResolvers: true })
export class ReadinessRule {
  @Field(() => PeriodBasis, { nullable: true, description: "Whose period it is." })
  basis!: "NATIONAL" | "LOCAL_DEVIATION";
  @Field(() => String, { nullable: true, description: "The period in words, for example every 12 months." })
  period!: string;
  @Field(() => Int, { nullable: true, description: "The period in months; null where no renewal is asked." })
  months!: number | null;
  @Field(() => String, { nullable: true, description: "Why the organisation deviates." })
  reason!: string | null;
  @Field(() => String, { nullable: true, description: "Who approved the deviation." })
  source!: string | null;
}

@ObjectType({ description: "One thing the organisation asks, and whether it has to be done again.", simpleResolvers: true })
export class ReadinessItem {
  @Field(() => Standards, { nullable: true, description: "Training, or which check." })
  standard!: string;
  @Field(() => String, { nullable: true, description: "Identity of the competence: framework|subject|level|variant." })
  competence!: string | null;
  @Field(() => String, { nullable: true, description: "What it is, in words." })
  title!: string;
  @Field(() => String, { nullable: true, description: "Subject, for example Fire Safety." })
  subject!: string | null;
  @Field(() => String, { nullable: true, description: "Level." })
  level!: string | null;
  @Field(() => String, { nullable: true, description: "Variant." })
  variant!: string | null;
  @Field(() => Verdicts, { nullable: true, description: "Whether it has to be done again." })
  verdict!: string;
  @Field(() => Whys, { nullable: true, description: "Why, as a stable code." })
  why!: string;
  @Field(() => Caveats, { nullable: true, description: "What has to be known beside it; null when there is nothing." })
  caveat!: string | null;
  @Field(() => String, { nullable: true, description: "Why, in a sentence." })
  say!: string;
  @Field(() => Organisation, { nullable: true, description: "Organisation that awarded or checked it." })
  awardedBy!: OrganisationValue | null;
  @Field(() => String, { nullable: true, description: "Day it was awarded or checked, YYYY-MM-DD." })
  awardedOn!: string | null;
  @Field(() => String, { nullable: true, description: "Last day in date, YYYY-MM-DD." })
  inDateUntil!: string | null;
  @Field(() => ReadinessRule, { nullable: true, description: "Renewal period that decided." })
  rule!: ReadinessRule | null;
  @Field(() => EsrStanding, { nullable: true, description: "Where the award stands on its way into ESR; null where there is none." })
  esr!: EsrStanding | null;
  @Field(() => Organisation, {
    nullable: true,
    description: "Whose move it is; null when nothing is to be done, or when only the person can show a certificate.",
  })
  waitsFor!: OrganisationValue | null;
  @Field(() => Organisation, { nullable: true, description: "Organisation whose system states the award." })
  from!: OrganisationValue | null;
  @Field(() => Int, { nullable: true, description: "Days by which statements of the award differ." })
  daysApart!: number;
  @Field(() => Int, { nullable: true, description: "Minutes that the organisation's own training takes, where it has said so." })
  minutes!: number | null;
}

@ObjectType({ description: "What somebody need not repeat at an organisation, from what the caller may see.", simpleResolvers: true })
export class Readiness {
  @Field(() => Organisation, { nullable: true, description: "Organisation where the person starts." })
  organisation!: OrganisationValue;
  @Field(() => Organisation, { nullable: true, description: "Employer that stays the employer, where there is one." })
  employer!: OrganisationValue | null;
  @Field(() => Moves, { nullable: true, description: "What kind of move it is." })
  move!: string | null;
  @Field(() => String, { nullable: true, description: "Day of the start, YYYY-MM-DD." })
  startsOn!: string | null;
  @Field(() => Int, { nullable: true, description: "Days until the start; negative after it." })
  daysLeft!: number | null;
  @Field(() => String, { nullable: true, description: "Staff group that was taken." })
  staffGroup!: string | null;
  @Field(() => String, { nullable: true, description: "Job role that was taken." })
  jobRole!: string | null;
  @Field(() => Boolean, {
    nullable: true,
    description: "Whether no training that is asked has to be done; health takes no part. Null when it cannot be answered.",
  })
  ready!: boolean | null;
  @Field(() => ReadinessSummary, { nullable: true, description: "Counts over the training asked; null when it cannot be answered." })
  summary!: ReadinessSummary | null;
  @Field(() => [ReadinessItem], { nullable: true, description: "Everything asked; null when it cannot be answered." })
  items!: readonly ReadinessItem[] | null;
  @Field(() => Unanswered, { nullable: true, description: "Why it cannot be answered." })
  unanswered!: string | null;
  @Field(() => String, { nullable: true, description: "The answer in a sentence, or why there is none." })
  say!: string;
  @Field(() => String, {
    nullable: true,
    description: "Why there may be more than this caller sees; null when all that is held was counted.",
  })
  partial!: string | null;
  @Field(() => String, { nullable: true, description: "For HR: where health is asked about. Always the same line." })
  healthNote!: string | null;
  @Field(() => [Withheld], { nullable: true, description: "Parts that are not for this caller." })
  withheld!: readonly Withheld[];
}

export const entities: [Function, ...Function[]] = [StaffMember, Organisation, Placement];
