import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline/promises";
import { openStage } from "../demo/stage";
import { tellStory } from "../demo/story";
import { readEnvironment } from "../environment";
import { exitCodes, type Output } from "../output";

interface DemoOptions {
  readonly today?: string;
  readonly folder?: string;
  readonly pause?: boolean;
}

/**
 * The five minutes in the terminal: each step shows what it asks, what comes out, and what must be true. Exit 1 when one of
 * them is not. On a data folder of its own, so that it begins with nothing and leaves nothing behind.
 */
export async function demo(output: Output, options: DemoOptions): Promise<number> {
  const environment = readEnvironment(options);
  const folder = options.folder ? path.resolve(options.folder) : mkdtempSync(path.join(tmpdir(), "lanyard-demo-"));
  const print = (line: string) => {
    if (!output.json) process.stdout.write(`${line}\n`);
  };
  print("Lanyard, five minutes. Synthetic people. Not an NHS service.");
  try {
    const stage = await openStage({
      environment,
      folder,
      note: (line) => {
        if (!output.json) output.note(line);
      },
    });
    try {
      const story = await tellStory(stage, { print, between: options.pause && !output.json ? enter : async () => undefined });
      if (output.json) output.answer(story, () => "");
      else print(`\n${story.checks - story.failed} of ${story.checks} checks hold.`);
      return story.failed === 0 ? exitCodes.ok : exitCodes.failed;
    } finally {
      await stage.close();
    }
  } finally {
    if (!options.folder) rmSync(folder, { recursive: true, force: true });
  }
}

async function enter(): Promise<void> {
  const line = createInterface({ input: process.stdin, output: process.stderr });
  try {
    await line.question("\nEnter goes on. ");
  } finally {
    line.close();
  }
}
