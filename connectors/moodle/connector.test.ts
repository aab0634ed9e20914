import { fixedClock } from "../../platform/clock";
import type { HubError } from "../../platform/errors";
import { type MoodleData, type RunningMoodle, startMoodle } from "../../sandbox/moodle/server";
import type { Normalised, Page, SourceSystem } from "../connector";
import { createHttp } from "../kit/http";
import { moodle } from "./connector";
import type { MoodleSettings } from "./settings";
import type { Checkpoint } from "./sweep";

const at = (text: string) => Date.parse(text) / 1000;
const data: MoodleData = {
  users: [
    {
      id: 3,
      username: "asmith",
      idnumber: "20100137",
      firstname: "Aoife",
      lastname: "Smith-Okoro",
      email: "a@trust.example",
      profile: { gmc: "7000001" },
    },
    { id: 4, username: "bquick", idnumber: "00412233", firstname: "Bea", lastname: "Quick", email: "b@trust.example" },
    { id: 5, username: "cferrand", idnumber: "  20100822 ", firstname: "Chloé", lastname: "Ferrand", email: "c@trust.example" },
    { id: 6, username: "cferrand2", idnumber: "20100822", firstname: "Chloé", lastname: "Ferrand", email: "c2@trust.example" },
    { id: 7, username: "dpark", idnumber: "", firstname: "Dae", lastname: "Park", email: "d@trust.example", suspended: true },
  ],
  courses: [
    { id: 2, idnumber: "NHS|CSTF|Fire Safety - 2 Years|", shortname: "FIRE", fullname: "Fire & smoke", visible: true },
    { id: 4, idnumber: "", shortname: "Q&A", fullname: "Questions & answers", visible: false },
    { id: 5, idnumber: "", shortname: "OFF", fullname: "Tracks nothing", visible: true, tracksCompletion: false },
    { id: 6, idnumber: "", shortname: "NOCRIT", fullname: "Has no criteria", visible: true, criteria: false },
  ],
  enrolments: [
    { userId: 3, courseId: 2, completedAt: at("2025-03-30T00:59:00Z") },
    { userId: 4, courseId: 2, completedAt: at("2026-10-25T00:30:00Z") },
    { userId: 5, courseId: 2, completedAt: at("2025-06-30T23:30:00Z") },
    { userId: 6, courseId: 2 },
    { userId: 3, courseId: 4, completedAt: at("2026-01-15T12:00:00Z") },
    { userId: 7, courseId: 4, completedWithoutDate: true },
    { userId: 3, courseId: 5 },
    { userId: 3, courseId: 6 },
    { userId: 4, courseId: 6 },
  ],
};

const clock = fixedClock("2026-11-22T10:00:00Z");
let site: RunningMoodle;
let stored: Map<string, { sha256: string; records: number }>;
let reported: HubError[];
const open: { close(): Promise<void> }[] = [];

beforeEach(async () => {
  site = await startMoodle({ data, token: "good-token", clock });
  stored = new Map();
  reported = [];
});
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
  await site.close();
});

function sourceOf(more: Record<string, unknown> = {}, token = "good-token"): SourceSystem<MoodleSettings> {
  const settings = moodle.settings.parse({ baseUrl: site.url, token: { env: "TOKEN" }, pageSize: 4, ...more });
  const { signal } = new AbortController();
  const http = createHttp({
    allowedHosts: moodle.hosts(settings),
    requestsPerSecond: 1000,
    clock,
    sleep: async (ms) => clock.advance(ms),
    signal,
    insecureLoopback: true,
    random: () => 1,
  });
  open.push(http);
  return {
    connectionId: "zqa-moodle",
    organisations: [{ odsCode: "ZQA", vpd: "991", name: "Northbridge" }],
    settings,
    http,
    signal,
    now: () => clock.now().toISOString(),
    secret: async () => token,
    resolvePath: (path) => path,
    staff: async function* () {},
    offer: async () => [],
    identicalPage: async (key, sha256) => {
      const known = stored.get(key);
      return known?.sha256 === sha256 ? { records: known.records } : undefined;
    },
    report: (problem) => reported.push(problem),
  };
}

