/** Who asks in these tests, and the graph asked in their place: past the door, so no token is needed. */
import type { Principal } from "../../access/principal";
import type { Gateway } from "../../gateway/gateway";
import { principal } from "../builders/principals";

export const self = (person: string): Principal => principal("self", { person, purposes: ["SELF_VIEW"], aal: 2 });
export const hr = (org: string, subject = `hr-${org}`): Principal =>
  principal("hr", { org, subject, purposes: ["EMPLOYMENT", "PRE_EMPLOYMENT", "PLACEMENT", "TRAINING_COMPLIANCE"] });
export const oh = (org: string): Principal => principal("oh", { org, purposes: ["OH_CARE"] });
export const admin = (org: string): Principal => principal("trust-admin", { org, purposes: ["SETTINGS"] });
export const auditor = (org: string): Principal => principal("auditor", { org, purposes: ["AUDIT"] });
export const ops: Principal = principal("ops", { purposes: ["SERVICE_OPERATION"] });

/** Asks the file's own gateway, which stands only when its tests begin, or the one that is given. */
export const asking =
  (own: () => Gateway) =>
  async (as: Principal, query: string, variables: Record<string, unknown> = {}, gateway = own()): Promise<any> =>
    JSON.parse((await gateway.execute(as, { query, variables })).body);

export const codeOf = (answer: any): string | undefined => answer.errors?.[0]?.extensions?.code;
