import { HubError } from "./errors";
import { createLog, type LogLevel } from "./log";

/** A name that nobody has: wherever it turns up, something was let through. */
const canary = "Zebedee Quillfeather-Ondine";

function recorder(level: LogLevel = "debug") {
  const lines: string[] = [];
  return { lines, log: createLog({ level, destination: { write: (line: string) => void lines.push(line) } }) };
}

test("ids, counts and codes are written as they are", () => {
  const { lines, log } = recorder();
  log.with({ connection: "zqa-moodle" }).info({ count: 3, codes: ["A", "B"], nothing: undefined }, "page stored");
  expect(JSON.parse(lines[0]!)).toEqual({
    level: "info",
    time: expect.any(String),
    connection: "zqa-moodle",
    count: 3,
    codes: ["A", "B"],
    msg: "page stored",
  });
});

test("an error of the hub is its code, class and detail", () => {
  const { lines, log } = recorder();
  log.error({}, "page failed", new HubError({ code: "NOT_JSON", class: "malformed-page", message: canary, detail: { bytes: 12 } }));
  expect(JSON.parse(lines[0]!).error).toMatchObject({ code: "NOT_JSON", class: "malformed-page", detail: { bytes: 12 } });
  expect(lines.join()).not.toContain("Quillfeather");
});

test("a foreign error keeps its name, its code and its places in our source", () => {
  const { lines, log } = recorder();
  log.error({}, "failed", Object.assign(new TypeError("x"), { code: "23505" }));
  const { error } = JSON.parse(lines[0]!);
  expect(error).toMatchObject({ name: "TypeError", code: "23505" });
  expect(error.frames[0]).toMatch(/log\.test\.ts:\d+:\d+$/);
});

test.each([
  ["in a message", () => new Error(`duplicate key (name)=(${canary})`)],
  [
    "in a message of several lines that looks like a stack",
    () => new Error(`bad\n    at ${canary} (/app/x.ts:1:2)\n    at /${canary}:1:2\nend`),
  ],
  [
    "in a message changed after the stack was taken",
    () => Object.assign(new Error(`first ${canary}\n    at ${canary} (/a.ts:1:1)`), { message: "second" }),
  ],
  ["in a cause", () => new HubError({ code: "INTERNAL", class: "internal", cause: new Error(canary) })],
  ["in a driver's detail", () => Object.assign(new Error("x"), { detail: `Failing row contains (${canary})`, where: canary })],
  ["in a code that is not a code", () => Object.assign(new Error("x"), { code: canary })],
  ["in a name", () => Object.assign(new Error("x"), { name: canary })],
  ["in something thrown that is no error", () => ({ family: canary })],
  ["in a thrown string", () => canary],
])("a person's name %s never reaches the log", (_, make) => {
  const { lines, log } = recorder();
  log.error({ run: "r1" }, "failed", make());
  expect(lines).toHaveLength(1);
  expect(lines.join()).toContain("r1");
  expect(lines.join()).not.toMatch(/Zebedee|Quillfeather|Ondine/);
});

test("nested values and telling field names are withheld even past the types", () => {
  const { lines, log } = recorder();
  log.info({ person: { given: canary }, familyName: canary, authorization: canary, list: [{ canary }] } as never, "cast");
  expect(JSON.parse(lines[0]!)).toMatchObject({
    person: "[withheld]",
    familyName: "[withheld]",
    authorization: "[withheld]",
    list: "[withheld]",
  });
  expect(lines.join()).not.toContain("Quillfeather");
});

test("a level below the set one writes nothing", () => {
  const { lines, log } = recorder("warn");
  log.info({ count: 1 }, "quiet");
  log.warn({ count: 1 }, "loud");
  expect(lines).toHaveLength(1);
});
