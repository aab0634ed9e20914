import { commandLine, withGraph } from "../compose/operations";
import { exitCodes, type Output, UsageError } from "../output";
import { table, thousands } from "../present/table";
import { planText, progressText, type ReplayAnswer, replayPayload, type UserError } from "./replay";

interface CodesOptions {
  readonly config?: string;
  readonly today?: string;
  readonly organisation: string;
}
interface ChangeOptions extends CodesOptions {
  readonly list: string;
  readonly code: string;
  readonly to?: string;
  readonly from?: string;
  readonly until?: string;
  readonly reason: string;
  readonly approvedBy?: string;
  readonly yes?: boolean;
}
interface CodeAnswer {
  readonly connectedSystemId: string;
  readonly list: string;
  readonly code: string;
  readonly people: number;
  readonly records: number;
  readonly rawKept: number;
}
interface MapAnswer {
  readonly id: string | null;
  readonly list: string;
  readonly code: string;
  readonly value: string;
  readonly approvedBy: string | null;
}
interface PayloadAnswer {
  readonly answer: { readonly replay: ReplayAnswer | null; readonly userErrors: readonly UserError[] } | null;
}
export const listQuery = `query CodesList($organisation: String!) { operations {
  unmappedCodes(organisation: $organisation) { connectedSystemId list code people records rawKept }
  codeMaps(organisation: $organisation) { id list code value from to approvedBy reason } } }`;
export const previewMutation = `mutation CodesPreview($input: CodeMapInput!) { answer: previewCodeMap(input: $input) { ${replayPayload} } }`;
export const endMutation = `mutation CodesPreviewEnd($input: CodeMapEndInput!) { answer: previewCodeMapEnd(input: $input) { ${replayPayload} } }`;
export const applyMutation = `mutation CodesApply($input: ApplyCodeMapInput!) { answer: applyCodeMap(input: $input) { ${replayPayload} } }`;

const admin = (organisation: string) => commandLine({ role: "trust-admin", purpose: "SETTINGS", organisation });
type Lists = { operations: { unmappedCodes: readonly CodeAnswer[]; codeMaps: readonly MapAnswer[] } };

/** Codes that wait for somebody to say what they mean, and the map as it is. Exit 3 when some wait. */
export async function codesList(output: Output, options: CodesOptions): Promise<number> {
  return withGraph(options, async (graph) => {
    const { organisation } = options;
    const { operations } = await graph.ask<Lists>(listQuery, { organisation }, admin(organisation));
    const { unmappedCodes, codeMaps } = operations;
    output.answer({ organisation, unmappedCodes, codeMaps }, () =>
      [
        unmappedCodes.length === 0
          ? `Every code that was sent for ${organisation} is known.`
          : table(
              ["list", "code", "connection", "people", "records", "raw kept"],
              unmappedCodes.map((it) => [
                it.list,
                it.code,
                it.connectedSystemId,
                thousands(it.people),
                thousands(it.records),
                thousands(it.rawKept),
              ]),
            ),
        ...(codeMaps.length === 0
          ? []
          : [
              `\nThe code map of ${organisation}:`,
              table(
                ["list", "code", "means", "stated by"],
                codeMaps.map((it) => [it.list, it.code, it.value, it.approvedBy ?? "configuration"]),
              ),
            ]),
      ].join("\n"),
    );
    return unmappedCodes.length === 0 ? exitCodes.ok : exitCodes.degraded;
  });
}

export async function codesMap(output: Output, options: ChangeOptions): Promise<number> {
  const { organisation, list, code, to, from, until } = options;
  if (to === undefined) throw new UsageError("Say what it means: --to <code of our list>.");
  return change(output, options, previewMutation, async () => ({ organisation, list, code, value: to, from, to: until }));
}

/** Ends rows that were stated here; what they had let in is taken back. */
export async function codesUnmap(output: Output, options: ChangeOptions): Promise<number> {
  const { organisation, list, code } = options;
  return change(output, options, endMutation, async (maps) => {
    const stated = maps.filter((row) => row.list === list && row.code === code).flatMap(({ id }) => id ?? []);
    if (stated.length === 0)
      throw new UsageError(`Nothing was stated here of "${code}". npx lanyard codes list --organisation ${organisation}`);
    return { organisation, codeMaps: stated };
  });
}

async function change(
  output: Output,
  options: ChangeOptions,
  mutation: string,
  inputOf: (maps: readonly MapAnswer[]) => Promise<object>,
): Promise<number> {
  return withGraph(options, async (graph) => {
    const { organisation, reason, approvedBy } = options;
    const principal = admin(organisation);
    const { operations } = await graph.ask<Lists>(listQuery, { organisation }, principal);
    const input = await inputOf(operations.codeMaps);
    const { answer: preview } = await graph.ask<PayloadAnswer>(mutation, { input }, principal);
    if (!preview?.replay) return refused(output, preview?.userErrors);
    const planned = preview.replay;
    if (!options.yes) {
      output.answer({ preview: planned, applied: null }, () => `${planText(planned)}\nNothing was changed. Add --yes to apply it.`);
      return exitCodes.ok;
    }
    const { answer } = await graph.ask<PayloadAnswer>(applyMutation, { input: { replay: planned.id, reason, approvedBy } }, principal);
    const applied = answer?.replay;
    if (!applied || answer.userErrors.length > 0) return refused(output, answer?.userErrors);
    output.answer({ preview: planned, applied }, () => `${planText(planned)}\n${progressText(applied)}`);
    return exitCodes.ok;
  });
}

function refused(output: Output, errors: readonly UserError[] = []): number {
  const said = errors.length > 0 ? errors : [{ code: "FORBIDDEN", field: null, message: "Not permitted, or it failed: see the log." }];
  output.answer({ errors: said }, () => said.map(({ code, message }) => `${message} (${code})`).join("\n"));
  return exitCodes.failed;
}
