/** One unmapped course: what it may mean, what a choice would change, and the change itself. */
import { Button, DateInput, ErrorSummary, Radios, Select, SummaryList, TextInput } from "nhsuk-react-components";
import type { ReactNode } from "react";
import { competences } from "../schema/codes/competences";
import { Back, Csrf, Sentence } from "./components/parts";
import { DataTable } from "./components/table";
import { type CourseInput, type CourseWish, type FieldFault, inputOf, wishOf } from "./course-form";
import {
  type ApplyAnswer,
  applyQuestion,
  type PreviewAnswer,
  previewQuestion,
  type ReplayAnswer,
  type UnmappedCourseAnswer,
  type UserErrorAnswer,
} from "./course-questions";
import { unmappedOf } from "./courses";
import { type Page, Refusal, type Visit } from "./page";
import { urls } from "./urls";
import { dayInWords, numberInWords, plural } from "./words";

/** National names by identity: one competence may stand in the list more than once, with another period. */
const titles = new Map(competences.map((it) => [it.identity, it.title]));
const known: ReadonlySet<string> = new Set(titles.keys());
const nothingChosen: CourseWish = { choice: "", competence: "", day: "", month: "", year: "", reason: "" };

async function courseOf(visit: Visit): Promise<UnmappedCourseAnswer> {
  const { courses } = await unmappedOf(visit, visit.query.get("organisation") ?? "");
  const course = courses.find((it) => it.id === visit.parts[0]);
  if (!course) throw new Refusal(404);
  return course;
}

export async function coursePage(visit: Visit): Promise<Page> {
  const course = await courseOf(visit);
  return page(course, <Choose visit={visit} course={course} wish={nothingChosen} faults={[]} />);
}

export async function previewPage(visit: Visit): Promise<Page> {
  const course = await courseOf(visit);
  const wish = wishOf(visit.form);
  const choose = (faults: readonly FieldFault[]): Page => ({
    ...page(course, <Choose visit={visit} course={course} wish={wish} faults={faults} />, true),
    status: 400,
  });
  const { input, faults } = inputOf(wish, new Set([...known, ...course.suggestions.map((it) => it.competence)]));
  if (faults.length > 0) return choose(faults);
  const { previewCourseMap } = await visit.ask<PreviewAnswer>(
    previewQuestion,
    { input: { organisation: course.organisation.odsCode, course: course.course.code, ...input } },
    visit.principal,
  );
  if (!previewCourseMap) throw new Refusal(403);
  if (!previewCourseMap.replay) return choose(previewCourseMap.userErrors.map(faultOf));
  return page(course, <Preview visit={visit} course={course} replay={previewCourseMap.replay} input={input} reason={wish.reason} />);
}

export async function applyPage(visit: Visit): Promise<Page> {
  const replay = visit.form.get("replay") ?? "";
  const reason = (visit.form.get("reason") ?? "").trim();
  if (!/^[0-9a-f-]{36}$/.test(replay) || reason === "" || reason.length > 1000) throw new Refusal(400);
  // No approver beside the one who is signed in: the graph records who asked.
  const { applyCourseMap } = await visit.ask<ApplyAnswer>(
    applyQuestion,
    { input: { replay, reason, approvedBy: visit.operator.name } },
    visit.principal,
  );
  if (!applyCourseMap) throw new Refusal(403);
  return resultPage(applyCourseMap, visit.query.get("organisation") ?? "");
}

const faultOf = ({ field, message }: UserErrorAnswer): FieldFault => ({ field: field === "from" ? "from-day" : "choice-1", say: message });

function page(course: UnmappedCourseAnswer, body: ReactNode, failed = false): Page {
  return {
    title: `${failed ? "Error: " : ""}${course.course.title}`,
    body: (
      <>
        <Back to={urls.courses({ organisation: course.organisation.odsCode })}>Courses without a competence</Back>
        {body}
      </>
    ),
  };
}

