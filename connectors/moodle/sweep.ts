/**
 * One sweep reads everything: Moodle has no call for "what has changed". It begins where the last one was cut off, and a
 * finished sweep is followed by a new one.
 */
import { z } from "zod";
import { HubError, isHubError } from "../../platform/errors";
import type { Page, SourceSystem } from "../connector";
import { Moodle, type Status } from "./client";
import { decodeEntities, type ReportRow, readReportPage } from "./report";
import type { MoodleSettings } from "./settings";
import type { Account, Raw, RawCourse, User } from "./vendor";

/**
 * `sweep` is the instant, on the vendor's clock, at which the sweep began. `courses`: how many the account was shown by the
 * last sweep that came to its end.
 */
const shared = { sweep: z.iso.datetime({ offset: true }), courses: z.number().int().nonnegative().optional() };
export const checkpoint = z.union([
  z.strictObject({ ...shared, page: z.number().int().nonnegative() }),
  z.strictObject({ ...shared, courseId: z.number().int(), offset: z.number().int().nonnegative() }),
  z.strictObject({ ...shared, finished: z.literal(true) }),
]);
export type Checkpoint = z.infer<typeof checkpoint>;

/** People of a course asked about between two checkpoints: one question each, so a small page loses little to a kill. */
const peoplePerPage = 100;

type Source = SourceSystem<MoodleSettings>;
type MoodlePage = Page<Checkpoint>;

export async function* sweepPages(source: Source, since: Checkpoint | undefined): AsyncIterable<MoodlePage> {
  const moodle = new Moodle(source.http, source.settings, await source.secret(source.settings.token));
  const vendorNow = (await moodle.check()) ?? source.now();
  const courses = await listCourses(moodle, source);
  const seen: Seen = { now: courses.length, before: since?.courses };
  for await (const page of pagesOf(moodle, source, courses, since, vendorNow)) yield withSeen(page, seen);
}

function pagesOf(
  moodle: Moodle,
  source: Source,
  courses: readonly Course[],
  since: Checkpoint | undefined,
  vendorNow: string,
): AsyncIterable<MoodlePage> {
  if (source.settings.completionReport === undefined) {
    const from = since && "courseId" in since ? since : undefined;
    return byCourse(moodle, source, courses, from, from?.sweep ?? vendorNow);
  }
  const from = since && "page" in since ? since : undefined;
  return byReport(moodle, source, courses, source.settings.completionReport, from?.page ?? 0, from?.sweep ?? vendorNow);
}

interface Seen {
  readonly now: number;
  readonly before: number | undefined;
}
/** Sites do drop courses; more than this share of them and more than one at once is rather a right that the account has lost. */
const believableShare = 0.1;

const looksDeprived = ({ now, before }: Seen): boolean =>
  before !== undefined && before - now > 1 && before - now > believableShare * before;

/** Lists shrink without a word for an account that has lost rights: what is missing then is held, however little it is. */
function withSeen(page: MoodlePage, seen: Seen): MoodlePage {
  const courses = "finished" in page.checkpoint ? seen.now : seen.before;
  const checkpoint = courses === undefined ? page.checkpoint : { ...page.checkpoint, courses };
  if (!page.completes || !looksDeprived(seen)) return { ...page, checkpoint };
  return { ...page, checkpoint, completes: page.completes.map((scope) => ({ ...scope, doubt: "FEWER_COURSES" })) };
}

interface Course extends RawCourse {
  readonly id: number;
  /** Whether the course tracks completion; undefined when the account is not shown it. */
  readonly tracks: boolean | undefined;
}

async function listCourses(moodle: Moodle, source: Source): Promise<Course[]> {
  const listed = await moodle.listCourses();
  const operation = "core_course_get_courses";
  if (listed.length === 0) throw moodle.permissionMissing(operation, "the account sees no course");
  if (listed.every((course) => course.idnumber === undefined)) {
    lessThanExpected(
      source,
      moodle.permissionMissing(operation, "the ID numbers of courses are not shown: moodle/course:update or site:config"),
    );
  }
  return listed
    .map((course) => ({
      id: course.id,
      shortname: decodeEntities(course.shortname).trim(),
      idnumber: decodeEntities(course.idnumber ?? "").trim(),
      fullname: decodeEntities(course.fullname).trim(),
      tracks: course.enablecompletion === undefined ? undefined : course.enablecompletion !== 0,
    }))
    .sort((a, b) => a.id - b.id);
}

