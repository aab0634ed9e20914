import { buildSubgraph, type Subgraph } from "../kit/subgraph";
import { ApprovalsResolver } from "./approvals";
import { AccessHistoryResolver, AuditEventsResolver } from "./audit";
import { CodeMapMutations, CodesResolver } from "./codes";
import { CourseMapMutations, CoursesResolver } from "./courses";
import { CoverageResolver } from "./coverage";
import { EsrFileDetailResolver } from "./esr-file-detail";
import { EsrFilesResolver } from "./esr-files";
import { HeldResolver } from "./held";
import { PayloadLooksResolver, RefusedPayloadsResolver } from "./payloads";
import { CausesResolver, QueuesResolver } from "./queues";
import { ReplayMutations, ReplaysResolver } from "./replays";
import { ConnectedSystemResolver, OperationsResolver } from "./resolver";
import { RowsResolver } from "./rows";
import { StaffMember, TraceResolver, TracesOfStaffMemberResolver, tracesReference } from "./trace-resolver";
import { entities } from "./types";
import { WaitingResolver } from "./waiting";

export function operationsSubgraph(): Subgraph {
  return buildSubgraph({
    name: "operations",
    resolvers: [
      OperationsResolver,
      ConnectedSystemResolver,
      QueuesResolver,
      CausesResolver,
      WaitingResolver,
      CoverageResolver,
      RowsResolver,
      EsrFilesResolver,
      EsrFileDetailResolver,
      TraceResolver,
      TracesOfStaffMemberResolver,
      AccessHistoryResolver,
      AuditEventsResolver,
      CoursesResolver,
      CourseMapMutations,
      HeldResolver,
      CodesResolver,
      CodeMapMutations,
      ReplaysResolver,
      ReplayMutations,
      ApprovalsResolver,
      RefusedPayloadsResolver,
      PayloadLooksResolver,
    ],
    entities: [...entities, StaffMember],
    references: { StaffMember: (reference, context) => (typeof reference.id === "string" ? tracesReference(reference.id, context) : null) },
  });
}