function Heading({ course }: { course: UnmappedCourseAnswer }): ReactNode {
  const rows = urls.rows({ of: "UNMAPPED_COURSE", system: course.connectedSystemId, subject: course.course.title });
  return (
    <>
      <h1 className="nhsuk-heading-l nhsuk-u-margin-top-3 nhsuk-u-margin-bottom-3">{course.course.title}</h1>
      <p className="nhsuk-body-l">
        {plural(course.people, "person", "people")} of {course.organisation.name ?? course.organisation.odsCode} finished this course, and
        no competence is mapped to it.
      </p>
      <SummaryList>
        {(
          [
            ["Course", course.course.code],
            [
              "Completions",
              <a key="rows" href={rows}>
                {numberInWords(course.completions)}
                <span className="nhsuk-u-visually-hidden"> completions, as a list</span>
              </a>,
            ],
            ["People still without a match", numberInWords(course.waitingForPerson)],
            ["Finished", finishedInWords(course)],
          ] as const
        ).map(([key, value]) => (
          <SummaryList.Row key={key}>
            <SummaryList.Key>{key}</SummaryList.Key>
            <SummaryList.Value>{value}</SummaryList.Value>
          </SummaryList.Row>
        ))}
      </SummaryList>
    </>
  );
}

interface ChooseProps {
  readonly visit: Visit;
  readonly course: UnmappedCourseAnswer;
  readonly wish: CourseWish;
  readonly faults: readonly FieldFault[];
}

function Choose({ visit, course, wish, faults }: ChooseProps): ReactNode {
  // A form that can only be refused would waste a person's time.
  if (!visit.may("map-courses", course.organisation.odsCode)) {
    return (
      <>
        <Heading course={course} />
        <p>
          Whose move: {course.organisation.name ?? course.organisation.odsCode}. Its administrator signs in and says what the course awards;
          the ESR team cannot do it for the trust.
        </p>
      </>
    );
  }
  const fault = (field: string) => faults.find((it) => it.field === field)?.say;
  const action = urls.preview(course.id, course.organisation.odsCode);
  const sorted = [...titles].sort(([, a], [, b]) => a.localeCompare(b));
  return (
    <>
      {faults.length > 0 ? (
        <ErrorSummary>
          <ErrorSummary.Title>There is a problem</ErrorSummary.Title>
          <ErrorSummary.List>
            {faults.map(({ field, say }) => (
              <ErrorSummary.ListItem key={`${field} ${say}`} href={`#${field}`}>
                {say}
              </ErrorSummary.ListItem>
            ))}
          </ErrorSummary.List>
        </ErrorSummary>
      ) : null}
      <Heading course={course} />
      <form method="post" action={action} noValidate>
        <Csrf token={visit.csrf} />
        <Radios
          idPrefix="choice"
          name="choice"
          legend="What does this course award?"
          legendProps={{ size: "m" }}
          defaultValue={wish.choice || undefined}
          error={fault("choice-1")}
        >
          {course.suggestions.map(({ competence, title }, index) => (
            <Radios.Item key={competence} id={`choice-${index + 1}`} value={competence} hint="Suggested by the title of the course">
              {title}
            </Radios.Item>
          ))}
          <Radios.Item id={`choice-${course.suggestions.length + 1}`} value="other">
            Another competence, from the list below
          </Radios.Item>
          <Radios.Item id={`choice-${course.suggestions.length + 2}`} value="local">
            Local learning, no competence
          </Radios.Item>
        </Radios>
        <Select label="Another competence" id="competence" name="competence" defaultValue={wish.competence} error={fault("competence")}>
          <Select.Option value="">Choose one</Select.Option>
          {sorted.map(([identity, title]) => (
            <Select.Option key={identity} value={identity}>
              {title}
            </Select.Option>
          ))}
        </Select>
        <DateInput
          id="from"
          name="from"
          legend="First day of completion from which it holds"
          hint="Leave it empty when every completion counts. For example, 1 11 2026"
          error={fault("from-day")}
        >
          <DateInput.Day id="from-day" defaultValue={wish.day} />
          <DateInput.Month id="from-month" defaultValue={wish.month} />
          <DateInput.Year id="from-year" defaultValue={wish.year} />
        </DateInput>
        <TextInput
          id="reason"
          name="reason"
          label="Reason"
          hint="It stands in the course map, beside your name"
          defaultValue={wish.reason}
          error={fault("reason")}
          autoComplete="off"
        />
        <Button>Preview</Button>
      </form>
    </>
  );
}

interface PreviewProps {
  readonly visit: Visit;
  readonly course: UnmappedCourseAnswer;
  readonly replay: ReplayAnswer;
  readonly input: CourseInput;
  readonly reason: string;
}