/** Lists shrink silently for an account without rights: what is recognised stops the connection unless settings say otherwise. */
function lessThanExpected(source: Source, problem: HubError): void {
  if (source.settings.expectFullRights) throw problem;
  source.report(problem);
}

// --- by the custom report ----------------------------------------------------------------------------------------------

async function* byReport(
  moodle: Moodle,
  source: Source,
  courses: readonly Course[],
  reportId: number,
  firstPage: number,
  sweep: string,
): AsyncIterable<MoodlePage> {
  const { settings } = source;
  const operation = "core_reportbuilder_retrieve_report";
  const find = courseFinder(courses);
  const accounts = new Map<string, Account>();
  /** A sweep that began earlier, or a report that grew meanwhile, proves nothing about absence. */
  let whole = firstPage === 0;
  let total: number | undefined;
  let previous = "";
  for (let page = firstPage; ; page += 1) {
    if (source.signal.aborted) return;
    const answer = await moodle.reportPage(reportId, page);
    const { sha256 } = answer;
    if (sha256 === previous) throw new HubError({ code: "PAGE_LOOP", class: "malformed-page", detail: { operation, page } });
    previous = sha256;
    const digest = { key: `report:${reportId}:${page}`, sha256 };
    const peopleDigest = { key: `report-people:${reportId}:${page}`, sha256 };
    const known = await source.identicalPage(digest.key, sha256);
    const knownPeople = known && (await source.identicalPage(peopleDigest.key, sha256));
    const here: Checkpoint = { sweep, page };
    const done = page * settings.pageSize;
    if (known && knownPeople) {
      yield { dataSet: "people", records: [], checkpoint: here, digest: peopleDigest, identical: true, asOf: sweep };
      const last = known.records < settings.pageSize;
      yield {
        dataSet: "completions",
        records: [],
        digest,
        identical: true,
        ...endOf(source, sweep, last, whole, { sweep, page: page + 1 }),
        progress: { done: done + known.records, total },
      };
      if (last) return;
      continue;
    }
    const { rows, total: announced } = readReportPage(answer.json(), settings.columns);
    if (announced !== undefined) {
      const expected = Math.max(0, Math.min(settings.pageSize, announced - done));
      if (rows.length < expected)
        throw new HubError({ code: "PAGE_TRUNCATED", class: "malformed-page", detail: { operation, expected, got: rows.length } });
      whole &&= total === undefined || total === announced;
      total = announced;
    }
    await addAccounts(moodle, source, rows, accounts);
    const people = [...new Set(rows.map((row) => row.username))].filter((username) => username !== "");
    yield {
      dataSet: "people",
      records: people.map((username): Raw => ({ record: "account", account: accounts.get(username) ?? { username } })),
      checkpoint: here,
      digest: peopleDigest,
      asOf: sweep,
      progress: { done: accounts.size },
    };
    // An empty page ends the report too: a total that counts more than there is must not keep us asking.
    const last = rows.length < settings.pageSize || (announced !== undefined && done + rows.length >= announced);
    yield {
      dataSet: "completions",
      records: rawRows(rows, accounts, find),
      digest,
      ...endOf(source, sweep, last, whole, { sweep, page: page + 1 }),
      progress: { done: done + rows.length, total },
    };
    if (last) return;
  }
}

/** Names and staff numbers of the people on a page that this sweep has not asked about yet. */
async function addAccounts(moodle: Moodle, source: Source, rows: readonly ReportRow[], accounts: Map<string, Account>): Promise<void> {
  const asked = [...new Set(rows.map((row) => row.username))].filter((username) => username !== "" && !accounts.has(username));
  if (asked.length === 0) return;
  const found = await moodle.usersByName(asked);
  const known = found.flatMap((user) => accountOf(user, source.settings) ?? []);
  if (known.length === 0 && accounts.size === 0) {
    const why =
      "the account is not shown the people of the report: moodle/user:viewdetails, moodle/user:viewhiddendetails, moodle/user:viewalldetails";
    lessThanExpected(source, moodle.permissionMissing("core_user_get_users_by_field", why));
  }
  if (known.length > 0 && known.every((account) => account.lastname === undefined)) {
    lessThanExpected(source, moodle.permissionMissing("core_user_get_users_by_field", "names are not shown: moodle/site:viewfullnames"));
  }
  for (const account of known) accounts.set(account.username, account);
  // Whoever is not to be seen is named by the report all the same.
  for (const username of asked) if (!accounts.has(username)) accounts.set(username, { username });
}

