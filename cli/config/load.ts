import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { LineCounter, parseDocument } from "yaml";
import { roleTable } from "../../access/roles";
import { catalog } from "../../connectors/catalog";
import type { CodeMapRow, CourseMapRow } from "../../connectors/connector";
import type { CoverLine, Standing } from "../../recognition/question";
import type { RequirementLine } from "../../recognition/requirements";
import type { OrganisationSettings } from "../../schema/operations/organisation";
import type { AgreementToRegister } from "../../store/movement/sharing-agreements";
import type { Connection } from "../../sync/connection";
import { agreementWarnings, checkAgreements } from "./agreements";
import { type ConfigFault, describeIssue, faultText, lineOf, pathText } from "./faults";
import { checkIdentity, type Identity } from "./identity";
import { type RenewalRow, readCodeMap, readCourseMap, readRenewals } from "./maps";
import { paceOf, withSharedBudgets } from "./pace";
import { readCovers, readRequirements, readSignatories } from "./recognition-files";
import { checkSafeDefaults } from "./safe-defaults";
import { type ConfigShape, configShape, minutesOf, secondsOf } from "./shape";

/** The checked configuration, as values: nothing below cli/ reads a file or the environment for it. */
export interface Config {
  readonly file: string;
  readonly folder: string;
  readonly mode: "demonstration" | "production";
  readonly listen: { readonly host: string; readonly port: number };
  readonly organisations: readonly (OrganisationSettings & { readonly leadEmployer: boolean; readonly esrExchange?: string })[];
  readonly connections: readonly Connection[];
  readonly courseMaps: ReadonlyMap<string, readonly CourseMapRow[]>;
  readonly codeMaps: ReadonlyMap<string, readonly CodeMapRow[]>;
  readonly renewals: readonly RenewalRow[];
  /** What each organisation asks, and its level tables. */
  readonly requirements: readonly RequirementLine[];
  readonly covers: readonly CoverLine[];
  /** Who recognises whose training. */
  readonly standings: readonly Standing[];
  readonly sharingAgreements: readonly AgreementToRegister[];
  /** Who may call. */
  readonly identity: Identity;
  /** Of the hub outside; undefined: where it listens. */
  readonly publicAddress: string | undefined;
  readonly subgraphs: ConfigShape["subgraphs"];
  readonly expiringWithinDays: number;
  readonly console: ConfigShape["console"];
  readonly commandLine: ConfigShape["commandLine"];
  /** Private addresses that public keys may be read from. */
  readonly keyHosts: readonly string[];
  /** What one caller may ask in a while. */
  readonly rates: ConfigShape["rates"];
  readonly audit: ConfigShape["audit"];
  /** Things that work today and need somebody's attention soon. */
  readonly warnings: readonly string[];
}

/** All faults at once: a person corrects the file in one go. */
export class ConfigError extends Error {
  constructor(readonly faults: readonly ConfigFault[]) {
    super(
      `${faults.length === 1 ? "One thing is" : `${faults.length} things are`} wrong with the configuration:\n\n${faults.map(faultText).join("\n")}`,
    );
    this.name = "ConfigError";
  }
}

