/** `store.courseMaps`: what trusts have said about their courses while the hub runs. The configuration's rows come on top. */
import type { Pool } from "pg";
import type { CourseMapRow } from "../connectors/connector";
import { retried } from "./transaction";

export interface StatedCourseMap extends CourseMapRow {
  readonly id: string;
  readonly organisation: string;
  readonly approvedBy: string;
  readonly recordedBy: string;
  readonly reason: string;
  readonly recordedAt: Date;
}

export interface CourseMaps {
  /** Rows in force of these organisations; always in the same order, so that the same rows give the same map version. */
  inForce(organisations: readonly string[]): Promise<readonly StatedCourseMap[]>;
}

export function createCourseMaps(pool: Pool): CourseMaps {
  return {
    async inForce(organisations) {
      const { rows } = await retried(() =>
        pool.query(
          `select id, organisation, course, competence, from_on, to_on, approved_by, recorded_by, reason, recorded_at from ops.course_map
           where organisation = any($1::text[]) and ended_at is null
           order by organisation, course, competence nulls first, from_on nulls first, to_on nulls first`,
          [organisations],
        ),
      );
      return rows.map((row) => ({
        id: row.id,
        organisation: row.organisation,
        course: row.course,
        competence: row.competence ?? undefined,
        from: row.from_on ?? undefined,
        to: row.to_on ?? undefined,
        approvedBy: row.approved_by,
        recordedBy: row.recorded_by,
        reason: row.reason,
        recordedAt: row.recorded_at,
      }));
    },
  };
}
