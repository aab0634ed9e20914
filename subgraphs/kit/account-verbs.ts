/** What the graph may ask of the verbs about accounts: values and functions, put together by the command. */
import type { Account, Login } from "../../store/accounts";
import type { Asker } from "./course-verbs";

/** Errors are HubErrors with a code of schema/codes/identity-problems.ts. */
export interface AccountVerbs {
  /** The first use of a staff login finds its person by the UUID that ESR holds; undefined when it finds nobody. Written down. */
  claimByUuid(login: Login, uuid: string, asker: Asker): Promise<string | undefined>;
  claimByCode(login: Login, said: { readonly code: string; readonly birthDate: string }, asker: Asker): Promise<Account>;
  issueCode(
    what: { readonly staffMember: string; readonly organisation: string },
    asker: Asker,
  ): Promise<{ readonly code: string; readonly expiresAt: Date }>;
  find(id: string): Promise<Account | undefined>;
  list(of: { readonly organisation: string } | { readonly staffMember: string }): Promise<readonly Account[]>;
  revoke(account: Account, reason: string, asker: Asker): Promise<Account>;
}
