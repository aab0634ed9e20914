import { askDoctor } from "../../compose/doctor";
import { askOperations } from "../../compose/operations";
import { connectionTable } from "../../present/closing";
import { doctorSentences, isInEsr, trainings } from "../../present/doctor";
import type { Step } from "../narration";
import type { Stage } from "../stage";
import type { Memory } from "../story";
import { readyBefore } from "./rotation";

/** Everything has been read once: the doctor's sentences, and where they come from. */
export async function startStep(stage: Stage, step: Step, memory: Memory): Promise<void> {
  step.show("npm start", connectionTable(await askOperations(stage.graph)));
  const told = await askDoctor(stage.foundation, stage.graph, stage.doctor);
  if (!step.check("the doctor is found by her employee number", told !== undefined)) return;
  const { doctor, after } = told!;
  const { readiness } = doctor;
  memory.doctor = doctor.id;
  memory.next = readiness?.organisation.odsCode ?? "";
  memory.startsOn = readiness?.startsOn ?? "";
  step.say(["", ...(doctorSentences(doctor, after) ?? ["No answer."])].join("\n"));
  const { asked, notToRepeat, repeat, unknown } = readiness?.summary ?? {};
  step.equal(
    "11 trainings are asked, 8 need not be repeated, 1 is to repeat, 2 are unknown",
    [asked, notToRepeat, repeat, unknown],
    [11, 8, 1, 2],
  );
  const items = readiness ? trainings(readiness) : [];
  const kept = items.filter((item) => item.verdict === "NOT_TO_REPEAT");
  step.check(
    "each of the 8 is in ESR by its own state",
    kept.length === 8 && kept.every(isInEsr),
    kept.map((item) => item.esr?.state),
  );
  step.equal(
    "unknown says why: one waits for a course map, for one nothing was sent",
    items
      .filter((item) => item.verdict === "UNKNOWN")
      .map((item) => item.why)
      .sort(),
    ["NOTHING_SENT", "WAITS_FOR_COURSE_MAP"],
  );
  step.equal("after the course is mapped it will be 9, 1, 1", after, { notToRepeat: 9, repeat: 1, unknown: 1 });
  step.equal("she starts at Eastmoor", memory.next, "ZQB");
  memory.readyBefore = await readyBefore(stage, memory);
  step.measure("readiness", readiness?.summary);
}
