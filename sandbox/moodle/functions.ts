/** The web service functions of a simulated Moodle 4.5: the answers, paging and silences of the real one. */
import type { MoodleCourse, MoodleEnrolment, MoodleSite, MoodleUser } from "./data";

export class MoodleException extends Error {
  constructor(
    readonly errorcode: string,
    readonly exception = "core\\exception\\moodle_exception",
    message = "Moodle says no",
  ) {
    super(message);
  }
}

export interface Call {
  readonly site: MoodleSite;
  readonly args: URLSearchParams;
  /** An account that may use REST and see nothing. */
  readonly poor: boolean;
  readonly siteUrl: string;
}

const invalidParameter = () =>
  new MoodleException("invalidparameter", "core\\exception\\invalid_parameter_exception", "Invalid parameter value detected");

function whole(args: URLSearchParams, name: string, otherwise?: number): number {
  const text = args.get(name);
  if (text === null && otherwise !== undefined) return otherwise;
  if (text === null || !/^-?\d+$/.test(text)) throw invalidParameter();
  return Number(text);
}

/** `name[0][key]`, `name[0][value]` pairs, as Moodle's forms write them. */
function pairs(args: URLSearchParams, name: string, key: "key" | "name"): Map<string, string> {
  const found = new Map<string, string>();
  for (let index = 0; args.has(`${name}[${index}][${key}]`); index += 1) {
    found.set(args.get(`${name}[${index}][${key}]`)!, args.get(`${name}[${index}][value]`) ?? "");
  }
  return found;
}

function list(args: URLSearchParams, name: string): string[] {
  const found: string[] = [];
  for (let index = 0; args.has(`${name}[${index}]`); index += 1) found.push(args.get(`${name}[${index}]`)!);
  return found;
}

/** As Moodle formats a name for a web page. */
function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

function userAnswer(user: MoodleUser, fields?: ReadonlySet<string>): Record<string, unknown> {
  const all: Record<string, unknown> = {
    id: user.id,
    username: user.username,
    firstname: user.firstname,
    lastname: user.lastname,
    fullname: `${user.firstname} ${user.lastname}`,
    email: user.email,
    department: "",
    ...(user.institution === undefined ? {} : { institution: user.institution }),
    // An empty number is left out, not sent empty.
    ...(user.idnumber === "" ? {} : { idnumber: user.idnumber }),
    firstaccess: 0,
    lastaccess: 0,
    auth: "manual",
    suspended: user.suspended ?? false,
    confirmed: true,
    lang: "en",
    timezone: "99",
  };
  const profile = Object.entries(user.profile ?? {});
  if (profile.length > 0) all.customfields = profile.map(([shortname, value]) => ({ type: "text", value, name: shortname, shortname }));
  if (!fields) return all;
  return {
    ...Object.fromEntries(Object.entries(all).filter(([name]) => fields.has(name) || name === "fullname")),
    id: user.id,
    lastcourseaccess: 0,
  };
}

function getUsers({ site, args, poor }: Call): unknown {
  // No exception for an account without rights: it is shown itself, and nobody else.
  if (poor) return { users: [{ id: 2, username: "lanyard", fullname: "Web service", auth: "manual" }], warnings: [] };
  const criteria = pairs(args, "criteria", "key");
  const known = new Set(["id", "auth", "idnumber", "username", "email", "firstname", "lastname"]);
  const warnings = [...criteria.keys()].filter((key) => !known.has(key)).map((item) => ({ item, warningcode: "invalidfieldparameter" }));
  const users = [...site.users.values()]
    .map((user) => userAnswer(user))
    .filter((user) =>
      [...criteria].every(([key, value]) => {
        if (!known.has(key)) return true;
        const text = String(user[key] ?? "");
        return value.includes("%") ? new RegExp(`^${value.split("%").map(quoted).join(".*")}$`, "i").test(text) : text === value;
      }),
    );
  return { users, warnings };
}

