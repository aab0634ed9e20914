import { randomUUID } from "node:crypto";
import { type Decision, decide } from "../../access/decide";
import { noFacts } from "../../access/facts";
import type { Principal } from "../../access/principal";
import { policyVersion } from "../../access/tables";
import { refusalWords } from "../../outbound/acknowledge";
import { type OutboundRun, runOutbound } from "../../outbound/run";
import { problemText, sentence } from "../../schema/codes/problems";
import type { EsrReason } from "../../schema/learning/esr-standing";
import { type EsrLedgerRow, readEsrFile, readEsrLedger, readShadowComparisons } from "../../store/read/esr";
import { type EsrFileRow, readEsrFiles } from "../../store/read/esr-files";
import { configurationOf, rehearsingConnections } from "../compose/configuration";
import { type Foundation, openFoundation } from "../compose/foundation";
import { commandLine } from "../compose/operations";
import { composeOutbound } from "../compose/outbound";
import { sandboxIfNeeded } from "../compose/sandbox";
import { readEnvironment } from "../environment";
import { exitCodes, type Output, UsageError } from "../output";
import { table } from "../present/table";

interface Options {
  readonly config?: string;
  readonly today?: string;
  readonly organisation?: string;
}

const filesShown = 50;
const operator = () => commandLine({ role: "ops", purpose: "SERVICE_OPERATION" });

/** The next file for ESR, now: as the schedule makes it, by a named operator. */
export async function esrRun(output: Output, options: Options, given?: string): Promise<number> {
  const { config, environment } = configurationOf(readEnvironment(options), options.config);
  const sandbox = options.config ? undefined : await sandboxIfNeeded(environment, output);
  const foundation = await openFoundation(environment, config);
  try {
    const outbound = composeOutbound(foundation);
    const organisations = given === undefined ? [...outbound.targets.keys()] : [given];
    if (!organisations.every((organisation) => outbound.targets.has(organisation)))
      throw new UsageError(`There is no ESR of ${given} that is read here. There are: ${[...outbound.targets.keys()].join(", ")}.`);
    const principal = operator();
    const decision = decide(principal, "send-to-esr", { organisations }, noFacts, foundation.engine.clock.now());
    await audited(foundation, principal, "esr run", decision, organisations, organisations.length);
    const runs: OutboundRun[] = [];
    for (const organisation of organisations) runs.push((await runOutbound(outbound, organisation))!);
    if (sandbox?.stepEsr) {
      sandbox.stepEsr();
      for (const [at, organisation] of organisations.entries())
        runs[at] = withAnswers(runs[at]!, (await runOutbound(outbound, organisation))!);
    }
    output.answer({ runs: runs.map(runValue) }, () => runs.map(runText).join("\n\n"));
    return runs.some(({ error }) => error) ? exitCodes.degraded : exitCodes.ok;
  } finally {
    await foundation.close();
    await sandbox?.close();
  }
}

/** The run that sent and the one that read the answers, as one. */
function withAnswers(run: OutboundRun, next: OutboundRun): OutboundRun {
  const sum = (key: keyof OutboundRun["answers"]) => run.answers[key] + next.answers[key];
  const answers = {
    files: sum("files"),
    loaded: sum("loaded"),
    refused: sum("refused"),
    repeated: sum("repeated"),
    doubtful: sum("doubtful"),
  };
  const reconciled = { ...next.reconciled, returned: run.reconciled.returned + next.reconciled.returned };
  return { ...run, answers, reconciled, files: [...run.files, ...next.files], error: run.error ?? next.error };
}

function runValue({ error, ...run }: OutboundRun) {
  return { ...run, ...(error ? { error: { code: error.code, detail: error.detail } } : {}) };
}

function runText(run: OutboundRun): string {
  const { answers, reconciled, error } = run;
  const lines = [`${run.organisation}: ${run.due} newly due, ${run.dropped} due no longer (${run.judged} people judged)`];
  for (const file of run.files) {
    lines.push(`  ${file.name}  ${file.records} records, ${file.sent ? "sent" : "a rehearsal: made and compared, not sent"}`);
  }
  if (run.files.length === 0) lines.push("  no file: nothing was due that is not on its way");
  if (answers.files > 0)
    lines.push(
      `  ESR answered: ${answers.loaded} loaded, ${answers.refused} refused${answers.doubtful > 0 ? `, ${answers.doubtful} doubtful` : ""}`,
    );
  if (reconciled.returned > 0) lines.push(`  ${reconciled.returned} came back in ESR's own file`);
  if (reconciled.unanswered > 0) lines.push(`  ${reconciled.unanswered} without an answer for too long`);
  if (reconciled.noLongerTold > 0)
    lines.push(`  ${reconciled.noLongerTold} that ESR has are no longer told by their source: npx lanyard problems`);
  if (reconciled.removedByEsr > 0)
    lines.push(`  ${reconciled.removedByEsr} that ESR had loaded were taken out there: npx lanyard problems`);
  if (run.waitingForPerson > 0) lines.push(`  ${run.waitingForPerson} awards wait for their person and cannot be due`);
  if (error) {
    const text = problemText(error.code);
    lines.push(
      `  ${text.title}. ${sentence(text.say, error.detail)}`,
      `  Next: ${sentence(text.next, error.detail)} (whose move: ${text.owner})`,
    );
  }
  return lines.join("\n");
}

