/** What a simulated Moodle knows: plain rows, given by the sandbox's population and changed by its controls. */
export interface MoodleUser {
  readonly id: number;
  readonly username: string;
  readonly idnumber: string;
  readonly firstname: string;
  readonly lastname: string;
  readonly email: string;
  readonly institution?: string;
  /** Profile fields by short name. */
  readonly profile?: Readonly<Record<string, string>>;
  readonly suspended?: boolean;
  readonly deleted?: boolean;
}
export interface MoodleCourse {
  readonly id: number;
  readonly idnumber: string;
  readonly shortname: string;
  readonly fullname: string;
  readonly visible: boolean;
  /** Completion tracking is on; default true. */
  readonly tracksCompletion?: boolean;
  /** Completion criteria are set; default true. */
  readonly criteria?: boolean;
}
export interface MoodleEnrolment {
  readonly userId: number;
  readonly courseId: number;
  /** Seconds since 1970. */
  readonly completedAt?: number;
  /** Marked complete by an import: complete, without a date anywhere. */
  readonly completedWithoutDate?: boolean;
}
export interface MoodleData {
  readonly users: readonly MoodleUser[];
  readonly courses: readonly MoodleCourse[];
  readonly enrolments: readonly MoodleEnrolment[];
}

/** The rows with the indexes that the web service needs; changes rebuild what they touch. */
export class MoodleSite {
  readonly users = new Map<number, MoodleUser>();
  readonly courses: readonly MoodleCourse[];
  /** Enrolments by course, each in order of the user's id, as Moodle sorts them. */
  readonly byCourse = new Map<number, Map<number, MoodleEnrolment>>();
  private byUsername = new Map<string, MoodleUser>();
  private reportRows: readonly ReportRow[] | undefined;

  constructor(data: MoodleData) {
    for (const user of data.users) this.users.set(user.id, user);
    this.courses = [...data.courses];
    const byUser = [...data.enrolments].sort((a, b) => a.userId - b.userId);
    for (const course of this.courses) this.byCourse.set(course.id, new Map());
    for (const enrolment of byUser) this.byCourse.get(enrolment.courseId)?.set(enrolment.userId, enrolment);
    this.index();
  }

  byName(username: string): MoodleUser | undefined {
    return this.byUsername.get(username);
  }

  /** The report sorted by user name, then course; Moodle adds one row for each enrolment method that nobody uses. */
  report(): readonly ReportRow[] {
    this.reportRows ??= this.courses
      .flatMap((course): ReportRow[] =>
        [...this.byCourse.get(course.id)!.values()].map((enrolment) => ({ course, enrolment, user: this.users.get(enrolment.userId) })),
      )
      .sort((a, b) => compare(a.user?.username ?? "", b.user?.username ?? "") || a.course.id - b.course.id)
      .concat(this.courses.map((course) => ({ course, enrolment: undefined, user: undefined })));
    return this.reportRows;
  }

  /** Sets what is known of one completion; a completion of somebody new enrols them. */
  complete(userId: number, courseId: number, completedAt: number | undefined): void {
    const course = this.byCourse.get(courseId);
    if (!course || !this.users.has(userId)) throw new Error(`no user ${userId} or no course ${courseId} at this Moodle`);
    course.set(userId, completedAt === undefined ? { userId, courseId } : { userId, courseId, completedAt });
    this.byCourse.set(courseId, new Map([...course].sort(([a], [b]) => a - b)));
    this.reportRows = undefined;
  }

  putUser(user: MoodleUser): void {
    this.users.set(user.id, user);
    this.index();
  }

  /** As Moodle does it: unenrolled, user name and e-mail mangled, number gone; the account still comes back by its id. */
  deleteUser(id: number, atSeconds: number, mangledEmail: string): void {
    const user = this.users.get(id);
    if (!user) throw new Error(`no user ${id} at this Moodle`);
    for (const course of this.byCourse.values()) course.delete(id);
    this.users.set(id, { ...user, username: `${user.email}.${atSeconds}`, email: mangledEmail, idnumber: "", deleted: true });
    this.index();
  }

  private index(): void {
    this.byUsername = new Map([...this.users.values()].map((user) => [user.username, user]));
    this.reportRows = undefined;
  }
}

export interface ReportRow {
  readonly course: MoodleCourse;
  readonly enrolment: MoodleEnrolment | undefined;
  readonly user: MoodleUser | undefined;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
