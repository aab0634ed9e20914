import { createHash } from "node:crypto";
import path from "node:path";
import type { Feed } from "../../outbound/due";
import { folderGateway } from "../../outbound/gateway";
import type { Outbound } from "../../outbound/outbound";
import { isAligned } from "../../recognition/issuer";
import { createPeriods } from "../../recognition/periods";
import type { EsrTarget } from "../../store/esr-due";
import type { Config } from "../config/load";
import type { Foundation } from "./foundation";

/** The way to ESR, as the configuration states it. */
export function composeOutbound({
  config,
  store,
  environment,
  log,
}: Pick<Foundation, "config" | "store" | "environment" | "log">): Outbound {
  const feeds = new Map<string, Feed>(config.connections.flatMap(({ id, esr }) => (esr ? [[id, esr.competenceAwards] as const] : [])));
  const periodFor = createPeriods(config.renewals);
  const gateways = config.organisations.flatMap(({ odsCode, esrExchange }) =>
    esrExchange === undefined ? [] : [[odsCode, folderGateway(path.resolve(config.folder, esrExchange), esrExchange)] as const],
  );
  return {
    store,
    clock: environment.clock,
    log,
    organisations: config.organisations,
    targets: targetsOf(config),
    feeds,
    gateways: new Map(gateways),
    aligned: alignmentOf(config),
    settingsVersion: createHash("sha256")
      .update(JSON.stringify([config.organisations, config.standings, config.renewals, [...feeds]]))
      .digest("hex"),
    ownMonths: (competence, organisation, on) => periodFor(competence, organisation, on)?.months,
  };
}

/** Employers whose ESR is read here: only what ESR says of itself tells what is due for it. */
function targetsOf(config: Config): ReadonlyMap<string, EsrTarget> {
  const targets = new Map<string, EsrTarget>();
  for (const { odsCode, vpd } of config.organisations) {
    if (vpd === undefined) continue;
    const connections = config.connections
      .filter((connection) => isEsr(connection) && connection.organisations.some((organisation) => organisation.odsCode === odsCode))
      .map(({ id }) => id);
    if (connections.length > 0) targets.set(odsCode, { organisation: odsCode, vpd, connections });
  }
  return targets;
}

export function isEsr(connection: Config["connections"][number]): boolean {
  return connection.delivers.some(({ kind, system }) => system === "esr" && kind === "competence-award");
}

/** By the list of signatories with its days where there is one, else by what the organisation's own line says. */
function alignmentOf(config: Config): Outbound["aligned"] {
  const standings = new Map(config.standings?.map((standing) => [standing.organisation, standing]));
  const organisations = new Map(config.organisations.map((organisation) => [organisation.odsCode, organisation.cstfAligned]));
  return (organisation, on) => {
    const standing = standings.get(organisation);
    return standing ? isAligned(standing, on) : organisations.get(organisation);
  };
}