export interface Surroundings {
  readonly today: string;
  /** Environment variables that secrets may refer to. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

export function loadConfig(file: string, surroundings: Surroundings): Config {
  const shown = path.relative(process.cwd(), file) || file;
  if (!existsSync(file)) {
    throw new ConfigError([
      { file: shown, line: undefined, at: "", say: "does not exist", cure: "Give the path of your lanyard.yaml with --config." },
    ]);
  }
  const lines = new LineCounter();
  const document = parseDocument(readFileSync(file, "utf8"), { lineCounter: lines, prettyErrors: false });
  if (document.errors.length > 0) {
    throw new ConfigError(
      document.errors.map((error) => ({
        file: shown,
        line: lines.linePos(error.pos[0]).line,
        at: "",
        say: `is not YAML: ${error.message.split("\n")[0]}`,
        cure: "Check indentation, quotes and brackets on this line.",
      })),
    );
  }
  const faults: ConfigFault[] = [];
  const fault = (at: readonly PropertyKey[], say: string, cure: string) =>
    faults.push({ file: shown, line: lineOf(document, lines, at), at: pathText(at), say, cure });

  if (document.contents === null) {
    throw new ConfigError([
      { file: shown, line: undefined, at: "", say: "is empty", cure: "Write at least mode and organisations; see the README." },
    ]);
  }
  let content: unknown;
  try {
    content = document.toJS();
  } catch {
    // A bomb of references, or one that leads to itself.
    throw new ConfigError([
      {
        file: shown,
        line: undefined,
        at: "",
        say: "refers to itself, or to so much that it would not end",
        cure: "Write it out without anchors.",
      },
    ]);
  }
  // With the input: "is missing" and "is of another kind" are two faults with two cures.
  const parsed = configShape.safeParse(content, { reportInput: true });
  if (!parsed.success) {
    for (const issue of parsed.error.issues) {
      const { say, cure } = describeIssue(issue);
      fault(issue.path, say, cure);
    }
  }
  // Even a file with faults in its shape has its connections checked as far as they can be: all faults at once.
  const shape = (parsed.success ? parsed.data : content) as ConfigShape;
  const folder = path.dirname(path.resolve(file));
  const connections = checkConnections(shape, surroundings, folder, fault);
  const maps = checkOrganisations(shape, folder, fault);
  const sharingAgreements = checkAgreements(shape, fault);
  checkOperators(shape, fault);
  checkSafeDefaults(shape, fault);
  const identity = checkIdentity(shape, fault);
  if (faults.length > 0 || !parsed.success) throw new ConfigError(faults);
  return {
    file,
    folder,
    mode: shape.mode,
    listen: shape.listen,
    organisations: shape.organisations.map(({ odsCode, vpd, name, cstfAligned, leadEmployer, esrExchange }) => ({
      odsCode,
      vpd,
      name,
      cstfAligned,
      leadEmployer,
      ...(esrExchange === undefined ? {} : { esrExchange }),
    })),
    connections,
    ...maps,
    sharingAgreements,
    identity,
    publicAddress: shape.publicAddress,
    subgraphs: shape.subgraphs,
    expiringWithinDays: shape.expiringWithinDays,
    console: shape.console,
    commandLine: shape.commandLine,
    keyHosts: shape.keyHosts,
    rates: shape.rates,
    audit: shape.audit,
    warnings: [...reviewWarnings(shape, surroundings.today), ...agreementWarnings(sharingAgreements, surroundings.today)],
  };
}

type Fault = (at: readonly PropertyKey[], say: string, cure: string) => void;

function checkConnections(shape: ConfigShape, surroundings: Surroundings, folder: string, fault: Fault): Connection[] {
  const organisations = new Map(listOf(shape.organisations).map((one) => [one.odsCode, one]));
  const seen = new Set<string>();
  const checked: Connection[] = [];
  for (const [index, connection] of listOf(shape.connections).entries()) {
    const at = ["connections", index] as const;
    if (typeof connection !== "object" || connection === null) continue;
    if (seen.has(connection.id)) fault([...at, "id"], `is used twice: ${connection.id}`, "Give each connection an id of its own.");
    seen.add(connection.id);
    for (const [position, odsCode] of listOf(connection.organisations).entries()) {
      if (!organisations.has(odsCode)) {
        fault(
          [...at, "organisations", position],
          `is not among the organisations: ${odsCode}`,
          "Add the organisation, or correct the code.",
        );
      }
    }
    const connector = Object.hasOwn(catalog, connection.connector) ? catalog[connection.connector] : undefined;
    if (!connector) {
      fault([...at, "connector"], `is not in the catalogue: ${connection.connector}`, `Write one of ${Object.keys(catalog).join(", ")}.`);
      continue;
    }
    const given = { ...connection.settings, ...(connection.organisationFrom ? { organisationFrom: connection.organisationFrom } : {}) };
    const settings = connector.settings.safeParse(given, { reportInput: true });
    for (const { path: steps, reference } of secretReferences(given))
      checkSecret(reference, surroundings, folder, [...at, "settings", ...steps], fault);
    if (!settings.success) {
      for (const issue of settings.error.issues) {
        const { say, cure } = describeIssue(issue);
        // The field stands beside the settings in the file, because every connector that serves several has it.
        const besideSettings = issue.path[0] === "organisationFrom" && connection.organisationFrom !== undefined;
        fault([...at, ...(besideSettings ? [] : ["settings"]), ...issue.path], say, `${cure} See connectors/${connector.name}/README.md.`);
      }
      continue;
    }
    if (shape.mode === "production") checkProduction(connection, connector.hosts(settings.data), given, at, fault);
    const delivers = connector.deliversWith?.(settings.data) ?? connector.delivers;
    const esr = checkTowardsEsr(connection, delivers, organisations, at, fault);
    const health = delivers.some((delivery) => delivery.system === "oh");
    checked.push({
      id: connection.id,
      title: connection.title ?? connection.id,
      connector,
      delivers,
      organisations: listOf(connection.organisations).flatMap((odsCode) => organisations.get(odsCode) ?? []),
      settings: settings.data,
      everyMinutes: connection.everyMinutes ?? connector.poll?.everyMinutes ?? 60,
      freshWithinSeconds: secondsOf(connection.freshWithin ?? "24h"),
      absenceLimit: connection.absenceLimit ?? { share: 0.05, records: 50 },
      fullRead: minutesOf(connection.fullRead ?? "01:00-05:00"),
      rawDays: connection.rawDays ?? (health ? 35 : 90),
      allowHosts: connection.allowHosts ?? [],
      pace: paceOf(connection, connector, connector.hosts(settings.data)),
      goLiveOn: connection.goLiveOn,
      ...(esr ? { esr } : {}),
      pausedBecause: pastReview(connection.agreement, surroundings.today),
      fingerprint: createHash("sha256")
        .update(JSON.stringify([connector.name, given]))
        .digest("hex")
        .slice(0, 16),
    });
  }
  return withSharedBudgets(checked);
}

/** How the connection's awards stand towards ESR; undefined when it has none (ESR's own go nowhere). */
function checkTowardsEsr(
  connection: ConfigShape["connections"][number],
  delivers: Connection["delivers"],
  organisations: ReadonlyMap<string, ConfigShape["organisations"][number]>,
  at: readonly PropertyKey[],
  fault: Fault,
): Connection["esr"] {
  const hasAwards = delivers.some(({ kind, system }) => kind === "competence-award" && system !== "esr");
  if (!hasAwards) {
    if (connection.esr) fault([...at, "esr"], "has nothing to send: this connection reads no competence awards", "Remove it.");
    return undefined;
  }
  const feed = connection.esr?.competenceAwards;
  const steps = [...at, "esr", "competenceAwards"];
  if (feed?.mode === "on") {
    if (!feed.approvedBy) fault([...steps, "approvedBy"], "is missing", "Name the trust's approver, or use mode shadow.");
    for (const odsCode of listOf(connection.organisations)) {
      const organisation = organisations.get(odsCode);
      if (organisation?.vpd !== undefined && organisation.esrExchange === undefined)
        fault([...steps, "mode"], `is on, and ${odsCode} has no esrExchange`, `Set esrExchange of ${odsCode}, or use mode shadow.`);
    }
  }
  return { competenceAwards: { mode: feed?.mode ?? "shadow", fedBy: feed?.fedBy ?? "hub" } };
}

function checkProduction(
  connection: ConfigShape["connections"][number],
  hosts: readonly string[],
  settings: unknown,
  at: readonly PropertyKey[],
  fault: Fault,
): void {
  const { agreement } = connection;
  if (!agreement) fault([...at, "agreement"], "is missing", "In production a connection needs the controller's agreement.");
  if (hosts.length > 0 && /"\s*http:\/\//i.test(JSON.stringify(settings))) {
    fault([...at, "settings"], "uses http", "In production every address is https.");
  }
}

function checkOperators(shape: ConfigShape, fault: Fault): void {
  const organisations = new Set(listOf(shape.organisations).map((one) => one?.odsCode));
  const names = new Set<string>();
  for (const [index, operator] of listOf(shape.console?.operators).entries()) {
    const at = ["console", "operators", index] as const;
    if (typeof operator !== "object" || operator === null) continue;
    if (shape.mode === "production") fault(at, "would sign in without a password", "Remove it: in production nobody does.");
    if (names.has(operator.name)) fault([...at, "name"], `is used twice: ${operator.name}`, "Give each operator a name of its own.");
    names.add(operator.name);
    if (roleTable[operator.role]?.ofOrganisation && !operator.organisation) {
      fault([...at, "organisation"], "is missing", "Name the trust whose administrator this is.");
    }
    if (operator.organisation && !organisations.has(operator.organisation)) {
      fault(
        [...at, "organisation"],
        `is not among the organisations: ${operator.organisation}`,
        "Add the organisation, or correct the code.",
      );
    }
  }
}

type Secret = { env: string } | { file: string };

function* secretReferences(value: unknown, path: readonly string[] = []): Generator<{ path: readonly string[]; reference: Secret }> {
  if (typeof value !== "object" || value === null) return;
  const keys = Object.keys(value);
  const [key] = keys;
  if (keys.length === 1 && (key === "env" || key === "file") && typeof (value as Record<string, unknown>)[key] === "string") {
    yield { path, reference: value as Secret };
    return;
  }
  for (const [step, inner] of Object.entries(value)) yield* secretReferences(inner, [...path, step]);
}

function checkSecret(reference: Secret, surroundings: Surroundings, folder: string, at: readonly PropertyKey[], fault: Fault): void {
  if ("env" in reference) {
    // The settings' own shape says what a name looks like: what is none may be the secret itself, and is not repeated.
    if (/^[A-Z][A-Z0-9_]*$/.test(reference.env) && !surroundings.environment[reference.env])
      fault(at, `refers to the environment variable ${reference.env}, which is not set`, `Set ${reference.env} and start again.`);
  } else if (!existsSync(path.resolve(folder, reference.file))) {
    fault(at, "refers to a file that does not exist", "Put the secret there (mode 0600) and start again.");
  }
}

function checkOrganisations(shape: ConfigShape, folder: string, fault: Fault) {
  const courseMaps = new Map<string, readonly CourseMapRow[]>();
  const codeMaps = new Map<string, readonly CodeMapRow[]>();
  const renewals: RenewalRow[] = [];
  const requirements: RequirementLine[] = [];
  const covers: CoverLine[] = [];
  const odsCodes = new Set<string>();
  const vpds = new Set<string>();
  for (const [index, organisation] of listOf(shape.organisations).entries()) {
    if (typeof organisation !== "object" || organisation === null) continue;
    const at = ["organisations", index] as const;
    if (odsCodes.has(organisation.odsCode))
      fault([...at, "odsCode"], `is used twice: ${organisation.odsCode}`, "List each organisation once.");
    odsCodes.add(organisation.odsCode);
    if (organisation.vpd !== undefined) {
      if (vpds.has(organisation.vpd)) fault([...at, "vpd"], `is used twice: ${organisation.vpd}`, "Each VPD belongs to one organisation.");
      vpds.add(organisation.vpd);
    }
    if (organisation.esrExchange !== undefined && organisation.vpd === undefined)
      fault([...at, "esrExchange"], "belongs to an organisation without a vpd", "Add its vpd, or remove esrExchange.");
    if (typeof organisation.courseMap === "string") {
      const read = readCourseMap(path.resolve(folder, organisation.courseMap));
      for (const problem of read.faults) fault([...at, "courseMap"], problem.say, problem.cure);
      courseMaps.set(organisation.odsCode, read.rows);
    }
    if (typeof organisation.codeMap === "string") {
      const read = readCodeMap(path.resolve(folder, organisation.codeMap));
      for (const problem of read.faults) fault([...at, "codeMap"], problem.say, problem.cure);
      codeMaps.set(organisation.odsCode, read.rows);
    }
    if (typeof organisation.renewals === "string") {
      const read = readRenewals(path.resolve(folder, organisation.renewals), organisation.odsCode);
      for (const problem of read.faults) fault([...at, "renewals"], problem.say, problem.cure);
      renewals.push(...read.rows);
    }
    if (typeof organisation.requirements === "string") {
      const read = readRequirements(path.resolve(folder, organisation.requirements), organisation.odsCode);
      for (const problem of read.faults) fault([...at, "requirements"], problem.say, problem.cure);
      requirements.push(...read.rows);
    }
    if (typeof organisation.covers === "string") {
      const read = readCovers(path.resolve(folder, organisation.covers), organisation.odsCode);
      for (const problem of read.faults) fault([...at, "covers"], problem.say, problem.cure);
      covers.push(...read.rows);
    }
  }
  const standings = typeof shape.signatories === "string" ? readSignatories(path.resolve(folder, shape.signatories)) : undefined;
  for (const problem of standings?.faults ?? []) fault(["signatories"], problem.say, problem.cure);
  return { courseMaps, codeMaps, renewals, requirements, covers, standings: standings?.rows ?? [] };
}

/** Past its review an agreement carries nothing any more: the connection pauses, the others go on. */
function pastReview(agreement: ConfigShape["connections"][number]["agreement"], today: string): string | undefined {
  return agreement && agreement.reviewBy < today ? `the agreement was to be reviewed by ${agreement.reviewBy}` : undefined;
}

function reviewWarnings(shape: ConfigShape, today: string): string[] {
  const soon = new Date(`${today}T00:00:00Z`);
  soon.setUTCDate(soon.getUTCDate() + 30);
  const limit = soon.toISOString().slice(0, 10);
  return shape.connections.flatMap((connection) =>
    pastReview(connection.agreement, today)
      ? [`${connection.id} is paused: ${pastReview(connection.agreement, today)}. Review it with the controller and set the new day.`]
      : connection.agreement && connection.agreement.reviewBy >= today && connection.agreement.reviewBy <= limit
        ? [`The agreement of ${connection.id} must be reviewed by ${connection.agreement.reviewBy}; after that the connection pauses.`]
        : [],
  );
}

function listOf<T>(value: readonly T[] | undefined): readonly T[] {
  return Array.isArray(value) ? value : [];
}
