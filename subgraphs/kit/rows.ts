/** Of rows that were read, those that a caller's way in opens: a transfer carries national competences only. */
import type { PersonScope } from "../../access/scope";
import { nationalFrameworks } from "../../schema/codes/competences";
import { definitionOfKind, type RecordKind, recordKinds } from "../../schema/kinds";

interface Told {
  readonly controllerOrg: string;
  readonly competence?: string;
}

const kinds: ReadonlySet<string> = new Set(recordKinds);
const frameworks: ReadonlySet<string> = new Set(nationalFrameworks);
/** Finished learning that is no competence is the employer's own. */
const isNational = ({ competence }: Told) => competence !== undefined && frameworks.has(competence.split("|")[0] ?? "");

export function withinRows<Row extends object>(row: Row, scope: PersonScope): Row {
  if (!scope.limitsRows) return row;
  const shown = Object.entries(row).map(([name, told]): [string, unknown] => {
    if (!kinds.has(name) || !Array.isArray(told)) return [name, told];
    const { access } = definitionOfKind(name as RecordKind);
    return [name, (told as Told[]).filter((it) => scope.rows(it.controllerOrg, access) !== "national" || isNational(it))];
  });
  return Object.fromEntries(shown) as Row;
}
