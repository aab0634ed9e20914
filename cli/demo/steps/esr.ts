import { decide } from "../../../access/decide";
import { noFacts } from "../../../access/facts";
import { type OutboundRun, runOutbound } from "../../../outbound/run";
import { pathLines, type TraceAnswer, traceById } from "../../commands/where";
import { selfPrincipal } from "../../compose/movement";
import { composeOutbound } from "../../compose/outbound";
import type { Step } from "../narration";
import { as, type Stage } from "../stage";
import type { Memory } from "../story";

/** ESR's own day goes by: its next change file tells what it has loaded. */
const nextFileMs = 6 * 60_000;

/** As `lanyard esr run` does it, for one organisation. */
export async function runEsr(stage: Stage, organisation: string): Promise<OutboundRun> {
  const allowed = decide(as("ops"), "send-to-esr", { organisations: [organisation] }, noFacts, stage.now());
  if (allowed.effect !== "allow") throw new Error(`the operator may not send to ESR: ${allowed.reason}`);
  const run = await runOutbound(composeOutbound(stage.foundation), organisation);
  if (!run) throw new Error(`there is no ESR of ${organisation}`);
  if (run.error) throw run.error;
  return run;
}

export interface Settled {
  readonly sent: number;
  readonly loaded: number;
  readonly refused: number;
}

/** A whole day of one employer's ESR: our file, its answers, its own change file, and ours recognised in it. */
export async function settleEsr(stage: Stage, organisation: string): Promise<Settled> {
  const run = await runEsr(stage, organisation);
  stage.sandbox.systems.esr.step(stage.now());
  const read = await runEsr(stage, organisation);
  await bringBack(stage, organisation, 1);
  const sent = run.files.filter((file) => file.sent).reduce((sum, file) => sum + file.records, 0);
  return { sent, loaded: run.answers.loaded + read.answers.loaded, refused: run.answers.refused + read.answers.refused };
}

/** `files`: how many of ESR's change files come after now; two of one instant would be one file. */
async function bringBack(stage: Stage, organisation: string, files: number): Promise<void> {
  stage.sandbox.systems.esr.step(new Date(stage.now().getTime() + files * nextFileMs));
  await stage.sync(`${organisation.toLowerCase()}-esr`);
  await runEsr(stage, organisation);
}

async function returned(stage: Stage): Promise<number> {
  const { rows } = await stage.foundation.store.pool.query("select count(*)::int as n from ops.esr_delivery where state = 'RETURNED'");
  return rows[0].n;
}

export async function tracesOf(stage: Stage, staffMember: string): Promise<readonly TraceAnswer[]> {
  const data = await stage.ask<{ me: { traces: readonly TraceAnswer[] | null } | null }>(
    `{ me { traces { id is kind organisations { odsCode name } connectedSystem steps { step state at detail } counts { name count }
      end { state reason owner say next } } } }`,
    {},
    selfPrincipal(staffMember),
  );
  return data.me?.traces ?? [];
}

export async function esrStep(stage: Stage, step: Step, memory: Memory): Promise<void> {
  const organisation = stage.doctor.organisation;
  const due = (await tracesOf(stage, memory.doctor)).find(
    (one) => one.kind === "competence-award" && ["AWAITS_ESR_RUN", "DUE_FOR_ESR"].includes(one.end.state),
  );
  if (!step.check("her mapped training is on its way to ESR", due !== undefined)) return;
  const where = () => traceById(stage.graph, due!.id, as("ops"));
  const stateNow = async () => (await where())?.end.state;

  const factAt = stage.now();
  const run = await runEsr(stage, organisation);
  step.measure("factToFileMs", stage.now().getTime() - factAt.getTime());
  const sent = run.files.filter((file) => file.sent);
  step.show(
    "npx lanyard esr run",
    [
      `${run.due} newly due`,
      ...run.files.map((file) => `${file.name}: ${file.records} records, ${file.sent ? "sent" : "a rehearsal, not sent"}`),
    ].join("\n"),
  );
  const mapped = async () => {
    const { rows } = await stage.foundation.store.pool.query(
      `select d.state, count(*)::int as n from ops.esr_delivery d join ops.esr_file f on f.id = d.file_id
       where f.name = $1 and d.competence = $2 group by d.state order by d.state`,
      [sent[0]?.name ?? "", memory.mapped],
    );
    return Object.fromEntries(rows.map((row) => [row.state as string, row.n as number]));
  };
  step.equal("the awards of the 37 are in one file, and the file has left", [sent.length, await mapped()], [1, { SENT: 37 }]);
  const others = (sent[0]?.records ?? 0) - 37;
  if (others > 0) step.say(`  (${others} refused in the night, of the same nurse, go again because something about her has changed.)`);
  step.equal("where is it: sent, ESR has not answered", await stateNow(), "SENT_TO_ESR");

  stage.sandbox.systems.esr.step(stage.now());
  const answeredAt = stage.now();
  const read = await runEsr(stage, organisation);
  step.measure("acknowledgementToStateMs", stage.now().getTime() - answeredAt.getTime());
  step.show("npx lanyard esr run", `ESR answered: ${read.answers.loaded} loaded, ${read.answers.refused} refused`);
  step.equal("of the 37, 36 are acknowledged and 1 is refused", await mapped(), { ACKNOWLEDGED: 36, REFUSED: 1 });
  const acknowledged = await where();
  step.show(`npx lanyard where ${due!.id}`, acknowledged ? pathLines(acknowledged).join("\n") : "not found");
  step.equal("where is it: acknowledged", acknowledged?.end.state, "ACKNOWLEDGED_BY_ESR");

  const refused = await stage.foundation.store.pool.query(
    "select record_id::text as id from ops.esr_delivery where state = 'REFUSED' and organisation = $1 order by refused_at desc limit 1",
    [organisation],
  );
  const why = refused.rows[0] && (await traceById(stage.graph, refused.rows[0].id, as("ops")));
  if (why) step.show(`npx lanyard where ${why.id}`, pathLines(why).slice(-2).join("\n"));
  step.equal("the one refused says why and whose move it is", [why?.end.reason, why?.end.owner], ["POSITION_CLOSED", "TRUST"]);

  const before = await returned(stage);
  await bringBack(stage, organisation, 2);
  const back = (await returned(stage)) - before;
  step.show(
    `npx lanyard sync ${organisation.toLowerCase()}-esr; npx lanyard esr run`,
    `${back} came back in ESR's own file and were recognised as our own`,
  );
  step.equal("all 36 come back and are recognised; none is taken for a new award", back, 36);
  step.equal("where is it: in ESR", await stateNow(), "IN_ESR");
  const again = await runEsr(stage, organisation);
  step.equal("nothing is sent twice", again.files.filter((file) => file.sent).length, 0);
}
