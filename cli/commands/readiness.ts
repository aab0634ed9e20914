import { isDay } from "../../platform/clock";
import { askReadiness, selfPrincipal, trustPrincipal } from "../compose/movement";
import { withGraph } from "../compose/operations";
import { type Output, UsageError } from "../output";
import { readinessText } from "../present/rotation";

interface ReadinessOptions {
  readonly config?: string;
  readonly today?: string;
  readonly as?: string;
  readonly organisation?: string;
  readonly forOrganisation?: string;
  readonly startsOn?: string;
  readonly staffGroup?: string;
  readonly jobRole?: string;
}

/** What one person need not repeat, as HR or occupational health of an organisation, or as the person, sees it. */
export async function readiness(output: Output, options: ReadinessOptions, id = ""): Promise<undefined> {
  const { as = "hr", organisation } = options;
  if (as !== "hr" && as !== "oh" && as !== "self") throw new UsageError("--as takes hr, oh or self.");
  if (as !== "self" && !organisation) throw new UsageError("Say for whom you act: --organisation <odsCode>.");
  const where = options.forOrganisation ?? organisation;
  if (!where) throw new UsageError("Say where the person starts: --for-organisation <odsCode>.");
  if (options.startsOn !== undefined && !isDay(options.startsOn))
    throw new UsageError(`--starts-on ${options.startsOn} is not a day: write YYYY-MM-DD, a day that exists.`);
  await withGraph(options, async (graph) => {
    const { startsOn, staffGroup, jobRole } = options;
    const principal = as === "self" ? selfPrincipal(id) : trustPrincipal(as, organisation!);
    const answer = await askReadiness(graph, id, { organisation: where, startsOn, staffGroup, jobRole }, principal);
    if (!answer?.readiness) throw new UsageError(`No staff member here has the id ${id}, or the record is not for ${as}.`);
    output.answer(answer.readiness, () => readinessText(answer.readiness!));
  });
  return undefined;
}
