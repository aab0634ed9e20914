/**
 * The vendors' doors over node:http: records, receipts, events and their description. A 2xx is given only for what has been
 * committed; every error becomes its status and its problem here, and nowhere else.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { reach } from "../../platform/crash-point";
import { databaseUnavailable, isConnectionError } from "../../platform/database";
import { HubError } from "../../platform/errors";
import type { Intake } from "../../store/intake";
import type { VendorEvents } from "../../store/vendor-events";
import type { Connection } from "../connection";
import type { Engine } from "../engine";
import { asHubError } from "../run";
import { createAdmission } from "./admission";
import { bodyLimitBytes } from "./body";
import { type Call, callOf } from "./calls";
import { createEventDoor } from "./events";
import { openApiText } from "./openapi";
import { contentTypes, eventProblemOf, problemOf } from "./problems";
import { createReceiptDoor } from "./receipts";
import { createRecordDoor } from "./records";
import type { PaceLimits, RoomLimits } from "./room";

export interface IntakeLimits {
  /** Items in one batch. */
  readonly items: number;
  /** Time for the whole body to arrive. */
  readonly uploadMs: number;
  /** Time a batch waits for another of its connection before the vendor is asked to come again. */
  readonly busyAfterMs: number;
  /** Bodies in memory at the same time. */
  readonly room: RoomLimits;
  /** Requests of one connection. */
  readonly pace: PaceLimits;
}
export const usualLimits: IntakeLimits = {
  items: 500,
  uploadMs: 30_000,
  busyAfterMs: 10_000,
  room: { bytes: 96 * 1024 * 1024, callerBytes: 32 * 1024 * 1024, callerRequests: 24 },
  // 2,000 items a second for ever, if it must be; far beyond what a vendor's own system makes.
  pace: { burst: 120, perSecond: 4 },
};
/** Of a body that was refused: read and dropped up to this much, so that the sender can read why; then the line is cut. */
const mostDrainedBytes = 16 * bodyLimitBytes;
/** Who knocks with a wrong key is written down once in this time per connection, however often he knocks. */
const noteEveryMs = 60_000;
const knockersRemembered = 1_000;

export interface SecurityEvent {
  readonly connection: Connection;
  readonly keyId: string;
  readonly code: string;
  readonly items: number;
}
export interface DoorSettings {
  readonly engine: Engine;
  readonly intake: Intake;
  readonly vendorEvents: VendorEvents;
  readonly connections: readonly Connection[];
  readonly holder: string;
  /** What somebody with a valid key tried and may not do: to be audited. */
  readonly onSecurityEvent: (event: SecurityEvent) => Promise<void>;
  /** After a commit, and never waited for: what follows is found without it too, only later. */
  readonly onRecords?: (connection: Connection) => void;
  readonly onEvent?: (connection: Connection) => void;
  readonly limits?: Partial<IntakeLimits>;
}
export interface Answer {
  readonly status: number;
  readonly body: string;
}

const statusOf: Readonly<Record<string, number>> = {
  INTAKE_METHOD: 405,
  INTAKE_CONTENT_TYPE: 415,
  BODY_TOO_LARGE: 413,
  BATCH_TOO_LONG: 413,
  UPLOAD_TOO_SLOW: 408,
  INTAKE_UNAUTHENTICATED: 401,
  OTHER_ORGANISATION: 403,
  KIND_NOT_ALLOWED: 403,
  RECEIPT_NOT_FOUND: 404,
  RECEIPT_QUESTION: 400,
  IDEMPOTENCY_KEY_MISSING: 400,
  IDEMPOTENCY_KEY_REUSED: 409,
  EVENT_ID_REUSED: 409,
  BODY_NOT_READABLE: 400,
  BODY_INVALID: 400,
  INTAKE_TOO_FAST: 429,
  INTAKE_TOO_MANY: 429,
  INTAKE_BUSY: 503,
  INTAKE_PAUSED: 503,
  LEASE_LOST: 503,
  DATABASE_UNAVAILABLE: 503,
};
/** Seconds after which coming again makes sense, where the error does not say. */
const retryAfter: Readonly<Record<string, number>> = { INTAKE_BUSY: 5, INTAKE_PAUSED: 3600, LEASE_LOST: 5, DATABASE_UNAVAILABLE: 30 };
/** PostgreSQL is there and cannot write: disk full, no memory, read only, shutting a statement down. */
const cannotWrite = new Set(["53100", "53200", "53400", "25006", "57014", "58030", "40001", "40P01", "55P03"]);

