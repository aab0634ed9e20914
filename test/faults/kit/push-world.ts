/** A hub with a vendor that pushes, and the vendor's own ledger: what it was told has been taken, item by item. */
import { createHash, randomBytes } from "node:crypto";
import { request as httpRequest, type IncomingHttpHeaders } from "node:http";
import { Webhook } from "standardwebhooks";
import { type Clock, fixedClock } from "../../../platform/clock";
import type { IntakeLimits } from "../../../sync/intake/door";
import { type TestHub, testHub } from "../../builders/hub";
import { type IntakeServer, intakeOf } from "../../builders/push-vendor";
import type { Arena } from "../fault";
import { type Compared, compareWithTruth, type TrueRecord } from "./truth";

export const pushConnections = `  - { id: zqa-lms, connector: push, organisations: [ZQA], freshWithin: 7d }
  - { id: zqb-lms, connector: push, organisations: [ZQB], freshWithin: 7d }
`;

export interface Item {
  readonly id: string;
  readonly dateLastAwarded: string;
  readonly [field: string]: unknown;
}
export interface Told {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly body: any;
}
export interface Batch {
  readonly key: string;
  readonly payload: string;
  readonly items: readonly Item[];
}

export function item(id: string, more: Readonly<Record<string, unknown>> = {}): Item {
  return {
    id,
    person: { staffNumber: String(20_000_000 + (createHash("sha1").update(id).digest().readUInt16BE(0) % 5_000)) },
    competencyFramework: "CSTF",
    subjectName: "Fire Safety",
    competencyName: "Fire Safety",
    dateLastAwarded: "2026-10-01",
    ...more,
  };
}

let made = 0;
export function batchOf(items: readonly Item[], more: Readonly<Record<string, unknown>> = {}): Batch {
  made += 1;
  return {
    key: `batch-${process.pid}-${made}-${randomBytes(4).toString("hex")}`,
    payload: JSON.stringify({ ...more, records: items }),
    items,
  };
}

/** A vendor: its key, and what it knows to be taken. */
export class Vendor {
  readonly truth = new Map<string, TrueRecord>();

  constructor(
    readonly connectionId: string,
    public secret: string,
    private readonly clock: Clock,
  ) {}

  headers(batch: Batch, secret = this.secret): Record<string, string> {
    const at = this.clock.now();
    const id = `msg_${randomBytes(8).toString("hex")}`;
    return {
      "content-type": "application/json",
      "webhook-id": id,
      "webhook-timestamp": String(Math.floor(at.getTime() / 1000)),
      "webhook-signature": new Webhook(secret).sign(id, at, batch.payload),
      "idempotency-key": batch.key,
    };
  }

  /** Undefined when no answer came. An answer that was heard is believed: from then on the hub owes it. */
  async send(origin: string, batch: Batch, secret = this.secret): Promise<Told | undefined> {
    const told = await exchange(origin, `/intake/${this.connectionId}/records`, "POST", this.headers(batch, secret), batch.payload);
    if (told?.status === 200) this.believe(batch, told);
    return told;
  }

  /** As a good vendor does: the same batch under the same key until it is answered for good. */
  async deliver(origin: string, batch: Batch, wait: (told: Told | undefined) => Promise<unknown>, most = 60): Promise<Told> {
    for (let attempt = 0; attempt < most; attempt++) {
      const told = await this.send(origin, batch);
      if (told && (told.status === 200 || told.status === 422)) return told;
      if (told && told.status < 500 && told.status !== 429) throw new Error(`answered ${told.status}: ${told.body?.code}`);
      await wait(told);
    }
    throw new Error("never answered for good");
  }

  private believe(batch: Batch, told: Told): void {
    for (const { record, outcome } of told.body.receipts) {
      const sent = batch.items[record]!;
      if (outcome === "refused" || outcome === "superseded") continue;
      this.truth.set(sent.id, { kind: "competence-award", sourceId: sent.id, columns: { awarded_on: sent.dateLastAwarded } });
    }
  }
}

export function exchange(
  origin: string,
  path: string,
  method: string,
  headers: Readonly<Record<string, string>>,
  body?: string | Buffer,
): Promise<Told | undefined> {
  const { hostname, port } = new URL(origin);
  return new Promise((resolve) => {
    const sending = httpRequest({ host: hostname, port, path, method, headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", () => resolve(undefined));
      response.on("aborted", () => resolve(undefined));
      response.on("end", () => {
        const text = Buffer.concat(chunks).toString("utf8");
        try {
          resolve({ status: response.statusCode!, headers: response.headers, text, body: text === "" ? undefined : JSON.parse(text) });
        } catch {
          resolve(undefined); // cut short
        }
      });
    });
    sending.setTimeout(30_000, () => sending.destroy());
    sending.on("error", () => resolve(undefined));
    sending.end(body);
  });
}

export interface PushWorld {
  readonly hub: TestHub;
  readonly clock: Clock & { advance(ms: number): void };
  readonly intake: IntakeServer;
  readonly vendor: Vendor;
  /** Another vendor, of another trust. */
  readonly other: Vendor;
  /** What both were told against what is stored. */
  compare(): Promise<Compared>;
}

export async function pushWorld(
  arena: Arena,
  options: { readonly limits?: Partial<IntakeLimits>; readonly databaseUrl?: string; readonly yaml?: string } = {},
): Promise<PushWorld> {
  const clock = fixedClock("2026-11-22T09:00:00Z");
  const databaseUrl = options.databaseUrl ?? (await arena.database()).url;
  const hub = await testHub({ yaml: options.yaml ?? pushConnections, folder: arena.folder, databaseUrl, clock });
  arena.after(() => hub.close());
  const intake = await intakeOf(hub, options.limits);
  arena.after(() => intake.close());
  const vendorOf = async (connectionId: string, organisation: string) =>
    new Vendor(connectionId, (await hub.store.intake.issueKey({ connectionId, organisation, by: "test" })).secret, clock);
  const vendor = await vendorOf("zqa-lms", "ZQA");
  const other = await vendorOf("zqb-lms", "ZQB");
  return { hub, clock, intake, vendor, other, compare: () => compareVendors(arena, hub, [vendor, other]) };
}

export async function compareVendors(arena: Arena, hub: Pick<TestHub, "database">, vendors: readonly Vendor[]): Promise<Compared> {
  const all: Compared[] = [];
  for (const { connectionId, truth } of vendors)
    all.push(await compareWithTruth(hub, connectionId, { records: [...truth.values()], completeFor: ["competence-award"] }));
  for (const { differences } of all) differences.forEach(arena.note);
  const sum = (of: (one: Compared) => number) => all.reduce((total, one) => total + of(one), 0);
  // What may not be twice is looked for in the whole database each time.
  return {
    lost: sum((one) => one.lost),
    doubled: all[0]?.doubled ?? 0,
    uncertain: sum((one) => one.uncertain),
    differences: all.flatMap((one) => one.differences),
  };
}

export function expect(what: string, holds: boolean, got?: unknown): void {
  if (!holds) throw new Error(`${what}${got === undefined ? "" : `: ${JSON.stringify(got)}`}`);
}

export const whole = (arena: Arena, from: number, to: number): number => from + Math.floor(arena.random() * (to - from + 1));
export const one = <T>(arena: Arena, list: readonly T[]): T => list[Math.floor(arena.random() * list.length)]!;
