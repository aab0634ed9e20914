import { HubError } from "../../platform/errors";
import { mostMembers, parseJson, TooManyMembers } from "../../platform/json";

/** Parses or throws the hub's NOT_JSON, which is retried as a malformed page. */
export function jsonOrThrow(text: string, detail: { host: string; contentType: string; bytes: number; operation: string }): unknown {
  try {
    return parseJson(text);
  } catch (error) {
    if (error instanceof TooManyMembers)
      throw new HubError({ code: "TOO_LARGE", class: "settings", detail: { ...detail, limit: mostMembers, of: "members in one list" } });
    // Without the cause: a SyntaxError quotes the text around the fault, and that may be somebody's record.
    throw new HubError({ code: "NOT_JSON", class: "malformed-page", detail });
  }
}
