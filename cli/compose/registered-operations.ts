/** Every operation of every front-end, for the manifest that the gateway answers by. */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { consoleOperations } from "../../console/operations";
import { apiSchema } from "../../gateway/compose";
import { type FrontEnd, type Manifest, manifestOf } from "../../gateway/operations/registered";
import * as accounts from "../commands/accounts";
import * as agreements from "../commands/agreements";
import { listQuery as auditQuery } from "../commands/audit";
import * as codes from "../commands/codes";
import * as courses from "../commands/courses";
import * as engagements from "../commands/engagements";
import * as held from "../commands/held";
import * as payload from "../commands/payload";
import * as replay from "../commands/replay";
import * as where from "../commands/where";
import * as courseStep from "../demo/steps/course";
import { seenByOthers } from "../demo/steps/own-record";
import { rotationCountsQuery } from "../demo/steps/rotation";
import { projectRoot } from "../environment";
import * as doctor from "./doctor";
import * as movement from "./movement";
import { operationsQuery } from "./operations";
import * as story from "./story";

/** What front-ends outside this project ask: a file for each, beside the manifest. */
function filesOf(frontEnd: FrontEnd): readonly string[] {
  const folder = path.join(projectRoot, "gateway", "operations", frontEnd);
  return readdirSync(folder)
    .filter((name) => name.endsWith(".graphql"))
    .sort()
    .map((name) => readFileSync(path.join(folder, name), "utf8"));
}

export function registeredOperations(): Manifest {
  return manifestOf(apiSchema(), {
    console: consoleOperations,
    commands: [
      operationsQuery,
      auditQuery,
      ...[accounts.codeMutation, accounts.listQuery, accounts.revokeMutation],
      ...[codes.listQuery, codes.previewMutation, codes.endMutation, codes.applyMutation],
      ...[courses.listQuery, courses.previewMutation, courses.endMutation, courses.applyMutation],
      ...[held.listQuery, held.showQuery, ...Object.values(held.mutations)],
      ...[replay.planMutation, replay.startMutation, replay.cancelMutation, replay.oneQuery, replay.listQuery],
      ...[payload.payloadQuery, payload.askMutation, payload.looksQuery],
      ...[where.byIdQuery, where.byNumberQuery],
      ...[movement.rotationQuery, movement.readinessQuery],
      ...[engagements.listQuery, engagements.stateEngagement, engagements.endEngagement],
      ...[agreements.listQuery, ...Object.values(agreements.mutations)],
      ...[doctor.findQuery, doctor.placementsQuery, doctor.readinessQuery],
    ],
    passport: filesOf("passport"),
    trust: filesOf("trust"),
    demonstration: [
      ...[courseStep.causesQuery, courseStep.coursesQuery, courseStep.previewMutation, courseStep.applyMutation],
      ...[story.findQuery, story.answersQuery, story.answerTransfer],
      seenByOthers,
      rotationCountsQuery,
    ],
  });
}
