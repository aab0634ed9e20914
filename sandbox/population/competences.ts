/**
 * The core skills by their ESR titles (two are from published examples, the others follow the same grammar and are to be
 * verified), and what each staff group is asked for. The renewal period in a title is the awarding organisation's.
 */
export interface SandboxCompetence {
  readonly key: string;
  readonly subject: string;
  readonly level: number;
  /** Words between level and period, for example "Adult Basic Life Support". */
  readonly variant?: string;
  readonly months: number;
}

export const competences = {
  conflict: { key: "conflict", subject: "NHS Conflict Resolution (England)", level: 1, months: 36 },
  equality: { key: "equality", subject: "Equality, Diversity and Human Rights", level: 1, months: 36 },
  fire: { key: "fire", subject: "Fire Safety", level: 1, months: 24 },
  healthSafety: { key: "healthSafety", subject: "Health, Safety and Welfare", level: 1, months: 36 },
  infection1: { key: "infection1", subject: "Infection Prevention and Control", level: 1, months: 36 },
  infection2: { key: "infection2", subject: "Infection Prevention and Control", level: 2, months: 12 },
  informationGovernance: { key: "informationGovernance", subject: "Information Governance and Data Security", level: 1, months: 12 },
  moving1: { key: "moving1", subject: "Moving and Handling", level: 1, months: 36 },
  moving2: { key: "moving2", subject: "Moving and Handling", level: 2, months: 24 },
  preventBasic: { key: "preventBasic", subject: "Preventing Radicalisation", level: 1, variant: "Basic Prevent Awareness", months: 36 },
  prevent: { key: "prevent", subject: "Preventing Radicalisation", level: 3, variant: "Prevent Awareness", months: 36 },
  resuscitation1: { key: "resuscitation1", subject: "Resuscitation", level: 1, months: 12 },
  resuscitation2: { key: "resuscitation2", subject: "Resuscitation", level: 2, variant: "Adult Basic Life Support", months: 12 },
  resuscitation3: { key: "resuscitation3", subject: "Resuscitation", level: 3, variant: "Adult Immediate Life Support", months: 12 },
  paediatricLifeSupport: {
    key: "paediatricLifeSupport",
    subject: "Resuscitation",
    level: 2,
    variant: "Paediatric Basic Life Support",
    months: 12,
  },
  safeguardingAdults1: { key: "safeguardingAdults1", subject: "Safeguarding Adults", level: 1, months: 36 },
  safeguardingAdults2: { key: "safeguardingAdults2", subject: "Safeguarding Adults", level: 2, months: 36 },
  safeguardingAdults3: { key: "safeguardingAdults3", subject: "Safeguarding Adults", level: 3, months: 36 },
  safeguardingChildren1: { key: "safeguardingChildren1", subject: "Safeguarding Children", level: 1, months: 36 },
  safeguardingChildren2: { key: "safeguardingChildren2", subject: "Safeguarding Children", level: 2, months: 36 },
  safeguardingChildren3: { key: "safeguardingChildren3", subject: "Safeguarding Children", level: 3, months: 36 },
} as const satisfies Record<string, SandboxCompetence>;

export type CompetenceKey = keyof typeof competences;

const levelled = new Set([
  "Infection Prevention and Control",
  "Moving and Handling",
  "Resuscitation",
  "Safeguarding Adults",
  "Safeguarding Children",
]);

/** ESR writes the subject of safeguarding children with its version. */
function esrSubject(subject: string): string {
  return subject === "Safeguarding Children" ? "Safeguarding Children (Version 2)" : subject;
}

export function esrName(key: CompetenceKey, months?: number): string {
  const competence: SandboxCompetence = competences[key];
  const years = (months ?? competence.months) / 12;
  // The published list puts Prevent Awareness at level 3 and writes no level into its title.
  const level = levelled.has(competence.subject) ? ` - Level ${competence.level}` : "";
  const variant = competence.variant ? ` - ${competence.variant}` : "";
  return `NHS|CSTF|${esrSubject(competence.subject)}${level}${variant} - ${years} ${years === 1 ? "Year" : "Years"}|`;
}

export const staffGroups = [
  "Medical and Dental",
  "Nursing and Midwifery Registered",
  "Allied Health Professionals",
  "Additional Clinical Services",
  "Add Prof Scientific and Technic",
  "Administrative and Clerical",
  "Estates and Ancillary",
] as const;
export type StaffGroup = (typeof staffGroups)[number];

const everybody: readonly CompetenceKey[] = ["conflict", "equality", "fire", "healthSafety", "informationGovernance"];

/** Eleven subjects for everybody; the level depends on the work. */
export function askedOf(group: StaffGroup): readonly CompetenceKey[] {
  if (group === "Medical and Dental") {
    return [...everybody, "infection2", "moving1", "prevent", "resuscitation2", "safeguardingAdults2", "safeguardingChildren2"];
  }
  if (group === "Administrative and Clerical" || group === "Estates and Ancillary") {
    return [...everybody, "infection1", "moving1", "preventBasic", "resuscitation1", "safeguardingAdults1", "safeguardingChildren1"];
  }
  return [...everybody, "infection2", "moving2", "prevent", "resuscitation2", "safeguardingAdults2", "safeguardingChildren2"];
}
