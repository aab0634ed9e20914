/** What is convenient to try things out and unsafe in earnest: refused in production, each with its cure. */
import type { ConfigShape } from "./shape";

type Fault = (at: readonly PropertyKey[], say: string, cure: string) => void;

/** A subnet is an exception for some addresses of a trust, not a way to switch the check off. */
const widest = { four: 16, six: 48 };

export function checkSafeDefaults(shape: ConfigShape, fault: Fault): void {
  if (shape.mode !== "production") return;
  for (const [name, address] of Object.entries(shape.subgraphs ?? {})) {
    if (typeof address === "string" && /^http:/i.test(address) && !isLoopback(address))
      fault(["subgraphs", name], "uses http to another machine", "In production a subgraph is asked by https, or on this machine.");
  }
  if ((shape.commandLine?.people ?? []).length > 0)
    fault(
      ["commandLine", "people"],
      "would let one account be two people",
      "Remove it: in production each runs commands in an account of their own.",
    );
  checkSubnets(shape.keyHosts, ["keyHosts"], fault);
  for (const [index, connection] of (Array.isArray(shape.connections) ? shape.connections : []).entries())
    checkSubnets(connection?.allowHosts, ["connections", index, "allowHosts"], fault);
}

function checkSubnets(entries: readonly string[] | undefined, at: readonly PropertyKey[], fault: Fault): void {
  for (const [position, entry] of (Array.isArray(entries) ? entries : []).entries()) {
    const subnet = /^(.+)\/(\d+)$/.exec(entry);
    const most = subnet?.[1]?.includes(":") ? widest.six : widest.four;
    if (subnet && Number(subnet[2]) < most)
      fault(
        [...at, position],
        `opens a subnet wider than /${most}: ${entry}`,
        "Name the addresses, or the smallest subnet that holds them.",
      );
  }
}

function isLoopback(address: string): boolean {
  try {
    return /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(new URL(address).hostname);
  } catch {
    return false;
  }
}
