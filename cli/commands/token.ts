import { roleTable } from "../../access/roles";
import { createDevelopmentIssuer, type DevelopmentRole, developmentClient, developmentRoles } from "../../gateway/development-issuer";
import { configurationOf } from "../compose/configuration";
import { readEnvironment } from "../environment";
import { type Output, UsageError } from "../output";

interface TokenOptions {
  readonly config?: string;
  readonly today?: string;
  readonly as: string;
  readonly organisation?: string;
  readonly staff?: string;
}

/** Prints a token of the development issuer; there is none in production. */
export async function token(output: Output, options: TokenOptions): Promise<undefined> {
  const read = readEnvironment(options);
  const { config, environment } = configurationOf(read, options.config);
  if (config.mode === "production")
    throw new UsageError("There is no development issuer in production: tokens come from the configured issuers.");
  if (!(developmentRoles as readonly string[]).includes(options.as))
    throw new UsageError(`--as takes one of ${developmentRoles.join(", ")}.`);
  const { heldBy, ofOrganisation } = roleTable[options.as as DevelopmentRole];
  if (["person", "client"].includes(heldBy) && !options.staff)
    throw new UsageError(`--as ${options.as} needs --staff <id of the staff member>.`);
  if (options.staff !== undefined && !/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(options.staff))
    throw new UsageError(
      `--staff: expected the id of a staff member, a uuid as \`npx lanyard show\` takes it; got "${options.staff.slice(0, 60)}".`,
    );
  if (ofOrganisation && !options.organisation) {
    throw new UsageError(`--as ${options.as} needs --organisation, one of ${config.organisations.map((one) => one.odsCode).join(", ")}.`);
  }
  if (options.organisation && !config.organisations.some((one) => one.odsCode === options.organisation)) {
    throw new UsageError(
      `There is no organisation ${options.organisation}. There are: ${config.organisations.map((one) => one.odsCode).join(", ")}.`,
    );
  }
  const issuer = await createDevelopmentIssuer({ folder: environment.dataFolder, clock: environment.clock, mode: config.mode });
  const issued = await issuer.issueToken({ as: options.as as DevelopmentRole, organisation: options.organisation, staff: options.staff });
  if (heldBy === "client")
    output.note(`It acts as ${developmentClient.id}, which reads what the person has approved: the person approves that client first.`);
  output.answer({ token: issued, as: options.as }, () => issued);
  return undefined;
}
