import { z } from "zod";
import type { Connector, Normalised, Page } from "../connectors/connector";
import { fixedClock } from "../platform/clock";
import { HubError } from "../platform/errors";
import { createLog } from "../platform/log";
import { type TestStore, testStore } from "../test/builders/store";
import type { Connection } from "./connection";
import type { Engine } from "./engine";
import { syncOnce } from "./first-sync";
import { courseMaps } from "./maps";
import { runConnection } from "./run";

/** A source that lists positions, two a page, and can be interrupted after any of them. */
let listed: string[] = [];
let afterPage: (page: number) => void = () => undefined;

const connector: Connector<Record<string, never>, { id: string }, { next: number }> = {
  name: "made-up-list",
  version: 1,
  title: "Made-up list",
  delivers: [{ kind: "position", system: "esr", absence: "withdraws", provenance: {} }],
  settings: z.strictObject({}),
  checkpoint: z.strictObject({ next: z.number() }),
  raw: z.object({ id: z.string() }),
  hosts: () => [],
  poll: {
    everyMinutes: 15,
    requestsPerSecond: 10,
    async *pages(source, since): AsyncGenerator<Page<{ next: number }>> {
      const pages = Math.ceil(listed.length / 2);
      for (let page = since?.next ?? 0; page < pages; page += 1) {
        const last = page === pages - 1;
        yield {
          dataSet: "positions",
          records: listed.slice(page * 2, page * 2 + 2).map((id) => ({ id })),
          checkpoint: { next: last ? 0 : page + 1 },
          ...(last ? { completes: [{ scope: "connection" as const, key: source.connectionId }] } : {}),
        };
        afterPage(page);
      }
    },
  },
  normalise: (raw): readonly Normalised[] => [{ kind: "position", sourceId: raw.id, facts: { name: `Position ${raw.id}` } }],
};

const connection: Connection = {
  id: "zqa-esr",
  title: "made-up",
  connector,
  delivers: connector.delivers,
  organisations: [{ odsCode: "ZQA", vpd: "991", name: "Northbridge", cstfAligned: true }],
  settings: {},
  everyMinutes: 15,
  freshWithinSeconds: 3600,
  // Wide: whatever is not withdrawn was seen, not held back by the limit.
  absenceLimit: { share: 0.9, records: 50 },
  rawDays: 90,
  allowHosts: [],
  goLiveOn: undefined,
  fingerprint: "",
};

describe("a run that goes on with an interrupted sweep", () => {
  let test: TestStore;
  let engine: Engine;
  beforeAll(async () => {
    test = await testStore();
    const maps = courseMaps(new Map());
    engine = {
      store: test.store,
      clock: fixedClock("2026-11-22T09:00:00Z"),
      log: createLog({ level: "silent" }),
      sleep: (_, signal) => new Promise((resolve) => signal?.addEventListener("abort", () => resolve())),
      blind: test.store.sealer.blindIndex,
      mapsFor: async () => maps,
      may: { write: () => true, readReceipts: () => true },
      secret: async () => "",
      resolvePath: (file) => file,
      httpFor: () => ({ request: () => Promise.reject(new Error("no network")) }),
      match: async () => undefined,
    } as Engine;
  });
  afterAll(() => test.drop());
  beforeEach(async () => {
    await test.rows(
      "truncate staff.position, ops.sync_run, ops.page, ops.seen, ops.raw_page, ops.record_version, ops.held_absence cascade",
    );
    await test.rows("update ops.connection set checkpoint = null");
    listed = ["p1", "p2", "p3", "p4", "p5", "p6"];
    afterPage = () => undefined;
    expect(await run()).toMatchObject({ outcome: "COMPLETED", counts: { applied: 6 } });
    // The last one is no longer listed: the only one that may be withdrawn.
    listed = ["p1", "p2", "p3", "p4", "p5"];
  });

  async function run(signal = new AbortController().signal) {
    return (await runConnection(engine, connection, { trigger: "command", holder: "test", signal }))!;
  }
  const withdrawn = async () =>
    (await test.rows("select source_id from staff.position where source_state = 'WITHDRAWN'")).map((row) => row.source_id);
  const seenRows = async () => (await test.rows("select count(*)::int as n from ops.seen"))[0]!.n;

  function failAfter(page: number): void {
    afterPage = (done) => {
      if (done === page) throw new HubError({ code: "VENDOR_UNREACHABLE", class: "unreachable", detail: {} } as never);
    };
  }

  it("withdraws nothing that the first half saw, when the vendor failed in between", async () => {
    failAfter(0);
    expect(await run()).toMatchObject({ outcome: "FAILED" });
    expect(await withdrawn()).toEqual([]);
    afterPage = () => undefined;
    expect(await run()).toMatchObject({ outcome: "COMPLETED", counts: { unchanged: 3, applied: 1 } });
    expect(await withdrawn()).toEqual(["p6"]);
    expect(await seenRows()).toBe(0);
  });

  it("withdraws nothing that earlier parts saw, when it was stopped more than once", async () => {
    for (const page of [0, 1]) {
      const stop = new AbortController();
      afterPage = (done) => {
        if (done === page) stop.abort();
      };
      expect(await run(stop.signal)).toMatchObject({ outcome: "CONTINUES" });
    }
    afterPage = () => undefined;
    expect(await run()).toMatchObject({ outcome: "COMPLETED" });
    expect(await withdrawn()).toEqual(["p6"]);
  });

  it("withdraws nothing at all when a crash took what the first half saw, and the next whole sweep settles it", async () => {
    failAfter(0);
    await run();
    await test.rows("truncate ops.seen");
    afterPage = () => undefined;
    expect(await run()).toMatchObject({ outcome: "COMPLETED" });
    expect(await withdrawn()).toEqual([]);
    expect(await run()).toMatchObject({ outcome: "COMPLETED" });
    expect(await withdrawn()).toEqual(["p6"]);
  });

  it("forgets what was seen before it starts anew without a checkpoint", async () => {
    failAfter(1);
    await run();
    await test.rows("update ops.connection set checkpoint = null");
    listed = ["p3", "p4", "p5", "p6"];
    afterPage = () => undefined;
    expect(await run()).toMatchObject({ outcome: "COMPLETED" });
    expect((await withdrawn()).sort()).toEqual(["p1", "p2"]);
  });

  it("stores nothing of a kind that the connection's own principal may not write", async () => {
    listed = ["p1", "p2", "p7"];
    const may = { write: () => false, readReceipts: () => true };
    const result = (await runConnection({ ...engine, may }, connection, {
      trigger: "command",
      holder: "test",
      signal: new AbortController().signal,
      mode: "full",
    }))!;
    expect(result).toMatchObject({ counts: { applied: 0, refused: 3 } });
    expect((await test.rows("select source_id from staff.position where source_id = 'p7'")).length).toBe(0);
    expect(await withdrawn()).toEqual([]);
  });

  it("does not wait for a connection that has been paused in the meantime", async () => {
    await test.store.connections.pause("zqa-esr", { by: "somebody", reason: "a test" });
    const options = { trigger: "start", holder: "test", signal: new AbortController().signal, waitForBusy: true } as const;
    expect(await syncOnce(engine, [connection], options)).toEqual([]);
    await test.store.connections.resume("zqa-esr");
    expect(await syncOnce(engine, [connection], options)).toHaveLength(1);
  });
});
