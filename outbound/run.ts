/**
 * One run for one VPD: finish what was begun, read the answers, judge whom something has changed for, write one file, send it.
 * Every step leaves the ledger so that the next run, of whatever process, goes on from there; nothing is sent twice.
 */
import { createHash } from "node:crypto";
import { decide } from "../access/decide";
import type { Principal } from "../access/principal";
import { policyVersion } from "../access/tables";
import { londonDayOf } from "../platform/clock";
import { reach } from "../platform/crash-point";
import { type HubError, isHubError } from "../platform/errors";
import { EsrReason } from "../schema/learning/esr-standing";
import type { ChangedPerson, DueToStore, EsrTarget, NotDueToStore, PersonForEsr } from "../store/esr-due";
import { type AnswersRead, readAnswers, reportRefused } from "./acknowledge";
import { judge, type Rules } from "./due";
import { layoutVersion, writeFile } from "./format";
import type { EsrGateway } from "./gateway";
import { type Outbound, problemsOf } from "./outbound";
import { type Reconciled, reconcileTarget } from "./reconcile";

/** People judged, and stored, at once. */
const peopleAtOnce = 1_000;
/** Rows of one file at most: more make another file of the same run. */
const rowsPerFile = 50_000;
/** People named in one audit event. */
const peoplePerEvent = 1_000;

export interface OutboundRun {
  readonly organisation: string;
  /** People whose awards were judged, because something about them had changed. */
  readonly judged: number;
  readonly due: number;
  readonly dropped: number;
  /** Awards of the organisation's systems whose person nobody knows. */
  readonly waitingForPerson: number;
  readonly files: readonly { readonly name: string; readonly mode: "shadow" | "on"; readonly records: number; readonly sent: boolean }[];
  readonly answers: AnswersRead;
  readonly reconciled: Reconciled;
  /** Why nothing left although something was to. */
  readonly error: HubError | undefined;
}

const noAnswers: AnswersRead = { files: 0, loaded: 0, refused: 0, repeated: 0, doubtful: 0 };

/** Undefined: the organisation has no ESR that is read here. */
export async function runOutbound(outbound: Outbound, organisation: string): Promise<OutboundRun | undefined> {
  const target = outbound.targets.get(organisation);
  return target && outbound.store.exclusively(`esr ${target.vpd}`, () => runTarget(outbound, target));
}

async function runTarget(outbound: Outbound, target: EsrTarget): Promise<OutboundRun> {
  const { store } = outbound;
  const problems = problemsOf(outbound, target);
  const gateway = outbound.gateways.get(target.organisation);
  const sent: { name: string; mode: "shadow" | "on"; records: number; sent: boolean }[] = [];
  let answers = noAnswers;
  let error: HubError | undefined;
  /** False: ESR cannot be reached; what is due waits, and nothing new is written that would wait beside it. */
  const reaching = async (work: () => Promise<void>): Promise<boolean> => {
    try {
      await work();
      return true;
    } catch (caught) {
      if (!isHubError(caught) || caught.class !== "downstream") throw caught;
      error = caught;
      await problems.report(caught.code, caught.detail as Record<string, string>, { count: 1 });
      return false;
    }
  };
  let open = false;
  if (gateway) {
    open = await reaching(async () => {
      sent.push(...(await sendWritten(outbound, target, gateway)));
      answers = await readAnswers(outbound, target, gateway);
    });
  }
  const reconciled = await reconcileTarget(outbound, target);
  const judged = await judgeChanged(outbound, target);
  const dropped = judged.dropped + (await store.esr.dropUnlinked(target));
  const sources = (mode: "shadow" | "on") =>
    [...outbound.feeds].filter(([, feed]) => feed.mode === mode && feed.fedBy === "hub").map(([id]) => id);
  /** One value that fits no column keeps its file back: somebody has to hear of it, and the rest of the run goes on. */
  const writing = async (mode: "shadow" | "on") => {
    try {
      return await write(outbound, target, mode, sources(mode));
    } catch (caught) {
      if (!isHubError(caught) || caught.code !== "ESR_VALUE_UNSENDABLE") throw caught;
      error = caught;
      await problems.report(caught.code, caught.detail as Record<string, string>, { subject: mode, count: 1 });
      return undefined;
    }
  };
  const rehearsed = await writing("shadow");
  for (const file of rehearsed ?? []) sent.push({ ...file, sent: false });
  let written = rehearsed !== undefined;
  if (gateway && open) {
    written = (await writing("on")) !== undefined && written;
    open = await reaching(async () => {
      sent.push(...(await sendWritten(outbound, target, gateway)));
    });
    if (open) await problems.resolve("ESR_UNREACHABLE");
  }
  if (written) await problems.resolve("ESR_VALUE_UNSENDABLE");
  await reportWayMissing(outbound, target, sources("on"));
  await reportRefused(outbound, target);
  const waitingForPerson = await store.esr.waitingForPerson(target);
  return {
    organisation: target.organisation,
    judged: judged.people,
    due: judged.due,
    dropped,
    waitingForPerson,
    files: sent,
    answers,
    reconciled,
    error,
  };
}

