/**
 * Content hash of a record's facts: 128 bits of SHA-256 over a template in the registry's field order, as uuid text.
 * Every value carries its length, and absence is a sign of its own, so that no two records share a template. Moving a field
 * within its class changes every hash of that kind once: add fields at the end.
 */
import { hash } from "node:crypto";
import { definitionOfKind, type RecordKind, recordKinds } from "../schema/kinds";

type Facts = Readonly<Record<string, unknown>>;

function encoded(value: unknown): string {
  if (value === undefined || value === null) return "-";
  if (typeof value === "string") return `${value.length}:${value}`;
  if (Array.isArray(value)) return `[${value.length}${value.map(encoded).join("")}]`;
  if (value instanceof Date) return encoded(value.toISOString());
  return `(${String(value)})`;
}

const fieldNames = new Map<RecordKind, readonly string[]>(
  recordKinds.map((kind) => [kind, definitionOfKind(kind).fields.map((field) => field.name)]),
);

export function contentHashOf(kind: RecordKind, facts: Facts): string {
  let template: string = kind;
  for (const name of fieldNames.get(kind)!) template += `|${encoded(facts[name])}`;
  return uuidOf(template);
}

/** First 128 bits of the SHA-256 of a text, in uuid form. */
export function uuidOf(text: string): string {
  const hex = hash("sha256", text, "hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}`;
}
