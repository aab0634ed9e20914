/**
 * The facts check, quickly: says "certainly valid" or "ask zod". The record classes' own checks stay the only judge of what is
 * refused and why; a property test holds the two together. It is here because zod took a third of an unchanged page's time.
 */
import { definitionOfKind, type RecordKind, recordKinds } from "../schema/kinds";
import type { FieldDefinition } from "../schema/registry";

type Certain = (value: unknown) => boolean;

/** Printable ASCII needs no look for what cannot be stored; everything else is the field's own check's matter. */
const plainText = /^[ -~]{1,2000}$/;
/** Every month has its first 28 days. */
const plainDay = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])$/;
/** Values of an enumeration are few; a bound all the same. */
const mostValues = 200;

function certainlyValid(field: FieldDefinition): Certain {
  const judged: Certain = (value) => field.check.safeParse(value).success;
  const isPlainText: Certain = (value) => typeof value === "string" && plainText.test(value);
  switch (field.kind) {
    case "text":
    case "code":
    case "reference":
      return (value) => isPlainText(value) || judged(value);
    case "day":
      return (value) => (typeof value === "string" && plainDay.test(value)) || judged(value);
    case "enum": {
      const known = new Set<unknown>();
      return (value) => {
        if (known.has(value)) return true;
        if (typeof value !== "string" || !judged(value)) return false;
        if (known.size < mostValues) known.add(value);
        return true;
      };
    }
    case "flag":
      return (value) => typeof value === "boolean" || judged(value);
    default:
      return judged;
  }
}

interface Known {
  readonly valid: ReadonlyMap<string, { readonly certain: Certain; readonly nullable: boolean }>;
  readonly required: number;
}

const byKind: ReadonlyMap<RecordKind, Known> = new Map(
  recordKinds.map((kind) => {
    const { fields } = definitionOfKind(kind);
    const valid = new Map(fields.map((field) => [field.name, { certain: certainlyValid(field), nullable: field.nullable }]));
    return [kind, { valid, required: fields.filter((field) => !field.nullable).length }];
  }),
);

/** True: zod would accept these facts as they are. False: nothing is said. */
export function certainlyFacts(kind: RecordKind, facts: unknown): boolean {
  if (typeof facts !== "object" || facts === null) return false;
  const prototype = Object.getPrototypeOf(facts);
  if (prototype !== Object.prototype && prototype !== null) return false;
  const { valid, required } = byKind.get(kind)!;
  let found = 0;
  for (const name of Object.keys(facts)) {
    const field = valid.get(name);
    if (!field) return false;
    const value = (facts as Record<string, unknown>)[name];
    if (value === undefined) {
      if (!field.nullable) return false;
      continue;
    }
    if (!field.certain(value)) return false;
    if (!field.nullable) found += 1;
  }
  return found === required;
}