function rawRows(rows: readonly ReportRow[], accounts: ReadonlyMap<string, Account>, find: (row: ReportRow) => RawCourse): Raw[] {
  const seen = new Set<string>();
  return rows.map((row): Raw => {
    const course = find(row);
    const key = `${row.username}|${course.id ?? course.shortname}`;
    const repeated = row.username !== "" && seen.has(key);
    // An enrolment without a completion says nothing: the one with it must not count as its repetition.
    if (row.timeCompleted !== "") seen.add(key);
    return {
      record: "report-row",
      ...(row.username === "" ? {} : { account: accounts.get(row.username) ?? { username: row.username } }),
      course,
      completed: row.completed,
      timeCompleted: row.timeCompleted,
      ...(repeated ? { repeated } : {}),
    };
  });
}

/** The report names courses by short name and ID number; both are unique at a site, the short name is never empty. */
function courseFinder(courses: readonly Course[]): (row: ReportRow) => RawCourse {
  const byShortName = new Map(courses.map((course) => [course.shortname, course]));
  const byIdNumber = new Map(courses.filter((course) => course.idnumber !== "").map((course) => [course.idnumber, course]));
  return (row) => {
    const found = byShortName.get(row.courseShortName) ?? byIdNumber.get(row.courseIdNumber);
    if (!found) return { shortname: row.courseShortName, idnumber: row.courseIdNumber };
    // The account may be shown the ID number in the report only.
    const { tracks, ...named } = found;
    return { ...named, idnumber: found.idnumber || row.courseIdNumber };
  };
}

// --- person by person --------------------------------------------------------------------------------------------------

async function* byCourse(
  moodle: Moodle,
  source: Source,
  all: readonly Course[],
  from: { readonly courseId: number; readonly offset: number } | undefined,
  sweep: string,
): AsyncIterable<MoodlePage> {
  const courses = all.filter((course) => course.tracks !== false);
  const seen = new Set<string>();
  const start = from ? courses.findIndex((course) => course.id >= from.courseId) : 0;
  const first = start < 0 ? courses.length : start;
  let failed = 0;
  for (let index = first; index < courses.length; index += 1) {
    const course = courses[index]!;
    if (source.signal.aborted) return;
    try {
      const progress = { done: index + 1, total: courses.length };
      yield* oneCourse(moodle, source, course, course.id === from?.courseId ? from.offset : 0, sweep, seen, progress);
    } catch (error) {
      if (!isAboutOneCourse(error)) throw error;
      failed += 1;
      if (failed === courses.length - first) throw error;
      if (error.class === "auth") lessThanExpected(source, error);
      else source.report(error);
    }
  }
  const next: Checkpoint = { sweep, finished: true };
  yield {
    dataSet: "completions",
    records: [],
    ...endOf(source, sweep, true, from === undefined && failed === 0, next),
    progress: { done: courses.length, total: courses.length },
  };
}

/** Moodle's own exception to one question: the other courses are asked all the same, or one broken course hides them all. */
function isAboutOneCourse(error: unknown): error is HubError {
  return (
    isHubError(error) && error.detail.errorcode !== undefined && (error.code === "PERMISSION_MISSING" || error.code === "UNEXPECTED_ANSWER")
  );
}

async function* oneCourse(
  moodle: Moodle,
  source: Source,
  course: Course,
  firstOffset: number,
  sweep: string,
  seen: Set<string>,
  progress: { readonly done: number; readonly total: number },
): AsyncIterable<MoodlePage> {
  const limit = Math.min(source.settings.pageSize, peoplePerPage);
  for (let offset = firstOffset; ; ) {
    if (source.signal.aborted) return;
    const users = await moodle.enrolled(course.id, offset, limit);
    if (users.length === 0) return;
    const people = visible(moodle, source, users);
    const fresh = people.filter(({ account }) => !seen.has(account.username));
    for (const { account } of fresh) seen.add(account.username);
    const here: Checkpoint = { sweep, courseId: course.id, offset };
    if (fresh.length > 0) {
      const records = fresh.map(({ account }): Raw => ({ record: "account", account }));
      yield { dataSet: "people", records, checkpoint: here, asOf: sweep, progress: { done: seen.size } };
    }
    const { records, courseEnds } = await statuses(moodle, source, course, people);
    offset += limit;
    yield { dataSet: "completions", records, checkpoint: { sweep, courseId: course.id, offset }, asOf: sweep, progress };
    if (courseEnds) return;
  }
}

