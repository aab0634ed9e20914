/** Accounts, as the graph and the command line may ask for them: each step written down before it is done. */
import { policyVersion } from "../../access/tables";
import { HubError } from "../../platform/errors";
import type { AccountVerbs } from "../../subgraphs/kit/account-verbs";
import type { Asker } from "../../subgraphs/kit/course-verbs";
import { crsUuidOf } from "../../sync/identifiers";
import type { Foundation } from "./foundation";

export function accountVerbs({ environment, store }: Pick<Foundation, "environment" | "store">): AccountVerbs {
  const { clock } = environment;
  const { accounts } = store;
  const audit = (
    asker: Asker,
    operation: string,
    reason: string,
    about: { readonly staffMember?: string | undefined; readonly controller?: string | undefined; readonly refused?: boolean },
  ) =>
    store.audit([
      {
        requestId: asker.requestId,
        operation,
        subject: asker.subject,
        ...(asker.organisation ? { organisation: asker.organisation } : {}),
        role: asker.role,
        ...(asker.purpose ? { purpose: asker.purpose } : {}),
        decision: about.refused ? "DENY" : "ALLOW",
        reason,
        staffMembers: about.staffMember ? [about.staffMember] : [],
        kinds: ["account"],
        controllers: about.controller ? [about.controller] : [],
        counts: {},
        policyVersion,
      },
    ]);

  return {
    async claimByUuid(login, uuid, asker) {
      const normal = crsUuidOf(uuid);
      const account = normal === undefined ? undefined : await accounts.claimByUuid(login, normal);
      if (!account) return undefined;
      await audit(asker, "claim account", `by UUID: ${account.state}`, {
        staffMember: account.staffMember,
        controller: account.controllerOrg,
      });
      return account.staffMember;
    },
    async claimByCode(login, said, asker) {
      try {
        const account = await accounts.claimByCode(login, { ...said, now: clock.now() });
        await audit(asker, "claim account", `by code: ${account.state}`, {
          staffMember: account.staffMember,
          controller: account.controllerOrg,
        });
        return account;
      } catch (error) {
        if (error instanceof HubError) await audit(asker, "claim account", error.code, { refused: true });
        throw error;
      }
    },
    async issueCode({ staffMember, organisation }, asker) {
      await audit(asker, "issue account code", "by the employer's HR", { staffMember, controller: organisation });
      return accounts.issueCode({ staffMember, organisation, by: asker.subject, now: clock.now() });
    },
    find: (id) => accounts.find(id),
    list: (of) => accounts.list(of),
    async revoke({ id, staffMember, controllerOrg }, reason, asker) {
      await audit(asker, "revoke account", reason, { staffMember, controller: controllerOrg });
      const revoked = await accounts.revoke({ id, by: asker.subject, reason, now: clock.now() });
      if (!revoked) throw new HubError({ code: "ACCOUNT_NOT_FOUND", class: "settings", detail: {} });
      return revoked;
    },
  };
}
