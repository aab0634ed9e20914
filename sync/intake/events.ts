/**
 * `POST /events`: notify, then fetch. The event is committed to the ledger and answered; the records are read from the
 * vendor's own system afterwards (sync/events.ts). It is never believed: what it says is only whom to ask about.
 */
import { createHash } from "node:crypto";
import { reach } from "../../platform/crash-point";
import { HubError } from "../../platform/errors";
import { kindOfValue } from "../refusal-detail";
import { type Admitted, refusal } from "./admission";
import { jsonOf } from "./body";
import type { Call } from "./calls";
import type { Answer, DoorSettings } from "./door";
import { eventShape, type VendorEvent } from "./event-shape";
import { auditing, scopedTo } from "./records";

/** Days for which an event is known again. */
const eventDays = 90;
const dayMs = 86_400_000;

export function createEventDoor(settings: DoorSettings) {
  const { engine, vendorEvents } = settings;
  return (_: Call, admitted: Admitted): Promise<Answer> =>
    auditing(settings, admitted, async () => {
      const { connection, key, content, receivedAt } = admitted;
      const event = parsed(jsonOf(content));
      const organisation = allowed(event, admitted);
      const { was } = await vendorEvents.record({
        connectionId: connection.id,
        organisation,
        source: event.source,
        eventId: event.id,
        type: event.type,
        happenedAt: event.time,
        subject: event.subject,
        sha256: digestOf(event),
        keyId: key.id,
        receivedAt,
        expiresOn: new Date(receivedAt.getTime() + eventDays * dayMs).toISOString().slice(0, "2026-01-01".length),
      });
      if (was === "other")
        throw refusal("EVENT_ID_REUSED", { pointer: "/id", got: "an id that another event has", expected: "an id of its own" });
      reach("intake:event-after-commit");
      engine.log.info({ connection: connection.id, again: was === "known" }, "event taken");
      if (was === "new") settings.onEvent?.(connection);
      return { status: 200, body: JSON.stringify({ id: event.id }) };
    });
}

function parsed(body: unknown): VendorEvent {
  const result = eventShape.safeParse(body);
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  let at = body;
  for (const step of issue.path) at = typeof at === "object" && at !== null ? (at as Record<PropertyKey, unknown>)[step] : undefined;
  const expected =
    issue.code === "invalid_value" ? issue.values.join(", ") : issue.code === "invalid_type" ? issue.expected : issue.message;
  throw refusal("BODY_INVALID", { pointer: `/${issue.path.map(String).join("/")}`, got: kindOfValue(at), expected });
}

/** Whose it is and what it is about: as far as the key may speak. */
function allowed(event: VendorEvent, { connection, key }: Admitted): string {
  const codes = scopedTo(connection, key).organisations.map(({ odsCode }) => odsCode);
  const organisation = codes.find((code) => code === event.filtering.organisation.toUpperCase());
  if (organisation === undefined)
    throw new HubError({
      code: "OTHER_ORGANISATION",
      class: "auth",
      detail: { pointer: "/filtering/organisation", expected: codes.join(", "), got: "another organisation" },
    });
  const { events } = connection.connector.poll!.person!;
  const read = Object.entries(events).filter(([, kind]) => connection.delivers.some((one) => one.kind === kind));
  const kind = Object.hasOwn(events, event.type) ? events[event.type] : undefined;
  if (kind === undefined || !read.some(([type]) => type === event.type))
    throw refusal("BODY_INVALID", { pointer: "/type", expected: read.map(([type]) => type).join(", ") || "no event", got: "another type" });
  if (key.kinds && !key.kinds.includes(kind))
    throw new HubError({
      code: "KIND_NOT_ALLOWED",
      class: "auth",
      detail: { pointer: "/type", expected: key.kinds.join(", "), got: kind },
    });
  // The contract's own rule. It is compared only: an address out of a body is never called.
  const path = /\/organisations\/([^/?#]+)\/employees\/([^/?#]+)\/records\/?$/.exec(new URL(event.dataref).pathname);
  if (path?.[1]?.toUpperCase() !== organisation || decoded(path[2] ?? "") !== event.subject)
    throw refusal("BODY_INVALID", {
      pointer: "/dataref",
      expected: "the address of the records of /subject at /filtering/organisation",
      got: "another address",
    });
  return organisation;
}

function decoded(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
}

/** Of what it says, however it was typed. */
const digestOf = ({ type, time, subject, filtering, dataref }: VendorEvent): string =>
  createHash("sha256")
    .update(JSON.stringify([type, time, subject, filtering.organisation.toUpperCase(), dataref]))
    .digest("hex");