interface Person {
  readonly id: number;
  readonly account: Account;
}

function visible(moodle: Moodle, source: Source, users: readonly User[]): Person[] {
  const operation = "core_enrol_get_enrolled_users";
  const people = users.flatMap((user) => {
    const account = accountOf(user, source.settings);
    return account ? [{ id: user.id, account }] : [];
  });
  // Without a user name there is no stable key; a partial answer would look like people who have left.
  if (people.length < users.length) throw moodle.permissionMissing(operation, "user names are not shown: moodle/user:viewalldetails");
  if (people.every(({ account }) => account.lastname === undefined)) {
    lessThanExpected(source, moodle.permissionMissing(operation, "names are not shown: moodle/site:viewfullnames"));
  }
  return people;
}

async function statuses(
  moodle: Moodle,
  source: Source,
  course: Course,
  people: readonly Person[],
): Promise<{ records: Raw[]; courseEnds: boolean }> {
  const records: Raw[] = new Array(people.length);
  const { tracks, ...named } = course;
  let ends: Extract<Status, { why: unknown }>["why"] | undefined;
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < people.length && !source.signal.aborted) {
      const index = next;
      next += 1;
      const { id, account } = people[index]!;
      // Without criteria or tracking a course has no completions at all: the answer for one person is the answer for everybody.
      const status: Status = ends ? { why: ends } : await moodle.completionOf(course.id, id, tracks === true);
      if ("why" in status) {
        if (status.why !== "not-enrolled" && status.why !== "account-deleted") ends = status.why;
        records[index] = { record: "status", account, course: named, completed: false, criteriaTimes: [], why: status.why };
      } else records[index] = { record: "status", account, course: named, ...status };
    }
  };
  // One question that fails ends the others too, and none is left under way behind the caller's back.
  const workers = Array.from({ length: Math.min(source.settings.concurrency, people.length) }, () =>
    work().catch((error: unknown) => {
      next = people.length;
      throw error;
    }),
  );
  for (const worker of await Promise.allSettled(workers)) if (worker.status === "rejected") throw worker.reason;
  source.signal.throwIfAborted();
  return { records, courseEnds: ends !== undefined };
}

// --- both ----------------------------------------------------------------------------------------------------------------

/** Absence means something only when one uninterrupted run has read everything. */
function endOf(
  source: Source,
  sweep: string,
  last: boolean,
  whole: boolean,
  next: Checkpoint,
): Pick<MoodlePage, "checkpoint" | "completes" | "asOf"> {
  if (!last) return { checkpoint: next, asOf: sweep };
  const finished: Checkpoint = { sweep, finished: true };
  if (!whole) return { checkpoint: finished, asOf: sweep };
  // Rows move between pages that are asked for by number: what one sweep lacks the next one has to confirm.
  return { checkpoint: finished, asOf: sweep, completes: [{ scope: "connection", key: source.connectionId, shifting: true }] };
}

/** What names a person, and nothing else; undefined when the user name is not shown. */
function accountOf(user: User, settings: MoodleSettings): Account | undefined {
  const username = user.username?.trim();
  if (!username) return undefined;
  return {
    username,
    ...given("firstname", user.firstname),
    ...given("lastname", user.lastname),
    ...given("staffKey", fieldOf(user, settings.staffKey)),
    ...given("organisation", settings.organisationFrom && fieldOf(user, settings.organisationFrom)),
  };
}

function given<K extends string>(name: K, value: string | undefined): { [P in K]?: string } {
  const text = value?.trim();
  return text ? ({ [name]: text } as { [P in K]: string }) : {};
}

function fieldOf(user: User, field: string): string | undefined {
  if (field.startsWith("profile:")) return user.customfields?.find((one) => `profile:${one.shortname}` === field)?.value ?? undefined;
  return user[field as "idnumber" | "username" | "email" | "institution" | "department"];
}
