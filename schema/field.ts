import { Field, Float, GraphQLISODateTime, Int } from "type-graphql";
import { Column } from "typeorm";
import { z } from "zod";
import { type Access, type FieldKind, registerField } from "./registry";

/**
 * The words of a record's fields. One decorator gives the column, the GraphQL field, the check between `normalise` and
 * `store`, the dictionary row and the access label. They are typed so that an optional word on a required property, a
 * required word on an optional one, or `@text` on a number does not compile.
 */
export interface FieldMeaning {
  /** One sentence for the dictionary and the GraphQL description. */
  says: string;
  /** Where the meaning comes from: the interface, standard or decision. */
  source: string;
  /** Access label (access.md section 2) if it differs from the record's. */
  access?: Access;
  /** true: a column and a fact, never a GraphQL field. */
  storedOnly?: boolean;
}

type Required<V> = <K extends string, T extends { [P in K]: V }>(target: T, key: K & (undefined extends T[K] ? never : K)) => void;
type Optional<V> = <K extends string, T extends { [P in K]?: V | undefined }>(
  target: T,
  key: K & (undefined extends T[K] ? K : never),
) => void;

interface Word<V, M extends FieldMeaning = FieldMeaning> {
  (meaning: M): Required<V>;
  optional(meaning: M): Optional<V>;
}

interface Shape<M extends FieldMeaning> {
  kind: FieldKind;
  column: string;
  check(meaning: M): z.ZodType;
  graphql(): unknown;
  set?(meaning: M): string;
}

function snake(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function word<V, M extends FieldMeaning = FieldMeaning>(shape: Shape<M>): Word<V, M> {
  const decorate = (meaning: M, nullable: boolean) => (target: object, key: string) => {
    const columnType = shape.column;
    Column({
      name: snake(key),
      type: (columnType.endsWith("[]") ? columnType.slice(0, -2) : columnType) as "text",
      array: columnType.endsWith("[]"),
      nullable,
    })(target, key);
    if (!meaning.storedOnly) {
      // Nullable everywhere in GraphQL: a field may be masked, and a masked field must not blank the record.
      Field(() => shape.graphql() as never, { nullable: true, description: meaning.says })(target, key);
    }
    registerField(target.constructor, {
      name: key,
      column: snake(key),
      columnType,
      kind: shape.kind,
      nullable,
      says: meaning.says,
      source: meaning.source,
      access: meaning.access,
      storedOnly: meaning.storedOnly ?? false,
      codeSet: shape.set?.(meaning),
      check: nullable ? shape.check(meaning).optional() : shape.check(meaning),
    });
  };
  const required = ((meaning: M) => decorate(meaning, false)) as unknown as Word<V, M>;
  required.optional = ((meaning: M) => decorate(meaning, true)) as unknown as Word<V, M>["optional"];
  return required;
}

/** PostgreSQL cannot store NUL; a lone surrogate cannot be encoded. Both are refused by name, not dropped. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: NUL is exactly what is looked for
const unstorable = /\u0000|[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/;
const safeText = z
  .string()
  .min(1)
  .max(2000)
  .refine((value) => !unstorable.test(value), "holds a character that cannot be stored");

const calendarDay = z.iso.date();
/** YYYY, YYYY-MM or YYYY-MM-DD: what is not known is left out, never filled in. */
const partialDay = z.union([z.string().regex(/^\d{4}$/), z.string().regex(/^\d{4}-(0[1-9]|1[0-2])$/), calendarDay]);

export const text = word<string>({ kind: "text", column: "text", check: () => safeText, graphql: () => String });

/** A calendar day, Europe/London, `YYYY-MM-DD`, all the way from the file to the answer. Never a Date. */
export const isoDate = word<string>({ kind: "day", column: "date", check: () => calendarDay, graphql: () => String });

/** A day of which only the year or the month may be known: `2019`, `2019-04` or `2019-04-23`. */
export const partialDate = word<string>({ kind: "partial-day", column: "text", check: () => partialDay, graphql: () => String });

/** An instant, UTC, ISO 8601 with offset. */
export const instant = word<string>({
  kind: "instant",
  column: "timestamptz",
  check: () => z.iso.datetime({ offset: true }),
  graphql: () => GraphQLISODateTime,
});

export const flag = word<boolean>({ kind: "flag", column: "boolean", check: () => z.boolean(), graphql: () => Boolean });

export const whole = word<number>({ kind: "whole", column: "integer", check: () => z.int32(), graphql: () => Int });

export const decimal = word<number>({
  kind: "decimal",
  column: "double precision",
  check: () => z.number(),
  graphql: () => Float,
});

/** A value of a code set in schema/codes (named by `set`); the set is versioned data, so the check is "not empty". */
export const code = word<string, FieldMeaning & { set: string }>({
  kind: "code",
  column: "text",
  check: () => safeText,
  graphql: () => String,
  set: (meaning) => meaning.set,
});

/** Several values of one code set. */
export const codes = word<readonly string[], FieldMeaning & { set: string }>({
  kind: "codes",
  column: "text[]",
  check: () => z.array(safeText).max(100).readonly(),
  graphql: () => [String],
  set: (meaning) => meaning.set,
});

/** One of a closed list that the hub itself defines (a real enumeration, unlike `code`). */
export function oneOf<const V extends string>(name: string, values: readonly [V, ...V[]], graphqlEnum: object): Word<V> {
  return word<V>({
    kind: "enum",
    column: "text",
    check: () => z.enum(values as unknown as [string, ...string[]]),
    graphql: () => graphqlEnum,
    set: () => name,
  });
}

/** The id of another row at the same source (position, organisational unit ...): the join happens on reading. */
export const sourceReference = word<string>({
  kind: "reference",
  column: "text",
  check: () => safeText,
  graphql: () => String,
});
