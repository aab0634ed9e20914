import { writeFileSync } from "node:fs";
import path from "node:path";
import { parse as parseYaml } from "yaml";
import { catalog } from "../../connectors/catalog";
import { checks, pushedChecks } from "../../connectors/kit/contract/checks/all";
import { type Finding, type Report, runContract } from "../../connectors/kit/contract/contract";
import { gapsOf } from "../../connectors/kit/contract/gaps";
import { htmlOf, tapOf } from "../../connectors/kit/contract/report";
import { configurationOf, demonstrationFile } from "../compose/configuration";
import { peopleOf, read, subjectOfTarget, targetOfAddress, targetOfConnection } from "../compose/contract";
import { sandboxIfNeeded } from "../compose/sandbox";
import { type Environment, readEnvironment } from "../environment";
import { exitCodes, type Output, UsageError } from "../output";

interface Options {
  readonly config?: string;
  readonly today?: string;
  readonly kind?: string;
  readonly connector: string;
  readonly settings?: string;
  readonly organisation: string;
  readonly people?: string;
  readonly sample?: string;
  readonly gaps?: string;
  readonly html?: string;
  readonly most?: string;
}

/** Runs the contract against a vendor's own system: reads like the hub, writes nothing anywhere but its report. */
export async function contractTest(output: Output, options: Options, target: string): Promise<number> {
  if (options.kind !== "lms" && options.kind !== "oh") throw new UsageError("Say what kind of system it is: --kind lms or --kind oh.");
  const most = options.most === undefined ? undefined : Number(options.most);
  if (most !== undefined && !(Number.isInteger(most) && most >= 1)) throw new UsageError("--most is a whole number of 1 or more.");
  const environment = readEnvironment(options);
  const isAddress = /^https?:\/\//i.test(target);
  const ownSandbox = !isAddress && options.config === undefined ? await sandboxIfNeeded(environment, output) : undefined;
  try {
    const { subject, gaps, kept } = subjectFor(output, options, target, environment, isAddress);
    const report = await runContract(subject, kept, {
      kind: options.kind,
      gaps,
      most,
      onFinding: (finding) => output.note(progressLine(finding)),
    });
    if (options.html !== undefined) writeFileSync(path.resolve(options.html), htmlOf(report));
    output.answer(reportValue(report), () => tapOf(report));
    return report.ok ? exitCodes.ok : exitCodes.failed;
  } finally {
    await ownSandbox?.close();
  }
}

function subjectFor(output: Output, options: Options, target: string, environment: Environment, isAddress: boolean) {
  const configured = isAddress ? undefined : configurationOf(environment, options.config);
  const found = configured
    ? targetOfConnection(configured.config, target)
    : targetOfAddress(target, { ...options, connector: options.connector });
  const connector = catalog[found.connector]!;
  if (!connector.delivers.some(({ system }) => system === options.kind))
    throw new UsageError(
      `The connector ${connector.name} delivers nothing of kind ${options.kind}: it delivers ${[...new Set(connector.delivers.map(({ system }) => system))].join(", ")}.`,
    );
  if (!connector.poll && options.sample === undefined)
    throw new UsageError(`${target} pushes: there is nothing to ask it for. Give a body as it would push it: --sample <file.json>.`);
  const sample = options.sample === undefined ? undefined : read(path.resolve(options.sample), (text) => JSON.parse(text) as unknown);
  const staff = options.people === undefined ? [] : peopleOf(path.resolve(options.people));
  const subject = subjectOfTarget(target, found, configured?.environment ?? environment, { staff, sample });
  const kept = connector.poll ? checks : pushedChecks;
  const gaps =
    options.gaps === undefined
      ? []
      : gapsOf(
          read(path.resolve(options.gaps), (text) => parseYaml(text) as unknown),
          checks.map(({ id }) => id),
          environment.today,
        );
  if (configured && configured.config.connections.length > 0 && options.config === undefined)
    output.note(`Connection of ${demonstrationFile(environment)}.`);
  return { subject, gaps, kept };
}

const marks = { pass: "kept    ", fail: "NOT KEPT", skip: "untold  " } as const;
const progressLine = ({ id, outcome, gap, says }: Finding) =>
  `${gap ? "gap     " : marks[outcome]}  ${id}${outcome !== "pass" && says ? `: ${says}` : ""}`;

function reportValue({ findings, ...report }: Report) {
  const count = (outcome: Finding["outcome"]) => findings.filter((one) => one.outcome === outcome).length;
  return { ...report, kept: count("pass"), notKept: count("fail"), untold: count("skip"), findings };
}