/** Reads pages as the engine would: raw schema, normalise, digests; stops after `most` pages as a kill would. */
async function read(source: SourceSystem<MoodleSettings>, since?: Checkpoint, most = Number.POSITIVE_INFINITY) {
  const pages: Page<Checkpoint>[] = [];
  const normalised: Normalised[] = [];
  const maps = { version: "none", coursesToCompetences: () => undefined };
  for await (const page of moodle.poll!.pages(source, since)) {
    pages.push(page);
    expect(moodle.checkpoint.parse(page.checkpoint)).toEqual(page.checkpoint);
    for (const record of page.records) {
      normalised.push(
        ...moodle.normalise(moodle.raw.parse(record), { settings: source.settings, maps, organisations: source.organisations }),
      );
    }
    if (page.digest && !page.identical) stored.set(page.digest.key, { sha256: page.digest.sha256, records: page.records.length });
    if (pages.length >= most) break;
  }
  return { pages, normalised, last: pages.at(-1)! };
}

function facts(normalised: readonly Normalised[]) {
  return normalised
    .flatMap((one) =>
      "kind" in one && !("refused" in one)
        ? [`${one.kind} ${one.sourceId} ${(one.facts as { completedOn?: string }).completedOn ?? ""}`.trim()]
        : [],
    )
    .filter((one, index, all) => all.indexOf(one) === index)
    .sort();
}
function reasons(normalised: readonly Normalised[]) {
  const counts: Record<string, number> = {};
  for (const one of normalised) {
    const reason = "ignored" in one ? one.ignored : "refused" in one ? one.refused : undefined;
    if (reason) counts[reason] = (counts[reason] ?? 0) + 1;
  }
  return counts;
}

const achievements = [
  "achievement asmith|2 2025-03-30",
  "achievement asmith|4 2026-01-15",
  "achievement bquick|2 2026-10-25",
  "achievement cferrand|2 2025-07-01",
];

