/** Where a refusal, a run or a file stands, in the same steps and ends as a record. */
import { recordKinds } from "../../schema/kinds";
import { endOfEsrFile, endOfFile, endOfReceipt, endOfRun } from "../../schema/operations/whereabouts";
import type { TracedRecord } from "../../store/read/trace";
import type { Tally, TracedEsrFile, TracedFile, TracedReceipt, TracedRefusal, TracedRun } from "../../store/read/trace-others";
import type { RequestContext } from "../kit/context";
import { endOf, isHealth, recordTrace, step, told } from "./trace-record";
import { type Trace, type TraceCount, type TraceStep, TraceStepName, TraceSubject } from "./trace-types";

type Organisations = Pick<RequestContext, "organisation">;

export function refusalTrace(it: TracedRefusal, context: Organisations): Trace {
  const kind = recordKinds.find((one) => one === it.kind);
  const health = kind !== undefined && isHealth(kind);
  const where = health ? [] : [it.pointer, it.expected === null ? null : `expected ${it.expected}`];
  return {
    id: it.id,
    is: TraceSubject.REFUSAL,
    kind: health ? "health record" : it.kind,
    organisations: it.organisations.map((code) => context.organisation(code)),
    connectedSystem: it.connectionId,
    steps: [
      step(TraceStepName.RECEIVED, "received", it.firstSeenAt, `run ${it.run}`),
      step(
        TraceStepName.RAW,
        it.rawPage === null ? "not kept" : it.rawUntil === null ? "expired" : "kept",
        null,
        it.rawUntil === null ? null : `until ${it.rawUntil}`,
      ),
      step(TraceStepName.REFUSED, it.resolvedAt ? "was refused" : "refused", it.lastSeenAt, [it.code, ...where].filter(Boolean).join(", ")),
      ...(it.resolvedAt ? [step(TraceStepName.STORED, "a later version was accepted", it.resolvedAt)] : []),
    ],
    counts: [],
    end: it.resolvedAt
      ? told({ state: "CORRECTED" }, {})
      : told(
          { state: "REFUSED" },
          {
            ...(health ? {} : { pointer: it.pointer ?? "it", expected: it.expected ?? "something else" }),
            got: "something else",
            connection: it.connectionId,
            organisation: it.organisations.join(", "),
            count: 1,
          },
          it.code,
        ),
    records: [],
  };
}

/** What was said of a pushed item, and where what it became is now. */
export function receiptTrace(it: TracedReceipt, became: readonly TracedRecord[], context: Organisations): Trace {
  const health = it.records.some(({ kind }) => recordKinds.some((one) => one === kind && isHealth(one)));
  const records = became.map((record) => recordTrace(record, context));
  const end = endOfReceipt(it.outcome, became.map(endOf));
  const follows = !["refused", "ignored", "superseded"].includes(it.outcome);
  const now = follows ? records.find((record) => record.end.state === end.state)?.end : undefined;
  const detail = {
    ...(health ? {} : { pointer: it.problem?.pointer, expected: it.problem?.expected }),
    got: "something else",
    connection: it.connectionId,
    organisation: it.organisations.join(", "),
    why: "nobody known fits well enough",
    count: 1,
  };
  const refused = end.state === "REFUSED";
  const text = told(end, detail, refused ? (it.problem?.code ?? "RECORD_INVALID") : undefined);
  // Nobody reads a push again: it is sent again.
  const said = refused ? { ...text, next: "Correct the item and send it again under the same id, in a new batch." } : text;
  return {
    id: it.id,
    is: TraceSubject.RECEIPT,
    kind: health ? "health record" : (it.records[0]?.kind ?? null),
    organisations: it.organisations.map((code) => context.organisation(code)),
    connectedSystem: it.connectionId,
    steps: [
      step(TraceStepName.RECEIVED, `pushed: ${it.outcome}`, it.receivedAt, `run ${it.run}`),
      ...(it.problem ? [step(TraceStepName.REFUSED, "refused", it.receivedAt, it.problem.code)] : []),
    ],
    counts: [],
    end: now ?? said,
    records,
  };
}

