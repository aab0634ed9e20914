/** What the organisations ask of whoever starts, what covers what at Eastmoor, and who recognises whose training. */
import { askedOf, type CompetenceKey, esrName, staffGroups } from "../population/competences";
import { notSignatory, organisations } from "../population/organisations";
import { quoted } from "./maps";

/** Minutes of the organisations' own training, as they state them. */
const minutes: Readonly<Partial<Record<CompetenceKey, number>>> = {
  conflict: 90,
  equality: 40,
  fire: 45,
  healthSafety: 40,
  infection1: 30,
  infection2: 60,
  informationGovernance: 60,
  moving1: 45,
  moving2: 180,
  preventBasic: 30,
  prevent: 45,
  resuscitation1: 60,
  resuscitation2: 120,
  safeguardingAdults1: 30,
  safeguardingAdults2: 60,
  safeguardingChildren1: 30,
  safeguardingChildren2: 60,
};

const checks = ["IDENTITY", "RIGHT_TO_WORK", "PROFESSIONAL_REGISTRATION", "EMPLOYMENT_HISTORY", "CRIMINAL_RECORD", "WORK_HEALTH"];
/** Groups whose members are registered with a professional body. */
const registered = new Set<string>([
  "Medical and Dental",
  "Nursing and Midwifery Registered",
  "Allied Health Professionals",
  "Add Prof Scientific and Technic",
]);
/** Exposure-prone: the post of the oral surgeons. */
const exposureProneJobRole = "Specialty Doctor";

/** Saltmarsh states no minutes of resuscitation: what is not stated is not counted as saved. */
export function requirementsOf(odsCode: string): string {
  const lines = staffGroups.flatMap((group) => [
    ...askedOf(group).map((key) => {
      const stated = odsCode === "ZQC" && key.startsWith("resuscitation") ? "" : String(minutes[key] ?? "");
      return [group, "", "TRAINING", esrName(key), stated, "", ""];
    }),
    ...checks
      .filter((standard) => standard !== "PROFESSIONAL_REGISTRATION" || registered.has(group))
      .map((standard) => [group, "", standard, "", "", "", ""]),
    ...(group === "Medical and Dental" ? [[group, exposureProneJobRole, "EXPOSURE_PRONE", "", "", "", ""]] : []),
  ]);
  return fileOf(
    "What is asked of whoever starts, by staff group; a line with a job role is for that role only. minutes: how long the training takes here.",
    ["staff_group", "job_role", "standard", "competence", "minutes", "from", "to"],
    lines,
  );
}

/** One line that Eastmoor has confirmed, one that it only assumes: the first gives a yes, the second never does. */
export function eastmoorCovers(): string {
  return fileOf(
    "Who holds one level need not repeat the other, at Eastmoor. assumed: yes gives unknown until somebody has confirmed the line.",
    ["held", "covers", "source", "assumed", "from", "to"],
    [
      [
        esrName("safeguardingChildren3"),
        esrName("safeguardingChildren2"),
        "Named nurse for safeguarding, Eastmoor: policy SG-04",
        "no",
        "2025-05-01",
        "",
      ],
      [
        esrName("safeguardingAdults3"),
        esrName("safeguardingAdults2"),
        "Taken over from safeguarding children; not confirmed",
        "yes",
        "2025-05-01",
        "",
      ],
      [esrName("infection2"), esrName("infection1"), "Subject guide of the framework, as read by Eastmoor's learning team", "yes", "", ""],
    ],
  );
}

/** The agreement on staff movement began on 1 May 2025. Kingsmere has signed it and is not aligned yet. */
export function signatories(): string {
  const lines = organisations.map(({ odsCode, name }) => [
    odsCode,
    "2025-05-01",
    "",
    odsCode === "ZQD" ? "" : "2019-06-01",
    "",
    `Signed by ${name}${odsCode === "ZQD" ? "; alignment not declared" : ""}`,
  ]);
  return fileOf(
    "Members of the staff movement agreement and alignment with the framework; both must hold on the day of an award. Without a first day: is not.",
    ["organisation", "signatory_from", "signatory_to", "aligned_from", "aligned_to", "source"],
    [...lines, [notSignatory.odsCode, "", "", "", "", "General practice is not in the agreement"]],
  );
}

function fileOf(about: string, columns: readonly string[], lines: readonly (readonly string[])[]): string {
  return [`# ${about}`, columns.join(","), ...lines.map((line) => line.map(quoted).join(",")), ""].join("\n");
}
