/**
 * Northbridge's Moodle courses. Some carry the ESR name as ID number, some a code of the trust's own that its course map
 * explains, one is known to nobody yet.
 */

import { type CompetenceKey, esrName } from "./competences";
import { unmappedCourse } from "./crowd";

export interface SandboxCourse {
  readonly id: number;
  readonly idnumber: string;
  readonly shortname: string;
  readonly fullname: string;
  readonly visible: boolean;
  /** What completing it awards, in truth. */
  readonly awards: readonly CompetenceKey[];
  /** How the hub can know: the ID number itself, the course map, or not at all. */
  readonly known: "idnumber" | "map" | "local" | "unmapped";
}

const byIdnumber: readonly CompetenceKey[] = [
  "conflict",
  "equality",
  "fire",
  "healthSafety",
  "informationGovernance",
  "prevent",
  "preventBasic",
  "safeguardingAdults1",
  "safeguardingAdults2",
  "safeguardingChildren1",
  "safeguardingChildren2",
  "resuscitation2",
];

const titles: Readonly<Record<CompetenceKey, string>> = {
  conflict: "Conflict Resolution",
  equality: "Equality, Diversity and Human Rights",
  fire: "Fire Safety",
  healthSafety: "Health, Safety and Welfare",
  infection1: "Infection Prevention and Control - Level 1",
  infection2: "Infection Prevention and Control - Level 2",
  informationGovernance: "Data Security Awareness",
  moving1: "Moving and Handling - Level 1",
  moving2: "Moving and Handling - Level 2 (people)",
  preventBasic: "Basic Prevent Awareness",
  prevent: "Prevent Awareness",
  resuscitation1: "Resuscitation - Level 1",
  resuscitation2: "Adult Basic Life Support",
  resuscitation3: "Immediate Life Support",
  paediatricLifeSupport: "Paediatric Basic Life Support",
  safeguardingAdults1: "Safeguarding Adults - Level 1",
  safeguardingAdults2: "Safeguarding Adults - Level 2",
  safeguardingAdults3: "Safeguarding Adults - Level 3",
  safeguardingChildren1: "Safeguarding Children - Level 1",
  safeguardingChildren2: "Safeguarding Children - Level 2",
  safeguardingChildren3: "Safeguarding Children - Level 3",
};

const codes: Readonly<Partial<Record<CompetenceKey, string>>> = {
  infection1: "NBUH-IPC1",
  infection2: "NBUH-IPC2",
  moving1: "NBUH-MH1",
  moving2: "NBUH-MH2",
  resuscitation1: "NBUH-RES1",
  resuscitation3: "NBUH-ILS",
  paediatricLifeSupport: "NBUH-PBLS",
  safeguardingAdults3: "NBUH-SGA3",
  safeguardingChildren3: "NBUH-SGC3",
};

function courseOf(key: CompetenceKey, id: number): SandboxCourse {
  const named = byIdnumber.includes(key);
  return {
    id,
    idnumber: named ? esrName(key) : codes[key]!,
    shortname: key.toUpperCase(),
    fullname: titles[key],
    visible: true,
    awards: [key],
    known: named ? "idnumber" : "map",
  };
}

const single = (Object.keys(titles) as CompetenceKey[]).map((key, index) => courseOf(key, 11 + index));

export const updateDay: SandboxCourse = {
  id: 60,
  idnumber: "NBUH-CUD",
  shortname: "CUD",
  fullname: "Clinical Update Day",
  visible: true,
  awards: ["moving2", "resuscitation2"],
  known: "map",
};
export const induction: SandboxCourse = {
  id: 61,
  idnumber: "NBUH-IND",
  shortname: "IND",
  fullname: "Northbridge Trust Induction",
  visible: true,
  awards: [],
  known: "local",
};
/** No ID number at all: the map knows it by its short name. */
export const leadership: SandboxCourse = {
  id: 62,
  idnumber: "",
  shortname: "LEAD1",
  fullname: "First Steps in Leadership",
  visible: true,
  awards: [],
  known: "local",
};
export const unmapped: SandboxCourse = {
  id: 63,
  idnumber: unmappedCourse,
  shortname: "IPC2-2026",
  fullname: "IPC Level 2 (2026)",
  visible: true,
  awards: ["infection2"],
  known: "unmapped",
};

export const courses: readonly SandboxCourse[] = [...single, updateDay, induction, leadership, unmapped];

export function courseFor(key: CompetenceKey): SandboxCourse {
  return single.find((course) => course.awards[0] === key)!;
}
