/** The five minutes, as `npm run demo` tells them: same code, same order, every check of it a check of this test. */
import { execFile } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Told } from "../../cli/demo/narration";
import type { Story } from "../../cli/demo/story";

const root = path.resolve(__dirname, "..", "..");
const output = path.join(root, "dist", "e2e");

/** What the story measures of freshness, in milliseconds; the schedule's own interval comes on top of a poll and of a file. */
const freshness: Readonly<Record<string, string>> = {
  pushToVisibleMs: "push to visible in the passport query",
  pollToVisibleMs: "poll to visible in the passport query (run to answer)",
  factToFileMs: "fact to next ESR file, sent (run to sent)",
  acknowledgementToStateMs: "ESR's acknowledgement to state",
};

let story: Story;
beforeAll(async () => {
  story = await new Promise<Story>((resolve, reject) => {
    execFile(
      process.execPath,
      ["--max-old-space-size=512", path.join(root, "cli", "lanyard.cjs"), "demo", "--json", "--today", "2026-11-22"],
      { cwd: root, maxBuffer: 50_000_000, env: { ...process.env, DATABASE_URL: "", REDIS_URL: "" } },
      // The exit says whether every check holds; which one does not is for the tests below.
      (error, stdout, stderr) => {
        try {
          resolve(JSON.parse(stdout) as Story);
        } catch {
          reject(new Error(`the demonstration gave no answer (${error?.message}): ${stderr.slice(-2000)}`));
        }
      },
    );
  });
}, 280_000);

const measured = (): Record<string, unknown> => Object.assign({}, ...story.steps.map((step) => step.measured));

test("every check of every step holds", () => {
  const failed = story.steps.flatMap((step) =>
    step.checks.filter((check) => !check.holds).map((check) => ({ step: step.title, ...check })),
  );
  expect(failed).toEqual([]);
  expect(story.checks).toBeGreaterThan(40);
});

test("every step shows a command or a query and checks something", () => {
  for (const step of story.steps as readonly Told[]) {
    expect(step.shown.length).toBeGreaterThan(0);
    expect(step.checks.length).toBeGreaterThan(0);
  }
});

test("freshness is measured, and written down", () => {
  const all = measured();
  const figures = Object.fromEntries(Object.keys(freshness).map((name) => [name, all[name]]));
  for (const value of Object.values(figures)) expect(typeof value).toBe("number");
  mkdirSync(output, { recursive: true });
  const file = path.join(output, "demonstration.json");
  writeFileSync(file, `${JSON.stringify({ freshness: figures, measured: all, steps: story.steps }, null, 2)}\n`);
  process.stdout.write(
    `\nFreshness, measured (${file}):\n${Object.entries(freshness)
      .map(([name, says]) => `  ${String(Math.round(figures[name] as number)).padStart(6)} ms  ${says}`)
      .join("\n")}\n  ${story.checks} checks of the demonstration hold\n`,
  );
});