function quoted(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

function getUsersByField({ site, args, poor }: Call): unknown {
  const field = args.get("field");
  if (field === null || !["id", "idnumber", "username", "email"].includes(field)) throw invalidParameter();
  if (poor) return [];
  const values = list(args, "values");
  const found =
    field === "id"
      ? values.map((value) => site.users.get(Number(value)))
      : field === "username"
        ? values.map((value) => site.byName(value))
        : [...site.users.values()].filter((user) => values.includes(field === "email" ? user.email : user.idnumber));
  return found.filter((user) => user !== undefined).map((user) => userAnswer(user));
}

function getCourses({ site, poor }: Call): unknown {
  if (poor) throw new MoodleException("errorcoursecontextnotvalid");
  const answer = (
    course: Pick<MoodleCourse, "id" | "shortname" | "fullname" | "idnumber">,
    visible: boolean,
    tracks: boolean,
    format: string,
  ) => ({
    id: course.id,
    shortname: escaped(course.shortname),
    categoryid: format === "site" ? 0 : 1,
    fullname: escaped(course.fullname),
    displayname: escaped(course.fullname),
    idnumber: course.idnumber,
    summary: "",
    format,
    visible: visible ? 1 : 0,
    enablecompletion: tracks ? 1 : 0,
  });
  // The site itself is course 1.
  const siteCourse = answer({ id: 1, shortname: "site", fullname: "Learning", idnumber: "" }, true, false, "site");
  return [siteCourse, ...site.courses.map((course) => answer(course, course.visible, course.tracksCompletion ?? true, "topics"))];
}

function getEnrolledUsers({ site, args, poor }: Call): unknown {
  const courseId = whole(args, "courseid");
  if (poor) throw new MoodleException("errorcoursecontextnotvalid");
  const enrolled = site.byCourse.get(courseId);
  if (!enrolled) throw new MoodleException("invalidrecord", "dml_missing_record_exception");
  // An option that Moodle does not know is ignored without a word.
  const options = pairs(args, "options", "name");
  const from = Number(options.get("limitfrom") ?? 0);
  const limit = Number(options.get("limitnumber") ?? 0);
  const fields = options.get("userfields");
  const ids = [...enrolled.keys()].slice(from, limit > 0 ? from + limit : undefined);
  return ids.flatMap((id) => {
    const user = site.users.get(id);
    return user ? [userAnswer(user, fields === undefined ? undefined : new Set(fields.split(",")))] : [];
  });
}

function getCompletionStatus({ site, args, poor }: Call): unknown {
  const courseId = whole(args, "courseid");
  const userId = whole(args, "userid");
  const course = site.courses.find((one) => one.id === courseId);
  if (!course) throw new MoodleException("invalidrecord", "dml_missing_record_exception");
  const user = site.users.get(userId);
  if (!user || user.deleted) throw new MoodleException("invaliduser", "dml_missing_record_exception");
  if (poor) throw new MoodleException("requireloginerror", "core\\exception\\require_login_exception");
  if (course.tracksCompletion === false) throw new MoodleException("cannotviewreport");
  const enrolment = site.byCourse.get(courseId)?.get(userId);
  if (!enrolment) throw new MoodleException("usernotenroled");
  if (course.criteria === false) throw new MoodleException("nocriteriaset");
  const criterion = (timecompleted: number | null) => ({
    type: 4,
    title: "Activity completion",
    status: timecompleted === null ? "No" : "Yes",
    complete: timecompleted !== null,
    timecompleted,
    details: { type: "Activity completion", criteria: "e-Learning", requirement: "Viewing the page", status: "" },
  });
  const at = enrolment.completedAt ?? null;
  return {
    completionstatus: {
      completed: isComplete(enrolment),
      aggregation: 1,
      // The first activity is done half an hour before the last.
      completions: [criterion(at === null ? null : at - 1800), criterion(at)],
    },
    warnings: [],
  };
}

function isComplete(enrolment: MoodleEnrolment | undefined): boolean {
  return enrolment?.completedAt !== undefined || enrolment?.completedWithoutDate === true;
}

const headers = ["Username", "ID number", "Course ID number", "Course short name", "Completed", "Time completed", "Status"];

function retrieveReport({ site, args, poor }: Call): unknown {
  const reportId = whole(args, "reportid");
  if (poor) throw new MoodleException("errorreportview", "core_reportbuilder\\report_access_exception");
  if (reportId !== 1) throw new MoodleException("invalidrecord", "dml_missing_record_exception");
  const page = whole(args, "page", 0);
  const perPage = whole(args, "perpage", 10);
  const all = site.report();
  return {
    details: { id: 1, name: "Hub completions", source: "core_course\\reportbuilder\\datasource\\participants", type: 0 },
    data: {
      headers,
      rows: all.slice(page * perPage, (page + 1) * perPage).map(({ course, enrolment, user }) => ({
        columns: [
          user?.username ?? "",
          user?.idnumber ?? "",
          course.idnumber,
          escaped(course.shortname),
          isComplete(enrolment) ? "Yes" : "",
          enrolment?.completedAt === undefined ? "" : timeInWords(enrolment.completedAt),
          user === undefined ? "" : "Active",
        ],
      })),
      totalrowcount: all.length,
    },
    warnings: [],
  };
}

const words = new Intl.DateTimeFormat("en-GB", {
  timeZone: "Europe/London",
  weekday: "long",
  day: "numeric",
  month: "long",
  year: "numeric",
  hour: "numeric",
  minute: "2-digit",
  hourCycle: "h23",
});

/** `Sunday, 30 March 2025, 12:59 AM`: the language and time zone of the account, as Moodle writes it. */
export function timeInWords(epochSeconds: number): string {
  const parts = Object.fromEntries(words.formatToParts(new Date(epochSeconds * 1000)).map(({ type, value }) => [type, value]));
  const hour = Number(parts.hour);
  return `${parts.weekday}, ${parts.day} ${parts.month} ${parts.year}, ${hour % 12 || 12}:${parts.minute} ${hour < 12 ? "AM" : "PM"}`;
}

function siteInfo({ siteUrl }: Call): unknown {
  return {
    sitename: "Sandbox Moodle",
    username: "lanyard",
    lang: "en",
    userid: 2,
    siteurl: siteUrl,
    functions: Object.keys(functions).map((name) => ({ name, version: "2024100706" })),
    release: "4.5.6 (Build: 20250811)",
    version: "2024100706",
    advancedfeatures: [{ name: "enablecompletion", value: 1 }],
  };
}

export const functions: Readonly<Record<string, (call: Call) => unknown>> = {
  core_webservice_get_site_info: siteInfo,
  core_user_get_users: getUsers,
  core_user_get_users_by_field: getUsersByField,
  core_course_get_courses: getCourses,
  core_enrol_get_enrolled_users: getEnrolledUsers,
  core_completion_get_course_completion_status: getCompletionStatus,
  core_reportbuilder_retrieve_report: retrieveReport,
};
