/** A vendor that pushes to a test's hub over real HTTP, signing with the reference implementation of Standard Webhooks. */
import { randomBytes } from "node:crypto";
import { request as httpRequest, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { Webhook } from "standardwebhooks";
import { createHubServer } from "../../cli/compose/http";
import { composeIntake } from "../../cli/compose/intake";
import { closeServer } from "../../platform/listen";
import type { IntakeLimits } from "../../sync/intake/door";
import type { EsrPerson } from "./esr-files";
import type { TestHub } from "./hub";

export const pushYaml = (more = "") =>
  `  - { id: zqa-esr, connector: esr, organisations: [ZQA], settings: { folder: esr } }
  - { id: zqa-lms, connector: push, organisations: [ZQA], freshWithin: 7d${more} }
`;

export interface PushAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly body: any;
}
export interface PushOptions {
  readonly idempotencyKey?: string | null;
  readonly secret?: string;
  readonly connection?: string;
  /** Seconds between the hub's clock and the time that is signed. */
  readonly offsetSeconds?: number;
  readonly headers?: Readonly<Record<string, string | undefined>>;
  /** Replaces what is sent, after it was signed. */
  readonly sent?: Buffer | string;
  /** Text to sign and send instead of a JSON of the records. */
  readonly raw?: string;
  readonly method?: string;
}
export interface PushVendor {
  readonly origin: string;
  readonly secret: string;
  readonly keyId: string;
  push(records: readonly unknown[], options?: PushOptions): Promise<PushAnswer>;
  headersOf(payload: string, options?: PushOptions): Record<string, string>;
  send(path: string, method: string, headers: Readonly<Record<string, string>>, body?: Buffer | string): Promise<PushAnswer>;
  /** Asks with a signed GET: a path behind the connection's, as "receipts?batch=1". */
  ask(path: string, options?: PushOptions): Promise<PushAnswer>;
  close(): Promise<void>;
}

export const skillOf = (person: EsrPerson, id: string, more: Readonly<Record<string, unknown>> = {}) => ({
  id,
  person: { staffNumber: person.number, givenName: person.given, familyName: person.family, birthDate: person.born },
  competencyFramework: "CSTF",
  subjectName: "Fire Safety",
  competencyName: "Fire Safety",
  subjectLevel: "1",
  attainmentStatus: "ACHIEVED",
  awardingOrganisation: "ZQA",
  dateLastAwarded: "2026-10-01",
  ...more,
});

export interface IntakeServer {
  readonly origin: string;
  close(): Promise<void>;
}

/** The vendors' door of a test's hub, over real HTTP. */
export async function intakeOf(hub: TestHub, limits?: Partial<IntakeLimits>): Promise<IntakeServer> {
  const server: Server = createHubServer(hub.foundation, [composeIntake(hub.foundation, limits)], () => true);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections();
      await closeServer(server);
    },
  };
}

export async function pushVendor(hub: TestHub, limits?: Partial<IntakeLimits>): Promise<PushVendor> {
  const { id: keyId, secret } = await hub.store.intake.issueKey({ connectionId: "zqa-lms", organisation: "ZQA", by: "test" });
  const intake = await intakeOf(hub, limits);
  const port = Number(new URL(intake.origin).port);
  let count = 0;

  const headersOf = (payload: string, options: PushOptions = {}): Record<string, string> => {
    const at = new Date(hub.clock.now().getTime() + (options.offsetSeconds ?? 0) * 1000);
    const id = `msg_${randomBytes(8).toString("hex")}`;
    count += 1;
    const key = options.idempotencyKey === undefined ? `batch-${count}-${randomBytes(6).toString("hex")}` : options.idempotencyKey;
    const all: Record<string, string | undefined> = {
      "content-type": "application/json",
      "webhook-id": id,
      "webhook-timestamp": String(Math.floor(at.getTime() / 1000)),
      "webhook-signature": new Webhook(options.secret ?? secret).sign(id, at, payload),
      ...(key === null ? {} : { "idempotency-key": key }),
      ...options.headers,
    };
    return Object.fromEntries(Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined));
  };

  const send: PushVendor["send"] = (path, method, headers, body) =>
    new Promise((resolve, reject) => {
      const sending = httpRequest({ host: "127.0.0.1", port, path, method, headers, agent: false }, (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("error", reject);
        response.on("end", () => {
          const text = Buffer.concat(chunks).toString("utf8");
          resolve({ status: response.statusCode!, headers: response.headers, text, body: text === "" ? undefined : JSON.parse(text) });
        });
      });
      sending.on("error", reject);
      sending.end(body);
    });

  return {
    origin: intake.origin,
    secret,
    keyId,
    headersOf,
    send,
    push(records, options = {}) {
      const payload = options.raw ?? JSON.stringify({ records });
      const path = `/intake/${options.connection ?? "zqa-lms"}/records`;
      return send(path, options.method ?? "POST", headersOf(payload, options), options.sent ?? payload);
    },
    ask(path, options = {}) {
      const { "content-type": _, "idempotency-key": __, ...headers } = headersOf("", options);
      return send(`/intake/${options.connection ?? "zqa-lms"}/${path}`, options.method ?? "GET", headers);
    },
    close: () => intake.close(),
  };
}
