import { registerEnumType } from "type-graphql";
import { flag, isoDate, oneOf, sourceReference, text } from "../field";
import { record, StoredRecord } from "../record";

const GO = "ESR Generic Outbound, ASA";

/** Why an organisation has somebody. Which ESR values mean which engagement is data: schema/codes/engagements.json. */
export enum EngagementKind {
  SUBSTANTIVE = "SUBSTANTIVE",
  LEAD_EMPLOYER = "LEAD_EMPLOYER",
  HOST_PLACEMENT = "HOST_PLACEMENT",
  HONORARY = "HONORARY",
  SECONDMENT_IN = "SECONDMENT_IN",
  SECONDMENT_OUT = "SECONDMENT_OUT",
  LOCALLY_EMPLOYED = "LOCALLY_EMPLOYED",
  BANK = "BANK",
  PRE_HIRE = "PRE_HIRE",
}
registerEnumType(EngagementKind, {
  name: "EngagementKind",
  description: "Why an organisation has somebody.",
  valuesConfig: {
    SUBSTANTIVE: { description: "Employed here." },
    LEAD_EMPLOYER: { description: "Employed here as lead employer of a doctor in training." },
    HOST_PLACEMENT: { description: "Placed here by a lead employer." },
    HONORARY: { description: "Honorary contract." },
    SECONDMENT_IN: { description: "Seconded to this organisation." },
    SECONDMENT_OUT: { description: "Seconded from this organisation." },
    LOCALLY_EMPLOYED: { description: "Doctor on local terms and conditions." },
    BANK: { description: "Bank worker." },
    PRE_HIRE: { description: "Offer accepted, not yet started." },
  },
});
const engagement = oneOf("engagement", Object.values(EngagementKind) as [EngagementKind, ...EngagementKind[]], EngagementKind);

@record({
  kind: "assignment",
  table: "staff.assignment",
  access: "R2",
  subject: "staff-member",
  says: "One post at one employer, with its number. Without pay, grade step or absence.",
})
export class Assignment extends StoredRecord {
  @text({ says: "Assignment number.", source: `${GO} Assignment Number` }) number!: string;
  @text.optional({ says: "ESR assignment type: E employee, A applicant.", source: `${GO} Assignment Type` }) type?: string;
  @text.optional({ says: "System assignment status, for example ACTIVE_ASSIGN.", source: `${GO} System Assignment Status` })
  status?: string;
  @engagement({ says: "Why this organisation has the person.", source: "derived from assignment type and category" })
  engagement!: EngagementKind;
  @flag.optional({ says: "Whether it is the person's primary assignment at this employer.", source: `${GO} Primary Assignment` })
  isPrimary?: boolean;
  @text.optional({ says: "Employee category, as ESR writes it.", source: `${GO} Employee Category` }) employeeCategory?: string;
  @isoDate.optional({ says: "Earliest day of this assignment.", source: `${GO} Earliest Assignment Start Date` }) startsOn?: string;
  @isoDate.optional({ says: "Last day, when it has or will have an end.", source: `${GO} Assignment End Date, Contract End Date` })
  endsOn?: string;
  @isoDate.optional({ says: "Projected day of hire, for an applicant.", source: `${GO} Projected Hire Date` }) projectedHireOn?: string;
  @sourceReference.optional({ says: "Position at the source.", source: `${GO} Position ID`, storedOnly: true }) positionSourceId?: string;
  @sourceReference.optional({ says: "Organisational unit at the source.", source: `${GO} Organisation ID`, storedOnly: true })
  unitSourceId?: string;
  @sourceReference.optional({ says: "Location at the source.", source: `${GO} Assignment Location ID`, storedOnly: true })
  locationSourceId?: string;
}
