import type { Role } from "../../access/principal";
import { isRole, roleTable } from "../../access/roles";
import { isDay } from "../../platform/clock";
import { explainAccess } from "../compose/explaining";
import { withGraph } from "../compose/operations";
import { type Output, UsageError } from "../output";
import { explanationText } from "../present/explain";

interface ExplainOptions {
  readonly config?: string;
  readonly today?: string;
  readonly on?: string;
  readonly organisation?: string;
}

const usage = 'Say who: a role and its organisation, as "oh ZQB" or "hr ZQA"; or self; or "passport <client>".';

/** "oh ZQB" is occupational health of ZQB; the person has no organisation, and a front-end has the id of a client. */
function actorOf(text: string): { role: Role; organisation: string | undefined; client: string | undefined } {
  const [role, second, ...more] = text.trim().split(/\s+/);
  if (!isRole(role) || more.length > 0) throw new UsageError(usage);
  const { ofOrganisation, heldBy } = roleTable[role];
  if (ofOrganisation && second === undefined) throw new UsageError(usage);
  if (heldBy === "client") return { role, organisation: undefined, client: second };
  return { role, organisation: second, client: undefined };
}

/** Which cell, condition and date opens or closes each part of a person's record to somebody. */
export async function explain(output: Output, options: ExplainOptions, actor = "", person = ""): Promise<undefined> {
  const who = actorOf(actor);
  const askedBy = options.organisation ?? who.organisation;
  if (askedBy === undefined) throw new UsageError("Say for which organisation's information governance you ask: --organisation <odsCode>.");
  if (options.on !== undefined && !isDay(options.on))
    throw new UsageError(`--on ${options.on} is not a day: write YYYY-MM-DD, a day that exists.`);
  await withGraph(options, async (_, foundation) => {
    const { organisations } = foundation.config;
    if (who.organisation !== undefined && !organisations.some(({ odsCode }) => odsCode === who.organisation))
      throw new UsageError(`${who.organisation} is not among the organisations of this hub.`);
    const explanation = await explainAccess(foundation, { ...who, person, on: options.on, askedBy });
    if (!explanation) throw new UsageError(`No staff member has the id ${person} of whom ${askedBy} may be told.`);
    const nameOf = (odsCode: string) => {
      const name = organisations.find((it) => it.odsCode === odsCode)?.name;
      return name ? `${name} (${odsCode})` : odsCode;
    };
    output.answer(explanation, () => explanationText(explanation, nameOf));
  });
  return undefined;
}
