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

/** A course of a connected system that names no competence, with what waits for somebody to say which. */
export interface UnmappedCourse {
  readonly organisation: string;
  readonly connectionId: string;
  readonly courseSourceId: string;
  /** What a course map calls it: its ID number or short name, else `id:<course id>`. */
  readonly course: string;
  readonly title: string;
  /** Staff members, and people who are not bound to one yet. */
  readonly people: number;
  /** Those of them who are not bound to a staff member yet. */
  readonly waitingForPerson: number;
  readonly completions: number;
  readonly firstCompletedOn: string;
  readonly lastCompletedOn: string;
}

export interface CourseMaps {
  /** Rows in force of these organisations; always in the same order, so that the same rows give the same map version. */
  inForce(organisations: readonly string[]): Promise<readonly StatedCourseMap[]>;
  /** The worklist: those that most people wait for come first. */
  unmapped(organisations: readonly string[]): Promise<readonly UnmappedCourse[]>;
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

    async unmapped(organisations) {
      const { rows } = await retried(() =>
        pool.query(
          `select a.controller_org as organisation, a.connection_id as "connectionId", a.course_source_id as "courseSourceId",
             (array_agg(coalesce(nullif(a.course_code, ''), 'id:' || a.course_source_id) order by a.known_from desc))[1] as course,
             (array_agg(a.title order by a.known_from desc))[1] as title,
             count(distinct coalesce(a.staff_member_id, a.source_person_id))::int as people,
             count(distinct a.source_person_id) filter (where a.staff_member_id is null)::int as "waitingForPerson",
             count(*)::int as completions, min(a.completed_on) as "firstCompletedOn", max(a.completed_on) as "lastCompletedOn"
           from learning.achievement a join ops.connection c on c.id = a.connection_id and c.retired_at is null
           where a.mapping = 'UNMAPPED' and a.source_state <> 'WITHDRAWN' and a.controller_org = any($1::text[])
           group by a.controller_org, a.connection_id, a.course_source_id
           order by people desc, completions desc, a.controller_org, a.connection_id, a.course_source_id`,
          [organisations],
        ),
      );
      return rows;
    },
  };
}
