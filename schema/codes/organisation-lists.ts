/** Staff groups, the six check standards, professional bodies and engagements: small lists, one accessor each. */
import checkData from "./check-standards.json";
import { indexBy, plainName } from "./data";
import engagementData from "./engagements.json";
import bodyData from "./professional-bodies.json";
import groupData from "./staff-groups.json";

export const staffGroups: readonly { readonly code: string; readonly name: string; readonly otherNames: readonly string[] }[] =
  groupData.rows;
const groupByName = indexBy(staffGroups, (row) => [row.name, row.code, ...row.otherNames].map(plainName));

/** Code of a staff group by any of its names; undefined when the list does not know it. */
export function staffGroupOf(name: string): string | undefined {
  return groupByName.get(plainName(name))?.code;
}

export const checkStandards: readonly { readonly code: string; readonly name: string }[] = checkData.rows;

export interface ProfessionalBody {
  readonly code: string;
  readonly name: string;
  /** Identifier scheme of a claim. */
  readonly scheme: "GMC" | "NMC" | "GDC" | "GPHC" | "HCPC";
  readonly pattern: RegExp;
}
const bodyRows = bodyData.rows as readonly {
  code: string;
  name: string;
  otherNames?: string[];
  scheme: ProfessionalBody["scheme"];
  pattern: string;
  stripPrefix?: string;
}[];
export const professionalBodies: readonly ProfessionalBody[] = bodyRows.map(({ code, name, scheme, pattern }) => ({
  code,
  name,
  scheme,
  pattern: new RegExp(pattern),
}));
const bodyByName = new Map(
  bodyRows.flatMap((row, at) =>
    [row.name, row.code, ...(row.otherNames ?? [])].map((name) => [plainName(name), professionalBodies[at]!] as const),
  ),
);

/** By short or long name ("Nursing and Midwifery Council"). */
export function professionalBodyOf(name: string): ProfessionalBody | undefined {
  return bodyByName.get(plainName(name));
}

/** Spaces and hyphens out, upper case, leading C of a GMC number out; undefined when it is not a number of that body. */
export function registrationNumber(body: string, value: string): string | undefined {
  const row = bodyRows.find(({ code }) => code === professionalBodyOf(body)?.code);
  if (!row) return undefined;
  const compact = value.toUpperCase().replace(/[\s-]/g, "");
  const bare = row.stripPrefix ? compact.replace(new RegExp(row.stripPrefix), "") : compact;
  return new RegExp(row.pattern).test(bare) ? bare : undefined;
}

interface EngagementRule {
  readonly assignmentType?: string;
  readonly employeeCategory?: string;
  readonly assignmentCategory?: string;
  readonly engagement: string;
}
const engagementRules = (engagementData.rows as readonly EngagementRule[]).map((rule) => ({
  engagement: rule.engagement,
  tests: (["assignmentType", "employeeCategory", "assignmentCategory"] as const).flatMap((field) =>
    rule[field] === undefined ? [] : [{ field, pattern: new RegExp(rule[field], "i") }],
  ),
}));

/** Why an organisation has somebody, from ESR's own words: the first rule that fits. The rules are data, all assumed. */
export function engagementOf(assignment: { assignmentType?: string; employeeCategory?: string; assignmentCategory?: string }): string {
  const rule = engagementRules.find(({ tests }) => tests.every(({ field, pattern }) => pattern.test(assignment[field] ?? "")));
  return rule?.engagement ?? "SUBSTANTIVE";
}