export async function esrList(output: Output, options: Options): Promise<number> {
  return reading(options, "esr list", async (foundation, read) => {
    const known = foundation.config.organisations.map(({ odsCode }) => odsCode);
    if (options.organisation && !known.includes(options.organisation))
      throw new UsageError(`There is no organisation ${options.organisation}. There are: ${known.join(", ")}.`);
    const wanted = options.organisation ? [options.organisation] : undefined;
    const [files, ledger] = await read(async (client) => [
      await readEsrFiles(client, wanted, undefined, filesShown),
      await readEsrLedger(client, options.organisation),
    ]);
    output.answer({ files: files.map(fileValue), ledger }, () => listText(files, ledger));
    return { rows: files.length, organisations: [...new Set(files.map((file) => file.organisation))], exit: exitCodes.ok };
  });
}

function fileValue({ id: _id, key: _key, ...file }: EsrFileRow & { readonly key?: string }) {
  return file;
}

const day = (at: Date | null) => (at ? at.toISOString().slice(0, 16).replace("T", " ") : "-");
const states = (file: EsrFileRow) => file.outcomes.map(({ state, count }) => `${count} ${state.toLowerCase()}`).join(", ");

function listText(files: readonly EsrFileRow[], ledger: readonly EsrLedgerRow[]): string {
  if (files.length === 0 && ledger.length === 0) return "Nothing has been judged for ESR yet: npx lanyard esr run";
  const fileTable = table(
    ["file", "organisation", "mode", "state", "records", "their states now", "sent"],
    files.map((file) => [file.name, file.organisation, file.mode, file.state.toLowerCase(), file.records, states(file), day(file.sentAt)]),
  );
  const ledgerTable = table(
    ["organisation", "told by", "state", "reason", "records"],
    ledger.map((row) => [row.organisation, row.connectionId, row.state, row.reason ?? "", row.records]),
  );
  return [...(files.length > 0 ? [fileTable] : ["No file has been made yet."]), ledgerTable, "One file: npx lanyard esr show <file>"].join(
    "\n\n",
  );
}

export async function esrShow(output: Output, options: Options, name = ""): Promise<number> {
  return reading(options, "esr show", async (foundation, read) => {
    const found = await read((client) => readEsrFile(client, name));
    if (!found) throw new UsageError(`There is no file ${name}. npx lanyard esr list names them.`);
    const { file, rows } = found;
    const rehearsing = rehearsingConnections(foundation.config);
    const comparison =
      file.mode === "shadow"
        ? (await read((client) => readShadowComparisons(client, [file.organisation], rehearsing))).get(file.organisation)
        : undefined;
    const { id: _id, outcomes: _outcomes, ...shown } = file;
    output.answer({ file: shown, rows, ...(comparison ? { comparison } : {}) }, () =>
      [
        `${file.name}: ${file.records} records for ${file.organisation} (VPD ${file.vpd}), ${file.mode === "on" ? file.state.toLowerCase() : "a rehearsal that never leaves"}`,
        `made ${day(file.madeAt)}, sent ${day(file.sentAt)}, answered in full ${day(file.acknowledgedAt)}; layout ${file.layout}`,
        table(
          ["state now", "reason", "records"],
          rows.map((row) => [row.state, row.reason ? (refusalWords[row.reason as EsrReason] ?? row.reason) : "", row.records]),
        ),
        ...(comparison
          ? [
              `Against ESR now, of what the rehearsed systems tell: ${comparison.held} held already, ${comparison.differ} differ in their day or are older than ESR's, ${comparison.lacks} ESR lacks.`,
            ]
          : []),
      ].join("\n"),
    );
    return { rows: file.records, organisations: [file.organisation], exit: exitCodes.ok };
  });
}

type Client = Parameters<Parameters<Foundation["store"]["withPrincipal"]>[1]>[0];
type Read = <T>(statements: (client: Client) => Promise<T>) => Promise<T>;

/** Counts and states only (R8), decided and audited like every other look. */
async function reading(
  options: Options,
  operation: string,
  look: (
    foundation: Foundation,
    read: Read,
  ) => Promise<{ readonly rows: number; readonly organisations: readonly string[]; readonly exit: number }>,
): Promise<number> {
  const { config, environment } = configurationOf(readEnvironment(options), options.config);
  const foundation = await openFoundation(environment, config);
  try {
    const principal = operator();
    const target = { label: "R8", controllerOrg: undefined, staffMember: undefined } as const;
    const decision = decide(principal, "read", target, noFacts, foundation.engine.clock.now());
    const seen =
      decision.effect === "allow"
        ? await look(foundation, (statements) =>
            foundation.store.withPrincipal({ requestId: randomUUID(), scope: [], what: "operations" }, statements),
          )
        : undefined;
    await audited(foundation, principal, operation, decision, seen?.organisations ?? [], seen?.rows ?? 0);
    return seen?.exit ?? exitCodes.failed;
  } finally {
    await foundation.close();
  }
}

async function audited(
  foundation: Foundation,
  principal: Principal,
  operation: string,
  decision: Decision,
  controllers: readonly string[],
  rows: number,
): Promise<void> {
  const allowed = decision.effect === "allow";
  await foundation.store.audit([
    {
      requestId: randomUUID(),
      operation,
      subject: principal.subject,
      role: principal.role,
      purpose: principal.purposes.join(" "),
      decision: allowed ? "ALLOW" : "DENY",
      ...(allowed ? {} : { reason: decision.reason }),
      staffMembers: [],
      kinds: ["esr-file"],
      controllers: allowed ? controllers : [],
      counts: { rows },
      policyVersion,
    },
  ]);
  if (!allowed) throw new UsageError(`This is not for ${principal.role} (${decision.reason}).`);
}
