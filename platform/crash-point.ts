/**
 * Named places at which a process may be ended from outside, so that a test can kill it exactly between two durable steps.
 * Nothing happens unless the composition root has armed one; production refuses to.
 */
import { writeSync } from "node:fs";
import { HubError } from "./errors";

export interface CrashPlan {
  /** kill: SIGKILL, as a power cut ends it; freeze: SIGSTOP, until somebody sends SIGCONT; list: says every place on stderr. */
  readonly how: "kill" | "freeze" | "list";
  readonly name: string;
  /** At the n-th time the place is reached, from 1. */
  readonly nth: number;
}

let armed: ((name: string) => void) | undefined;

/** A durable step is reached. Free unless armed. */
export function reach(name: string): void {
  armed?.(name);
}

/** "page:before-commit:2" (the second time), "freeze=page:before-commit", "list". */
export function crashPlanOf(text: string): CrashPlan {
  if (text === "list") return { how: "list", name: "", nth: 1 };
  const [, how = "kill", name, nth = "1"] = /^(?:(kill|freeze)=)?([a-z][a-z-]*(?::[a-z][a-z-]*)+)(?::([1-9]\d*))?$/.exec(text) ?? [];
  if (name === undefined) {
    throw new HubError({
      code: "INTERNAL",
      class: "settings",
      message: "a crash point is written area:place:nth, for example page:before-commit:2",
      detail: { why: "not a crash point" },
    });
  }
  return { how: how as CrashPlan["how"], name, nth: Number(nth) };
}

/** `act` is what ends or freezes this process; undefined disarms. */
export function armCrashPoint(plan: CrashPlan | undefined, act: (signal: "SIGKILL" | "SIGSTOP") => void = signalSelf): void {
  let times = 0;
  armed =
    plan &&
    ((name) => {
      if (plan.how === "list") return void writeSync(2, `crash-point ${name}\n`);
      if (name !== plan.name) return;
      times += 1;
      if (times === plan.nth) act(plan.how === "kill" ? "SIGKILL" : "SIGSTOP");
    });
}

/** A signal to oneself is delivered before the next line of JavaScript runs. */
function signalSelf(signal: "SIGKILL" | "SIGSTOP"): void {
  process.kill(process.pid, signal);
}
