import { GraphQLError } from "graphql";

/** A part that is wholly refused: null, and one error for part and reason. */
export function forbidden(part: string): GraphQLError {
  return new GraphQLError("Not permitted.", { extensions: { code: "FORBIDDEN", reason: "NOT_PERMITTED", part } });
}

/** The message must not repeat a person's or a health value. */
export function badInput(message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code: "BAD_USER_INPUT" } });
}