describe.each([
  ["with a report", { completionReport: 1 }],
  ["person by person", {}],
])("a sweep %s", (_, settings) => {
  test("states every completion, once, with its person, and completes the connection", async () => {
    const { normalised, last, pages } = await read(sourceOf(settings));
    expect(facts(normalised).filter((one) => one.startsWith("achievement"))).toEqual(achievements);
    expect(facts(normalised).filter((one) => one.startsWith("competence-award"))).toHaveLength(3);
    expect(facts(normalised).filter((one) => one.startsWith("personal-details"))).toHaveLength(5);
    expect(reasons(normalised).COMPLETION_WITHOUT_DATE).toBe(1);
    expect(last).toMatchObject({
      checkpoint: { finished: true },
      completes: [{ scope: "connection", key: "zqa-moodle" }],
      // A Date header says whole seconds.
      asOf: `${clock.now().toISOString().slice(0, 19)}.000Z`,
    });
    expect(pages.slice(0, -1).every((page) => page.completes === undefined)).toBe(true);
    expect(reported).toEqual([]);
  });

  test("names people by user name and passes their number on as it was written", async () => {
    const { normalised } = await read(sourceOf(settings));
    const claims = normalised.flatMap((one) => ("claim" in one && one.claim ? [one.claim] : []));
    const number = (key: string) => claims.filter((claim) => claim.personKey === key).map((claim) => claim.identifiers?.[0]?.value);
    expect(new Set(number("bquick"))).toEqual(new Set(["00412233"]));
    expect(new Set([...number("cferrand"), ...number("cferrand2")])).toEqual(new Set(["20100822"]));
    expect(new Set(number("dpark"))).toEqual(new Set([undefined]));
  });

  test("takes the staff number from a profile field when the settings say so", async () => {
    const { normalised } = await read(sourceOf({ ...settings, staffKey: "profile:gmc", staffIdentifier: "LOCAL" }));
    const identifiers = normalised.flatMap((one) => ("claim" in one && one.claim?.identifiers ? one.claim.identifiers : []));
    expect(new Set(identifiers.map((one) => `${one.scheme} ${one.value}`))).toEqual(new Set(["LOCAL 7000001"]));
  });

  test("decodes what Moodle has formatted for a web page", async () => {
    const { normalised } = await read(sourceOf(settings));
    const titles = normalised.flatMap((one) =>
      "kind" in one && one.kind === "achievement" && "facts" in one && one.facts ? [one.facts.title] : [],
    );
    expect(new Set(titles)).toEqual(new Set(["Fire & smoke", "Questions & answers"]));
  });

  test("that was killed after any page goes on without losing anything, and claims no completeness", async () => {
    const whole = await read(sourceOf(settings));
    for (let cut = 1; cut < whole.pages.length; cut += 1) {
      stored.clear();
      const before = await read(sourceOf(settings), undefined, cut);
      const after = await read(sourceOf(settings), before.last.checkpoint);
      expect(facts([...before.normalised, ...after.normalised])).toEqual(facts(whole.normalised));
      expect(after.last.asOf).toBe(whole.last.asOf);
      const beganAnew = "page" in before.last.checkpoint && before.last.checkpoint.page === 0;
      expect(after.last.completes === undefined).toBe(!beganAnew);
    }
  });

  test("begins anew after a finished one, on the vendor's clock", async () => {
    const first = await read(sourceOf(settings));
    clock.advance(3_600_000);
    const second = await read(sourceOf(settings), first.last.checkpoint);
    expect(Date.parse(second.last.asOf!) - Date.parse(first.last.asOf!)).toBeGreaterThanOrEqual(3_600_000);
    expect(second.last.completes).toHaveLength(1);
  });

  test("after a reset no longer lists the completion and withdraws nothing", async () => {
    site.control.reset(3, 2);
    const { normalised } = await read(sourceOf(settings));
    expect(facts(normalised)).not.toContain("achievement asmith|2 2025-03-30");
    expect(normalised.some((one) => "withdrawn" in one && one.withdrawn)).toBe(false);
    expect(moodle.delivers.every((delivery) => delivery.absence === "notAtSource")).toBe(true);
  });

  test("goes on without a deleted account", async () => {
    site.control.deleteUser(4);
    const { normalised } = await read(sourceOf(settings));
    expect(facts(normalised).filter((one) => one.includes("bquick") || one.includes("@"))).toEqual([]);
    expect(facts(normalised)).toContain("achievement asmith|2 2025-03-30");
  });

  test.each([
    ["maintenance", "MAINTENANCE", "transient"],
    ["upgrade", "MAINTENANCE", "transient"],
    ["html", "LOGIN_PAGE", "auth"],
    ["forbidden", "PERMISSION_MISSING", "auth"],
    ["database-down", "VENDOR_ERROR", "transient"],
    ["token-expired", "CREDENTIALS_REJECTED", "auth"],
    ["poor-account", "PERMISSION_MISSING", "auth"],
    ["truncated", "NOT_JSON", "malformed-page"],
  ] as const)("at a site that answers with the fault %s stops with %s", async (fault, code, errorClass) => {
    site.control.fail(fault);
    await expect(read(sourceOf(settings))).rejects.toMatchObject({ code, class: errorClass });
    site.control.fail(undefined);
    expect(facts((await read(sourceOf(settings))).normalised)).toEqual(expect.arrayContaining(achievements));
  });

  test("stops at a token that is not known, and never says the token", async () => {
    const failure = await read(sourceOf(settings, "stolen-token-123")).catch((error: HubError) => error);
    expect(failure).toMatchObject({ code: "CREDENTIALS_REJECTED", class: "auth" });
    expect(JSON.stringify([failure, (failure as HubError).detail])).not.toContain("stolen-token-123");
  });
});

describe("the report", () => {
  test("is not parsed again while its bytes are the same", async () => {
    const first = await read(sourceOf({ completionReport: 1 }));
    const second = await read(sourceOf({ completionReport: 1 }), first.last.checkpoint);
    expect(second.pages.every((page) => page.identical === true && page.records.length === 0)).toBe(true);
    expect(second.pages.map((page) => page.digest?.key)).toEqual(first.pages.filter((page) => page.digest).map((page) => page.digest?.key));
    expect(second.last).toMatchObject({ completes: [{ scope: "connection" }], checkpoint: { finished: true } });
  });

  test("is read from the first page that has changed", async () => {
    await read(sourceOf({ completionReport: 1 }));
    site.control.complete(6, 2, at("2026-11-20T09:00:00Z"));
    const second = await read(sourceOf({ completionReport: 1 }));
    expect(second.pages.filter((page) => page.dataSet === "completions").map((page) => page.identical ?? false)).toEqual([
      true,
      false,
      true,
      true,
    ]);
    expect(facts(second.normalised)).toContain("achievement cferrand2|2 2026-11-20");
  });

  test("asks about each person once in a sweep", async () => {
    await read(sourceOf({ completionReport: 1 }));
    expect(site.control.calls().core_user_get_users_by_field).toBeLessThanOrEqual(3);
    expect(site.control.calls().core_completion_get_course_completion_status).toBeUndefined();
  });

  test("that is not there is a wrong setting", async () => {
    await expect(read(sourceOf({ completionReport: 7 }))).rejects.toMatchObject({ code: "SETTINGS_INVALID", class: "settings" });
  });

  test("ignores rows of enrolment methods that nobody uses", async () => {
    expect(reasons((await read(sourceOf({ completionReport: 1 }))).normalised)).toMatchObject({ "row-without-person": 4 });
  });

  test("that fills its last page exactly ends there", async () => {
    // 9 enrolments and 4 rows without a person.
    const { pages } = await read(sourceOf({ completionReport: 1, pageSize: 13 }));
    expect(pages.filter((page) => page.dataSet === "completions")).toHaveLength(1);
    expect(pages.at(-1)?.completes).toHaveLength(1);
  });
});

