import { agreeableWords } from "../../schema/movement/record-types";
import type { Told } from "../compose/graph";
import { commandLine, withGraph } from "../compose/operations";
import { exitCodes, type Output, UsageError } from "../output";
import { table } from "../present/table";

interface AgreementOptions {
  readonly config?: string;
  readonly today?: string;
  readonly organisation?: string;
  readonly reference?: string;
  readonly controller?: string;
  readonly reader?: string;
  readonly recordType?: readonly string[];
  readonly from?: string;
  readonly until?: string;
  readonly leadDays?: string;
  readonly graceDays?: string;
  readonly reason?: string;
}
interface AgreementAnswer {
  readonly id: string;
  readonly reference: string;
  readonly controller: { readonly odsCode: string };
  readonly organisation: { readonly odsCode: string };
  readonly recordTypes: readonly string[];
  readonly startsOn: string;
  readonly endsOn: string | null;
  readonly state: string;
  readonly waitsFor: readonly { readonly odsCode: string }[];
  readonly byConfiguration: boolean;
}

const fields =
  "id reference controller { odsCode } organisation { odsCode } recordTypes startsOn endsOn state waitsFor { odsCode } byConfiguration";
export const listQuery = `query Agreements($of: String!) { organisation(odsCode: $of) { sharingAgreements { ${fields} } } }`;
export const mutations = {
  prepare: `mutation AgreementPrepare($input: PrepareAgreementInput!) { answer: prepareAgreement(input: $input) { ${fields} } }`,
  sign: `mutation AgreementSign($agreement: ID!) { answer: signAgreement(agreement: $agreement) { ${fields} } }`,
  end: `mutation AgreementEnd($input: EndAgreementInput!) { answer: endAgreement(input: $input) { ${fields} } }`,
} as const;

const asHr = (organisation: string) => commandLine({ role: "hr", purpose: "EMPLOYMENT", organisation });
const asAdministrator = (organisation: string) => commandLine({ role: "trust-admin", purpose: "SETTINGS", organisation });

function acting({ organisation }: AgreementOptions): string {
  if (!organisation) throw new UsageError("Say for whom you act: --organisation <odsCode>.");
  return organisation;
}

/** What was done, or why not: the words of the graph, which names the field. */
export function tellOutcome<T>(output: Output, told: Told<{ readonly answer: T | null }>, text: (answer: T) => string): number {
  const answer = told.data?.answer;
  if (answer) {
    output.answer(answer, () => text(answer));
    return exitCodes.ok;
  }
  const [error] = told.errors;
  if (error?.code === "BAD_USER_INPUT") throw new UsageError(`${error.message} Nothing was done. Next: correct it, and run this again.`);
  const [say, next] =
    !error || error.code === "FORBIDDEN" || error.code === "NOT_FOUND"
      ? [
          "Not permitted: it is not for this role at this organisation, there is nothing with this id, or it takes another person than whoever has signed already.",
          "name the organisation whose it is (--organisation); the matching list command shows the ids.",
        ]
      : [error.message, "run it again; `npx lanyard doctor` says what is wrong if it stays."];
  if (output.json) output.answer({ error: { code: error?.code ?? "FORBIDDEN", say, next } }, () => "");
  else output.note(`${say}\n    Next: ${next}`);
  return exitCodes.failed;
}

/** A word as people type it, for one of the graph's. */
export function wordOf<W extends string>(option: string, typed: string | undefined, known: readonly W[]): W {
  const word = known.find((one) => one.toLowerCase().replaceAll("_", "-") === typed?.trim().toLowerCase().replaceAll("_", "-"));
  if (word) return word;
  const list = known.map((one) => one.toLowerCase().replaceAll("_", "-")).join(", ");
  throw new UsageError(`${option}: expected one of ${list}; got ${typed ? `"${typed.slice(0, 60)}"` : "nothing"}.`);
}

const states: Readonly<Record<string, string>> = {
  WAITS_FOR_SIGNATURES: "waits for signatures",
  IN_FORCE: "in force",
  NOT_YET: "not yet",
  OVER: "over",
  ENDED: "ended",
};
function stateText({ state, waitsFor }: AgreementAnswer): string {
  const who = waitsFor.map(({ odsCode }) => odsCode).join(" and ");
  return state === "WAITS_FOR_SIGNATURES" ? `waits for HR of ${who}` : (states[state] ?? state);
}
function agreementText(it: AgreementAnswer): string {
  const next = it.waitsFor.map(({ odsCode }) => `\n    Next: npx lanyard agreements sign ${it.id} --organisation ${odsCode}`).join("");
  const until = it.endsOn ? ` until ${it.endsOn}` : "";
  return `${it.reference}: ${it.organisation.odsCode} may read of ${it.controller.odsCode}: ${it.recordTypes.join(", ").toLowerCase()}, from ${it.startsOn}${until}; ${stateText(it)}.${next}`;
}

/** Agreements in which an organisation takes part, as its HR sees them. */
export async function agreementsList(output: Output, options: AgreementOptions): Promise<undefined> {
  const of = acting(options);
  await withGraph(options, async (graph) => {
    const { organisation } = await graph.ask<{ organisation: { sharingAgreements: readonly AgreementAnswer[] } | null }>(
      listQuery,
      { of },
      asHr(of),
    );
    if (!organisation) throw new UsageError(`${of} is not among the organisations of this hub.`);
    const agreements = organisation.sharingAgreements;
    output.answer({ agreements }, () =>
      agreements.length === 0
        ? `${of} takes part in no sharing agreement.`
        : table(
            ["id", "reference", "reads", "of", "what", "from", "until", "state", "recorded by"],
            agreements.map((it) => [
              it.id,
              it.reference,
              it.organisation.odsCode,
              it.controller.odsCode,
              it.recordTypes.join(", ").toLowerCase(),
              it.startsOn,
              it.endsOn ?? "",
              stateText(it),
              it.byConfiguration ? "configuration" : "people",
            ]),
          ),
    );
  });
  return undefined;
}

export async function agreementsPrepare(output: Output, options: AgreementOptions): Promise<number> {
  const organisation = acting(options);
  const days = (value: string | undefined) => (value === undefined ? undefined : /^\d+$/.test(value) ? Number(value) : -1);
  const input = {
    reference: options.reference ?? "",
    controller: options.controller ?? "",
    organisation: options.reader ?? "",
    recordTypes: (options.recordType ?? []).map((type) => wordOf("--record-type", type, agreeableWords)),
    startsOn: options.from ?? "",
    endsOn: options.until,
    placementLeadDays: days(options.leadDays),
    placementGraceDays: days(options.graceDays),
  };
  return withGraph(options, async (graph) =>
    tellOutcome(
      output,
      await graph.tell<{ answer: AgreementAnswer | null }>(mutations.prepare, { input }, asAdministrator(organisation)),
      agreementText,
    ),
  );
}

export async function agreementsSign(output: Output, options: AgreementOptions, agreement: string): Promise<number> {
  const organisation = acting(options);
  return withGraph(options, async (graph) =>
    tellOutcome(
      output,
      await graph.tell<{ answer: AgreementAnswer | null }>(mutations.sign, { agreement }, asHr(organisation)),
      agreementText,
    ),
  );
}

export async function agreementsEnd(output: Output, options: AgreementOptions, agreement: string): Promise<number> {
  const organisation = acting(options);
  const input = { agreement, reason: options.reason ?? "" };
  return withGraph(options, async (graph) =>
    tellOutcome(output, await graph.tell<{ answer: AgreementAnswer | null }>(mutations.end, { input }, asHr(organisation)), agreementText),
  );
}
