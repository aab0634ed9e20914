/** `lanyard sandbox up --fault moodle=drip`: which of the sandbox's systems misbehave, and how. */
import { type FaultPlan, type TransportFault, transportFaults } from "../../sandbox/kit/fault-plan";
import type { Sandbox } from "../../sandbox/sandbox";
import { UsageError } from "../output";

/** What people call the systems that are asked over HTTP. */
const systems = {
  moodle: "moodle",
  fernleaf: "fernleaf",
  "larkspur-workforce": "larkspurWorkforce",
  "larkspur-fhir": "larkspurFhir",
} as const;
type System = keyof typeof systems;

export interface SystemFault {
  readonly system: System;
  readonly plan: FaultPlan;
}

/** "system=fault", or "system=fault@likelihood": larkspur-fhir=server-error@0.3. */
export function systemFaults(texts: readonly string[], seed: number): SystemFault[] {
  return texts.map((text) => {
    const [, system, fault, likelihood] = /^([^=]+)=([^@]+)(?:@(0?\.\d{1,3}|1))?$/.exec(text) ?? [];
    if (system === undefined || !Object.hasOwn(systems, system))
      throw new UsageError(
        `--fault ${text}: write <system>=<fault>, or <system>=<fault>@0.3 for some of its answers; the system is one of ${Object.keys(systems).join(", ")}.`,
      );
    if (!(transportFaults as readonly string[]).includes(fault ?? ""))
      throw new UsageError(`--fault ${text}: there is no fault ${fault}. There are: ${transportFaults.join(", ")}.`);
    const schedule = likelihood === undefined ? {} : { schedule: { likelihood: Number(likelihood) } };
    return { system: system as System, plan: { seed, fault: fault as TransportFault, ...schedule } };
  });
}

export function strikeSystems(sandbox: Sandbox | undefined, faults: readonly SystemFault[]): void {
  if (faults.length > 0 && !sandbox)
    throw new UsageError("The sandbox is kept up by another process: stop that one, and start it here with --fault.");
  for (const { system, plan } of faults) sandbox!.systems[systems[system]].control.plan(plan);
}
