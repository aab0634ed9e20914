import { fixedClock } from "../../platform/clock";
import { timeInWords } from "./functions";
import { type RunningMoodle, startMoodle } from "./server";

let site: RunningMoodle;
beforeAll(async () => {
  site = await startMoodle({
    token: "good-token",
    clock: fixedClock("2026-11-22T10:00:00Z"),
    data: {
      users: [
        { id: 3, username: "asmith", idnumber: "20100137", firstname: "Aoife", lastname: "Smith", email: "a@trust.example" },
        { id: 4, username: "bquick", idnumber: "", firstname: "Bea", lastname: "Quick", email: "b@trust.example" },
      ],
      courses: [{ id: 2, idnumber: "", shortname: "FIRE", fullname: "Fire & smoke", visible: true }],
      enrolments: [
        { userId: 4, courseId: 2 },
        { userId: 3, courseId: 2 },
      ],
    },
  });
});
afterAll(() => site.close());
afterEach(() => site.control.fail(undefined));

const call = async (form: Record<string, string>) => {
  const response = await fetch(`${site.url}/webservice/rest/server.php`, { method: "POST", body: new URLSearchParams(form) });
  return {
    status: response.status,
    type: response.headers.get("content-type"),
    date: response.headers.get("date"),
    text: await response.text(),
  };
};
const json = async (wsfunction: string, args: Record<string, string> = {}, wstoken = "good-token") => {
  const { text } = await call({ wstoken, wsfunction, moodlewsrestformat: "json", ...args });
  return JSON.parse(text);
};

describe("the simulated Moodle", () => {
  test("answers in XML unless asked for JSON, and with the clock it was given", async () => {
    const { type, text, date } = await call({ wstoken: "wrong", wsfunction: "core_course_get_courses" });
    expect(type).toContain("application/xml");
    expect(text).toContain("<ERRORCODE>invalidtoken</ERRORCODE>");
    expect(date).toBe("Sun, 22 Nov 2026 10:00:00 GMT");
  });

  test("takes the arguments of a GET as well", async () => {
    const response = await fetch(
      `${site.url}/webservice/rest/server.php?wstoken=good-token&wsfunction=core_course_get_courses&moodlewsrestformat=json`,
    );
    expect(await response.json()).toMatchObject([
      { id: 1, format: "site" },
      { id: 2, fullname: "Fire &amp; smoke" },
    ]);
  });

  test("pages the people of a course by id, ignores options it does not know, and leaves empty numbers out", async () => {
    const page = await json("core_enrol_get_enrolled_users", {
      courseid: "2",
      "options[0][name]": "limitfrom",
      "options[0][value]": "1",
      "options[1][name]": "limit",
      "options[1][value]": "5",
    });
    expect(page).toMatchObject([{ id: 4, username: "bquick" }]);
    expect(page[0]).not.toHaveProperty("idnumber");
    expect(await json("core_enrol_get_enrolled_users", { courseid: "abc" })).toMatchObject({ errorcode: "invalidparameter" });
  });

  test("shows everybody for a criterion it does not know, with a warning", async () => {
    const answer = await json("core_user_get_users", { "criteria[0][key]": "employeenumber", "criteria[0][value]": "x" });
    expect(answer).toMatchObject({ users: [{ id: 3 }, { id: 4 }], warnings: [{ item: "employeenumber" }] });
  });

  test("shows an account without rights itself and nobody else", async () => {
    site.control.fail("poor-account");
    expect((await json("core_user_get_users", { "criteria[0][key]": "auth", "criteria[0][value]": "manual" })).users).toMatchObject([
      { username: "lanyard" },
    ]);
    expect(await json("core_user_get_users_by_field", { field: "id", "values[0]": "3" })).toEqual([]);
    expect(await json("core_course_get_courses")).toMatchObject({ errorcode: "errorcoursecontextnotvalid" });
  });

  test("forgets an expired token after it has said so once", async () => {
    site.control.fail("token-expired");
    expect(await json("core_webservice_get_site_info")).toMatchObject({ errorcode: "accessexception" });
    expect(await json("core_webservice_get_site_info")).toMatchObject({ errorcode: "invalidtoken" });
  });

  test("returns a deleted account mangled, by its id only", async () => {
    site.control.deleteUser(4);
    const [user] = await json("core_user_get_users_by_field", { field: "id", "values[0]": "4" });
    expect(user).toMatchObject({ username: "b@trust.example.1795341600", email: expect.stringMatching(/^[0-9a-f]{32}$/) });
    expect(user).not.toHaveProperty("deleted");
    expect(await json("core_user_get_users_by_field", { field: "username", "values[0]": "bquick" })).toEqual([]);
    expect(await json("core_completion_get_course_completion_status", { courseid: "2", userid: "4" })).toMatchObject({
      errorcode: "invaliduser",
    });
  });

  test("writes times as an English account in London reads them", () => {
    expect(timeInWords(Date.parse("2025-03-30T00:59:00Z") / 1000)).toBe("Sunday, 30 March 2025, 12:59 AM");
    expect(timeInWords(Date.parse("2024-07-01T11:05:00Z") / 1000)).toBe("Monday, 1 July 2024, 12:05 PM");
  });
});
