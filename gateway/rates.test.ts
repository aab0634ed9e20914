import { fixedClock } from "../platform/clock";
import { HarvestWatch } from "./harvest";
import { Rates } from "./rates";

const clock = () => fixedClock("2026-11-22T12:00:00Z");
const who = (subject: string, act?: string, role: "self" | "hr" | "passport" = "hr") => ({
  issuer: "i",
  subject,
  act,
  role,
  org: "ZQA",
  person: undefined,
  scope: [],
  aal: 2,
  purposes: [],
});
const limits = { requests: { burst: 3, perSecond: 1 }, cost: { burst: 100, perSecond: 10 }, clientTimes: 2 };

describe("the budget of a caller", () => {
  test("is used up, tells how long to wait, and comes back; nobody else's is touched", () => {
    const time = clock();
    const rates = new Rates(limits, time);
    expect([1, 2, 3, 4].map(() => rates.request(who("a")))).toEqual([0, 0, 0, 1]);
    expect(rates.request(who("b"))).toBe(0);
    time.advance(1000);
    expect([rates.request(who("a")), rates.request(who("a"))]).toEqual([0, 1]);
  });
  test("is of cost too, and one answer beyond it is paid off afterwards", () => {
    const time = clock();
    const rates = new Rates(limits, time);
    expect(rates.charge(who("a"), 500)).toBe(0);
    expect(rates.charge(who("a"), 10)).toBe(41);
    time.advance(41_000);
    expect(rates.charge(who("a"), 10)).toBe(0);
  });
  test("is of all subjects of a client together as well", () => {
    const rates = new Rates(limits, clock());
    const waits = Array.from({ length: 8 }, (_, n) => rates.request(who(`s${n}`, "front-end")));
    expect(waits).toEqual([0, 0, 0, 0, 0, 0, 1, 1]);
  });
  test("gives nothing for a clock that was put back", () => {
    const time = clock();
    const rates = new Rates(limits, time);
    for (let n = 0; n < 3; n += 1) rates.request(who("a"));
    time.advance(-3_600_000);
    expect(rates.request(who("a"))).toBeGreaterThan(0);
  });
  test("costs bounded memory, however many callers come", () => {
    const rates = new Rates(limits, clock());
    for (let n = 0; n < 60_000; n += 1) rates.request(who(`s${n}`));
    expect(rates.size).toBeLessThanOrEqual(40_000);
  });
});

describe("somebody who copies people", () => {
  const small = { windowMs: 1000, people: 5, peopleOfOne: 1, nothing: 3 };
  test("is told of once in a window, when they are many different people", () => {
    const time = clock();
    const watch = new HarvestWatch(time, small);
    const told = Array.from({ length: 9 }, (_, n) => watch.saw(who("a"), [`p${n}`], true)?.why);
    expect(told).toEqual([undefined, undefined, undefined, undefined, undefined, "many-people", undefined, undefined, undefined]);
    time.advance(1000);
    expect(watch.saw(who("a"), ["p1"], true)).toBeUndefined();
  });
  test("is not somebody who sees the same few again and again", () => {
    const watch = new HarvestWatch(clock(), small);
    for (let n = 0; n < 1000; n += 1) expect(watch.saw(who("a"), ["p1", "p2", "p3"], true)).toBeUndefined();
  });
  test("is told of when there is nobody to be seen for the hundredth time", () => {
    const watch = new HarvestWatch(clock(), small);
    expect([1, 2, 3, 4].map(() => watch.saw(who("a"), [], false)?.why)).toEqual([undefined, undefined, undefined, "many-misses"]);
  });
  test("is told of sooner where only one record is theirs; a client for many people is not one", () => {
    const watch = new HarvestWatch(clock(), small);
    for (let n = 0; n < 50; n += 1) expect(watch.saw(who(`s${n}`, "front-end", "passport"), [`p${n}`], true)).toBeUndefined();
    expect(watch.saw(who("s1", "front-end", "passport"), ["p2"], true)).toMatchObject({ why: "many-people" });
  });
  test("is not somebody who looks at the own record after those of colleagues, and is found out all the same afterwards", () => {
    const watch = new HarvestWatch(clock(), small);
    const saw = (role: "self" | "hr", id: string) => watch.saw(who("a", undefined, role), [id], true)?.why;
    expect(["p1", "p2", "p3", "p4"].map((id) => saw("hr", id))).toEqual([undefined, undefined, undefined, undefined]);
    expect(saw("self", "own")).toBeUndefined();
    expect(["p5", "p6"].map((id) => saw("hr", id))).toEqual([undefined, "many-people"]);
    expect(saw("self", "another")).toBe("many-people");
  });
  test("costs bounded memory", () => {
    const watch = new HarvestWatch(clock(), small);
    for (let n = 0; n < 6_000; n += 1)
      watch.saw(
        who(`s${n}`),
        Array.from({ length: 50 }, (_, p) => `${n} ${p}`),
        true,
      );
    expect(watch.size).toBeLessThanOrEqual(5_000);
  });
});
