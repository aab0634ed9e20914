/**
 * `POST /intake/{connection}/records` over node:http. A body is not parsed before its signature is verified; a 2xx is given
 * only for what has been committed; who may not come in learns nothing about what is behind the door.
 */
import { createHash } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { HubError } from "../../platform/errors";
import type { Intake } from "../../store/intake";
import type { Connection } from "../connection";
import type { Engine } from "../engine";
import { asHubError } from "../run";
import { bodyLimitBytes, jsonOf, readBody, tooLarge, withoutCoding } from "./body";
import { contentTypes, requestProblem } from "./problems";
import { createReceiver } from "./receive";
import { type SignatureHeaders, signatureHeaders, signedBy } from "./signature";

export interface IntakeLimits {
  /** Items in one batch. */
  readonly items: number;
  /** Time for the whole body to arrive. */
  readonly uploadMs: number;
  /** Time a batch waits for another of its connection before the vendor is asked to come again. */
  readonly busyAfterMs: number;
  /** Bodies in memory at the same time. */
  readonly atOnce: number;
}
const usualLimits: IntakeLimits = { items: 500, uploadMs: 30_000, busyAfterMs: 10_000, atOnce: 24 };
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
  readonly connections: readonly Connection[];
  readonly holder: string;
  /** What somebody with a valid key tried and may not do: to be audited. */
  readonly onSecurityEvent: (event: SecurityEvent) => Promise<void>;
  readonly limits?: Partial<IntakeLimits>;
}

