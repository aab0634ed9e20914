import { HubError } from "../../platform/errors";
import type { PushedRecord, PushRequest } from "../connector";
import { longestId } from "./vendor";

const invalid = (pointer: string, expected: string, got: string) =>
  new HubError({ code: "BODY_INVALID", class: "bad-record", detail: { pointer, expected, got } });

/** `{ "records": [ ... ] }`, and `organisation` if the vendor wants to say whose they are: the credential decides. */
export function recordsOf({ body, organisations }: PushRequest): readonly PushedRecord[] {
  if (typeof body !== "object" || body === null || Array.isArray(body))
    throw invalid("", 'an object with "records"', Array.isArray(body) ? "a list" : body === null ? "nothing" : typeof body);
  const records = (body as { records?: unknown }).records;
  if (!Array.isArray(records)) throw invalid("/records", "a list of items", records === undefined ? "nothing" : typeof records);
  const { organisation } = body as { organisation?: unknown };
  if (
    organisation !== undefined &&
    organisation !== null &&
    !(typeof organisation === "string" && organisations.includes(organisation.toUpperCase()))
  )
    throw new HubError({
      code: "OTHER_ORGANISATION",
      class: "auth",
      detail: { pointer: "/organisation", expected: organisations.join(", "), got: "another organisation" },
    });
  return records.map((record, at) => ({ record, pointer: `/records/${at}`, vendorId: idOf(record) }));
}

function idOf(record: unknown): string | undefined {
  const id = (record as { id?: unknown } | null | undefined)?.id;
  const text = typeof id === "string" || typeof id === "number" ? String(id).trim() : "";
  // What could not be a key is not repeated either: it may be anything.
  return /^[\x20-\x7e]+$/.test(text) && text.length <= longestId ? text : undefined;
}
