import { decodeEntities, readReportPage } from "./report";

const columns = {
  username: "Username",
  courseShortName: "Course short name",
  courseIdNumber: "Course ID number",
  completed: "Completed",
  timeCompleted: "Time completed",
};
const page = (headers: string[], ...rows: (string | null)[][]) => ({
  details: { modifiedby: { email: "somebody@example.test" } },
  data: { headers, rows: rows.map((cells) => ({ columns: cells })), totalrowcount: 7 },
  warnings: [],
});

describe("a page of the report", () => {
  test("is read by the names of its headers, wherever the columns stand", () => {
    const read = readReportPage(
      page(
        ["Time completed", "Grade", " course  SHORT name", "Username"],
        ["Sunday, 30 March 2025, 12:59 AM", "80.00", "Fire &amp; Smoke", "asmith"],
      ),
      columns,
    );
    expect(read).toEqual({
      rows: [
        {
          username: "asmith",
          courseShortName: "Fire & Smoke",
          courseIdNumber: "",
          completed: "",
          timeCompleted: "Sunday, 30 March 2025, 12:59 AM",
        },
      ],
      total: 7,
    });
  });

  test("keeps rows without a person, so that rows are counted as sent", () => {
    expect(
      readReportPage(page(["Username", "Course short name", "Time completed"], ["", "FIRE", ""], [null, "FIRE", null]), columns).rows,
    ).toHaveLength(2);
  });

  test("names the columns that are missing", () => {
    expect(() => readReportPage(page(["Full name", "Completed"]), columns)).toThrow(
      expect.objectContaining({
        code: "COLUMN_MISSING",
        class: "settings",
        detail: expect.objectContaining({ expected: "Username, Course short name or Course ID number, Time completed" }),
      }),
    );
  });

  test("with two columns of one name is not read by either", () => {
    expect(() => readReportPage(page(["Username", "username ", "Course short name", "Time completed"]), columns)).toThrow(
      expect.objectContaining({ code: "COLUMN_MISSING", detail: expect.objectContaining({ expected: "Username (once)" }) }),
    );
  });

  test("takes renamed columns by the names in the settings", () => {
    const renamed = { ...columns, username: "Konto", timeCompleted: "Fertig am" };
    expect(readReportPage(page(["Konto", "Course short name", "Fertig am"], ["asmith", "FIRE", ""]), renamed).rows[0]?.username).toBe(
      "asmith",
    );
  });

  test("with a row of another width is a changed interface", () => {
    expect(() => readReportPage(page(["Username", "Course short name", "Time completed"], ["asmith"]), columns)).toThrow(
      expect.objectContaining({ code: "UNEXPECTED_ANSWER", class: "schema" }),
    );
  });

  test("that is something else names the place and not the value", () => {
    expect(() => readReportPage({ data: { headers: "secret", rows: [] } }, columns)).toThrow(
      expect.objectContaining({
        code: "UNEXPECTED_ANSWER",
        detail: expect.objectContaining({ pointer: "/data/headers", expected: "array" }),
      }),
    );
  });
});

test("names that Moodle has formatted for a web page are plain text again", () => {
  expect(decodeEntities("Adults &amp; &quot;Prevent&quot; &#039;2&#039; &unknown;")).toBe("Adults & \"Prevent\" '2' &unknown;");
  expect(decodeEntities("Manager&#8217;s caf&#xE9; &#0; &#xD800; &#9999999;")).toBe("Manager’s café &#0; &#xD800; &#9999999;");
});
