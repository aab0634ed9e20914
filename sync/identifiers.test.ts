import { birthDateOf, crsUuidOf, emailOf, employeeNumberOf, esrPersonIdOf, niNumberOf, registrationOf } from "./identifiers";

test.each(["AB012201B", "KY825461C", "JG103759A", " ab 01 22 01 b "])("%s is an NI number", (value) =>
  expect(niNumberOf(value)).toBeDefined(),
);
test.each(["QQ123456A", "BG123456A", "AO123456A", "DA123456A", "ZZ123456A", "AB123456E", "AB123456C", "AB000000A", "TBC", "0", ""])(
  "%s is no NI number",
  (value) => expect(niNumberOf(value)).toBeUndefined(),
);

test("an NI number is one, however it is spaced and cased", () => expect(niNumberOf("ab 01 22 01 b")).toBe("AB012201B"));

test("an assignment number names the employee, with or without leading zeros", () => {
  expect(employeeNumberOf("30679710-2")).toBe("30679710");
  expect(employeeNumberOf("030679710")).toBe("30679710");
  expect(employeeNumberOf("0030679710")).toBe("30679710");
  expect(employeeNumberOf(" 30679710 ")).toBe("30679710");
});
test.each(["0", "TBC", "Retired", "99999999", "11111111", "12345678", "12", "n/a", "AGENCY", "3067971012345"])(
  "%s is no employee number",
  (value) => expect(employeeNumberOf(value)).toBeUndefined(),
);

test("a GMC number loses its C, an HCPC number gains its zeros", () => {
  expect(registrationOf("GMC", "C7654320")).toBe("7654320");
  expect(registrationOf("GMC", "7654320")).toBe("7654320");
  expect(registrationOf("HCPC", "ph1234")).toBe("PH001234");
  expect(registrationOf("NMC", "71a2998e")).toBe("71A2998E");
});
test.each([
  ["GMC", "Retired"],
  ["GMC", "0"],
  ["GMC", "1111111"],
  ["NMC", "TBC"],
  ["GPHC", "3012345"],
  ["GDC", "99999"],
] as const)("%s %s identifies nobody", (scheme, value) => expect(registrationOf(scheme, value)).toBeUndefined());

test("mailboxes of a team point to nobody", () => {
  for (const shared of [
    "info@example.net",
    "HR@example.net",
    "ward7@example.net",
    "no-reply@example.net",
    "occupational.health@example.net",
    "not an address",
  ]) {
    expect(emailOf(shared)).toBeUndefined();
  }
  expect(emailOf("Amara.Osei+moodle@Example.net ")).toBe("amara.osei@example.net");
});

test("an ESR person id and a smartcard uuid have their junk too", () => {
  expect(esrPersonIdOf("087654320")).toBe("87654320");
  expect(esrPersonIdOf("TBC")).toBeUndefined();
  expect(crsUuidOf("5555 0001 0123")).toBe("555500010123");
  expect(crsUuidOf("000000000000")).toBeUndefined();
});

test("days that systems fill in are no birth dates", () => {
  expect(birthDateOf("1900-01-01")).toBeUndefined();
  expect(birthDateOf("1991-02-30x")).toBeUndefined();
  expect(birthDateOf("1991-02-28")).toBe("1991-02-28");
});
