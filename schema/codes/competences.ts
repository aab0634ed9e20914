/**
 * Competence names of ESR and their identity. The name is `AUTHORITY|TYPE|TITLE|QUALIFIER`, the title
 * `Subject[ - Level N][ - Variant] - N Year(s)`. The identity is framework|subject|level|variant: the renewal period and
 * "(Version n)" are not part of it, so `Fire Safety - 2 Years|` and `Fire Safety - 1 Year|` are one competence.
 */
import data from "./competences.json";
import { indexBy, plainName } from "./data";

export interface Competence {
  readonly identity: string;
  /** Name in the staff passport. */
  readonly title: string;
  readonly framework: string;
  readonly subject: string;
  readonly level: string;
  readonly variant: string;
  /** Names under which ESR may hold it: a start only, a VPD's own definitions decide. */
  readonly esrNames: readonly { readonly name: string; readonly assumed: boolean }[];
  /** National period; correctable data. */
  readonly renewalMonths: number;
  readonly renewalAssumed: boolean;
  readonly assumed: boolean;
}

export interface CompetenceName {
  /** NHS, or the VPD of the organisation that made the name. */
  readonly authority: string;
  readonly type: string;
  readonly title: string;
  /** CSTF, MAND, KSF ...; a local one carries its VPD (LOCAL-457), so that two organisations' names never meet. */
  readonly framework: string;
  readonly subject: string;
  readonly level: string;
  readonly variant: string;
  /** The period that the name states; undefined when it states none. */
  readonly renewalMonths: number | undefined;
  readonly identity: string;
  /** A national statutory or mandatory competence: only these may move between organisations. */
  readonly national: boolean;
}

export const nationalFrameworks = ["CSTF", "MAND"] as const;

/** The public contract's default where a title names no level. */
const defaultLevel = "1";

export function competenceIdentity(parts: { framework: string; subject: string; level?: string; variant?: string }): string {
  return [parts.framework, parts.subject, parts.level || defaultLevel, parts.variant ?? ""]
    .map((part) => part.replace(/\|/g, "/").replace(/\s+/g, " ").trim())
    .join("|");
}

export const competences: readonly Competence[] = data.rows.map((row) => ({ ...row, identity: competenceIdentity(row) }));

const byIdentity = indexBy(competences, (row) => [plainName(row.identity)]);
/** Framework, subject and variant without a level: the list knows the level where the title does not say it. */
const byWords = indexBy(competences, (row) => [wordsKey(row.framework, `${row.subject} ${row.variant}`)]);

/** Framework and words; levels are kept apart by the caller. */
function wordsKey(framework: string, words: string): string {
  return `${framework}|${plainName(words)
    .replace(/[^a-z0-9]+/g, " ")
    .trim()}`;
}

export function competenceOf(identity: string): Competence | undefined {
  return byIdentity.get(plainName(identity));
}

/** The national period in months; undefined when the list does not know the competence. */
export function nationalRenewalMonths(identity: string): number | undefined {
  return competenceOf(identity)?.renewalMonths;
}

/** Parts of a title, without judging them. */
function titleParts(title: string): { subject: string; level: string | undefined; variant: string; renewalMonths: number | undefined } {
  const parts = title
    .normalize("NFKC")
    .replace(/[\u2010-\u2015]/g, "-")
    .split(/\s+-\s+/)
    .map((part) => part.replace(/\s+/g, " ").trim())
    .filter((part) => part !== "");
  let renewalMonths: number | undefined;
  const period = /^(\d{1,2})\s+(Year|Month)s?$/i.exec(parts.at(-1) ?? "");
  if (period && parts.length > 1) {
    renewalMonths = Number(period[1]) * (/^y/i.test(period[2]!) ? 12 : 1);
    parts.pop();
  } else if (parts.length > 1 && /^(no renewal|once only)$/i.test(parts.at(-1)!)) parts.pop();
  const at = parts.findIndex((part, index) => index > 0 && /^level\s+\w{1,3}$/i.test(part));
  const level = at > 0 ? parts[at]!.replace(/^level\s+/i, "").toUpperCase() : undefined;
  const before = at > 0 ? parts.slice(0, at).join(" - ") : (parts[0] ?? "");
  const variant = (at > 0 ? parts.slice(at + 1) : parts.slice(1)).join(" - ");
  return { subject: withoutVersion(before), level, variant: withoutVersion(variant), renewalMonths };
}

