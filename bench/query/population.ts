/** Synthetic people by SQL: one trust, a full record each (15 awards, 12 achievements, 6 doses ...). */
import type { Pool } from "pg";

const common = (table: string, facts: string) => ({ table, facts });

/** Rows of each record table for staff member `n`, number `k` of its list. */
const lists: readonly { table: string; facts: string; each: number; connection: string; columns: string }[] = [
  {
    ...common("learning.competence_award", "'CSTF|Subject ' || k || '|1|', date '2025-06-01' + (n % 300), 'Subject ' || k"),
    each: 15,
    connection: "bench-lms",
    columns: "competence, awarded_on, name",
  },
  {
    ...common("learning.achievement", "'Course ' || k, 'c' || k, date '2025-06-01' + (n % 300), 'MAPPED'"),
    each: 12,
    connection: "bench-lms",
    columns: "title, course_source_id, completed_on, mapping",
  },
  {
    ...common("oh.immunisation", "'HEPB', '{HEPATITIS_B}', '2024-0' || k, k"),
    each: 6,
    connection: "bench-oh",
    columns: "vaccine, diseases, given_on, dose",
  },
  {
    ...common("oh.clinical_test", "'ANTI_HBS', 'Hepatitis B antibody', '2024-10', 'DETECTED'"),
    each: 2,
    connection: "bench-oh",
    columns: "test, name, tested_on, interpretation",
  },
  { ...common("oh.observation", "'BCG_SCAR', 'BCG scar', true"), each: 1, connection: "bench-oh", columns: "observation, name, result" },
  { ...common("oh.clearance", "'YES', date '2027-08-01'"), each: 1, connection: "bench-oh", columns: "cleared_for_role, valid_until" },
  {
    ...common("checks.professional_registration", "'GMC', '9' || lpad(n::text, 6, '0'), date '2027-05-01'"),
    each: 1,
    connection: "bench-esr",
    columns: "body, number, expires_on",
  },
  {
    ...common("checks.employment_check", "'IDENTITY', 'COMPLETED', date '2025-01-01'"),
    each: 6,
    connection: "bench-esr",
    columns: "standard, outcome, checked_on",
  },
];

/** Staff member n has the id md5('m' || n) and the employee number n. */
export async function populate(pool: Pool, staff: number): Promise<void> {
  await pool.query(`insert into ops.provenance (hash, provider, pedigree) values (md5('p')::uuid, 'Bench', 'Authoritative')`);
  for (const [id, connector] of [
    ["bench-esr", "esr"],
    ["bench-lms", "moodle"],
    ["bench-oh", "fhir"],
  ]) {
    await pool.query(
      `insert into ops.connection (id, connector, organisations, every_minutes, fresh_within_seconds, last_success_at) values ($1, $2, '{ZQA}', 15, 86400, now())`,
      [id, connector],
    );
    await pool.query("insert into ops.data_set (connection_id, data_set, fresh_as_of, last_complete_at) values ($1, 'all', now(), now())", [
      id,
    ]);
  }
  await pool.query("insert into staff.staff_member (id) select md5('m' || n)::uuid from generate_series(1, $1::int) n", [staff]);
  for (const [connection, system] of [
    ["bench-esr", "esr"],
    ["bench-lms", "lms"],
    ["bench-oh", "oh"],
  ]) {
    await pool.query(
      `insert into staff.source_person (id, connection_id, controller_org, source_key, system, given_name, family_name, birth_date, state, staff_member_id)
       select md5($2::text || n)::uuid, $2, 'ZQA', n::text, $3, 'Given' || n, 'Family' || n, '1990-01-01', 'BOUND', md5('m' || n)::uuid from generate_series(1, $1::int) n`,
      [staff, connection, system],
    );
  }
  await pool.query(
    `insert into staff.identifier (source_person_id, scheme, value_index, value)
     select md5('bench-esr' || n)::uuid, 'ESR_EMPLOYEE_NUMBER', n::text, n::text from generate_series(1, $1::int) n`,
    [staff],
  );
  const row = (table: string) =>
    `insert into ${table} (id, controller_org, staff_member_id, source_person_id, connection_id, source_id, content_hash, source_version, derivation_version, provenance_id`;
  const values = (table: string, connection: string) =>
    `select md5('${table}' || n || '-' || k)::uuid, 'ZQA', md5('m' || n)::uuid, md5('${connection}' || n)::uuid, '${connection}', n || '-' || k, md5('h')::uuid, '1', '1', 1`;
  await pool.query(
    `insert into staff.position (id, controller_org, connection_id, source_id, content_hash, source_version, derivation_version, provenance_id, name)
     select md5('position' || k)::uuid, 'ZQA', 'bench-esr', 'P' || k, md5('h')::uuid, '1', '1', 1, 'Post ' || k from generate_series(1, 50) k`,
  );
  await pool.query(
    `${row("staff.assignment")}, number, engagement, starts_on, position_source_id)
     ${values("staff.assignment", "bench-esr")}, n::text, 'SUBSTANTIVE', date '2020-01-01', 'P' || (n % 50 + 1) from generate_series(1, $1::int) n, generate_series(1, 1) k`,
    [staff],
  );
  for (const { table, facts, each, connection, columns } of lists) {
    await pool.query(
      `${row(table)}, ${columns}) ${values(table, connection)}, ${facts} from generate_series(1, $1::int) n, generate_series(1, ${each}) k`,
      [staff],
    );
  }
  await pool.query("vacuum analyze");
}