const address = /^\/intake\/([^/?#]{1,100})\/records\/?$/;

const statusOf: Readonly<Record<string, number>> = {
  INTAKE_METHOD: 405,
  INTAKE_CONTENT_TYPE: 415,
  BODY_TOO_LARGE: 413,
  BATCH_TOO_LONG: 413,
  UPLOAD_TOO_SLOW: 408,
  INTAKE_UNAUTHENTICATED: 401,
  OTHER_ORGANISATION: 403,
  IDEMPOTENCY_KEY_MISSING: 400,
  IDEMPOTENCY_KEY_REUSED: 409,
  BODY_NOT_READABLE: 400,
  BODY_INVALID: 400,
  INTAKE_BUSY: 503,
  INTAKE_PAUSED: 503,
  LEASE_LOST: 503,
  DATABASE_UNAVAILABLE: 503,
};
/** Seconds after which coming again makes sense. */
const retryAfter: Readonly<Record<string, number>> = { INTAKE_BUSY: 5, INTAKE_PAUSED: 3600, LEASE_LOST: 5, DATABASE_UNAVAILABLE: 30 };

const refusal = (code: string, detail: HubError["detail"] = {}) => new HubError({ code, class: "bad-record", detail });

/** Answers true when the address was the intake's. */
export function createDoor(settings: DoorSettings): (request: IncomingMessage, response: ServerResponse) => Promise<boolean> {
  const { engine, intake } = settings;
  const limits = { ...usualLimits, ...settings.limits };
  const connections = new Map(settings.connections.filter(({ connector }) => connector.push).map((one) => [one.id, one]));
  const receiver = createReceiver(engine, intake, { holder: settings.holder, busyAfterMs: limits.busyAfterMs });
  const noted = new Map<string, number>();
  let inside = 0;

  return async (request, response) => {
    const found = address.exec((request.url ?? "/").split("?")[0]!);
    if (!found) return false;
    const id = found[1]!;
    try {
      const answer = await admit(id, request);
      if (!answer) return true; // the sender has gone, and nothing was taken from it
      send(response, answer.status, answer.body);
    } catch (caught) {
      const error = asHubError(caught);
      const status = statusOf[error.code] ?? 500;
      if (status === 500) engine.log.error({ connection: connections.has(id) ? id : "?", code: error.code }, "push failed", error);
      // Of a fault of the hub the vendor learns that it was one, and what to do about it.
      const problem = error.class === "internal" ? new HubError({ code: "INTAKE_UNAVAILABLE", class: "internal" }) : error;
      send(response, status, requestProblem(status, problem.code, problem.detail), retryAfter[error.code]);
      drain(request);
      if (error.code === "INTAKE_UNAUTHENTICATED") await note(id);
    }
    return true;
  };

  /** From the line to the receiver: each step costs more than the one before it. */
  async function admit(id: string, request: IncomingMessage): Promise<{ status: number; body: string } | undefined> {
    const { headers } = request;
    if (request.method !== "POST") throw refusal("INTAKE_METHOD", { got: request.method ?? "?" });
    const coding = checkContent(headers);
    if (Number(headers["content-length"] ?? 0) > bodyLimitBytes) throw tooLarge();
    const receivedAt = engine.clock.now();
    const signature = signatureHeaders(headers, receivedAt);
    if (!signature) throw refusal("INTAKE_UNAUTHENTICATED");
    if (inside >= limits.atOnce) throw new HubError({ code: "INTAKE_BUSY", class: "throttled", detail: {} });
    inside += 1;
    try {
      const body = await bodyInTime(request);
      if (!body) return undefined;
      return await take(id, signature, await withoutCoding(body, coding), headers["idempotency-key"], receivedAt);
    } finally {
      inside -= 1;
    }
  }

  async function bodyInTime(request: IncomingMessage): Promise<Buffer | undefined> {
    const arrived = new AbortController();
    const late = engine
      .sleep(limits.uploadMs, arrived.signal)
      .then(() => refusal("UPLOAD_TOO_SLOW", { seconds: Math.round(limits.uploadMs / 1000) }));
    try {
      return await readBody(request, late);
    } finally {
      arrived.abort();
    }
  }

  async function take(
    id: string,
    signature: SignatureHeaders,
    content: Buffer,
    idempotencyKey: string | string[] | undefined,
    receivedAt: Date,
  ): Promise<{ status: number; body: string }> {
    // Asked for every address: an unknown one, one that is polled and a wrong key take the same way to the same answer.
    const { keys, pausedBecause } = await intake.door(id);
    const connection = connections.get(id);
    const keyId = signedBy(signature, content, connection ? keys : []);
    if (!connection || keyId === undefined) throw refusal("INTAKE_UNAUTHENTICATED");
    if (pausedBecause !== undefined) throw refusal("INTAKE_PAUSED", { why: pausedBecause });
    if (typeof idempotencyKey !== "string" || !/^[\x21-\x7e]{8,200}$/.test(idempotencyKey)) throw refusal("IDEMPOTENCY_KEY_MISSING");
    try {
      const records = connection.connector.push!.records({
        body: jsonOf(content),
        receivedAt: receivedAt.toISOString(),
        organisations: connection.organisations.map(({ odsCode }) => odsCode),
      });
      if (records.length > limits.items) throw refusal("BATCH_TOO_LONG", { got: String(records.length), limit: limits.items });
      const bodySha256 = createHash("sha256").update(content).digest("hex");
      const { answer, again, foreign } = await receiver.receive({ connection, records, idempotencyKey, bodySha256, keyId, receivedAt });
      if (foreign > 0) await settings.onSecurityEvent({ connection, keyId, code: "OTHER_ORGANISATION", items: foreign });
      engine.log.info({ connection: id, status: answer.status, items: records.length, bytes: content.length, again }, "push answered");
      return answer;
    } catch (error) {
      const { code } = asHubError(error);
      if (code === "IDEMPOTENCY_KEY_REUSED" || code === "OTHER_ORGANISATION") {
        await settings.onSecurityEvent({ connection, keyId, code, items: 0 });
        await engine.store.connections.problem({ connectionId: id, code, detail: { pointer: "/organisation" } });
      }
      throw error;
    }
  }

  /** After the answer, so that its time tells nothing: somebody who should be able to come in cannot. */
  async function note(id: string): Promise<void> {
    const nowMs = engine.clock.now().getTime();
    if (!connections.has(id) || nowMs - (noted.get(id) ?? Number.NEGATIVE_INFINITY) < noteEveryMs) return;
    if (noted.size >= knockersRemembered) noted.clear();
    noted.set(id, nowMs);
    engine.log.warn({ connection: id }, "push without a valid signature");
    await engine.store.connections.problem({ connectionId: id, code: "INTAKE_SIGNATURE_REJECTED" }).catch(() => undefined);
  }
}

function checkContent(headers: IncomingMessage["headers"]): "gzip" | undefined {
  const [type, ...parameters] = (headers["content-type"] ?? "").toLowerCase().split(";");
  const charset = parameters.map((one) => one.trim()).find((one) => one.startsWith("charset="));
  const utf8 = charset === undefined || /^charset="?utf-8"?$/.test(charset);
  if (type!.trim() !== "application/json" || !utf8)
    throw refusal("INTAKE_CONTENT_TYPE", { pointer: "Content-Type", expected: "application/json in UTF-8" });
  const coding = (headers["content-encoding"] ?? "identity").trim().toLowerCase();
  if (coding === "gzip") return "gzip";
  if (coding === "identity" || coding === "") return undefined;
  throw refusal("INTAKE_CONTENT_TYPE", { pointer: "Content-Encoding", expected: "gzip or nothing" });
}

function send(response: ServerResponse, status: number, body: string, retryAfterSeconds?: number): void {
  if (response.destroyed) return;
  response
    .writeHead(status, {
      "content-type": status < 300 ? contentTypes.answer : contentTypes.problem,
      "content-length": Buffer.byteLength(body),
      "cache-control": "no-store",
      ...(retryAfterSeconds === undefined ? {} : { "retry-after": String(retryAfterSeconds) }),
      ...(status === 401 ? { "www-authenticate": 'StandardWebhooks realm="intake"' } : {}),
      ...(status === 405 ? { allow: "POST" } : {}),
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
