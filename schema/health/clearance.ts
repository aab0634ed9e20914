import { registerEnumType } from "type-graphql";
import { isoDate, oneOf, text } from "../field";
import { record, StoredRecord } from "../record";

export enum ClearedForRole {
  YES = "YES",
  CONDITIONAL = "CONDITIONAL",
  PENDING = "PENDING",
}
registerEnumType(ClearedForRole, {
  name: "ClearedForRole",
  description: "Occupational health's decision for a role.",
  valuesConfig: {
    YES: { description: "Cleared." },
    CONDITIONAL: { description: "Cleared with conditions; the conditions stay with occupational health." },
    PENDING: { description: "Not decided yet." },
  },
});
export enum ExposureProneClearance {
  CLEARED = "CLEARED",
  NOT_CLEARED = "NOT_CLEARED",
  RESTRICTED = "RESTRICTED",
  PENDING = "PENDING",
}
registerEnumType(ExposureProneClearance, {
  name: "ExposureProneClearance",
  description: "Clearance for exposure-prone procedures: for occupational health and the person only.",
  valuesConfig: {
    CLEARED: { description: "Cleared." },
    NOT_CLEARED: { description: "Not cleared." },
    RESTRICTED: { description: "Restricted." },
    PENDING: { description: "Not decided yet." },
  },
});
const clearedForRole = oneOf("cleared-for-role", Object.values(ClearedForRole) as [ClearedForRole, ...ClearedForRole[]], ClearedForRole);
const exposureProne = oneOf(
  "exposure-prone-clearance",
  Object.values(ExposureProneClearance) as [ExposureProneClearance, ...ExposureProneClearance[]],
  ExposureProneClearance,
);

@record({
  kind: "clearance",
  table: "oh.clearance",
  access: "R4",
  subject: "staff-member",
  says: "Occupational health's decision, outcome only. Never a reason, an adjustment or a diagnosis.",
})
export class Clearance extends StoredRecord {
  @clearedForRole({ says: "Outcome.", source: "OH clearance" }) clearedForRole!: ClearedForRole;
  @text.optional({ says: "Role it was decided for.", source: "OH clearance" }) role?: string;
  @isoDate.optional({ says: "Day it was decided.", source: "OH clearance" }) decidedOn?: string;
  @isoDate.optional({ says: "Last day it holds.", source: "OH clearance" }) validUntil?: string;
  @exposureProne.optional({
    says: "Clearance for exposure-prone procedures: occupational health and the person only.",
    source: "UKAP guidance; access.md",
    access: "R5",
  })
  exposureProne?: ExposureProneClearance;
}