/** The sandbox behind a door that changes answers: what a misbehaving site or proxy would send. */
function tampered(
  source: SourceSystem<MoodleSettings>,
  change: (operation: string, answer: any, form: Map<string, string>) => unknown,
): SourceSystem<MoodleSettings> {
  return {
    ...source,
    http: {
      async request(request) {
        const answer = await source.http.request(request);
        const form = new Map(request.form);
        const changed = change(form.get("wsfunction")!, answer.json(), form);
        const text = JSON.stringify(changed);
        const other = { ...answer, bytes: Buffer.from(text), sha256: `sha of ${text}`, text: () => text, json: () => JSON.parse(text) };
        request.inspect?.(other);
        return other;
      },
    },
  };
}

describe("an answer that is not what it should be", () => {
  const report = { completionReport: 1 };
  test("a service without a function that we need is named before anything is read", async () => {
    const source = tampered(sourceOf(report), (operation, answer) =>
      operation === "core_webservice_get_site_info"
        ? { ...answer, functions: [{ name: "core_webservice_get_site_info" }, { name: "core_course_get_courses" }] }
        : answer,
    );
    await expect(read(source)).rejects.toMatchObject({
      code: "PERMISSION_MISSING",
      detail: { operation: "core_reportbuilder_retrieve_report, core_user_get_users_by_field" },
    });
  });

  test("a page with fewer rows than announced is truncated", async () => {
    const source = tampered(sourceOf(report), (operation, answer) =>
      operation === "core_reportbuilder_retrieve_report"
        ? { ...answer, data: { ...answer.data, rows: answer.data.rows.slice(0, 2) } }
        : answer,
    );
    await expect(read(source)).rejects.toMatchObject({ code: "PAGE_TRUNCATED", class: "malformed-page", detail: { expected: 4, got: 2 } });
  });

  test("the same page for ever is a loop", async () => {
    let first: unknown;
    const source = tampered(sourceOf(report), (operation, answer) => {
      if (operation !== "core_reportbuilder_retrieve_report") return answer;
      first ??= answer;
      return first;
    });
    await expect(read(source)).rejects.toMatchObject({ code: "PAGE_LOOP" });
  });

  test("a report that grows while it is read says nothing about absence", async () => {
    const source = tampered(sourceOf(report), (operation, answer, form) =>
      operation === "core_reportbuilder_retrieve_report" && form.get("page") === "0"
        ? { ...answer, data: { ...answer.data, totalrowcount: answer.data.totalrowcount - 1 } }
        : answer,
    );
    const { last } = await read(source);
    expect(last.checkpoint).toMatchObject({ finished: true });
    expect(last.completes).toBeUndefined();
  });

  test("an enrolment without a completion before the one with it hides nothing", async () => {
    const source = tampered(sourceOf({ ...report, pageSize: 50 }), (operation, answer) => {
      if (operation !== "core_reportbuilder_retrieve_report") return answer;
      const { headers, rows } = answer.data as { headers: string[]; rows: { columns: string[] }[] };
      const blank = ({ columns }: { columns: string[] }) => ({
        columns: columns.map((cell, n) => (/completed/i.test(headers[n]!) ? "" : cell)),
      });
      const doubled = rows.flatMap((row) => [blank(row), row]);
      return { ...answer, data: { ...answer.data, rows: doubled, totalrowcount: answer.data.totalrowcount * 2 } };
    });
    expect(facts((await read(source)).normalised).filter((one) => one.startsWith("achievement"))).toEqual(achievements);
  });

  test("people who are not shown stop the connection, unless the settings say to go on", async () => {
    const nobody = (operation: string, answer: unknown) => (operation === "core_user_get_users_by_field" ? [] : answer);
    await expect(read(tampered(sourceOf(report), nobody))).rejects.toMatchObject({
      code: "PERMISSION_MISSING",
      detail: { operation: "core_user_get_users_by_field" },
    });
    const { normalised } = await read(tampered(sourceOf({ ...report, expectFullRights: false }), nobody));
    expect(facts(normalised).filter((one) => one.startsWith("achievement"))).toEqual(achievements);
    expect(reasons(normalised)).toMatchObject({ "names-not-shown": expect.any(Number) });
    expect(reported).toContainEqual(expect.objectContaining({ code: "PERMISSION_MISSING" }));
  });

  test("user names that are not shown stop the connection", async () => {
    const source = tampered(sourceOf(), (operation, answer) =>
      operation === "core_enrol_get_enrolled_users" ? answer.map(({ username: _, ...rest }: { username: string }) => rest) : answer,
    );
    await expect(read(source)).rejects.toMatchObject({
      code: "PERMISSION_MISSING",
      detail: { operation: "core_enrol_get_enrolled_users" },
    });
  });

  test("courses without any ID number stop the connection: all would read as unmapped", async () => {
    const source = tampered(sourceOf(report), (operation, answer) =>
      operation === "core_course_get_courses" ? answer.map(({ idnumber: _, ...rest }: { idnumber: string }) => rest) : answer,
    );
    await expect(read(source)).rejects.toMatchObject({ code: "PERMISSION_MISSING", detail: { operation: "core_course_get_courses" } });
  });

  test("a page of people that is short because some may not be seen is not the last one", async () => {
    const source = tampered(sourceOf({ pageSize: 2 }), (operation, answer, form) =>
      operation === "core_enrol_get_enrolled_users" && form.get("options[0][value]") === "0" ? answer.slice(0, 1) : answer,
    );
    expect(facts((await read(source)).normalised)).toContain("achievement cferrand|2 2025-07-01");
  });
});

