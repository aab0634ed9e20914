import { Field, ObjectType, registerEnumType } from "type-graphql";
import { Assignment } from "../../schema/staff/assignment";
import { Position } from "../../schema/staff/position";
import { Organisation } from "../kit/organisation";
import { PageInfo } from "../kit/paging";
import { Withheld } from "../kit/reasons";
import { attested } from "../kit/records";
import { staffMemberStub } from "../kit/stub";

export enum IdentifierScheme {
  ESR_PERSON_ID = "ESR_PERSON_ID",
  ESR_EMPLOYEE_NUMBER = "ESR_EMPLOYEE_NUMBER",
  ESR_ASSIGNMENT_NUMBER = "ESR_ASSIGNMENT_NUMBER",
  NI_NUMBER = "NI_NUMBER",
  NHS_CRS_UUID = "NHS_CRS_UUID",
  GMC = "GMC",
  NMC = "NMC",
  GDC = "GDC",
  GPHC = "GPHC",
  HCPC = "HCPC",
  EMAIL = "EMAIL",
  LOCAL = "LOCAL",
}
registerEnumType(IdentifierScheme, {
  name: "IdentifierScheme",
  description: "What kind of identifier it is. There is no national identifier for NHS staff.",
  valuesConfig: {
    ESR_PERSON_ID: { description: "ESR person id, unique within one employer's part of ESR." },
    ESR_EMPLOYEE_NUMBER: { description: "ESR employee number, unique within one employer's part of ESR." },
    ESR_ASSIGNMENT_NUMBER: { description: "ESR assignment number: one post at one employer." },
    NI_NUMBER: { description: "National Insurance number; shown to the person and the employer's HR only." },
    NHS_CRS_UUID: { description: "Identity of the person's smartcard or CIS2 account." },
    GMC: { description: "General Medical Council number." },
    NMC: { description: "Nursing and Midwifery Council PIN." },
    GDC: { description: "General Dental Council number." },
    GPHC: { description: "General Pharmaceutical Council number." },
    HCPC: { description: "Health and Care Professions Council number." },
    EMAIL: { description: "Work e-mail address." },
    LOCAL: { description: "A system's own staff number; means nothing elsewhere." },
  },
});

@ObjectType({ description: "A person's name, as one organisation records it.", simpleResolvers: true })
export class StaffName {
  @Field(() => String, { nullable: true, description: "Given name." })
  given!: string | null;
  @Field(() => String, { nullable: true, description: "Family name." })
  family!: string | null;
  @Field(() => Organisation, { nullable: true, description: "Organisation that records it so." })
  controller!: Organisation;
}

@ObjectType({ description: "An identifier of a person, and the organisation in whose systems it stands.", simpleResolvers: true })
export class StaffIdentifier {
  @Field(() => IdentifierScheme, { nullable: true, description: "Kind of identifier." })
  scheme!: IdentifierScheme;
  @Field(() => String, { nullable: true, description: "The identifier." })
  value!: string;
  @Field(() => String, { nullable: true, description: "ODS code of the organisation in whose systems it stands." })
  organisation!: string;
}

attested(Assignment);
Field(() => Organisation, { nullable: true, description: "Employer or host whose post it is." })(Assignment.prototype, "organisation");
Field(() => Position, { nullable: true, description: "The post that is held." })(Assignment.prototype, "position");

/** The staff subgraph's own StaffMember: it has the fields that the other subgraphs' stubs lack. */
export const StaffMember = staffMemberStub();
const fields = StaffMember.prototype;
Field(() => StaffName, { nullable: true, description: "Name, by the lead or substantive employer's ESR where the caller may see that." })(
  fields,
  "name",
);
Field(() => String, { nullable: true, description: "Date of birth, YYYY-MM-DD." })(fields, "birthDate");
Field(() => [StaffIdentifier], { nullable: true, description: "Identifiers that this caller may see." })(fields, "identifiers");
Field(() => [Withheld], { nullable: true, description: "Fields of the person that exist but are not shown to this caller." })(
  fields,
  "withheld",
);

@ObjectType({ description: "A staff member in a list.", simpleResolvers: true })
export class StaffMemberEdge {
  @Field(() => String, { description: "Cursor to pass as `after`." })
  cursor!: string;
  @Field(() => StaffMember, { nullable: true, description: "The staff member." })
  node!: { readonly id: string };
}

@ObjectType({ description: "A page of staff members.", simpleResolvers: true })
export class StaffMemberConnection {
  @Field(() => [StaffMemberEdge], { nullable: true, description: "Staff members of this page." })
  edges!: readonly StaffMemberEdge[];
  @Field(() => PageInfo, { description: "Where this page stands." })
  pageInfo!: PageInfo;
}

export const entities: [Function, ...Function[]] = [StaffMember, Assignment, Position];
