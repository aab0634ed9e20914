import type { TestHub } from "./hub";

/** What one officer of information governance has asked for and another has approved. */
export async function approved(
  { store }: Pick<TestHub, "store">,
  what: { readonly act: string; readonly subject: string; readonly organisation: string },
  now: Date,
): Promise<string> {
  const role = "information-governance";
  const { id } = await store.approvals.ask(
    { ...what, instruction: "IG-1", by: "ann", role, reason: "asked", expiresAt: new Date(now.getTime() + 1e6) },
    now,
  );
  await store.approvals.decide(id, { decision: "APPROVED", by: "bob", role, reason: "checked" }, now);
  return id;
}