// --- judge ----------------------------------------------------------------------------------------------------------------

/** The employer's ESR as a caller like any other: one credential per trust. */
export function esrPrincipal(target: EsrTarget): Principal {
  return {
    issuer: "lanyard:outbound",
    subject: `esr:${target.vpd}`,
    org: target.organisation,
    role: "esr",
    person: undefined,
    act: undefined,
    scope: [],
    aal: 2,
    purposes: ["SERVICE_OPERATION"],
  };
}

/** What holds for everybody who is judged for this VPD; the version is that of the VPD's own names. */
export async function rulesFor(
  outbound: Outbound,
  target: EsrTarget,
  now: Date,
): Promise<{ readonly rules: Omit<Rules, "mayReceive">; readonly version: string }> {
  const today = londonDayOf(now);
  const { definitions, version } = await outbound.store.esr.definitions(target, today);
  const rules = {
    organisation: target.organisation,
    today,
    definitions,
    aligned: outbound.aligned,
    feeds: outbound.feeds,
    ownMonths: (competence: string, on: string) => outbound.ownMonths(competence, target.organisation, on),
  };
  return { rules, version };
}

async function judgeChanged(outbound: Outbound, target: EsrTarget): Promise<{ people: number; due: number; dropped: number }> {
  const { store, clock } = outbound;
  const now = clock.now();
  const { rules, version } = await rulesFor(outbound, target, now);
  const changed = await store.esr.changed(target, contextOf(outbound, target, version), rules.today);
  const sum = { people: changed.length, due: 0, dropped: 0 };
  for (let at = 0; at < changed.length; at += peopleAtOnce) {
    const batch = changed.slice(at, at + peopleAtOnce);
    const people = await store.esr.people(
      target,
      batch.map(({ staffMember }) => staffMember),
    );
    const judged = batch.map((one) => judgePerson(outbound, target, one, people.get(one.staffMember)!, rules, now));
    const stored = await store.esr.storeJudgements(
      target,
      {
        due: judged.flatMap(({ due }) => due),
        notDue: judged.flatMap(({ notDue }) => notDue),
        drop: judged.flatMap(({ drop }) => drop),
        judged: batch,
      },
      now,
    );
    sum.due += stored.due;
    sum.dropped += stored.dropped;
  }
  return sum;
}

/** What holds for all people of the VPD: when it changes, everybody is judged anew. */
function contextOf(outbound: Outbound, target: EsrTarget, definitions: string): string {
  return createHash("sha256")
    .update(JSON.stringify([policyVersion, target, outbound.settingsVersion, definitions]))
    .digest("hex")
    .slice(0, 16);
}

const effectKey = (target: EsrTarget, esrPerson: string, award: { competence: string; awardedOn: string }) =>
  `competence-award|${target.vpd}|${esrPerson}|${award.competence}|${award.awardedOn}`;

export function judgePerson(
  outbound: Outbound,
  target: EsrTarget,
  { staffMember, esrPerson, esrChanged }: ChangedPerson,
  { known, awards, deliveries }: PersonForEsr,
  rules: Omit<Rules, "mayReceive">,
  now: Date,
): { due: DueToStore[]; notDue: NotDueToStore[]; drop: { id: string; reason: string }[] } {
  const principal = esrPrincipal(target);
  const allowed = new Map<string, boolean>();
  const mayReceive = (controllerOrg: string) => {
    let may = allowed.get(controllerOrg);
    if (may === undefined) {
      may = decide(principal, "read", { label: "R3", controllerOrg, staffMember }, known.facts, now).effect === "allow";
      allowed.set(controllerOrg, may);
    }
    return may;
  };
  // What the ESR of another employer holds moves by ESR's own transfer, not by us.
  const esrSources = new Set([...outbound.targets.values()].flatMap(({ connections }) => connections));
  const ours = awards.flatMap((award) => {
    const inEsr = target.connections.includes(award.connectionId) && award.controllerOrg === target.organisation;
    return inEsr || !esrSources.has(award.connectionId) ? [{ ...award, inEsr, awardedBy: award.awardedBy ?? undefined }] : [];
  });
  const byId = new Map(ours.map((award) => [award.id, award]));
  const due: DueToStore[] = [];
  const notDue: NotDueToStore[] = [];
  const kept: string[] = [];
  const person = { staffMember, inEsr: true, engagements: known.facts.engagements, awards: ours, deliveries, retryRefused: esrChanged };
  for (const judgement of judge(person, { ...rules, mayReceive })) {
    const award = byId.get(judgement.recordId)!;
    const { id: recordId, connectionId, controllerOrg, competence, awardedOn } = award;
    if (judgement.verdict === "due") {
      const { mode, esrName } = judgement;
      due.push({
        effectKey: effectKey(target, esrPerson, award),
        recordId,
        staffMember,
        connectionId,
        controllerOrg,
        esrPerson,
        competence,
        esrName,
        awardedOn,
        mode,
      });
    } else if (judgement.verdict === "delivered") kept.push(effectKey(target, esrPerson, award));
    else {
      notDue.push({ recordId, staffMember, connectionId, reason: judgement.reason, daysApart: judgement.daysApart });
    }
  }
  const keys = new Set([...due.map((row) => row.effectKey), ...kept]);
  const reasons = new Map(notDue.map(({ recordId, reason }) => [recordId, reason]));
  const drop = deliveries
    .filter(({ state, effectKey: key }) => ["DUE", "SHADOWED", "REFUSED"].includes(state) && !keys.has(key))
    .map(({ id, recordId }) => ({ id, reason: reasons.get(recordId) ?? EsrReason.WITHDRAWN }));
  return { due, notDue, drop };
}

