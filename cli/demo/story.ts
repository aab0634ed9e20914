/** The five minutes, in order: every step asks the graph or runs the verb that a person would, and checks what must be true. */
import { isHubError } from "../../platform/errors";
import { failureText } from "../output";
import { Step, type Told } from "./narration";
import type { Stage } from "./stage";
import { courseStep } from "./steps/course";
import { esrStep } from "./steps/esr";
import { heldStep } from "./steps/held";
import { ownRecordStep } from "./steps/own-record";
import { pushStep } from "./steps/push";
import { replayStep } from "./steps/replay";
import { rotationStep } from "./steps/rotation";
import { sharingStep } from "./steps/sharing";
import { startStep } from "./steps/start";
import { trapsStep } from "./steps/traps";

/** What one step leaves for the next. */
export interface Memory {
  /** The doctor's staff member id. */
  doctor: string;
  /** Where the doctor starts next, and when. */
  next: string;
  startsOn: string;
  /** Competence that the course was mapped to. */
  mapped: string;
  /** Of the rotation, before the course is mapped. */
  readyBefore: number | undefined;
}

export interface Story {
  readonly steps: readonly Told[];
  readonly checks: number;
  readonly failed: number;
  readonly leftOut: string;
}

export const leftOut = "Left out, because the hub cannot do it yet: bisecting a refused file, transfers of employment.";

type Part = (stage: Stage, step: Step, memory: Memory) => Promise<void>;
const parts: readonly (readonly [title: string, part: Part])[] = [
  ["1  A doctor moves", startStep],
  ["2  Her own query, and what others see of the same record", ownRecordStep],
  ["2b Who may see her doses, and who has looked", sharingStep],
  ["3  The course that nobody has mapped", courseStep],
  ["4  ESR receives, answers, and tells it back", esrStep],
  ["5  The cohort", rotationStep],
  ["6  A vendor pushes, loses its key, and comes back", pushStep],
  ["7  The traps", trapsStep],
  ["8  A snapshot that lacks everything", heldStep],
  ["9  A wrong line of a map, corrected", replayStep],
];

export interface Telling {
  readonly print: (line: string) => void;
  /** Before each step but the first. */
  readonly between: () => Promise<void>;
}

export async function tellStory(stage: Stage, telling: Telling): Promise<Story> {
  const memory: Memory = { doctor: "", next: "", startsOn: "", mapped: "", readyBefore: undefined };
  const steps: Told[] = [];
  for (const [at, [title, part]] of parts.entries()) {
    if (at > 0) await telling.between();
    const step = new Step(title, telling.print);
    try {
      await part(stage, step, memory);
    } catch (error) {
      step.check(
        `the step runs to its end: ${isHubError(error) ? failureText(error) : error instanceof Error ? error.message : String(error)}`,
        false,
      );
    }
    steps.push(step.told);
  }
  const checks = steps.flatMap((step) => step.checks);
  telling.print(`\n${leftOut}`);
  return { steps, checks: checks.length, failed: checks.filter((check) => !check.holds).length, leftOut };
}