function Preview({ visit, course, replay, input, reason }: PreviewProps): ReactNode {
  const competence = input.competences?.[0];
  const meaning = competence === undefined ? "Local learning, no competence" : (titles.get(competence) ?? competence);
  return (
    <>
      <h1 className="nhsuk-heading-l nhsuk-u-margin-top-3 nhsuk-u-margin-bottom-3">
        {numberInWords(replay.willChange)} will change, {numberInWords(replay.willFail)} fail
      </h1>
      <p className="nhsuk-body-l">
        Nothing has been changed yet. This is exactly what will be done, from the records as they were received.
      </p>
      <SummaryList>
        {(
          [
            ["Course", course.course.title],
            ["Awards", meaning],
            ["From", input.from ? dayInWords(input.from) : "every completion"],
            ["Reason", reason],
            ...countsOf(replay),
          ] as const
        ).map(([key, value]) => (
          <SummaryList.Row key={key}>
            <SummaryList.Key>{key}</SummaryList.Key>
            <SummaryList.Value>{value}</SummaryList.Value>
          </SummaryList.Row>
        ))}
      </SummaryList>
      {replay.failures.length > 0 ? (
        <DataTable
          caption="Not derived"
          rows={replay.failures}
          keyOf={(it) => it.code}
          empty=""
          columns={[
            { head: "Why", prose: true, cell: (it) => <Sentence text={it.say} /> },
            { head: "Next step", prose: true, cell: (it) => <Sentence text={it.next} /> },
            { head: "Completions", numeric: true, cell: (it) => numberInWords(it.count) },
          ]}
        />
      ) : null}
      <form method="post" action={urls.apply(course.organisation.odsCode)}>
        <Csrf token={visit.csrf} />
        <input type="hidden" name="replay" value={replay.id} />
        <input type="hidden" name="reason" value={reason} />
        <Button>Apply</Button>
      </form>
      <p>
        <a href={urls.course(course.id, course.organisation.odsCode)}>Choose again</a>
      </p>
    </>
  );
}

function countsOf(replay: ReplayAnswer): readonly (readonly [string, string])[] {
  return [
    [
      "Completions",
      `${numberInWords(replay.completions)}: ${numberInWords(replay.unchanged)} stay as they are, ${numberInWords(replay.rawExpired)} too old to derive`,
    ],
    ["Awards", `${numberInWords(replay.awards)} come into being or change, ${numberInWords(replay.withdrawn)} are taken back`],
    [
      "Staff members",
      `${numberInWords(replay.staffMembers)}, and ${plural(replay.waitingForPerson, "person", "people")} still without a match`,
    ],
    [
      "Due for ESR",
      replay.wouldBecomeDue === null ? (replay.dueNotKnown ?? "not known") : `${numberInWords(replay.wouldBecomeDue)} would become due`,
    ],
  ].map(([key, value], index) => [index === 1 ? "Competence awards" : key!, value!] as const);
}

function resultPage(applied: NonNullable<ApplyAnswer["applyCourseMap"]>, organisation: string): Page {
  const { replay, changed, alreadyThere, movedOn, userErrors } = applied;
  const done = userErrors.length === 0 && replay !== null;
  const title = done ? `${numberInWords(changed ?? 0)} changed` : "Nothing was changed";
  return {
    title: done ? title : `Error: ${title}`,
    status: done ? 200 : 409,
    body: (
      <>
        <Back to={urls.courses({ organisation })}>Courses without a competence</Back>
        <h1 className="nhsuk-heading-l nhsuk-u-margin-top-3 nhsuk-u-margin-bottom-3">{title}</h1>
        {done ? (
          <>
            <p className="nhsuk-body-l">
              The course is mapped, and its completions have been derived anew: {plural(replay.awards, "competence award")} came into being
              or changed.
            </p>
            {alreadyThere ? <p>{plural(alreadyThere, "completion")} had been as planned before.</p> : null}
            {movedOn ? (
              <p>{plural(movedOn, "completion")} had been stated anew by the source in the meantime, and stay as the source says.</p>
            ) : null}
            <p>
              <a href={urls.rows({ of: "DUE" })}>See what is due for ESR</a>
            </p>
          </>
        ) : (
          userErrors.map(({ message }) => (
            <p key={message}>
              <Sentence text={message} />
            </p>
          ))
        )}
      </>
    ),
  };
}

function finishedInWords({ firstCompletedOn, lastCompletedOn }: UnmappedCourseAnswer): string {
  return firstCompletedOn && lastCompletedOn
    ? `${dayInWords(firstCompletedOn)} to ${dayInWords(lastCompletedOn)}`
    : "not told of fewer than 5 people";
}
