import { code, isoDate, text } from "../field";
import { record, StoredRecord } from "../record";

@record({
  kind: "professional-registration",
  table: "checks.professional_registration",
  access: "R1",
  subject: "staff-member",
  says: "Registration with a professional body.",
})
export class ProfessionalRegistration extends StoredRecord {
  @code({
    says: "Professional body: GMC, NMC, GDC, GPhC, HCPC.",
    source: "ETA professional body; professionalBody",
    set: "professional-body",
  })
  body!: string;
  @text({ says: "Registration number.", source: "ETA registration number; registrationNumber" }) number!: string;
  @isoDate.optional({ says: "First day of registration.", source: "ETA; registrationDate" }) registeredOn?: string;
  @isoDate.optional({ says: "Last day of registration.", source: "ETA; expiryDate" }) expiresOn?: string;
  @isoDate.optional({ says: "Day of revalidation.", source: "revalidationDate" }) revalidatesOn?: string;
}
