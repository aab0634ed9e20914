/** Which employment checks travel with which kind of move: the table standard x move of standards.json. */
import { plainName } from "../schema/codes/data";
import type { Move, Standard, Why } from "./question";
import data from "./standards.json";

export type CheckRule =
  | "EACH_EMPLOYER_DECIDES"
  | "EMPLOYER_STAYS"
  | "DBS_OF_DOCTORS_IN_TRAINING"
  | "CLEARANCE_OF_LEAD_EMPLOYER"
  | "EVIDENCE_OF_CLEARANCE";

export interface StandardRule {
  readonly standard: Standard;
  readonly move: Move;
  readonly rule: CheckRule;
  /** Of EMPLOYER_STAYS: who that employer is. */
  readonly why?: Why;
  readonly source: string;
  /** Not stated anywhere we could read: the careful answer was taken. */
  readonly assumed: boolean;
}

export const standardRules = data.rows as readonly StandardRule[];

/** What the table does not say each employer decides. */
export function ruleFor(standard: Standard, move: Move): StandardRule {
  return (
    standardRules.find((row) => row.standard === standard && row.move === move) ?? {
      standard,
      move,
      rule: "EACH_EMPLOYER_DECIDES",
      source: "not stated",
      assumed: true,
    }
  );
}

/** A DBS certificate is under this age on the start day, or it is not portable. */
export const dbsMonths = data.dbs.months;

/** Undefined: not a type we know. */
export function isPortableDbs(type: string | undefined): boolean | undefined {
  return data.dbs.types.find((row) => type !== undefined && plainName(row.name) === plainName(type))?.portable;
}
