import type { Foundation } from "../compose/foundation";
import { withGraph } from "../compose/operations";
import { type Output, UsageError } from "../output";
import { actor, audit, type MatchOptions, mayDecideOn, organisationOf } from "./match";

/** Whoever merges or parts must be the one who decides about everybody whose record it touches. */
export async function mayMerge(foundation: Foundation, options: MatchOptions, staffMembers: readonly string[]): Promise<void> {
  const organisation = organisationOf(options, foundation);
  const principal = actor(options);
  for (const id of staffMembers) {
    const shown = await foundation.store.show(id);
    const people = (shown?.is === "staff-member" ? shown.sourcePersons : []) as readonly { controller: string; system: string }[];
    const theirs = people.every(
      (it) =>
        it.controller === organisation &&
        mayDecideOn(principal, { organisation: it.controller, system: it.system }, foundation.engine.clock.now()),
    );
    // Whom no system says (erased, or unlinked) is nobody's to decide about: who held the person may be another organisation.
    if (shown?.is !== "staff-member" || people.length === 0 || !theirs)
      throw new UsageError(`${id} is no staff member, or somebody else decides about systems that know them.`);
  }
}

export async function matchMerge(output: Output, options: MatchOptions, one = "", other = ""): Promise<undefined> {
  await withGraph(options, async (_, foundation) => {
    await mayMerge(foundation, options, [one, other]);
    const reason = options.reason ?? "";
    const merged = await foundation.store.merges.merge({ one, other, by: actor(options).subject, reason });
    await audit(foundation, options, "match merge", { staffMembers: [one, other], reason, rows: 1 });
    output.answer(
      { merge: merged.id, survivor: merged.survivor },
      () =>
        `One record now: ${merged.survivor}. To take it back: npx lanyard match unmerge ${merged.id} --organisation ${options.organisation} --reason <text>`,
    );
  });
  return undefined;
}

export async function matchUnmerge(output: Output, options: MatchOptions, mergeId = ""): Promise<undefined> {
  await withGraph(options, async (_, foundation) => {
    const two = await foundation.store.merges.find(mergeId);
    if (!two) throw new UsageError(`There is no merge ${mergeId} in force.`);
    // The one that is gone has nobody any more: those that would go back to it stand with the survivor.
    await mayMerge(foundation, options, [two[1]]);
    const reason = options.reason ?? "";
    await foundation.store.merges.undo({ mergeId, by: actor(options).subject, reason });
    await audit(foundation, options, "match unmerge", { staffMembers: [...two], reason, rows: 1 });
    output.answer({ parted: two }, () => "Two records again; everybody has back what was theirs.");
  });
  return undefined;
}
