import { commandLine, withGraph } from "../compose/operations";
import { type Output, UsageError } from "../output";
import { table } from "../present/table";

interface AccountsOptions {
  readonly config?: string;
  readonly today?: string;
  readonly organisation: string;
}
interface AccountAnswer {
  readonly id: string;
  readonly state: string;
  readonly kind: string;
  readonly issuer: string;
  readonly how: string;
  readonly recordedAt: string;
  readonly revokedAt: string | null;
  readonly revokeReason: string | null;
  readonly problem: { readonly code: string; readonly say: string; readonly next: string } | null;
}
const fields = "id state kind issuer how recordedAt revokedAt revokeReason problem { code say next }";
export const codeMutation = "mutation AccountCode($input: AccountCodeInput!) { issueAccountCode(input: $input) { code expiresAt } }";
export const listQuery = `query Accounts($staff: ID!) { accounts(staffMember: $staff) { ${fields} } }`;
export const revokeMutation = `mutation AccountRevoke($input: RevokeAccountInput!) { revokeAccount(input: $input) { account { ${fields} } problem { code say next } } }`;

/** The command line is HR of the named organisation, and decided like any other. */
const asHr = <T>(options: AccountsOptions, query: string, variables: Record<string, unknown>): Promise<T> =>
  withGraph(options, (graph) => {
    const principal = commandLine({ role: "hr", purpose: "EMPLOYMENT", organisation: options.organisation });
    return graph.ask<T>(query, variables, principal);
  });

const notYours = (staff: string, organisation: string) =>
  new UsageError(`There is no staff member ${staff} whom ${organisation} employs. npx lanyard show <id> says where somebody stands.`);

export async function accountsCode(output: Output, options: AccountsOptions, staff: string): Promise<undefined> {
  const { issueAccountCode: made } = await asHr<{ issueAccountCode: { code: string; expiresAt: string } | null }>(options, codeMutation, {
    input: { staffMember: staff, organisation: options.organisation },
  });
  if (!made) throw notYours(staff, options.organisation);
  output.answer(made, () =>
    [
      "The code is shown this once. Hand it over in person, to somebody whose identity you have checked:",
      "",
      `    ${made.code}`,
      "",
      `It works once, until ${made.expiresAt}, with the date of birth that ESR holds. Codes given to this person before are over.`,
    ].join("\n"),
  );
  return undefined;
}

export async function accountsList(output: Output, options: AccountsOptions, staff: string): Promise<undefined> {
  const { accounts } = await asHr<{ accounts: readonly AccountAnswer[] | null }>(options, listQuery, { staff });
  if (!accounts) throw notYours(staff, options.organisation);
  output.answer({ accounts }, () => {
    if (accounts.length === 0) return "No login is recorded for this person. npx lanyard accounts code <staff> gives a code.";
    const rows = accounts.map((it) => [
      it.id,
      it.kind,
      it.issuer,
      it.how,
      it.recordedAt,
      it.revokeReason ? `${it.state}: ${it.revokeReason}` : it.state,
    ]);
    const problem = accounts.find((it) => it.problem)?.problem;
    return [
      table(["account", "kind", "login service", "by", "recorded", "state"], rows),
      ...(problem ? ["", problem.say, `    Next: ${problem.next}`] : []),
    ].join("\n");
  });
  return undefined;
}

export async function accountsRevoke(
  output: Output,
  options: AccountsOptions & { readonly reason: string },
  account: string,
): Promise<undefined> {
  const { revokeAccount } = await asHr<{ revokeAccount: { account: AccountAnswer | null; problem: AccountAnswer["problem"] } | null }>(
    options,
    revokeMutation,
    { input: { account, reason: options.reason } },
  );
  const revoked = revokeAccount?.account;
  if (!revoked) throw new UsageError(`There is no account ${account} in force of somebody whom ${options.organisation} employs.`);
  output.answer({ account: revoked }, () => `Revoked. Whoever signs in with it is nobody here from now on.`);
  return undefined;
}
