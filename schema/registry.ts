import type { z } from "zod";

/** Access labels: the record types of access.md section 1. */
export const accessLabels = ["R1", "R1s", "R2", "R3", "R4", "R5", "R7", "R8", "R9", "R10", "R11", "R12", "open"] as const;
export type Access = (typeof accessLabels)[number];

export type FieldKind = "text" | "day" | "partial-day" | "instant" | "flag" | "whole" | "decimal" | "code" | "codes" | "enum" | "reference";

/** What is known of one field of a record type: everything the store, the dictionary and the graph need. */
export interface FieldDefinition {
  readonly name: string;
  readonly column: string;
  /** PostgreSQL type, `text[]` for lists. */
  readonly columnType: string;
  readonly kind: FieldKind;
  readonly nullable: boolean;
  readonly says: string;
  readonly source: string;
  readonly access: Access | undefined;
  readonly storedOnly: boolean;
  readonly codeSet: string | undefined;
  readonly check: z.ZodType;
}

const fieldsByClass = new Map<Function, FieldDefinition[]>();

export function registerField(target: Function, field: FieldDefinition): void {
  const fields = fieldsByClass.get(target) ?? [];
  fields.push(field);
  fieldsByClass.set(target, fields);
}

export function fieldsOf(target: Function): readonly FieldDefinition[] {
  return fieldsByClass.get(target) ?? [];
}