test("person by person, nobody is asked about a course that has no completions", async () => {
  const { normalised } = await read(sourceOf({ concurrency: 1 }));
  // Fire safety: 4 people; questions and answers: 2; without criteria: the first of 2 answers for all.
  expect(site.control.calls().core_completion_get_course_completion_status).toBe(7);
  expect(reasons(normalised)).toMatchObject({ "no-criteria": 2, "not-completed": 1 });
});

describe("person by person, a course that Moodle answers with an exception", () => {
  const broken =
    (errorcode: string, ...courseIds: string[]) =>
    (operation: string, answer: unknown, form: Map<string, string>) =>
      operation === "core_enrol_get_enrolled_users" && courseIds.includes(form.get("courseid") ?? "")
        ? { exception: "x", errorcode }
        : answer;

  test("is reported; the other courses are read, and nothing counts as absent", async () => {
    const { normalised, last } = await read(tampered(sourceOf(), broken("somepluginbroke", "2")));
    expect(facts(normalised)).toContain("achievement asmith|4 2026-01-15");
    expect(facts(normalised).join()).not.toContain("asmith|2");
    expect(reported).toMatchObject([{ code: "UNEXPECTED_ANSWER", detail: { errorcode: "somepluginbroke" } }]);
    expect([last.checkpoint, last.completes]).toEqual([expect.objectContaining({ finished: true }), undefined]);
  });

  test("for want of a right stops the connection, unless the settings say to go on", async () => {
    await expect(read(tampered(sourceOf(), broken("nopermissions", "2")))).rejects.toMatchObject({ code: "PERMISSION_MISSING" });
    const { normalised, last } = await read(tampered(sourceOf({ expectFullRights: false }), broken("nopermissions", "2")));
    expect(facts(normalised)).toContain("achievement asmith|4 2026-01-15");
    expect(reported).toContainEqual(expect.objectContaining({ code: "PERMISSION_MISSING" }));
    expect(last.completes).toBeUndefined();
  });

  test("is a fault of the site when it is every course", async () => {
    await expect(read(tampered(sourceOf(), broken("somepluginbroke", "2", "4", "6")))).rejects.toMatchObject({ code: "UNEXPECTED_ANSWER" });
  });
});
