/** Moodle's REST protocol, one function of ours for each of its functions that we call. */
import { HubError } from "../../platform/errors";
import type { Http, HttpAnswer } from "../connector";
import { errorOf, faultIn } from "./faults";
import type { MoodleSettings } from "./settings";
import { completionStatus, courses, type nothingToTell, read, siteInfo, type User, users } from "./vendor";

const always = ["core_webservice_get_site_info", "core_course_get_courses"];
const withReport = ["core_reportbuilder_retrieve_report", "core_user_get_users_by_field"];
const withoutReport = ["core_enrol_get_enrolled_users", "core_completion_get_course_completion_status"];

/** Answers of the completion function that mean "there is no completion", not "something failed". */
const noCompletion: Readonly<Record<string, (typeof nothingToTell)[number]>> = {
  nocriteriaset: "no-criteria",
  usernotenroled: "not-enrolled",
  notenroled: "not-enrolled",
  completionnotenabled: "completion-off",
  invaliduser: "account-deleted",
  userdeleted: "account-deleted",
  invalidrecord: "course-deleted",
};

export type Status =
  | { readonly completed: boolean; readonly aggregation: number; readonly criteriaTimes: number[] }
  | { readonly why: (typeof nothingToTell)[number] };

/** Usernames asked about in one call: PHP accepts 1,000 form fields unless the site allows more. */
const usernamesPerCall = 200;

export class Moodle {
  private readonly endpoint: string;
  private readonly host: string;
  private release: string | undefined;

  constructor(
    private readonly http: Http,
    private readonly settings: MoodleSettings,
    private readonly token: string,
  ) {
    const base = settings.baseUrl.endsWith("/") ? settings.baseUrl : `${settings.baseUrl}/`;
    const endpoint = new URL("webservice/rest/server.php", base);
    this.endpoint = endpoint.href;
    this.host = endpoint.host;
  }

  /** Proves the token, and that its service holds every function we need. Answers with the vendor's clock. */
  async check(): Promise<string | undefined> {
    const operation = "core_webservice_get_site_info";
    const answer = await this.ask(operation, []);
    const site = read(siteInfo, answer.json(), operation);
    this.release = site.release?.slice(0, 60);
    const offered = new Set(site.functions.map((one) => one.name));
    const needed = [...always, ...(this.settings.completionReport === undefined ? withoutReport : withReport)];
    const missing = needed.filter((name) => !offered.has(name));
    if (missing.length > 0) throw this.permissionMissing(missing.join(", "), "not in the token's service");
    if (site.advancedfeatures?.some((feature) => feature.name === "enablecompletion" && feature.value === 0)) {
      throw this.permissionMissing("course completions", "completion tracking is switched off for the whole site");
    }
    return answer.vendorDate;
  }

  /** All courses but the site itself (which Moodle lists as a course). */
  async listCourses() {
    const operation = "core_course_get_courses";
    const listed = read(courses, (await this.ask(operation, [])).json(), operation);
    return listed.filter((one) => one.id !== 1);
  }

  /** One page of the report, as bytes: it may be one that we have already. */
  reportPage(reportId: number, page: number): Promise<HttpAnswer> {
    return this.ask("core_reportbuilder_retrieve_report", [
      ["reportid", String(reportId)],
      ["page", String(page)],
      ["perpage", String(this.settings.pageSize)],
    ]);
  }

  /** Accounts by user name. Who is unknown, deleted or not to be seen is left out by Moodle without a word. */
  async usersByName(usernames: readonly string[]): Promise<User[]> {
    const operation = "core_user_get_users_by_field";
    const found: User[] = [];
    for (let start = 0; start < usernames.length; start += usernamesPerCall) {
      const part = usernames.slice(start, start + usernamesPerCall);
      const answer = await this.ask(operation, [
        ["field", "username"],
        ...part.map((name, index): [string, string] => [`values[${index}]`, name]),
      ]);
      found.push(...read(users, answer.json(), operation));
    }
    return found;
  }

