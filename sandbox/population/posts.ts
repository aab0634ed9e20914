/** Units, places and posts of each employer, as its ESR knows them. */
import type { StaffGroup } from "./competences";
import type { Issuer } from "./identifiers";
import { type Ods, organisations } from "./organisations";

export interface Place {
  readonly id: string;
  readonly code: string;
  readonly description: string;
  readonly town: string;
  readonly telephone: string;
}
export interface Unit {
  readonly id: string;
  readonly name: string;
  readonly parentId?: string;
  readonly placeId: string;
}
export interface Post {
  readonly id: string;
  readonly number: string;
  readonly name: string;
  readonly role: RoleKey;
  readonly staffGroup: StaffGroup;
  readonly jobRole: string;
  readonly occupationCode: string;
  readonly unitId: string;
  readonly placeId: string;
  /** Closed in ESR though somebody still holds it: what is sent for that person will be rejected. */
  readonly closed?: boolean;
}
export interface Posts {
  readonly places: readonly Place[];
  readonly units: readonly Unit[];
  readonly posts: readonly Post[];
}

interface Role {
  readonly title: string;
  readonly group: StaffGroup;
  readonly jobRole: string;
  readonly occupationCode: string;
}

const roles = {
  foundation1: { title: "Foundation Doctor Year 1", group: "Medical and Dental", jobRole: "Foundation Year 1", occupationCode: "921" },
  foundation2: { title: "Foundation Doctor Year 2", group: "Medical and Dental", jobRole: "Foundation Year 2", occupationCode: "921" },
  coreTrainee: { title: "Core Trainee", group: "Medical and Dental", jobRole: "Specialty Registrar", occupationCode: "001" },
  registrar: { title: "Specialty Registrar", group: "Medical and Dental", jobRole: "Specialty Registrar", occupationCode: "001" },
  clinicalFellow: {
    title: "Clinical Fellow",
    group: "Medical and Dental",
    jobRole: "Trust Grade Doctor - Specialist Registrar",
    occupationCode: "001",
  },
  consultant: { title: "Consultant", group: "Medical and Dental", jobRole: "Consultant", occupationCode: "001" },
  oralSurgeon: { title: "Specialty Doctor Oral Surgery", group: "Medical and Dental", jobRole: "Specialty Doctor", occupationCode: "971" },
  staffNurse: { title: "Staff Nurse", group: "Nursing and Midwifery Registered", jobRole: "Staff Nurse", occupationCode: "N6A" },
  sister: {
    title: "Sister/Charge Nurse",
    group: "Nursing and Midwifery Registered",
    jobRole: "Sister/Charge Nurse",
    occupationCode: "N6A",
  },
  communityNurse: {
    title: "Community Nurse",
    group: "Nursing and Midwifery Registered",
    jobRole: "Community Nurse",
    occupationCode: "N6H",
  },
  physiotherapist: { title: "Physiotherapist", group: "Allied Health Professionals", jobRole: "Physiotherapist", occupationCode: "S1C" },
  radiographer: {
    title: "Radiographer | Diagnostic",
    group: "Allied Health Professionals",
    jobRole: "Radiographer - Diagnostic",
    occupationCode: "S1F",
  },
  assistant: {
    title: "Healthcare Assistant",
    group: "Additional Clinical Services",
    jobRole: "Healthcare Assistant",
    occupationCode: "H1A",
  },
  pharmacist: { title: "Pharmacist", group: "Add Prof Scientific and Technic", jobRole: "Pharmacist", occupationCode: "S1P" },
  secretary: { title: "Medical Secretary", group: "Administrative and Clerical", jobRole: "Medical Secretary", occupationCode: "G2A" },
  manager: { title: 'Service Manager "Flow"', group: "Administrative and Clerical", jobRole: "Manager", occupationCode: "G0A" },
  porter: { title: "Porter", group: "Estates and Ancillary", jobRole: "Porter", occupationCode: "H2R" },
} as const satisfies Record<string, Role>;
export type RoleKey = keyof typeof roles;

const ward: readonly RoleKey[] = [
  "foundation1",
  "foundation2",
  "coreTrainee",
  "registrar",
  "consultant",
  "staffNurse",
  "sister",
  "assistant",
];
const hospital: readonly (readonly [string, readonly RoleKey[]])[] = [
  ["Acute Medicine", [...ward, "clinicalFellow"]],
  ["Emergency Department", [...ward, "clinicalFellow", "secretary"]],
  ["General Surgery", ward],
  ["Trauma & Orthopaedics", [...ward, "physiotherapist"]],
  ["Elderly Care", [...ward, "physiotherapist"]],
  ["Intensive Care", ["registrar", "consultant", "staffNurse", "sister", "physiotherapist"]],
  ["Paediatrics", ward],
  ["Imaging", ["consultant", "radiographer", "secretary"]],
  ["Pharmacy", ["pharmacist", "secretary"]],
  ["Outpatients", ["consultant", "staffNurse", "secretary", "manager"]],
  ["Estates & Portering", ["porter", "manager"]],
];
const community: readonly (readonly [string, readonly RoleKey[]])[] = [
  ["District Nursing North", ["communityNurse", "assistant", "secretary"]],
  ["District Nursing South", ["communityNurse", "assistant"]],
  ["Community Rehabilitation", ["registrar", "consultant", "foundation2", "staffNurse", "physiotherapist", "assistant"]],
  ["Oral Surgery", ["oralSurgeon", "assistant", "secretary"]],
  ["Children's Community Team", ["registrar", "communityNurse", "physiotherapist"]],
  ["Community Pharmacy", ["pharmacist", "secretary", "porter"]],
];

export function postsOf(odsCode: Ods, issue: Issuer): Posts {
  const of = organisations.find((entry) => entry.odsCode === odsCode)!;
  const sites = odsCode === "ZQC" ? ["Harbour Health Centre", "Marsh Lane Clinic"] : ["Main Site", "West Wing"];
  const places = sites.map((site, index) => ({
    id: `${of.vpd}0${index + 1}`,
    code: `${of.vpd} ${String(index + 1).padStart(2, "0")} ${site}`,
    description: `${site}, ${of.name}`,
    town: of.town,
    telephone: issue.telephone(),
  }));
  const root: Unit = { id: `${of.vpd}1000`, name: `${of.vpd} ${of.name}`, placeId: places[0]!.id };
  const units: Unit[] = [root];
  const posts: Post[] = [];
  (odsCode === "ZQC" ? community : hospital).forEach(([name, keys], index) => {
    const place = places[index % places.length]!;
    const unit: Unit = { id: `${of.vpd}${1001 + index}`, name: `${of.vpd} ${name}`, parentId: root.id, placeId: place.id };
    units.push(unit);
    for (const key of keys) {
      const role: Role = roles[key];
      const number = `${of.vpd}${String(posts.length + 1).padStart(4, "0")}`;
      posts.push({
        id: `9${number}`,
        number,
        name: `${number}|${role.title}|${name}|`,
        role: key,
        staffGroup: role.group,
        jobRole: role.jobRole,
        occupationCode: role.occupationCode,
        unitId: unit.id,
        placeId: place.id,
      });
    }
  });
  if (odsCode === "ZQA") closeOne(posts);
  return { places, units, posts };
}

function closeOne(posts: Post[]): void {
  const index = posts.findIndex((post) => post.role === "radiographer");
  posts[index] = { ...posts[index]!, closed: true };
}
