/** What the contract's subjects over our own sandbox vendors have in common. */

import type { AnyConnector, StaffToAsk } from "../../../connectors/connector";
import type { FreshVendor, Subject, VendorControls } from "../../../connectors/kit/contract/contract";
import { subjectOf } from "../../../connectors/kit/contract/subject";
import { createHttp } from "../../../connectors/kit/http";
import { type Clock, fixedClock } from "../../../platform/clock";
import { factsProblem } from "../../builders/facts-problem";

export const clock: Clock = fixedClock("2026-11-22T10:00:00Z");
const organisations = [{ odsCode: "ZQA", vpd: "991", name: "Northbridge" }];

/** One vendor that has been started, and the settings that lead to it. */
export interface Started {
  readonly settings: unknown;
  readonly vendor: VendorControls;
  readonly records: number;
  readonly staff?: readonly StaffToAsk[];
  readonly secrets?: Readonly<Record<string, string>>;
  readonly resolvePath?: (path: string) => string;
  readonly sample?: unknown;
  close(): Promise<void>;
}
export interface Kept {
  readonly connector: AnyConnector;
  readonly kind: "lms" | "oh" | "esr";
  /** Records it holds by itself, and whether it can hold more. */
  readonly usually: number;
  readonly start: (records: number, clock?: Clock) => Promise<Started>;
}

export async function subjectOver(kept: Kept, records = kept.usually): Promise<{ subject: Subject; started: Started }> {
  const started = await kept.start(records);
  const subject = subjectOf({
    name: `our own ${kept.connector.title}`,
    connector: kept.connector,
    settings: started.settings,
    organisations,
    staff: started.staff,
    sample: started.sample,
    resolvePath: started.resolvePath,
    now: () => clock.now().toISOString(),
    secret: async (reference) => started.secrets?.["env" in reference ? reference.env : reference.file] ?? "",
    http: (allowedHosts, signal) =>
      createHttp({
        allowedHosts,
        signal,
        clock,
        sleep: async () => undefined,
        requestsPerSecond: 100_000,
        insecureLoopback: true,
        random: () => 0,
      }),
    factsProblem,
    async fresh(atLeast): Promise<FreshVendor> {
      const other = await subjectOver(kept, atLeast);
      return { subject: other.subject, vendor: other.started.vendor, records: other.started.records, close: other.started.close };
    },
  });
  return { subject, started };
}

export const familyNames = ["O'Donnell-Pryce", "Zieliński", "Bjørnsdóttir", "Nguyễn", "Smith"];
/** Each name in its turn; numbers keep the people apart. */
export const familyOf = (index: number) => familyNames[index % familyNames.length]!;