function withoutVersion(text: string): string {
  return text
    .replace(/\s*\(version\s+\d+\)/gi, "")
    .replace(/\s+/g, " ")
    .trim();
}

/** undefined when it is not a competence name of ESR at all. Two segments (`277|CNST`) occur in real files. */
export function parseCompetenceName(name: string): CompetenceName | undefined {
  const segments = name
    .trim()
    .split("|")
    .map((segment) => segment.trim());
  const [authority, rawType, title = "", qualifier = ""] = segments;
  if (segments.length < 2 || segments.length > 4 || !authority || !rawType) return undefined;
  if (!/^[0-9A-Z]{3}$/.test(authority) || !/^[A-Z]{2,8}$/.test(rawType)) return undefined;
  if (segments.length > 2 && title === "") return undefined;
  const parts = titleParts(title === "" ? rawType : title);
  if (parts.subject === "") return undefined;
  const framework = authority === "NHS" ? rawType : `${rawType}-${authority}`;
  const variant = [parts.variant, qualifier].filter((part) => part !== "").join(" - ");
  const known = findKnown(framework, parts.subject, parts.level, variant);
  const found = known ?? { framework, subject: parts.subject, level: parts.level ?? defaultLevel, variant };
  return {
    authority,
    type: rawType,
    title: title === "" ? rawType : title,
    framework,
    subject: found.subject,
    level: found.level,
    variant: found.variant,
    renewalMonths: parts.renewalMonths,
    identity: competenceIdentity(found),
    national: authority === "NHS" && (nationalFrameworks as readonly string[]).includes(rawType),
  };
}

function findKnown(framework: string, subject: string, level: string | undefined, variant: string): Competence | undefined {
  const exact = byIdentity.get(plainName(competenceIdentity({ framework, subject, level, variant })));
  if (exact) return exact;
  return level === undefined && variant !== "" ? byWords.get(wordsKey(framework, `${subject} ${variant}`)) : undefined;
}

/**
 * Identity of a core skill as the passport contract writes it: `subjectName` is the part before the level,
 * `competencyName` the parts before and after it in one ("Resuscitation Adult Basic Life Support"). Senders also put
 * the whole ESR name or title there; both are understood.
 */
export function identityOfCoreSkill(skill: {
  framework: string;
  subjectName: string;
  subjectLevel?: string;
  competencyName?: string;
}): string {
  const framework = skill.framework.trim().toUpperCase();
  const stated = skill.competencyName?.trim() ?? "";
  const fullName = stated.includes("|") ? parseCompetenceName(stated) : undefined;
  if (fullName) return fullName.identity;
  const subject = titleParts(skill.subjectName);
  const level =
    skill.subjectLevel
      ?.trim()
      .replace(/^level\s+/i, "")
      .toUpperCase() || subject.level;
  const name = titleParts(stated);
  const words = plainName([name.subject, name.variant].filter(Boolean).join(" "));
  const prefix = plainName(subject.subject);
  let variant = words.startsWith(prefix)
    ? [name.subject, name.variant]
        .filter(Boolean)
        .join(" ")
        .slice(subject.subject.length)
        .replace(/^[\s-]+/, "")
    : "";
  if (variant === "") variant = subject.variant;
  const known = findKnown(framework, subject.subject, level, variant) ?? findKnown(framework, subject.subject, undefined, variant);
  if (known && (level === undefined || known.level === level)) return known.identity;
  return competenceIdentity({ framework, subject: subject.subject, level: level ?? name.level, variant });
}