/** Answers true when the address was the intake's. */
export function createDoor(settings: DoorSettings): (request: IncomingMessage, response: ServerResponse) => Promise<boolean> {
  const { engine } = settings;
  const limits = { ...usualLimits, ...settings.limits };
  const admission = createAdmission(settings, limits);
  const doors = {
    records: createRecordDoor(settings, limits),
    receipts: createReceiptDoor(settings),
    events: createEventDoor(settings),
  };
  const noted = new Map<string, number>();

  return async (request, response) => {
    const call = callOf(request.url ?? "/");
    if (!call) return false;
    try {
      const answer = await answered(call, request);
      reach("intake:before-answer");
      if (answer) send(response, call, answer.status, answer.body);
    } catch (caught) {
      const error = asDoorError(caught);
      const status = statusOf[error.code] ?? 500;
      const known = admission.isKnown(call) ? call.connectionId : "?";
      if (status === 500) engine.log.error({ connection: known, door: call.name, code: error.code }, "push failed", error);
      // Of a fault of the hub the vendor learns that it was one, and what to do about it.
      const told = error.class === "internal" ? new HubError({ code: "INTAKE_UNAVAILABLE", class: "internal" }) : error;
      const problem = problemOf(status, told.code, told.detail);
      const seconds = error.retryAfterMs === undefined ? retryAfter[error.code] : Math.ceil(error.retryAfterMs / 1000);
      send(response, call, status, JSON.stringify(call.name === "events" ? eventProblemOf(problem) : problem), seconds);
      drain(request);
      if (error.code === "INTAKE_UNAUTHENTICATED") await note(call);
    }
    return true;
  };

  async function answered(call: Call, request: IncomingMessage): Promise<Answer | undefined> {
    const { name } = call;
    if (name !== "description") return admission.within(call, request, (admitted) => doors[name](call, admitted, request.headers));
    if (request.method !== "GET")
      throw new HubError({ code: "INTAKE_METHOD", class: "bad-record", detail: { got: request.method, expected: "GET" } });
    return { status: 200, body: openApiText() };
  }

  /** After the answer, so that its time tells nothing: somebody who should be able to come in cannot. */
  async function note(call: Call): Promise<void> {
    const id = call.connectionId;
    const nowMs = engine.clock.now().getTime();
    if (id === undefined || !admission.isKnown(call) || nowMs - (noted.get(id) ?? Number.NEGATIVE_INFINITY) < noteEveryMs) return;
    if (noted.size >= knockersRemembered) noted.clear();
    noted.set(id, nowMs);
    engine.log.warn({ connection: id }, "push without a valid signature");
    await engine.store.connections.problem({ connectionId: id, code: "INTAKE_SIGNATURE_REJECTED" }).catch(() => undefined);
  }
}

/** A database that is away, full or read only takes nothing: the vendor is asked to keep it, whichever statement found out. */
function asDoorError(caught: unknown): HubError {
  const code = (caught as { code?: unknown } | null)?.code;
  if (!(caught instanceof HubError) && (isConnectionError(caught) || (typeof code === "string" && cannotWrite.has(code))))
    return databaseUnavailable(caught);
  return asHubError(caught);
}

function send(response: ServerResponse, call: Call, status: number, body: string, retryAfterSeconds?: number): void {
  if (response.destroyed) return;
  response
    .writeHead(status, {
      "content-type": status < 300 ? contentTypes.answer : contentTypes.problem,
      "content-length": Buffer.byteLength(body),
      "cache-control": "no-store",
      ...(retryAfterSeconds === undefined ? {} : { "retry-after": String(retryAfterSeconds) }),
      ...(status === 401 ? { "www-authenticate": call.connectionId === undefined ? "ApiKey" : 'StandardWebhooks realm="intake"' } : {}),
      ...(status === 405 ? { allow: call.method } : {}),
    })
    .end(body);
}

/** Lets a sender that is still sending read its answer, and ends it when it does not stop. */
function drain(request: IncomingMessage): void {
  if (request.complete) return;
  let drained = 0;
  request.on("error", () => undefined);
  request.on("data", (chunk: Buffer) => {
    drained += chunk.length;
    if (drained > mostDrainedBytes) request.destroy();
  });
  request.resume();
}
