import { createPublicKey, type KeyObject } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { roleTable } from "../../access/roles";
import { createPool } from "../../platform/database";
import { headFiles, readHeads } from "../audit-verify/heads";
import { type Ask, type AuditReport, verifyAudit } from "../audit-verify/verify";
import { mayAct } from "../compose/acting";
import { configurationOf } from "../compose/configuration";
import { auditHeadsFolder, type Foundation, openFoundation } from "../compose/foundation";
import { commandLine, commandLineAs, type Purposes, withGraph } from "../compose/operations";
import { readEnvironment } from "../environment";
import { exitCodes, type Output, UsageError } from "../output";
import { table, thousands } from "../present/table";

interface AuditOptions {
  readonly config?: string;
  readonly today?: string;
  readonly as: string;
  readonly organisation?: string;
  readonly heads?: string;
  readonly key?: string;
}

const purposes: Purposes = { ops: ["SERVICE_OPERATION"], auditor: ["AUDIT"] };

/** An auditor sees the chain of the own organisation, the ESR team that of every one: both numbers of rows only. */
async function opened<T>(
  options: AuditOptions,
  operation: string,
  use: (foundation: Foundation, only: string | undefined) => Promise<T>,
): Promise<T> {
  const asked = commandLineAs(options.as, purposes, options.organisation);
  const { ofOrganisation } = roleTable[asked.role];
  if (ofOrganisation && options.organisation === undefined)
    throw new UsageError("Say for which organisation you act as auditor: --organisation <ODS code>.");
  const { config, environment } = configurationOf(readEnvironment(options), options.config);
  const foundation = await openFoundation(environment, config);
  try {
    const principal = ofOrganisation ? asked : { ...asked, org: undefined };
    const organisations = options.organisation ? [options.organisation] : config.organisations.map(({ odsCode }) => odsCode);
    await mayAct(foundation, principal, organisations, { act: "verify-audit", operation, kind: "audit" });
    return await use(foundation, options.organisation);
  } finally {
    await foundation.close();
  }
}

function folderAndKey({ config, environment }: Foundation, options: AuditOptions): { folder: string; key: KeyObject } {
  const folder = options.heads === undefined ? auditHeadsFolder(environment, config) : path.resolve(options.heads);
  const file = options.key === undefined ? path.join(environment.dataFolder, "audit-key.pub.pem") : path.resolve(options.key);
  if (options.heads !== undefined && !existsSync(folder)) throw new UsageError(`--heads ${options.heads}: there is no such folder.`);
  try {
    return { folder, key: createPublicKey(readFileSync(file)) };
  } catch {
    throw new UsageError(`${file} is not a public key in PEM: give the one that was kept with --key.`);
  }
}

/** Every row of every chain, and every head that was exported. Exit 1 when something does not fit. */
export async function auditVerify(output: Output, options: AuditOptions): Promise<number> {
  return opened(options, "audit verify", async (foundation, only) => {
    const { folder, key } = folderAndKey(foundation, options);
    // Looked at before the snapshot: a head is of rows that are committed.
    const files = headFiles(folder);
    const pool = createPool({ url: foundation.databaseUrl, max: 1, applicationName: "lanyard-audit-verify" });
    const client = await pool.connect();
    try {
      await client.query("begin isolation level repeatable read read only");
      const ask = ((text, values) => client.query(text, [...values])) as Ask;
      const report = await verifyAudit(ask, files, key, only);
      output.answer(report, () => reportText(report));
      return report.whole ? exitCodes.ok : exitCodes.failed;
    } finally {
      client.release(true);
      await pool.end();
    }
  });
}

function reportText({ whole, chains, broken, findings }: AuditReport): string {
  const rows = chains.reduce((sum, one) => sum + one.rows, 0);
  return [
    table(
      ["chain", "rows", "exported heads", "not exported yet", "wrong"],
      chains.map((one) => [
        one.chain,
        thousands(one.rows),
        thousands(one.exportedHeads),
        thousands(one.notYetExported),
        thousands(one.broken),
      ]),
    ),
    "",
    ...(whole
      ? [`${thousands(rows)} rows: every one fits the one before it, its own hash, and the heads that were exported.`]
      : [
          `${thousands(broken)} things do not fit:`,
          ...findings.flatMap(({ chain, say, next }) => [`  ${chain}: ${say}.`, `      Next: ${next} (whose move: operator)`]),
          ...(broken > findings.length ? [`  and ${thousands(broken - findings.length)} more`] : []),
        ]),
    "What has not been exported yet is bound by the chain alone: its end could be cut off unseen.",
  ].join("\n");
}

