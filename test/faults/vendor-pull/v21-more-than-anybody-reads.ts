/** V21: half a gigabyte, a compression bomb, depth, length, number. A process with a small heap stops reading, and lives. */
import type { TransportFault } from "../../../sandbox/kit/fault-plan";
import type { Fault } from "../fault";
import { startRun } from "../kit/processes";
import { openVendor, pick } from "../kit/vendors";

const heapMegabytes = 256;
/** Heap, two limits of a body outside of it, and the process itself. */
const mostResidentMegabytes = 640;

const expected: Partial<Record<TransportFault, RegExp>> = {
  "huge-body": /^TOO_LARGE /m,
  bomb: /^TOO_LARGE /m,
  deep: /^NOT_JSON /m,
  "long-text": /^outcome COMPLETED|^TOO_LARGE /m,
  "many-items": /^(TOO_LARGE|UNEXPECTED_ANSWER) /m,
};

export const fault: Fault = {
  id: "V21",
  shortSeeds: 5,
  alone: true,
  async run(arena) {
    const vendor = await openVendor(arena);
    const kind = pick(arena, Object.keys(expected) as TransportFault[]);
    vendor.strike(kind);
    const run = startRun(vendor.hub, vendor.connectionId, {
      env: vendor.environment,
      nodeOptions: [`--max-old-space-size=${heapMegabytes}`],
    });
    const { code, signal } = await run.exited;
    arena.note(run.said.trim().split("\n").at(-1) ?? "");
    if (code !== 0) throw new Error(`the process ended (${signal ?? code}): ${run.said.slice(-1_500)}`);
    if (!expected[kind]!.test(run.said)) throw new Error(`${kind}: ${run.said.slice(-1_500)}`);
    const megabytes = Number(/at most (\d+) KiB/.exec(run.said)?.[1]) / 1024;
    if (!(megabytes < mostResidentMegabytes)) throw new Error(`${kind}: ${Math.round(megabytes)} MB resident`);
    return vendor.recover();
  },
};
