import { decide } from "../../../access/decide";
import { noFacts } from "../../../access/facts";
import type { TidewaterItem } from "../../../sandbox/tidewater/items";
import { pathLines, traceById } from "../../commands/where";
import { askOperations } from "../../compose/operations";
import { stateWords } from "../../present/states";
import type { Step } from "../narration";
import { as, type Stage } from "../stage";
import { runEsr } from "./esr";

const connectionId = "zqc-tidewater";
const levelOf = "Fire Safety";
const weekMs = 7 * 86_400_000;

/** On time, with or without refused records. */
const working: ReadonlySet<string> = new Set(["ON_TIME", "ERRORS"]);

/** A vendor with a key: pushed, visible, followed by its receipt; then without one: stopped, and back. */
export async function pushStep(stage: Stage, step: Step): Promise<void> {
  const { tidewater } = stage.sandbox.systems;
  const hub = { url: `${stage.address}/intake/${connectionId}/records` };
  const state = async () => (await askOperations(stage.graph)).find((one) => one.id === connectionId)?.state;
  const before = await state();
  step.check("Tidewater is read; the bad items it has sent show as errors", working.has(before ?? ""), before);

  const lena = tidewater.items.find((item) => item.person.familyName === "Fischer" && item.subjectName !== undefined);
  if (!step.check("Tidewater knows Lena Fischer", lena !== undefined)) return;
  const today = stage.environment.today;
  const item: TidewaterItem = {
    ...lena!,
    id: `TW-demo-${today}`,
    changedAt: stage.now().toISOString(),
    subjectName: levelOf,
    competencyName: levelOf,
    subjectLevel: "1",
    dateLastAwarded: today,
    dateTo: undefined,
  };
  const token = await stage.graph.developmentIssuer!.issueToken({ as: "hr", organisation: "ZQC" });
  const visible = async () => {
    const data = await stage.post<{
      staffMemberByIdentifier: { learning: { competences: readonly { subject: string; awardedOn: string }[] } | null } | null;
    }>(
      `query Pushed($number: String!) { staffMemberByIdentifier(scheme: ESR_EMPLOYEE_NUMBER, value: $number, organisation: "ZQC") {
        learning { competences { subject awardedOn } } } }`,
      { number: item.person.staffNumber },
      token,
    );
    return data.staffMemberByIdentifier?.learning?.competences.some((one) => one.subject === levelOf && one.awardedOn === today) === true;
  };
  step.check("before the push nobody sees it", !(await visible()));
  const at = stage.now();
  const report = await tidewater.push(hub, [item]);
  const shown = await visible();
  step.measure("pushToVisibleMs", stage.now().getTime() - at.getTime());
  step.show(`POST /intake/${connectionId}/records`, `${report.accepted} accepted, ${report.waiting} waiting, ${report.refused} refused`);
  step.check("what was pushed is in the passport query when the answer has come", report.accepted === 1 && shown, report);
  const receipt = await stage.foundation.store.pool.query(
    "select id::text as id from ops.receipt where vendor_id = $1 order by received_at desc limit 1",
    [item.id],
  );
  const trace = receipt.rows[0] && (await traceById(stage.graph, receipt.rows[0].id, as("ops")));
  step.show(`npx lanyard where ${receipt.rows[0]?.id}`, trace ? pathLines(trace).join("\n") : "not found");
  step.equal("its receipt leads to the record", trace?.records?.length, 1);

  const rehearsal = await runEsr(stage, "ZQC");
  const pushed = trace?.records?.[0] && (await traceById(stage.graph, trace.records[0].id, as("ops")));
  step.show(
    "npx lanyard esr run ZQC",
    rehearsal.files.map((file) => `${file.name}: ${file.records} records, ${file.sent ? "sent" : "a rehearsal, not sent"}`).join("\n"),
  );
  step.check(
    "Saltmarsh only rehearses: a file is made and compared, and nothing leaves",
    rehearsal.files.length > 0 && rehearsal.files.every((file) => !file.sent),
    rehearsal.files,
  );
  step.equal("where is it: rehearsed", pushed?.end.state, "SHADOWED");

  const may = decide(as("ops"), "rotate-keys", { organisations: ["ZQC"] }, noFacts, stage.now());
  if (!step.check("the operator may rotate keys", may.effect === "allow", may.reason)) return;
  const { intake } = stage.foundation.store;
  await intake.revokeKey({ id: tidewater.keyId ?? "", by: as("ops").subject, reason: "the demonstration" });
  const refused = await tidewater.push(hub, [{ ...item, id: `${item.id}-later` }]);
  const stopped = await state();
  step.show(
    `npx lanyard keys revoke ${tidewater.keyId}`,
    `Tidewater is answered ${refused.stopped}; ${connectionId}: ${stateWords[stopped ?? ""] ?? stopped}`,
  );
  step.equal("with its key revoked Tidewater is turned away and the connection is stopped", [refused.stopped, stopped], [401, "STOPPED"]);
  const rotate = (overlapMs: number) =>
    intake.rotateKeys({
      connectionId,
      organisation: "ZQC",
      by: as("ops").subject,
      now: stage.now(),
      endsAt: new Date(stage.now().getTime() + overlapMs),
    });
  const key = await rotate(0);
  tidewater.takeKey({ id: key.id, secret: key.secret }, false);
  const back = await tidewater.deliver(hub);
  const again = await state();
  step.show(
    `npx lanyard keys rotate ${connectionId} --reason ...`,
    `${back.accepted} accepted that had waited at Tidewater; ${stateWords[again ?? ""] ?? again}`,
  );
  step.check(
    "with a new key it is back, and what waited at the vendor has come",
    back.stopped === undefined && back.accepted === 1 && working.has(again ?? ""),
    {
      ...back,
      state: again,
    },
  );

  const next = await rotate(weekMs);
  const stillOld = await tidewater.push(hub, [{ ...item, id: `${item.id}-old-key` }]);
  tidewater.takeKey({ id: next.id, secret: next.secret }, false);
  const fresh = await tidewater.push(hub, [{ ...item, id: `${item.id}-new-key` }]);
  step.show(
    `npx lanyard keys rotate ${connectionId} --overlap 7d --reason ...`,
    `signed with the old key: ${stillOld.accepted} accepted; with the new one: ${fresh.accepted} accepted`,
  );
  step.equal("a key that is changed in order leaves no gap", [stillOld.accepted, fresh.accepted], [1, 1]);
}
