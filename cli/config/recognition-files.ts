/** The files by which recognition is told what organisations ask, what covers what, and who is in the agreement. */

import type { CoverLine, Standing } from "../../recognition/question";
import { type Standard, standards } from "../../recognition/question";
import type { RequirementLine } from "../../recognition/requirements";
import { parseCompetenceName } from "../../schema/codes/competences";
import { odsCode } from "../../schema/codes/formats";
import { staffGroupOf } from "../../schema/codes/organisation-lists";
import { period, type Read, readRows } from "./maps";

type Row = Readonly<Record<string, string>>;
/** Says what is wrong with a field of the line, and how to cure it. */
type Say = (say: string, cure: string) => void;

/** Columns staff_group, job_role (empty: all of the group), standard, competence (ESR name), minutes, from, to. */
export function readRequirements(file: string, organisation: string): Read<RequirementLine> {
  return readRows(file, ["staff_group", "standard", "competence"], (row, line, problem) =>
    requirementOf(row, organisation, (say, cure) => problem(`${file}:${line}: ${say}`, cure)),
  );
}

/** Columns held, covers (ESR names), source, assumed (yes or no), from, to. */
export function readCovers(file: string, organisation: string): Read<CoverLine> {
  return readRows(file, ["held", "covers", "source", "assumed"], (row, line, problem) =>
    coverOf(row, organisation, (say, cure) => problem(`${file}:${line}: ${say}`, cure)),
  );
}

/** Columns organisation, signatory_from, signatory_to, aligned_from, aligned_to, source. Without a first day: is not. */
export function readSignatories(file: string): Read<Standing> {
  const seen = new Set<string>();
  return readRows(file, ["organisation", "signatory_from", "aligned_from", "source"], (row, line, problem) => {
    const say: Say = (what, cure) => problem(`${file}:${line}: ${what}`, cure);
    const standing = standingOf(row, say);
    if (seen.has(standing.organisation)) say(`${standing.organisation} is listed twice`, "List each organisation once.");
    seen.add(standing.organisation);
    return standing;
  });
}

export function requirementOf(row: Row, organisation: string, say: Say): RequirementLine {
  const staffGroup = staffGroupOf(row.staff_group ?? "");
  if (!staffGroup) say(`"${row.staff_group ?? ""}" is not a staff group of ESR`, "Write it as ESR does, for example Medical and Dental.");
  const standard = standards.find((one) => one === row.standard);
  if (!standard) say(`"${row.standard ?? ""}" is not a standard`, `Write one of ${standards.join(", ")}.`);
  const minutes = row.minutes ? Number(row.minutes) : undefined;
  if (minutes !== undefined && (!Number.isInteger(minutes) || minutes < 1))
    say("minutes should be a whole number from 1", "Write how long your own training takes, or leave it empty.");
  let competence: string | undefined;
  if (standard === "TRAINING") competence = identityOf(row.competence, say);
  else if (row.competence) say("competence is for the standard TRAINING only", "Leave it empty, or write TRAINING as the standard.");
  return {
    organisation,
    staffGroup: staffGroup ?? "",
    jobRole: row.job_role || undefined,
    standard: standard ?? ("TRAINING" satisfies Standard),
    competence,
    minutes,
    ...period(row, say),
  };
}

export function coverOf(row: Row, organisation: string, say: Say): CoverLine {
  const held = identityOf(row.held, say) ?? "";
  const covers = identityOf(row.covers, say) ?? "";
  if (held !== "" && held === covers)
    say("held and covers are the same competence", "Write what is held and what it covers, or remove the line.");
  if (!row.source) say("source is empty", "Write who says that one covers the other.");
  if (row.assumed !== "yes" && row.assumed !== "no")
    say(`assumed should be yes or no`, "Write no only if the organisation has confirmed the line; an assumed line gives unknown.");
  return { organisation, held, covers, source: row.source ?? "", assumed: row.assumed !== "no", ...period(row, say) };
}

export function standingOf(row: Row, say: Say): Standing {
  const organisation = odsCode(row.organisation ?? "");
  if (!organisation) say(`"${row.organisation ?? ""}" is not an ODS code`, "Write 3 to 10 capital letters or digits.");
  if (!row.source) say("source is empty", "Write where the membership and the alignment are stated.");
  const signatory = period(row, say, "signatory_");
  const aligned = period(row, say, "aligned_");
  for (const [name, { from, to }] of [
    ["signatory", signatory],
    ["aligned", aligned],
  ] as const)
    if (to && !from) say(`${name}_to without ${name}_from`, "Write the first day as well: without it the organisation is not.");
  return {
    organisation: organisation ?? "",
    signatoryFrom: signatory.from,
    signatoryTo: signatory.to,
    alignedFrom: aligned.from,
    alignedTo: aligned.to,
  };
}

function identityOf(name: string | undefined, say: Say): string | undefined {
  const identity = parseCompetenceName(name ?? "")?.identity;
  if (!identity) say(`"${name ?? ""}" is not an ESR competence name`, "Write it as ESR does, for example NHS|CSTF|Fire Safety - 2 Years|.");
  return identity;
}
