import { isDay } from "../../platform/clock";
import { askRotation } from "../compose/movement";
import { withGraph } from "../compose/operations";
import { type Output, UsageError } from "../output";
import { rotationText } from "../present/rotation";

interface RotationOptions {
  readonly config?: string;
  readonly today?: string;
  readonly to?: string;
  readonly from?: string;
  readonly on?: string;
}

/** Who starts with a rotation, ready or not: as HR of the receiving organisation, or with --from of the releasing one. */
export async function rotation(output: Output, options: RotationOptions): Promise<undefined> {
  const { to, from, on } = options;
  if (!to && !from)
    throw new UsageError("Say whose rotation: --to <odsCode> for who starts there, --from <odsCode> for who leaves for another.");
  if (!on) throw new UsageError("Say the day of the rotation: --on YYYY-MM-DD.");
  if (!isDay(on)) throw new UsageError(`--on ${on} is not a day: write YYYY-MM-DD, a day that exists.`);
  await withGraph(options, async (graph) => {
    const asked = from ? { of: from, on, side: "LEAVING" as const, counterpart: to } : { of: to!, on, side: "ARRIVING" as const };
    const answer = await askRotation(graph, asked);
    output.answer(answer, () => rotationText(answer));
  });
  return undefined;
}
