import { isoDate, text } from "../field";
import { record, StoredRecord } from "../record";

const feed = "placement feed in the manner of TIS (provisional layout)";

/**
 * A doctor's post at a host, as the lead employer's placement feed tells it, each with its own start day. It is what opens
 * the host's view of the person (access.md, `place`), so it says nothing of why somebody is not at work.
 */
@record({
  kind: "placement",
  table: "movement.placement",
  access: "R2",
  subject: "staff-member",
  says: "A placement at a host organisation under a lead employer, with its own first and last day.",
})
export class Placement extends StoredRecord {
  @text({ says: "ODS code of the organisation where the person works.", source: `${feed}, host_organisation` })
  hostOrganisation!: string;
  @text.optional({ says: "ODS code of the lead employer, who stays the employer.", source: `${feed}, lead_employer` })
  leadEmployer?: string;
  @text.optional({ says: "National post number, for example NTH/RTFED/040/STR/210.", source: `${feed}, national_post_number` })
  postNumber?: string;
  @text.optional({ says: "Grade, as the feed writes it.", source: `${feed}, grade` }) grade?: string;
  @text.optional({ says: "Specialty, as the feed writes it.", source: `${feed}, specialty` }) specialty?: string;
  @text.optional({ says: "Kind of placement: in post, acting up or an extension.", source: `${feed}, placement_type` })
  placementType?: string;
  @text.optional({ says: "Job role, where the source states one.", source: "not in the provisional layout" }) jobRole?: string;
  @isoDate({ says: "First day at the host.", source: `${feed}, start_date` }) startsOn!: string;
  @isoDate.optional({ says: "Last day at the host; without one the host sees nothing.", source: `${feed}, end_date` }) endsOn?: string;
}
