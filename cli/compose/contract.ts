/** A subject of the contract out of a connection of lanyard.yaml, or out of an address that a vendor has given us. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { parse as parseCsv } from "csv-parse/sync";
import { parse as parseYaml } from "yaml";
import { catalog } from "../../connectors/catalog";
import type { SecretReference, StaffToAsk } from "../../connectors/connector";
import type { Subject } from "../../connectors/kit/contract/contract";
import { subjectOf } from "../../connectors/kit/contract/subject";
import { createHttp } from "../../connectors/kit/http";
import { type RecordKind, recordTypes } from "../../schema/kinds";
import { factsOf, type StoredRecord } from "../../schema/record";
import type { Config } from "../config/load";
import type { Environment } from "../environment";
import { UsageError } from "../output";
import { readSecret, sleepFor } from "./foundation";

export interface Target {
  readonly connector: string;
  readonly settings: Record<string, unknown>;
  readonly organisations: Subject["organisations"];
  /** Folder in which paths and secret files start. */
  readonly folder: string;
  readonly allowHosts: readonly string[];
  readonly requestsPerSecond: number | undefined;
  /** http, to loopback only. */
  readonly insecureLoopback: boolean;
}

export function targetOfConnection(config: Config, id: string): Target {
  const connection = config.connections.find((one) => one.id === id);
  if (!connection)
    throw new UsageError(
      `There is no connection ${id}. There are: ${config.connections.map((one) => one.id).join(", ")}. Or give the address of a system (https://...).`,
    );
  return {
    connector: connection.connector.name,
    settings: connection.settings as Record<string, unknown>,
    organisations: connection.organisations.map(({ odsCode, vpd, name }) => ({ odsCode, vpd, name })),
    folder: config.folder,
    allowHosts: connection.allowHosts,
    requestsPerSecond: undefined,
    insecureLoopback: config.mode !== "production",
  };
}

/** A vendor's own system: its address, and the rest of the settings from a file. */
export function targetOfAddress(url: string, options: { connector: string; settings?: string; organisation: string }): Target {
  if (!Object.hasOwn(catalog, options.connector))
    throw new UsageError(`There is no connector ${options.connector}. There are: ${Object.keys(catalog).join(", ")}.`);
  const file = options.settings === undefined ? undefined : path.resolve(options.settings);
  const given = (file === undefined ? {} : (read(file, parseYaml) ?? {})) as Record<string, unknown>;
  const { hostname } = new URL(url);
  return {
    connector: options.connector,
    settings: { ...given, baseUrl: url },
    organisations: [{ odsCode: options.organisation, vpd: undefined, name: options.organisation }],
    folder: file === undefined ? process.cwd() : path.dirname(file),
    allowHosts: [],
    requestsPerSecond: undefined,
    insecureLoopback: hostname === "127.0.0.1" || hostname === "localhost" || hostname === "[::1]",
  };
}

export function subjectOfTarget(
  name: string,
  target: Target,
  environment: Environment,
  more: { readonly staff: readonly StaffToAsk[]; readonly sample: unknown },
): Subject {
  const connector = catalog[target.connector]!;
  return subjectOf({
    name,
    connector,
    settings: target.settings,
    organisations: target.organisations,
    staff: more.staff,
    sample: more.sample,
    now: () => environment.clock.now().toISOString(),
    secret: (reference: SecretReference) => readSecret(reference, environment, target.folder),
    resolvePath: (file) => path.resolve(target.folder, file),
    http: (hosts, signal) =>
      createHttp({
        allowedHosts: [...hosts, ...target.allowHosts],
        requestsPerSecond: target.requestsPerSecond ?? connector.poll?.requestsPerSecond ?? 5,
        clock: environment.clock,
        signal,
        sleep: sleepFor,
        insecureLoopback: target.insecureLoopback,
      }),
    factsProblem,
  });
}

/** The first field that the record type does not take, with what is wrong about it; never its value. */
function factsProblem(kind: string, facts: unknown): string | undefined {
  const issue = factsOf<StoredRecord>(recordTypes[kind as RecordKind]).safeParse(facts).error?.issues[0];
  return issue && `/${issue.path.join("/")}: ${issue.code}`;
}

const columns = ["staff_key", "given", "family", "birth_date", "esr_person_id"] as const;

/** People agreed upon with the vendor: CSV with a header. */
export function peopleOf(file: string): readonly StaffToAsk[] {
  const rows = read(file, (text) => parseCsv(text, { bom: true, columns: true, trim: true, skip_empty_lines: true })) as Record<
    string,
    string
  >[];
  return rows
    .map((row, at): StaffToAsk => {
      for (const column of columns.slice(0, 4))
        if (!row[column]) throw new UsageError(`${file}, line ${at + 2}: ${column} is empty or missing. Columns: ${columns.join(", ")}.`);
      if (!/^\d{4}-\d\d-\d\d$/.test(row.birth_date!)) throw new UsageError(`${file}, line ${at + 2}: birth_date must be YYYY-MM-DD.`);
      const esrPersonId = row.esr_person_id ? { esrPersonId: row.esr_person_id } : {};
      return { staffKey: row.staff_key!, given: row.given!, family: row.family!, birthDate: row.birth_date!, ...esrPersonId };
    })
    .sort((a, b) => (a.staffKey < b.staffKey ? -1 : 1));
}

export function read<T>(file: string, parse: (text: string) => T): T {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch {
    throw new UsageError(`${file} cannot be read: check the path and its permissions.`);
  }
  try {
    return parse(text);
  } catch (error) {
    throw new UsageError(`${file} cannot be understood: ${(error as Error).message.split("\n")[0]}.`);
  }
}
