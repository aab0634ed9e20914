import { createPace, inProcessLedger, type PaceLedger } from "./pace";

function world(options: { perSecond?: number; ledger?: (own: PaceLedger) => PaceLedger } = {}) {
  let nowMs = Date.parse("2026-11-22T10:00:00Z");
  const clock = { now: () => new Date(nowMs) };
  const own = inProcessLedger(clock);
  const reserved: number[] = [];
  const abort = new AbortController();
  const ledger = {
    ...own,
    reserve: (turns: number, perSecond: number, longestHoldMs: number) => {
      reserved.push(turns);
      return own.reserve(turns, perSecond, longestHoldMs);
    },
  };
  const paceOf = () =>
    createPace({
      ledger,
      perSecond: options.perSecond ?? 1000,
      host: "vendor.example",
      sleep: async (ms, signal) => {
        nowMs += ms;
        signal.throwIfAborted();
      },
      signal: abort.signal,
      random: () => 1,
      nowMs: () => nowMs,
      failuresInARow: 5,
      longestHoldMs: 20_000,
    });
  return { paceOf, ledger, reserved, abort, now: () => nowMs, pass: (ms: number) => (nowMs += ms) };
}

test("a run asks the ledger for chunks, never once per request", async () => {
  const { paceOf, reserved } = world();
  const pace = paceOf();
  for (let at = 0; at < 5_000; at += 1) await (await pace.take()).ended();
  // 5,000 requests are five seconds of the budget.
  expect(reserved.length).toBeLessThanOrEqual(20);
});

test("a run that asks seldom takes few turns, so that the others have the budget", async () => {
  const { paceOf, reserved, pass } = world({ perSecond: 100 });
  const pace = paceOf();
  for (let at = 0; at < 50; at += 1) {
    await (await pace.take()).ended();
    pass(200);
  }
  // Five requests a second for ten seconds.
  expect(reserved.length).toBeLessThanOrEqual(26);
  expect(reserved.reduce((sum, turns) => sum + turns, 0)).toBeLessThanOrEqual(110);
});

test("turns that nobody used in their time are not made up for in a burst", async () => {
  const { paceOf, now, pass } = world({ perSecond: 10 });
  const pace = paceOf();
  await (await pace.take()).ended();
  pass(60_000);
  const began = now();
  for (let at = 0; at < 10; at += 1) await (await pace.take()).ended();
  expect(now() - began).toBeGreaterThanOrEqual(800);
});

test("several runs on one ledger together keep to the budget", async () => {
  const { paceOf, now } = world({ perSecond: 20 });
  const began = now();
  const sent: number[] = [];
  await Promise.all(
    Array.from({ length: 4 }, async () => {
      const pace = paceOf();
      for (let at = 0; at < 25; at += 1) {
        const turn = await pace.take();
        sent.push(now() - began);
        await turn.ended();
      }
    }),
  );
  expect(sent).toHaveLength(100);
  expect(Math.max(...sent)).toBeGreaterThanOrEqual(4_900);
});

test("who asked first goes first, and who stops waiting keeps nobody", async () => {
  const { paceOf, abort } = world({ perSecond: 1 });
  const pace = paceOf();
  const order: number[] = [];
  await Promise.all([0, 1, 2, 3].map((at) => pace.take().then(() => order.push(at))));
  expect(order).toEqual([0, 1, 2, 3]);
  abort.abort(new Error("stopped"));
  await expect(pace.take()).rejects.toThrow("stopped");
});

test("V2: a run that has not asked yet ends at once while the breaker is open; nobody waits while one probes", async () => {
  const { paceOf, ledger, pass } = world();
  for (let wave = 0; wave < 5; wave += 1) await ledger.failed(wave, "VENDOR_ERROR", 5, 1);
  await expect(paceOf().take()).rejects.toMatchObject({
    code: "BREAKER_OPEN",
    class: "transient",
    retryAfterMs: 2_000,
    detail: { failures: 5 },
  });
  pass(2_000);
  const probe = await paceOf().take();
  await expect(paceOf().take()).rejects.toMatchObject({ code: "BREAKER_OPEN" });
  await probe.ended();
  await expect(paceOf().take()).resolves.toBeDefined();
});
