import { Button } from "nhsuk-react-components";
import type { ReactNode } from "react";
import { AsOf, FilterSelect } from "./components/parts";
import { DataTable } from "./components/table";
import { coursesQuestion, type OrganisationsAnswer, organisationsQuestion, type UnmappedCourseAnswer } from "./course-questions";
import { askOperations, type Page, Refusal, type Visit } from "./page";
import type { OrganisationAnswer } from "./questions";
import { urls } from "./urls";
import { dayInWords, numberInWords } from "./words";

/** Organisations whose courses may be looked at, that with the most unmapped completions first. */
async function organisationsOf(visit: Visit): Promise<readonly OrganisationAnswer[]> {
  const { coverage, causes } = await askOperations<OrganisationsAnswer>(visit, organisationsQuestion);
  const waiting = new Map<string, number>();
  for (const cause of causes.filter((it) => it.code === "COURSE_NOT_MAPPED")) {
    for (const { count, system } of cause.systems) {
      for (const { odsCode } of system.organisations) waiting.set(odsCode, (waiting.get(odsCode) ?? 0) + count);
    }
  }
  const rank = ({ odsCode }: OrganisationAnswer) => waiting.get(odsCode) ?? 0;
  return coverage
    .filter((it) => it.hasLms)
    .map((it) => it.organisation)
    .sort((a, b) => rank(b) - rank(a));
}

export async function unmappedOf(visit: Visit, organisation: string): Promise<{ asOf: string; courses: readonly UnmappedCourseAnswer[] }> {
  if (!/^[A-Z0-9]{3,10}$/.test(organisation)) throw new Refusal(400);
  const answer = await askOperations<{ asOf: string; unmappedCourses: readonly UnmappedCourseAnswer[] | null }>(visit, coursesQuestion, {
    organisation,
  });
  if (!answer.unmappedCourses) throw new Refusal(404);
  return { asOf: answer.asOf, courses: answer.unmappedCourses };
}

export async function coursesPage(visit: Visit): Promise<Page> {
  const organisations = await organisationsOf(visit);
  const chosen = visit.query.get("organisation") || organisations[0]?.odsCode;
  const found = chosen === undefined ? undefined : await unmappedOf(visit, chosen);
  return {
    title: "Courses without a competence",
    body: (
      <>
        <h1 className="nhsuk-heading-l nhsuk-u-margin-bottom-2">Courses without a competence</h1>
        <p className="nhsuk-u-margin-bottom-1">
          Staff have finished them, and nobody has said what they award: their completions are kept and do not count as a competence yet.
        </p>
        {found ? <AsOf at={found.asOf} /> : null}
        {organisations.length > 1 ? (
          <form method="get" action={urls.courses()} className="console-filters" aria-label="Choose the organisation">
            <FilterSelect
              label="Organisation"
              name="organisation"
              now={chosen ?? ""}
              choices={organisations.map(({ odsCode, name }) => ({ value: odsCode, text: name ?? odsCode }))}
            />
            <Button secondary>Show</Button>
          </form>
        ) : null}
        <CourseTable courses={found?.courses ?? []} />
      </>
    ),
  };
}

function CourseTable({ courses }: { courses: readonly UnmappedCourseAnswer[] }): ReactNode {
  return (
    <DataTable
      caption="Those that most people wait for first"
      rows={courses}
      keyOf={(it) => it.id}
      empty="Every course that somebody has finished is mapped."
      columns={[
        {
          head: "Course",
          cell: (it) => (
            <>
              <a href={urls.course(it.id, it.organisation.odsCode)}>{it.course.title}</a>
              <span className="console-table__note">{it.course.code}</span>
            </>
          ),
        },
        { head: "Organisation", cell: (it) => it.organisation.name ?? it.organisation.odsCode },
        { head: "People", numeric: true, cell: (it) => numberInWords(it.people) },
        { head: "Completions", numeric: true, cell: (it) => numberInWords(it.completions) },
        { head: "May mean", cell: (it) => it.suggestions[0]?.title ?? "no sure suggestion" },
        { head: "First finished", cell: (it) => (it.firstCompletedOn ? dayInWords(it.firstCompletedOn) : "not told") },
        { head: "Last finished", cell: (it) => (it.lastCompletedOn ? dayInWords(it.lastCompletedOn) : "not told") },
      ]}
    />
  );
}
