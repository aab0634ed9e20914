/** What ESR answers: each row of each acknowledgement is noted once, whatever comes twice, late or for nobody. */
import { reach } from "../platform/crash-point";
import { isHubError } from "../platform/errors";
import { EsrReason } from "../schema/learning/esr-standing";
import type { EsrTarget } from "../store/esr-due";
import { readAcknowledgement } from "./format";
import type { EsrGateway } from "./gateway";
import { type Outbound, problemsOf } from "./outbound";

export interface AnswersRead {
  readonly files: number;
  readonly loaded: number;
  readonly refused: number;
  readonly repeated: number;
  /** Answers that are believed by nobody: for unknown rows, or against an earlier answer. */
  readonly doubtful: number;
}

/** ESR's reasons in the words of a sentence. */
export const refusalWords: Readonly<Partial<Record<EsrReason, string>>> = {
  [EsrReason.PERSON_UNKNOWN]: "person unknown",
  [EsrReason.COMPETENCE_UNKNOWN]: "competence unknown",
  [EsrReason.POSITION_CLOSED]: "position closed",
  [EsrReason.DUPLICATE]: "held already",
  [EsrReason.RECORD_UNREADABLE]: "record unreadable",
  [EsrReason.OTHER]: "another reason",
};

export async function readAnswers(outbound: Outbound, target: EsrTarget, gateway: EsrGateway): Promise<AnswersRead> {
  const { store, clock, log } = outbound;
  const problems = problemsOf(outbound, target);
  const sum = { files: 0, loaded: 0, refused: 0, repeated: 0, doubtful: 0 };
  let unreadable = 0;
  for (const name of await gateway.answers()) {
    let answers: ReturnType<typeof readAcknowledgement>;
    try {
      answers = readAcknowledgement(name, await gateway.read(name));
    } catch (error) {
      if (!isHubError(error) || error.class === "downstream") throw error;
      // It may still be on its way; the others are read, and this one stays where it is.
      unreadable += 1;
      await problems.report(error.code, error.detail as Record<string, string>, { subject: name, count: 1 });
      continue;
    }
    const told = await store.esr.acknowledge(target, answers.file, answers.answers, clock.now());
    reach("outbound:answer-noted");
    if (told.unknown > 0 || !told.known)
      await problems.report("ESR_ACK_UNKNOWN", { file: name, records: told.unknown }, { subject: name, count: told.unknown });
    if (told.conflicting > 0)
      await problems.report("ESR_ACK_CONFLICT", { file: name, records: told.conflicting }, { subject: name, count: told.conflicting });
    sum.files += 1;
    sum.loaded += told.loaded;
    sum.refused += told.refused;
    sum.repeated += told.repeated;
    sum.doubtful += told.unknown + told.conflicting;
    log.info({ vpd: target.vpd, file: name, loaded: told.loaded, refused: told.refused, open: told.open }, "acknowledgement read");
    // Only now: until it is noted in the ledger it is read again.
    await gateway.settle(name);
    reach("outbound:answer-settled");
  }
  if (unreadable === 0) await problems.resolve("ESR_ACK_UNREADABLE");
  return sum;
}

/** The refused records as problems, one for each reason: what is cured disappears. */
export async function reportRefused(outbound: Outbound, target: EsrTarget): Promise<void> {
  const problems = problemsOf(outbound, target);
  const name = outbound.organisations.find(({ odsCode }) => odsCode === target.organisation)?.name ?? target.organisation;
  const subjects: string[] = [];
  for (const { reason, records } of await outbound.store.esr.refusedByReason(target)) {
    const words = refusalWords[reason as EsrReason] ?? "another reason";
    await problems.report("ESR_REFUSED", { records, organisation: name, reason: words }, { subject: words, count: records });
    subjects.push(words);
  }
  await outbound.store.connections.resolveProblems(target.connections[0]!, ["ESR_REFUSED"], subjects);
}
