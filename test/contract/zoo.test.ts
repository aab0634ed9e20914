/** Each check of the contract is shown to catch what it is for, by connectors that break it in one way. */
import { checks } from "../../connectors/kit/contract/checks/all";
import { runContract, type Subject } from "../../connectors/kit/contract/contract";
import { subjectOf } from "../../connectors/kit/contract/subject";
import { createHttp } from "../../connectors/kit/http";
import { factsProblem } from "../builders/facts-problem";
import { animal, type Habit, zoo } from "./zoo/animals";
import { startZooVendor, zooClock, zooSecret } from "./zoo/vendor";

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function subject(habit: Habit | undefined, records: number): Promise<Subject> {
  const connector = animal(habit);
  const make = async (size: number) => {
    const vendor = await startZooVendor(size);
    const made = (fresh: Subject["fresh"]): Subject =>
      subjectOf({
        name: habit ?? "keeps the contract",
        connector,
        settings: { baseUrl: vendor.url, token: { env: "ZOO" } },
        organisations: [{ odsCode: "ZQA", vpd: "991", name: "Northbridge" }],
        now: () => zooClock.now().toISOString(),
        secret: async () => zooSecret,
        http: (allowedHosts, signal) =>
          createHttp({
            allowedHosts,
            signal,
            clock: zooClock,
            sleep: async () => undefined,
            requestsPerSecond: 100_000,
            insecureLoopback: true,
            random: () => 0,
          }),
        factsProblem,
        fresh,
      });
    return { vendor, made };
  };
  const { vendor, made } = await make(records);
  closing.push(vendor.close);
  return made(async (atLeast = records) => {
    const other = await make(atLeast);
    return { subject: other.made(undefined), vendor: other.vendor.controls, records: atLeast, close: other.vendor.close };
  });
}

const failing = async (habit: Habit | undefined, records = 47, only = checks) => {
  const report = await runContract(await subject(habit, records), only, { kind: "lms", gaps: [] });
  return report.findings.filter(({ outcome }) => outcome === "fail").map(({ id, says }) => `${id}: ${says}`);
};

test("a connector that keeps the contract fails nothing, and nothing is left untold", async () => {
  const report = await runContract(await subject(undefined, 47), checks, { kind: "lms", gaps: [] });
  expect(report.findings.filter(({ outcome }) => outcome !== "pass")).toEqual([]);
  expect(report.ok).toBe(true);
});

test.each(Object.entries(zoo))("%s is caught by %o", async (habit, { caughtBy, records }) => {
  const found = await failing(
    habit as Habit,
    records,
    checks.filter(({ id }) => id === caughtBy),
  );
  expect(found.map((one) => one.split(":")[0])).toEqual([caughtBy]);
  expect(found[0]).not.toContain("could not be finished");
});

test("every check has an animal that it catches", () => {
  const caught = new Set(Object.values(zoo).map(({ caughtBy }) => caughtBy));
  expect(checks.map(({ id }) => id).filter((id) => !caught.has(id))).toEqual([]);
});

test("an accepted gap keeps the report whole until its last day, and not a day longer", async () => {
  const gap = { check: "since-inclusive", reason: "Their next release asks at or after.", acceptedBy: "A. Tester", until: "2026-11-22" };
  const only = checks.filter(({ id }) => id === "since-inclusive");
  const held = await runContract(await subject("asks-strictly-after", 47), only, { kind: "lms", gaps: [gap] });
  expect(held).toMatchObject({ ok: true, findings: [{ outcome: "fail", gap: { until: "2026-11-22" } }] });
  const over = await runContract(await subject("asks-strictly-after", 47), only, { kind: "lms", gaps: [{ ...gap, until: "2026-11-21" }] });
  expect(over).toMatchObject({ ok: false });
});