const named: readonly (readonly [keyof Tally, string])[] = [
  ["rawIn", "received"],
  ["ignored", "ignored"],
  ["refusedRaw", "not usable"],
  ["applied", "applied"],
  ["unchanged", "unchanged"],
  ["superseded", "superseded"],
  ["waiting", "waiting for their person"],
  ["refused", "refused"],
];
function countsOf(it: Tally): TraceCount[] {
  return named.map(([key, name]) => ({ name, count: it[key] }));
}
function tallySteps(it: Tally, from: Date | null, to: Date | null, detail: string): TraceStep[] {
  return [
    step(TraceStepName.RECEIVED, "received", from, detail),
    step(TraceStepName.STORED, `${it.pages} pages stored`, to, `${it.applied} applied, ${it.unchanged} unchanged`),
  ];
}

export function runTrace(it: TracedRun, context: Organisations): Trace {
  const detail = {
    connection: it.connectionId,
    organisation: it.organisations.join(", "),
    waiting: it.waiting,
    refused: it.refused + it.refusedRaw,
  };
  const end = endOfRun(it.outcome ?? undefined, { waiting: it.waiting, refused: it.refused + it.refusedRaw });
  return {
    id: it.id,
    is: TraceSubject.RUN,
    kind: null,
    organisations: it.organisations.map((code) => context.organisation(code)),
    connectedSystem: it.connectionId,
    steps: tallySteps(it, it.startedAt, it.endedAt, `started by ${it.trigger}`),
    counts: countsOf(it),
    end: told(end, detail, end.state === "NOT_RECEIVED" ? (it.errorCode ?? "INTERNAL") : undefined),
    records: [],
  };
}

export function fileTrace(it: TracedFile, context: Organisations): Trace {
  const problem = it.problems[0];
  const refused = it.refused + it.refusedRaw;
  const end = endOfFile({ unread: it.pages === 0, unfinished: it.unfinished, waiting: it.waiting, refused });
  const detail = {
    ...problem?.detail,
    file: it.name,
    connection: it.connectionId,
    organisation: it.organisations.join(", "),
    waiting: it.waiting,
    refused,
  };
  return {
    id: it.name,
    is: TraceSubject.FILE,
    kind: null,
    organisations: it.organisations.map((code) => context.organisation(code)),
    connectedSystem: it.connectionId,
    steps: [
      ...(it.pages > 0 ? tallySteps(it, it.firstAt, it.lastAt, `runs ${it.runs.join(", ")}`) : []),
      ...Object.entries(it.refusals).map(([code, count]) => step(TraceStepName.REFUSED, `${count} rows refused`, null, code)),
      ...it.problems.map((one) => step(TraceStepName.REFUSED, "not used as it is", one.at, one.code)),
    ],
    counts: countsOf(it),
    end: told(end, detail, end.state === "NOT_RECEIVED" ? (problem?.code ?? "INTERNAL") : undefined),
    records: [],
  };
}

export function esrFileTrace(it: TracedEsrFile, context: Organisations): Trace {
  const rows = it.rows.map((row) => ({ state: row.state, refusalCode: row.refusalCode ?? undefined }));
  return {
    id: it.name,
    is: TraceSubject.ESR_FILE,
    kind: "competence-award",
    organisations: [context.organisation(it.organisation)],
    connectedSystem: null,
    steps: [
      step(TraceStepName.WRITTEN, it.mode === "shadow" ? "rehearsed" : "written", it.madeAt, `${it.records} records`),
      ...(it.sentAt ? [step(TraceStepName.SENT, "sent", it.sentAt)] : []),
      ...(it.acknowledgedAt ? [step(TraceStepName.ACKNOWLEDGED, "answered by ESR", it.acknowledgedAt)] : []),
    ],
    counts: it.rows.map((row) => ({ name: [row.state.toLowerCase(), row.refusalCode].filter(Boolean).join(": "), count: row.count })),
    end: told(endOfEsrFile(it.state, rows), { organisation: it.organisation }),
    records: [],
  };
}
