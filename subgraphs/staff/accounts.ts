/** Whose login somebody is: claimed by the person, helped and settled by the employer's HR. */
import { Arg, Ctx, ID, Mutation, Query, Resolver } from "type-graphql";
import { decide } from "../../access/decide";
import { noFacts } from "../../access/facts";
import { isDay } from "../../platform/clock";
import { isHubError } from "../../platform/errors";
import { problemText, sentence } from "../../schema/codes/problems";
import type { Account as Row } from "../../store/accounts";
import type { AccountVerbs } from "../kit/account-verbs";
import type { RequestContext } from "../kit/context";
import { uuidPattern } from "../kit/paging";
import { badInput, forbidden } from "../kit/refusals";
import {
  Account,
  AccountCode,
  AccountCodeInput,
  type AccountKind,
  AccountPayload,
  type AccountProblem,
  type AccountState,
  ClaimAccountInput,
  RevokeAccountInput,
} from "./account-types";

const longestReason = 500;

function verbs(context: RequestContext): AccountVerbs {
  const { accounts } = context.environment;
  if (!accounts) throw badInput("This process only answers questions: accounts are kept by the hub's own process.");
  return accounts;
}

/** HR's, of a person whom the organisation employs. */
async function mayFor(
  context: RequestContext,
  act: "issue-code" | "revoke-account",
  staffMember: string,
  controllerOrg: string | undefined,
): Promise<boolean> {
  const principal = await context.principal();
  // Also of whom nothing may be seen: that two logins claim the record is such a case.
  const facts = ((await context.person(staffMember))?.known ?? (await context.known(staffMember)))?.facts ?? noFacts;
  return decide(principal, act, { staffMember, controllerOrg }, facts, context.now).effect === "allow";
}

@Resolver()
export class AccountsResolver {
  @Query(() => [Account], {
    nullable: true,
    description: "Logins recorded for a staff member, the newest first: for the person, and for the HR that employs the person.",
  })
  async accounts(
    @Arg("staffMember", () => ID, { description: "Id of the staff member." }) staffMember: string,
    @Ctx() context: RequestContext,
  ): Promise<Account[] | null> {
    if (!uuidPattern.test(staffMember)) return null;
    const { org } = await context.principal();
    // Who may take one back may see which there are; a person who is not there and one who is not for the caller look alike.
    if (!(await mayFor(context, "revoke-account", staffMember, org))) return null;
    const found = await verbs(context).list({ staffMember });
    context.trail.kinds.add("account");
    context.trail.counts.accounts = found.length;
    return found.map((one) => accountOf(context, one, org));
  }

  @Mutation(() => AccountCode, {
    nullable: true,
    description: "A one-time code for somebody whom the caller's organisation employs. The codes issued before it are over.",
  })
  async issueAccountCode(
    @Arg("input", () => AccountCodeInput, { description: "For whom." }) { staffMember, organisation }: AccountCodeInput,
    @Ctx() context: RequestContext,
  ): Promise<AccountCode> {
    if (!uuidPattern.test(staffMember) || !(await mayFor(context, "issue-code", staffMember, organisation)))
      throw forbidden("issueAccountCode");
    context.trail.kinds.add("account");
    context.trail.controllers.add(organisation);
    const id = (await context.known(staffMember))!.staffMember;
    return verbs(context).issueCode({ staffMember: id, organisation }, context.asker(await context.principal()));
  }

  @Mutation(() => AccountPayload, {
    nullable: true,
    description: "Claims the own record with a code of the employer's HR and the date of birth. Every refusal reads the same.",
  })
  async claimAccount(
    @Arg("input", () => ClaimAccountInput, { description: "Code and date of birth." }) { code, birthDate }: ClaimAccountInput,
    @Ctx() context: RequestContext,
  ): Promise<AccountPayload> {
    const principal = await context.principal();
    const { issuer, subject, login } = principal;
    if (!(await context.may("claim-account", {})) || login === undefined) throw forbidden("claimAccount");
    if (code.length > 100) throw badInput("code has at most 100 characters");
    if (!isDay(birthDate)) throw badInput("birthDate is a day that exists, YYYY-MM-DD");
    return answerOf(context, () =>
      verbs(context).claimByCode({ issuer, subject, kind: login }, { code, birthDate }, context.asker(principal)),
    );
  }

  @Mutation(() => AccountPayload, {
    nullable: true,
    description: "Takes a login back: by the person, or by the HR that employs the person. It stays as history.",
  })
  async revokeAccount(
    @Arg("input", () => RevokeAccountInput, { description: "Which, and why." }) { account, reason }: RevokeAccountInput,
    @Ctx() context: RequestContext,
  ): Promise<AccountPayload> {
    if (reason.trim() === "" || reason.length > longestReason) throw badInput(`reason says why, in at most ${longestReason} characters`);
    const principal = await context.principal();
    const found = await verbs(context).find(account);
    const mine = found && (await mayFor(context, "revoke-account", found.staffMember, principal.org));
    // Somebody else's and one that never was look the same.
    if (!found || !mine || found.state === "REVOKED") return { account: null, problem: problemOf("ACCOUNT_NOT_FOUND") };
    return answerOf(context, () => verbs(context).revoke(found, reason.trim(), context.asker(principal)), principal.org);
  }
}

async function answerOf(context: RequestContext, act: () => Promise<Row>, org?: string): Promise<AccountPayload> {
  try {
    const account = await act();
    context.trail.kinds.add("account");
    context.trail.changes.add(`account:${account.id}`);
    context.trail.staffMembers.add(account.staffMember);
    return { account: accountOf(context, account, org), problem: null };
  } catch (error) {
    // Faults of ours are not the caller's: they are masked, logged and said to be faults further out.
    if (!isHubError(error) || error.class !== "settings") throw error;
    return { account: null, problem: problemOf(error.code) };
  }
}

function problemOf(code: string): AccountProblem {
  const text = problemText(code);
  return { code, say: sentence(text.say, {}), next: sentence(text.next, {}) };
}

/** `org`: for whom it is told, when not for the person. By which other employer's word it is somebody's is not theirs to know. */
function accountOf(context: RequestContext, row: Row, org?: string): Account {
  const shown = row.controllerOrg !== undefined && (org === undefined || org === row.controllerOrg);
  return {
    id: row.id,
    state: row.state as AccountState,
    kind: row.kind.toUpperCase() as AccountKind,
    issuer: row.issuer,
    how: row.how as Account["how"],
    staffMemberId: row.staffMember,
    organisation: shown ? context.organisation(row.controllerOrg!) : null,
    recordedAt: row.recordedAt,
    revokedAt: row.revokedAt ?? null,
    revokeReason: row.revokeReason ?? null,
    problem: row.state === "FROZEN" ? problemOf("ACCOUNT_FROZEN") : null,
  };
}
