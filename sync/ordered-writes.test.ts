import { OrderedWrites } from "./ordered-writes";

function deferred() {
  let resolve!: () => void;
  let reject!: (error: Error) => void;
  const promise = new Promise<void>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}

describe("ordered writes", () => {
  it("starts a page before the one ahead has committed, and hands it that commit to wait for", async () => {
    const writes = new OrderedWrites(3);
    const first = deferred();
    const log: string[] = [];
    await writes.start(new Set(["a"]), async () => {
      await first.promise;
      log.push("first committed");
    });
    await writes.start(new Set(["b"]), async (commitAfter) => {
      log.push("second written");
      await commitAfter;
      log.push("second committed");
    });
    expect(log).toEqual(["second written"]);
    first.resolve();
    await writes.settle();
    expect(log).toEqual(["second written", "first committed", "second committed"]);
  });

  it("does not let two pages with a key in common overlap", async () => {
    const writes = new OrderedWrites(3);
    const first = deferred();
    const log: string[] = [];
    await writes.start(new Set(["a"]), async () => {
      await first.promise;
      log.push("first");
    });
    const second = writes.start(new Set(["a", "b"]), async () => {
      log.push("second");
    });
    await Promise.resolve();
    expect(log).toEqual([]);
    first.resolve();
    await second;
    await writes.settle();
    expect(log).toEqual(["first", "second"]);
  });

  it("gives the error of an earlier page to whoever comes next, and to settle", async () => {
    const writes = new OrderedWrites(1);
    await writes.start(new Set(["a"]), () => Promise.reject(new Error("lease lost")));
    await expect(writes.start(new Set(["b"]), async () => undefined)).rejects.toThrow("lease lost");
    await expect(writes.settle()).rejects.toThrow("lease lost");
  });

  it("drains what is on its way even when a later page has failed before an earlier one is done", async () => {
    const writes = new OrderedWrites(3);
    const first = deferred();
    const log: string[] = [];
    await writes.start(new Set(["a"]), async () => {
      await first.promise;
      log.push("first committed");
    });
    await writes.start(new Set(["b"]), () => Promise.reject(new Error("its counts do not close")));
    const drained = writes.drain().then(() => log.push("drained"));
    await expect(writes.settle()).rejects.toThrow("its counts do not close");
    first.resolve();
    await drained;
    expect(log).toEqual(["first committed", "drained"]);
  });

  it("keeps no more pages in flight than its limit", async () => {
    const writes = new OrderedWrites(2);
    const gates = [deferred(), deferred(), deferred()];
    let running = 0;
    let most = 0;
    const run = async (index: number) => {
      running += 1;
      most = Math.max(most, running);
      await gates[index]?.promise;
      running -= 1;
    };
    await writes.start(new Set(["0"]), () => run(0));
    await writes.start(new Set(["1"]), () => run(1));
    const third = writes.start(new Set(["2"]), () => run(2));
    gates[0]?.resolve();
    await third;
    gates[1]?.resolve();
    gates[2]?.resolve();
    await writes.settle();
    expect(most).toBe(2);
  });
});