// --- write and send ---------------------------------------------------------------------------------------------------------

async function write(outbound: Outbound, target: EsrTarget, mode: "shadow" | "on", sources: readonly string[]) {
  const { store, clock, log } = outbound;
  const written: { name: string; mode: "shadow" | "on"; records: number }[] = [];
  if (sources.length === 0) return written;
  for (;;) {
    const now = clock.now();
    const file = await store.esr.writeFile(target, { mode, sources, atMost: rowsPerFile, now }, (sequence, awards) => ({
      ...writeFile({ vpd: target.vpd, mode, sequence, day: londonDayOf(now), createdAt: now }, awards),
      layout: layoutVersion,
    }));
    if (!file) return written;
    reach("outbound:file-written");
    written.push({ name: file.name, mode, records: file.records });
    log.info({ vpd: target.vpd, file: file.name, mode, records: file.records }, "file for ESR written");
  }
}

/** Every file that is written and not known to have arrived, in order. */
async function sendWritten(outbound: Outbound, target: EsrTarget, gateway: EsrGateway) {
  const { store, clock, log } = outbound;
  const sent: { name: string; mode: "on"; records: number; sent: boolean }[] = [];
  for (const file of await store.esr.unsent(target)) {
    if (!file.leaving && !(await maySend(outbound, file.id))) {
      await store.esr.takeBack(file.id);
      continue;
    }
    const { bytes, staffMembers, controllers } = await store.esr.beginLeaving(file.id, clock.now());
    // Who received what about whom is on record before it leaves.
    await audit(outbound, target, file, staffMembers, controllers);
    reach("outbound:before-put");
    await gateway.put(file.name, bytes);
    reach("outbound:after-put");
    await store.esr.markSent(file.id, clock.now());
    reach("outbound:file-sent");
    sent.push({ name: file.name, mode: "on", records: file.records, sent: true });
    log.info({ vpd: target.vpd, file: file.name, records: file.records }, "file for ESR sent");
  }
  return sent;
}

/** Whether each source of the file still wants it sent: a mode may have changed since it was written. */
async function maySend(outbound: Outbound, fileId: string): Promise<boolean> {
  const sources = await outbound.store.esr.sourcesOf(fileId);
  return sources.every((id) => {
    const feed = outbound.feeds.get(id);
    return feed?.mode === "on" && feed.fedBy === "hub";
  });
}

async function audit(
  outbound: Outbound,
  target: EsrTarget,
  file: { readonly name: string; readonly records: number },
  staffMembers: readonly string[],
  controllers: readonly string[],
): Promise<void> {
  const events = [];
  for (let at = 0; at < staffMembers.length; at += peoplePerEvent) {
    events.push({
      requestId: file.name,
      operation: "send to ESR",
      subject: `esr:${target.vpd}`,
      organisation: target.organisation,
      role: "esr",
      purpose: "SERVICE_OPERATION",
      decision: "ALLOW" as const,
      staffMembers: staffMembers.slice(at, at + peoplePerEvent),
      kinds: ["competence-award"],
      controllers,
      counts: { records: file.records },
      policyVersion,
    });
  }
  await outbound.store.audit(events);
}

/** Due, wanted, and no way to ESR: somebody has to know. */
async function reportWayMissing(outbound: Outbound, target: EsrTarget, sources: readonly string[]): Promise<void> {
  const problems = problemsOf(outbound, target);
  const records = outbound.gateways.has(target.organisation) ? 0 : await outbound.store.esr.countDue(target, sources);
  if (records === 0) await problems.resolve("ESR_EXCHANGE_MISSING");
  else await problems.report("ESR_EXCHANGE_MISSING", { records, organisation: target.organisation }, { count: records });
}
