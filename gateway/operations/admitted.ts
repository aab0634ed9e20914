/** What of a request is handed on to be run: one operation, given by its text or by the hash under which it is registered. */
import type { Principal } from "../../access/principal";
import { hashOf, registeredFor } from "./registered";

export interface NotAdmitted {
  readonly code: "BAD_REQUEST" | "BAD_USER_INPUT" | "OPERATION_NOT_REGISTERED";
  readonly message: string;
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value);

/** `extensions.persistedQuery.sha256Hash`, as clients of persisted operations send it. */
function hashIn(body: Record<string, unknown>): string | undefined {
  const persisted = isObject(body.extensions) ? body.extensions.persistedQuery : undefined;
  const hash = isObject(persisted) ? persisted.sha256Hash : undefined;
  return typeof hash === "string" && /^[0-9a-f]{64}$/.test(hash) ? hash : undefined;
}

/** What no text holds: PostgreSQL refuses the one, and would keep another character for the other. */
const notText = /\0|\p{Surrogate}/u;
const escapedNull = /\0|\\u(0000|\{0+\})/;

/** Where the first string of the variables is that is no text; depth is bounded by the door's JSON. */
function unwritableIn(value: unknown, at: string): string | undefined {
  if (typeof value === "string") return notText.test(value) ? at : undefined;
  if (typeof value !== "object" || value === null) return undefined;
  for (const [name, inner] of Object.entries(value)) {
    const found = unwritableIn(inner, /^\w{1,40}$/.test(name) ? `${at}.${name}` : at);
    if (found !== undefined) return found;
  }
  return undefined;
}

export function admitted(
  principal: Pick<Principal, "issuer" | "role">,
  body: unknown,
  registeredOnly: boolean,
): { readonly body: unknown } | NotAdmitted {
  if (Array.isArray(body)) return { code: "BAD_REQUEST", message: "Operations are asked one by one." };
  // What is no object, or has members of the wrong kinds, is told by the server itself, in its words.
  if (!isObject(body)) return registeredOnly ? notRegistered : { body };
  if (body.operationName === "") return { code: "BAD_REQUEST", message: "The name of the operation is empty." };
  const unwritable = unwritableIn(body.variables, "variables") ?? (escapedNull.test(String(body.query ?? "")) ? "query" : undefined);
  if (unwritable !== undefined)
    return { code: "BAD_USER_INPUT", message: `${unwritable}: expected text; got a character that is none (NUL, or half of a pair).` };
  const hash = hashIn(body);
  const text = typeof body.query === "string" ? body.query : undefined;
  if (text === undefined && hash === undefined && isObject(body.extensions) && "persistedQuery" in body.extensions) return notRegistered;
  if (!registeredOnly && hash === undefined) return { body };
  if (text !== undefined && hash !== undefined && hashOf(text) !== hash)
    return { code: "BAD_REQUEST", message: "The hash is not that of the operation." };
  const found = registeredFor(principal, { ...(hash ? { hash } : {}), ...(text === undefined ? {} : { text }) });
  if (!found) return registeredOnly || text === undefined ? notRegistered : { body: { ...body, extensions: undefined } };
  const { variables, operationName } = body;
  return {
    body: {
      query: found.document,
      ...(variables === undefined ? {} : { variables }),
      ...(operationName === undefined ? {} : { operationName }),
    },
  };
}

const notRegistered: NotAdmitted = {
  code: "OPERATION_NOT_REGISTERED",
  message: "This operation is not registered for your front-end; see docs/vendors/operations.md.",
};