  /**
   * People of a course in order of their id. `offset` counts rows of Moodle's database: accounts that we may not see are
   * left out afterwards, so that a short page is not the last one; only an empty page is.
   */
  async enrolled(courseId: number, offset: number, limit: number): Promise<User[]> {
    const operation = "core_enrol_get_enrolled_users";
    const { staffKey, organisationFrom } = this.settings;
    const fields = new Set(["id", "username", "firstname", "lastname"]);
    for (const field of [staffKey, organisationFrom]) {
      if (field !== undefined) fields.add(field.startsWith("profile:") ? "customfields" : field);
    }
    const options = { limitfrom: offset, limitnumber: limit, sortby: "id", userfields: [...fields].join(",") };
    const answer = await this.ask(operation, [
      ["courseid", String(courseId)],
      ...Object.entries(options).flatMap(([name, value], index): [string, string][] => [
        [`options[${index}][name]`, name],
        [`options[${index}][value]`, String(value)],
      ]),
    ]);
    return read(users, answer.json(), operation);
  }

  /**
   * `cannotviewreport` means either that the course does not track completion or that we may not see it: whether the course
   * says that it tracks decides which.
   */
  async completionOf(courseId: number, userId: number, tracks: boolean): Promise<Status> {
    const operation = "core_completion_get_course_completion_status";
    const answers = tracks ? noCompletion : { ...noCompletion, cannotviewreport: "completion-off" as const };
    const answer = await this.ask(
      operation,
      [
        ["courseid", String(courseId)],
        ["userid", String(userId)],
      ],
      answers,
    );
    const fault = faultIn(answer.text(), this.token);
    if (fault) return { why: answers[fault.errorcode]! };
    const { completed, aggregation, completions } = read(completionStatus, answer.json(), operation).completionstatus;
    const criteriaTimes = completions.flatMap((criterion) => (criterion.timecompleted ? [criterion.timecompleted] : []));
    return { completed, aggregation, criteriaTimes };
  }

  permissionMissing(operation: string, why: string): HubError {
    return new HubError({ code: "PERMISSION_MISSING", class: "auth", detail: { host: this.host, operation, why, release: this.release } });
  }

  /**
   * Asked for as text: a page that we have already is recognised by its bytes and never parsed. Whether it is JSON, whole
   * and not an exception is judged from its ends, so that the retries of `http` apply.
   */
  private ask(
    operation: string,
    args: readonly (readonly [string, string])[],
    answers: Readonly<Record<string, unknown>> = {},
  ): Promise<HttpAnswer> {
    return this.http.request({
      method: "POST",
      url: this.endpoint,
      form: [["wstoken", this.token], ["wsfunction", operation], ["moodlewsrestformat", "json"], ...args],
      expect: "text",
      accept: [403],
      operation,
      inspect: (answer) => {
        if (answer.status === 403) {
          const why = answer.bytes.length === 0 ? "web services or the REST protocol are switched off" : "HTTP 403";
          throw this.permissionMissing(operation, why);
        }
        const text = answer.text().trim();
        const fault = faultIn(text, this.token);
        if (fault && Object.hasOwn(answers, fault.errorcode)) return;
        if (fault) throw this.refusal(errorOf(fault, operation, this.host, this.release));
        const ends = `${text[0]}${text.at(-1)}`;
        if (ends !== "{}" && ends !== "[]") {
          const contentType = (answer.headers["content-type"] ?? "none").split(";")[0]!.slice(0, 60);
          throw new HubError({
            code: "NOT_JSON",
            class: "malformed-page",
            detail: { host: this.host, operation, contentType, bytes: answer.bytes.length },
          });
        }
      },
    });
  }

  /** A report that is not there is a wrong setting, not a fault of the site. */
  private refusal(error: HubError): HubError {
    const { operation, errorcode } = error.detail;
    if (operation !== "core_reportbuilder_retrieve_report" || !/^(invalidrecord|errorreportnotfound)$/.test(String(errorcode)))
      return error;
    const got = `report ${this.settings.completionReport}`;
    return new HubError({
      code: "SETTINGS_INVALID",
      class: "settings",
      detail: { pointer: "/completionReport", expected: "the id of a custom report", got },
    });
  }
}
