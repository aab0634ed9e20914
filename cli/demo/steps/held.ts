import type { HeldAnswer } from "../../commands/held";
import { heldFields, heldText } from "../../commands/held";
import { thousands } from "../../present/table";
import type { Step } from "../narration";
import { as, type Stage } from "../stage";

const connectionId = "larkspur-fhir";
const trust = "ZQB";

/** Larkspur says that nobody was ever vaccinated: nothing goes before the trust's occupational health has looked. */
export async function heldStep(stage: Stage, step: Step): Promise<void> {
  const { larkspurFhir } = stage.sandbox.systems;
  const states = async (): Promise<Readonly<Record<string, number>>> => {
    const { rows } = await stage.foundation.store.pool.query(
      "select source_state as state, count(*)::int as n from oh.immunisation where connection_id = $1 group by 1",
      [connectionId],
    );
    return Object.fromEntries(rows.map(({ state, n }) => [state, n]));
  };
  const held = async (principal = as("oh", trust)) =>
    (await stage.ask<{ heldSnapshots: readonly HeldAnswer[] }>(`{ heldSnapshots { ${heldFields} } }`, {}, principal)).heldSnapshots.filter(
      (one) => one.connectedSystemId === connectionId,
    );
  const decide = (verb: "release" | "refuse", id: string, principal = as("oh", trust)) =>
    stage
      .ask<{ answer: { settled: number | null } | null }>(
        `mutation Decide($input: HeldSnapshotInput!) { answer: ${verb}HeldSnapshot(input: $input) { settled } }`,
        { input: { heldSnapshot: id, reason: "Larkspur has confirmed that an upgrade had hidden them" } },
        principal,
      )
      .then(({ answer }) => answer?.settled ?? null);

  const before = (await states()).IN_FORCE ?? 0;
  larkspurFhir.control.showNothing(true);
  const run = await stage.sync(connectionId, "full");
  const all = await held();
  const found = all.find((one) => one.inForce === before);
  const { heldSnapshot: vaccinations } = await stage.ask<{ heldSnapshot: HeldAnswer | null }>(
    `query Show($id: ID!) { heldSnapshot(id: $id) { ${heldFields} } }`,
    { id: found?.id ?? "" },
    as("oh", trust),
  );
  step.show(
    `Larkspur answers every search with nothing; npx lanyard sync ${connectionId} --full; npx lanyard held show`,
    vaccinations ? heldText(vaccinations) : `${all.length} held`,
  );
  step.equal(
    `an empty snapshot that would withdraw ${thousands(before)} records is held`,
    [run.outcome, vaccinations?.count],
    ["HELD", before],
  );
  step.equal("and not one of them is withdrawn: all count as before, and say that they are suspected", await states(), {
    SUSPECTED: before,
  });
  if (!step.check("Eastmoor's occupational health may decide about it", vaccinations?.mayDecide === true)) return;
  const { id } = vaccinations!;
  step.equal(
    "the ESR team sees the counts and may not decide about health",
    [(await held(as("ops"))).length, await decide("release", id, as("ops"))],
    [all.length, null],
  );
  const kept = await decide("refuse", id);
  step.show(
    `npx lanyard held refuse ${id} --as oh --organisation ${trust} --reason "..."`,
    `${thousands(kept ?? 0)} records stay in force`,
  );
  step.equal("refused, all of them stay in force", [kept, await states()], [before, { IN_FORCE: before }]);
  await stage.sync(connectionId, "full");
  step.equal(
    "and the same gap is not asked about again",
    (await held()).some((one) => one.inForce === before),
    false,
  );
  larkspurFhir.control.showNothing(false);
  await stage.sync(connectionId, "full");
  step.equal(
    "the next whole snapshot settles what else was held, by itself",
    [(await held()).length, await states()],
    [0, { IN_FORCE: before }],
  );
}
