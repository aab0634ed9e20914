/** One refused payload of training: asked for, seen for an hour after a second person's yes, and told to the trust whose it is. */
import { theyRun } from "../compose/named-person";
import { commandLine, commandLineAs, type Purposes, withGraph } from "../compose/operations";
import { exitCodes, type Output, UsageError } from "../output";
import { ago, table, thousands } from "../present/table";

interface PayloadOptions {
  readonly config?: string;
  readonly today?: string;
  readonly reason?: string;
}
interface LooksOptions extends PayloadOptions {
  readonly as?: string;
  readonly organisation?: string;
}
interface Organisation {
  readonly odsCode: string;
}
interface Shown {
  readonly refusal: string;
  readonly connectedSystem: string;
  readonly organisation: Organisation;
  readonly kind: string;
  readonly code: string;
  readonly until: string;
  readonly payload: string;
}
interface Asked {
  readonly approval: { readonly id: string; readonly organisation: Organisation; readonly expiresAt: string } | null;
  readonly userErrors: readonly { readonly code: string; readonly field: string | null; readonly message: string }[];
}
interface Look {
  readonly id: string;
  readonly refusal: string;
  readonly organisation: Organisation;
  readonly connectedSystem: string | null;
  readonly kind: string | null;
  readonly role: string;
  readonly approvedByRole: string;
  readonly reason: string;
  readonly approvedAt: string;
  readonly looks: number;
  readonly lastAt: string | null;
}

export const payloadQuery = `query RefusedPayload($refusal: ID!) { refusedPayload(refusal: $refusal) { refusal connectedSystem organisation { odsCode } kind code until payload } }`;
export const askMutation = `mutation AskForRefusedPayload($input: RefusedPayloadInput!) { answer: askForRefusedPayload(input: $input) {
  approval { id organisation { odsCode } expiresAt } userErrors { code field message } } }`;
export const looksQuery = `query PayloadLooks { operations { payloadLooks { id refusal organisation { odsCode } connectedSystem kind role approvedByRole reason askedAt
  approvedAt looks firstAt lastAt } } }`;

/** Shown while the hour runs. Outside it: asked for, where a reason is given. */
export async function problemsPayload(output: Output, options: PayloadOptions, refusal = ""): Promise<number> {
  return withGraph(options, async (graph, foundation) => {
    const actor = commandLine({ role: "ops", purpose: "SERVICE_OPERATION" });
    const { refusedPayload } = await graph.ask<{ refusedPayload: Shown | null }>(payloadQuery, { refusal }, actor);
    if (refusedPayload) {
      output.answer({ refusedPayload }, () => payloadText(refusedPayload));
      return exitCodes.ok;
    }
    if (!options.reason)
      throw new UsageError(
        `There is no refused payload ${refusal.slice(0, 40)} that you may see now. It takes a second person's yes, and lasts an hour: say --reason "<why>" to ask.`,
      );
    const input = { refusal, reason: options.reason };
    const { answer } = await graph.ask<{ answer: Asked | null }>(askMutation, { input }, actor);
    const errors = answer?.userErrors ?? [{ code: "FORBIDDEN", field: null, message: "Not permitted, or it failed: see the log." }];
    const waits = answer?.approval;
    if (!waits) {
      output.answer({ errors }, () => errors.map(({ code, message }) => `${message} (${code})`).join("\n"));
      return exitCodes.failed;
    }
    output.answer({ waits }, () =>
      [
        "A second person of the ESR team has to approve this; nothing was shown.",
        ...theyRun(foundation.config, { id: waits.id, organisation: waits.organisation.odsCode, as: "ops" }),
        `    Then, within an hour:  npx lanyard problems payload ${refusal}`,
        `    ${waits.organisation.odsCode} is told of it: who (by role), when and why.`,
      ].join("\n"),
    );
    return exitCodes.degraded;
  });
}

const payloadText = ({ connectedSystem, organisation, kind, code, until, payload }: Shown): string =>
  `${connectedSystem}, ${kind} of ${organisation.odsCode}, refused (${code}); to be seen until ${until}. ${organisation.odsCode} is told.\n${payload}`;

const purposes: Purposes = { ops: ["SERVICE_OPERATION"], "trust-admin": ["SETTINGS"] };

/** Whose payloads somebody was allowed to see, and why: for the trust and for the ESR team. */
export async function problemsLooks(output: Output, options: LooksOptions): Promise<undefined> {
  const actor = commandLineAs(options.as ?? "ops", purposes, options.organisation);
  await withGraph(options, async (graph, { environment }) => {
    const { operations } = await graph.ask<{ operations: { payloadLooks: readonly Look[] } | null }>(looksQuery, {}, actor);
    if (!operations) throw new UsageError("Say --organisation <odsCode>: whoever acts for a trust sees what concerns that one.");
    const looks = operations.payloadLooks.filter((one) => !options.organisation || one.organisation.odsCode === options.organisation);
    const now = environment.clock.now();
    output.answer({ looks }, () =>
      looks.length === 0
        ? "No refused payload was opened to anybody."
        : table(
            ["refusal", "of", "system", "who (role)", "approved", "shown", "why"],
            looks.map((one) => [
              one.refusal,
              one.organisation.odsCode,
              `${one.connectedSystem}, ${one.kind}`,
              one.role,
              `${ago(new Date(one.approvedAt), now)} ago by ${one.approvedByRole}`,
              `${thousands(one.looks)} times`,
              one.reason,
            ]),
          ),
    );
  });
  return undefined;
}
