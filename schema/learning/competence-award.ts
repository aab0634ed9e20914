import { code, isoDate, text } from "../field";
import { record, StoredRecord } from "../record";

@record({
  kind: "competence-award",
  table: "learning.competence_award",
  access: "R3",
  subject: "staff-member",
  says: "A competence a staff member has been awarded. Whether it is in date is derived for an organisation and a day.",
})
export class CompetenceAward extends StoredRecord {
  @code({
    says: "Identity of the competence: framework|subject|level|variant. The renewal period is not part of it.",
    source: "CSTF naming on ESR; domain.md 1.7 and 2.3",
    set: "competence",
  })
  competence!: string;
  @text.optional({ says: "Name under which the source records it.", source: "CMA Competency Name; course idnumber; competencyName" })
  name?: string;
  @isoDate({ says: "Day it was last awarded.", source: "CMA Date From; completion day; dateLastAwarded" }) awardedOn!: string;
  @isoDate.optional({
    says: "Last day as the source states it: provenance only, the receiving organisation's period decides.",
    source: "CMA Date To, Next Certification Date; dateTo",
  })
  statedEndsOn?: string;
  @text.optional({ says: "Attainment, for example ACHIEVED.", source: "CMA Competency Status; attainmentStatus" }) attainment?: string;
  @text.optional({ says: "Proficiency level, as the source writes it.", source: "CMA Proficiency Level; proficiencyLevel" })
  proficiency?: string;
  @text.optional({ says: "ODS code of the organisation that awarded it, when the source says so.", source: "awardingOrganisation" })
  awardedBy?: string;
}