/** The heads that were exported: of each chain the last, and how many there are. */
export async function auditHeads(output: Output, options: AuditOptions): Promise<number> {
  return opened(options, "audit heads", async (foundation, only) => {
    const { folder, key } = folderAndKey(foundation, options);
    const heads: { chain: string; heads: number; notValid: number; seq: number; hash: string; signedAt: string }[] = [];
    for (const [chain, file] of headFiles(folder)) {
      if (only !== undefined && chain !== only) continue;
      const seen = { chain, heads: 0, notValid: 0, seq: 0, hash: "", signedAt: "" };
      for await (const head of readHeads(file, chain, key)) {
        if ("wrong" in head) seen.notValid += 1;
        else {
          seen.heads += 1;
          if (head.seq >= seen.seq) Object.assign(seen, { seq: head.seq, hash: head.hash, signedAt: head.signedAt });
        }
      }
      heads.push(seen);
    }
    output.answer({ folder, heads }, () =>
      [
        table(
          ["chain", "row", "hash", "signed", "heads", "not valid"],
          heads.map((one) => [one.chain, thousands(one.seq), one.hash, one.signedAt, thousands(one.heads), thousands(one.notValid)]),
        ),
        `In ${folder}: keep a copy where whoever owns the database cannot write.`,
      ].join("\n"),
    );
    return heads.some((one) => one.notValid > 0) ? exitCodes.failed : exitCodes.ok;
  });
}

interface ListOptions {
  readonly config?: string;
  readonly today?: string;
  readonly organisation: string;
  readonly from?: string;
  readonly to?: string;
  readonly after?: string;
}
interface Listed {
  readonly at: string;
  readonly number: string | null;
  readonly operation: string | null;
  readonly subject: string | null;
  readonly organisation: { readonly odsCode: string } | null;
  readonly role: string;
  readonly purpose: string | null;
  readonly decision: string;
}
interface ListAnswer {
  readonly auditEvents: {
    readonly edges: readonly { readonly node: Listed }[];
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
  } | null;
}
export const listQuery = `query AuditList($organisation: String!, $from: DateTimeISO, $to: DateTimeISO, $after: String) {
  auditEvents(organisation: $organisation, from: $from, to: $to, first: 100, after: $after) {
    edges { node { at own number operation fields subject organisation { odsCode } role actingClient purpose decision reason kinds staffMembers
      refusedMembers changes controllers policyVersion } } pageInfo { hasNextPage endCursor } } }`;

function instantOf(name: string, text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const at = new Date(/^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00:00Z` : text);
  if (Number.isNaN(at.getTime())) throw new UsageError(`--${name} ${text}: a day (YYYY-MM-DD) or an instant with its zone is expected.`);
  return at.toISOString();
}

/** What an organisation's people did, and what others did with its data, as its auditor sees it; the newest hundred. */
export async function auditList(output: Output, options: ListOptions): Promise<undefined> {
  const { organisation, after } = options;
  const variables = { organisation, from: instantOf("from", options.from), to: instantOf("to", options.to), after };
  await withGraph(options, async (graph) => {
    const { auditEvents } = await graph.ask<ListAnswer>(
      listQuery,
      variables,
      commandLine({ role: "auditor", purpose: "AUDIT", organisation }),
    );
    if (!auditEvents)
      throw new UsageError("Nothing was shown: the period is longer than 366 days or none, or the cursor is of another list.");
    const { edges, pageInfo } = auditEvents;
    output.answer({ events: edges.map(({ node }) => node), next: pageInfo.hasNextPage ? pageInfo.endCursor : null }, () =>
      [
        table(
          ["row", "at", "for", "role", "who", "operation", "purpose", "decision"],
          edges.map(({ node: one }) => [
            one.number ?? "",
            one.at,
            one.organisation?.odsCode ?? "",
            one.role,
            one.subject ?? "",
            one.operation ?? "",
            one.purpose ?? "",
            one.decision,
          ]),
        ),
        ...(pageInfo.hasNextPage ? [`Older ones: --after ${pageInfo.endCursor}`] : []),
      ].join("\n"),
    );
  });
  return undefined;
}
