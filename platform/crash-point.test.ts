import { armCrashPoint, crashPlanOf, reach } from "./crash-point";

afterEach(() => armCrashPoint(undefined));

test("a crash point ends the process at the named place, the n-th time it is reached, and only once", () => {
  const sent: string[] = [];
  armCrashPoint(crashPlanOf("page:before-commit:2"), (signal) => sent.push(signal));
  reach("page:before-commit");
  reach("page:after-commit");
  expect(sent).toEqual([]);
  reach("page:before-commit");
  reach("page:before-commit");
  expect(sent).toEqual(["SIGKILL"]);
});

test("freezing is asked for by its word, and nothing happens where none is armed", () => {
  const sent: string[] = [];
  armCrashPoint(crashPlanOf("freeze=run:before-end"), (signal) => sent.push(signal));
  reach("run:before-end");
  armCrashPoint(undefined);
  reach("run:before-end");
  expect(sent).toEqual(["SIGSTOP"]);
});

test.each(["", "page", "page:", "Page:commit", "page:commit:0", "burn=page:commit"])("%p is no crash point, and is refused", (text) => {
  expect(() => crashPlanOf(text)).toThrow("area:place:nth");
});
