import { Field, Int, ObjectType, registerEnumType } from "type-graphql";
import { Clearance } from "../../schema/health/clearance";
import { ClinicalTest } from "../../schema/health/clinical-test";
import { Immunisation } from "../../schema/health/immunisation";
import { Observation } from "../../schema/health/observation";
import { Provenance } from "../../schema/provenance";
import { RecordState } from "../../schema/record";
import { Organisation } from "../kit/organisation";
import { RecordSource, Withheld } from "../kit/reasons";
import { attested } from "../kit/records";
import { staffMemberStub } from "../kit/stub";

for (const type of [Immunisation, ClinicalTest, Observation, Clearance]) attested(type);

enum ClearanceStandings {
  IN_FORCE = "IN_FORCE",
  SUPERSEDED = "SUPERSEDED",
  EXPIRED = "EXPIRED",
  UNKNOWN = "UNKNOWN",
}
registerEnumType(ClearanceStandings, {
  name: "ClearanceStanding",
  description: "Whether a clearance is the one that counts.",
  valuesConfig: {
    IN_FORCE: { description: "The newest decision about this role at this organisation." },
    SUPERSEDED: { description: "A newer decision about this role at this organisation exists." },
    EXPIRED: { description: "Its last day has passed." },
    UNKNOWN: { description: "Another decision says otherwise, and which of them is newer is not known: ask the OH team." },
  },
});
Field(() => ClearanceStandings, { nullable: true, description: "Whether this is the decision that counts." })(
  Clearance.prototype,
  "standing",
);

@ObjectType({ description: "One source's statement that a dose was given.", simpleResolvers: true })
export class DoseStatement {
  @Field(() => Provenance, { nullable: true, description: "Who says so." })
  provenance!: Provenance | null;
  @Field(() => String, { nullable: true, description: "Id of the connected system it came from." })
  connectedSystem!: string | null;
  @Field(() => Organisation, { nullable: true, description: "Organisation that is controller of the record." })
  controller!: Organisation | null;
  @Field(() => String, { nullable: true, description: "Day as this source states it; partial when no more is known." })
  givenOn!: string | null;
  @Field(() => RecordState, { nullable: true, description: "Whether the source still stands by it." })
  state!: RecordState | null;
}

Field(() => Int, { nullable: true, description: "Days between the earliest and the latest statement of this dose; 0 when all agree." })(
  Immunisation.prototype,
  "daysApart",
);
Field(() => Boolean, { nullable: true, description: "Withdrawn by one source and in force at another: do not rely on it." })(
  Immunisation.prototype,
  "disputed",
);
Field(() => [DoseStatement], {
  nullable: true,
  description: "Who says so, the best first. Statements closer than the vaccine's minimum interval are one dose told more than once.",
})(Immunisation.prototype, "statements");

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
