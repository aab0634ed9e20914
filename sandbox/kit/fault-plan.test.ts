import { fixedClock } from "../../platform/clock";
import type { FaultPlan } from "./fault-plan";
import { startVendorServer, type VendorServer } from "./vendor-server";

const clock = fixedClock("2026-11-22T09:00:00Z");
const body = {
  records: [
    { id: "a", name: "one" },
    { id: "b", name: "two" },
  ],
};
let vendor: VendorServer;

beforeEach(async () => {
  vendor = await startVendorServer({
    clock,
    contentType: "application/json",
    unauthorised: { status: 401 },
    unfailing: (url) => url.pathname === "/token",
    answer: async () => ({ status: 200, body }),
  });
});
afterEach(() => vendor.close());

async function ask(path = "/records"): Promise<{ status: number; text: string; retryAfter: string | null; type: string | null }> {
  const answer = await fetch(`${vendor.origin}${path}`, { redirect: "manual", signal: AbortSignal.timeout(2_000) });
  return {
    status: answer.status,
    text: await answer.text(),
    retryAfter: answer.headers.get("retry-after"),
    type: answer.headers.get("content-type"),
  };
}
const planned = (plan: Omit<FaultPlan, "seed"> & { seed?: number }) => vendor.control.plan({ seed: 1, ...plan });

test("strikes what it is aimed at, after so many good answers, so many times", async () => {
  planned({ fault: "plain-text", target: "/records", schedule: { after: 1, times: 2 } });
  const asked = [];
  for (const path of ["/records", "/people", "/records", "/token", "/records", "/records"]) asked.push((await ask(path)).type);
  expect(asked).toEqual(["application/json", "application/json", "text/plain", "application/json", "text/plain", "application/json"]);
  expect(vendor.control.struck()).toBe(2);
});

test("does the same again for the same seed, and is over when it is taken back", async () => {
  const twice = [];
  for (const seed of [5, 5, 6]) {
    planned({ seed, fault: "server-error", schedule: { likelihood: 0.5 } });
    const statuses = [];
    for (let count = 0; count < 12; count += 1) statuses.push((await ask()).status);
    twice.push(statuses.join());
  }
  expect(twice[0]).toBe(twice[1]);
  expect(twice[0]).not.toBe(twice[2]);
  vendor.control.plan(undefined);
  expect(JSON.parse((await ask()).text)).toEqual(body);
});

test("says in four ways when to come back", async () => {
  planned({ fault: "throttled-seconds" });
  expect(await ask()).toMatchObject({ status: 429, retryAfter: expect.stringMatching(/^\d{1,3}$/) });
  planned({ fault: "throttled-date" });
  expect(Date.parse((await ask()).retryAfter!)).toBeGreaterThan(clock.now().getTime());
  planned({ fault: "throttled-unsaid" });
  expect(await ask()).toMatchObject({ status: 429, retryAfter: null });
  planned({ seed: 2, fault: "throttled-absurd" });
  expect((await ask()).status).toBe(429);
});

test("spoils one item and leaves the others as they are", async () => {
  planned({ fault: "hostile-keys", seed: 3 });
  const { text } = await ask();
  expect(text).not.toBe(JSON.stringify(body));
  expect(JSON.parse(text).records.map(({ id }: { id: string }) => id)).toEqual(["a", "b"]);
});

test("breaks off what it breaks off: the body never arrives whole", async () => {
  for (const fault of ["reset", "wrong-length", "endless-chunks", "silence"] as const) {
    planned({ fault });
    await expect(ask()).rejects.toThrow();
  }
});
