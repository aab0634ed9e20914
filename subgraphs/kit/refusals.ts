import { GraphQLError } from "graphql";

/** A part that is wholly refused: null, and one error for part and reason. */
export function forbidden(part: string): GraphQLError {
  return new GraphQLError("Not permitted.", { extensions: { code: "FORBIDDEN", reason: "NOT_PERMITTED", part } });
}

/** The message must not repeat a person's or a health value. */
export function badInput(message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code: "BAD_USER_INPUT" } });
}

/** What may be repeated to whoever typed it: a code, a day, a number. Free text never is. */
const repeatable = /^[A-Za-z0-9_.:-]{1,40}$/;

/** One field of the input, what it should have been, and what it was. */
export function wrongInput(field: string, expected: string, got?: string | null): GraphQLError {
  const shown = got == null ? undefined : repeatable.test(got) ? got : "something else";
  return new GraphQLError(`${field}: expected ${expected}${shown === undefined ? "" : `; got ${shown}`}.`, {
    extensions: { code: "BAD_USER_INPUT", field, expected, ...(shown === undefined ? {} : { got: shown }) },
  });
}
