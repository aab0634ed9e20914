import { decide } from "../../access/decide";
import { noFacts } from "../../access/facts";
import { policyVersion } from "../../access/tables";
import type { DriftShown } from "../../store/drift";
import { configurationOf } from "../compose/configuration";
import { type Foundation, openFoundation } from "../compose/foundation";
import { commandLine } from "../compose/operations";
import { readEnvironment } from "../environment";
import { exitCodes, type Output, UsageError } from "../output";
import { instantInWords, thousands } from "../present/table";

interface DriftOptions {
  readonly config?: string;
  readonly today?: string;
  readonly dataSet?: string;
  readonly reason?: string;
  readonly all?: boolean;
}

async function opened<T>(options: DriftOptions, use: (foundation: Foundation) => Promise<T>): Promise<T> {
  const { config, environment } = configurationOf(readEnvironment(options), options.config);
  const foundation = await openFoundation(environment, config);
  try {
    return await use(foundation);
  } finally {
    await foundation.close();
  }
}

function known(foundation: Foundation, id: string | undefined): void {
  const ids = foundation.config.connections.map((connection) => connection.id);
  if (id !== undefined && !ids.includes(id)) throw new UsageError(`There is no connection ${id}. There are: ${ids.join(", ")}.`);
}

const words: Readonly<Record<DriftShown["what"], (it: DriftShown) => string>> = {
  NEW_FIELD: ({ subject, detail }) => `a new field ${subject} (${detail.kind})`,
  MISSING_FIELD: ({ subject, detail }) => `${subject} is in ${detail.now} of the records, before in ${detail.before}`,
  TYPE_CHANGED: ({ subject, detail }) => `${subject} is ${detail.got}, before ${detail.expected}`,
  NEW_VALUE: ({ subject, detail }) => `${subject} has ${detail.values} values that it never had (${detail.known} known)`,
  VOLUME_CHANGED: ({ detail }) => `a complete read gave ${detail.now} records, usually ${detail.usual}`,
  BREAKING: ({ subject, detail, count, records }) =>
    `STANDS STILL: ${subject || "the record"} is ${detail.got}, expected ${detail.expected} (${thousands(count)} of ${thousands(records)} records)`,
};

/** How vendors' records have begun to look otherwise. Exit 3 when a stream stands still for it. */
export async function driftList(output: Output, options: DriftOptions, connection?: string): Promise<number> {
  return opened(options, async (foundation) => {
    known(foundation, connection);
    const rows = await foundation.store.drift.list({ connectionId: connection, all: options.all === true });
    output.answer({ drift: rows }, () =>
      rows.length === 0
        ? "Every stream looks as it did."
        : [
            ...rows.map(
              (it) =>
                `${it.connectionId}  ${it.dataSet}  ${words[it.what](it)}, since ${instantInWords(it.firstSeenAt)}${it.acceptedAt ? `; noted by ${it.acceptedBy}` : it.endedAt ? "; over" : ""}`,
            ),
            "\nTake note: npx lanyard drift accept <connection> --reason <text>",
          ].join("\n"),
    );
    return rows.some((it) => it.what === "BREAKING" && !it.acceptedAt && !it.endedAt) ? exitCodes.degraded : exitCodes.ok;
  });
}

/** A person takes note: notices go, and a stream that stood still goes on, what does not fit being refused record by record. */
export async function driftAccept(output: Output, options: DriftOptions, connection: string): Promise<undefined> {
  await opened(options, async (foundation) => {
    known(foundation, connection);
    const { store, config } = foundation;
    const organisations = config.connections.find(({ id }) => id === connection)!.organisations.map(({ odsCode }) => odsCode);
    const principal = commandLine({ role: "ops", purpose: "SERVICE_OPERATION" });
    const { effect, reason } = decide(principal, "accept-drift", { organisations }, noFacts, foundation.engine.clock.now());
    const accepted =
      effect === "allow"
        ? await store.drift.accept({ connectionId: connection, dataSet: options.dataSet, by: principal.subject, reason: options.reason! })
        : 0;
    await store.audit([
      {
        requestId: `command-${process.pid}-drift-accept`,
        operation: `drift accept ${connection}`,
        subject: principal.subject,
        role: principal.role,
        purpose: "SERVICE_OPERATION",
        decision: effect === "allow" ? "ALLOW" : "DENY",
        reason: `${reason}: ${options.reason}`,
        staffMembers: [],
        kinds: ["drift"],
        controllers: organisations,
        counts: { accepted },
        policyVersion,
      },
    ]);
    if (effect !== "allow") throw new UsageError(`You may not do this (${reason}).`);
    output.answer({ connection, accepted }, () =>
      accepted === 0
        ? `Nothing of ${connection} waits to be noted.`
        : `${accepted} noted. What stood still is read with the next run: npx lanyard sync ${connection}`,
    );
  });
  return undefined;
}
