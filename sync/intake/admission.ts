/**
 * Who comes in, and how much of the house each may take. From the cheapest check to the dearest; a body is not parsed
 * before its signature is verified, and who may not come in learns nothing about what is behind the door.
 */
import { timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { HubError } from "../../platform/errors";
import { type LiveKey, readApiKey } from "../../store/intake-keys";
import type { Connection } from "../connection";
import { bodyLimitBytes, readBody, tooLarge, withoutCoding } from "./body";
import type { Call } from "./calls";
import type { DoorSettings, IntakeLimits } from "./door";
import { Pace, Room } from "./room";
import { signatureHeaders, signedBy } from "./signature";

export interface Admitted {
  readonly connection: Connection;
  readonly key: LiveKey;
  readonly content: Buffer;
  readonly receivedAt: Date;
}
type Headers = IncomingMessage["headers"];

export const refusal = (code: string, detail: HubError["detail"] = {}) => new HubError({ code, class: "bad-record", detail });
/** Of a body whose size is not told, or that is compressed. */
const untoldBytes = bodyLimitBytes;
/** Of an event: it names a person, and says nothing of them. */
export const eventLimitBytes = 64 * 1024;

export function createAdmission(settings: DoorSettings, limits: IntakeLimits) {
  const { engine, intake } = settings;
  const pushing = new Map(settings.connections.filter(({ connector }) => connector.push).map((one) => [one.id, one]));
  const notifying = new Map(settings.connections.filter(({ connector }) => connector.poll?.person).map((one) => [one.id, one]));
  const room = new Room(limits.room);
  const pace = new Pace(limits.pace, engine.clock);
  const connectionsOf = (call: Call) => (call.name === "events" ? notifying : pushing);

  /** Undefined when the sender has gone, and nothing was taken from it. Otherwise what the work answers. */
  async function within<T>(call: Call, request: IncomingMessage, work: (admitted: Admitted) => Promise<T>): Promise<T | undefined> {
    const { headers } = request;
    if (request.method !== call.method) throw refusal("INTAKE_METHOD", { got: request.method ?? "?", expected: call.method });
    const coding = call.method === "GET" ? undefined : checkContent(headers, call);
    const limitBytes = call.name === "events" ? eventLimitBytes : bodyLimitBytes;
    const announced = Number(headers["content-length"] ?? Number.NaN);
    if (announced > limitBytes) throw tooLarge(limitBytes);
    const receivedAt = engine.clock.now();
    const proof = call.connectionId === undefined ? readApiKey(String(headers.apikey ?? "")) : signatureHeaders(headers, receivedAt);
    if (!proof) throw refusal("INTAKE_UNAUTHENTICATED");
    const bytes = call.method === "GET" ? 0 : coding || !Number.isFinite(announced) ? Math.min(untoldBytes, limitBytes) : announced;
    const leave = enter(call, request, bytes);
    try {
      // An API key says nothing of the body: whoever has none is sent away before it is read.
      const known = "secret" in proof ? await apiKeyHolder(proof, receivedAt) : undefined;
      const body = call.method === "GET" ? Buffer.alloc(0) : await bodyInTime(request, limitBytes);
      if (!body) return undefined;
      const content = await withoutCoding(body, coding, limitBytes);
      const { connection, key, pausedBecause } =
        known ?? (await signer(call, proof as Exclude<typeof proof, { secret: Buffer }>, content, receivedAt));
      if (pausedBecause !== undefined && call.method !== "GET") throw refusal("INTAKE_PAUSED", { why: pausedBecause });
      const waitSeconds = pace.take(connection.id);
      if (waitSeconds > 0)
        throw new HubError({
          code: "INTAKE_TOO_FAST",
          class: "throttled",
          detail: { seconds: waitSeconds },
          retryAfterMs: waitSeconds * 1000,
        });
      return await work({ connection, key, content, receivedAt });
    } finally {
      leave();
    }
  }

  /** By sender and connection: somebody who only knows a vendor's name for us keeps that vendor out no more than himself. */
  function enter(call: Call, request: IncomingMessage, bytes: number): () => void {
    const known = call.connectionId !== undefined && connectionsOf(call).has(call.connectionId);
    const leave = room.enter(`${request.socket.remoteAddress ?? "?"} ${known ? call.connectionId : ""}`, bytes);
    if (leave === "caller") throw new HubError({ code: "INTAKE_TOO_MANY", class: "throttled", detail: {}, retryAfterMs: 2_000 });
    if (leave === "all") throw new HubError({ code: "INTAKE_BUSY", class: "throttled", detail: {}, retryAfterMs: 5_000 });
    return leave;
  }

  async function bodyInTime(request: IncomingMessage, limitBytes: number): Promise<Buffer | undefined> {
    const arrived = new AbortController();
    const late = engine
      .sleep(limits.uploadMs, arrived.signal)
      .then(() => refusal("UPLOAD_TOO_SLOW", { seconds: Math.round(limits.uploadMs / 1000) }));
    try {
      return await readBody(request, late, limitBytes);
    } finally {
      arrived.abort();
    }
  }

  async function signer(call: Call, proof: NonNullable<ReturnType<typeof signatureHeaders>>, content: Buffer, now: Date) {
    const id = call.connectionId!;
    // Asked for every address: an unknown one, one that is polled and a wrong key take the same way to the same answer.
    const { keys, pausedBecause } = await intake.door(id, now);
    const connection = connectionsOf(call).get(id);
    const key = await signedBy(proof, content, connection ? keys : []);
    if (!connection || !key) throw refusal("INTAKE_UNAUTHENTICATED");
    return { connection, key, pausedBecause };
  }

  async function apiKeyHolder(proof: { readonly id: string; readonly secret: Buffer }, now: Date) {
    const door = await intake.doorOf(proof.id, now);
    const key = door?.keys[0];
    const connection = door && notifying.get(door.connectionId);
    const fits = timingSafeEqual(key?.secret ?? Buffer.alloc(proof.secret.length, 1), proof.secret);
    if (!door || !key || !connection || !fits) throw refusal("INTAKE_UNAUTHENTICATED");
    return { connection, key, pausedBecause: door.pausedBecause };
  }

  return { within, isKnown: (call: Call) => call.connectionId !== undefined && connectionsOf(call).has(call.connectionId) };
}

const contentTypesOf = { records: ["application/json"], events: ["application/cloudevents+json", "application/json"] } as const;

function checkContent(headers: Headers, call: Call): "gzip" | undefined {
  const types: readonly string[] = call.name === "events" ? contentTypesOf.events : contentTypesOf.records;
  const [type, ...parameters] = (headers["content-type"] ?? "").toLowerCase().split(";");
  const charset = parameters.map((one) => one.trim()).find((one) => one.startsWith("charset="));
  const utf8 = charset === undefined || /^charset="?utf-8"?$/.test(charset);
  if (!types.includes(type!.trim()) || !utf8)
    throw refusal("INTAKE_CONTENT_TYPE", { pointer: "Content-Type", expected: `${types[0]} in UTF-8` });
  const coding = (headers["content-encoding"] ?? "identity").trim().toLowerCase();
  if (coding === "gzip") return "gzip";
  if (coding === "identity" || coding === "") return undefined;
  throw refusal("INTAKE_CONTENT_TYPE", { pointer: "Content-Encoding", expected: "gzip or nothing" });
}
