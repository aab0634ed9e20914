import type { Step } from "../narration";
import type { Stage } from "../stage";
import type { Memory } from "../story";
import { seenByOthers } from "./own-record";

interface SeenHealth {
  readonly staffMember: {
    readonly health: { readonly immunisations: readonly { readonly vaccine: string }[] | null } | null;
  } | null;
}
interface Looked {
  readonly me: {
    readonly accessHistory: {
      readonly edges: readonly {
        readonly node: {
          readonly at: string;
          readonly organisation: { readonly odsCode: string } | null;
          readonly role: string | null;
          readonly kinds: readonly string[] | null;
          readonly decision: string | null;
        };
      }[];
    } | null;
  } | null;
}

const share = `mutation Share($input: CreateShareInput!) { createShare(input: $input) { id state recordTypes until } }`;
const takeBack = `mutation TakeBack($share: ID!) { revokeShare(share: $share) { id state } }`;
const whoLooked = "{ me { accessHistory(first: 50) { edges { node { at organisation { odsCode } role kinds decision } } } } }";
const sharedForDays = 90;

/** She opens her doses to the next trust's occupational health, sees who looked, and takes it back. */
export async function sharingStep(stage: Stage, step: Step, memory: Memory): Promise<void> {
  const issuer = stage.graph.developmentIssuer;
  if (!step.check("the demonstration issues tokens", issuer !== undefined)) return;
  const hers = await issuer!.issueToken({ as: "self", staff: memory.doctor });
  const asked = { id: memory.doctor, next: memory.next };
  const doses = async (as: "oh" | "hr") => {
    const token = await issuer!.issueToken({ as, organisation: memory.next });
    return (await stage.post<SeenHealth>(seenByOthers, asked, token)).staffMember?.health?.immunisations ?? null;
  };

  step.equal("before she shares, the next trust's occupational health sees no dose", (await doses("oh"))?.length ?? 0, 0);
  const until = new Date(stage.now().getTime() + sharedForDays * 86_400_000).toISOString().slice(0, 10);
  const input = { organisation: memory.next, recordTypes: ["IMMUNISATIONS"], until };
  const made = await stage.post<{ createShare: { id: string; state: string } | null }>(share, { input }, hers);
  step.show(share, JSON.stringify(made.createShare));
  step.check("her share is in force at once", made.createShare?.state === "IN_FORCE", made.createShare);
  const began = performance.now();
  const after = await doses("oh");
  step.measure("shareToVisibleMs", Math.round(performance.now() - began));
  step.show(`as ${memory.next}'s occupational health, after she has shared`, JSON.stringify(after));
  step.check("occupational health sees her doses", (after?.length ?? 0) > 0, after?.length);
  step.equal("HR still sees none of them", await doses("hr"), null);

  const looked = (await stage.post<Looked>(whoLooked, {}, hers)).me?.accessHistory?.edges.map(({ node }) => node) ?? [];
  step.show(
    whoLooked,
    looked
      .slice(0, 5)
      .map(
        ({ at, organisation, role, kinds, decision }) =>
          `${at}  ${organisation?.odsCode ?? "-"}  ${role}  ${(kinds ?? []).join(", ")}  ${decision}`,
      )
      .join("\n"),
  );
  step.check(
    "she sees that the trust's occupational health has looked at her immunisations",
    looked.some((one) => one.organisation?.odsCode === memory.next && one.role === "oh" && one.kinds?.includes("immunisation")),
    looked.length,
  );
  step.check(
    "and that its HR has looked, at no immunisation",
    looked.some((one) => one.role === "hr") && !looked.some((one) => one.role === "hr" && one.kinds?.includes("immunisation")),
  );

  const taken = await stage.post<{ revokeShare: { state: string } | null }>(takeBack, { share: made.createShare?.id }, hers);
  step.check("she takes it back", taken.revokeShare?.state === "REVOKED", taken.revokeShare);
  step.equal("and from that moment occupational health sees no dose again", (await doses("oh"))?.length ?? 0, 0);
}
