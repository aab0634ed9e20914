import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { files } from "../../../sandbox/demonstration/config";
import { esrName } from "../../../sandbox/population/competences";
import { courses } from "../../../sandbox/population/courses";
import { workReplays } from "../../../sync/rederive/apply";
import { planText, progressText, type ReplayAnswer, replayPayload } from "../../commands/replay";
import { holderName } from "../../compose/holder";
import { thousands } from "../../present/table";
import type { Step } from "../narration";
import { as, type Stage } from "../stage";

const connectionId = "zqa-moodle";

interface Answered {
  readonly answer: { readonly replay: ReplayAnswer | null; readonly userErrors: readonly { readonly message: string }[] } | null;
}

/** One line of Northbridge's course map has been wrong while its Moodle was read: corrected, planned, done, and done once. */
export async function replayStep(stage: Stage, step: Step): Promise<void> {
  const { engine, config, store } = stage.foundation;
  const course = courses.find((one) => one.known === "map" && one.awards.length === 1);
  if (!step.check("Northbridge's map has a line for a course", course !== undefined)) return;
  const right = esrName(course!.awards[0]!);
  const wrong = esrName(courses.find((one) => one.known === "map" && one.awards.length === 1 && one !== course)!.awards[0]!);
  /** Awards in force of each competence. */
  const awards = async (): Promise<Readonly<Record<string, number>>> => {
    const { rows } = await store.pool.query(
      `select competence, count(*)::int as n from learning.competence_award
       where connection_id = $1 and source_state <> 'WITHDRAWN' group by 1 order by 1`,
      [connectionId],
    );
    return Object.fromEntries(rows.map(({ competence, n }) => [competence, n]));
  };
  const ask = async (mutation: "planReplay" | "startReplay", type: string, input: object): Promise<ReplayAnswer> => {
    const { answer } = await stage.ask<Answered>(
      `mutation Replay($input: ${type}!) { answer: ${mutation}(input: $input) { ${replayPayload} } }`,
      { input: { ...input, reason: `the map said of ${course!.idnumber} what is not so` } },
      as("ops"),
    );
    if (!answer?.replay) throw new Error(answer?.userErrors[0]?.message ?? `${mutation} is not permitted`);
    return answer.replay;
  };
  const plan = () => ask("planReplay", "PlanReplayInput", { filter: { connection: connectionId } });
  const start = async (replay: string): Promise<ReplayAnswer> => {
    await ask("startReplay", "StartReplayInput", { replay });
    while ((await workReplays(engine, config.connections, holderName(), { only: replay })) > 0);
    return ask("startReplay", "StartReplayInput", { replay });
  };

  const before = await awards();
  const file = path.join(config.folder, files.courses);
  const text = readFileSync(file, "utf8");
  const lines = text.split("\n");
  const at = lines.findIndex((line) => line.startsWith(`${course!.idnumber},`));
  writeFileSync(file, [...lines.slice(0, at), lines[at]!.replace(right, wrong), ...lines.slice(at + 1)].join("\n"));
  try {
    // The hub as it would have been started with that file.
    await stage.syncAsConfigured(connectionId, "full");
  } finally {
    writeFileSync(file, text);
  }
  const astray = await awards();
  step.say(
    `A line of ${files.courses} says that "${course!.fullname}" awards "${wrong}". Moodle is read under it: ${thousands(astrayOf(before, astray))} awards are of the wrong competence. The line is put right.`,
  );
  step.check("the wrong line has made wrong awards", astrayOf(before, astray) > 0, { before, astray });

  const planned = await plan();
  step.show(`npx lanyard replay plan --connection ${connectionId} --reason "..."`, planText(planned));
  step.equal("nothing is done before somebody starts it", await awards(), astray);
  step.check(
    "something will change, and nothing will fail",
    planned.willChange !== null && planned.willChange > 0 && planned.willFail === 0,
    planned,
  );
  const done = await start(planned.id);
  step.show(`npx lanyard replay start ${planned.id} --reason "..."`, progressText(done));
  step.equal(
    "exactly what was planned has changed",
    [done.state, done.changed, done.alreadyThere, done.movedOn, done.left],
    ["APPLIED", planned.willChange, 0, 0, 0],
  );
  step.equal("every award is of the right competence again, and Moodle was not asked", await awards(), before);

  const footprint = async () =>
    (
      await store.pool.query(
        `select (select count(*)::int from ops.record_version) as versions,
           (select sum(hashtextextended(ctid::text || xmin::text, 0))::text from learning.competence_award) as rows`,
      )
    ).rows[0];
  const stands = await footprint();
  await start(planned.id);
  const again = await plan();
  step.show("the same start once more, then a new plan", planText(again));
  step.equal("the same start once more writes nothing", await footprint(), stands);
  step.equal("and a new plan finds nothing to change", [again.willChange, again.willFail], [0, 0]);
  step.measure("replay of the corrected line", { records: planned.records, willChange: planned.willChange, rows: planned.rows });
}

/** Awards of a competence beyond those that there were of it. */
const astrayOf = (before: Readonly<Record<string, number>>, after: Readonly<Record<string, number>>): number =>
  Object.entries(after).reduce((sum, [competence, n]) => sum + Math.max(0, n - (before[competence] ?? 0)), 0);
