import { z } from "zod";
import { HubError } from "../../platform/errors";
import type { PushedRecord, PushRequest } from "../connector";
import { longestId } from "./vendor";

const invalid = (pointer: string, expected: string, got: string) =>
  new HubError({ code: "BODY_INVALID", class: "bad-record", detail: { pointer, expected, got } });

const kindOf = (value: unknown): string =>
  Array.isArray(value) ? "a list" : value === null || value === undefined ? "nothing" : typeof value;

/** Of the items nothing is asked yet: a bad one is a refusal of its own. */
export const batch = z.object({ records: z.array(z.unknown()), organisation: z.unknown().optional() });

/** `{ "records": [ ... ] }`, and `organisation` if the vendor wants to say whose they are: the credential decides. */
export function recordsOf({ body, organisations }: PushRequest): readonly PushedRecord[] {
  const parsed = batch.safeParse(body);
  if (!parsed.success) {
    if (parsed.error.issues[0]?.path.length === 0) throw invalid("", 'an object with "records"', kindOf(body));
    throw invalid("/records", "a list of items", kindOf((body as { records?: unknown }).records));
  }
  const { records, organisation } = parsed.data;
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
