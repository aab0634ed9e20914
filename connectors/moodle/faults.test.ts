import { errorOf, faultIn } from "./faults";

const site = "core_webservice_get_site_info";
const json = (errorcode: string, more: object = {}) =>
  JSON.stringify({ exception: "core\\exception\\moodle_exception", errorcode, message: "secret", ...more });

test.each([
  ["invalidtoken", site, "CREDENTIALS_REJECTED", "auth"],
  ["accessexception", site, "CREDENTIALS_REJECTED", "auth"],
  ["accessexception", "core_course_get_courses", "PERMISSION_MISSING", "auth"],
  ["wsaccessusersuspended", site, "CREDENTIALS_REJECTED", "auth"],
  ["requireloginerror", "core_completion_get_course_completion_status", "PERMISSION_MISSING", "auth"],
  ["errorcoursecontextnotvalid", "core_course_get_courses", "PERMISSION_MISSING", "auth"],
  ["nopermissions", "core_course_get_courses", "PERMISSION_MISSING", "auth"],
  ["sitemaintenance", site, "MAINTENANCE", "transient"],
  ["dbconnectionfailed", site, "VENDOR_ERROR", "transient"],
  ["dmlreadexception", site, "VENDOR_ERROR", "transient"],
  ["invalidparameter", "core_enrol_get_enrolled_users", "UNEXPECTED_ANSWER", "schema"],
  ["somethingnew", site, "UNEXPECTED_ANSWER", "schema"],
])("%s of %s is %s (%s)", (errorcode, operation, code, errorClass) => {
  const fault = faultIn(json(errorcode));
  expect(fault).toEqual({ errorcode });
  expect(errorOf(fault!, operation, "lms.example.test", "4.5.6")).toMatchObject({
    code,
    class: errorClass,
    detail: { operation, errorcode },
  });
});

test("neither message nor debuginfo of Moodle reaches the error", () => {
  const fault = faultIn(json("invalidrecord", { debuginfo: "SELECT * FROM {user} WHERE idnumber = 'secret'" }))!;
  const error = errorOf(fault, "core_course_get_courses", "lms.example.test", undefined);
  expect(JSON.stringify([error.message, error.detail])).not.toContain("secret");
});

test("a code that does not look like one is not repeated", () => {
  expect(faultIn(json("Ms Smith, born 1980"))).toEqual({ errorcode: "unnamed" });
});

test("an exception in XML is one too", () => {
  const xml =
    '<?xml version="1.0" encoding="UTF-8" ?>\n<EXCEPTION class="x">\n<ERRORCODE>invalidtoken</ERRORCODE>\n<MESSAGE>m</MESSAGE>\n</EXCEPTION>';
  expect(faultIn(xml)).toEqual({ errorcode: "invalidtoken" });
});

test("the login script's own error counts, an ordinary answer does not", () => {
  expect(faultIn('{"error":"Invalid login","errorcode":"invalidlogin","stacktrace":null}')).toEqual({ errorcode: "invalidlogin" });
  expect(faultIn('{"sitename":"x","functions":[]}')).toBeUndefined();
  expect(faultIn("[]")).toBeUndefined();
});

test("a token that a site says back is no code", () => {
  expect(faultIn(json("0123456789abcdef0123456789abcdef"), "0123456789abcdef0123456789abcdef")).toEqual({ errorcode: "unnamed" });
});
